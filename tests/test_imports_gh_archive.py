"""GH Archive: which events are hints, which hours are unknown, and that a hint is never a count."""

import gzip
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sourcing.imports._gh_archive import Event, Hour, Watch, read_hour
from sourcing.imports.gh_archive import HOURS, REPOSITORIES, node_id
from storage.errors import ConfigError
from storage.records import Account, AccountKey, Kind, LaneState
from tests.house_of_sourcing import origin
from tests.imports_kit import LATER, NOW, House

REPO = "example/trainer"
WATCH: dict[str, Any] = {"settings": [f"repositories={REPO}"]}


def event(actor: int = 7, repo: str = REPO, kind: str = "PushEvent", login: str = "", **more: Any) -> dict[str, Any]:
    """An event in the shape in force since October 2025."""
    who = {"id": actor, "login": login or f"dev{actor}", "display_login": f"dev{actor}"}
    given = {"id": "1", "type": kind, "actor": who}
    where = {"repo": {"id": 5, "name": repo, "url": f"https://api.github.example/repos/{repo}"}}
    pushed = {"push_id": 1, "ref": "refs/heads/main", "head": "aa", "before": "bb"}
    return {**given, **where, "payload": pushed, "public": True, "created_at": "2026-11-24T03:10:00Z", **more}


def lines(events: Sequence[dict[str, Any]], **dumps: Any) -> bytes:
    return b"".join(json.dumps(one, **{"separators": (",", ":"), **dumps}).encode() + b"\n" for one in events)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def hour(house: House, events: Sequence[dict[str, Any]], name: str = "2026-11-24-3") -> Path:
    return house.write(f"hours/{name}.json.gz", gzip.compress(lines(events)))


def known(house: House, number: str, seen: datetime, handle: str = "") -> None:
    with house.store() as store:
        store.save(
            [
                Account(
                    source="github",
                    source_id=number,
                    handle=handle or f"dev{number}",
                    url="https://github.com/x",
                    kind=Kind.PERSON,
                    origin=origin("github", seen),
                )
            ]
        )


def remembered(house: House, lane: str) -> dict[str, Any]:
    with house.store() as store:
        state: LaneState | None = store.lane_state(lane)
    return dict(state.state) if state else {}


def test_who_worked_in_a_watched_repository_is_a_candidate(house: House) -> None:
    path = hour(
        house,
        [
            event(7),
            event(7, kind="IssuesEvent", created_at="2026-11-24T03:50:00Z"),
            event(8, repo="Example/Trainer", kind="PullRequestEvent"),
            event(9, repo="other/thing"),
            event(10, kind="WatchEvent"),
            event(11, login="renovate[bot]"),
            event(12, created_at="2031-01-01T00:00:00Z"),
        ],
    )
    done = house.bring("gh_archive", path, **WATCH)
    found = house.accounts("github")
    assert sorted(found) == ["7", "8"]
    seven = found["7"]
    assert (seven.handle, seven.kind, dict(seven.figures)) == ("dev7", Kind.PERSON, {})
    assert dict(seven.markers) == {
        "node_id": node_id(7),
        "interest": "3.00",
        "active_at": "2026-11-24T03:50:00+00:00",
    }
    assert (seven.origin.url, seven.origin.spider) == (f"https://github.com/{REPO}", "gh_archive/1")
    assert done.counters == {"event_by_bot": 1, "event_in_the_future": 1, "event_without_work": 1}
    assert remembered(house, REPOSITORIES) == {REPO: "2026-11-24T03:50:00+00:00"}
    with house.store() as store:
        assert store.evidence([AccountKey("github", "7")]) == {}


def test_a_known_person_is_sighted_wherever_they_work(house: House) -> None:
    known(house, "9", NOW - timedelta(days=9), "oldname")
    known(house, "10", NOW)
    done = house.bring("gh_archive", hour(house, [event(9, repo="other/thing"), event(10)]), **WATCH)
    found = house.accounts("github")
    assert (done.saved.accounts_new, done.saved.sightings) == (0, 2)
    assert (found["9"].handle, found["9"].markers["active_at"]) == ("dev9", "2026-11-24T03:10:00+00:00")
    assert "active_at" not in found["10"].markers  # seen later than that anyway


def test_watched_repositories_are_those_of_the_roles(house: House) -> None:
    done = house.bring("gh_archive", hour(house, [event(7, repo="pytorch/pytorch"), event(8, repo="no/body")]))
    assert (done.state, sorted(house.accounts("github"))) == ("done", ["7"])


def test_hours_that_cannot_be_read_are_unknown_and_never_quiet(house: House) -> None:
    good = lines([event(number) for number in range(1, 200)])
    house.write("hours/2026-11-24-0.json.gz", gzip.compress(good)[:-40])
    house.write("hours/2026-11-24-1.json.gz", gzip.compress(b""))
    house.write("hours/2026-11-24-2.json.gz", b"<html>503</html>")
    house.write("hours/2026-11-24-3.json", lines([event(301)]))
    house.write("hours/2026-11-24-4.json.gz", gzip.compress(lines([event(302)]) + b"not json\n" * 9))
    house.write("hours/readme.txt", b"x")
    done = house.bring("gh_archive", house.folder / "hours", **WATCH)
    assert (done.state, done.exit_code) == ("partial", 1)
    assert done.findings[0].startswith("4 of 5 hours are unknown, not quiet: 2026-11-24T00 broken")
    assert remembered(house, HOURS) == {
        "2026-11-24T00": "broken",
        "2026-11-24T01": "empty",
        "2026-11-24T02": "unreadable",
        "2026-11-24T03": "read",
        "2026-11-24T04": "unreadable",
    }
    assert {"301", "302"} <= set(house.accounts("github"))


def test_what_came_before_a_damage_counts(house: House) -> None:
    body = gzip.compress(b"".join(lines([event(n, id=str(n) * 9)]) for n in range(1, 60_000)))
    house.write("hours/2026-11-24-0.json.gz", body[: len(body) // 2])
    done = house.bring("gh_archive", house.folder / "hours", **WATCH)
    assert done.counters["hour_broken"] == 1
    assert done.saved.accounts_new > 100


def test_again_and_in_any_order(house: House) -> None:
    late = hour(house, [event(7, created_at="2026-11-24T05:10:00Z")], "2026-11-24-5")
    house.bring("gh_archive", late, **WATCH)
    again = house.bring("gh_archive", late, **WATCH, now=LATER)
    assert (again.saved.accounts_new, again.saved.accounts_changed, again.saved.sightings) == (0, 0, 1)
    house.bring("gh_archive", hour(house, [event(7)]), **WATCH, now=LATER)
    assert house.accounts("github")["7"].markers["active_at"] == "2026-11-24T05:10:00+00:00"
    assert remembered(house, REPOSITORIES) == {REPO: "2026-11-24T05:10:00+00:00"}
    house.write("hours/2026-11-24-5.json.gz", b"")
    house.bring("gh_archive", late, **WATCH, now=LATER)
    assert remembered(house, HOURS)["2026-11-24T05"] == "read"  # it was read once, and that stays true


def test_only_so_many_new_people_the_most_telling_first(house: House) -> None:
    events = [event(1, kind="IssueCommentEvent"), event(2), event(3, kind="PullRequestEvent")]
    done = house.bring("gh_archive", hour(house, events), settings=[*WATCH["settings"], "max_people=2"])
    assert (sorted(house.accounts("github")), done.counters) == (["2", "3"], {"over_max_people": 1})


WRONG = [("2026-11-24-24", "hours go from 0 to 23"), ("2026-13-01", "no such hour"), ("nowhere", "no such file")]


@pytest.mark.parametrize(("path", "said"), WRONG)
def test_wrong_hours(house: House, path: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        house.bring("gh_archive", Path(path))


def test_a_folder_without_hours(house: House) -> None:
    with pytest.raises(ConfigError, match="no file is called like an hour"):
        house.bring("gh_archive", house.folder)


# ---- lines ---------------------------------------------------------------------------------------------------------


def read(tmp_path: Path, body: bytes, watch: Watch) -> tuple[list[Event], Hour]:
    path = tmp_path / "2026-11-24-3.json"
    path.write_bytes(body)
    seen = Hour("2026-11-24T03")
    return list(read_hour(path, seen, watch)), seen


USUAL = lines([event(1, "a/b"), event(2, "c/d"), event(3, "A/B")])
UNUSUAL = [
    ("spaces", lines([event(1, "a/b"), event(2, "c/d")], separators=(", ", ": "))),
    ("sorted keys", lines([event(1, "a/b"), event(2, "c/d")], sort_keys=True)),
    ("mixed", USUAL + lines([event(4, "a/b")], indent=None, separators=(", ", ": "))),
    ("escapes", USUAL.replace(b"a/b", b"a\\/b")),
    ("no last line end", USUAL[:-1]),
    ("windows", USUAL.replace(b"\n", b"\r\n")),
    ("empty lines", USUAL.replace(b"\n", b"\n\n")),
]


@pytest.mark.parametrize("body", [body for _, body in UNUSUAL], ids=[name for name, _ in UNUSUAL])
def test_lines_written_in_another_way_are_read_as_well(tmp_path: Path, body: bytes) -> None:
    everything = [Event.model_validate_json(line) for line in body.splitlines() if line.strip()]
    watch = Watch(["a/b"], [])
    found, seen = read(tmp_path, body, watch)
    assert found == [one for one in everything if one.repo.name.casefold() == "a/b"]
    assert (seen.state, seen.unreadable) == ("read", 0)


def test_names_inside_payloads_are_not_events(tmp_path: Path) -> None:
    inside = {"pull_request": {"head": {"repo": {"id": 5, "name": "a/b"}}, "user": {"actor": {"id": 77}}}}
    body = lines([event(1, "x/y", "PullRequestEvent", payload=inside)])
    assert read(tmp_path, body, Watch(["a/b"], ["77"]))[0] == []


BAD = [
    b"{}",
    b"[1]",
    b"null",
    b'{"id":"1","type":"PushEvent","actor":{"id":-1,"login":"x"},"repo":{"name":"a/b"},"created_at":"2026-11-24T03:00:00Z"}',
    b'{"id":"1","type":"PushEvent","actor":{"id":1,"login":"x"},"repo":{"name":""},"created_at":"2026-11-24T03:00:00Z"}',
    b'{"id":"1","type":"PushEvent","actor":{"id":1,"login":"x"},"repo":{"name":"a/b"},"created_at":"yesterday"}',
    b'{"id":"1","actor_attributes":{"login":"x"},"repository":{"name":"b","owner":"a"},"created_at":"2012-01-01T00:00:00Z"}',
    b"[" * 5_000,
    b'{"id":"1"' + b"\x00\xff",
]


@pytest.mark.parametrize("line", BAD, ids=[str(n) for n in range(len(BAD))])
def test_a_line_that_is_no_event_is_counted(tmp_path: Path, line: bytes) -> None:
    found, seen = read(tmp_path, USUAL * 20 + line + b"\n", Watch(["a/b"], []))
    assert (len(found), seen.lines, seen.unreadable, seen.state) == (40, 61, 1, "read")


def test_node_ids() -> None:
    assert node_id(583231) == "U_kgDOAAjmPw"
    assert node_id(2**32) == "U_kgDPAAAAAQAAAAA"
