"""The questions of a night: written as they are asked and answered, handed on when a night is cut off, then counted.

An answer is committed before anybody reads it, one small transaction each, so that a killed process loses none. A
night that is continued gets its answers from here instead of asking again. PostgreSQL need not wait for its disk: a
commit it forgets in a power cut is a question asked twice.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Connection, delete, exists, func, insert, or_, select, update
from sqlalchemy.pool import PoolProxiedConnection

from storage.store._base import Database
from storage.store._rights.tombstones import any_buried
from storage.store._rights.unremembered import unspoken
from storage.store._sql import dialect_of, upserting
from storage.tables import (
    account_seen,
    decision,
    frontier,
    frontier_before,
    frontier_night,
    moment_text,
    night_named,
    receipt,
)

SAME_NIGHT = timedelta(hours=12)  # a night that was cut off is continued within that time
QUEUED, LEASED, DONE, FAILED = "queued", "leased", "done", "failed"
DIED = "asked by a process that ended before the answer"
Counts = Mapping[str, Mapping[str, int]]  # source → state → questions


class Asked(NamedTuple):
    """A question as it stands, in the order of the table's columns."""

    key: str
    night: int
    source: str
    lane: str
    method: str
    url: str  # without secrets
    worth: float
    state: str
    leased_by: str | None = None
    leased_at: datetime | None = None
    tries: int = 0
    reason: str = ""
    status: int | None = None
    headers: Mapping[str, Sequence[str]] | None = None
    body: bytes | None = None


class Kept(NamedTuple):
    """A kept answer; `body` as it was given to be kept."""

    status: int
    headers: Mapping[str, Sequence[str]]
    body: bytes


class Questions(Database):
    """Verbs for the questions of a night."""

    _held: PoolProxiedConnection | None = None

    def note_questions(self, rows: Sequence[Asked]) -> None:
        """Write where questions stand, answers included, in one transaction; not those about people who were erased."""
        rows = self._unspoken(rows)
        if not rows:
            return
        lite = self._engine.dialect.name == "sqlite"
        values = [_row(one, lite=lite) for one in rows]
        try:
            self._note(_noting(lite=lite), values, lite=lite)
        except self._engine.dialect.loaded_dbapi.Error:
            # The connection may have died with a server that is back by now; what fails again is told.
            self._let_go()
            with self._write() as connection:
                connection.exec_driver_sql(_noting(lite=lite), values)

    def _note(self, statement: str, values: Sequence[tuple[Any, ...]], *, lite: bool) -> None:
        """Write on a connection held for it: to take one for each answer costs more than to write."""
        if self._held is None:
            self._held = self._engine.raw_connection()
            if not lite:
                self._held.cursor().execute("SET synchronous_commit TO off")
        cursor: Any = self._held.cursor()
        try:
            if lite:
                cursor.execute("BEGIN IMMEDIATE")
            cursor.executemany(statement, values)
            self._held.commit()
        finally:
            cursor.close()
            if self._closed:
                self._let_go()

    def _let_go(self) -> None:
        if self._held is not None:
            self._held.invalidate()  # not to be used for anything else: it does not wait for its disk
            self._held = None

    def close(self) -> None:
        """Let go of all connections."""
        self._let_go()
        super().close()

    def is_begun(self, night: int) -> bool:
        """Whether a night's questions are open to be written."""
        with self._read() as connection:
            return bool(connection.execute(_night(func.count(), night).where(_open())).scalar())

    def _unspoken(self, rows: Sequence[Asked]) -> Sequence[Asked]:
        """Leave out questions about erased people: in a night that is cut off they are asked again."""
        if not self._somebody_buried:
            return rows
        with self._read() as connection:
            fine = unspoken(connection, [(one.url, "") for one in rows], self._key)
        return [one for one, may in zip(rows, fine, strict=True) if may]

    @cached_property
    def _somebody_buried(self) -> bool:
        # Once per night: nobody is erased beside one.
        with self._read() as connection:
            return any_buried(connection)

    def kept(self, source: str) -> frozenset[str]:
        """Give the keys of a source's questions whose answers are kept."""
        chosen = select(frontier.c.key).where(frontier.c.source == source, frontier.c.status.is_not(None))
        with self._read() as connection:
            return frozenset(connection.execute(chosen).scalars())

    def kept_answer(self, key: str) -> Kept | None:
        """Give a kept answer, None if there is none (any more)."""
        chosen = select(frontier.c.status, frontier.c.headers, frontier.c.body).where(frontier.c.key == key)
        with self._read() as connection:
            row = connection.execute(chosen).first()
        return Kept(row.status, row.headers or {}, row.body or b"") if row and row.status is not None else None

    def questions(self, night: int | None = None) -> Counts:
        """Count the questions of a night, or of the one at work, by source and state; {} for one never begun."""
        with self._read() as connection:
            closed = select(frontier_night.c.counts).where(frontier_night.c.night == night)
            return connection.execute(closed).scalar() or _counts(connection, night)

    def all_asked(self, night: int) -> None:
        """Note that every source came to its end; a night continued now has nothing left to ask."""
        with self._write() as connection:
            connection.execute(update(frontier_night).where(frontier_night.c.night == night).values(whole=True))

    def is_all_asked(self, night: int) -> bool:
        """Whether every source of a night (or of the one it continues) came to its end."""
        with self._read() as connection:
            return bool(connection.execute(_night(frontier_night.c.whole, night)).scalar())

    def close_questions(self, night: int) -> Counts:
        """End a night's questions: answers and rows go, their counts stay."""
        with self._write() as connection:
            return close(connection, night)

    def drop_answers(self) -> int:
        """Let go of all kept answers and give how many; their questions wait to be asked again."""
        fresh = {"state": QUEUED, "reason": "its answer was dropped", "status": None, "headers": None, "body": None}
        with self._write() as connection:
            dropped = connection.execute(update(frontier).where(frontier.c.status.is_not(None)).values(fresh))
            connection.execute(delete(frontier_before).where(frontier_before.c.name.startswith("account ")))
            connection.execute(delete(night_named))
            if dropped.rowcount:
                connection.execute(update(frontier_night).where(_open()).values(whole=False))
        return int(dropped.rowcount)


def begin(connection: Connection, number: int, at: datetime) -> datetime:
    """Open a night's questions and give when the night began: earlier than `at` if it continues one that was cut off.

    It takes over the clock of that one, so that the same questions are asked, unless somebody imported, scored or
    decided since: then what it finds is of now. One whose every question was answered only comes to what is stored
    already, so scores and decisions of since do not count; what was stored with a later clock always does.
    """
    unclosed = connection.execute(select(frontier_night).where(_open())).all()
    began, whole = at, False
    for row in unclosed:
        if timedelta(0) <= at - row.began < SAME_NIGHT and _has_rows(connection, row.night):
            began, whole = row.began, row.whole
            _hand_on(connection, row.night, number)
        else:
            close(connection, row.night)
    connection.execute(insert(frontier_night).values(night=number, began=began, whole=whole, counts=None))
    settled = whole and not _has_rows(connection, number, frontier.c.state == FAILED)
    later = _stored_later(connection, began) or (not settled and _moved_on(connection, began))
    return at if began < at and later else began


def _hand_on(connection: Connection, before: int, number: int) -> None:
    mine = frontier.c.night == before
    died = {"state": QUEUED, "reason": DIED}
    connection.execute(update(frontier).where(mine, frontier.c.state == LEASED).values(died))
    connection.execute(update(frontier).where(mine).values(night=number))
    connection.execute(update(frontier_before).values(night=number))
    connection.execute(delete(frontier_night).where(frontier_night.c.night == before))


def close(connection: Connection, night: int) -> Counts:
    """End a night's questions inside the caller's transaction: answers and rows go, their counts stay."""
    counts = _counts(connection, night)
    connection.execute(delete(frontier).where(frontier.c.night == night))
    connection.execute(delete(frontier_before).where(frontier_before.c.night == night))
    connection.execute(update(frontier_night).where(frontier_night.c.night == night).values(counts=counts))
    return counts


def _counts(connection: Connection, night: int | None) -> Counts:
    chosen = select(frontier.c.source, frontier.c.state, func.count()).group_by(frontier.c.source, frontier.c.state)
    if night is not None:
        chosen = chosen.where(frontier.c.night == night)
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for source, state, count in connection.execute(chosen.order_by(frontier.c.source, frontier.c.state)):
        found[source][state] = count
    return dict(found)


def _moved_on(connection: Connection, began: datetime) -> bool:
    """Whether anybody scored or decided since a night began."""
    later = or_(exists().where(receipt.c.checked_at >= began), exists().where(decision.c.at > began))
    return bool(connection.execute(select(later)).scalar())


def _stored_later(connection: Connection, began: datetime) -> bool:
    """Whether anything was stored with a later clock than a night's, over which that one's answers would not tell."""
    return bool(connection.execute(select(exists().where(account_seen.c.last_seen > began))).scalar())


def _has_rows(connection: Connection, night: int, also: ColumnElement[bool] | None = None) -> bool:
    mine = exists().where(frontier.c.night == night)
    return bool(connection.execute(select(mine if also is None else mine.where(also))).scalar())


def _open() -> Any:
    return frontier_night.c.counts.is_(None)


def _night(column: Any, number: int) -> Any:
    return select(column).where(frontier_night.c.night == number)


@lru_cache(maxsize=2)
def _noting(*, lite: bool) -> str:
    names = tuple(str(one.name) for one in frontier.columns)
    statement = upserting(frontier, "sqlite" if lite else "postgresql", names, None)
    compiled: Any = statement.compile(dialect=dialect_of(lite=lite))
    assert tuple(compiled.positiontup) == names
    return str(compiled)


def _row(one: Asked, *, lite: bool) -> tuple[Any, ...]:
    # The driver's own values: SQLAlchemy's handling of each would cost more than the database.
    headers = None if one.headers is None else orjson.dumps(one.headers).decode()
    leased_at = moment_text(one.leased_at) if lite and one.leased_at is not None else one.leased_at
    return (*one[:9], leased_at, *one[10:13], headers, one.body)
