"""A worker: takes sources of the night from the queue, asks several side by side, hands back what it cannot end."""

import asyncio
import logging
import os
import socket
import time
from collections.abc import Sequence
from datetime import datetime
from importlib.util import find_spec
from uuid import uuid4

from sourcing import __version__, crawl
from sourcing.config import Config
from sourcing.logs import to_file
from sourcing.progress import Progress, silent
from sourcing.workers._news import News, told_by_signals
from sourcing.workers._state import beat
from sourcing.workers._task import Task, config_for
from sourcing.workers._turn import Turn
from spiders._key import owner_of
from spiders._registry import about, names
from storage.errors import ConfigError, StoreError
from storage.records import Outcome
from storage.store import Job, Store, Worker
from storage.store._night.orders import ENDED
from storage.store._night.queue import MISSING, Claim, Queue
from storage.store._night.source_lock import SourceLocks

TICK = 0.1  # seconds between two looks at what there is to do, unless there is news
CLAIM = 0.25  # seconds between two looks into the queue
ALONE = 45.0  # seconds without anybody who holds the night, after which it is over: its lock is taken again in 15
MOST_PARTS = 10  # workers that may die at one source before it is left out
NEEDS_SERVER = "a night is shared through PostgreSQL, and {} is a file; set [database] url, see docs/workers.md"

log = logging.getLogger("sourcing.workers")


def work(
    config: Config,
    *,
    now: datetime,
    at_once: int | None = None,
    sources: tuple[str, ...] = (),
    until_idle: bool = False,
    night: int | None = None,
    log_name: str = "worker.log",
    progress: Progress = silent,
) -> int:
    """Work until told to stop; gives how many sources came to their end here.

    `sources`: take no others; `until_idle`: end when nothing is left to do; `night`: end with that night. ConfigError
    without a controller or on SQLite, StoreError if the database has another schema than this version, or fails.
    """
    config.require_controller()
    if unknown := sorted(set(sources) - set(names())):
        raise ConfigError(f"no source is called {unknown[0]!r}; there are: {', '.join(names())}")
    tokens = [os.environ.get(status.token_env, "") for status in crawl.sources(config)]
    with (
        Store.open(config.database_url, key=config.key) as store,
        to_file(config.logs_folder, tokens, form=config.logs.format, name=log_name),
    ):
        require_server(config, store)
        store.require_key()
        me = Worker(
            name=f"{socket.gethostname()}/{os.getpid()}/{uuid4().hex[:6]}",
            host=socket.gethostname(),
            pid=os.getpid(),
            version=__version__,
            at_once=at_once or config.workers.at_once,
            sources=sources or None,
            night=night,
            since=now,
            heartbeat=now,
        )
        worker = _Worker(config, store, me, progress, until_idle=until_idle, night=night)
        return asyncio.run(worker.run())


def require_server(config: Config, store: Store) -> None:
    """Raise ConfigError unless several processes may work on the database at a time, and the queue is installed."""
    if not store.is_shared:
        raise ConfigError(NEEDS_SERVER.format(config.database_shown))
    if find_spec("pgqueuer") is None:
        raise ConfigError(MISSING)


class _Worker:
    def __init__(
        self, config: Config, store: Store, me: Worker, progress: Progress, *, until_idle: bool, night: int | None
    ) -> None:
        self.config, self.store, self.me, self.progress = config, store, me, progress
        self.until_idle, self.night = until_idle, night
        self.turns: dict[str, Turn] = {}
        self.ended = 0
        self.leaving = False
        self.idle = False
        self.locks = SourceLocks(store.url)
        self.news = News()
        self._sources = _askable(config, me.sources or names())
        self._next_sign = self._next_claim = 0.0
        self._held = time.monotonic()  # when somebody held the night for the last time we looked
        self.beat = beat(config.workers.silence)

    async def run(self) -> int:
        """Work, and leave in order."""
        self.store.sign_worker(self.me)
        try:
            async with Queue(self.store.url, silence=self.config.workers.silence) as queue:
                await queue.prepare()
                with told_by_signals(self._leave), self.news.listening(self.store.url):
                    await self._loop(queue)
        finally:
            self.locks.close()
            self.store.forget_worker(self.me.name)
        return self.ended

    def _leave(self) -> None:
        """Take nothing more, and hand back what is not ended."""
        self.leaving = True
        self.news.tell()
        for turn in self.turns.values():
            turn.hand_back()

    async def _loop(self, queue: Queue) -> None:
        while not (self.leaving and not self.turns):
            if time.monotonic() >= self._next_sign:
                self._next_sign = time.monotonic() + self.beat
                await self._sign(queue)
            self._obey()
            for turn in list(self.turns.values()):
                if turn.push(self.me.name):
                    self._next_claim = 0.0  # its place is free
                if turn.crawl.done():
                    await self._settle(queue, turn)
            if not self.leaving and time.monotonic() >= self._next_claim:
                self._next_claim = time.monotonic() + CLAIM
                await self._claim(queue)
            # Not for long: some of what we look at is nobody's news.
            await self.news.wait(TICK)

    # --- every few seconds -------------------------------------------------------------------------------------

    async def _sign(self, queue: Queue) -> None:
        """Say that we are alive; look whether what we do is still wanted, and still ours."""
        self.store.sign_worker(self.me.model_copy(update={"doing": tuple(sorted(self.turns))}))
        await queue.beat([turn.claim for turn in self.turns.values()])
        if not self.locks.alive():
            raise StoreError("the connection that held the locks of the sources was lost; start the worker again")
        schema, ours = self.store.schema()
        if schema != ours:
            raise StoreError(
                f"the database is at revision {schema} by now, this worker needs {ours}; start the new one"
            )
        jobs = self.store.jobs()
        mine = {(one.night, one.source) for one in jobs if one.worker == self.me.name and one.state != ENDED}
        for turn in self.turns.values():
            if (turn.night, turn.name) not in mine and not turn.crawl.done():
                turn.lose()
        if self.store.is_night_held():
            self._held = time.monotonic()
        elif self.turns and time.monotonic() - self._held > ALONE:
            log.warning("nobody holds the night any more; what was collected is stored, the next night goes on")
            for turn in self.turns.values():
                turn.lose()
        left = any(one.state != ENDED for one in jobs)
        over = self.night is not None and (
            time.monotonic() - self._held > ALONE or self.night not in {j.night for j in jobs}
        )
        self.idle = not self.turns and not left
        self.leaving = self.leaving or over or (self.until_idle and self.idle)

    def _obey(self) -> None:
        done = []
        for order in self.store.orders_for(self.me.name) if self.turns else ():
            turn = self.turns.get(order.source)
            if turn is not None and turn.night == order.night and not turn.lost and (one := turn.obey(order)):
                done.append(one)
        if done:
            self.store.tell_done(done, self.me.name)

    # --- one source --------------------------------------------------------------------------------------------

    async def _claim(self, queue: Queue) -> None:
        if sum(not turn.is_waiting for turn in self.turns.values()) >= self.me.at_once:
            return
        claim = await queue.claim(name for name in self._sources if name not in self.turns)
        if claim is None:
            return
        job = next((one for one in self.store.jobs() if (one.night, one.source) == (claim.night, claim.source)), None)
        owner = self._owner(job) if job is not None else ""
        if job is None:
            await queue.done(claim)
        elif not self.locks.take(claim.source, owner):
            # The one who has it was not heard of, or let go of it in the queue first: its lock will tell.
            await queue.hand_back(claim, seconds=1.0)
        elif not self._begin(claim, owner):
            await queue.done(claim)
            self.locks.let_go(claim.source, owner)

    def _begin(self, claim: Claim, owner: str) -> bool:
        """Begin a source whose lock we have; False if there is nothing to do at it any more."""
        job = self.store.take_job(claim.night, claim.source, self.me.name)
        if job is None:
            return False
        if job.part > MOST_PARTS:
            reason = f"{MOST_PARTS} workers died or ended at it; see their logs"
            self.store.end_job(job.night, job.source, Outcome(source=job.source, state="failed", reason=reason))
            return False
        log.info("%s: begun, part %d of night %d", job.source, job.part, job.night)
        self.progress(f"{job.source}: begun" + (f", part {job.part}" if job.part > 1 else ""))
        self.turns[job.source] = Turn(self.config, self.store, job, claim, owner, self.progress, self.news.tell)
        self._next_claim = 0.0
        if self.leaving:
            self.turns[job.source].hand_back()
        return True

    def _owner(self, job: Job) -> str:
        told = config_for(self.config, job.source, Task.model_validate(job.task))
        return owner_of(crawl.options_of(told, job.source).token_env)

    async def _settle(self, queue: Queue, turn: Turn) -> None:
        """Tell how a source ended here, then let go of it: a word too early would have it asked twice."""
        del self.turns[turn.name]
        self._next_claim = 0.0
        outcome = turn.outcome()
        if turn.lost:
            pass
        elif turn.handing_back and outcome.state == "interrupted":
            self.store.hand_back_job(turn.night, turn.name, self.me.name, outcome)
            await queue.hand_back(turn.claim)
        elif self.store.end_job(turn.night, turn.name, outcome, self.me.name):
            await queue.done(turn.claim)
            self.ended += 1
        log.info("%s: %s %s", turn.name, outcome.state, outcome.reason)
        self.progress(f"{turn.name}: {outcome.state}, {outcome.requests} requests")
        self.locks.let_go(turn.name, turn.owner)


def _askable(config: Config, wanted: Sequence[str]) -> list[str]:
    """Sources this process may ask: those that need a token only with one."""
    status = {one.name: one for one in crawl.sources(config)}
    return [name for name in wanted if status[name].token_present or not about(name).card.needs_token]
