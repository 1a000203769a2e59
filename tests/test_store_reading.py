"""What is asked of the database in parts is what going through everybody gives."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from scoring.asking import by_asking
from sourcing.asked import THIN, asking_order, first_asked
from sourcing.privacy import terms
from sourcing.privacy.terms import SECTIONS, TWO_WAY, Fate
from sourcing.ranking import drop_matrices
from sourcing.regimes import PRESETS, Rules
from storage.records import AccountKey, Part
from storage.store import ExportRow, LeadTimes, NoticeRow, Store
from storage.tables import found_again
from tests.store_kit import day, person, scored, settle

ROLE = "mle"
GDPR = PRESETS["gdpr"].model_copy(update={"best": 2})
RULES = {
    "as shipped": GDPR,
    "no pool": GDPR.model_copy(update={"pool_days": 0}),
    "no notices": GDPR.model_copy(update={"notice_days": 0}),
    "terms alone": GDPR.model_copy(update={"pool_days": 0, "notice_days": 0}),
    "a long pool": GDPR.model_copy(update={"pool_days": 400, "lead_days": 20}),
    "nothing runs": GDPR.model_copy(update={"pool_days": 0, "notice_days": 0, "lead_days": 0}),
    "nobody is best": GDPR.model_copy(update={"best": 0}),
}
MOMENTS = tuple(map(day, (0, 6.9, 7, 8, 29.9, 30, 31, 37, 180, 400, 731)))


class One(NamedTuple):
    """An invented account; those of one `lead` are one person."""

    lead: int
    source: str = "github"
    at: float = 0  # day it was first collected on
    flags: tuple[str, ...] = ()
    total: float | None = None  # of its lead's receipt
    section: str = "ranked"
    notice: str = ""
    status: str = ""
    exported: bool = False
    before: tuple[float, float] | None = None  # days its clocks came from, of somebody found again


HARD = (
    One(1, total=0.9),
    One(2, total=0.8, flags=("no_recruiters",)),
    One(3, total=0.8),
    One(3, "kaggle", 3),
    One(4, total=0.8, section="too_little_evidence"),
    One(5, total=0.7, flags=("opted_out", "restricted")),
    One(6, total=0.6, section="restricted", flags=("restricted",)),
    One(7, "ats", 1),
    One(8, "linkedin", 2, flags=("no_recruiters",)),
    One(9, notice="given", at=1),
    One(10, notice="proposed", at=1),
    One(11, notice="exempt", at=25),
    One(12, status="replied", at=0.5),
    One(13, status="contacted", at=0.5),
    One(14, exported=True),
    One(15, at=20, before=(-200, 12)),
    One(16, at=20, before=(19, 19.5)),
    One(16, "kaggle", 2),
    One(17, "ats", 4),
    One(17, "github", 5, flags=("already_known",)),
    One(18, at=30),
)


def furnish(store: Store, people: tuple[One, ...]) -> None:
    """Store them, in order of their days as nights would."""
    keys = {at: AccountKey(one.source, str(at)) for at, one in enumerate(people)}
    for at, one in sorted(enumerate(people), key=lambda pair: pair[1].at):
        store.save([person(keys[at], one.at, flags=one.flags)])
    settle(store, {keys[at]: f"L{one.lead:06d}" for at, one in enumerate(people)})
    scores = {one.lead: one for one in people if one.total is not None}
    store.save_receipts(
        [scored(f"L{lead:06d}", one.total or 0.0, section=one.section, role=ROLE) for lead, one in scores.items()]
    )
    for at, one in enumerate(people):
        _worked(store, f"L{one.lead:06d}", one)
        if one.before is not None:
            first, untold = map(day, one.before)
            row = {"account": str(keys[at]), "first_seen": first, "untold_from": untold}
            with store._write() as connection:
                connection.execute(insert(found_again), [row])


def _worked(store: Store, lead: str, one: One) -> None:
    if one.notice:
        store.add_notice(NoticeRow(lead=lead, state=one.notice, by="a", at=day(one.at)), action="notice.given")
    if one.status:
        store.set_status(lead, one.status, by="a", note="", at=day(one.at))
    if one.exported:
        row = ExportRow(role=ROLE, format="csv", path="x", sha256="", leads=(lead,), by="a", at=day(one.at))
        store.record_export(row)


@pytest.fixture
def hard(store: Store) -> Store:
    """The hard cases, on each database in turn; two of the leads were merged into others."""
    furnish(store, HARD)
    settle(store, {AccountKey("github", "18"): "L000009", AccountKey("ats", "7"): "L000001"}, at=40)
    return store


# --- going through everybody -----------------------------------------------------------------------------------------


def best_of_all(store: Store, rules: Rules) -> frozenset[str]:
    refusing = {one.lead for one in store.lead_times(TWO_WAY) if one.refuses}
    willing = [name for _, name in store.list_ids(ROLE, SECTIONS) if name not in refusing]
    return frozenset(willing[: rules.best])


def past_pool_of_all(store: Store, rules: Rules) -> list[LeadTimes]:
    kept = best_of_all(store, rules)
    return [one for one in store.lead_times(TWO_WAY) if not rules.pool_days or terms.is_lead(one, kept)]


def fates_of_all(store: Store, rules: Rules, until: datetime) -> list[Fate]:
    kept = best_of_all(store, rules)
    found = (terms.fate(one, kept, rules) for one in store.lead_times(TWO_WAY))
    return [one for one in found if one is not None and one.at <= until]


def fates_in_part(store: Store, rules: Rules, until: datetime) -> list[Fate]:
    begun = terms.begun_by(rules, until)
    some = store.leads_collected_by(begun) if begun is not None else set()
    kept = terms.best(store, [ROLE], rules)
    found = (terms.fate(one, kept, rules) for one in store.lead_times(TWO_WAY, some))
    return [one for one in found if one is not None and one.at <= until]


# --- is what parts of it give ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("rules", RULES.values(), ids=RULES.keys())
def test_the_best_those_past_the_pool_and_the_forgotten(hard: Store, rules: Rules) -> None:
    kept = terms.best(hard, [ROLE], rules)
    assert kept == best_of_all(hard, rules)
    assert list(terms.past_pool(hard, kept, rules)) == past_pool_of_all(hard, rules)
    for until in MOMENTS:
        assert fates_in_part(hard, rules, until) == fates_of_all(hard, rules, until), until


def test_the_table_tells_the_rules_apart(hard: Store) -> None:
    forgotten = {name: len(fates_in_part(hard, rules, day(31))) for name, rules in RULES.items()}
    assert len(set(forgotten.values())) >= 4, forgotten
    assert forgotten["nothing runs"] == 0
    assert 0 < len(past_pool_of_all(hard, GDPR)) < len(hard.lead_ids())


def test_times_of_some_leads_are_theirs_among_all(hard: Store) -> None:
    everybody = {one.lead: one for one in hard.lead_times(TWO_WAY)}
    some = {"L000001", "L000003", "L000016", "L000018", "nobody"}
    assert list(hard.lead_times(TWO_WAY, some)) == [everybody[name] for name in sorted(some & everybody.keys())]
    assert list(hard.lead_times(TWO_WAY, ())) == []


def test_accounts_are_counted_by_source(hard: Store) -> None:
    held = Counter(one.key.source for one in hard.accounts())
    assert hard.held_by_source() == dict(sorted(held.items()))
    assert list(hard.held_by_source()) == sorted(held)


def test_sources_whose_names_begin_alike_are_told_apart(store: Store) -> None:
    names = ("web", "web2", "web_x", "w", "webb", "a1")
    store.save([person(AccountKey(name, f"{name}:{at}")) for name in names for at in range(3)])
    assert store.held_by_source() == dict.fromkeys(sorted(names), 3)


def test_nobody_is_listed_where_nobody_is(store: Store) -> None:
    assert (store.held_by_source(), store.is_listed(ROLE, SECTIONS)) == ({}, False)
    assert store.best_willing(ROLE, SECTIONS, 5) == []
    furnish(store, (One(6, total=0.6, section="restricted"),))
    assert not store.is_listed(ROLE, SECTIONS)
    furnish(store, (One(6, total=0.6, section="restricted"), One(7, total=0.1)))
    assert store.is_listed(ROLE, SECTIONS)


def test_a_glance_finds_the_key_and_a_log_that_was_cut(hard: Store) -> None:
    assert hard.glance() == hard.check() == []


drawn = st.builds(
    One,
    lead=st.integers(1, 6),
    source=st.sampled_from(("github", "kaggle", "ats")),
    at=st.sampled_from((0.0, 1.0, 5.0, 20.0, 40.0)),
    flags=st.sampled_from(((), ("no_recruiters",), ("restricted",))),
    total=st.sampled_from((None, 0.2, 0.5, 0.5, 0.9)),
    section=st.sampled_from(("ranked", "too_little_evidence", "restricted")),
    notice=st.sampled_from(("", "", "given", "proposed")),
    status=st.sampled_from(("", "", "replied", "contacted")),
    before=st.sampled_from((None, None, (-30.0, 3.0), (0.0, 0.0))),
)


@settings(max_examples=25, deadline=None)
@given(people=st.lists(drawn, min_size=1, max_size=9).map(tuple), rules=st.sampled_from(list(RULES.values())))
def test_whoever_there_is_parts_give_what_all_give(
    empty_file: Path, tmp_path_factory: pytest.TempPathFactory, people: tuple[One, ...], rules: Rules
) -> None:
    file = tmp_path_factory.mktemp("drawn") / "sourcing.db"
    file.write_bytes(empty_file.read_bytes())
    with Store.open(f"sqlite:///{file}") as store:
        furnish(store, people)
        kept = terms.best(store, [ROLE], rules)
        assert kept == best_of_all(store, rules)
        assert list(terms.past_pool(store, kept, rules)) == past_pool_of_all(store, rules)
        for until in (day(6), day(8), day(33), day(200)):
            assert fates_in_part(store, rules, until) == fates_of_all(store, rules, until)


# --- whom to ask first -----------------------------------------------------------------------------------------------


def part(component: str, **fields: Any) -> Part:
    told: dict[str, Any] = {"weight": 0.5, "value": 0.4, "confidence": 0.5, "neutral": 0.5} | fields
    return Part(component=component, effective=0.4, contribution=0.2, reason="", missing=("more",), **told)


def ask(store: Store, totals: Mapping[str, float], section: str = THIN, **fields: Any) -> None:
    rows = []
    for at, (lead, total) in enumerate(totals.items()):
        parts = (part("must_have", confidence=at % 5 / 5, **fields), part("impact", confidence=at % 3 / 3, **fields))
        rows.append(scored(lead, total, section=section, role=ROLE, parts=parts))
    store.save_receipts(rows)


@pytest.fixture
def thin(store: Store) -> Iterator[Store]:
    """Twelve people of whom too little is public, one of them merged away, and somebody who is ranked."""
    people = tuple(One(number) for number in range(1, 15))
    furnish(store, people)
    ask(store, {f"L{number:06d}": (number * 7 % 10) / 10 for number in range(1, 13)})
    ask(store, {"L000013": 0.9}, section="ranked")
    settle(store, {AccountKey("github", "3"): "L000001"}, at=2)
    yield store
    drop_matrices(store)


def test_the_first_to_ask_are_those_of_weighing_all(thin: Store) -> None:
    receipts = {one.lead: one for one in thin.ranking(ROLE, section=THIN)}
    wanted = [receipts[one.lead] for one in by_asking(receipts.values())]
    assert len(wanted) == 11
    for most, again in product((None, 1, 4, 11, 50), (False, True)):  # made, and then read from where it is kept
        assert first_asked(thin, ROLE, most) == wanted[:most], (most, again)


def test_the_kept_order_follows_the_receipts(lite: Store) -> None:
    furnish(lite, tuple(One(number) for number in range(1, 5)))
    ask(lite, {"L000001": 0.1, "L000002": 0.6})
    assert asking_order(lite, ROLE)[0] == "L000002"
    assert lite.file is not None
    kept = lite.file.with_suffix(".matrix") / "_asked" / f"{ROLE}.json"
    assert kept.is_file()
    ask(lite, {"L000001": 0.9})
    assert asking_order(lite, ROLE)[0] == "L000001"
    kept.write_bytes(b"{}")
    assert asking_order(lite, ROLE)[0] == "L000001"
    drop_matrices(lite)
    assert not kept.exists()
    assert asking_order(lite, ROLE)[0] == "L000001"


def test_a_moment_before_the_first_clock_forgets_nobody(lite: Store) -> None:
    furnish(lite, HARD)
    assert fates_in_part(lite, GDPR, day(-200) + timedelta(days=6)) == []
