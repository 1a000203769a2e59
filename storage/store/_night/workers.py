"""A night shared by several processes: who works on what, what a source is told to do next, what came of it.

Every row of a job has one writer at a time, the worker whose name it bears; a worker that lost its job changes nothing
any more. Times are the server's: clocks of machines differ.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, text, update

from storage.records import Instant, Outcome, Record
from storage.store._engine import NIGHT_LOCK, SOURCES_AT_WORK
from storage.store._night.frontier import DIED, LEASED, QUEUED
from storage.store._night.orders import ENDED, Ordering, of_job, own_job
from storage.store._night.ringing import ring
from storage.store._sql import upsert
from storage.tables import frontier, night_job, night_named, night_order, worker

JOB_QUEUED, WORKING, WAITING = "queued", "working", "waiting"
Counted = Mapping[str, int]  # lane → requests


class Worker(Record):
    """A process that takes sources of a night."""

    name: str
    host: str
    pid: int
    version: str
    at_once: int
    sources: tuple[str, ...] | None = None  # it takes no others
    night: int | None = None  # started for this one, and ends with it
    doing: tuple[str, ...] = ()
    since: Instant
    heartbeat: Instant
    silent: float = 0.0  # seconds since it was last heard of


class Job(NamedTuple):
    """One source's night."""

    night: int
    source: str
    state: str
    worker: str | None
    part: int
    task: Mapping[str, Any]
    asked: Counted
    lost: Counted
    outcome: Outcome | None


class Working(Ordering):
    """Verbs of a shared night."""

    @property
    def is_shared(self) -> bool:
        """Whether several processes may work on this database at a time."""
        return self._engine.dialect.name != "sqlite"

    @property
    def url(self) -> str:
        """The address of the database for the server's own driver, with its password."""
        return self._engine.url.set(drivername="postgresql").render_as_string(hide_password=False)

    # --- who works ---------------------------------------------------------------------------------------------

    def sign_worker(self, one: Worker) -> None:
        """Say that a worker is alive and what it does."""
        row = one.model_dump(exclude={"silent", "heartbeat"}, mode="python")
        with self._write() as connection:
            now = connection.execute(select(func.clock_timestamp())).scalar_one()
            upsert(connection, worker, [{**row, "heartbeat": now}])

    def forget_worker(self, name: str) -> None:
        """A worker ended in order, or is given up."""
        with self._write() as connection:
            connection.execute(delete(worker).where(worker.c.name == name))

    def forget_workers(self, *, silent: float) -> None:
        """Let go of workers that were started for a night, and of those not heard of for so many seconds."""
        old = func.extract("epoch", func.clock_timestamp() - worker.c.heartbeat) > silent
        with self._write() as connection:
            connection.execute(delete(worker).where(worker.c.night.is_not(None) | old))

    def workers(self) -> list[Worker]:
        """Give all workers that did not end in order, those longest silent last; [] on SQLite, which knows none."""
        if not self.is_shared:
            return []
        silent = func.extract("epoch", func.clock_timestamp() - worker.c.heartbeat).label("silent")
        with self._read() as connection:
            rows = connection.execute(select(worker, silent).order_by(silent, worker.c.name)).mappings()
            return [Worker.model_validate({**row, "silent": max(0.0, float(row["silent"]))}) for row in rows]

    # --- the jobs of a night -----------------------------------------------------------------------------------

    def begin_jobs(self, night: int, tasks: Mapping[str, Mapping[str, Any]], *, continued: bool) -> None:
        """Open the jobs of a night and drop those of earlier ones; whom a continued night named goes with it."""
        with self._write() as connection:
            _drop(connection, named=not continued)
            connection.execute(update(night_named).values(night=night))
            rows = [
                {"night": night, "source": source, "state": JOB_QUEUED, "worker": None, "part": 0, "task": dict(task)}
                | {"asked": _asked(connection, source)[0], "lost": {}, "outcome": None}
                for source, task in tasks.items()
            ]
            if rows:
                connection.execute(insert(night_job), rows)
            ring(connection)

    def drop_jobs(self, *, named: bool) -> None:
        """Let go of all jobs; workers that are still at one stop. `named`: also of whom the night named."""
        with self._write() as connection:
            _drop(connection, named=named)

    def jobs(self) -> list[Job]:
        """Give the jobs of the night at work, by source."""
        with self._read() as connection:
            return [_job(row) for row in connection.execute(select(night_job).order_by(night_job.c.source))]

    def take_job(self, night: int, source: str, name: str) -> Job | None:
        """Begin another part of a job; None if there is nothing to do any more.

        What earlier parts asked without keeping the answer is counted as lost: it will be asked again.
        """
        mine = of_job(night, source) & (night_job.c.state != ENDED)
        with self._write() as connection:
            row = connection.execute(select(night_job).where(mine).with_for_update()).first()
            if row is None:
                return None
            lost = _sum(row.lost, _asked(connection, source)[1]) if row.part else dict(row.lost)
            _ask_again(connection, source)
            fresh = {"state": WORKING, "worker": name, "part": row.part + 1, "lost": lost}
            connection.execute(update(night_job).where(mine).values(fresh))
            ring(connection)
            return _job(row)._replace(state=WORKING, worker=name, part=row.part + 1, lost=lost)

    def kept_requests(self, source: str) -> Counted:
        """Count by lane the requests whose answers are kept."""
        with self._read() as connection:
            return _asked(connection, source)[0]

    def set_job(self, night: int, source: str, name: str, state: str) -> None:
        """Say how far a worker's own job is."""
        with self._write() as connection:
            connection.execute(update(night_job).where(own_job(night, source, name)).values(state=state))
            ring(connection)

    def hand_back_job(self, night: int, source: str, name: str, outcome: Outcome) -> None:
        """Have somebody else go on with a job; what it asked in vain is not counted twice."""
        with self._write() as connection:
            told = {"state": JOB_QUEUED, "worker": None, "outcome": outcome.model_dump(mode="json")}
            connection.execute(update(night_job).where(own_job(night, source, name)).values(told))
            ring(connection)

    def end_job(self, night: int, source: str, outcome: Outcome, name: str | None = None) -> bool:
        """End a job; False if it had ended, or is not `name`'s any more."""
        mine = of_job(night, source) & (night_job.c.state != ENDED)
        mine = mine if name is None else mine & (night_job.c.worker == name)
        told = {"state": ENDED, "outcome": outcome.model_dump(mode="json")}
        with self._write() as connection:
            ring(connection)
            return bool(connection.execute(update(night_job).where(mine).values(told)).rowcount)

    # --- who is at work, by the server's locks -----------------------------------------------------------------

    def is_night_held(self) -> bool:
        """Whether somebody holds the night: a night whose holder is gone is over for its workers."""
        held = "((classid::bigint << 32) | objid::bigint) = :lock AND objsubid = 1"
        return bool(self._locks(held, NIGHT_LOCK))

    def sources_at_work(self) -> int:
        """How many sources workers of this database are asking at this moment."""
        return self._locks("classid::bigint = :lock AND objsubid = 2", SOURCES_AT_WORK)

    def _locks(self, where: str, lock: int) -> int:
        ours = "locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = "
        statement = text(f"SELECT count(*) FROM pg_locks WHERE {ours}current_database()) AND {where}")  # noqa: S608  # no value of others
        with self._read() as connection:
            return int(connection.execute(statement, {"lock": lock}).scalar_one())


def _drop(connection: Connection, *, named: bool) -> None:
    for table in (night_order, night_job, *((night_named,) if named else ())):
        connection.execute(delete(table))


def _asked(connection: Connection, source: str) -> tuple[Counted, Counted]:
    """Requests by lane: those whose answers are kept, and those without."""
    kept = frontier.c.status.is_not(None)
    chosen = select(frontier.c.lane, kept, func.sum(frontier.c.tries)).where(frontier.c.source == source)
    found: tuple[dict[str, int], dict[str, int]] = ({}, {})
    for lane, is_kept, tries in connection.execute(chosen.group_by(frontier.c.lane, kept)):
        found[not is_kept][lane] = int(tries)
    return found


def _ask_again(connection: Connection, source: str) -> None:
    """What has no kept answer waits to be asked again, and its requests are not counted a second time."""
    open_ = (frontier.c.source == source) & frontier.c.status.is_(None)
    died = {"state": QUEUED, "reason": DIED}
    connection.execute(update(frontier).where(open_, frontier.c.state == LEASED).values(died))
    connection.execute(update(frontier).where(open_).values(tries=0))


def _sum(one: Counted, other: Counted) -> dict[str, int]:
    return {lane: one.get(lane, 0) + other.get(lane, 0) for lane in sorted({*one, *other})}


def _job(row: Any) -> Job:
    outcome = Outcome.model_validate(row.outcome) if row.outcome is not None else None
    return Job(row.night, row.source, row.state, row.worker, row.part, row.task, row.asked, row.lost, outcome)
