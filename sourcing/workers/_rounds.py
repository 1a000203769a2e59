"""The rounds of one source in a worker: it waits here, and looks when it is told to."""

from collections import deque
from collections.abc import Callable, Iterable

from spiders._course.rounds import Did, Rounds
from storage.store import Store


class ToldRounds(Rounds):
    """Rounds whose beginning somebody else decides; `past` are those this source took part in before it came here."""

    def __init__(
        self,
        name: str,
        named: Callable[[int], tuple[str, ...]],
        past: Iterable[int] = (),
        *,
        on_wait: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__([name])
        self._name, self._names, self._past, self._on_wait = name, named, deque(past), on_wait

    @property
    def is_waiting(self) -> bool:
        """Whether the source waits, having done again all it did in earlier parts."""
        return self.waits(self._name)

    def look(self, number: int, *, asking: bool) -> Did:
        """Let the source take its turn in a round."""
        self.number = number
        did = self._waiting[self._name].look(asking=asking)
        if did is Did.ASKED:
            self._waiting.pop(self._name, None)
            self._at_work.add(self._name)
        return did

    def finish(self) -> None:
        """Nobody finds anybody any more."""
        self._waiting.pop(self._name).finish()

    def named(self, store: Store, source: str) -> tuple[str, ...]:
        """Whom accounts of others named when this round began: the same for everybody, and for who comes after us."""
        del store, source
        return self._names(self.number)

    def _go_on(self) -> None:
        while self._past and self._waiting and not self._stopped:
            self.look(self._past.popleft(), asking=True)
        if self.is_waiting:
            self._on_wait()
