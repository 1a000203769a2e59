"""Nights on GitHub, played through the real engine: what is asked, kept, and never overwritten."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from spiders._base import SourceSpider
from spiders._polite.middlewares import TRANSIENT_TRIES
from spiders._registry import load
from storage.records import Account, AccountKey, Lane, Level
from storage.store import Store
from tests import github_answers as gh
from tests.replay import Replay, bill, crawl

CLOCK = "2026-11-01T06:00:00+00:00"
SINCE, UNTIL = "2025-11-01T00:00:00+00:00", "2026-11-01T00:00:00+00:00"
MIDDLE, AFTER_MIDDLE = "2026-05-02T12:00:00+00:00", "2026-05-02T12:00:01+00:00"
LIST = Lane(source="github", kind="contributors", target="lab/tool")
CHANGES = Lane(source="github", kind="merged_authors", target="lab/tool")
FULL = {"api": gh.API}
ADA = AccountKey("github", "1")


def row(number: int, login: str, commits: int = 9, kind: str = "User") -> dict[str, Any]:
    return {"login": login, "id": number, "node_id": f"U_{number}", "type": kind, "contributions": commits}


def contributors(
    rows: Sequence[dict[str, Any]], *, etag: str = "", link: str = "", location: str = ""
) -> dict[str, Any]:
    given = {"etag": etag, "link": link, "location": location}
    exchange = gh.rest("/repos/lab/tool/contributors?per_page=100", list(rows))
    return exchange | {"headers": {**exchange["headers"], **{name: value for name, value in given.items() if value}}}


def night(
    tmp_path: Path,
    exchanges: Sequence[dict[str, Any]],
    lanes: Sequence[Lane] = (LIST,),
    clock: str = CLOCK,
    **options: Any,
) -> tuple[Store, SourceSpider]:
    replay = Replay(exchanges)
    store, spider = crawl(
        "github",
        replay,
        lanes=lanes,
        options=FULL | options,
        store_url=f"sqlite:///{tmp_path}/night.db",
        clock=clock,
    )
    assert replay.unrecorded == []
    assert replay.unused == []
    return store, spider


def first_night(tmp_path: Path) -> tuple[Store, SourceSpider]:
    """Ada is found in a list, triaged and read in full."""
    return night(
        tmp_path,
        [
            contributors([row(1, "ada")], etag='"one"'),
            gh.probe([(1, gh.probed(1, "ada"))]),
            gh.profiles([(1, "ada", gh.profiled(1, "ada"))]),
            gh.contributions([(1, SINCE, UNTIL, gh.year(31, [gh.worked("lab", 31)]))]),
        ],
    )


def ada(store: Store) -> Account:
    account = store.account(ADA)
    assert account is not None
    return account


def test_a_new_person_is_triaged_and_read_in_full(tmp_path: Path) -> None:
    store, spider = first_night(tmp_path)
    account = ada(store)
    assert (account.name, account.location, account.open_to_work) == ("Person 1", "Lisbon, Portugal", None)
    assert account.figures["commits_year"] == 31
    assert account.markers["read"] == "1"
    kinds = {evidence.kind: evidence for evidence in store.evidence([ADA])[ADA]}
    assert set(kinds) == {"contributor", "repository", "contribution"}
    assert kinds["repository"].packages == ("torch",)
    assert kinds["repository"].origin.url == "https://github.com/ada"
    assert bill(spider) == {
        LIST.id: 1,
        "github/triage": 1,
        "github/profiles": 1,
        "github/contributions": 1,
    }


def test_an_unchanged_world_costs_one_probe_and_once_a_week_a_free_304(tmp_path: Path) -> None:
    first_night(tmp_path)[0].close()
    seen = gh.probe([(1, gh.probed(1, "ada"))])
    store, spider = night(tmp_path, [seen], clock="2026-11-02T06:00:00+00:00")
    assert bill(spider) == {"github/probe": 1}
    assert spider.ledger.skipped["contributors_not_due"] == 1
    store.close()
    unchanged = contributors([], etag='"one"') | {"status": 304, "body": ""}
    store, spider = night(tmp_path, [unchanged, seen], clock="2026-11-08T06:00:00+00:00")
    assert ada(store).figures["commits_year"] == 31
    spent = {row.lane: (row.requests, row.counted) for row in spider.ledger.bills()}
    assert spent == {LIST.id: (1, 0), "github/probe": (1, 1)}


def test_a_missing_repository_is_looked_for_again_after_a_week(tmp_path: Path) -> None:
    """Merged changes tell that it is not there, so its list of contributors is not asked for either."""
    lanes = [LIST, CHANGES]
    gone = gh.merged([("lab/tool", None, None)], gh.error("NOT_FOUND", "r0"))
    _, spider = night(tmp_path, [gone], lanes=lanes)
    assert spider.ledger.skipped["no_such_repository:lab/tool"] == 1
    _, spider = night(tmp_path, [], lanes=[CHANGES], clock="2026-11-03T06:00:00+00:00")
    assert spider.ledger.skipped["repository_still_missing"] == 1
    night(tmp_path, [gone], lanes=lanes, clock="2026-11-09T06:00:00+00:00")


@pytest.mark.parametrize(
    "change",
    [
        {"updatedAt": "2026-11-01T20:00:00Z"},
        {"repositories": {"totalCount": 2, "nodes": [{"pushedAt": "2026-11-01T21:00:00Z"}]}},
    ],
    ids=["profile edited", "only a push"],
)
def test_a_changed_person_is_read_again(tmp_path: Path, change: dict[str, Any]) -> None:
    first_night(tmp_path)[0].close()
    clock = "2026-11-02T06:00:00+00:00"
    since, until = "2025-11-02T00:00:00+00:00", "2026-11-02T00:00:00+00:00"
    store, _ = night(
        tmp_path,
        [
            gh.probe([(1, gh.probed(1, "ada", **change))]),
            gh.profiles([(1, "ada", gh.profiled(1, "ada", bio="MLOps engineer"))]),
            gh.contributions([(1, since, until, gh.year(40))]),
        ],
        clock=clock,
    )
    assert ada(store).bio == "MLOps engineer"
    assert ada(store).figures["commits_year"] == 40


def test_a_night_cut_off_before_the_year_reads_the_person_again(tmp_path: Path) -> None:
    """The change marks are kept only once everything was read."""
    broken = gh.contributions([(1, SINCE, UNTIL, None)]) | {"raises": "timeout"}
    halves = [
        gh.contributions([(1, SINCE, MIDDLE, None), (1, AFTER_MIDDLE, UNTIL, None)]) | {"raises": "timeout"},
    ]
    exchanges = [
        contributors([row(1, "ada")]),
        gh.probe([(1, gh.probed(1, "ada"))]),
        gh.profiles([(1, "ada", gh.profiled(1, "ada"))]),
        broken,
        *halves,
    ]
    replay = Replay(exchanges)
    store, _ = crawl(
        "github", replay, lanes=[LIST], options=FULL, store_url=f"sqlite:///{tmp_path}/night.db", clock=CLOCK
    )
    assert "read" not in ada(store).markers
    assert "commits_year" not in ada(store).figures


def test_a_rename_keeps_the_account(tmp_path: Path) -> None:
    first_night(tmp_path)[0].close()
    clock = "2026-11-02T06:00:00+00:00"
    since, until = "2025-11-02T00:00:00+00:00", "2026-11-02T00:00:00+00:00"
    store, _ = night(
        tmp_path,
        [
            gh.probe([(1, gh.probed(1, "ada-l", updatedAt="2026-11-01T20:00:00Z"))]),
            gh.profiles([(1, "ada-l", gh.profiled(1, "ada-l"))]),
            gh.contributions([(1, since, until, gh.year(31))]),
        ],
        clock=clock,
    )
    assert ada(store).handle == "ada-l"
    assert [handle for handle, _ in store.handles(ADA)] == ["ada", "ada-l"]
    assert "renamed" in {event.event for event in store.events(key=ADA)}


def test_a_vanished_account_is_an_event_and_nothing_is_erased(tmp_path: Path) -> None:
    first_night(tmp_path)[0].close()
    gone = gh.probe([(1, None)], gh.error("NOT_FOUND", "nodes", 0))
    store, _ = night(tmp_path, [gone], clock="2026-11-02T06:00:00+00:00")
    assert ada(store).name == "Person 1"
    assert [event.event for event in store.events(key=ADA)][-1] == "gone"
    store.close()
    # The next night does not look again before a week has passed.
    store, spider = night(tmp_path, [], clock="2026-11-03T06:00:00+00:00")
    assert bill(spider) == {}
    store.close()
    back = gh.probe([(1, gh.probed(1, "ada"))])
    clock = "2026-11-12T06:00:00+00:00"
    since, until = "2025-11-12T00:00:00+00:00", "2026-11-12T00:00:00+00:00"
    again = [
        gh.profiles([(1, "ada", gh.profiled(1, "ada"))]),
        gh.contributions([(1, since, until, gh.year(31))]),
    ]
    unchanged = contributors([], etag='"one"') | {"status": 304, "body": ""}
    store, _ = night(tmp_path, [unchanged, back, *again], clock=clock)
    assert "returned" in {event.event for event in store.events(key=ADA)}


def test_a_null_without_an_error_says_nothing(tmp_path: Path) -> None:
    first_night(tmp_path)[0].close()
    store, spider = night(tmp_path, [gh.probe([(1, None)])], clock="2026-11-02T06:00:00+00:00")
    assert store.events(key=ADA) == [event for event in store.events(key=ADA) if event.event != "gone"]
    assert spider.ledger.skipped["not_returned:null"] == 1


def test_fields_under_an_error_keep_their_known_value(tmp_path: Path) -> None:
    first_night(tmp_path)[0].close()
    clock = "2026-11-02T06:00:00+00:00"
    since, until = "2025-11-02T00:00:00+00:00", "2026-11-02T00:00:00+00:00"
    limited = gh.profiled(1, "ada", bio=None, name=None, followers=None)
    store, spider = night(
        tmp_path,
        [
            gh.probe([(1, gh.probed(1, "ada", updatedAt="2026-11-01T20:00:00Z"))]),
            gh.profiles(
                [(1, "ada", limited)],
                gh.error("RESOURCE_LIMITS_EXCEEDED", "u0", "bio"),
                gh.error("RESOURCE_LIMITS_EXCEEDED", "u0", "followers"),
            ),
            gh.contributions([(1, since, until, gh.year(31))]),
        ],
        clock=clock,
    )
    account = ada(store)
    assert account.bio == "ML engineer"  # not returned: kept
    assert account.name is None  # returned as empty: the person took it away
    assert account.figures["followers"] == 3
    assert spider.ledger.skipped["graphql_error:RESOURCE_LIMITS_EXCEEDED"] == 2


def test_a_year_over_the_limit_is_read_in_halves(tmp_path: Path) -> None:
    over = gh.error("RESOURCE_LIMITS_EXCEEDED", "u0", "contributionsCollection")
    store, _ = night(
        tmp_path,
        [
            contributors([row(1, "ada")]),
            gh.probe([(1, gh.probed(1, "ada"))]),
            gh.profiles([(1, "ada", gh.profiled(1, "ada"))]),
            gh.contributions([(1, SINCE, UNTIL, gh.year(0))], over),  # a false zero beside the error
            gh.contributions(
                [
                    (1, SINCE, MIDDLE, gh.year(2000, [gh.worked("lab", 2000)])),
                    (1, AFTER_MIDDLE, UNTIL, gh.year(1500, [gh.worked("lab", 1500)])),
                ]
            ),
        ],
    )
    assert ada(store).figures["commits_year"] == 3500
    work = {evidence.kind: evidence for evidence in store.evidence([ADA])[ADA]}["contribution"]
    assert work.figures["commits"] == 3500
    assert work.level is Level.RECOGNISED


def test_a_document_too_large_is_halved_and_nobody_lost(tmp_path: Path) -> None:
    people = [(n, f"p{n}") for n in range(1, 5)]
    store, spider = night(
        tmp_path,
        [
            contributors([row(n, login, 9 - n) for n, login in people]),
            gh.probe([(n, gh.probed(n, login)) for n, login in people]),
            gh.profiles([(n, login, None) for n, login in people], status=502),
            gh.profiles([(n, login, gh.profiled(n, login)) for n, login in people[:2]]),
            gh.profiles([(n, login, gh.profiled(n, login)) for n, login in people[2:]]),
            gh.contributions([(n, SINCE, UNTIL, gh.year(n)) for n, _ in people]),
        ],
        profiles_at_once=4,
    )
    assert {account.figures["commits_year"] for account in store.accounts(source="github")} == {1, 2, 3, 4}
    assert spider.ledger.bill("github/profiles").requests == 3


def test_bots_organisations_and_people_who_ask_to_be_left_alone_are_not_read(tmp_path: Path) -> None:
    rows = [
        row(1, "ada"),
        row(2, "helper[bot]"),
        row(3, "lab", kind="Organization"),
        {"type": "Anonymous", "contributions": 4},
    ]
    store, spider = night(
        tmp_path,
        [contributors(rows), gh.probe([(1, gh.probed(1, "ada", bio="Happy where I am. No recruiters please."))])],
    )
    assert ada(store).flags == ("no_recruiters",)
    assert spider.ledger.skipped["asks_not_to_be_contacted"] == 1
    assert spider.ledger.skipped["not_a_person"] == 2
    assert spider.ledger.skipped["anonymous_contributor"] == 1


def test_pages_follow_only_the_address_github_names(tmp_path: Path) -> None:
    following = f"{gh.API}/repositories/4242/contributors?per_page=100&page=2"
    store, _ = night(
        tmp_path,
        [
            contributors([row(1, "ada")], link=f'<{following}>; rel="next", <{following}>; rel="last"'),
            {**gh.rest("", [row(2, "bea")]), "url": following},
            gh.probe([(1, gh.probed(1, "ada")), (2, gh.probed(2, "bea"))]),
            gh.profiles([(1, "ada", gh.profiled(1, "ada"))]),
            gh.contributions([(1, SINCE, UNTIL, gh.year(1))]),
        ],
        max_profiles=1,
    )
    assert len(list(store.accounts(source="github"))) == 2


def test_a_renamed_repository_is_followed_and_a_missing_one_reported(tmp_path: Path) -> None:
    moved = f"{gh.API}/repositories/4242/contributors?per_page=100"
    gone = Lane(source="github", kind="contributors", target="lab/gone")
    _, spider = night(
        tmp_path,
        [
            contributors([], location=moved) | {"status": 301},
            {**gh.rest("", []), "url": moved},
            gh.rest("/repos/lab/gone/contributors?per_page=100", {"message": "Not Found"}, status=404),
        ],
        lanes=[LIST, gone],
    )
    assert spider.ledger.skipped["no_such_repository:lab/gone"] == 1


def test_merged_changes_stop_at_the_newest_of_last_night(tmp_path: Path) -> None:
    old, new = gh.change(1, (1, "ada")), gh.change(2, (1, "ada"), files=1, at="2026-11-01T12:00:00Z")
    store, _ = night(
        tmp_path,
        [
            gh.merged([("lab/tool", None, gh.watched("lab/tool", [old, gh.change(9, None)]))]),
            gh.probe([(1, gh.probed(1, "ada"))]),
            gh.profiles([(1, "ada", gh.profiled(1, "ada"))]),
            gh.contributions([(1, SINCE, UNTIL, gh.year(31))]),
        ],
        lanes=[CHANGES],
    )
    store.close()
    store, spider = night(
        tmp_path,
        [
            gh.merged([("lab/tool", None, gh.watched("lab/tool", [new, old], following="c1"))]),
            gh.probe([(1, gh.probed(1, "ada"))]),
        ],
        lanes=[CHANGES],
        clock="2026-11-02T06:00:00+00:00",
    )
    changes = {e.source_id: e.level for e in store.evidence([ADA])[ADA] if e.kind == "merged_change"}
    assert changes == {"1": Level.RECOGNISED, "2": Level.ACTIVITY}
    assert spider.ledger.bill(CHANGES.id).evidence == 1


@pytest.mark.parametrize(
    "limited",
    [
        {
            "status": 403,
            "headers": {"retry-after": "0"},
            "body": {"message": "You have exceeded a secondary rate limit"},
        },
        {"status": 429, "headers": {"retry-after": "0"}, "body": {"message": "slow down"}},
        {
            "status": 200,
            "headers": {"x-ratelimit-remaining": "0", "x-ratelimit-limit": "5000", "retry-after": "0"},
            "body": {"errors": [{"message": "You have exceeded a secondary rate limit. Please wait"}]},
        },
    ],
    ids=["403", "429", "200"],
)
def test_a_refused_document_is_asked_again_and_not_lost(tmp_path: Path, limited: dict[str, Any]) -> None:
    good = gh.probe([(1, gh.probed(1, "ada"))])
    store, spider = night(
        tmp_path,
        [
            contributors([row(1, "ada")]),
            good | limited,
            good,
            gh.profiles([(1, "ada", gh.profiled(1, "ada"))]),
            gh.contributions([(1, SINCE, UNTIL, gh.year(31))]),
        ],
    )
    assert ada(store).markers["read"] == "1"
    assert spider.ledger.bill("github/triage").refused == 1


def test_a_bad_token_stops_the_source_at_once(tmp_path: Path) -> None:
    replay = Replay([contributors([]) | {"status": 401, "body": {"message": "Bad credentials"}}])
    _, spider = crawl(
        "github", replay, lanes=[LIST], options=FULL, store_url=f"sqlite:///{tmp_path}/night.db", clock=CLOCK
    )
    assert spider.stopped is not None
    assert spider.stopped[0] == "refused"
    assert "GITHUB_TOKEN" in spider.stopped[1]


SEARCH = Lane(source="github", kind="search", target='"machine learning" location:Lisbon')
QUERY = "/search/users?q=%22machine%20learning%22%20location%3ALisbon%20type%3Auser{more}&per_page=100"


def found(total: int, *people: tuple[int, str], **more: Any) -> dict[str, Any]:
    items = [{"login": login, "id": n, "node_id": f"U_{n}", "type": "User"} for n, login in people]
    return {"total_count": total, "incomplete_results": False, "items": items, **more}


def test_a_search_past_the_cap_is_split_by_date_and_resumed(tmp_path: Path) -> None:
    first = QUERY.format(more="%20created%3A2007-10-01..2017-04-16")
    second = QUERY.format(more="%20created%3A2017-04-17..2026-11-01")
    store, spider = night(
        tmp_path,
        [
            gh.rest(QUERY.format(more=""), found(1400, (9, "ignored-page"))),
            gh.rest(first, found(1, (1, "ada"))),
            gh.rest(second, {"message": "busy"}, status=422),
            gh.probe([(1, gh.probed(1, "ada"))]),
            gh.profiles([(1, "ada", gh.profiled(1, "ada"))]),
            gh.contributions([(1, SINCE, UNTIL, gh.year(1))]),
        ],
        lanes=[SEARCH],
    )
    store.close()
    assert (spider.ledger.bill(SEARCH.id).promised, spider.ledger.bill(SEARCH.id).found) == (1, 1)
    clock = "2026-11-02T06:00:00+00:00"
    since, until = "2025-11-02T00:00:00+00:00", "2026-11-02T00:00:00+00:00"
    store, spider = night(
        tmp_path,
        [
            gh.rest(second, found(2, (2, "bea"))),
            gh.probe([(1, gh.probed(1, "ada"))]),
            gh.probe([(2, gh.probed(2, "bea"))]),
            gh.profiles([(2, "bea", gh.profiled(2, "bea"))]),
            gh.contributions([(2, since, until, gh.year(1))]),
        ],
        lanes=[SEARCH],
        clock=clock,
    )
    assert (spider.ledger.bill(SEARCH.id).promised, spider.ledger.bill(SEARCH.id).found) == (3, 2)
    store.close()
    known = gh.probe([(1, gh.probed(1, "ada")), (2, gh.probed(2, "bea"))])
    _, spider = night(tmp_path, [known], lanes=[SEARCH], clock="2026-11-04T06:00:00+00:00")
    assert spider.ledger.skipped["search_not_due"] == 1


def test_a_person_named_by_hand_is_read_through_both_interfaces(tmp_path: Path) -> None:
    lane = Lane(source="github", kind="people", target="ada")
    profile = {"login": "ada", "id": 1, "node_id": "U_1", "type": "User", "name": "Ada", "created_at": "foobar"}
    store, spider = night(
        tmp_path,
        [
            gh.rest("/users/ada", profile),
            gh.probe([(1, gh.probed(1, "ada"))]),
            gh.profiles([(1, "ada", gh.profiled(1, "ada"))]),
            gh.contributions([(1, SINCE, UNTIL, gh.year(1))]),
        ],
        lanes=[lane],
    )
    assert ada(store).name == "Person 1"
    assert spider.ledger.skipped["field_rejected:created_at"] == 1


def test_an_unreadable_answer_is_kept_aside_and_the_night_goes_on(tmp_path: Path) -> None:
    store, spider = night(
        tmp_path,
        [
            *[gh.rest("/repos/lab/tool/contributors?per_page=100", "<html>busy</html>")] * TRANSIENT_TRIES,
            gh.merged([("lab/tool", None, gh.watched("lab/tool", [gh.change(1, (1, "ada"))]))]),
            gh.probe([(1, gh.probed(1, "ada"))]),
            gh.profiles([(1, "ada", gh.profiled(1, "ada"))]),
            gh.contributions([(1, SINCE, UNTIL, gh.year(1))]),
        ],
        lanes=[LIST, CHANGES],
    )
    (aside,) = store.quarantined()
    assert (aside.source, aside.reason, aside.excerpt) == ("github", "bad_json", "<html>busy</html>")
    assert spider.ledger.skipped["unreadable:bad_json"] == 1
    assert ada(store).markers["read"] == "1"


def test_people_a_cut_off_night_only_listed_are_looked_at_next_night(tmp_path: Path) -> None:
    refused = Replay([contributors([row(1, "ada")], etag='"one"'), gh.probe([(1, None)]) | {"status": 401, "body": {}}])
    crawl("github", refused, lanes=[LIST], options=FULL, store_url=f"sqlite:///{tmp_path}/night.db", clock=CLOCK)
    clock = "2026-11-02T06:00:00+00:00"
    since, until = "2025-11-02T00:00:00+00:00", "2026-11-02T00:00:00+00:00"
    store, _ = night(
        tmp_path,
        [
            gh.probe([(1, gh.probed(1, "ada"))]),
            gh.profiles([(1, "ada", gh.profiled(1, "ada"))]),
            gh.contributions([(1, since, until, gh.year(31))]),
        ],
        clock=clock,
    )
    assert ada(store).markers["read"] == "1"


def test_merged_changes_of_a_cut_off_night_are_read_again(tmp_path: Path) -> None:
    """The mark "read up to here" is kept only once everybody they led to was read."""
    changes = gh.merged([("lab/tool", None, gh.watched("lab/tool", [gh.change(1, (1, "ada"))]))])
    refused = Replay([changes, gh.probe([(1, None)]) | {"status": 401, "body": {}}])
    url = f"sqlite:///{tmp_path}/night.db"
    store, _ = crawl("github", refused, lanes=[CHANGES], options=FULL, store_url=url, clock=CLOCK)
    with store:
        assert store.lane_state(CHANGES.id) is None
    rest = [
        gh.probe([(1, gh.probed(1, "ada"))]),
        gh.profiles([(1, "ada", gh.profiled(1, "ada"))]),
        gh.contributions([(1, SINCE, UNTIL, gh.year(1))]),
    ]
    store, _ = night(tmp_path, [changes, *rest], lanes=[CHANGES])
    with store:
        state = store.lane_state(CHANGES.id)
        assert state is not None
        assert set(state.state) == {"newest"}


def test_some_room_is_kept_for_people_other_sources_name(tmp_path: Path) -> None:
    logins = [f"p{n:02}" for n in range(1, 22)]
    listed = contributors([row(n, login, commits=900 - n) for n, login in enumerate(logins, 1)])
    looked_at = gh.probe([(n, gh.probed(n, login)) for n, login in enumerate(logins, 1)])
    asked: list[list[str]] = []

    class Counting(load("github")):  # type: ignore[misc]  # a class known at run time only
        def work(self) -> list[Any]:
            asked.append(sorted(candidate.login for candidate in self.reading))
            self.reading.clear()
            return []

    replay = Replay([listed, looked_at])
    options = FULL | {"max_profiles": 20}
    store, spider = crawl(
        Counting, replay, lanes=[LIST], options=options, store_url=f"sqlite:///{tmp_path}/night.db", clock=CLOCK
    )
    store.close()
    assert asked == [logins[:18], logins[18:20]]  # the rest of the room is theirs when nobody else is named
    assert spider.ledger.skipped["left_for_next_night"] == 1
