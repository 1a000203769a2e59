"""The rounds of a shared night, as who runs it calls them: who looks when, and at whom.

They are those of `spiders/_course/rounds.py`: they begin when every source has ended or waits, sources of a later turn
look only when those of earlier turns have nothing to ask, and after the last round what is left is counted. Sources of
one turn look at the same time here; what one tells in its look the others see a round later.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from sourcing.progress import Progress
from spiders._course.rounds import MOST_ROUNDS, Did
from spiders._linked import linked_by_source
from spiders._registry import about
from storage.store import Job, Store
from storage.store._night.orders import COUNT, ENDED, FINISH, LOOK
from storage.text import handle_key

Jobs = Mapping[str, Job]  # by source


class Calling:
    """The rounds of one night; `kept`: whom each round looked at in an earlier part of it."""

    def __init__(
        self, store: Store, night: int, progress: Progress, kept: Mapping[int, Mapping[str, Sequence[str]]]
    ) -> None:
        self._store, self._night, self._progress, self._kept = store, night, progress, kept
        self.rounds = 0  # in which somebody did something
        self.calls = 0  # times all looked
        self._finished: dict[str, int] = {}  # by source, the number of its order to finish
        self._seen: defaultdict[str, set[str]] = defaultdict(set)

    def go_on(self, waiting: Sequence[str], wait: Callable[[], Jobs | None]) -> None:
        """The next round, now that all wait; after the last one they finish.

        `wait` gives the jobs a moment later, None once the night was stopped.
        """
        if self._finished:
            self._finish(waiting)
        else:
            self._round(waiting, wait)

    def _round(self, waiting: Sequence[str], wait: Callable[[], Jobs | None]) -> None:
        """One round: the sources of the earliest turn with something to do; when there are none, all finish."""
        self.calls += 1
        self._name()
        asking = self.rounds < MOST_ROUNDS
        turns = {name: about(name).turn for name in waiting}
        for turn in sorted(set(turns.values())):
            did = self._look([name for name in waiting if turns[name] == turn], wait, asking=asking)
            if did is None:
                return
            if asking and any(one is not Did.NOTHING for one in did):
                self.rounds += 1
                self._progress(f"following links, round {self.rounds}")
                return
        self._finish(waiting)

    def _finish(self, waiting: Sequence[str]) -> None:
        """Have sources finish; also one that was taken over after it had done so, and waits again."""
        done = {(one.source, one.number) for one in self._store.orders_done(self._night)}
        fresh = [name for name in waiting if name not in self._finished or (name, self._finished[name]) in done]
        if fresh:
            self._finished.update(self._store.order(self._night, fresh, FINISH))

    def _look(self, names: Sequence[str], wait: Callable[[], Jobs | None], *, asking: bool) -> list[Did] | None:
        """Have sources look, and wait until each has; one that has ended did nothing. None: the night was stopped."""
        told = self._store.order(self._night, names, LOOK if asking else COUNT, round_=self.calls)
        while (jobs := wait()) is not None:
            done = {(one.source, one.number): one.did for one in self._store.orders_done(self._night)}
            did = {name: done.get((name, number)) for name, number in told.items()}
            if all(did[name] is not None or jobs[name].state == ENDED for name in names):
                return [_did(one) for one in did.values()]
        return None

    def _name(self) -> None:
        """Keep whom this round looks at; a night that is continued looks at whom it looked at before."""
        fresh: Mapping[str, Sequence[str]]
        if self.calls in self._kept:
            fresh = {name: handles for name, handles in self._kept[self.calls].items() if name}
        else:
            fresh = self._named_by_now()
            self._store.keep_named(self._night, self.calls, fresh)
        for name, handles in fresh.items():
            self._seen[name].update(handles)

    def _named_by_now(self) -> dict[str, list[str]]:
        """Handles named since the last round that nobody is stored for; those would be looked at by nobody."""
        fresh: dict[str, list[str]] = {}
        for source, handles in linked_by_source(self._store).items():
            here = {handle_key(one.handle) for one in self._store.known(source)}
            if new := [one for one in handles if one not in here and one not in self._seen[source]]:
                fresh[source] = new
        return fresh


def _did(told: str | None) -> Did:
    return Did(told) if told in {one.value for one in Did} else Did.NOTHING
