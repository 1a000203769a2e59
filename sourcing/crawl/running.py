"""Runs spiders in this process, side by side, one outcome per source.

Scrapy runs without Twisted's reactor (2.19 calls that mode experimental): it is faster by a fifth on this kind of
work and, unlike a reactor, starts again in the same process, so that a night can be followed by another crawl.
"""

import logging
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from sourcing import __version__
from sourcing.config import KEY_ENV, Config
from sourcing.crawl.statuses import options_of, sources
from sourcing.crawl.watch import Watch
from sourcing.progress import Progress, silent
from spiders._registry import load, names
from storage.errors import ConfigError
from storage.records import Lane, Outcome
from storage.store import Store

if TYPE_CHECKING:
    from spiders._rounds import Rounds


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
    from sourcing.crawl.process import Process
    from spiders._rounds import Rounds

    # Its warnings speak of choices made above, to people who cannot change them.
    logging.getLogger("scrapy").setLevel(logging.ERROR)
    watches: dict[str, Watch] = {}
    rounds = Rounds(ready, on_round=lambda number: progress(f"following links, round {number}"))
    with _signals_kept():
        process = Process(settings(config, ready, night=night, now=now, lanes=lanes), rounds)
        for name in ready:
            crawler = process.create_crawler(load(name))
            watches[name] = Watch(name, crawler, rounds, progress)
            # A spider that cannot even be built sends no signal of its end.
            process.crawl(crawler).add_done_callback(partial(_left, rounds, name))
        process.start()
    return {name: watch.outcome() for name, watch in watches.items()}


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
