"""Nights of the Hugging Face source: what is asked, what is not asked again, what errors lead to."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from spiders._base import SourceSpider
from spiders._huggingface import lanes
from spiders._huggingface.about import HuggingFaceOptions
from spiders.huggingface import HuggingFace
from storage.records import Account, AccountKey, Claim, Link, Origin
from storage.store import Store
from tests.replay import Exchange, Replay, bill, crawl

START, DAY = datetime(2026, 11, 25, 3, tzinfo=UTC), timedelta(days=1)
API, TASK = "https://huggingface.co/api", "text-ranking"
OPTIONS = HuggingFaceOptions()
Night = Callable[..., tuple[Replay, Store, SourceSpider]]


def listing(*rows: dict[str, Any], order: str = "fresh", **more: Any) -> dict[str, Any]:
    query = lanes.wanted("models", TASK, OPTIONS.queries)
    assert query is not None
    url = lanes.listing(API, "models", query, order=order, fields=OPTIONS.fields_of("models"), page=OPTIONS.page)
    return {"url": url, "body": list(rows)} | more


def own(handle: str, *rows: dict[str, Any], kind: str = "models", **more: Any) -> dict[str, Any]:
    asked = f"author={handle}&sort=lastModified&direction=-1&limit={OPTIONS.page}"
    fields = "".join(f"&expand={name}" for name in OPTIONS.fields_of(kind))
    return {"url": f"{API}/{kind}?{asked}{fields}", "body": list(rows)} | more


def overview(handle: str, number: int = 1, models: int = 1, **more: Any) -> dict[str, Any]:
    body = {"_id": f"{number:024x}", "user": handle, "type": "user", "numModels": models}
    body |= {"numDatasets": 0, "numSpaces": 0} | more.pop("facts", {})
    return {"url": f"{API}/users/{handle}/overview", "body": body} | more


def model(number: int, name: str, changed: str = "2026-11-24T08:00:00.000Z", **facts: Any) -> dict[str, Any]:
    return {"_id": f"m{number}", "id": name, "author": name.partition("/")[0], "lastModified": changed} | facts


def missing(handle: str) -> dict[str, Any]:
    return {"url": f"{API}/users/{handle}/overview", "status": 404, "body": {"error": "not found"}}


def key(number: int) -> AccountKey:
    return AccountKey("huggingface", f"{number:024x}")


@pytest.fixture
def night(tmp_path: Path) -> Night:
    def run(
        *exchanges: Exchange, at: datetime = START, kind: str = "models", target: str = TASK, **options: Any
    ) -> tuple[Replay, Store, SourceSpider]:
        replay = Replay(exchanges)
        wanted = [{"source": "huggingface", "kind": kind, "target": target}] if target else []
        url = f"sqlite:///{tmp_path}/night.db"
        options = {"best_pages": 0} | options
        store, spider = crawl("huggingface", replay, lanes=wanted, options=options, store_url=url, clock=at)
        return replay, store, spider

    return run


def first_night(night: Night) -> None:
    tagged: dict[str, Any] = {"headers": {"ETag": 'W/"1"'}}
    replay, store, _ = night(
        listing(model(1, "ada/one"), model(2, "bo/two", likes=7), **tagged),
        overview("bo", 2, **tagged),
        own("bo", model(2, "bo/two"), **tagged),
        overview("ada", 1, **tagged),
        own("ada", model(1, "ada/one"), model(9, "ada/early"), **tagged),
    )
    store.close()
    assert replay.unused == replay.unrecorded == []


def test_an_unchanged_second_night_costs_one_request_per_lane(night: Night) -> None:
    first_night(night)
    replay, store, spider = night(listing(status=304, body=""), at=START + DAY)
    store.close()
    assert replay.unused == replay.unrecorded == []
    assert replay.asked[0].headers["If-None-Match"] == b'W/"1"'
    assert bill(spider) == {f"huggingface/models/{TASK}": 1}


def test_new_work_of_people_known_is_kept_as_the_list_shows_it(night: Night) -> None:
    first_night(night)
    newer, older = "2026-11-25T09:00:00.000Z", "2026-11-01T00:00:00.000Z"
    rows = [model(3, "ada/three", newer), model(4, "cy/four", older)]
    replay, store, _ = night(listing(*rows), at=START + DAY)
    assert replay.unused == replay.unrecorded == []
    with store:
        works = {one.source_id for one in store.evidence([key(1)])[key(1)]}
    assert works == {
        "m1",
        "m9",
        "m3",
    }  # and the older one of somebody new was seen before, so nobody asks for its owner


def test_an_interrupted_list_is_read_again_from_its_first_page(night: Night) -> None:
    first_night(night)
    following = f"{API}/models?cursor=b"
    more: dict[str, Any] = {"headers": {"Link": f'<{following}>; rel="next"', "ETag": 'W/"2"'}}
    newer = "2026-11-25T09:00:00.000Z"
    _, store, spider = night(
        listing(model(3, "ada/three", newer), **more),
        *[{"url": following, "status": 500, "body": ""}] * 3,
        at=START + DAY,
    )
    store.close()
    assert spider.ledger.skipped["status_500"] == 1
    replay, store, _ = night(
        listing(status=304, body=""),
        listing(model(3, "ada/three", newer), **more),
        {"url": following, "body": [model(5, "bo/five", newer)]},
        at=START + 2 * DAY,
    )
    assert replay.unused == replay.unrecorded == []
    with store:
        assert {one.source_id for one in store.evidence([key(2)])[key(2)]} == {"m2", "m5"}


def test_after_a_month_people_are_read_again_and_what_they_removed_is_withdrawn(night: Night) -> None:
    first_night(night)
    replay, store, _ = night(
        listing(status=304, body=""),
        overview("ada", 1, status=304),
        own("ada", model(1, "ada/one")),
        overview("bo", 2, models=0),
        at=START + 31 * DAY,
    )
    assert replay.unused == replay.unrecorded == []
    with store:
        left = store.evidence([key(1), key(2)])
    assert [one.source_id for one in left.get(key(1), [])] == ["m1"]
    assert left.get(key(2), []) == []


def test_a_list_that_failed_withdraws_nothing_and_is_tried_again(night: Night) -> None:
    first_night(night)
    broken = own("ada", status=500, body="")
    late = START + 31 * DAY
    _, store, _ = night(
        listing(status=304, body=""), overview("ada", 1), broken, broken, broken, overview("bo", 2, status=304),
        own("bo", status=304, body=""), at=late,
    )  # fmt: skip
    with store:
        assert len(store.evidence([key(1)])[key(1)]) == 2
    replay, store, _ = night(
        listing(status=304, body=""), overview("ada", 1), own("ada", model(1, "ada/one")), at=late + DAY
    )
    store.close()
    assert replay.unused == replay.unrecorded == []


def test_gone_only_after_two_nights_a_day_apart(night: Night) -> None:
    first_night(night)
    late = START + 31 * DAY
    rest = (listing(status=304, body=""), overview("bo", 2, status=304), own("bo", status=304, body=""))
    _, store, spider = night(*rest, missing("ada"), at=late)
    with store:
        assert all(event.event != "gone" for event in store.events(key=key(1)))
    assert spider.ledger.skipped["missing_first_time"] == 1
    _, store, _ = night(listing(status=304, body=""), missing("ada"), at=late + timedelta(hours=2))
    store.close()
    replay, store, _ = night(listing(status=304, body=""), missing("ada"), at=late + DAY)
    with store:
        assert [event.event for event in store.events(key=key(1)) if event.event == "gone"] == ["gone"]
    assert replay.unused == []


def test_a_rename_keeps_the_account_and_a_login_given_away_ends_it(night: Night) -> None:
    first_night(night)
    moved: dict[str, Any] = {"status": 307, "headers": {"Location": "/api/users/ada-new/overview"}, "body": ""}
    replay, store, _ = night(
        listing(status=304, body=""),
        overview("ada", 1, **moved),
        overview("ada-new", 1, models=0),
        overview("bo", 77, models=0),  # somebody else took the login
        at=START + 31 * DAY,
    )
    assert replay.unused == replay.unrecorded == []
    with store:
        account = store.account(key(1))
        assert account is not None
        assert account.handle == "ada-new"
        assert [event.detail for event in store.events(key=key(2)) if event.event == "gone"] == ["handle_changed_owner"]
        assert store.account(key(77)) is not None


def test_organisations_and_nobody_are_not_asked_about_again(night: Night) -> None:
    rows = (model(1, "lab/one"), model(2, "gone/two"))
    org = overview("lab", 5, facts={"type": "org"})
    replay, store, spider = night(listing(*rows), org, missing("gone"))
    store.close()
    assert (replay.unused, spider.ledger.skipped["organisation"], spider.ledger.skipped["owner_not_found"]) == (
        [],
        1,
        1,
    )
    newer = (model(1, "lab/one", "2026-11-26T00:00:00Z"), model(2, "gone/two", "2026-11-26T00:00:00Z"))
    replay, store, spider = night(listing(*newer), at=START + DAY)
    with store:
        assert list(store.accounts(source="huggingface")) == []
    assert replay.unrecorded == []
    assert spider.ledger.skipped["owner_is_no_person"] == 2


def test_the_best_liked_come_first_and_the_rest_is_counted(night: Night) -> None:
    rows = (model(1, "ada/one"), model(2, "bo/two", likes=90), model(3, "cy/three", tags=["gguf"]))
    replay, store, spider = night(listing(*rows), overview("bo", 2, models=0), max_profiles=1)
    store.close()
    assert replay.unrecorded == []
    assert spider.ledger.skipped["over_max_profiles"] == 1
    assert spider.ledger.skipped["copy_of_others"] == 1


def named(folder: Path, *links: tuple[str, Claim]) -> None:
    """Somebody at GitHub names these logins."""
    url, origin = f"sqlite:///{folder}/night.db", Origin(source="github", url="u", seen_at=START, spider="github/1")
    found = tuple(Link(url=f"https://huggingface.co/{login}", claim=claim, field="x") for login, claim in links)
    Store.upgrade(url)
    with Store.open(url) as store:
        store.save([Account(source="github", source_id="1", handle="x", url="u", links=found, origin=origin)])


def test_links_of_other_sources_are_followed_once(night: Night, tmp_path: Path) -> None:
    named(tmp_path, ("Ada", Claim.CLAIMED), ("nobody", Claim.VERIFIED), ("praised", Claim.MENTIONED))
    wanted = {"kind": "linked", "target": "accounts"}
    replay, store, _ = night(overview("ada", 1, models=0), missing("nobody"), **wanted)
    store.close()
    assert replay.unused == replay.unrecorded == []
    replay, store, spider = night(at=START + DAY, **wanted)
    store.close()
    assert (replay.asked, spider.ledger.requests) == ([], 0)
    replay, store, _ = night(missing("nobody"), at=START + 31 * DAY, **wanted)
    store.close()
    assert any("nobody" in request.url for request in replay.asked)


def test_a_former_login_others_still_name_is_not_asked_every_night(night: Night, tmp_path: Path) -> None:
    named(tmp_path, ("former", Claim.CLAIMED))
    wanted = {"kind": "linked", "target": "accounts"}
    renamed = overview("ada", 1, models=0) | {"url": f"{API}/users/former/overview"}
    replay, store, _ = night(renamed, **wanted)
    with store:
        assert [one.handle for one in store.known("huggingface")] == ["ada"]
    assert replay.unused == replay.unrecorded == []
    replay, store, spider = night(at=START + DAY, **wanted)
    store.close()
    assert (replay.asked, spider.ledger.requests) == ([], 0)


def test_papers_wait_for_the_account_of_their_author(night: Night) -> None:
    user = {"_id": f"{1:024x}", "user": "ada", "type": "user"}
    paper = {"id": "2611.1", "title": "T", "authors": [{"name": "Ada", "status": "claimed_verified", "user": user}]}
    days = [f"{API}/daily_papers?date=2026-11-{day}&limit=100" for day in (23, 24, 25)]
    answers = [{"url": days[0], "body": [{"paper": paper}]}, *({"url": day, "body": []} for day in days[1:])]
    replay, store, _ = night(*answers, overview("ada", 1, models=0), kind="papers", target="daily")
    assert replay.unused == replay.unrecorded == []
    with store:
        assert [one.kind for one in store.evidence([key(1)])[key(1)]] == ["paper"]
    again = [{"url": url.replace("2026-11-23", "2026-11-26"), "body": []} for url in (days[2], days[0])]
    replay, store, _ = night(*again, kind="papers", target="daily", at=START + DAY)
    store.close()
    assert replay.unused == replay.unrecorded == []


def test_papers_are_searched_by_words(night: Night) -> None:
    found = {"url": f"{API}/papers/search?q=passage%20ranking", "body": []}
    replay, store, _ = night(found, kind="papers", target="passage ranking")
    store.close()
    assert replay.unused == replay.unrecorded == []


def test_a_used_up_quota_waits_for_its_window(night: Night) -> None:
    limited: dict[str, Any] = {
        "status": 429,
        "headers": {"RateLimit": '"api";r=0;t=0', "RateLimit-Policy": '"fixed window";"api";q=500;w=300'},
        "body": '{"error":"We had to rate limit your IP."}',
    }
    replay, store, spider = night(listing(**limited), listing())
    store.close()
    assert (replay.unused, spider.ledger.bill(f"huggingface/models/{TASK}").refused) == ([], 1)


def test_a_long_window_ends_the_night(night: Night) -> None:
    limited: dict[str, Any] = {"status": 429, "headers": {"RateLimit": '"api";r=0;t=3000'}, "body": ""}
    _, store, spider = night(listing(**limited))
    with store:
        held = store.held("huggingface")
    assert spider.stopped is not None
    assert spider.stopped[0] == "limit"
    assert held is not None
    assert held[0] - START == timedelta(seconds=3001)


def test_a_reserve_of_the_quota_is_left_to_others() -> None:
    spider = HuggingFace()
    spider.options = OPTIONS
    seen = spider.limits({"ratelimit": '"api";r=25;t=9'}, 0.0)
    low = spider.limits({"ratelimit": '"api";r=3;t=9'}, 0.0)
    assert (seen and seen.remaining, low and low.remaining, spider.limits({}, 0.0)) == (5, 0, None)


@pytest.mark.parametrize(
    ("answer", "state", "counter"),
    [
        ({"status": 401, "body": "{}"}, "refused", ""),
        ({"status": 404, "body": "{}"}, "", "list_missing:models"),
        ({"status": 401, "body": "{}", "headers": {"X-Error-Code": "RepoNotFound"}}, "", "list_missing:models"),
        ({"status": 403, "body": "{}", "headers": {"X-Error-Code": "GatedRepo"}}, "", "list_missing:models"),
        ({"status": 400, "body": '{"error":"Invalid expand"}'}, "", "unreadable:http_400"),
        ({"status": 200, "body": "<html>"}, "", "unreadable:bad_json"),
        ({"status": 200, "body": '{"models": []}'}, "", "unreadable:unexpected_shape"),
        ({"raises": "timeout"}, "", "lost:DownloadTimeoutError"),
    ],
)
def test_errors_have_names(night: Night, answer: dict[str, Any], state: str, counter: str) -> None:
    times = 3 if "raises" in answer else 1
    _, store, spider = night(*[listing(**answer)] * times)
    store.close()
    assert (spider.stopped[0] if spider.stopped else "") == state
    assert not counter or spider.ledger.skipped[counter] == 1


def test_a_list_in_the_wrong_order_is_a_finding(night: Night) -> None:
    rows = (model(1, "ada/one", "2026-01-01T00:00:00Z"), model(2, "bo/two", "2026-11-24T00:00:00Z"))
    _, store, spider = night(listing(*rows))
    with store:
        assert [row.reason for row in store.quarantined()] == ["ascending_list"]
    assert spider.ledger.requests == 1


def test_an_overview_without_its_number_is_kept_aside(night: Night) -> None:
    _, store, spider = night(listing(model(1, "ada/one")), overview("ada", facts={"_id": None}))
    with store:
        assert [row.reason for row in store.quarantined()] == ["no_durable_id"]
    assert spider.ledger.skipped["unreadable:no_durable_id"] == 1


def test_private_work_and_work_of_others_are_left_out(night: Night) -> None:
    rows = (
        model(1, "ada/one"),
        model(2, "ada/secret", private=True),
        model(3, "lab/three"),
        model(4, "ada/no", disabled=True),
    )
    _, store, spider = night(listing(model(1, "ada/one")), overview("ada", 1), own("ada", *rows))
    with store:
        assert [one.source_id for one in store.evidence([key(1)])[key(1)]] == ["m1"]
    assert (spider.ledger.skipped["work_not_public"], spider.ledger.skipped["work_of_others"]) == (2, 1)


def test_a_task_of_two_roles_is_listed_once(tmp_path: Path) -> None:
    wanted = [{"source": "huggingface", "kind": "models", "target": TASK, "role": role} for role in ("mle", "nlp")]
    replay, url = Replay([listing()]), f"sqlite:///{tmp_path}/night.db"
    store, _ = crawl("huggingface", replay, lanes=wanted, options={"best_pages": 0}, store_url=url, clock=START)
    store.close()
    assert replay.unused == replay.unrecorded == []


def test_a_target_that_means_nothing_is_counted(night: Night) -> None:
    replay, store, spider = night(target="two words")
    store.close()
    assert replay.asked == []
    assert spider.ledger.skipped["lane_not_understood"] == 1


def test_the_best_are_listed_once_a_week(night: Night) -> None:
    for number, best in ((0, True), (1, False), (8, True)):
        exchanges = [listing(), *([listing(order="best")] if best else [])]
        replay, store, _ = night(*exchanges, best_pages=2, at=START + number * DAY)
        store.close()
        assert replay.unused == replay.unrecorded == []


def test_fields_asked_for_are_those_read() -> None:
    asked = parse_qs(urlsplit(listing()["url"]).query)
    assert asked["sort"] == ["lastModified"]
    assert json.dumps(asked["expand"]) == json.dumps(list(OPTIONS.fields_of_models))


def test_an_owner_two_lanes_show_was_found_by_both(tmp_path: Path) -> None:
    """Whichever answers first, and also if the overview is read only on a later night."""
    shown = listing(model(1, "ada/one"))
    other = {**shown, "url": shown["url"].replace(TASK, "fill-mask")}
    wanted = [{"source": "huggingface", "kind": "models", "target": name} for name in (TASK, "fill-mask")]
    url = f"sqlite:///{tmp_path}/two.db"
    refused = overview("ada") | {"status": 401, "body": {}}
    options: dict[str, Any] = {"best_pages": 0}
    crawl("huggingface", [shown, other, refused], lanes=wanted, options=options, store_url=url, clock=START)[0].close()
    again = Replay([{**shown, "body": []}, {**other, "body": []}, overview("ada"), own("ada", model(1, "ada/one"))])
    store, _ = crawl("huggingface", again, lanes=wanted, options=options, store_url=url, clock=START + DAY)
    assert again.unrecorded == again.unused == []
    with store:
        lanes_found = {find.lane for find in store.finds()}
    assert lanes_found == {f"huggingface/models/{TASK}", "huggingface/models/fill-mask"}
