"""Judgements: who is one person and who is not, each decision a row that is never overwritten."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, insert, or_, select, update

from storage.errors import StoreError
from storage.records import AccountKey, Judgement
from storage.store._base import Database
from storage.store._person.identity import forget_marks
from storage.store._saving.rows import key_texts, read_key, storable
from storage.store._sql import among
from storage.store._trail.chain import tied
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
            _look_again(connection, [row for row in rows if not _RULE.fullmatch(row.by)])
            return [_judge(connection, _ordered(storable(row)), live) for row in rows]

    def judgements(self, *, live: bool = True, keys: Collection[AccountKey] | None = None) -> list[Judgement]:
        """Give judgements in the order they were written, without those undone unless `live` is False.

        With `keys`, only those that speak of one of these accounts.
        """
        chosen = select(judgement).order_by(judgement.c.id)
        if live:
            chosen = chosen.where(judgement.c.undone_at.is_(None))
        with self._read() as connection:
            if keys is not None:
                names = key_texts(keys)
                left, right = (among(connection, column, names) for column in (judgement.c.left, judgement.c.right))
                chosen = chosen.where(or_(left, right))
            rows = connection.execute(chosen).mappings().all()
        return [read_judgement(row) for row in rows]

    def undo_judgement(self, id: int, *, by: str, at: datetime) -> None:  # noqa: A002  # the record's own word
        """Undo a judgement; the row stays. StoreError if there is no live one of that id."""
        chosen = update(judgement).where(judgement.c.id == id, judgement.c.undone_at.is_(None))
        with self._write() as connection:
            if not connection.execute(chosen.values(undone_at=at, undone_by=by)).rowcount:
                raise StoreError(f"no live judgement {id}; `sourcing lead show LEAD` shows those of a lead")
            if not _RULE.fullmatch(by):
                row = connection.execute(select(judgement).where(judgement.c.id == id)).mappings().one()
                _look_again(connection, [read_judgement(row)])


def _look_again(connection: Connection, rows: Sequence[Judgement]) -> None:
    """What a person decides is followed even if the program stops right after."""
    if rows:
        forget_marks(connection, key_texts(key for row in rows for key in (row.left, row.right)))


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
    return {(found.left, found.right): found for found in map(read_judgement, connection.execute(chosen).mappings())}


def _judge(connection: Connection, row: Judgement, live: Live) -> int:
    pair = (row.left, row.right)
    present = live.get(pair)
    if present is not None and present.id is not None:
        if _stands(present, row):
            return present.id
        ended = {"undone_at": row.created_at, "undone_by": row.by}
        connection.execute(update(judgement).where(judgement.c.id == present.id).values(ended))
    said = row.model_dump(exclude={"id"}) | {"left": str(row.left), "right": str(row.right)}
    values = tied(connection, judgement, said)
    made: int = connection.execute(insert(judgement).returning(judgement.c.id), [values]).scalar_one()
    live[pair] = row.model_copy(update={"id": made})
    return made


def _stands(present: Judgement, row: Judgement) -> bool:
    if all(getattr(present, name) == getattr(row, name) for name in _SAME):
        return True
    return bool(_RULE.fullmatch(row.by)) and not _RULE.fullmatch(present.by)


def read_judgement(row: RowMapping) -> Judgement:
    """A row as a record."""
    given = {name: row[name] for name in Judgement.model_fields}
    return Judgement.model_validate(given | {"left": read_key(row["left"]), "right": read_key(row["right"])})
