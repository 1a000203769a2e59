"""Where a night stops: a time, a number of requests per source, a lock that is lost, a database that fails.

The time is local to the machine unless it says otherwise, and counted on the monotonic clock from the start of the
night: a wall clock that jumps neither shortens nor prolongs it. Some time before it is set aside for joining, scoring
and the report, as much as the longest of the last nights took and half as much again.
"""

import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import takewhile

from sourcing.config import Config, Source
from sourcing.crawl.planning import after_crawl
from spiders._course.ledger import WAITED
from spiders._course.rounds import SAME_NIGHT
from spiders._registry import names
from storage.errors import ConfigError
from storage.records import Night
from storage.store import Hold, Store

UNTIL_FORM = "write HH:MM (the next one by this machine's clock) or a time like 2026-11-26T06:00+01:00"
SET_ASIDE = 300.0  # seconds for joining, scoring and the report, until a night has shown what they take
AT_LEAST = 20.0  # seconds set aside whatever past nights took: the answers still on their way are waited for
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


@dataclass(slots=True)
class Limits:
    """What ends the crawl of one night early; `deadline` on the monotonic clock.

    `spent` and `waited`: requests and seconds of waiting, by source, of its earlier parts.
    """

    deadline: float | None = None
    until: str = ""  # the same for people
    spent: Mapping[str, int] = field(default_factory=dict)
    waited: Mapping[str, float] = field(default_factory=dict)
    hold: Hold | None = None
    failed: str = ""  # what kept a source from storing: then nobody can

    def over(self) -> tuple[str, str] | None:
        """The state and reason all sources end with by now; None: they go on."""
        if self.failed:
            return "failed", self.failed
        if self.hold is not None and self.hold.lost:
            return "failed", self.hold.lost
        if self.deadline is not None and time.monotonic() >= self.deadline:
            return "limit", self.until
        return None


def limits(
    store: Store, nights: Sequence[Night], *, now: datetime, until: datetime | None, hold: Hold | None = None
) -> Limits:
    """The limits of a night that begins now; ConfigError if its end leaves no time to crawl."""
    spent, waited = already_spent(store, nights, now), already_waited(store, nights, now)
    if until is None:
        return Limits(spent=spent, waited=waited, hold=hold)
    aside = set_aside(nights)
    left = (until - now).total_seconds() - aside
    if left <= 0:
        raise ConfigError(
            f"until {shown(until)}: {aside / 60:.0f} minutes are set aside for joining, scoring and the report, "
            "so no time is left to crawl; name a later time"
        )
    words = f"until {shown(until)}, less {aside / 60:.1f} minutes for joining, scoring and the report"
    return Limits(deadline=time.monotonic() + left, until=words, spent=spent, waited=waited, hold=hold)


def set_aside(nights: Sequence[Night]) -> float:
    """Seconds set aside before the end of a night for what follows the crawl."""
    took = after_crawl(nights)
    return max(AT_LEAST, 1.5 * took) if took else SET_ASIDE


def already_spent(store: Store, nights: Sequence[Night], now: datetime) -> Mapping[str, int]:
    """Requests by source that the parts of this night that were cut off have sent; `nights` newest first."""
    total: dict[str, int] = {}
    for night in _parts(nights, now):
        told = {outcome.source: outcome.requests for outcome in night.outcomes}
        # A night that was killed left no outcomes: what stands in the store then is counted ahead, never behind.
        for source, requests in (told or store.spent(night.number)).items():
            total[source] = total.get(source, 0) + requests
    return total


def already_waited(store: Store, nights: Sequence[Night], now: datetime) -> Mapping[str, float]:
    """Seconds of waiting by source that the parts of this night that were cut off were asked for."""
    total: dict[str, float] = {}
    for night in _parts(nights, now):
        # Each part begins with what those before it waited, so the newest that tells of a source tells all.
        told = {one.source: float(one.counters[WAITED]) for one in night.outcomes if WAITED in one.counters}
        total = {**(told or store.waited(night.number)), **total}
    return total


def _parts(nights: Sequence[Night], now: datetime) -> Iterator[Night]:
    """The parts of this night that were cut off, newest first; `nights` newest first."""
    return takewhile(lambda night: cut_off(night) and now - night.started_at < SAME_NIGHT, nights)


def cut_off(night: Night) -> bool:
    """Whether a night was stopped or killed, so that the next one soon after continues it."""
    return bool(night.counters.get("cut_off")) or any(one.state == "interrupted" for one in night.outcomes)


# --- what people write -----------------------------------------------------------------------------------------


def read_until(text: str, now: datetime) -> datetime:
    """A time as people write it, "06:00" or ISO 8601; ConfigError if it is none, or past."""
    clock = _CLOCK.fullmatch(text.strip())
    if clock is not None:
        return _next(int(clock[1]), int(clock[2]), now)
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ConfigError(f"until {text!r} is no time; {UNTIL_FORM}") from None
    moment = moment.astimezone()  # a time without a zone is the machine's
    if moment <= now:
        raise ConfigError(f"until {text!r} is past: it is {shown(now)}; {UNTIL_FORM}")
    return moment


def _next(hour: int, minute: int, now: datetime) -> datetime:
    # Local times without a zone: on the days clocks are changed the zone differs from today's.
    today = now.astimezone().replace(tzinfo=None, hour=hour, minute=minute, second=0, microsecond=0)
    days = (today + timedelta(days=more) for more in range(3))
    return next(moment for moment in map(datetime.astimezone, days) if moment > now)


def shown(moment: datetime) -> str:
    """A time by the machine's clock, with its zone."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M %Z}"


def read_budgets(words: Iterable[str]) -> dict[str, int]:
    """Requests by source from "github=4000"; ConfigError names the word, what is wrong and the way out."""
    budgets: dict[str, int] = {}
    for word in words:
        source, sign, count = (part.strip() for part in word.partition("="))
        if not sign or not re.fullmatch(r"[0-9]{1,9}", count):
            raise ConfigError(f"--budget {word!r}: write SOURCE=REQUESTS, like github=4000")
        if source not in names():
            raise ConfigError(f"--budget {word!r}: no source is called {source!r}; there are: {', '.join(names())}")
        if source in budgets:
            raise ConfigError(f"--budget {word!r}: {source} has a budget of {budgets[source]} already; name it once")
        if not int(count):
            raise ConfigError(f"--budget {word!r}: to leave a source out set enabled = false in [sources.{source}]")
        budgets[source] = int(count)
    return budgets


def with_budgets(config: Config, budgets: Mapping[str, int]) -> Config:
    """The settings with these numbers of requests in place of `max_requests`, for one night."""
    changed = {
        name: Source.model_validate({**config.source(name).model_dump(exclude_unset=True), "max_requests": count})
        for name, count in budgets.items()
    }
    return config.model_copy(update={"sources": {**config.sources, **changed}})
