"""Work as columns: every number equals what a single reading of the lead says."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.columns.coverage import Covered, coverage, must_have
from scoring.columns.tally import Tally, tally
from scoring.columns.work import Work, read
from scoring.features import FEATURES
from scoring.reading import Reading, Setting
from scoring.roles import Role, find_role
from scoring.sound import sound
from storage.records import Evidence, Lead, Level
from tests.cases.scoring_people import NOW, account, lead, work

MLE = find_role("mle")
ROLES = [
    MLE,
    Role.model_validate({**MLE.model_dump(exclude={"sources"}), "sources": {"kaggle": 0.25, "github": 0.9}}),
    find_role("ml-ops"),
]
SOURCES = ("github", "kaggle", "huggingface")
TEXTS = (None, None, "Training with PyTorch on Kubernetes", "MLflow, Docker and Airflow", "pandas and SQL", "gardening")


@st.composite
def pieces(draw: st.DrawFn) -> Evidence:
    at = draw(st.integers(0, 10**6))
    source = draw(st.sampled_from(SOURCES))
    return work(
        str(at),
        draw(st.sampled_from(["repository", "merged_change", "notebook", "paper", "competition", "wish", "post"])),
        source=source,
        of=f"{source}-1",
        owner=draw(st.sampled_from(["ada", "pytorch"])),
        title=draw(st.sampled_from(["thing", "pytorch", "a docker image"])),
        text=draw(st.sampled_from(TEXTS)),
        months=draw(st.sampled_from([None, 0.0, 1.0, 1.0, 13.0, 30.0, 400.0, 900.0, -50.0])),
        level=draw(st.sampled_from(list(Level))),
        tags=draw(st.sampled_from([(), ("pytorch",), ("Python", "docker")])),
        packages=draw(st.sampled_from([(), ("torch",), ("mlflow", "pandas")])),
        files=draw(st.sampled_from([(), ("Dockerfile",)])),
    )


@st.composite
def people(draw: st.DrawFn) -> Lead:
    texts = st.sampled_from([None, "ML engineer, PyTorch", "I like Docker and MLflow"])
    flags = st.sampled_from([(), ("progression_opt_out",)])
    accounts = tuple(
        account(source, f"{source}-1", headline=draw(texts), bio=draw(texts), flags=draw(flags)) for source in SOURCES
    )
    items = draw(st.lists(pieces(), max_size=25, unique_by=lambda one: one.id))
    return lead(*items, accounts=accounts)


def numbered(found: list[Lead]) -> list[Lead]:
    return [one.model_copy(update={"id": f"L{at:06d}"}) for at, one in enumerate(found)]


def plain(one: Lead, setting: Setting) -> Reading:
    return Reading(sound(one, NOW)[0], setting)


def held(covered: Covered) -> dict[tuple[str, str], tuple[float, int]]:
    rows = zip(covered.lead, covered.skill, covered.value, covered.level, strict=True)
    return {(covered.leads[at], covered.skills[skill]): (value, level) for at, skill, value, level in rows}


def expected(found: list[Lead], setting: Setting) -> dict[tuple[str, str], tuple[object, int]]:
    return {
        (one.id, skill): (pytest.approx(seen.value, rel=1e-14), int(seen.level))
        for one in found
        for skill, seen in plain(one, setting).coverage.items()
    }


@given(st.lists(people(), min_size=1, max_size=4), st.sampled_from(ROLES))
@settings(max_examples=120, deadline=None)
def test_coverage_is_that_of_single_readings(found: list[Lead], role: Role) -> None:
    leads, setting = numbered(found), Setting(role, NOW)
    assert held(coverage(read(leads, setting))) == expected(leads, setting)


@given(st.lists(people(), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_must_have_is_the_component(found: list[Lead]) -> None:
    leads, setting = numbered(found), Setting(MLE, NOW)
    columns = read(leads, setting)
    value, confidence = must_have(coverage(columns), MLE, counts(columns).richness)
    for at, one in enumerate(leads):
        seen = FEATURES["must_have"](plain(one, setting))
        assert confidence[at] == pytest.approx(seen.confidence, abs=1e-12)
        assert (math.isnan(value[at]), seen.value) == (True, None) or value[at] == pytest.approx(seen.value, abs=1e-12)


def counts(columns: Work) -> Tally:
    month = NOW.year * 12 + NOW.month - 1
    return tally(columns.pieces, len(columns.leads), len(columns.kinds), half_life=12, month=month)


@given(st.lists(people(), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_counts_are_those_of_single_readings(found: list[Lead]) -> None:
    leads, setting = numbered(found), Setting(MLE, NOW)
    columns = read(leads, setting)
    counted = counts(columns)
    for at, one in enumerate(leads):
        reading = plain(one, setting)
        assert counted.richness[at] == reading.richness
        dates = [date for item in reading.work if (date := reading.date(item)) is not None]
        back = {(NOW.year - d.year) * 12 + NOW.month - d.month for d in dates}
        assert counted.months[at] == len({max(0, months) for months in back if months <= 12})
        for kind, name in enumerate(columns.kinds):
            those = [item for item in reading.work if item.kind == name]
            fresh = sum(setting.recency(reading.date(item), 12) for item in those)
            assert counted.count[at, kind] == len(those)
            assert counted.fresh[at, kind] == pytest.approx(fresh)
            ages = [setting.age(date) for item in those if (date := reading.date(item)) is not None]
            assert counted.newest[at, kind] == pytest.approx(min(ages, default=math.inf))


def test_a_text_at_two_sources_counts_where_there_is_room_for_it() -> None:
    """The strongest three of a source leave no room for a fourth, whose text then counts at the other source."""
    strong = [work(str(at), packages=("torch",), of="github-1", level=Level.MAINTAINED, months=0) for at in range(3)]
    twice = "PyTorch everywhere"
    fourth = work("4", text=twice, of="github-1", months=5)
    other = work("5", text=twice, source="kaggle", of="kaggle-1", months=9)
    third = work("6", text=twice, source="huggingface", of="huggingface-1", months=30)
    accounts = tuple(account(source, f"{source}-1") for source in SOURCES)
    setting = Setting(MLE, NOW)
    for items in ([*strong, fourth, other, third], [*strong[:2], fourth, other, third], [other, third]):
        one = lead(*items, accounts=accounts)
        assert held(coverage(read([one], setting))) == expected([one], setting)


def test_of_equals_the_one_of_the_lower_id_counts() -> None:
    strong = [work(str(at), packages=("torch",), of="github-1", level=Level.MAINTAINED, months=0) for at in range(2)]
    here = work("3", text="PyTorch", of="github-1", months=5)
    there = work("4", text="PyTorch", source="kaggle", of="kaggle-1", months=5)
    weak = work("5", text="more PyTorch", of="github-1", months=30)
    setting = Setting(MLE, NOW)
    for items in ([*strong, here, there, weak], [there, weak, here, *strong]):
        one = lead(*items, accounts=tuple(account(source, f"{source}-1") for source in SOURCES))
        assert held(coverage(read([one], setting))) == expected([one], setting)


def test_a_claim_stands_among_equal_work_by_its_id() -> None:
    """A claim of the profile takes the last place of its source before work of equal worth does."""
    strong = [work(str(at), packages=("torch",), of="github-1", level=Level.MAINTAINED, months=0) for at in range(2)]
    here = work("3", "post", title="news", text="PyTorch", of="github-1", level=Level.CLAIM, months=0)
    there = work("4", "post", title="news", text="PyTorch", source="kaggle", of="kaggle-1", level=Level.CLAIM, months=0)
    accounts = (account("github", "github-1", bio="PyTorch"), account("kaggle", "kaggle-1"))
    one, setting = lead(*strong, here, there, accounts=accounts), Setting(MLE, NOW)
    assert len(Reading(one, setting).coverage["pytorch"].evidence) == 4
    assert held(coverage(read([one], setting))) == expected([one], setting)


def test_many_leads_fall_into_blocks_without_a_seam() -> None:
    setting = Setting(MLE, NOW)
    kinds = [lead(work("1", packages=("torch",))), lead(), lead(work("2", tags=("docker",), months=20))]
    leads = [kinds[at % 3].model_copy(update={"id": f"L{at:06d}"}) for at in range(10_000)]
    columns = read(leads, setting)
    found = coverage(columns)
    values = [plain(one, setting).covered("pytorch") for one in kinds]
    assert found.of("pytorch") == pytest.approx(np.resize(values, 10_000), rel=1e-14)
    assert found.of("no-such-skill").max() == 0
    assert counts(columns).richness[:3].tolist() == pytest.approx([0.05, 0.0, 0.05])


def test_nobody_at_all_is_no_row() -> None:
    found = coverage(read([], Setting(MLE, NOW)))
    assert (len(found.lead), found.of("pytorch").tolist()) == (0, [])
