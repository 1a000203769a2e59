"""Who looks when: sources that follow links wait for all others, then look together, until nobody finds anybody new.

A night is discovery, then rounds. Each round begins when every source has either ended or waits, with all it found
stored, and nobody's answer can arrive before the last one has looked. So whom a source follows depends on what the
night found, never on how fast; and a night that was cut off comes to the same end when it is continued. Sources of a
later turn look only in rounds in which those of earlier turns have nothing to ask. A source that ends, for whatever
reason, is waited for no longer.
"""

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Protocol

from spiders._linked import linked_by_source
from storage.store import SAME_NIGHT, Store

__all__ = ["MOST_ROUNDS", "SAME_NIGHT", "Did", "Rounds", "Waiting"]

# Accounts of one person lead to each other within a few rounds; longer chains lead from person to person.
MOST_ROUNDS = 12


class Did(Enum):
    """What a source did in its turn."""

    NOTHING = "nothing"
    TOLD = "told"  # stored something without asking anybody
    ASKED = "asked"


class Waiting(Protocol):
    """A source that waits for its turn."""

    name: str

    @property
    def turn(self) -> int:
        """Sources of a later turn look once those of earlier turns have nothing to ask."""

    def look(self, *, asking: bool) -> Did:
        """Look at what is stored by now and ask for what is new; not `asking`: only count it."""

    def finish(self) -> None:
        """End the night of this source: nobody finds anybody any more."""


class Rounds:
    """The rounds of one night over the sources of these names; without names those that wait are all there are."""

    def __init__(
        self,
        names: Iterable[str] = (),
        *,
        most: int = MOST_ROUNDS,
        on_round: Callable[[int], None] = lambda _: None,
    ) -> None:
        self.number = 0  # of rounds in which somebody did something
        self.most = most
        self._on_round = on_round
        self._at_work = set(names)
        self._waiting: dict[str, Waiting] = {}
        self._stopped = False
        self._named: Mapping[str, tuple[str, ...]] | None = None

    def wait(self, source: Waiting) -> None:
        """Have a source wait for its turn; all it found is stored."""
        self._at_work.discard(source.name)
        self._waiting[source.name] = source
        self._go_on()

    def waits(self, name: str) -> bool:
        """Whether a source waits already."""
        return name in self._waiting

    def left(self, name: str) -> None:
        """Wait for a source no longer: it ended, well or badly; all it found is stored."""
        self._at_work.discard(name)
        self._waiting.pop(name, None)
        self._go_on()

    def end(self) -> None:
        """Begin no further round: the night was stopped, and sources end one by one without having found all."""
        self._stopped = True

    def named(self, store: Store, source: str) -> tuple[str, ...]:
        """Handles at a source that accounts of others claim by now, sorted; read once a round for all sources."""
        if self._named is None:
            self._named = linked_by_source(store)
        return self._named.get(source, ())

    def _go_on(self) -> None:
        while self._waiting and not self._at_work and not self._stopped:
            self._named = None
            if not self._round():
                for source in self._in_order():
                    source.finish()
                return

    def _round(self) -> bool:
        """One round: the sources of the earliest turn with something to do; whether there were any."""
        asking = self.number < self.most
        for turn in sorted({source.turn for source in self._waiting.values()}):
            did = {source.name: source.look(asking=asking) for source in self._in_order() if source.turn == turn}
            self._at_work |= {name for name, what in did.items() if what is Did.ASKED}
            for name in self._at_work:
                self._waiting.pop(name, None)
            if asking and any(what is not Did.NOTHING for what in did.values()):
                self.number += 1
                self._on_round(self.number)
                return True
        return False

    def _in_order(self) -> list[Waiting]:
        return sorted(self._waiting.values(), key=lambda source: source.name)
