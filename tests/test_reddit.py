"""Reddit: approval first, deletions followed, counts only, and never a part of anybody else's lead."""

import base64
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sourcing.identity import resolve
from spiders._base import SourceSpider
from spiders._card import OWN_LEAD_ONLY
from spiders._linked import linked_handles
from spiders._reddit.about import APPROVAL, RedditOptions
from spiders._reddit.answers import Thing
from spiders._reddit.api import RedditApi
from spiders._reddit.deletions import pseudonym
from spiders._reddit.memory import Community
from spiders.reddit import Reddit
from storage.records import Account, AccountKey, Claim, Judgement, Link, Origin, Verdict
from storage.store import Store
from storage.text import profile_key
from tests.replay import Exchange, Replay, crawl

START, DAY = datetime(2026, 11, 25, 3, tzinfo=UTC), timedelta(days=1)
API = "https://oauth.reddit.com"
APPROVED = {
    "approved_by": "Operator Example",
    "approved_on": "2026-10-01",
    "approval": "contract 12",
    "account": "operator_example",
}
OPTIONS = APPROVED | {"min_contributions": 2}
LANES = [{"source": "reddit", "kind": "communities", "target": "MachineLearning"}]
KEY = AccountKey("reddit", pseudonym(b"", "t2_ana"))
LANE = "reddit/communities/MachineLearning"
Night = Callable[..., tuple[Replay, Store, SourceSpider]]

TOKEN = {
    "method": "POST",
    "url": "https://www.reddit.com/api/v1/access_token",
    "request_body": "grant_type=client_credentials",
    "body": {"access_token": "invented-token", "token_type": "bearer", "expires_in": 86400, "scope": "read"},
}


def call(path: str, body: Any, /, **asked: Any) -> dict[str, Any]:
    return {"url": f"{API}{path}?{urlencode(asked | {'raw_json': '1'})}", "body": body}


def thing(name: str, who: str = "ana", day: int = 20, /, **more: Any) -> dict[str, Any]:
    at = datetime(2026, 11, day, 9, tzinfo=UTC).timestamp()
    data = {"name": name, "author": who, "author_fullname": f"t2_{who}", "created_utc": at}
    data |= {"subreddit": "MachineLearning", "body": "SECRET WORDS", "title": "SECRET WORDS"}
    return {"kind": name[:2], "data": data | more}


def listing(*rows: dict[str, Any], after: str | None = None) -> dict[str, Any]:
    return {"kind": "Listing", "data": {"after": after, "children": list(rows)}}


def new(*rows: dict[str, Any], after: str | None = None) -> dict[str, Any]:
    return call("/r/MachineLearning/new", listing(*rows, after=after), limit=100)


def comments(*rows: dict[str, Any], after: str | None = None) -> dict[str, Any]:
    return call("/r/MachineLearning/comments", listing(*rows, after=after), limit=100)


def about(who: str = "ana", **more: Any) -> dict[str, Any]:
    return call(f"/user/{who}/about", {"kind": "t2", "data": {"id": who, "name": who} | more})


def there(*names: str, asked: str = "t2_ana") -> dict[str, Any]:
    found = {f"t2_{name}": {"name": name, "created_utc": 1.5e9} for name in names}
    return call("/api/user_data_by_account_ids", found, ids=asked)


def info(*rows: dict[str, Any], asked: str = "t1_b,t3_a") -> dict[str, Any]:
    return call("/api/info", listing(*rows), id=asked)


A, B = thing("t3_a"), thing("t1_b", "ana", 21)
FIRST = (TOKEN, new(A), comments(B), about())


@pytest.fixture
def night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Night:
    monkeypatch.setenv("REDDIT_APP", "app-id:app-secret")

    def run(
        *exchanges: Exchange, at: datetime = START, lanes: Any = LANES, **options: Any
    ) -> tuple[Replay, Store, SourceSpider]:
        replay = Replay(exchanges)
        url = f"sqlite:///{tmp_path}/night.db"
        store, spider = crawl("reddit", replay, lanes=lanes, options=OPTIONS | options, store_url=url, clock=at)
        return replay, store, spider

    return run


def first(night: Night) -> None:
    replay, store, _ = night(*FIRST)
    with store:
        assert [account.name for account in store.accounts()] == ["ana"]
    assert replay.unused == replay.unrecorded == []


def kept(store: Store) -> dict[str, Any]:
    """What is left of the account and its counts."""
    account, state = store.account(KEY), store.lane_state(LANE)
    return {
        "gone": [event.detail for event in store.events(key=KEY) if event.event == "gone"],
        "work": len(store.evidence([KEY]).get(KEY, [])),
        "flags": account.flags if account else (),
        "url": account.url if account else "",
        "things": sorted(state.state["things"]) if state and "things" in state.state else [],  # type: ignore[call-overload]  # plain data
    }


ERASED = {"work": 0, "flags": ("erased", OWN_LEAD_ONLY), "url": "https://www.reddit.com", "things": []}


# ---- approval -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", APPROVAL)
def test_switching_on_takes_the_whole_statement(missing: str) -> None:
    given_ = {name: value for name, value in APPROVED.items() if name != missing}
    with pytest.raises(ValidationError, match="no statement of Reddit's approval") as caught:
        RedditOptions.model_validate({"enabled": True} | given_)
    assert caught.value.errors()[0]["loc"] == (missing,)
    assert RedditOptions.model_validate({}).approval_missing == list(APPROVAL)
    assert not Reddit.card.default_on


@pytest.mark.parametrize("missing", APPROVAL)
def test_without_the_statement_nothing_is_asked_and_nothing_stays(night: Night, missing: str) -> None:
    first(night)
    replay, store, spider = night(at=START + DAY, **{missing: None if missing == "approved_on" else ""})
    with store:
        assert kept(store) == ERASED | {"gone": ["not_approved"]}
    assert replay.asked == []
    assert spider.stopped is not None
    assert (spider.stopped[0], missing in spider.stopped[1]) == ("refused", True)


def test_without_communities_everything_is_dropped_and_nothing_asked(night: Night) -> None:
    first(night)
    replay, store, spider = night(at=START + DAY, communities=[])
    with store:
        assert kept(store) == ERASED | {"gone": ["not_approved"]}
    assert replay.asked == []
    assert spider.stopped is None


def test_communities_beyond_the_approval_are_left_out(night: Night) -> None:
    lanes = [{"source": "reddit", "kind": "communities", "target": name} for name in ("mlops", "r/machinelearning")]
    replay, store, spider = night(TOKEN, lanes=lanes)
    store.close()
    assert spider.ledger.skipped["lane_not_allowed"] == 1
    assert not any("mlops" in request.url for request in replay.asked)


def test_the_secret_signs_the_token_and_the_token_everything_else(night: Night) -> None:
    replay, store, _ = night(*FIRST)
    store.close()
    sent = [(request.headers[b"Authorization"] or b"").decode() for request in replay.asked]
    basic = base64.b64encode(b"app-id:app-secret").decode()
    assert sent == [f"Basic {basic}", *["Bearer invented-token"] * 3]
    agents = {(request.headers[b"User-Agent"] or b"").decode() for request in replay.asked}
    assert agents == {"server:sourcing-crawler:1 (by /u/operator_example)"}


def test_nothing_is_signed_for_another_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDDIT_APP", "app-id:app-secret")
    spider = Reddit()
    spider.options = RedditOptions.model_validate({})
    spider.signed_in("token")
    for url in ("https://oauth.reddit.com.evil.example/", "https://www.reddit.com/r/x", "http://127.0.0.1/"):
        assert spider.authorization(url, "app-id:app-secret") is None


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_refused_app_ends_the_source(night: Night, status: int) -> None:
    refused = {key: value for key, value in TOKEN.items() if key != "body"} | {"status": status, "body": "no"}
    replay, store, spider = night(refused)
    with store:
        assert list(store.accounts()) == []
        assert all(row.excerpt == "" for row in store.quarantined())
    assert len(replay.asked) == 1
    assert (spider.stopped is not None) == (status == 401)
    assert status == 401 or spider.ledger.skipped[f"status_{status}"] == 1


# ---- deletions ----------------------------------------------------------------------------------------------


def test_an_unchanged_community_costs_a_few_requests(night: Night) -> None:
    first(night)
    replay, store, spider = night(TOKEN, there("ana"), info(A, B), new(A), comments(B), at=START + DAY)
    with store:
        assert kept(store)["work"] == 1
    assert replay.unused == replay.unrecorded == []
    assert spider.ledger.skipped["saved:accounts_changed"] == spider.ledger.skipped["saved:evidence_changed"] == 0


@pytest.mark.parametrize(
    "answer",
    [
        there(),
        there("ana") | {"body": {"t2_ana": {"name": "[deleted]"}}},
        there() | {"status": 404, "body": {"message": "Not Found", "error": 404}},
    ],
    ids=["left out", "named so", "none exists"],
)
def test_a_deleted_account_is_taken_back_the_next_night(night: Night, answer: dict[str, Any]) -> None:
    first(night)
    _, store, spider = night(TOKEN, answer, info(), new(), comments(), at=START + DAY)
    with store:
        assert kept(store) == ERASED | {"gone": ["deleted"]}
    assert spider.ledger.skipped["farewell_deleted"] == 1


@pytest.mark.parametrize(
    "rows",
    [
        (B,),
        (thing("t3_a", "[deleted]", author_fullname=None), B),
        (thing("t3_a", removed_by_category="moderator"), B),
        (thing("t3_a", body="[removed]"), B),
        (thing("t3_a", body="[deleted]"), B),
    ],
    ids=["missing", "author deleted", "removed", "text removed", "text deleted"],
)
def test_a_deleted_thing_counts_no_more(night: Night, rows: tuple[dict[str, Any], ...]) -> None:
    first(night)
    _, store, spider = night(TOKEN, there("ana"), info(*rows), new(), comments(B), at=START + DAY, min_contributions=1)
    with store:
        (work,) = store.evidence([KEY])[KEY]
        assert kept(store)["things"] == ["t1_b"]
    assert (work.figures["posts"], work.figures["comments"]) == (0, 1)
    assert spider.ledger.skipped["thing_deleted"] == 1


@pytest.mark.parametrize("how", ["account", "things", "hidden", "approval"])
def test_nothing_of_a_deleted_account_is_left_in_any_table(night: Night, tmp_path: Path, how: str) -> None:
    who = "zaphodia"
    rows = thing("t3_a", who), thing("t1_b", who)
    night(TOKEN, new(rows[0]), comments(rows[1]), about(who))[1].close()
    assert who in everything(tmp_path)
    names = call(
        "/api/user_data_by_account_ids", {} if how == "account" else {f"t2_{who}": {"name": who}}, ids=f"t2_{who}"
    )
    still = info() if how in ("account", "things") else info(*rows)
    seen = () if how in ("account", "things") else rows
    at = START + 7 * DAY if how == "hidden" else START + DAY
    keep = {"keep_hours": 48} if how != "approval" else {"approval": ""}
    if how == "hidden":
        for day in range(1, 7):
            night(TOKEN, names, still, new(rows[0]), comments(rows[1]), at=START + day * DAY)[1].close()
    night(TOKEN, names, still, new(*seen), comments(), about(who, hide_from_robots=True), at=at, **keep)[1].close()
    left = everything(tmp_path)
    assert who not in left
    assert "t3_a" not in left
    assert KEY.source_id not in left  # that of another id
    assert pseudonym(b"", f"t2_{who}") in left


def everything(folder: Path) -> str:
    """All rows of all tables."""
    with closing(sqlite3.connect(folder / "night.db")) as database:
        return "\n".join(database.iterdump())


def test_an_unreadable_profile_names_nobody(night: Night, tmp_path: Path) -> None:
    broken = about("zaphodia") | {"body": {"kind": "t2", "data": {"zaphodia": 1}}}
    rows = thing("t3_a", "zaphodia"), thing("t1_b", "zaphodia")
    _, store, spider = night(TOKEN, new(rows[0]), comments(rows[1]), broken)
    with store:
        (row,) = store.quarantined()
    assert (row.url, row.reason, row.excerpt) == (f"{API}/user//about", "unexpected_shape", "")
    assert "zaphodia" not in row.model_dump_json()
    assert spider.ledger.skipped["unreadable:unexpected_shape"] == 1


def test_below_the_threshold_nobody_stays(night: Night) -> None:
    first(night)
    _, store, _ = night(TOKEN, there("ana"), info(B), new(), comments(B), at=START + DAY)
    with store:
        assert kept(store) == ERASED | {"gone": ["inactive"]}


def test_what_cannot_be_checked_is_dropped_after_two_days(night: Night) -> None:
    first(night)
    down = [call("/api/user_data_by_account_ids", {"error": 500}, ids="t2_ana") | {"status": 500}] * 3
    _, store, _ = night(TOKEN, *down, info(A, B), new(A), comments(B), at=START + DAY)
    with store:
        assert kept(store)["work"] == 1  # a day old: it may still stay
    _, store, spider = night({**TOKEN, "status": 401, "body": ""}, at=START + 3 * DAY + timedelta(hours=1))
    with store:
        assert kept(store)["gone"] == ["not_rechecked"]
        assert kept(store)["work"] == 0
    assert spider.ledger.skipped["farewell_not_rechecked"] == 1


def test_it_is_checked_also_when_no_role_looks_there(night: Night) -> None:
    first(night)
    lanes = [lane.model_dump() for lane in Reddit.own_lanes(RedditOptions.model_validate({}))]
    _, store, _ = night(TOKEN, there("ana"), at=START + DAY, lanes=lanes)
    with store:
        assert kept(store) == ERASED | {"gone": ["inactive"]}


def test_without_anything_to_do_nothing_is_asked(night: Night) -> None:
    replay, store, spider = night(lanes=[])
    store.close()
    assert replay.asked == []
    assert spider.stopped is None


@pytest.mark.parametrize(
    "answer",
    [
        about(hide_from_robots=True),
        about(is_suspended=True),
        about() | {"status": 404, "body": {"message": "Not Found", "error": 404}},
    ],
    ids=["hides", "suspended", "gone"],
)
def test_who_hides_is_not_kept(night: Night, answer: dict[str, Any]) -> None:
    _, store, _ = night(TOKEN, new(A), comments(B), answer)
    with store:
        assert store.account(KEY) is None
        assert kept(store)["things"] == []


def test_who_begins_to_hide_is_taken_back_within_a_week(night: Night) -> None:
    first(night)
    exchanges = [TOKEN, there("ana"), info(A, B), new(A), comments(B)]
    for day in range(1, 7):
        night(*exchanges, at=START + day * DAY)[1].close()
    _, store, _ = night(*exchanges, about(hide_from_robots=True), at=START + 7 * DAY)
    with store:
        assert kept(store) == ERASED | {"gone": ["hidden"]}


# ---- what is kept -------------------------------------------------------------------------------------------


def test_no_word_is_stored(night: Night, tmp_path: Path) -> None:
    first(night)
    broken = new() | {"body": '{"data": {"children": [{"data": {"title": "SECRET WORDS"'}
    night(TOKEN, there("ana"), info(A, B), broken, comments(B), at=START + DAY)[1].close()
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"SECRET WORDS" not in written
    assert b"invented-token" not in written


@pytest.mark.parametrize(
    ("more", "counter"),
    [
        ({"author_fullname": None}, "author_unknown"),
        ({"author": "AutoModerator"}, "author_bot"),
        ({"author": "some_bot"}, "author_bot"),
        ({"distinguished": "moderator"}, "thing_of_moderators"),
        ({"stickied": True}, "thing_of_moderators"),
        ({"subreddit": "elsewhere"}, "other_community"),
        ({"author": "[deleted]"}, "thing_deleted"),
        ({"name": "x"}, "unreadable_row:Thing"),
    ],
)
def test_what_does_not_count(night: Night, more: dict[str, Any], counter: str) -> None:
    _, store, spider = night(TOKEN, new(A), comments(thing("t1_b", **more)))
    with store:
        assert kept(store)["things"] == ["t3_a"]
    assert spider.ledger.skipped[counter] == 1


def test_pages_end_at_the_window_and_at_what_is_known(night: Night) -> None:
    old = thing("t3_old", "ana", 1, created_utc=datetime(2026, 10, 1, tzinfo=UTC).timestamp())
    second = call("/r/MachineLearning/new", listing(old, after="t3_old"), limit=100, after="t3_a")
    replay, store, _ = night(TOKEN, new(A, after="t3_a"), second, comments(B), about())
    store.close()
    assert replay.unrecorded == replay.unused == []
    newer = thing("t3_c", "ana", 25)
    replay, store, _ = night(TOKEN, there("ana"), info(A, B), new(newer, A, after="t3_a"), comments(B), at=START + DAY)
    with store:
        assert kept(store)["things"] == ["t1_b", "t3_a", "t3_c"]
    assert replay.unrecorded == []


@pytest.mark.parametrize("status", [403, 404])
def test_a_closed_community_leaves_the_others(night: Night, status: int) -> None:
    closed = new() | {"status": status, "body": {"message": "no", "error": status}}
    _, store, spider = night(TOKEN, closed, comments(thing("t1_a"), B), about())
    with store:
        assert kept(store)["work"] == 1
    name = "status_403" if status == 403 else "community_not_found:MachineLearning"
    assert spider.ledger.skipped[name] == 1


@pytest.mark.parametrize(
    ("headers", "reading"),
    [
        ({"x-ratelimit-remaining": "989.0", "x-ratelimit-used": "11", "x-ratelimit-reset": "305"}, (1000, 989, 305)),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-used": "1000", "x-ratelimit-reset": "12"}, (1000, 0, 12)),
        ({"x-ratelimit-remaining": "0.5", "x-ratelimit-used": "999.5", "x-ratelimit-reset": "1"}, (1000, 0, 1)),
        ({"x-ratelimit-remaining": "soon"}, None),
        ({}, None),
    ],
)
def test_limits_of_headers(headers: dict[str, str], reading: tuple[int, int, float] | None) -> None:
    found = RedditApi.limits(Reddit(), headers, 0.0)
    assert (found and (found.limit, found.remaining, found.reset_in)) == reading


def test_a_refusal_is_waited_for(night: Night) -> None:
    refused = about() | {"status": 429, "headers": {"retry-after": "0"}}
    replay, store, spider = night(TOKEN, new(A), comments(B), refused, about())
    with store:
        assert kept(store)["work"] == 1
    assert replay.unused == []
    assert spider.ledger.bill("reddit/recheck/known").refused == 1


# ---- a lead of its own --------------------------------------------------------------------------------------


def other(source: str, handle: str, *links: str, claim: Claim = Claim.VERIFIED) -> Account:
    page = f"https://{source}.example/{handle}"
    return Account(
        source=source,
        source_id=handle,
        handle=handle,
        url=page,
        links=tuple(Link(url=link, claim=claim, field="website") for link in links),
        origin=Origin(source=source, url=page, seen_at=START, spider=f"{source}/1"),
    )


REDDIT_PAGES = ("https://www.reddit.com/user/ana", "https://reddit.com/u/ana", "https://old.reddit.com/user/ana/")


def test_no_address_leads_to_an_account_there() -> None:
    assert [profile_key(page) for page in REDDIT_PAGES] == [None] * 3


def test_nothing_found_elsewhere_is_looked_up(tmp_path: Path) -> None:
    Store.upgrade(url := f"sqlite:///{tmp_path}/x.db")
    own = other("reddit", "ana", "https://github.com/ana").model_copy(update={"flags": (OWN_LEAD_ONLY,)})
    with Store.open(url) as store:
        store.save([other("github", "ana", *REDDIT_PAGES), own])
        assert linked_handles(store, "reddit", ()) == []
        assert linked_handles(store, "github", ()) == []


def test_every_account_leaves_the_spider_flagged_and_without_links(tmp_path: Path) -> None:

    class Careless(Reddit):
        name = "reddit"

        def _account(self, key: AccountKey, name: str, asked: str) -> Account:
            links = (Link(url="https://github.com/ana", claim=Claim.VERIFIED, field="website"),)
            return super()._account(key, name, asked).model_copy(update={"flags": (), "links": links})

    store, _ = crawl(
        Careless,
        Replay(FIRST),
        lanes=LANES,
        options=OPTIONS,
        store_url=f"sqlite:///{tmp_path}/careless.db",
        clock=START,
    )
    with store:
        account = store.account(KEY)
    assert account is not None
    assert (account.flags, account.links) == ((OWN_LEAD_ONLY,), ())


@pytest.mark.parametrize("claim", list(Claim))
def test_it_reaches_no_lead_of_others_even_if_a_person_says_so(night: Night, claim: Claim) -> None:
    """The account, people who name it in every way, and a person's own judgement: still a lead of its own."""
    _, store, _ = night(*FIRST)
    with store:
        github = other("github", "ana", *REDDIT_PAGES, claim=claim)
        store.save([github, other("kaggle", "ana", "https://github.com/ana", claim=claim)])
        said = Judgement(
            left=KEY, right=github.key, verdict=Verdict.SAME, bits=99, by="a person", why="sure", created_at=START
        )
        store.judge([said])
        joined = resolve(store, now=START)
        leads = store.clusters()
        mine = [key for key, lead in leads.items() if lead == leads[KEY]]
    assert mine == [KEY]
    assert joined.counters["own_lead_only"] == 1
    assert all(KEY not in (row.left, row.right) for row in joined.joins)


# ---- memory -------------------------------------------------------------------------------------------------

THINGS = st.lists(
    st.builds(
        lambda kind, number, who, day: Thing.model_validate(thing(f"{kind}_{number}", who, day)["data"]),
        st.sampled_from(["t1", "t3"]),
        st.integers(0, 40),
        st.sampled_from(["ana", "bo", "cy"]),
        st.integers(1, 24),
    ),
    max_size=30,
)


@given(THINGS)
def test_counting_twice_changes_nothing(things: list[Thing]) -> None:
    community = Community("x", {})
    for one in things:
        community.keep(one, START)
    once = list(community.active())
    again = Community("x", json.loads(json.dumps(community.state())))
    for one in things:
        again.keep(one, START)
    assert list(again.active()) == once
    assert sum(one.posts + one.comments for one in once) == len({thing_.name for thing_ in things})


@given(THINGS)
def test_erasing_leaves_no_trace(things: list[Thing]) -> None:
    community = Community("x", {})
    for one in things:
        community.keep(one, START)
    community.erase(["t2_ana"])
    assert "t2_ana" not in str(community.state())


@given(THINGS, st.integers(0, 40))
def test_forgetting_is_complete(things: list[Thing], hours: int) -> None:
    community = Community("x", {})
    for one in things:
        community.keep(one, START)
    unchecked = START + timedelta(hours=hours - 20)
    community.forget(before=date(2026, 11, 10), unchecked=unchecked)
    assert all(row[1] >= "2026-11-10" and row[2] >= unchecked.timestamp() for row in community.things.values())
    assert hours <= 20 or not community.things


def test_accounts_are_found_in_the_communities_they_are_active_in(night: Night) -> None:
    first(night)
    _, store, _ = night()
    with store:
        assert [(find.account, find.lane) for find in store.finds()] == [(KEY, LANE)]
