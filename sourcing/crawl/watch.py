"""Follows one source while it runs, and says how it ended."""

import asyncio
import math
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from sourcing.counters import SHOWN
from sourcing.crawl.limits import Limits
from sourcing.drift import KEPT_ANSWERS, measured
from sourcing.progress import Progress, Sending
from spiders._course.ledger import NOT_STORED, WAITED
from storage.records import Account, AccountKey, LimitLeft, Outcome, Sighting

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from spiders._base import SourceSpider
    from spiders._conversation import Batch
    from spiders._course.rounds import Rounds

__all__ = ["NOT_STORED", "Watch"]

LOOK = 0.5  # seconds between two looks at the limits of the night
EVERY = 2.0  # seconds between two lines of progress of one source
# Counters that mean some of the work could not be done; everything else is normal life.
FAILURES = (
    *("unreadable:", "lost:", "status_5", "status_403", "not_stored", "profile_failed", "robots_unreachable"),
    *("blocked:redirects", "blocked:downgrade"),
)


class Watch:
    """Follows one crawler: lines of progress while it runs, its outcome when it has ended."""

    def __init__(
        self, name: str, crawler: "Crawler", rounds: "Rounds", progress: Progress, limits: Limits | None = None
    ) -> None:
        from scrapy import signals

        self.name, self.crawler, self.rounds, self.progress = name, crawler, rounds, progress
        self.limits = limits or Limits()
        self.left: tuple[LimitLeft, ...] = ()
        self._looking: asyncio.Task[None] | None = None
        self.reason = ""
        self.shown: set[AccountKey] = set()
        self.started = self.ended = self.last_line = time.monotonic()
        crawler.signals.connect(self.on_response, signals.response_received)
        crawler.signals.connect(self.on_batch, signals.item_scraped)
        crawler.signals.connect(self.on_opened, signals.spider_opened)
        crawler.signals.connect(self.on_closed, signals.spider_closed)

    @property
    def spider(self) -> "SourceSpider | None":
        """The spider, once Scrapy has built it."""
        from spiders._base import SourceSpider

        return self.crawler.spider if isinstance(self.crawler.spider, SourceSpider) else None

    def on_opened(self) -> None:
        """Let the spider take part in the rounds of the night, and keep to its limits."""
        if self.spider is not None:
            self.spider.rounds = self.rounds
            self.spider.spent = self.limits.spent.get(self.name, 0)
            if self.spider.night is not None:
                self.spider.waited = self.spider.store.waited(self.spider.night).get(self.name, 0.0)
            self._looking = asyncio.get_running_loop().create_task(self._look())

    async def _look(self) -> None:
        """Stop the source in order once a limit of the night is reached."""
        while (spider := self.spider) is not None and spider.stopped is None:
            over = self.limits.over()
            if over is not None:
                self.rounds.end()  # nobody looks any more: all are told to stop within the same second
                spider.stop(*over)
            await asyncio.sleep(LOOK)
        self._tell_unstored()

    def _tell_unstored(self) -> None:
        """Let the others know of a database that failed: nobody can store any more."""
        spider = self.spider
        if spider is not None and spider.stopped is not None and spider.stopped[1].startswith(NOT_STORED):
            self.limits.failed = self.limits.failed or spider.stopped[1]

    def on_response(self) -> None:
        """Say where the source is, every few seconds."""
        spider = self.spider
        if spider is not None and time.monotonic() - self.last_line >= EVERY:
            self.last_line = time.monotonic()
            self.progress(Sending.of(self.name, spider.ledger.requests, spider.doing()))

    def on_batch(self, item: "Batch") -> None:
        """Count whom an answer showed."""
        self.shown.update(one.key for one in item.items if isinstance(one, Account))
        self.shown.update(one.account for one in item.items if isinstance(one, Sighting))

    def on_closed(self, reason: str) -> None:
        """Keep Scrapy's reason of the end; all is stored, and nobody has to wait for this source any longer."""
        self.reason = reason
        self.ended = time.monotonic()
        self.left = tuple(self._limits_left())
        if self._looking is not None:
            self._looking.cancel()
        self._tell_unstored()
        self.rounds.left(self.name)
        if (spider := self.spider) is not None:
            self.progress(Sending.of(self.name, spider.ledger.requests, spider.doing(), ended=True))

    def _limits_left(self) -> Iterator[LimitLeft]:
        """What the source's limit headers last said of each of its budgets."""
        from spiders._polite.middlewares import Gate

        gate, spider = self.crawler.get_downloader_middleware(Gate), self.spider
        for (host, resource), budget in (gate.budgets if gate is not None else {}).items():
            if spider is not None and budget.remaining is not None:
                reset = spider.now() + timedelta(seconds=max(0.0, budget.reset - self.started))
                yield LimitLeft(
                    host=host, resource=resource, limit=budget.limit, remaining=budget.remaining, reset_at=reset
                )

    def outcome(self) -> Outcome:
        """How the source ended; Scrapy itself ends with 0 whatever happened."""
        spider = self.spider
        if spider is None:
            return Outcome(source=self.name, state="failed", reason="the spider could not be started; see the log")
        state, reason = self._state(spider)
        kept = {KEPT_ANSWERS: spider.replayed} if spider.replayed else {}
        kept |= {WAITED: math.ceil(spider.waited)} if spider.waited else {}
        outcome = Outcome(
            source=self.name,
            state=state,
            reason=reason,
            seconds=round(self.ended - self.started, 3),
            requests=spider.ledger.requests,
            accounts=spider.ledger.accounts,
            bills=spider.ledger.bills(),
            limits=self.left,
            counters=dict(sorted({**spider.ledger.skipped, SHOWN: len(self.shown), **kept}.items())),
        )
        return measured(
            outcome, spider.drift, version=spider.version, answers=spider.answers.counts, past=spider.past_outcomes
        )

    def _state(self, spider: "SourceSpider") -> tuple[str, str]:
        if self.limits.failed and spider.stopped is not None and spider.stopped[0] == "failed":
            return "failed", self.limits.failed
        if spider.stopped is not None:
            return spider.stopped
        if self.reason == "shutdown":
            return "interrupted", "stopped by the user or the system"
        broken = self._errors()
        if "StoreError" in broken or "lost:StoreError" in spider.ledger.skipped:
            return "failed", f"{NOT_STORED}: the database could not be read; see the log"
        if self.reason != "finished" or broken:
            return "failed", broken or f"ended with {self.reason or 'no reason'}"
        nothing = _nothing_but_failures(spider)
        if nothing is not None:
            return nothing
        failures = {name: n for name, n in spider.ledger.skipped.items() if name.startswith(FAILURES)}
        if failures:
            mostly = None if spider.open_web or spider.replayed else spider.answers.mostly()
            if mostly is not None:
                return mostly
            worst = max(failures, key=lambda name: failures[name])
            return "partial", f"{sum(failures.values())} answers could not be used, most often {worst}"
        return "done", ""

    def _errors(self) -> str:
        """Exceptions in callbacks: a defect of ours, never of the source."""
        found = {k: v for k, v in self.crawler.stats.get_stats().items() if str(k).startswith("spider_exceptions/")}
        found.pop("spider_exceptions/count", None)
        return ", ".join(f"{str(k).partition('/')[2]} ×{v}" for k, v in sorted(found.items()))


def _nothing_but_failures(spider: "SourceSpider") -> tuple[str, str] | None:
    """How a source ended none of whose answers was of use; too few for a share, but all of one kind."""
    if spider.open_web or spider.replayed:
        return None
    counts, lost = spider.answers.counts, _lost(spider)
    if counts["all"] and counts["403"] == counts["all"]:
        return "refused", f"blocked: all {counts['all']} answers were 403"
    if (counts["all"] or lost) and counts["5xx"] == counts["all"]:
        told = (
            f"all {counts['all']} answers were 5xx"
            if counts["all"]
            else f"no answer at all to {lost} question{'s' * (lost != 1)}"
        )
        return "failed", f"outage: {told}"
    return None


def _lost(spider: "SourceSpider") -> int:
    """Questions that brought no answer."""
    return sum(count for name, count in spider.ledger.skipped.items() if name.startswith("lost:"))
