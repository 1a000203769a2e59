"""One source in a worker, from the lock on its token to its outcome."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress

from sourcing import crawl
from sourcing.config import Config
from sourcing.progress import Progress
from sourcing.workers._joined import joined
from sourcing.workers._rounds import ToldRounds
from sourcing.workers._task import Task, config_for
from spiders._course.rounds import Did
from storage.records import Outcome
from storage.store import Job, Order, Store
from storage.store._night.orders import FINISH, LOOK, STOP, Done
from storage.store._night.queue import Claim
from storage.store._night.workers import WAITING, WORKING

HANDED_BACK = "its worker was told to stop; another one goes on"


class Turn:
    """A source at work; its crawl runs in the loop of the worker."""

    def __init__(
        self,
        config: Config,
        store: Store,
        job: Job,
        claim: Claim,
        owner: str,
        progress: Progress,
        on_news: Callable[[], None] = lambda: None,
    ) -> None:
        self.job, self.claim, self.owner = job, claim, owner
        self.name, self.night = job.source, job.night
        self.state = WORKING  # as the others know it
        self.lost = False  # another worker has it, or its night is over
        self.handing_back = False
        self._stop: tuple[str, str] | None = None
        self._before = _before(store, job)
        self._named: dict[int, tuple[str, ...]] = {}
        self._store = store
        past = [one.round for one in store.orders_done(job.night) if one.source == job.source and one.what == LOOK]
        self.rounds = ToldRounds(self.name, self._names, past, on_wait=on_news)
        task = Task.model_validate(job.task)
        sent = sum(self._before.values())
        self.watch, self.crawl = crawl.begin(
            config_for(config, self.name, task),
            store,
            self.name,
            night=self.night,
            now=task.clock,
            lanes=task.lanes,
            rounds=self.rounds,
            progress=progress,
            limits=crawl.Limits(spent={self.name: task.spent + sent}),
            sent_before=sent,
        )
        self.crawl.add_done_callback(lambda _: on_news())

    @property
    def is_waiting(self) -> bool:
        """Whether it waits for the others, and so needs no place."""
        return self.rounds.is_waiting and not self.crawl.done()

    def _names(self, number: int) -> tuple[str, ...]:
        if number not in self._named:
            rounds = self._store.named_in(self.night, self.name)
            handles = {
                handle for round_, one in rounds.items() if round_ <= number for handle in one.get(self.name, ())
            }
            self._named[number] = tuple(sorted(handles))
        return self._named[number]

    # --- what it is told ---------------------------------------------------------------------------------------

    def obey(self, order: Order) -> Done | None:
        """Do what the order says, if the source is where it can be done; gives what came of it."""
        if order.what == STOP:
            self.stop(order.state, order.reason)
            return Done(order, "stopping", self.state)
        if not self.is_waiting:
            return None
        did, self.state = self._did(order)
        return Done(order, did, self.state)

    def _did(self, order: Order) -> tuple[str, str]:
        if order.what == FINISH:
            self.rounds.finish()
            return "finished", WORKING
        did = self.rounds.look(order.round, asking=order.what == LOOK)
        return did.value, WORKING if did is Did.ASKED else WAITING

    def stop(self, state: str, reason: str) -> None:
        """End the source in order, as soon as it runs."""
        self._stop = self._stop or (state, reason)

    def hand_back(self) -> None:
        """End the source here, so that another worker goes on with it."""
        if not self.crawl.done():
            self.handing_back = True
            self.stop("interrupted", HANDED_BACK)

    def lose(self) -> None:
        """End the source here without a word to anybody: it is not ours any more."""
        self.lost = True
        self.stop("interrupted", "its night is over, or another worker has it")

    def push(self, me: str) -> bool:
        """Take the steps that had to wait until the source runs, or waits; whether it began to wait."""
        if self._stop is not None and self._runs():
            self.rounds.end()
            if self.watch.spider is not None:
                self.watch.spider.stop(*self._stop)
        now = WAITING if self.is_waiting else WORKING
        if now != self.state and not self.lost:
            self._store.set_job(self.night, self.name, me, now)
            self.state = now
            return now == WAITING
        return False

    def _runs(self) -> bool:
        with suppress(RuntimeError):  # Scrapy (2.19): it has no engine yet
            return bool(self.watch.crawler.engine.running)
        return False

    # --- its end -----------------------------------------------------------------------------------------------

    def outcome(self) -> Outcome:
        """How it ended, earlier parts included."""
        if self.crawl.done() and not self.crawl.cancelled():
            self.crawl.exception()  # told by the watch; asked for here so that asyncio does not call it forgotten
        return joined(self.watch.outcome(), before=self._before, earlier=self.job.outcome, part=self.job.part)

    async def ended(self) -> None:
        """Wait for its end."""
        await asyncio.wait([self.crawl])


def _before(store: Store, job: Job) -> Mapping[str, int]:
    """Requests by lane of the parts before this one."""
    if job.part == 1:
        return {}
    kept = store.kept_requests(job.source)
    lanes = {*kept, *job.lost}
    sent = {lane: kept.get(lane, 0) - job.asked.get(lane, 0) + job.lost.get(lane, 0) for lane in sorted(lanes)}
    return {lane: count for lane, count in sent.items() if count > 0}
