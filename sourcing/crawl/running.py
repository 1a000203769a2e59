"""Runs spiders in this process, side by side, one outcome per source.

Scrapy runs without Twisted's reactor (2.19 calls that mode experimental): it is faster by a fifth on this kind of
work and, unlike a reactor, starts again in the same process, so that a night can be followed by another crawl.
"""

import asyncio
import logging
import signal
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from sourcing import __version__
from sourcing.config import KEY_ENV, Config
from sourcing.crawl.limits import Limits
from sourcing.crawl.statuses import options_of, sources
from sourcing.crawl.watch import Watch
from sourcing.crawl.worth import learn, worths_of
from sourcing.progress import Progress, silent
from spiders._registry import about, load, names
from storage.errors import ConfigError
from storage.records import Lane, Outcome
from storage.store import Before, Store

if TYPE_CHECKING:
    from spiders._base import SourceSpider
    from spiders._course.purse import Claim, Purse
    from spiders._course.rounds import Rounds

# Who else can crawl the sources of a night: names, the night's clock, lanes, and what each has a claim on.
Elsewhere = Callable[[Sequence[str], datetime, Sequence[Lane], "Mapping[str, Claim]"], Mapping[str, Outcome]]


def run(
    config: Config,
    wanted: Sequence[str] | None,
    *,
    night: int,
    now: datetime,
    lanes: Sequence[Lane],
    progress: Progress = silent,
    limits: Limits | None = None,
    elsewhere: Elsewhere | None = None,
) -> list[Outcome]:
    """Crawl the wanted (or all usable) sources side by side and tell how each ended; ConfigError on unknown names.

    `elsewhere` crawls them in other processes instead.
    """
    chosen = _chosen(wanted)
    lanes = [*lanes, *(lane for name in chosen for lane in about(name).own_lanes(options_of(config, name)))]
    with Store.open(config.database_url, key=config.key) as store:
        store.require_key()
        status = {row.name: row for row in sources(config, store, now=now)}
    outcomes = {n: Outcome(source=n, state="skipped", reason=status[n].why_not) for n in chosen if not status[n].usable}
    ready = [name for name in chosen if name not in outcomes and any(lane.source == name for lane in lanes)]
    no_lanes = [name for name in chosen if name not in outcomes and name not in ready]
    outcomes |= {name: Outcome(source=name, state="skipped", reason="no active role looks there") for name in no_lanes}
    with Store.open(config.database_url, key=config.key) as store:
        before = store.before_night(night)
        shared = _shared(config, store, ready, night, before, limits)
        _hand_on_waiting(store, ready, night, limits)
    if ready:
        # A night that is continued has the clock it began with, so that it asks what it asked.
        began = before.clock if before is not None else now
        if elsewhere is not None:
            outcomes |= elsewhere(ready, began, lanes, shared.claims)
        else:
            outcomes |= _crawl(
                config, ready, night=night, now=began, lanes=lanes, progress=progress, limits=limits, shared=shared
            )
    if before is not None and _all_ended(outcomes.values()):
        with Store.open(config.database_url, key=config.key) as store:
            store.all_asked(night)
    return [outcomes[name] for name in chosen]


def _hand_on_waiting(store: Store, ready: Iterable[str], night: int, limits: Limits | None) -> None:
    """What earlier parts of a night waited is where its spiders look, in whichever process they are."""
    waited = limits.waited if limits is not None else {}
    for name in sorted(waited.keys() & set(ready)):
        store.keep_spent(night, name, 0, waited[name])


def close(store: Store, night: int, outcomes: Sequence[Outcome], roles: Sequence[str], *, now: datetime) -> None:
    """Learn what lanes were worth, and let go of a night's answers; where a source broke down they stay.

    A night soon after one that broke down or was stopped continues it; a later one lets go of them.
    """
    learn(store, outcomes, roles, now=now)
    if _all_ended(outcomes):
        store.close_questions(night)


def _all_ended(outcomes: Iterable[Outcome]) -> bool:
    return all(outcome.state not in ("interrupted", "failed") for outcome in outcomes)


def _chosen(wanted: Sequence[str] | None) -> list[str]:
    unknown = [name for name in wanted or () if name not in names()]
    if unknown:
        raise ConfigError(f"no source is called {unknown[0]!r}; there are: {', '.join(names())}")
    return list(dict.fromkeys(wanted)) if wanted else names()


def _crawl(
    config: Config,
    ready: Sequence[str],
    *,
    night: int,
    now: datetime,
    lanes: Sequence[Lane],
    progress: Progress,
    limits: Limits | None,
    shared: "_Shared",
) -> dict[str, Outcome]:
    from scrapy import signals

    from sourcing.crawl.process import Process
    from spiders._course.rounds import Rounds

    # Its warnings speak of choices made above, to people who cannot change them.
    logging.getLogger("scrapy").setLevel(logging.ERROR)
    watches: dict[str, Watch] = {}
    rounds = Rounds(ready, on_round=lambda number: progress(f"following links, round {number}"))
    shared.purse.waits = rounds.waits
    with _signals_kept():
        process = Process(settings(config, ready, night=night, now=now, lanes=lanes), rounds)
        for name in ready:
            crawler = process.create_crawler(load(name))
            crawler.signals.connect(shared.on_opened, signals.spider_opened)
            crawler.signals.connect(shared.on_closed, signals.spider_closed)
            watches[name] = Watch(name, crawler, rounds, progress, limits)
            # A spider that cannot even be built sends no signal of its end.
            process.crawl(crawler).add_done_callback(partial(_left, rounds, name))
        process.start()
    return {name: watch.outcome() for name, watch in watches.items()}


def begin(
    config: Config,
    store: Store,
    name: str,
    *,
    night: int,
    now: datetime,
    lanes: Sequence[Lane],
    rounds: "Rounds",
    progress: Progress,
    limits: Limits,
    sent_before: int = 0,
) -> tuple[Watch, "asyncio.Task[None]"]:
    """Begin to crawl one source in the loop that runs: who follows it, and the crawl itself.

    `sent_before`: requests that earlier workers sent for it under this night's number.
    """
    from scrapy import signals
    from scrapy.crawler import AsyncCrawlerRunner

    logging.getLogger("scrapy").setLevel(logging.ERROR)
    before = store.before_night(night)
    shared = _shared(config, store, [name], night, before.of(name) if before is not None else None, limits)
    shared.sent_before = sent_before
    runner = AsyncCrawlerRunner(settings(config, [name], night=night, now=now, lanes=lanes))
    crawler = runner.create_crawler(load(name))
    # Signals hold their receivers weakly, and nobody else holds this one until the crawl begins.
    crawler.signals.connect(shared.on_opened, signals.spider_opened, weak=False)
    watch = Watch(name, crawler, rounds, progress, limits)
    return watch, runner.crawl(crawler)


def _shared(
    config: Config, store: Store, ready: Sequence[str], night: int, before: Before | None, limits: Limits | None
) -> "_Shared":
    from spiders._course.purse import Purse

    needs = Counter[str]()
    for row in store.night(night).forecast if before is not None else ():
        needs[row.lane.partition("/")[0]] += row.requests
    worths = worths_of(store, needs)
    claims = claims_of(ready, needs, worths)
    total = config.crawl.max_requests
    if total is None:
        return _Shared(before, worths, Purse(), claims)
    spent = sum(limits.spent.values()) if limits is not None else 0
    return _Shared(before, worths, Purse(max(0, total - spent), claims), claims)


def claims_of(ready: Sequence[str], needs: Mapping[str, int], worths: Mapping[str, float]) -> "dict[str, Claim]":
    """What each source has a claim on: what it is forecast to need, by what it is expected to bring."""
    from spiders._course.purse import Claim

    return {name: Claim(needs.get(name, 0), worths.get(name, 0.0)) for name in ready}


class _Shared:
    """What all spiders of a night share: how things were before it, what lanes are worth, what may still be sent."""

    def __init__(
        self, before: Before | None, worths: Mapping[str, float], purse: "Purse", claims: "Mapping[str, Claim]"
    ) -> None:
        self.before, self.worths, self.purse, self.claims = before, worths, purse, claims
        self.sent_before = 0

    def on_opened(self, spider: "SourceSpider") -> None:
        """A spider begins."""
        spider.store.before, spider.worths, spider.purse = self.before, self.worths, self.purse
        spider.sent_before = self.sent_before

    def on_closed(self, spider: "SourceSpider") -> None:
        """A spider came to its end."""
        self.purse.leave(spider.name)


def _left(rounds: "Rounds", name: str, _: object) -> None:
    rounds.left(name)


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
                **dict.fromkeys(("http", "https"), "spiders._polite.resolving.GatedHandler"),
            },
            "SPIDER_MODULES": [f"spiders.{name}" for name in ready],
            "USER_AGENT": agent(config),
            "SOURCES": {name: options_of(config, name).model_dump(mode="json") for name in ready},
            "LANES": [lane.model_dump(mode="json") for lane in lanes],
            "STORE_URL": config.database_url,
            "STORE_KEY_ENV": KEY_ENV,
            "STORE_KEY_FILE": str(config.key_file),
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
