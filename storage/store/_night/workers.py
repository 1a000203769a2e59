"""A night shared by several processes: who works on what, what a source is told to do next, what came of it.

Every row of a job has one writer at a time, the worker whose name it bears; a worker that lost its job changes nothing
any more. Times are the server's: clocks of machines differ.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, text, update

from storage.records import Instant, Outcome, Record
from storage.store._base import Database
from storage.store._engine import NIGHT_LOCK, SOURCES_AT_WORK
from storage.store._night.frontier import DIED, LEASED, QUEUED
from storage.store._rights.tombstones import without_buried
from storage.store._sql import upsert
from storage.tables import frontier, night_job, night_named, night_order, worker

JOB_QUEUED, WORKING, WAITING, ENDED = "queued", "working", "waiting", "ended"
LOOK, COUNT, FINISH, STOP = "look", "count", "finish", "stop"
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


class Order(NamedTuple):
    """What a source is told to do."""

    night: int
    source: str
    number: int
    what: str
    round: int
    state: str
    reason: str
    did: str | None


class Working(Database):
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
        mine = _of(night, source) & (night_job.c.state != ENDED)
        with self._write() as connection:
            row = connection.execute(select(night_job).where(mine).with_for_update()).first()
            if row is None:
                return None
            lost = _sum(row.lost, _asked(connection, source)[1]) if row.part else dict(row.lost)
            _ask_again(connection, source)
            fresh = {"state": WORKING, "worker": name, "part": row.part + 1, "lost": lost}
            connection.execute(update(night_job).where(mine).values(fresh))
            return _job(row)._replace(state=WORKING, worker=name, part=row.part + 1, lost=lost)

    def kept_requests(self, source: str) -> Counted:
        """Count by lane the requests whose answers are kept."""
        with self._read() as connection:
            return _asked(connection, source)[0]

    def set_job(self, night: int, source: str, name: str, state: str) -> None:
        """Say how far a worker's own job is."""
        with self._write() as connection:
            connection.execute(update(night_job).where(_own(night, source, name)).values(state=state))

    def hand_back_job(self, night: int, source: str, name: str, outcome: Outcome) -> None:
        """Have somebody else go on with a job; what it asked in vain is not counted twice."""
        with self._write() as connection:
            told = {"state": JOB_QUEUED, "worker": None, "outcome": outcome.model_dump(mode="json")}
            connection.execute(update(night_job).where(_own(night, source, name)).values(told))

    def end_job(self, night: int, source: str, outcome: Outcome, name: str | None = None) -> bool:
        """End a job; False if it had ended, or is not `name`'s any more."""
        mine = _of(night, source) & (night_job.c.state != ENDED)
        mine = mine if name is None else mine & (night_job.c.worker == name)
        told = {"state": ENDED, "outcome": outcome.model_dump(mode="json")}
        with self._write() as connection:
            return bool(connection.execute(update(night_job).where(mine).values(told)).rowcount)

    # --- orders ------------------------------------------------------------------------------------------------

    def order(
        self, night: int, sources: Sequence[str], what: str, *, round_: int = 0, state: str = "", reason: str = ""
    ) -> dict[str, int]:
        """Tell sources what to do; gives the numbers of the orders by source."""
        with self._write() as connection:
            newest = select(night_order.c.source, func.max(night_order.c.number)).where(night_order.c.night == night)
            last = {row[0]: row[1] for row in connection.execute(newest.group_by(night_order.c.source))}
            common = {"night": night, "what": what, "round": round_, "state": state, "reason": reason, "did": None}
            rows = [{**common, "source": source, "number": last.get(source, 0) + 1} for source in sources]
            if rows:
                connection.execute(insert(night_order), rows)
        return {row["source"]: row["number"] for row in rows}

    def orders_for(self, name: str) -> list[Order]:
        """Give what a worker's sources are to do, in order; sources that lost their job have none."""
        joined = night_order.join(
            night_job, (night_job.c.night == night_order.c.night) & (night_job.c.source == night_order.c.source)
        )
        mine = (night_job.c.worker == name) & (night_job.c.state != ENDED) & night_order.c.did.is_(None)
        chosen = select(night_order).select_from(joined).where(mine).order_by(night_order.c.number)
        with self._read() as connection:
            return [Order(*row) for row in connection.execute(chosen)]

    def orders_done(self, night: int) -> list[Order]:
        """Give the orders of a night that were done."""
        chosen = select(night_order).where(night_order.c.night == night, night_order.c.did.is_not(None))
        with self._read() as connection:
            return [Order(*row) for row in connection.execute(chosen.order_by(night_order.c.number))]

    def order_done(self, one: Order, did: str, *, state: str, name: str) -> None:
        """Say what came of an order, and how far the source is, in one transaction."""
        mine = (night_order.c.night == one.night) & (night_order.c.source == one.source)
        with self._write() as connection:
            held = update(night_job).where(_own(one.night, one.source, name)).values(state=state)
            if connection.execute(held).rowcount:
                connection.execute(update(night_order).where(mine, night_order.c.number == one.number).values(did=did))

    # --- whom accounts of others name --------------------------------------------------------------------------

    def keep_named(self, night: int, round_: int, named: Mapping[str, Sequence[str]]) -> None:
        """Keep whom a round looks at for the first time, by source; nobody who was erased."""
        whole = {**named, "": ()}
        with self._write() as connection:
            kept = {s: without_buried(connection, s, h, self._key) for s, h in whole.items()}
            rows = [{"night": night, "round": round_, "source": s, "handles": h} for s, h in kept.items()]
            connection.execute(insert(night_named), rows)

    def named_in(self, night: int, source: str | None = None) -> dict[int, dict[str, list[str]]]:
        """Give whom each round of a night named for the first time, of one source or of all."""
        chosen = select(night_named).where(night_named.c.night == night).order_by(night_named.c.round)
        if source is not None:
            chosen = chosen.where(night_named.c.source.in_(["", source]))
        found: defaultdict[int, dict[str, list[str]]] = defaultdict(dict)
        with self._read() as connection:
            for row in connection.execute(chosen):
                found[row.round][row.source] = row.handles
        return dict(found)

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


def _of(night: int, source: str) -> Any:
    return (night_job.c.night == night) & (night_job.c.source == source)


def _own(night: int, source: str, name: str) -> Any:
    return _of(night, source) & (night_job.c.worker == name) & (night_job.c.state != ENDED)


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
