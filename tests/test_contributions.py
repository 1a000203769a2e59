"""What sources add to each other, and the estimate of how many people were missed, against invented truth."""

import random
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.roles import Role, find_role
from sourcing.contributions import FEWEST_IN_BOTH, Share, contributions, estimate
from sourcing.demo.truth import Truths
from sourcing.demo.world import World
from sourcing.nightly import last_night, run
from sourcing.show import nights as show
from sourcing.show.contributions import estimates
from storage.records import AccountKey, Gone, Kind, Verdict
from storage.store import Store
from tests.demo_house import small
from tests.house_of_sourcing import NOW, account, crawls, done, furnished, origin
from tests.store_kit import ADA, BO, CY, person, same, settle

SEARCH, LIST, USERS = "github/search/ml", "github/contributors/a/b", "kaggle/users/tier=MASTER"


def of(store: Store, night: int | None = None) -> Mapping[str, Share]:
    found = contributions(store, [], night=night)
    return {share.name: share for share in (*found.sources, *found.lanes)}


def test_people_are_counted_once_whatever_their_accounts(lite: Store) -> None:
    lite.save([person(ADA), person(BO), person(CY)])
    settle(lite, {ADA: "L000001", CY: "L000001", BO: "L000002"})
    lite.keep_finds([(ADA, SEARCH), (ADA, LIST), (BO, SEARCH)], night=1)
    lite.keep_finds([(CY, USERS)], night=2)
    shares = of(lite, night=2)
    assert shares["github"] == Share(name="github", people=2, only=1, only_new=0)
    assert shares["kaggle"] == Share(name="kaggle", people=1, only=0, only_new=0)
    assert shares[SEARCH] == Share(name=SEARCH, people=2, only=1, only_new=0)
    assert (shares[LIST].only, shares[USERS].only) == (0, 0)


def test_new_are_those_nobody_showed_before(lite: Store) -> None:
    lite.save([person(ADA), person(BO)])
    lite.keep_finds([(ADA, SEARCH)], night=1)
    lite.keep_finds([(BO, SEARCH)], night=2)
    assert of(lite, night=2)["github"] == Share(name="github", people=2, only=2, only_new=1)
    assert of(lite, night=3)["github"].only_new == 0


def test_without_leads_each_account_stands_for_itself(lite: Store) -> None:
    lite.save([person(ADA), person(CY)])
    lite.keep_finds([(ADA, SEARCH), (CY, USERS)], night=1)
    assert [share.only for share in contributions(lite, []).sources] == [1, 1]


def test_who_is_known_through_links_alone_is_counted_apart(lite: Store) -> None:
    lite.save([person(ADA), person(CY)])
    settle(lite, {ADA: "L000001", CY: "L000002"})
    lite.keep_finds([(ADA, SEARCH)], night=1)
    found = contributions(lite, [])
    assert (found.people, found.linked_only) == (1, 1)


def test_companies_bots_and_the_gone_are_not_counted(lite: Store) -> None:
    company, bot, left = (AccountKey("github", name) for name in ("90", "91", "92"))
    lite.save([person(company, kind=Kind.ORGANISATION), person(bot, kind=Kind.BOT), person(left), person(ADA)])
    lite.keep_finds([(key, SEARCH) for key in (company, bot, left, ADA)], night=1)
    lite.save([Gone(account=left, reason="not_found", origin=origin("github", NOW + timedelta(days=9)))])
    assert of(lite)["github"].people == 1


def groups(first: int, second: int, both: int) -> dict[str, set[str]]:
    left = {f"p{n}" for n in range(first)}
    return {"github": left, "kaggle": {f"p{n}" for n in range(first - both, first + second - both)}}


@pytest.mark.parametrize(
    ("first", "second", "both", "total"),
    [
        (200, 50, 10, 201 * 51 / 11 - 1),  # Seber 1982, formula 3.5
        (101, 100, 100, 101.0),
        (300, 120, 60, 301 * 121 / 61 - 1),
    ],
)
def test_the_formula(first: int, second: int, both: int, total: float) -> None:
    row = estimate("mle", groups(first, second, both))
    assert row.total == pytest.approx(total)
    assert (row.left, row.left_people, row.right_people, row.both) == ("github", first, second, both)
    assert row.low is not None
    assert row.high is not None
    assert row.known <= row.low <= total <= row.high


@pytest.mark.parametrize(
    ("found", "why"),
    [
        ({}, "fewer than two"),
        ({"github": {"a"}}, "fewer than two"),
        ({"github": {"a"}, "kaggle": set()}, "fewer than two"),
        (groups(50, 40, FEWEST_IN_BOTH - 1), "only 6 people"),
    ],
)
def test_no_estimate_without_two_sources_that_meet(found: Mapping[str, set[str]], why: str) -> None:
    row = estimate("mle", found)
    assert (row.total, row.missed) == (None, None)
    assert why in row.why_not
    assert "cannot be said" in estimates([row])[0]


@given(st.integers(7, 400), st.integers(7, 400), st.data())
def test_nobody_found_is_ever_estimated_away(first: int, second: int, data: st.DataObject) -> None:
    both = data.draw(st.integers(FEWEST_IN_BOTH, min(first, second)))
    row = estimate("mle", groups(first, second, both))
    assert row.total is not None
    assert row.low is not None
    assert row.high is not None
    assert row.known - 1e-9 <= row.low <= row.total + 1e-9
    assert row.total <= row.high + 1e-9


# --- against the truth of the invented world ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def world() -> World:
    return small(1200)


@pytest.fixture(scope="module")
def everybody(world: World) -> list[str]:
    """The people of the world, once each."""
    told = {truth.person: truth.kind for truth in Truths(world).values()}
    return [str(number) for number, kind in sorted(told.items()) if kind == "person"]


def test_independent_samples_give_the_truth(everybody: list[str]) -> None:
    """Where the assumptions hold, nineteen intervals in twenty hold the truth, and the mean is right."""
    chance, truth = random.Random("samples"), len(everybody)
    rows = []
    for _ in range(200):
        left = {one for one in everybody if chance.random() < 0.3}
        right = {one for one in everybody if chance.random() < 0.15}
        rows.append(estimate("mle", {"github": left, "kaggle": right}))
    held = sum(row.low <= truth <= row.high for row in rows if row.low is not None and row.high is not None)
    assert held >= 0.9 * len(rows)
    assert sum(row.total or 0.0 for row in rows) / len(rows) == pytest.approx(truth, rel=0.02)


def shown_by(world: World, role: Role) -> dict[str, set[str]]:
    """Whom the role's lanes can show in the invented world, by the truth about whose account is whose."""
    hosts = [
        world.host_index(lane.target) for lane in role.lane_list() if lane.kind in {"contributors", "merged_authors"}
    ]
    giving = {index for host in hosts if host is not None for index, _ in world.contributors(host)}
    people = world.cast.people
    alive = {truth.person for truth in Truths(world).values() if truth.kind == "person"}
    found = {
        "github": giving,
        "kaggle": {one.index for one in people if one.kaggle and one.tier >= 3},
        "hackernews": {one.index for one in people if one.hn and 0 <= one.thread < 3},
    }
    return {source: {str(index) for index in numbers & alive} for source, numbers in found.items()}


@pytest.mark.parametrize("role", ["mle", "nlp", "cv"])
def test_the_lanes_of_a_role_find_the_order_of_magnitude(world: World, everybody: list[str], role: str) -> None:
    """The world's people differ in how much they show, as real ones do: the estimate comes out low, not wild."""
    row = estimate(role, shown_by(world, find_role(role, None)))
    assert row.total is not None
    assert row.missed is not None
    assert row.known < row.total
    assert 0.5 * len(everybody) <= row.total <= 1.3 * len(everybody)


def test_joins_that_are_missing_make_it_too_high(world: World) -> None:
    found = shown_by(world, find_role("mle", None))
    joined = estimate("mle", found)
    # Half of the people at Kaggle are taken for somebody else there.
    apart = {f"k{one}" if int(one) % 2 else one for one in found["kaggle"]}
    parted = estimate("mle", {**found, "kaggle": apart})
    assert joined.total is not None
    assert parted.total is not None
    assert parted.total > joined.total


def test_the_report_says_who_was_found_only_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = furnished(tmp_path)
    crawls(monkeypatch, [account("github", "ada"), account("kaggle", "cy")], [done("github"), done("kaggle")])
    run(config, now=NOW)
    with Store.open(config.database_url) as store:
        store.keep_finds([(account("github", "ada").key, SEARCH), (account("kaggle", "cy").key, USERS)], night=2)
    report = run(config, now=NOW + timedelta(days=1))
    assert report.contributions is not None
    assert [(row.name, row.only, row.only_new) for row in report.contributions.sources] == [
        ("github", 1, 1),
        ("kaggle", 1, 1),
    ]
    text = show.report(report)
    assert "CONTRIBUTIONS\n2 people found by lanes, 0 more through links alone" in text
    assert "mle: 1 person found; how many were missed cannot be said: fewer than two sources" in text
    with Store.open(config.database_url) as store:
        looked = show.looked_back(last_night(config, store))
    assert "CONTRIBUTIONS\n2 people found" in looked


def test_lanes_that_only_follow_links_find_nobody(lite: Store) -> None:
    lite.save([person(ADA), person(CY)])
    lite.keep_finds([(ADA, SEARCH), (CY, "kaggle/linked/accounts"), (CY, "kaggle/recheck/known")], night=1)
    settle(lite, {ADA: "L000001", CY: "L000002"})
    found = contributions(lite, [])
    assert (found.people, found.linked_only) == (1, 1)
    assert [share.name for share in found.sources] == ["github"]


def test_suggested_joins_give_the_lower_estimate(lite: Store) -> None:
    role = find_role("mle", None)
    lane = next(lane.id for lane in role.lane_list() if lane.source == "github")
    left = [AccountKey("github", str(n)) for n in range(30)]
    right = [AccountKey("kaggle", str(n)) for n in range(30)]
    lite.save([person(key) for key in (*left, *right)])
    lite.keep_finds([*((key, lane) for key in left), *((key, USERS) for key in right)], night=1)
    proven = {key: f"L{n:06}" for n, key in enumerate([*left, *right], 1)}
    settle(lite, {**proven, **dict(zip(right[:8], (proven[key] for key in left[:8]), strict=True))})
    pairs = zip(left[8:20], right[8:20], strict=True)
    lite.judge([same(one, other, verdict=Verdict.SUGGESTED) for one, other in pairs])
    [row] = contributions(lite, [role]).estimates
    assert (row.known, row.both) == (52, 8)
    assert row.total == pytest.approx(31 * 31 / 9 - 1)
    assert row.suggested == pytest.approx(31 * 31 / 21 - 1)
    [line, *_] = estimates([row])
    assert "about 54 missed" in line
    assert line.endswith("about 5 missed if every suggested join is right")
