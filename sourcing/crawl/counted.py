"""Whom a source knows, counted where they are kept: a forecast would read a hundred thousand people in vain."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import overload

from spiders._course.past import Past
from storage.records import Known
from storage.store import Store


@dataclass(frozen=True)
class People(Sequence[Known]):
    """The accounts of one source: counted without being read, read by whoever really goes through them."""

    store: Store
    source: str

    def __len__(self) -> int:
        return self.store.count_known(self.source)

    def __iter__(self) -> Iterator[Known]:
        return self.store.known(self.source)

    @overload
    def __getitem__(self, at: int) -> Known: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Known]: ...
    def __getitem__(self, at: int | slice) -> Known | Sequence[Known]:
        return list(self)[at]


@dataclass(frozen=True, kw_only=True)
class CountedPast(Past):
    """A past whose people are counted by the database."""

    store: Store
    source: str

    def due(self, days: float, marker: str = "", *, unmarked: bool = True) -> int:
        """As `Past.due`."""
        edge = self.now - timedelta(days=days)
        return self.store.count_due(self.source, edge, marker, unmarked=unmarked)
