"""The rounds of a night: who waits for whom, what ends the waiting, and that the end does not depend on the pace."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders._course.rounds import Did, Rounds


class Source:
    """A source that waits; in each turn it takes the next of its deeds, then does nothing."""

    def __init__(self, name: str, told: list[str], deeds: Iterable[Did] = (), turn: int = 1) -> None:
        self.name, self.told, self.deeds, self.turn = name, told, list(deeds), turn
        self.finished = False

    def look(self, *, asking: bool) -> Did:
        did = self.deeds.pop(0) if self.deeds else Did.NOTHING
        self.told.append(f"{self.name} {did.value}{'' if asking else ' in vain'}")
        return did if asking else Did.NOTHING

    def finish(self) -> None:
        self.finished = True


def test_nobody_looks_before_all_wait_or_have_left() -> None:
    told: list[str] = []
    a, b = Source("a", told), Source("b", told)
    rounds = Rounds(["a", "b", "kaggle"])
    rounds.wait(b)
    rounds.wait(a)
    assert (told, rounds.waits("a")) == ([], True)
    rounds.left("kaggle")
    assert told == ["a nothing", "b nothing"]
    assert a.finished
    assert b.finished


def test_a_round_ends_when_everybody_who_asked_waits_again() -> None:
    told: list[str] = []
    a, b = Source("a", told, [Did.ASKED, Did.ASKED]), Source("b", told, [Did.NOTHING, Did.ASKED])
    seen: list[int] = []
    rounds = Rounds(["a", "b"], on_round=seen.append)
    rounds.wait(a)
    rounds.wait(b)
    assert told == ["a asked", "b nothing"]
    assert not rounds.waits("a")
    rounds.wait(a)
    assert told[2:] == ["a asked", "b asked"]
    rounds.wait(b)
    assert len(told) == 4
    rounds.wait(a)
    assert told[4:] == ["a nothing", "b nothing"]
    assert (a.finished, b.finished, seen) == (True, True, [1, 2])


def test_one_that_only_tells_starts_the_next_round() -> None:
    told: list[str] = []
    rounds = Rounds(["a", "b"])
    a, b = Source("a", told, [Did.TOLD]), Source("b", told)
    rounds.wait(a)
    rounds.wait(b)
    assert told == ["a told", "b nothing", "a nothing", "b nothing"]
    assert b.finished


def test_later_turns_look_when_earlier_ones_have_nothing_to_ask() -> None:
    told: list[str] = []
    web, look = Source("aweb", told, [Did.ASKED], turn=2), Source("look", told, [Did.ASKED])
    rounds = Rounds(["aweb", "look"])
    rounds.wait(web)
    rounds.wait(look)
    assert told == ["look asked"]
    rounds.wait(look)
    assert told[1:] == ["look nothing", "aweb asked"]
    rounds.wait(web)
    assert told[3:] == ["look nothing", "aweb nothing"]


@pytest.mark.parametrize("when", ["before it waits", "while it waits", "while it asks"])
def test_a_source_that_ends_is_waited_for_no_longer(when: str) -> None:
    told: list[str] = []
    a, b = Source("a", told, [Did.ASKED]), Source("b", told)
    rounds = Rounds(["a", "b", "c"])
    rounds.wait(b)
    if when == "before it waits":
        rounds.left("a")
        rounds.left("c")
    elif when == "while it waits":
        rounds.wait(a)
        rounds.left("a")
        rounds.left("c")
    else:
        rounds.left("c")
        rounds.wait(a)
        assert not b.finished
        rounds.left("a")
    assert b.finished
    assert not a.finished


def test_a_source_alone_waits_for_nobody() -> None:
    told: list[str] = []
    rounds, a = Rounds(), Source("a", told, [Did.ASKED])
    rounds.wait(a)
    rounds.wait(a)
    assert (told, a.finished) == (["a asked", "a nothing"], True)


def test_rounds_have_an_end_and_what_is_left_is_asked_for() -> None:
    told: list[str] = []
    rounds, a = Rounds(["a"], most=2), Source("a", told, [Did.ASKED] * 9)
    for _ in range(3):
        rounds.wait(a)
    assert told == ["a asked", "a asked", "a asked in vain"]
    assert (a.finished, rounds.number) == (True, 2)


def test_after_a_stop_nobody_looks_because_another_was_stopped_first() -> None:
    told: list[str] = []
    rounds, a = Rounds(["a", "b"]), Source("a", told, [Did.ASKED])
    rounds.wait(a)
    rounds.end()
    rounds.left("b")
    assert (told, a.finished) == ([], False)


class Seeker(Source):
    """Follows names: knows at which name it finds which further names, and of which sources these are."""

    def __init__(self, name: str, stored: set[str], leads: Mapping[str, Sequence[str]], turn: int) -> None:
        super().__init__(name, [], turn=turn)
        self.stored, self.leads = stored, leads
        self.asked: set[str] = set()
        self.out: set[str] = set()

    def look(self, *, asking: bool) -> Did:
        del asking
        self.out = {one for one in self.stored if one.startswith(f"{self.name}:")} - self.asked
        self.asked |= self.out
        return Did.ASKED if self.out else Did.NOTHING

    def answer(self) -> None:
        """Everything asked is answered and stored."""
        for one in self.out:
            self.stored.update(self.leads.get(one, ()))
        self.out = set()


NAMES = [f"{source}:{number}" for source in "abc" for number in range(4)]
LEADS = st.dictionaries(st.sampled_from(NAMES), st.lists(st.sampled_from(NAMES), max_size=3))


@given(LEADS, st.sets(st.sampled_from(NAMES), max_size=2), st.tuples(*[st.sampled_from([1, 2])] * 3))
def test_the_end_of_a_night_does_not_depend_on_who_is_fast(
    leads: dict[str, list[str]], first: set[str], turns: tuple[int, int, int]
) -> None:
    ends = set()
    for order in permutations("abc"):
        stored = set(first)
        seekers = {name: Seeker(name, stored, leads, turns["abc".index(name)]) for name in "abc"}
        rounds = Rounds(seekers, most=99)
        while not all(one.finished for one in seekers.values()):
            for name in order:  # answers come in this order
                if not rounds.waits(name):
                    seekers[name].answer()
                    rounds.wait(seekers[name])
        history = tuple(sorted(stored)), rounds.number
        ends.add(history)
        assert all(one.asked == {x for x in stored if x.startswith(one.name)} for one in seekers.values())
    assert len(ends) == 1
