"""What is compared, and what of a record is believed: pure, without nights (those are in test_drift_nights)."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sourcing.drift import alarms, item_alarms
from spiders._drift import Drift, Held, believed
from storage.records import Account, Evidence, Gone, Item, Kind, LaneBill, Level, Origin, Outcome, Shape
from storage.store import Store
from tests.house_of_sourcing import NOW

ORIGIN = Origin(source="toy", url="https://toy.example", seen_at=NOW, spider="toy/1")
FIELDS = frozenset({"bio", "location", "flags", "open_to_work"})
SHAPES = {"read:person": Shape(seen=100, fields={"bio": (60, None), "figures.stars": (80, 12.0)})}


def person(number: int, bio: str | None, stars: float = 1.0, **facts: Any) -> Account:
    plain = Account(
        source="toy",
        source_id=str(number),
        handle=f"p{number}",
        url=f"https://toy.example/{number}",
        kind=Kind.PERSON,
        bio=bio,
        figures={"stars": stars},
        observed=FIELDS,
        origin=ORIGIN,
    )
    return plain.model_copy(update=facts)


def past(**facts: Any) -> Outcome:
    plain = Outcome(
        source="toy",
        state="done",
        bills=(LaneBill(lane="toy/pages/a", requests=100, counted=100),),
        counters={"saved:accounts_shown": 100},
        shapes=SHAPES,
    )
    return plain.model_copy(update=facts)


def told(drift: Drift, answers: Sequence[Sequence[Item]], store: Store, *, flush: int = 3) -> list[Item]:
    """Everything handed to the Store, in lots of so many answers, and at the end."""
    found: list[Item] = []
    waiting: list[list[Item | Held]] = []
    for answer in answers:
        waiting.append(drift.take("read", answer))
        if len(waiting) == flush:
            found += [one for some in believed(drift, waiting, store) for one in some]
            waiting = []
    waiting.append([*drift.end()])
    return found + [one for some in believed(drift, waiting, store) for one in some]


def bios(drift: Drift, said: Sequence[str | None], store: Store) -> dict[str, str | None]:
    """What is known of everybody's biography afterwards; all had "before" before."""
    store.save([person(number, "before") for number in range(len(said))])
    for one in told(drift, [[person(number, bio)] for number, bio in enumerate(said)], store):
        store.save([one])
    return {one.source_id: one.bio for one in store.accounts()}


def test_without_a_past_everything_is_believed(lite: Store) -> None:
    assert set(bios(Drift(), [None] * 100, lite).values()) == {None}


def test_a_field_nobody_carries_is_stopped_and_what_is_known_stays(lite: Store) -> None:
    drift = Drift([past()])
    assert set(bios(drift, [None] * 100, lite).values()) == {"before"}
    assert drift.stopped["read:person", "bio"].startswith("at least 60% of read:person carry it usually")


def test_one_who_carries_it_makes_the_gaps_before_believed(lite: Store) -> None:
    drift = Drift([past()])
    found = bios(drift, [None] * 10 + ["new"] * 60 + [None] * 5, lite)
    assert [found[str(number)] for number in range(75)] == [None] * 10 + ["new"] * 60 + [None] * 5
    assert drift.stopped == {}


def test_a_few_gaps_are_neither_told_nor_a_finding(lite: Store) -> None:
    drift = Drift([past()])
    assert set(bios(drift, [None] * 12, lite).values()) == {"before"}
    assert (drift.stopped, drift.doubted) == ({}, {"read:person.bio": 12})


def test_so_few_that_chance_explains_them_are_believed(lite: Store) -> None:
    assert set(bios(Drift([past()]), [None] * 5, lite).values()) == {None}


def test_a_field_given_up_or_varying_is_believed(lite: Store) -> None:
    assert set(bios(Drift([past()], given_up=["bio"]), [None] * 100, lite).values()) == {None}
    assert set(bios(Drift([past()], varying={"bio"}), [None] * 100, lite).values()) == {None}


def test_a_record_with_gaps_is_stored_at_once_with_all_else(lite: Store) -> None:
    drift = Drift([past()])
    waiting = drift.take("read", [person(1, None, location="Lisbon")])
    [[one]] = believed(drift, [waiting], lite)
    assert isinstance(one, Account)
    assert (one.location, one.bio) == ("Lisbon", None)
    assert one.observed == {"location"}, "neither the biography nor what is derived from it is said to be empty"


def test_zeros_are_told_once_others_carry_more(lite: Store) -> None:
    lite.save([person(number, "x", stars=9.0) for number in range(100)])
    drift = Drift([past()])
    for one in told(drift, [[person(number, "x", stars=0.0)] for number in range(100)], lite):
        lite.save([one])
    assert {one.figures["stars"] for one in lite.accounts()} == {9.0}
    assert ("read:person", "figures.stars") in drift.stopped


def work(number: int, stars: float, level: Level = Level.PRACTICE) -> Evidence:
    return Evidence(
        account=person(number, "x").key,
        source_id="w",
        kind="repository",
        url="https://toy.example/w",
        title="w",
        text="words",
        level=level,
        figures={"stars": stars},
        origin=ORIGIN,
    )


def test_work_keeps_what_is_known_of_a_field_that_vanished(lite: Store) -> None:
    shapes = {"read:repository": Shape(seen=100, fields={"figures.stars": (90, 12.0), "text": (100, None)})}
    people: list[Item] = [person(number, "x") for number in range(100)]
    lite.save([*people, *(work(number, 50.0, Level.RECOGNISED) for number in range(100))])
    drift = Drift([past(shapes=shapes)])
    for one in told(drift, [[work(number, 0.0)] for number in range(100)], lite):
        lite.save([one])
    held = [one for some in lite.evidence([person(n, "x").key for n in range(100)]).values() for one in some]
    assert {(one.figures["stars"], one.level) for one in held} == {(50.0, Level.RECOGNISED)}


def test_more_gone_than_shown_are_not_gone() -> None:
    drift = Drift()
    gone = [Gone(account=person(number, "x").key, reason="not_found", origin=ORIGIN) for number in range(50)]
    assert drift.take("read", gone) == []
    assert drift.end() == []
    assert "50 accounts were called gone" in drift.stopped["accounts", "gone"]
    few = Drift()
    few.take("read", [*gone[:10], person(3, "x")])
    assert len(few.end()) == 9, "somebody seen is not gone"


@given(st.lists(st.tuples(st.integers(0, 8), st.sampled_from([None, "a", "b"])), max_size=40), st.integers(1, 5))
def test_what_is_told_in_the_end_is_what_was_said_where_nothing_is_doubted(
    said: list[tuple[int, str | None]], flush: int
) -> None:
    """However answers are cut into batches, the last word on everybody is the last word said."""
    drift = Drift([past(shapes={"read:person": Shape(seen=100, fields={"bio": (5, None)})})])
    answers: list[list[Item]] = [[person(number, bio)] for number, bio in said]
    known: dict[str, str | None] = {}
    for one in told(drift, answers, None, flush=flush):  # type: ignore[arg-type]  # accounts need no Store
        assert isinstance(one, Account)
        if one.bio is not None or "bio" in one.observed:
            known[one.source_id] = one.bio
    assert drift.stopped == {}
    last = {str(number): bio for number, bio in said}
    assert {key: bio for key, bio in last.items() if bio} == {key: bio for key, bio in known.items() if bio}


# ---- compared afterwards --------------------------------------------------------------------------------------


def shape(bio: int, seen: int = 100, stars: float | None = 12.0) -> dict[str, Shape]:
    return {"read:person": Shape(seen=seen, fields={"bio": (bio, None), "figures.stars": (80, stars)})}


@pytest.mark.parametrize(
    ("now", "before", "kinds"),
    [
        (past(), [past()] * 7, []),
        (past(shapes=shape(30)), [past()] * 7, ["coverage_drop"]),
        (past(shapes=shape(45)), [past()] * 7, []),  # fifteen points are within four deviations of a hundred
        (past(shapes=shape(410, 1000)), [past(shapes=shape(600, 1000))] * 7, ["coverage_drop"]),
        (past(shapes=shape(460, 1000)), [past(shapes=shape(600, 1000))] * 7, []),
        (past(shapes=shape(30)), [past(), past(shapes=shape(32))], []),  # it was as low before
        (past(shapes=shape(3, 12)), [past()] * 7, []),  # so few say nothing
        (past(shapes=shape(30, 400)), [past()] * 7, []),  # other people than usual
        (past(shapes=shape(60, stars=120.0)), [past()] * 7, ["distribution_shift"]),
        (past(shapes=shape(60, stars=119.0)), [past()] * 7, []),
        (past(shapes=shape(60, stars=1.0)), [past()] * 7, ["distribution_shift"]),
        (past(shapes=shape(60, stars=500.0)), [past(), past(shapes=shape(60, stars=300.0))], []),  # never steady
        (past(counters={"unfit_field:stars": 90}), [past()] * 7, ["type_change"]),
        (past(counters={"unfit_field:stars": 40}), [past()] * 7, []),
        (past(counters={"unfit_field:stars": 90}), [past(counters={"unfit_field:stars": 50})] * 7, []),
        (past(drift=("bio is missing (…)",), shapes=shape(0)), [past()] * 7, ["drift"]),
        (past(shapes=shape(0)), [past(state="partial")] * 7, []),  # no good night to compare with
        (past(shapes=shape(0)), [past(version=3)] * 7, []),  # another version of the spider
    ],
)
def test_alarms(now: Outcome, before: list[Outcome], kinds: list[str]) -> None:
    assert [one.kind for one in alarms(now, before)] == kinds


@pytest.mark.parametrize(
    ("got", "usual", "kind"),
    [
        (12, [1000, 980, 1010], "item_drop"),
        (0, [1000, 980, 1010], "no_items"),
        (100, [1000, 980, 1010], None),
        (0, [99, 98, 97], None),  # too few to say
        (12, [1000, 200, 1010], None),  # never steady
        (0, [], None),
    ],
)
def test_hardly_anybody_where_many_are_usual(got: int, usual: list[int], kind: str | None) -> None:
    before = [past(counters={"saved:accounts_shown": one}) for one in usual]
    found = list(item_alarms(past(counters={"saved:accounts_shown": got}), before))
    assert [one.kind for one in found] == ([kind] if kind else [])


# ---- fields nobody reads --------------------------------------------------------------------------------------


def night_of(*names: str, answers: int = 40) -> Outcome:
    drift = Drift()
    for number in range(answers):
        drift.leaves("Profile", [*names, f"only_{number}"])
    return past(shapes=drift.shapes())


def test_a_field_a_source_begins_to_send_is_told_once() -> None:
    before, after = night_of("theme"), night_of("theme", "pronouns")
    assert set(before.shapes["unread:Profile"].fields) == {"theme"}, "what one answer alone holds is not kept"
    [alarm] = alarms(after, [before])
    assert (alarm.kind, alarm.stops) == ("new_field", False)
    assert "in Profile: pronouns;" in alarm.text
    assert alarms(after, [after, before]) == []
    assert alarms(before, [after, before]) == [], "a field nobody reads may go"


def test_whims_and_nights_without_a_past_say_nothing() -> None:
    assert alarms(night_of("pronouns"), [past()]) == [], "names were not kept then"
    assert alarms(night_of("pronouns", answers=29), [night_of()]) == [], "too few answers"
    assert all(one.kind != "coverage_drop" for one in alarms(night_of(), [night_of("theme")]))


def test_only_names_are_kept_and_not_too_many() -> None:
    drift = Drift()
    for _ in range(30):
        drift.leaves("Profile", ["n" * 500, *(f"field_{n}" for n in range(1_000))])
    [shape] = drift.shapes().values()
    assert len(shape.fields) == 200
    assert max(map(len, shape.fields)) == 60
