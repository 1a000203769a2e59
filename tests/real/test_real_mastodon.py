"""Mastodon's recorded answers (a test server's, August 2026): look-ups, a directory, limit headers, wishes."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from spiders._mastodon import people
from spiders._polite import limits as _limits
from storage.records import Account, Claim, Link, Origin
from storage.store import Store
from tests.replay import Replay, crawl, read_exchanges

FILE = Path(__file__).resolve().parents[3] / "shared" / "recordings" / "slack" / "mastodon.jsonl"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not FILE.is_file(), reason="recorded answers of Mastodon are not beside the project"),
]
NIGHT = datetime(2026, 11, 25, 3, tzinfo=UTC)
SERVER = "recorded.example"
ORIGIN = Origin(source="mastodon", url=f"https://{SERVER}", seen_at=NIGHT, spider="mastodon/1")


def profiles() -> list[people.Profile]:
    bodies = [json.loads(row["body"]) for row in read_exchanges(FILE) if row["status"] == 200]
    rows = [one for body in bodies for one in (body if isinstance(body, list) else [body])]
    return [people.Profile.model_validate(row) for row in rows]


def test_every_recorded_profile_is_read_and_its_wish_honoured() -> None:
    found = [(one.username, people.reason_to_pass(one)) for one in profiles()]
    assert sorted({reason or "kept" for _, reason in found}) == ["kept", "not_discoverable"]
    assert [name for name, reason in found if reason is None] == ["mastodonpy_test_2"]


def test_every_recorded_profile_makes_an_account() -> None:
    made = [people.account(one, SERVER, ORIGIN, print) for one in profiles()]
    first = made[0]
    assert (len(made), first.handle, first.bio, first.links) == (4, f"mastodonpy_test@{SERVER}", "I walk funny", ())
    assert dict(first.figures) == {"followers": 0.0, "posts": 0.0}
    assert dict(made[-1].figures) == {"followers": 0.0}  # not indexable


def test_the_window_ends_at_a_time_written_out() -> None:
    wall = datetime(2026, 8, 1, 13, 45, tzinfo=UTC).timestamp()
    for row in read_exchanges(FILE):
        seen = _limits.spelled(
            {name.lower(): value for name, value in row["headers"].items()}, "x-ratelimit", wall=wall
        )
        assert seen is not None
        assert (seen.limit, seen.remaining) == (300, 299)
        assert 300 <= seen.reset_in < 601


def test_recorded_look_ups_through_the_engine(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/night.db"
    Store.upgrade(url)
    missing, hidden, _, directory, *_ = read_exchanges(FILE)
    (shown,) = json.loads(directory["body"])
    origin = Origin(source="github", url="https://github.com/x", seen_at=NIGHT, spider="github/1")
    names = ("nobody_here", "mastodonpy_test", "mastodonpy_test_2")
    links = tuple(Link(url=f"https://{SERVER}/@{name}", claim=Claim.CLAIMED, field="x") for name in names)
    with Store.open(url) as store:
        store.save([Account(source="github", source_id="1", handle="x", url=origin.url, links=links, origin=origin)])

    def asked(name: str, row: dict[str, Any], **more: Any) -> dict[str, Any]:
        return row | {"url": f"https://{SERVER}/api/v1/accounts/lookup?acct={name}"} | more

    replay = Replay(
        [
            {"url": f"https://{SERVER}/robots.txt", "status": 404},
            asked(names[0], missing),
            asked(names[1], hidden),
            asked(names[2], directory, body=json.dumps(shown)),
        ]
    )
    store, spider = crawl(
        "mastodon",
        replay,
        lanes=[{"source": "mastodon", "kind": "linked", "target": "accounts"}],
        options={"servers": [SERVER]},
        store_url=url,
        clock=NIGHT,
    )
    with store:
        assert [one.handle for one in store.accounts(source="mastodon")] == [f"mastodonpy_test_2@{SERVER}"]
    assert replay.unused == replay.unrecorded == []
    assert spider.ledger.skipped["not_discoverable"] == spider.ledger.skipped["linked_but_not_there"] == 1
