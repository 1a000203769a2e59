"""The queue of a shared night: PgQueuer, whose tables lie in a schema of their own beside ours.

It makes and changes its tables itself, one statement a transaction under a lock of its own, each time a night begins:
a copy of them among our migrations would be out of date with its next version.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, NamedTuple, Self
from uuid import uuid4

import orjson
import psycopg

from storage.errors import ConfigError, StoreError

SCHEMA = "sourcing_queue"
MISSING = "a shared night needs the queue: pip install 'sourcing-crawler[workers]'"


class Claim(NamedTuple):
    """A job of ours, as the queue knows it."""

    id: int
    source: str
    night: int
    raw: Any


class Queue:
    """One process's connection to the queue."""

    def __init__(self, url: str, *, silence: float) -> None:
        self._url, self._silence = url, timedelta(seconds=silence)
        self._connection: psycopg.AsyncConnection | None = None
        self._queries: Any = None
        self._me = uuid4()

    async def __aenter__(self) -> Self:
        try:
            from pgqueuer.adapters.drivers.psycopg import PsycopgDriver
            from pgqueuer.adapters.persistence.qb import DBSettings, QueryBuilderEnvironment, QueryQueueBuilder
            from pgqueuer.adapters.persistence.queries import Queries
        except ImportError as error:
            raise ConfigError(MISSING) from error
        try:
            self._connection = await psycopg.AsyncConnection.connect(self._url, autocommit=True, connect_timeout=10)
        except psycopg.Error as error:
            raise _failed(error) from error
        settings = DBSettings(db_schema=SCHEMA)
        self._queries = Queries(
            PsycopgDriver(self._connection), qbe=QueryBuilderEnvironment(settings), qbq=QueryQueueBuilder(settings)
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._connection is not None:
            await self._connection.close()

    async def prepare(self) -> None:
        """Make the queue's tables, or bring them up to date; nothing happens if they are."""
        await self._ask(self._queries.upgrade())

    async def put(self, night: int, sources: Mapping[str, int]) -> None:
        """Have sources taken by workers, those of the greatest number first; what waited before is dropped."""
        await self.clear()
        payloads = [orjson.dumps({"night": night}) for _ in sources]
        if sources:
            await self._ask(self._queries.enqueue(list(sources), payloads, list(sources.values())))

    async def clear(self) -> None:
        """Have nothing taken any more."""
        await self._ask(self._queries.clear_queue())

    async def claim(self, sources: Iterable[str]) -> Claim | None:
        """Take one of these sources: one that waits, or whose worker was not heard of for too long."""
        from pgqueuer.ports.repository import EntrypointExecutionParameter

        one_at_a_time = EntrypointExecutionParameter(concurrency_limit=1)
        entrypoints = dict.fromkeys(sources, one_at_a_time)
        if not entrypoints:
            return None
        found = await self._ask(
            self._queries.dequeue(
                batch_size=1,
                entrypoints=entrypoints,
                queue_manager_id=self._me,
                global_concurrency_limit=None,
                heartbeat_timeout=self._silence,
            )
        )
        return _claim(found[0]) if found else None

    async def beat(self, claims: Iterable[Claim]) -> None:
        """Say that these are still worked on."""
        ids = [one.id for one in claims]
        if ids:
            await self._ask(self._queries.update_heartbeat(ids))

    async def done(self, claim: Claim) -> None:
        """Take a job out of the queue for good."""
        await self._ask(self._queries.log_jobs([(claim.raw, "successful", None)]))

    async def hand_back(self, claim: Claim, *, seconds: float = 0.0) -> None:
        """Have somebody else take a job, some seconds from now."""
        await self._ask(self._queries.retry_job(claim.raw, timedelta(seconds=seconds), None))

    async def _ask(self, question: Any) -> Any:
        try:
            return await question
        except psycopg.Error as error:
            raise _failed(error) from error


def _claim(job: Any) -> Claim:
    return Claim(job.id, str(job.entrypoint), int(orjson.loads(job.payload or b"{}").get("night", 0)), job)


def _failed(error: psycopg.Error) -> StoreError:
    reason = str(error).partition("\n")[0]
    return StoreError(f"queue: {reason}; check that the database is reachable, and that its user may create a schema")
