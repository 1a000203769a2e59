"""What nobody can have is taken as unknown and counted; no figure whatever makes a score that is no number."""

import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.engine import Scorer
from scoring.roles import find_role
from scoring.sound import LARGEST, sound
from sourcing.ranking import matrix, score
from sourcing.show.rest import scored
from storage.records import Account, Evidence, Lead
from storage.store import Store
from tests.cases.scoring_people import NOW, account, lead, work
from tests.house_of_sourcing import furnished

SCORER = Scorer(find_role("mle"), NOW)
NAMES = (
    *("followers", "commits_year", "reviews_year", "pull_requests_year", "merged_pull_requests", "tier", "karma"),
    *("competition_points", "competition_ranking", "notebook_points", "reputation", "citations", "h_index", "papers"),
)
WORK_NAMES = (
    *("stars", "releases", "votes", "downloads", "medal", "rank", "teams", "team_size", "score", "citations"),
    *("likes", "merged_pull_requests", "additions", "changed_files", "accepted", "percentile", "authors"),
)
ANYTHING = st.one_of(
    st.floats(), st.sampled_from([-1.0, 0.0, -0.0, 1e308, -1e308, math.inf, -math.inf, math.nan, 1e16])
)
DATES = st.one_of(
    st.none(),
    st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=st.just(UTC)),  # noqa: DTZ001  # zoned here
)
KINDS = (
    "repository",
    "merged_change",
    "review",
    "notebook",
    "dataset",
    "model",
    "competition",
    "paper",
    "answer",
    "talk",
)
SOURCES = ("github", "kaggle", "huggingface", "stackexchange", "research")


@st.composite
def oddities(draw: st.DrawFn) -> Lead:
    accounts = tuple(
        account(source, f"{source}-1", figures=draw(st.dictionaries(st.sampled_from(NAMES), ANYTHING)))
        for source in SOURCES
    )
    items = []
    for at in range(draw(st.integers(0, 6))):
        source = draw(st.sampled_from(SOURCES))
        figures = draw(st.dictionaries(st.sampled_from(WORK_NAMES), ANYTHING))
        one = work(str(at), draw(st.sampled_from(KINDS)), source=source, of=f"{source}-1", figures=figures)
        items.append(one.model_copy(update={"event_at": draw(DATES), "started_at": draw(DATES)}))
    return lead(*items, accounts=accounts)


@given(oddities())
@settings(max_examples=150, deadline=None)
def test_no_number_whatever_makes_a_score_that_is_none(person: Lead) -> None:
    receipt = SCORER.score(person)
    numbers = [receipt.total, receipt.low, receipt.high, receipt.coverage]
    for part in receipt.parts:
        numbers += [part.confidence, part.effective, part.contribution, *([] if part.value is None else [part.value])]
    assert all(0 <= number <= 1 for number in numbers)
    assert receipt.low <= receipt.total <= receipt.high


@given(oddities())
@settings(max_examples=60, deadline=None)
def test_what_is_taken_off_might_as_well_never_have_been_there(person: Lead) -> None:
    clean, count = sound(person, NOW)
    assert sound(clean, NOW) == (clean, {})
    assert (clean is person) == (not count)
    assert SCORER.score(clean) == SCORER.score(person)


@pytest.mark.parametrize(
    ("figures", "kept", "named"),
    [
        ({"stars": -1.0}, {}, "negative stars"),
        ({"stars": math.nan, "forks": 2.0}, {"forks": 2.0}, "stars that is no number"),
        ({"stars": math.inf}, {}, "stars that is no number"),
        ({"stars": 1e300}, {}, "stars beyond counting"),
        ({"score": -3.0}, {"score": -3.0}, ""),
        ({"karma": -math.inf}, {}, "karma that is no number"),
        ({"stars": 0.0, "forks": LARGEST}, {"stars": 0.0, "forks": LARGEST}, ""),
    ],
)
def test_figures(figures: dict[str, float], kept: dict[str, float], named: str) -> None:
    for person in (lead(work(figures=figures)), lead(accounts=(account(figures=figures),))):
        clean, count = sound(person, NOW)
        holder: Account | Evidence = clean.evidence[0] if clean.evidence else clean.accounts[0]
        assert holder.figures == kept
        assert count == ({named: 1} if named else {})


@pytest.mark.parametrize(
    ("kind", "days", "known"),
    [
        ("repository", -1, True),
        ("repository", 0.5, True),
        ("repository", 2, False),
        ("repository", 4000, False),
        ("talk", 200, True),
        ("talk", 400, False),
        ("paper", 60, True),
    ],
)
def test_dates(kind: str, days: float, known: bool) -> None:
    at = NOW + timedelta(days=days)
    one = work(kind=kind).model_copy(update={"event_at": at, "started_at": at})
    clean, count = sound(lead(one), NOW)
    assert clean.evidence[0].event_at == clean.evidence[0].started_at == (at if known else None)
    assert count == ({} if known else {"date in the future": 2})


def test_a_date_read_before_it_came_stays_unknown_within_the_month() -> None:
    """A receipt of this month says what one of any other day of the month would."""
    ahead = work().model_copy(update={"event_at": NOW + timedelta(days=4)})
    days = [sound(lead(ahead), NOW.replace(day=day))[1] for day in (1, 25, 30)]
    assert days == [{"date in the future": 1}] * 3


def test_an_impossible_figure_is_unknown_and_not_a_zero() -> None:
    def impact(figures: dict[str, float]) -> float | None:
        parts = SCORER.score(lead(accounts=(account(figures=figures),))).parts
        return next(part.value for part in parts if part.component == "impact")

    assert impact({"merged_pull_requests": -5.0}) is None
    assert impact({"merged_pull_requests": 0.0}) is not None


def test_a_run_counts_what_cannot_be_once_per_lead_and_says_so(tmp_path: Path) -> None:
    config = furnished(tmp_path)
    ada = account(figures={"followers": -3.0})
    late = work().model_copy(update={"event_at": NOW + timedelta(days=90)})
    roles = [find_role("mle"), find_role("nlp")]
    with Store.open(config.database_url) as store:
        store.save([ada, late])
        store.arrange({ada.key: "L000001"}, at=NOW)
        done = score(store, roles, now=NOW)
        assert (done.leads, done.receipts) == (1, 2)
        assert done.impossible == {"date in the future": 1, "negative followers": 1}
        assert "cannot be, taken as unknown: 1 × date in the future, 1 × negative followers" in scored(done)
        again = score(store, roles, now=NOW + timedelta(hours=1))
        assert (again.receipts, again.impossible) == (0, {})
        assert "cannot be" not in scored(again)
        for role in roles:
            assert not bool((matrix(store, role, now=NOW).totals(role.normal_weights) > 1).any())
