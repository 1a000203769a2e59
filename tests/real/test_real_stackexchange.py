"""Stack Exchange's recorded answers: profiles, tags, a network, the envelope with its `backoff`.

The addresses recorded are older than the calls of the spider (single ids, another version); the answers are played
under ours. Facts about real people are written down as counts and digests: the repository holds nothing of them.
"""

import hashlib
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from spiders._reading.clean import each
from spiders._stackexchange import people
from spiders._stackexchange.answers import Envelope, Membership, Somebody, backoff_of, problem_of
from spiders._stackexchange.sites import host
from storage.records import Account, Evidence
from tests.replay import Replay, crawl, read_exchanges
from tests.stackexchange_answers import created, membership, network, row, tags, top, user, users

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "recordings" / "stackexchange"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="recorded answers of Stack Exchange are not beside the project"),
]
LANE = {"source": "stackexchange", "kind": "answerers", "target": "stackoverflow/pytorch"}


def recorded(name: str) -> list[dict[str, Any]]:
    return read_exchanges(FOLDER / name)


def digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:12]


def night(tmp_path: Path, profiles: dict[str, Any], *more: Any) -> tuple[list[Account], list[Evidence], Counter[str]]:
    """One night in which the people of a recorded answer are found, right after their last visit."""
    rows = profiles["body"]["items"]
    numbers = sorted(item["user_id"] for item in rows)
    seen = max(item["last_access_date"] for item in rows)
    found = [row(number) for number in numbers]
    exchanges = [created(), top(), top(*found, period="all_time"), users(numbers) | {"body": profiles["body"]}]
    url, replay = f"sqlite:///{tmp_path}/night.db", Replay([*exchanges, *more])
    clock = datetime.fromtimestamp(seen, UTC) + timedelta(hours=1)
    store, spider = crawl("stackexchange", replay, lanes=[LANE], options={"tag_pages": 1}, store_url=url, clock=clock)
    assert replay.unused == replay.unrecorded == []
    with store:
        accounts = list(store.accounts(source="stackexchange"))
        found_work = store.evidence({account.key for account in accounts})
    return accounts, [one for work in found_work.values() for one in work], spider.ledger.skipped


def of_network(profiles: dict[str, Any]) -> list[dict[str, Any]]:
    """An invented network of those recorded people who are not idle."""
    rows = profiles["body"]["items"]
    edge = max(item["last_access_date"] for item in rows) - 730 * 86_400
    pairs = sorted((item["account_id"], item["user_id"]) for item in rows if item["last_access_date"] > edge)
    return [network([account for account, _ in pairs], *(membership(*pair) for pair in pairs))]


@pytest.mark.parametrize(
    ("line", "kept", "idle", "places", "links", "facts"),
    [(0, 1, 0, 1, 1, "26f4a56be661"), (1, 3, 1, 2, 0, "42de7be11ce8"), (2, 1, 0, 1, 1, "444ba65cef33")],
)
def test_profiles(tmp_path: Path, line: int, kept: int, idle: int, places: int, links: int, facts: str) -> None:
    profiles = recorded("users.jsonl")[line]
    numbers = sorted(item["user_id"] for item in profiles["body"]["items"])
    asked = of_network(profiles)
    active = [n for n in numbers if f'"user_id": {n}' in json.dumps(asked)]
    accounts, work, counters = night(tmp_path, profiles, *asked, tags(active))
    assert (len(accounts), counters["idle"]) == (kept, idle)
    assert sum(account.location is not None for account in accounts) == places
    assert sum(len(account.links) for account in accounts) == links
    assert {one.kind for one in work} == {"answer"}
    # No filter was in use when these were recorded, so the texts of the profiles are unknown, not empty.
    assert not [account for account in accounts if "bio" in account.observed]
    said = [(a.name, a.location, [link.url for link in a.links], dict(a.figures)) for a in accounts]
    assert digest(said) == facts


@pytest.mark.parametrize(
    ("line", "practised", "touched", "facts"), [(0, 25, 5, "e89562eb7168"), (1, 30, 0, "3fcf2107ef9b")]
)
def test_tags_of_people(tmp_path: Path, line: int, practised: int, touched: int, facts: str) -> None:
    answer = recorded("user_tags.jsonl")[line]
    number = answer["body"]["items"][0]["user_id"]
    profiles = {"body": {"items": [user(number, 11)], "has_more": False}}
    found = tags([number]) | {"body": answer["body"]}
    _, work, counters = night(tmp_path, profiles, network([11], membership(11, number)), found)
    counted = {one.source_id.partition("/")[2]: len(one.tags) for one in work if one.kind == "tags"}
    assert (counted.get("practised", 0), counted.get("touched", 0)) == (practised, touched)
    assert digest(sorted((one.source_id, one.text) for one in work if one.kind == "tags")) == facts
    assert counters["unreadable:unexpected_shape"] == 0


@pytest.fixture
def sites() -> list[Membership]:
    (answer,) = recorded("network.jsonl")
    return list(each(Membership, Envelope.model_validate(answer["body"]).items, print))


def test_network_of_a_person(sites: list[Membership]) -> None:
    counted: list[str] = []
    seats = people.active(sites, counted.append)
    assert (len(sites), len(seats), len(counted)) == (30, 18, 0)
    assert len({seat.site for seat in seats}) == len(seats)
    assert seats[0].site == "meta"  # the most reputed


def test_every_site_of_the_network_has_its_own_host(sites: list[Membership]) -> None:
    from spiders._stackexchange.sites import site

    assert [host(site(row.site_url)) for row in sites] == [row.site_url.partition("//")[2] for row in sites]


def test_every_recorded_envelope_and_owner_is_read() -> None:
    rows = [
        row for name in ("posts.jsonl", "users.jsonl", "user_tags.jsonl", "network.jsonl") for row in recorded(name)
    ]
    envelopes = [Envelope.model_validate(row["body"]) for row in rows]
    bodies = [json.dumps(row["body"]).encode() for row in rows]
    assert len(rows) == 13
    assert [seconds for body in bodies if (seconds := backoff_of(body))] == [0.2]
    assert not [body for body in bodies if problem_of(body)]
    owners = [item["owner"] for envelope in envelopes for item in envelope.items if "owner" in item]
    assert len(list(each(Somebody, owners, print))) == len(owners)
    assert {Somebody.model_validate(owner).user_type for owner in owners} == {"registered"}
