"""Bluesky: who may be kept, what a handle proves, batches, nights, and answers that cannot be right."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from spiders import bluesky
from spiders._base import SourceSpider
from spiders._bluesky.about import BlueskyOptions
from storage.records import Account, AccountKey, Claim, Link, Origin
from storage.store import Store
from tests.replay import Exchange, Replay, crawl

START, DAY = datetime(2026, 11, 25, 3, tzinfo=UTC), timedelta(days=1)
SITE = "https://bsky.app"
ORIGIN = Origin(source="bluesky", url=SITE, seen_at=START, spider="bluesky/1")
HOSTED = BlueskyOptions().hosted
Night = Callable[..., tuple[Replay, Store, SourceSpider]]


def did(letter: str) -> str:
    return f"did:plc:{letter * 24}"


def profile(letter: str = "a", handle: str = "ada.bsky.social", **facts: Any) -> dict[str, Any]:
    return {"did": did(letter), "handle": handle, "labels": []} | facts


def label(val: str, src: str = did("a"), **facts: Any) -> dict[str, Any]:
    return {"src": src, "val": val} | facts


@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        ([], None),
        ([label("!no-unauthenticated")], "hidden_from_visitors"),
        ([label("!no-unauthenticated", neg=True)], None),
        ([label("!takedown", src="did:plc:moderators")], "taken_down"),
        ([label("bot")], "no_person"),
        ([label("bot", src="did:plc:somebodyelse")], None),
        ([label("spam", src="did:plc:labeler")], None),
    ],
)
def test_who_may_be_kept(labels: list[dict[str, Any]], reason: str | None) -> None:
    assert bluesky.reason_to_pass(bluesky.Profile.model_validate(profile(labels=labels))) == reason


@pytest.mark.parametrize(
    ("handle", "facts", "expected"),
    [
        ("ada.example", {}, [("https://ada.example", Claim.VERIFIED)]),
        ("Ada.Example", {"website": "https://ada.example"}, [("https://ada.example", Claim.VERIFIED)]),
        ("ada.bsky.social", {}, []),
        ("ada.social.example.ap.brid.gy", {}, []),
        ("handle.invalid", {}, []),
        ("ada.bsky.social", {"website": "https://ada.example"}, [("https://ada.example", Claim.CLAIMED)]),
        ("ada.bsky.social", {"website": "javascript:alert(1)"}, []),
        ("ada.bsky.social", {"description": "github.com/ada"}, [("https://github.com/ada", Claim.CLAIMED)]),
        (
            "ada.bsky.social",
            {"description": "I like github.com/ada a lot"},
            [("https://github.com/ada", Claim.MENTIONED)],
        ),
    ],
)
def test_links(handle: str, facts: dict[str, Any], expected: list[tuple[str, Claim]]) -> None:
    read = bluesky.Profile.model_validate(profile(handle=handle, **facts))
    assert [(link.url, link.claim) for link in bluesky.links(read, HOSTED, lambda _: None)] == expected


def test_what_is_kept_of_a_profile() -> None:
    facts = {"displayName": "Ada\u200b Example", "description": "Mail ada@mail.example", "pronouns": "she/her"}
    read = bluesky.Profile.model_validate(profile(followersCount=3, createdAt="2023-05-04T01:02:03.456Z", **facts))
    one = bluesky.account(read, SITE, HOSTED, ORIGIN, print)
    assert (one.source_id, one.handle, one.url) == (did("a"), "ada.bsky.social", f"{SITE}/profile/ada.bsky.social")
    assert (one.name, one.bio, dict(one.figures)) == ("Ada Example", "Mail [contact: see post]", {"followers": 3.0})
    assert "she/her" not in one.model_dump_json()
    unproven = bluesky.Profile.model_validate(profile(handle="handle.invalid"))
    assert bluesky.account(unproven, SITE, HOSTED, ORIGIN, print).url == f"{SITE}/profile/{did('a')}"


# ---- nights -----------------------------------------------------------------------------------------------


def batch(actors: list[str], *profiles: dict[str, Any], **more: Any) -> dict[str, Any]:
    query = urlencode([("actors", actor) for actor in actors])
    return {
        "url": f"https://public.api.bsky.app/xrpc/app.bsky.actor.getProfiles?{query}",
        "body": {"profiles": list(profiles)},
    } | more


def named(url: str, *handles: str) -> None:
    Store.upgrade(url)
    origin = Origin(source="github", url="https://github.com/x", seen_at=START, spider="github/1")
    links = tuple(Link(url=f"{SITE}/profile/{name}", claim=Claim.CLAIMED, field="social_accounts") for name in handles)
    with Store.open(url) as store:
        store.save([Account(source="github", source_id="1", handle="x", url=origin.url, links=links, origin=origin)])


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/night.db"


@pytest.fixture
def night(url: str) -> Night:
    def run(*exchanges: Exchange, at: datetime = START, **options: Any) -> tuple[Replay, Store, SourceSpider]:
        replay = Replay(exchanges)
        lanes = [{"source": "bluesky", "kind": "linked", "target": "accounts"}]
        store, spider = crawl("bluesky", replay, lanes=lanes, options=options, store_url=url, clock=at)
        return replay, store, spider

    return run


def test_twenty_five_to_the_request(night: Night, url: str) -> None:
    handles = [f"n{number:02d}.example" for number in range(30)]
    named(url, *handles)
    replay, store, _ = night(batch(handles[:25]), batch(handles[25:]))
    store.close()
    assert replay.unused == replay.unrecorded == []


def test_known_people_are_looked_up_weekly_by_their_durable_id(night: Night, url: str) -> None:
    named(url, "ada.bsky.social")
    night(batch(["ada.bsky.social"], profile()))[1].close()
    replay, store, _ = night(at=START + DAY)
    store.close()
    assert replay.asked == []
    # Renamed meanwhile: GitHub still names the former handle, at which nobody is found.
    replay, store, _ = night(
        batch([did("a")], profile(handle="ada.example")), batch(["ada.bsky.social"]), at=START + 8 * DAY
    )
    with store:
        account = store.account(AccountKey("bluesky", did("a")))
        assert account is not None
        assert account.handle == "ada.example"
    assert replay.unrecorded == []


def test_who_hides_from_visitors_is_emptied(night: Night, url: str) -> None:
    named(url, "ada.bsky.social")
    night(batch(["ada.bsky.social"], profile(description="Vision engineer")))[1].close()
    _, store, spider = night(batch([did("a")], profile(labels=[label("!no-unauthenticated")])), at=START + 8 * DAY)
    with store:
        account = store.account(AccountKey("bluesky", did("a")))
        gone = [event.detail for event in store.events() if event.event == "gone"]
    assert account is not None
    assert (account.bio, account.flags, gone) == (None, ("hidden_from_visitors",), ["hidden_from_visitors"])
    assert spider.ledger.skipped["hidden_from_visitors"] == 1


def test_a_hidden_account_is_never_stored(night: Night, url: str) -> None:
    named(url, "ada.bsky.social")
    hidden = profile(labels=[label("!no-unauthenticated")], displayName="Ada")
    _, store, _ = night(batch(["ada.bsky.social"], hidden))
    with store:
        assert list(store.accounts(source="bluesky")) == []


def test_one_unfit_handle_does_not_spoil_its_batch(night: Night, url: str) -> None:
    names = ["ada.example", "bo.example", "cy.example"]
    named(url, *names)
    refused = {"status": 400, "body": {"error": "InvalidRequest"}}
    replay, store, _ = night(
        batch(names, **refused),
        batch(names[:1], profile("a", "ada.example")),
        batch(names[1:], **refused),
        batch(names[1:2], **refused),
        batch(names[2:], profile("c", "cy.example")),
    )
    with store:
        assert {account.handle for account in store.accounts(source="bluesky")} == {"ada.example", "cy.example"}
    assert replay.unused == replay.unrecorded == []


@pytest.mark.parametrize("body", [{"profiles": []}, {"profiles": [{"shape": "new"}] * 6}, {"people": []}])
def test_nobody_leaves_because_an_answer_cannot_be_right(night: Night, url: str, body: Any) -> None:
    letters = "abcdef"
    handles = [f"{letter}.example" for letter in letters]
    named(url, *handles)
    night(batch(handles, *[profile(letter, f"{letter}.example") for letter in letters]))[1].close()
    _, store, spider = night(batch([did(letter) for letter in letters], body=body), at=START + 8 * DAY)
    with store:
        assert not [event for event in store.events() if event.event == "gone"]
        assert len(store.quarantined()) == 1
    assert any(name.startswith("unreadable:") for name in spider.ledger.skipped)


def test_who_left_is_gone(night: Night, url: str) -> None:
    named(url, "ada.example", "bo.example")
    night(batch(["ada.example", "bo.example"], profile("a", "ada.example"), profile("b", "bo.example")))[1].close()
    _, store, _ = night(batch([did("a"), did("b")], profile("b", "bo.example")), at=START + 8 * DAY)
    with store:
        gone = [event.account.source_id for event in store.events() if event.event == "gone"]
    assert gone == [did("a")]


def test_a_lost_batch_is_left_for_the_next_night(night: Night, url: str) -> None:
    named(url, "ada.example")
    _, store, spider = night(*[batch(["ada.example"], status=502, body="")] * 3)
    store.close()
    assert spider.ledger.skipped["left_for_next_night"] == 1
    replay, store, _ = night(batch(["ada.example"], profile("a", "ada.example")), at=START + DAY)
    store.close()
    assert replay.unused == replay.unrecorded == []


def test_handles_that_are_none_are_not_asked(night: Night, url: str) -> None:
    named(url, "nodots", "under_score.example")
    replay, store, spider = night()
    store.close()
    assert (replay.asked, spider.ledger.skipped["no_handle"]) == ([], 2)
