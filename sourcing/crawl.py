"""Runs spiders in this process, one outcome per source; a source that cannot be asked says why.

Scrapy runs without Twisted's reactor (2.19 calls that mode experimental): it is faster by a fifth on this kind of
work and, unlike a reactor, starts again in the same process, so that a night can be followed by another crawl.
"""

import logging
import os
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from sourcing import __version__
from sourcing.cards import due, overdue, terms_age
from sourcing.config import KEY_ENV, Config
from sourcing.progress import Progress, silent
from spiders._registry import load, names
from storage.errors import ConfigError
from storage.records import Forecast, Lane, LaneBill, Outcome, Record
from storage.store import Store

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from spiders._base import SourceSpider
    from spiders._card import Card, Options

EVERY = 2.0  # seconds between two lines of progress of one source
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
# Counters that mean some of the work could not be done; everything else is normal life.
FAILURES = ("unreadable:", "lost:", "status_5", "status_403", "not_stored", "profile_failed", "robots_unreachable")


class SourceStatus(Record):
    """Whether a source can be asked, and if not, why."""

    name: str
    title: str
    usable: bool
    why_not: str = ""
    token_env: str = ""
    token_present: bool = False
    method: str
    terms: str
    terms_read: str
    terms_age: int | None = None  # days; None without a time to count to
    warning: str = ""  # what the operator should do about it, though it can be asked
    limits: str
    yields: str
    expected_accounts: int = 0
    fresh_days: int = 1
    default_on: bool = True
    why_off: str = ""
    matching: bool = True
    fields: tuple[str, ...]
    exposes: tuple[str, ...] = ()


def options_of(config: Config, name: str) -> "Options":
    """A source's options, checked by the spider's own model; ConfigError names file, key, value and way out."""
    spider, section = load(name), config.source(name)
    given = {"max_profiles": config.crawl.max_profiles, **section.options}
    given |= {key: getattr(section, key) for key in section.model_fields_set}
    try:
        return spider.options_model.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise config.problem(
            f"[sources.{name}] {key}", first["input"], f"{first['msg']}; see docs/configuration.md"
        ) from error


def sources(config: Config, store: Store | None = None, *, now: datetime | None = None) -> list[SourceStatus]:
    """All sources there are, and which can be asked now."""
    return [_status(config, name, store, now) for name in names()]


def _status(config: Config, name: str, store: Store | None, now: datetime | None) -> SourceStatus:
    card, options = load(name).card, options_of(config, name)
    token = bool(options.token_env and os.environ.get(options.token_env))
    read = max(card.terms_read, options.terms_read or card.terms_read)
    why_not = _why_not(card, options, token=token) or _overdue(name, options, now) or _held(name, store, now)
    return SourceStatus(
        name=name,
        title=card.title,
        usable=not why_not,
        why_not=why_not,
        token_env=options.token_env,
        token_present=token,
        method=card.method,
        terms=card.terms,
        terms_read=read.isoformat(),
        terms_age=terms_age(read, now) if now else None,
        warning=due(name, card.terms, read, now) if now and not why_not and not _at_home(name, options) else "",
        limits=card.limits,
        yields=card.yields,
        expected_accounts=card.expected_accounts,
        fresh_days=card.fresh_days,
        default_on=card.default_on,
        why_off=card.why_off,
        matching=card.matching,
        fields=card.fields,
        exposes=card.exposes,
    )


def _why_not(card: "Card", options: "Options", *, token: bool) -> str:
    if options.enabled is False:
        return "switched off (enabled = false)"
    if options.enabled is None and not card.default_on:
        return "off unless switched on (enabled = true)"
    if card.needs_token and not token:
        return f"no token: set the environment variable {options.token_env}"
    return ""


def _overdue(name: str, options: "Options", now: datetime | None) -> str:
    card = load(name).card
    if now is None or _at_home(name, options):
        return ""
    return overdue(card.terms, max(card.terms_read, options.terms_read or card.terms_read), now)


def _at_home(name: str, options: "Options") -> bool:
    """Whether the source's address is this very machine, as in the demo: nobody's terms bind there."""
    return urlsplit(load(name).base(options)).hostname in LOOPBACK


def _held(name: str, store: Store | None, now: datetime | None) -> str:
    held = store.held(name) if store is not None else None
    if held is None or now is None or held[0] <= now:
        return ""
    return f"asked us to wait until {held[0]:%Y-%m-%d %H:%M} UTC ({held[1]})"


def plan(config: Config, store: Store, lanes: Sequence[Lane], *, now: datetime | None = None) -> list[Forecast]:
    """What each lane of each usable source will cost, from past nights where there are any."""
    past = past_bills(store)
    rows: list[Forecast] = []
    for name in names():
        options = options_of(config, name)
        mine = [*(lane for lane in lanes if lane.source == name), *load(name).own_lanes(options)]
        card = load(name).card
        token = bool(os.environ.get(options.token_env or "-"))
        if not mine or _why_not(card, options, token=token) or _overdue(name, options, now):
            continue
        known = sum(1 for _ in store.known(name))
        rows += load(name).forecast(mine, options, past, known)
    return rows


def past_bills(store: Store) -> Mapping[str, LaneBill]:
    """The latest bill of every lane over the last nights."""
    latest: dict[str, LaneBill] = {}
    for night in reversed(store.nights(limit=7)):
        latest |= {bill.lane: bill for outcome in night.outcomes for bill in outcome.bills}
    return latest


def run(
    config: Config,
    wanted: Sequence[str] | None,
    *,
    night: int,
    now: datetime,
    lanes: Sequence[Lane],
    progress: Progress = silent,
) -> list[Outcome]:
    """Crawl the wanted (or all usable) sources side by side and tell how each ended; ConfigError on unknown names."""
    chosen = _chosen(wanted)
    lanes = [*lanes, *(lane for name in chosen for lane in load(name).own_lanes(options_of(config, name)))]
    with Store.open(config.database_url, key=config.key) as store:
        status = {row.name: row for row in sources(config, store, now=now)}
    outcomes = {n: Outcome(source=n, state="skipped", reason=status[n].why_not) for n in chosen if not status[n].usable}
    ready = [name for name in chosen if name not in outcomes and any(lane.source == name for lane in lanes)]
    no_lanes = [name for name in chosen if name not in outcomes and name not in ready]
    outcomes |= {name: Outcome(source=name, state="skipped", reason="no active role looks there") for name in no_lanes}
    if ready:
        outcomes |= _crawl(config, ready, night=night, now=now, lanes=lanes, progress=progress)
    return [outcomes[name] for name in chosen]


def _chosen(wanted: Sequence[str] | None) -> list[str]:
    unknown = [name for name in wanted or () if name not in names()]
    if unknown:
        raise ConfigError(f"no source is called {unknown[0]!r}; there are: {', '.join(names())}")
    return list(dict.fromkeys(wanted)) if wanted else names()


def _crawl(
    config: Config, ready: Sequence[str], *, night: int, now: datetime, lanes: Sequence[Lane], progress: Progress
) -> dict[str, Outcome]:
    from scrapy.crawler import AsyncCrawlerProcess

    # Its warnings speak of choices made above, to people who cannot change them.
    logging.getLogger("scrapy").setLevel(logging.ERROR)
    watches: dict[str, _Watch] = {}
    with _signals_kept():
        process = AsyncCrawlerProcess(settings(config, ready, night=night, now=now, lanes=lanes))
        for name in ready:
            crawler = process.create_crawler(load(name))
            watches[name] = _Watch(name, crawler, progress)
            process.crawl(crawler)
        for watch in watches.values():
            watch.others = [other for other in watches.values() if other is not watch]
        process.start()
    return {name: watch.outcome() for name, watch in watches.items()}


@contextmanager
def _signals_kept() -> Iterator[None]:
    """Scrapy does not give signal handlers back, and Ctrl-C would be swallowed for the rest of the night."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


def settings(config: Config, ready: Sequence[str], *, night: int | None, now: datetime, lanes: Sequence[Lane]) -> Any:
    """Scrapy settings of one run: plain data only, no secrets."""
    from scrapy.settings import Settings

    made = Settings()
    made.setmodule("spiders._settings", priority="project")
    made.setdict(
        {
            "TWISTED_REACTOR_ENABLED": False,
            "DOWNLOAD_HANDLERS": {
                **dict.fromkeys(("data", "file", "ftp", "s3")),
                **dict.fromkeys(("http", "https"), "spiders._resolving.GatedHandler"),
            },
            "SPIDER_MODULES": [f"spiders.{name}" for name in ready],
            "USER_AGENT": agent(config),
            "SOURCES": {name: options_of(config, name).model_dump(mode="json") for name in ready},
            "LANES": [lane.model_dump(mode="json") for lane in lanes],
            "STORE_URL": config.database_url,
            "STORE_KEY_ENV": KEY_ENV,
            "ONLY_HOSTS": list(config.crawl.only_hosts),
            "NIGHT": night,
            "CLOCK": now.isoformat(),
        },
        priority="cmdline",
    )
    return made


def agent(config: Config) -> str:
    """The agent string: product, version, who runs it and where to object."""
    contact = config.crawl.contact_url or config.controller.contact
    return f"sourcing-crawler/{__version__} (self-hosted by {config.controller.name}; {contact})"


class _Watch:
    """Follows one crawler: lines of progress while it runs, its outcome when it has ended."""

    def __init__(self, name: str, crawler: "Crawler", progress: Progress) -> None:
        from scrapy import signals

        self.name, self.crawler, self.progress = name, crawler, progress
        self.reason = ""
        self.others: Sequence[_Watch] = ()
        self.started = self.ended = self.last_line = time.monotonic()
        crawler.signals.connect(self.on_response, signals.response_received)
        crawler.signals.connect(self.on_opened, signals.spider_opened)
        crawler.signals.connect(self.on_closed, signals.spider_closed)

    @property
    def spider(self) -> "SourceSpider | None":
        """The spider, once Scrapy has built it."""
        from spiders._base import SourceSpider

        return self.crawler.spider if isinstance(self.crawler.spider, SourceSpider) else None

    @property
    def busy(self) -> bool:
        """Whether the source still finds people; one that only waits for others does not count."""
        return not self.reason and (self.spider is None or not self.spider.waiting)

    def on_opened(self) -> None:
        """Tell the spider how to see whether others are at work."""
        if self.spider is not None:
            self.spider.others_busy = lambda: any(other.busy for other in self.others)

    def on_response(self) -> None:
        """Say where the source is, every few seconds."""
        spider = self.spider
        if spider is not None and time.monotonic() - self.last_line >= EVERY:
            self.last_line = time.monotonic()
            self.progress(f"{self.name}: {spider.ledger.requests} requests, {spider.doing()}")

    def on_closed(self, reason: str) -> None:
        """Keep Scrapy's reason of the end."""
        self.reason = reason
        self.ended = time.monotonic()

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
            counters=dict(sorted(spider.ledger.skipped.items())),
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
