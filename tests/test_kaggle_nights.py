"""Nights of the Kaggle source: what is asked, what is not asked again, what ends the night."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from spiders._base import SourceSpider
from spiders._kaggle import calls, lanes
from spiders._polite.middlewares import TRANSIENT_TRIES
from storage.records import AccountKey
from storage.store import Store
from tests.replay import Exchange, Replay, crawl

START, DAY = datetime(2026, 11, 25, 3, tzinfo=UTC), timedelta(days=1)
USERS, BOARDS = "tier=MASTER", "latest:1"
Night = Callable[..., tuple[Replay, Store, SourceSpider]]


def call(method: str, body: Mapping[str, object], answer: object = None, **more: Any) -> dict[str, Any]:
    url = f"https://api.kaggle.com/v1/{method}"
    return {"method": "POST", "url": url, "request_body": json.dumps(dict(body)), "body": answer or {}} | more


def person(number: int, name: str, **facts: Any) -> dict[str, Any]:
    owner = {"id": number, "userName": name, "displayName": name.title(), "tier": "MASTER"}
    owner |= {key: facts.pop(key) for key in ("progressionOptOut",) if key in facts}
    return {"ownerUser": owner, "userDocument": facts}


def users(*people: dict[str, Any], token: str = "", following: str = "") -> dict[str, Any]:
    answer = {"documents": list(people), "totalDocuments": len(people), "nextPageToken": following}
    body = lanes.user_search(USERS)
    assert body is not None
    return call(calls.USERS, calls.paged(body, token), answer)


def work(name: str, *kernels: dict[str, Any]) -> list[dict[str, Any]]:
    (kernel_list, *_), (dataset_list, *_), (model_list, *_) = calls.WORK
    return [
        call(kernel_list, calls.paged({"user": name}), {"kernels": list(kernels)}),
        call(dataset_list, calls.paged({"user": name})),
        call(model_list, calls.paged({"owner": name})),
    ]


def finished(slug: str = "cells", teams: int = 10) -> dict[str, Any]:
    return {
        "id": 3,
        "ref": slug,
        "title": slug,
        "deadline": "2026-10-01T00:00:00Z",
        "awardsPoints": True,
        "teamCount": teams,
    }


def listed(*competitions: dict[str, Any]) -> dict[str, Any]:
    return call(calls.COMPETITIONS, calls.competitions(""), {"competitions": list(competitions)})


def board(*rows: tuple[int, str], slug: str = "cells") -> dict[str, Any]:
    lines = [f'{rank},{rank}0,T{rank},2026-09-01 00:00:00,1,1,"{members}"' for rank, members in rows]
    text = "\n".join(("Rank,TeamId,TeamName,LastSubmissionDate,Score,SubmissionCount,TeamMemberUserNames", *lines))
    return call(calls.LEADERBOARD, {"competitionName": slug}, zip={f"{slug}.csv": text})


def named(name: str, *people: dict[str, Any]) -> dict[str, Any]:
    return call(calls.USERS, calls.users_by_name(name), {"documents": list(people)})


@pytest.fixture
def night(tmp_path: Path) -> Night:
    def run(
        *exchanges: Exchange, at: datetime = START, users: bool = True, boards: str = "", **options: Any
    ) -> tuple[Replay, Store, SourceSpider]:
        replay = Replay(exchanges)
        kinds = (("users", USERS if users else ""), ("leaderboards", boards))
        wanted = [{"source": "kaggle", "kind": kind, "target": target} for kind, target in kinds if target]
        url = f"sqlite:///{tmp_path}/night.db"
        store, spider = crawl("kaggle", replay, lanes=wanted, options=options, store_url=url, clock=at)
        return replay, store, spider

    return run


def asked(replay: Replay) -> list[str]:
    return [request.url.rsplit("/", 1)[1] for request in replay.asked]


def results(store: Store, number: int) -> dict[str, Mapping[str, float]]:
    key = AccountKey("kaggle", str(number))
    found = store.evidence([key]).get(key, ())
    return {evidence.source_id: evidence.figures for evidence in found if evidence.kind == "competition"}


def test_second_night_asks_only_for_those_who_did_something(night: Night) -> None:
    ana, bo = person(1, "ana", competitionPoints=100), person(2, "bo", competitionPoints=100)
    first, store, _ = night(users(ana, bo), *work("ana"), *work("bo"))
    store.close()
    assert first.unused == first.unrecorded == []
    decayed, risen = person(1, "ana", competitionPoints=99), person(2, "bo", competitionPoints=130)
    second, store, _ = night(users(decayed, risen), *work("bo"), at=START + DAY)
    assert second.unused == second.unrecorded == []
    with store:
        account = store.account(AccountKey("kaggle", "1"))
    assert account is not None
    assert account.figures["competition_points"] == 99


def test_pages_follow_the_token_and_the_best_ranked_are_read_first(night: Night) -> None:
    one = [users(person(1, "ana"), following="p2"), users(person(2, "bo", competitionRanking=5), token="p2")]
    replay, store, spider = night(*one, *work("bo"), max_profiles=1)
    store.close()
    assert replay.unused == replay.unrecorded == []
    assert spider.ledger.skipped["over_max_profiles"] == 1


@pytest.mark.parametrize("failure", [{"status": 502}, {"status": 404}, {"body": "no json"}])
def test_person_whose_lists_failed_is_read_again(night: Night, failure: dict[str, Any]) -> None:
    kernels, datasets, models = work("ana")
    after = [] if "body" in failure else [models]
    times = TRANSIENT_TRIES if failure.get("status") == 502 else 1
    first, store, _ = night(users(person(1, "ana")), kernels, *[datasets | failure] * times, *after)
    store.close()
    assert first.unused == first.unrecorded == []
    second, store, _ = night(users(person(1, "ana")), *work("ana"), at=START + DAY)
    store.close()
    assert second.unused == second.unrecorded == []


def test_leaderboard_members_known_and_unknown(night: Night) -> None:
    ana, cy = person(1, "ana"), person(3, "Cy")
    replay, store, spider = night(
        users(ana), listed(finished()), board((1, "ana,cy"), (2, "nobody"), (9, "last")),
        named("cy", person(4, "cyrus"), cy), named("nobody"), *work("ana"), *work("Cy"), boards=BOARDS,
    )  # fmt: skip
    assert replay.unused == replay.unrecorded == []
    with store:
        assert results(store, 1) == {"cells": {"rank": 1, "medal": 1, "teams": 10, "team_size": 2}}
        assert results(store, 3) == {"cells": {"rank": 1, "medal": 1, "teams": 10, "team_size": 2}}
    assert spider.ledger.skipped["member_not_found"] == 1
    assert spider.ledger.skipped["team_without_medal"] == 1


def test_finished_competition_is_read_once(night: Night) -> None:
    night(
        listed(finished()), board((1, "ana")), named("ana", person(1, "ana")), *work("ana"), users=False, boards=BOARDS
    )[1].close()
    replay, store, spider = night(listed(finished()), users=False, boards=BOARDS, at=START + DAY)
    store.close()
    assert replay.unused == replay.unrecorded == []
    assert spider.ledger.skipped["leaderboard_read_before"] == 1
    replay, store, _ = night(users=False, boards="cells", at=START + 2 * DAY)
    store.close()
    assert replay.asked == []


def test_names_over_the_share_of_a_night_wait_for_the_next(night: Night) -> None:
    rows = board((1, "ana"), (2, "bo"))
    first, store, spider = night(
        listed(finished()),
        rows,
        named("ana", person(1, "ana")),
        *work("ana"),
        users=False,
        boards=BOARDS,
        max_lookups=1,
    )
    store.close()
    assert first.unrecorded == []
    assert spider.ledger.skipped["lookup_left_for_next_night"] == 1
    second, store, _ = night(
        listed(finished()), rows, named("bo", person(2, "bo")), *work("bo"),
        users=False, boards=BOARDS, max_lookups=1, at=START + DAY,
    )  # fmt: skip
    assert second.unused == second.unrecorded == []
    with store:
        assert results(store, 2)


@pytest.mark.parametrize(
    "competition",
    [
        finished() | {"awardsPoints": False},
        finished() | {"deadline": "2026-12-01T00:00:00Z"},
        finished() | {"deadline": "2026-11-24T00:00:00Z"},
        {"ref": "cells"},
    ],
    ids=["unranked", "running", "just ended", "no deadline"],
)
@pytest.mark.parametrize("lane", [BOARDS, "cells"])
def test_only_settled_ranked_competitions_count(night: Night, competition: dict[str, Any], lane: str) -> None:
    one = call(calls.COMPETITION, {"competitionName": "cells"}, competition)
    replay, store, _ = night(one if lane == "cells" else listed(competition), users=False, boards=lane)
    store.close()
    assert replay.unused == replay.unrecorded == []


def test_leaderboard_without_members_is_read_once_and_says_so(night: Night) -> None:
    text = "TeamId,TeamName,SubmissionDate,Score\n1,A,2023-01-01 00:00:00,1\n"
    old = call(calls.LEADERBOARD, {"competitionName": "cells"}, zip={"x.csv": text})
    _, store, spider = night(listed(finished()), old, users=False, boards=BOARDS)
    store.close()
    assert spider.ledger.skipped["leaderboard_without_members"] == 1
    replay, store, _ = night(listed(finished()), users=False, boards=BOARDS, at=START + DAY)
    store.close()
    assert replay.unrecorded == []


def test_broken_leaderboard_goes_to_quarantine_and_is_tried_again(night: Night) -> None:
    broken = call(calls.LEADERBOARD, {"competitionName": "cells"}, "PK broken")
    _, store, _ = night(listed(finished()), broken, broken, users=False, boards=BOARDS)  # asked for once more
    with store:
        assert [row.reason for row in store.quarantined()] == ["broken_zip"]
    replay, store, _ = night(listed(finished()), board(), users=False, boards=BOARDS, at=START + DAY)
    store.close()
    assert replay.unused == []


def test_opting_out_takes_ranks_and_medals_along(night: Night) -> None:
    ana = person(1, "ana", competitionRanking=4)
    night(users(ana), listed(finished()), board((1, "ana")), *work("ana"), boards=BOARDS)[1].close()
    out = person(1, "ana", competitionRanking=4, progressionOptOut=True)
    _, store, _ = night(users(out), *work("ana"), at=START + DAY)
    with store:
        assert results(store, 1) == {"cells": {"teams": 10, "team_size": 1}}
        account = store.account(AccountKey("kaggle", "1"))
    assert account is not None
    assert account.flags == ("progression_opt_out",)


def test_people_no_lane_shows_are_looked_for_weekly_and_the_missing_are_gone(night: Night) -> None:
    night(users(person(1, "ana"), person(2, "bo")), *work("ana"), *work("bo"))[1].close()
    replay, store, _ = night(users(), at=START + 2 * DAY)
    store.close()
    assert replay.unrecorded == []
    again = call(calls.USERS, calls.users_by_number([1, 2]), {"documents": [person(1, "ana-new")]})
    replay, store, _ = night(users(), again, *work("ana-new"), at=START + 8 * DAY)
    assert replay.unused == replay.unrecorded == []
    with store:
        gone = {known.handle: known.gone_at is not None for known in store.known("kaggle")}
    assert gone == {"ana-new": False, "bo": True}


def test_three_refusals_in_a_row_end_the_night(night: Night, tmp_path: Path) -> None:
    refused = users() | {
        "status": 429,
        "headers": {"Retry-After": "0"},
        "body": '{"code":429,"message":"TooManyRequests"}',
    }
    replay, store, spider = night(refused, refused, refused, users(person(1, "ana")), boards=BOARDS)
    with store:
        held = store.held("kaggle")
    assert asked(replay) == ["ListEntities"] * 3
    assert spider.stopped is not None
    assert spider.stopped[0] == "limit"
    assert held is not None
    assert held[0] == START + timedelta(hours=6)


def test_two_refusals_lose_nothing(night: Night) -> None:
    refused = users() | {"status": 429, "headers": {"Retry-After": "0"}}
    replay, store, spider = night(refused, refused, users(person(1, "ana")), *work("ana"))
    with store:
        assert [known.handle for known in store.known("kaggle")] == ["ana"]
    assert replay.unused == []
    assert spider.stopped is None


def test_strange_lanes_are_counted(night: Night) -> None:
    _, store, spider = night(users=False, boards="newest:3")
    store.close()
    assert spider.ledger.skipped["lane_not_understood"] == 1


@pytest.mark.parametrize(("later", "again"), [(timedelta(hours=2), True), (timedelta(days=1), False)])
def test_work_a_cut_off_night_never_came_to_is_read_when_it_is_continued(
    night: Night, later: timedelta, again: bool
) -> None:
    refused = work("ana")[0] | {"status": 401, "body": ""}
    night(users(person(1, "ana")), refused)[1].close()
    number = call(calls.USERS, calls.users_by_number([1]), {"documents": [person(1, "ana")]})
    replay, store, _ = night(users(), *((number, *work("ana")) if again else ()), at=START + later)
    with store:
        assert [bool(known.markers.get("work")) for known in store.known("kaggle")] == [again]
    assert replay.unused == replay.unrecorded == []
