"""Judgements: who is one person and who is not, each decision a row that is never overwritten."""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, insert, select, update

from storage.errors import StoreError
from storage.records import AccountKey, Judgement
from storage.store._base import Database
from storage.store._chain import chained
from storage.store._rows import read_key, storable
from storage.store._sql import among
from storage.tables import judgement

_RULE = re.compile(r"\w+/\d+")  # "identity/1": a rule of ours; anything else is a person
_SAME = ("verdict", "bits", "by", "why", "evidence")  # what makes a judgement identical to another of the pair


class Judging(Database):
    """Verbs for judgements."""

    def judge(self, rows: Sequence[Judgement]) -> list[int]:
        """Write judgements and give their ids; the live one of a pair is undone by its successor.

        An identical live one is not written again, and a rule never undoes what a person decided: both give the id
        of the live one.
        """
        with self._write() as connection:
            live = _live_pairs(connection, rows)
            return [_judge(connection, _ordered(storable(row)), live) for row in rows]

    def judgements(self, *, live: bool = True) -> list[Judgement]:
        """Give judgements in the order they were written, without those undone unless `live` is False."""
        chosen = select(judgement).order_by(judgement.c.id)
        with self._read() as connection:
            rows = (
                connection.execute(chosen.where(judgement.c.undone_at.is_(None)) if live else chosen).mappings().all()
            )
        return [_read(row) for row in rows]

    def undo_judgement(self, id: int, *, by: str, at: datetime) -> None:  # noqa: A002  # the record's own word
        """Undo a judgement; the row stays. StoreError if there is no live one of that id."""
        chosen = update(judgement).where(judgement.c.id == id, judgement.c.undone_at.is_(None))
        with self._write() as connection:
            if not connection.execute(chosen.values(undone_at=at, undone_by=by)).rowcount:
                raise StoreError(f"no live judgement {id}; `sourcing identity list` shows those there are")


Live = dict[tuple[AccountKey, AccountKey], Judgement]


def _ordered(row: Judgement) -> Judgement:
    if row.left == row.right:
        raise StoreError(f"judgement of {row.left} with itself; two accounts are needed")
    if row.left < row.right:
        return row
    return row.model_copy(update={"left": row.right, "right": row.left})


def _live_pairs(connection: Connection, rows: Sequence[Judgement]) -> Live:
    lefts = {str(min(row.left, row.right)) for row in rows}
    chosen = select(judgement).where(among(connection, judgement.c.left, lefts), judgement.c.undone_at.is_(None))
    return {(found.left, found.right): found for found in map(_read, connection.execute(chosen).mappings())}


def _judge(connection: Connection, row: Judgement, live: Live) -> int:
    pair = (row.left, row.right)
    present = live.get(pair)
    if present is not None and present.id is not None:
        if _stands(present, row):
            return present.id
        ended = {"undone_at": row.created_at, "undone_by": row.by}
        connection.execute(update(judgement).where(judgement.c.id == present.id).values(ended))
    values = chained(connection, row)
    made: int = connection.execute(insert(judgement).returning(judgement.c.id), [values]).scalar_one()
    live[pair] = row.model_copy(update={"id": made})
    return made


def _stands(present: Judgement, row: Judgement) -> bool:
    if all(getattr(present, name) == getattr(row, name) for name in _SAME):
        return True
    return bool(_RULE.fullmatch(row.by)) and not _RULE.fullmatch(present.by)


def _read(row: RowMapping) -> Judgement:
    given = {name: row[name] for name in Judgement.model_fields}
    return Judgement.model_validate(given | {"left": read_key(row["left"]), "right": read_key(row["right"])})
