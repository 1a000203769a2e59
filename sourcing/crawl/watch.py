"""Follows one source while it runs, and says how it ended."""

import time
from typing import TYPE_CHECKING

from sourcing.progress import Progress
from storage.records import Account, AccountKey, Outcome, Sighting

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from spiders._base import SourceSpider
    from spiders._conversation import Batch
    from spiders._rounds import Rounds

SHOWN = "saved:accounts_shown"  # counter of people a source showed, changed or not, each once
EVERY = 2.0  # seconds between two lines of progress of one source
# Counters that mean some of the work could not be done; everything else is normal life.
FAILURES = ("unreadable:", "lost:", "status_5", "status_403", "not_stored", "profile_failed", "robots_unreachable")


class Watch:
    """Follows one crawler: lines of progress while it runs, its outcome when it has ended."""

    def __init__(self, name: str, crawler: "Crawler", rounds: "Rounds", progress: Progress) -> None:
        from scrapy import signals

        self.name, self.crawler, self.rounds, self.progress = name, crawler, rounds, progress
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
        """Let the spider take part in the rounds of the night."""
        if self.spider is not None:
            self.spider.rounds = self.rounds

    def on_response(self) -> None:
        """Say where the source is, every few seconds."""
        spider = self.spider
        if spider is not None and time.monotonic() - self.last_line >= EVERY:
            self.last_line = time.monotonic()
            self.progress(f"{self.name}: {spider.ledger.requests} requests, {spider.doing()}")

    def on_batch(self, item: "Batch") -> None:
        """Count whom an answer showed."""
        self.shown.update(one.key for one in item.items if isinstance(one, Account))
        self.shown.update(one.account for one in item.items if isinstance(one, Sighting))

    def on_closed(self, reason: str) -> None:
        """Keep Scrapy's reason of the end; all is stored, and nobody has to wait for this source any longer."""
        self.reason = reason
        self.ended = time.monotonic()
        self.rounds.left(self.name)

    def outcome(self) -> Outcome:
        """How the source ended; Scrapy itself ends with 0 whatever happened."""
        spider = self.spider
        if spider is None:
            return Outcome(source=self.name, state="failed", reason="the spider could not be started; see the log")
        state, reason = self._state(spider)
        return Outcome(
            source=self.name,
            state=state,
            reason=reason,
            seconds=round(self.ended - self.started, 3),
            requests=spider.ledger.requests,
            accounts=spider.ledger.accounts,
            bills=spider.ledger.bills(),
            counters=dict(sorted({**spider.ledger.skipped, SHOWN: len(self.shown)}.items())),
        )

    def _state(self, spider: "SourceSpider") -> tuple[str, str]:
        if spider.stopped is not None:
            return spider.stopped
        if self.reason == "shutdown":
            return "interrupted", "stopped by the user or the system"
        broken = self._errors()
        if self.reason != "finished" or broken:
            return "failed", broken or f"ended with {self.reason or 'no reason'}"
        failures = {name: n for name, n in spider.ledger.skipped.items() if name.startswith(FAILURES)}
        if failures:
            worst = max(failures, key=lambda name: failures[name])
            return "partial", f"{sum(failures.values())} answers could not be used, most often {worst}"
        return "done", ""

    def _errors(self) -> str:
        """Exceptions in callbacks: a defect of ours, never of the source."""
        found = {k: v for k, v in self.crawler.stats.get_stats().items() if str(k).startswith("spider_exceptions/")}
        found.pop("spider_exceptions/count", None)
        return ", ".join(f"{str(k).partition('/')[2]} ×{v}" for k, v in sorted(found.items()))
