"""Recorded programmes: speaker files of a community, its list of talks, one Sessionize event, pretalx speakers.

Facts about real people are written down as counts and digests: the repository holds nothing of them.
"""

import hashlib
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from spiders._events import people_files, pretalx, programme
from storage.records import Account, Kind, Level, Origin
from storage.text import profile_key
from tests.replay import Replay, crawl, read_exchanges

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "recordings" / "events"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="recorded answers of events are not beside the project"),
]
NIGHT = datetime(2026, 11, 25, 3, tzinfo=UTC)
ORIGIN = Origin(source="events", url="https://x.example", seen_at=NIGHT, spider="events/1")
REPOSITORY = "DataTalksClub/datatalksclub.github.io"
ROBOTS = {"url": "https://raw.githubusercontent.com/robots.txt", "status": 404}


def digest(values: Any) -> str:
    return hashlib.sha256(json.dumps(values, ensure_ascii=False).encode()).hexdigest()[:12]


def tree(pages: list[dict[str, Any]]) -> dict[str, Any]:
    """The listing was not recorded; made of the recorded files."""
    paths = [page["url"].partition("/main/")[2] for page in pages]
    rows = [{"path": path, "type": "blob", "sha": digest(path)} for path in (*paths, "_data/events.yaml")]
    url = f"https://api.github.com/repos/{REPOSITORY}/git/trees/main?recursive=1"
    return {"url": url, "headers": {"etag": '"x"'}, "body": {"sha": "x", "tree": rows, "truncated": False}}


def test_speaker_files_and_talks_through_the_engine(tmp_path: Path) -> None:
    pages, lists = read_exchanges(FOLDER / "speaker_pages.jsonl"), read_exchanges(FOLDER / "event_lists.jsonl")
    replay = Replay([tree(pages), ROBOTS, *pages, *lists])
    target = f"{REPOSITORY};branch=main;people=_people;talks=_data/events.yaml"
    lane, url = {"source": "events", "kind": "git", "target": target}, f"sqlite:///{tmp_path}/night.db"
    store, spider = crawl("events", replay, lanes=[lane], store_url=url, clock=NIGHT)
    assert replay.unused == replay.unrecorded == []
    with store:
        accounts = list(store.accounts(source="events"))
        work = [one for found in store.evidence({account.key for account in accounts}).values() for one in found]
        assert store.quarantined() == []
    claimed = Counter(link.field for account in accounts for link in account.links if link.claim == "claimed")
    assert len(accounts) == len(pages) == 227
    assert {account.kind for account in accounts} == {Kind.PERSON}
    assert all(account.name and account.bio for account in accounts)
    assert claimed == FIELDS
    keyed = Counter(key[0] for a in accounts for link in a.links if (key := profile_key(link.url)))
    assert (keyed["github"], keyed["linkedin"], keyed["twitter"]) == PROFILES
    assert spider.ledger.skipped["link_rejected"] == 6
    assert digest(sorted((account.handle, account.name) for account in accounts)) == NAMES
    assert Counter(one.level for one in work) == LEVELS
    assert not any(
        "@" in (account.bio or "").replace("@", "", 0) and "redacted" in (account.bio or "") for account in accounts
    )
    again, spider = crawl("events", Replay([tree(pages)]), lanes=[lane], store_url=url, clock=NIGHT)
    again.close()
    assert spider.ledger.requests == 1


FIELDS = {"linkedin": 219, "twitter": 157, "github": 155, "web": 119}
PROFILES = (155, 219, 158)
NAMES = "8586e0dbcb25"
LEVELS = {Level.ACTIVITY: 86, Level.PRACTICE: 14}


def test_sessionize_views_through_the_engine(tmp_path: Path) -> None:
    speakers, sessions = read_exchanges(FOLDER / "sessionize.jsonl")
    everything = {"url": "https://sessionize.com/api/v2/exampleid/view/All", "status": 404}
    lane = {"source": "events", "kind": "sessionize", "target": "exampleid;name=Recorded event"}
    replay, url = Replay([everything, speakers, sessions]), f"sqlite:///{tmp_path}/night.db"
    store, _ = crawl("events", replay, lanes=[lane], store_url=url, clock=NIGHT)
    assert replay.unused == replay.unrecorded == []
    with store:
        accounts: list[Account] = list(store.accounts(source="events"))
        work = [one for found in store.evidence({one.key for one in accounts}).values() for one in found]
    assert (len(accounts), len(work)) == (28, 31)
    assert sum(link.claim == "claimed" for one in accounts for link in one.links) == 0  # the organiser enabled none
    assert Counter(one.tags[0] for one in work) == FORMS
    assert all(one.event_at and one.event_at.year == 2019 for one in work)


FORMS = {"keynote": 2, "opening": 1, "talk": 24, "tutorial": 4}


def test_people_of_the_rest_interface_read_as_those_of_the_export() -> None:
    """The answers are those organisers may show; nothing of age, origin or money is looked at."""
    (rest, site) = read_exchanges(FOLDER / "pretalx.jsonl")
    person = pretalx.Person.model_validate(rest["body"]["results"][0])
    speaker = pretalx.speaker(person, "pretalx.example.org", "conf", "https://pretalx.example.org/conf-2024", print)
    made = programme.account(speaker, ORIGIN)
    shown = site["body"][person.code]
    assert {link.url for link in made.links} == {shown["gitx"], shown["linkedin_url"]}
    assert (made.company, made.handle, made.name) == (shown["affiliation"], shown["code"], shown["name"])


def test_robots_close_the_interface_and_leave_the_export_open() -> None:
    from protego import Protego

    (robots,) = read_exchanges(FOLDER / "robots.jsonl")
    rules, site = Protego.parse(robots["body"]), "https://pretalx.example.org"
    assert rules.can_fetch(f"{site}/conf-2024/schedule/export/schedule.json", "sourcing-crawler")
    assert not rules.can_fetch(f"{site}/api/events/conf-2024/speakers/", "sourcing-crawler")


def test_every_recorded_talk_is_read() -> None:
    (listed,) = read_exchanges(FOLDER / "event_lists.jsonl")
    counted: Counter[str] = Counter()
    talks = list(
        people_files.talks(listed["body"], REPOSITORY, "https://x.example", lambda name: counted.update([name]))
    )
    assert (len(talks), len({talk.id for talk in talks}), counted) == (250, 250, {})
