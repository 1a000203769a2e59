"""Nights of the events source: what is asked again, what leaves a programme, what fails."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from spiders._base import SourceSpider
from storage.records import AccountKey
from storage.store import Store
from tests.replay import Exchange, Replay, crawl

START, DAY = datetime(2026, 4, 1, 3, tzinfo=UTC), timedelta(days=1)
EVENT = {"source": "events", "kind": "pretalx", "target": "talks.example.org/pydemo-2026"}
VIEWS = {"source": "events", "kind": "sessionize", "target": "demo1;name=Demo"}
FILES = {"source": "events", "kind": "git", "target": "club/site;people=_people;talks=talks.yaml"}
ROBOTS = {"url": "https://talks.example.org/robots.txt", "status": 404}
RAW_ROBOTS = {"url": "https://raw.githubusercontent.com/robots.txt", "status": 404}
Night = Callable[..., tuple[Replay, Store, SourceSpider]]


def talk(code: str, *people: str) -> dict[str, Any]:
    persons = [{"code": one, "name": f"Person {one}"} for one in people]
    return {"code": code, "title": f"Talk {code}", "date": "2026-04-14T10:00:00+02:00", "persons": persons}


def export(*talks: dict[str, Any], etag: str = "", version: str = "1", **more: Any) -> dict[str, Any]:
    conference = {"title": "PyDemo", "end": "2026-04-15", "days": [{"rooms": {"Hall": list(talks)}}]}
    return {
        "url": "https://talks.example.org/pydemo-2026/schedule/export/schedule.json",
        "headers": {"etag": etag} if etag else {},
        "body": {"schedule": {"version": version, "conference": conference}},
    } | more


@pytest.fixture
def night(tmp_path: Path) -> Night:
    def run(*exchanges: Exchange, lane: Any = EVENT, at: datetime = START, **options: Any) -> Any:
        replay, url = Replay(exchanges), f"sqlite:///{tmp_path}/night.db"
        store, spider = crawl("events", replay, lanes=[lane], options=options, store_url=url, clock=at)
        assert replay.unrecorded == replay.unused == []
        return replay, store, spider

    return run


def work(store: Store, person: str) -> set[str]:
    key = AccountKey("events", person)
    return {one.source_id.rsplit("/", 1)[1] for one in store.evidence([key]).get(key, ())}


def gone(store: Store) -> set[str]:
    return {known.handle for known in store.known("events") if known.gone_at}


def test_unchanged_programme_costs_one_request_and_sees_everybody_again(night: Night) -> None:
    _, store, _ = night(ROBOTS, export(talk("A", "P1", "P2"), etag='"1"'))
    store.close()
    _, store, _ = night(ROBOTS, export(status=304, body=""), at=START + DAY)
    with store:
        assert {known.last_seen for known in store.known("events")} == {START + DAY}
    _, store, spider = night(ROBOTS, export(talk("A", "P1", "P2"), etag='"2"'), at=START + 2 * DAY)
    with store:
        assert {known.last_seen for known in store.known("events")} == {START + 2 * DAY}
    assert spider.ledger.skipped["programme_unchanged"] == 1
    assert spider.ledger.accounts == 2


def test_people_and_talks_that_leave_are_taken_back_and_return(night: Night) -> None:
    night(ROBOTS, export(talk("A", "P1", "P2"), talk("B", "P1")))[1].close()
    _, store, _ = night(ROBOTS, export(talk("A", "P1"), version="2"), at=START + DAY)
    with store:
        assert work(store, "talks.example.org/pydemo/P1") == {"A"}
        assert work(store, "talks.example.org/pydemo/P2") == set()
        assert gone(store) == {"P2"}
    _, store, _ = night(ROBOTS, export(talk("A", "P1", "P2"), version="3"), at=START + 2 * DAY)
    with store:
        assert gone(store) == set()
        assert work(store, "talks.example.org/pydemo/P2") == {"A"}


def test_somebody_on_another_programme_stays(night: Night, tmp_path: Path) -> None:
    other = EVENT | {"target": "talks.example.org/pydemo-2025"}
    before = export(talk("Z", "P2"), url="https://talks.example.org/pydemo-2025/schedule/export/schedule.json")
    url, lanes = f"sqlite:///{tmp_path}/night.db", [EVENT, other]
    for day, talks in ((0, ("P1", "P2")), (1, ("P1",))):
        replay = Replay([ROBOTS, export(talk("A", *talks)), before])
        store, _ = crawl("events", replay, lanes=lanes, store_url=url, clock=START + day * DAY)
        with store:
            assert gone(store) == set()
            assert work(store, "talks.example.org/pydemo/P2") == ({"A", "Z"} if day == 0 else {"Z"})


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (export(), "no_speakers"),
        (export(talk("A", "P0")), "programme_emptied"),
        (export(body={"schedule": {}}), "unexpected_shape"),
        (export(body="<html>maintenance</html>"), "bad_json"),
        (export(status=403), "http_403"),
    ],
)
def test_a_programme_that_cannot_be_right_takes_nobody_away(night: Night, answer: Exchange, reason: str) -> None:
    night(ROBOTS, export(*(talk(f"T{n}", f"P{n}") for n in range(25))))[1].close()
    _, store, _ = night(ROBOTS, answer, at=START + DAY)
    with store:
        assert [row.reason for row in store.quarantined()] == [reason]
        assert gone(store) == set()
        assert work(store, "talks.example.org/pydemo/P7") == {"T7"}


def test_programme_not_published_yet_is_counted(night: Night) -> None:
    _, store, spider = night(ROBOTS, export(status=404))
    store.close()
    assert spider.ledger.skipped["programme_not_published:pydemo-2026"] == 1


def test_closed_robots_and_broken_robots_ask_nothing(night: Night) -> None:
    closed, unreachable = (
        ROBOTS | {"status": 200, "body": "User-agent: *\nDisallow: /\n"},
        ROBOTS | {"raises": "timeout"},
    )
    for robots in ([closed], [unreachable] * 3):
        replay, store, spider = night(*robots)
        store.close()
        assert {request.url for request in replay.asked} == {"https://talks.example.org/robots.txt"}
        assert spider.ledger.skipped["closed_by_robots"] == 1


def test_settled_events_are_asked_once_a_week(night: Night) -> None:
    night(ROBOTS, export(talk("A", "P1")), at=START + 40 * DAY)[1].close()
    replay, store, spider = night(at=START + 41 * DAY)
    store.close()
    assert replay.asked == []
    assert spider.ledger.skipped["event_settled"] == 1
    night(ROBOTS, export(talk("A", "P1")), at=START + 48 * DAY)[1].close()


@pytest.mark.parametrize("target", ["nonsense", "talks.example.org/a/b", ""])
def test_lanes_that_are_not_understood_are_counted(night: Night, target: str) -> None:
    _, store, spider = night(lane=EVENT | {"target": target})
    store.close()
    assert spider.ledger.skipped["lane_not_understood"] == 1


# ---- Sessionize ---------------------------------------------------------------------------------------------


def view(name: str, body: Any, **more: Any) -> dict[str, Any]:
    return {"url": f"https://sessionize.com/api/v2/demo1/view/{name}", "body": body} | more


def test_views_in_parts_where_all_is_not_shown(night: Night) -> None:
    people = [{"id": "u1", "fullName": "Ana Example", "sessions": [{"id": 1, "name": "A"}]}]
    groups = [{"groupId": None, "sessions": [{"id": "1", "title": "A", "speakers": [{"id": "u1", "name": "Ana"}]}]}]
    _, store, spider = night(
        view("All", "", status=404), view("Speakers", people), view("Sessions", groups), lane=VIEWS
    )
    with store:
        assert work(store, "sessionize.com/u1") == {"1"}
    assert spider.ledger.skipped["sessionize_in_parts"] == 1


# ---- files in git -------------------------------------------------------------------------------------------


def tree(etag: str = '"t"', *, truncated: bool = False, **files: str) -> dict[str, Any]:
    names = {"talks_yaml": "talks.yaml"}
    rows = [{"path": names.get(n, f"_people/{n}.md"), "type": "blob", "sha": sha} for n, sha in files.items()]
    return {
        "url": "https://api.github.com/repos/club/site/git/trees/HEAD?recursive=1",
        "headers": {"etag": etag},
        "body": {"sha": "t", "tree": rows, "truncated": truncated},
    }


def file(name: str, **more: Any) -> dict[str, Any]:
    text = f"---\ntitle: {name.title()} Example\ngithub: {name}\n---\nHello.\n"
    return {"url": f"https://raw.githubusercontent.com/club/site/HEAD/_people/{name}.md", "body": text} | more


def talks(*rows: tuple[str, str]) -> dict[str, Any]:
    body = [{"title": title, "time": "2026-01-02 10:00:00", "speakers": who.split()} for title, who in rows]
    return {"url": "https://raw.githubusercontent.com/club/site/HEAD/talks.yaml", "body": json.dumps(body)}


def names(store: Store) -> dict[str, bool]:
    return {known.handle: known.gone_at is None for known in store.known("events")}


def titles(store: Store, person: str) -> set[str]:
    key = AccountKey("events", f"club/site/{person}")
    return {one.title for one in store.evidence([key]).get(key, ())}


def test_only_changed_files_are_asked_again(night: Night) -> None:
    first = tree(ana="1", bo="1", talks_yaml="1")
    night(first, RAW_ROBOTS, file("ana"), file("bo"), talks(("A", "ana bo nobody")), lane=FILES)[1].close()
    night(first | {"status": 304, "body": ""}, lane=FILES, at=START + DAY)[1].close()
    changed = tree('"u"', ana="2", cy="1", talks_yaml="1")
    _, store, _ = night(
        changed, RAW_ROBOTS, file("ana"), file("cy"), talks(("A", "ana"), ("C", "cy")), lane=FILES, at=START + 2 * DAY
    )
    with store:
        assert names(store) == {"ana": True, "bo": False, "cy": True}
        assert (titles(store, "ana"), titles(store, "bo"), titles(store, "cy")) == ({"A"}, set(), {"C"})


def test_what_a_night_could_not_read_is_read_the_next(night: Night) -> None:
    first, lost = tree(ana="1", bo="1"), file("bo", status=502)
    night(first, RAW_ROBOTS, file("ana"), lost, lost, lost, lane=FILES)[1].close()
    unchanged = first | {"status": 304, "body": ""}
    _, store, _ = night(unchanged, first, RAW_ROBOTS, file("bo"), lane=FILES, at=START + DAY)
    with store:
        assert names(store) == {"ana": True, "bo": True}


def test_files_over_the_limit_wait_and_broken_files_are_not_asked_again(night: Night) -> None:
    first = tree(ana="1", bo="1", cy="1")
    broken = file("ana", body="nothing here")
    _, store, spider = night(first, RAW_ROBOTS, broken, file("bo"), lane=FILES, max_profiles=2)
    assert [row.reason for row in store.quarantined()] == ["no_head"]
    store.close()
    assert spider.ledger.skipped["over_max_profiles"] == 1
    _, store, _ = night(first, RAW_ROBOTS, file("cy"), lane=FILES, at=START + DAY, max_profiles=2)
    with store:
        assert names(store) == {"bo": True, "cy": True}


def test_a_file_that_was_cut_off_is_asked_for_again(night: Night) -> None:
    whole = file("ana", body="---\ntitle: Ana Example\ngithub: ana\n---\nShe builds rankers and search engines.\n")
    listed = tree(ana="870b0229402381254fb6235750971c0100b74617")  # by `git hash-object`
    cut = whole | {"body": whole["body"][:60]}
    _, store, spider = night(listed, RAW_ROBOTS, cut, whole, lane=FILES)
    with store:
        [ana] = store.accounts()
    assert ana.bio == "She builds rankers and search engines."
    assert spider.ledger.skipped["retried"] == 1


def test_a_file_newer_than_its_listing_is_believed_and_read_again_the_next_night(night: Night) -> None:
    listed, newer = tree(ana="0" * 40), file("ana")
    _, store, spider = night(listed, RAW_ROBOTS, newer, newer, lane=FILES)
    assert spider.ledger.skipped["file_not_as_listed"] == 1
    with store:
        assert names(store) == {"ana": True}
    _, store, _ = night(listed, RAW_ROBOTS, newer, newer, lane=FILES, at=START + DAY)
    store.close()
    now = tree('"u"', ana="f99f95b2aaa971e01d80fcf07239185d53865764")
    _, store, spider = night(now, lane=FILES, at=START + 2 * DAY)
    with store:
        assert names(store) == {"ana": True}
    assert spider.ledger.requests == 1


def test_a_cut_listing_takes_nobody_away(night: Night) -> None:
    night(tree(ana="1", bo="1"), RAW_ROBOTS, file("ana"), file("bo"), lane=FILES)[1].close()
    _, store, spider = night(tree('"u"', truncated=True, ana="1"), lane=FILES, at=START + DAY)
    with store:
        assert names(store) == {"ana": True, "bo": True}
    assert spider.ledger.skipped["tree_truncated"] == 1


def test_repository_without_people_is_a_finding(night: Night) -> None:
    _, store, _ = night(tree(talks_yaml="1"), lane=FILES)
    with store:
        assert [row.reason for row in store.quarantined()] == ["no_speaker_files"]
