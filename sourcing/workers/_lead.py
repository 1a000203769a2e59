"""Who runs a shared night: puts the sources into the queue, has all look in rounds, ends it early where it must."""

import asyncio
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from sourcing import crawl
from sourcing.config import Config
from sourcing.progress import Progress
from sourcing.workers._calling import Calling
from sourcing.workers._children import PATIENCE, Children
from sourcing.workers._shares import shares
from sourcing.workers._state import FORGOTTEN, alive
from sourcing.workers._task import task_of
from sourcing.workers._work import require_server
from spiders._about import LINKED
from spiders._course.purse import Claim
from storage.errors import Interrupted, StoreError
from storage.records import Lane, Night, Outcome
from storage.store import Job, Store
from storage.store._night.bell import Bell
from storage.store._night.orders import ENDED, STOP
from storage.store._night.queue import Queue
from storage.store._night.workers import JOB_QUEUED, WAITING, WORKING

TICK = 0.1  # seconds between two looks at the jobs, unless there is news
SOON = 0.02  # seconds between two looks whether workers have left
LOOK_AROUND = 1.0  # seconds between two looks at workers and limits
IN_ORDER = 60.0  # seconds workers may take to end what they are told to stop
NOBODY = "no worker is left to ask it; start one with `sourcing worker`"


def lead(
    config: Config,
    store: Store,
    night: Night,
    *,
    progress: Progress,
    limits: crawl.Limits,
    workers: int,
    at_once: int | None = None,
) -> crawl.Elsewhere:
    """What crawls the sources of a night in `workers` processes here and in whatever others take part."""
    require_server(config, store)

    def elsewhere(
        ready: Sequence[str], began: datetime, lanes: Sequence[Lane], claims: Mapping[str, Claim]
    ) -> Mapping[str, Outcome]:
        leading = _Leading(config, store, night, progress, limits)
        with Children(config, night.number, workers, at_once) as children:
            outcomes = leading.crawl(ready, began, lanes, claims, children)
            leading.see_off(children)
        store.forget_workers(silent=FORGOTTEN)
        return outcomes

    return elsewhere


def settle(config: Config, store: Store) -> None:
    """End what workers still do for a night nobody runs any more; StoreError if one does not let go of its source."""
    if not store.is_shared:
        return
    store.drop_jobs(named=False)
    until = time.monotonic() + IN_ORDER
    while store.sources_at_work():
        if time.monotonic() > until:
            busy = ", ".join(one.name for one in alive(store, config.workers.silence) if one.doing)
            raise StoreError(f"workers of an earlier night are still at work ({busy or 'unknown'}); stop them first")
        time.sleep(TICK)
    store.forget_workers(silent=FORGOTTEN)


class _Leading:
    def __init__(self, config: Config, store: Store, night: Night, progress: Progress, limits: crawl.Limits) -> None:
        self.config, self.store, self.progress, self.limits = config, store, progress, limits
        self.night, self.number = night, night.number
        self.stopping = False
        self._told = ("interrupted", "its worker did not end in time")
        self._next = self._met = time.monotonic()
        self._line = ""
        self._begun = False  # somebody works

    def crawl(
        self,
        ready: Sequence[str],
        began: datetime,
        lanes: Sequence[Lane],
        claims: Mapping[str, Claim],
        children: Children,
    ) -> Mapping[str, Outcome]:
        """Have the sources crawled; gives how each ended."""
        self.children = children
        continued = self._begin(ready, began, lanes, claims)
        calling = Calling(self.store, self.number, self.progress, self.store.named_in(self.number) if continued else {})
        try:
            with Bell(self.store.url) as self.bell:
                self._until_ended(calling)
        except (KeyboardInterrupt, Interrupted):
            self._stop("interrupted", "stopped by the user or the system")
        self._wait_for_the_rest()
        outcomes = {one.source: self._outcome(one) for one in self.store.jobs()}
        asyncio.run(self._queue(lambda queue: queue.clear()))
        # Whom others named stays as long as the night may be continued.
        well = all(one.state not in ("interrupted", "failed") for one in outcomes.values())
        self.store.drop_jobs(named=well)
        return outcomes

    def see_off(self, children: Children) -> None:
        """Have the workers of this night leave, and wait until they have: nothing is theirs any more."""
        children.tell_to_leave()
        until, here = time.monotonic() + PATIENCE, socket.gethostname()
        while time.monotonic() < until:
            pids = set(children.pids)
            if not any(one.host == here and one.pid in pids for one in self.store.workers()):
                return
            time.sleep(SOON)

    def _begin(self, ready: Sequence[str], began: datetime, lanes: Sequence[Lane], claims: Mapping[str, Claim]) -> bool:
        """Put the sources into the queue; whether the night continues one that was cut off."""
        spent = self.limits.spent
        most = shares(self.config.crawl.max_requests, sum(spent.values()), claims)
        tasks = {
            name: task_of(self.config, name, lanes, clock=began, spent=spent.get(name, 0), most=self._most(name, most))
            for name in ready
        }
        before = self.store.before_night(self.number)
        continued = before is not None and before.began < self.night.started_at
        self.store.begin_jobs(
            self.number, {name: one.model_dump(mode="json") for name, one in tasks.items()}, continued=continued
        )
        for name in (one for one in ready if most is not None and not most.get(one)):
            reason = f"max_requests = {self.config.crawl.max_requests} of all sources leaves it none"
            self.store.end_job(self.number, name, Outcome(source=name, state="limit", reason=reason))
        longest = self._seconds()
        order = {name: longest.get(name, 0) for name in ready}
        asyncio.run(self._queue(lambda queue: queue.put(self.number, order)))
        return continued

    def _most(self, name: str, most: Mapping[str, int] | None) -> int | None:
        own = crawl.options_of(self.config, name).max_requests
        return None if most is None else max(1, min(own, most.get(name, 0) + self.limits.spent.get(name, 0)))

    def _seconds(self) -> dict[str, int]:
        """Tenths of seconds each source is forecast to take until links are followed.

        The longest is begun first, since it decides when that can begin; what only follows links comes last.
        """
        found = Counter[str]()
        for row in self.night.forecast:
            source, _, rest = row.lane.partition("/")
            if rest.partition("/")[0] != LINKED:
                found[source] += row.minutes  # type: ignore[assignment]  # a counter of fractions
        return {source: round(600 * minutes) for source, minutes in found.items()}

    async def _queue(self, ask: "Callable[[Queue], object]") -> None:
        async with Queue(self.store.url, silence=self.config.workers.silence) as queue:
            await queue.prepare()
            await ask(queue)  # type: ignore[misc]  # a coroutine of the queue's

    # --- while the night lasts ---------------------------------------------------------------------------------

    def _until_ended(self, calling: Calling) -> None:
        jobs = self._tick()
        while not self.stopping and any(one.state != ENDED for one in jobs.values()):
            waiting = [name for name, one in jobs.items() if one.state == WAITING]
            if waiting and all(one.state in (WAITING, ENDED) for one in jobs.values()):
                calling.go_on(waiting, self._unless_stopped)
            jobs = self._tick()

    def _unless_stopped(self) -> dict[str, Job] | None:
        jobs = self._tick()
        return None if self.stopping else jobs

    def _tick(self) -> dict[str, Job]:
        """The jobs by source, once there is news or a moment later; meanwhile look after workers and limits."""
        self.bell.wait(TICK)
        jobs = {one.source: one for one in self.store.jobs()}
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + LOOK_AROUND
            self.children.look()
            self._look_at_limits(jobs.values())
            self._look_at_workers(jobs.values())
            self._tell(jobs.values())
        elif not self._begun:
            self._tell(jobs.values())
        return jobs

    def _look_at_limits(self, jobs: Iterable[Job]) -> None:
        failed = (one.outcome.reason for one in jobs if one.outcome is not None and one.state == ENDED)
        self.limits.failed = next((reason for reason in failed if reason.startswith(crawl.NOT_STORED)), "")
        over = self.limits.over()
        if over is not None and not self.stopping:
            self._stop(*over)

    def _look_at_workers(self, jobs: Iterable[Job]) -> None:
        """End what nobody will do any more: no worker is there, nor was for as long as a dead one is waited for."""
        if alive(self.store, self.config.workers.silence) or self.children.pids:
            self._met = time.monotonic()
        elif time.monotonic() - self._met > self.config.workers.silence:
            for one in jobs:
                self.store.end_job(self.number, one.source, Outcome(source=one.source, state="failed", reason=NOBODY))

    def _tell(self, jobs: Iterable[Job]) -> None:
        states = Counter(one.state for one in jobs)
        self._begun = self._begun or WORKING in states
        line = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
        if line != self._line:
            self._line = line
            self.progress(f"sources: {line}")

    # --- ending early ------------------------------------------------------------------------------------------

    def _stop(self, state: str, reason: str) -> None:
        """Have every source end in order; those nobody began end here."""
        self.stopping, self._told = True, (state, reason)
        asyncio.run(self._queue(lambda queue: queue.clear()))
        open_ = [one for one in self.store.jobs() if one.state != ENDED]
        for one in open_:
            if one.state == JOB_QUEUED:
                self.store.end_job(self.number, one.source, _unbegun(one, state, reason))
        self.store.order(
            self.number, [one.source for one in open_ if one.state != JOB_QUEUED], STOP, state=state, reason=reason
        )

    def _wait_for_the_rest(self) -> None:
        until = time.monotonic() + IN_ORDER
        while time.monotonic() < until and any(one.state != ENDED for one in self.store.jobs()):
            time.sleep(TICK)

    def _outcome(self, job: Job) -> Outcome:
        """How a source ended; one that did not in time ended as it was told."""
        if job.state == ENDED and job.outcome is not None:
            return job.outcome
        return _unbegun(job, *self._told)


def _unbegun(job: Job, state: str, reason: str) -> Outcome:
    """The outcome of a job nobody works on: what earlier parts of it brought, if there were any."""
    before = job.outcome or Outcome(source=job.source, state=state)
    return before.model_copy(update={"state": state, "reason": reason})
