"""The questions there are, in order, and writing answers to them without sorting all anew."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from sourcing.identity.review import Suggestion, between, capacity, ranked, sifted
from sourcing.identity.settings import Settings
from sourcing.lock import alone
from storage.records import Verdict
from storage.store import Store

UNSORTED = -1  # as a number of rows written: what comes back has to be sorted in


class Entry(NamedTuple):
    """A question by the number of its judgement, its chance, and further suggestions between the same two."""

    number: int
    chance: float
    more: tuple[int, ...]


class Queue:
    """The questions in the order of the identity queue, kept until somebody else writes judgements."""

    def __init__(self, store: Store, settings: Settings, folder: Path) -> None:
        self.store = store
        self._settings = settings
        self._folder = folder
        self._lock = threading.Lock()
        self._newest = -1
        self._entries: list[Entry] = []

    def entries(self) -> list[Entry]:
        """What is open; made anew only if judgements were written that this queue does not know of."""
        newest = self.store.newest_judgement()
        with self._lock:
            if newest != self._newest:
                self._entries, self._newest = self._made(), newest
            return list(self._entries)

    def _made(self) -> list[Entry]:
        rows = self.store.suggestions()
        where = self.store.fellows({key for row in rows for key in (row.left, row.right)})
        pairs = between(rows, where)
        every = ranked(pairs, self.store.totals_of({lead for pair in pairs for lead in pair}))
        found = sifted(self.store, every, where).asked
        most = capacity(self.store, self._settings)
        return [
            Entry(one.rows[0].id or 0, one.chance, tuple(row.id or 0 for row in one.rows[1:])) for one in found[:most]
        ]

    def drop(self, number: int) -> None:
        """Forget a question that is none any more."""
        with self._lock:
            self._entries = [one for one in self._entries if one.number != number]

    @contextmanager
    def writing(self) -> Iterator[list[int]]:
        """One answer at a time, and none while a night joins accounts; the list takes how many rows were written."""
        with self._lock, alone(self._folder, self.store):
            before = self.store.newest_judgement()
            known = before == self._newest
            written: list[int] = []
            yield written
            after = self.store.newest_judgement()
            # Numbers are given in order: if all new ones are ours, nothing else happened.
            self._newest = after if known and after - before == sum(written) else -1


def suggestion(store: Store, entry: Entry) -> Suggestion | None:
    """The two leads of a question as they are now; None if it was answered or the two are one."""
    row = store.judgement(entry.number)
    if row is None or row.verdict is not Verdict.SUGGESTED or row.undone_at is not None:
        return None
    where = store.fellows({row.left, row.right})
    left, right = where.get(row.left), where.get(row.right)
    if left is None or right is None or left == right:
        return None
    leads = {lead.id: lead for lead in store.leads({left, right})}
    return Suggestion(left=leads[left], right=leads[right], row=row, chance=entry.chance, gain=0.0)
