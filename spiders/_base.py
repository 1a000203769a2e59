"""What every source shares: its lanes, options and clock, reading answers, origin stamps, phases and the end.

A source is one public file in this folder with one `SourceSpider`: what may be asked (card, options), what is asked
(`first` and `when_idle` yield `ask(...)`), what is kept (callbacks yield records).
"""

import hashlib
import json
import os
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

from pydantic import ValidationError
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Response

from spiders import _gate
from spiders._addresses import netlocs_in
from spiders._card import Card, Options, past_forecast
from spiders._conversation import Yielded
from spiders._fields import Model, tolerant
from spiders._ledger import Ledger
from spiders._phases import Phases
from spiders._rounds import SAME_NIGHT
from storage.errors import Unreadable
from storage.records import AccountKey, Forecast, Known, Lane, LaneBill, LaneState, Origin
from storage.store import Store

__all__ = ["SourceSpider", "Yielded"]


class SourceSpider(Phases):
    """Base of all sources."""

    version: ClassVar[int] = 1
    card: ClassVar[Card]
    options_model: ClassVar[type[Options]] = Options
    site: ClassVar[str] = ""  # where people read the profiles

    options: Options
    store: Store
    lanes: Sequence[Lane]
    night: int | None

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Scrapy's constructor: options, lanes and the Store come from plain settings."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        settings = crawler.settings
        spider.options = cls.options_model.model_validate(settings.getdict("SOURCES").get(cls.name, {}))
        spider.lanes = [Lane.model_validate(lane) for lane in settings.getlist("LANES") if lane["source"] == cls.name]
        spider.store = Store.open(
            settings["STORE_URL"], key=os.environ.get(settings.get("STORE_KEY_ENV", ""), "").encode()
        )
        spider.night = settings.getint("NIGHT") or None
        spider.clock = datetime.fromisoformat(settings["CLOCK"]) if settings.get("CLOCK") else None
        crawler.signals.connect(spider.on_idle, signals.spider_idle)
        crawler.signals.connect(spider.on_item_error, signals.item_error)
        return spider

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ledger = Ledger()
        self.crawl_delays: dict[str, float] = {}
        self.started = time.monotonic()
        self.clock: datetime | None = None
        self.at_the_end: dict[str, LaneState] = {}
        self._trusted: frozenset[str] | None = None

    # --- what a source overrides -------------------------------------------------------------------------------

    @classmethod
    def base(cls, options: Options) -> str:
        """The address the token belongs to."""
        return str(getattr(options, "api", ""))

    @classmethod
    def own_lanes(cls, options: Options) -> list[Lane]:
        """Lanes that come from the source's options instead of a role (events to read, links to follow …)."""
        del options
        return []

    @classmethod
    def forecast(
        cls, lanes: Sequence[Lane], options: Options, past: Mapping[str, LaneBill], known: int
    ) -> list[Forecast]:
        """What the lanes will cost: as the last night, else a first guess of one request each."""
        del known
        return [
            past_forecast(lane.id, past)
            or Forecast(lane=lane.id, requests=1, minutes=options.delay / 60, basis="first guess")
            for lane in lanes
        ]

    async def start(self) -> AsyncIterator[Any]:
        """The first requests of every lane."""
        for request in self.first():
            yield request

    def first(self) -> Iterable[Request]:
        """The first requests of every lane."""
        raise NotImplementedError

    def doing(self) -> str:
        """Where the source is, in a few words, for the line of progress."""
        work = sum(bill.evidence for bill in self.ledger.bills())
        return f"{self.ledger.accounts:,} accounts, {work:,} pieces of work seen"

    def pause(self, resource: str) -> float:
        """Seconds between two requests of one budget; a source whose methods differ overrides it."""
        del resource
        return self.options.delay

    def authorization(self, url: str, secret: str) -> str | None:
        """What a request to this address is signed with, `secret` being the token of the source; None: nothing."""
        return f"Bearer {secret}" if secret and urlsplit(url).netloc == self.token_host else None

    def refusal(self, response: Response, headers: Mapping[str, str], wall: float) -> _gate.Refusal | None:
        """Whether an answer says "not now"."""
        return _gate.refusal(response.status, headers, response.body, wall=wall)

    def rest(self, response: Response) -> float:
        """Seconds an answer asks to wait before its budget is used again, although it refused nothing."""
        del response
        return 0.0

    def limits(self, headers: Mapping[str, str], wall: float) -> _gate.Reading | None:
        """What the limit headers of an answer say (lower-case names, epoch seconds); a source may spell its own."""
        return _gate.reading(headers, wall=wall)

    # --- reading -----------------------------------------------------------------------------------------------

    def read(self, response: Response, model: type[Model]) -> Model:
        """Read an answer into a small model; Unreadable names what is missing."""
        try:
            return model.model_validate_json(response.body)
        except ValidationError as error:
            raise Unreadable("unexpected_shape", _first_error(error)) from error

    def read_tolerant(self, response: Response, model: type[Model]) -> Model:
        """Read a single record, leaving out (and counting) fields that do not fit."""
        try:
            record, rejected = tolerant(model, json.loads(response.body))
        except (ValueError, AttributeError) as error:
            raise Unreadable("unexpected_shape", str(error).splitlines()[0][:300]) from error
        for name in rejected:
            self.ledger.skip(f"field_rejected:{name}")
        return record

    def seen(self, response: Response, url: str | None = None) -> Origin:
        """The origin stamp of an answer, or of the public address its facts stand at."""
        return self.stamp(url or response.url)

    def stamp(self, url: str) -> Origin:
        """The origin stamp of facts that stand at this address."""
        return Origin(source=self.name, url=url, seen_at=self.now(), spider=f"{self.name}/{self.version}")

    def now(self) -> datetime:
        """The time of this run, UTC; fixed when the run has a clock of its own."""
        return self.clock or datetime.now(UTC)

    def remember(self, lane: str, state: Mapping[str, object]) -> LaneState:
        """What a lane keeps for the next night; stored after the records yielded before it."""
        return LaneState(lane=lane, state=state, updated_at=self.now())

    def remember_at_the_end(self, lane: str, state: Mapping[str, object]) -> None:
        """What a lane may say only when all it led to was read; a night cut off before says nothing."""
        self.at_the_end[lane] = self.remember(lane, state)

    def recall(self, lane: str) -> dict[str, Any]:
        """What a lane kept; empty at first."""
        kept = self.store.lane_state(lane)
        return dict(kept.state) if kept is not None else {}

    def is_new(self, known: Known) -> bool:
        """Whether an account was first met tonight, or by a part of this night that was cut off."""
        return self.now() - known.first_seen < SAME_NIGHT

    def key(self, source_id: object) -> AccountKey:
        """The key of an account of this source."""
        return AccountKey(self.name, str(source_id))

    # --- ending ------------------------------------------------------------------------------------------------

    def slow_down(self, netloc: str, delay: float) -> None:
        """Honour a Crawl-delay of robots.txt."""
        self.crawl_delays[netloc] = max(delay, self.crawl_delays.get(netloc, 0.0))

    def robots_read(self, netloc: str, response: Response) -> None:
        """A robots.txt was read; a source that honours more of it than its rules overrides this."""

    def objection(self, url: str) -> str:
        """Why the source itself would not ask an address (a redirect's target, say); "" if it would."""
        del url
        return ""

    @property
    def trusted(self) -> frozenset[str]:
        """The "host:port" pairs the operator wrote into options and lanes; all other addresses are judged first."""
        if self._trusted is None:
            targets = [lane.target for lane in self.lanes]
            self._trusted = frozenset(netlocs_in([self.options.model_dump(mode="json"), targets]))
        return self._trusted

    # --- the token ---------------------------------------------------------------------------------------------

    @property
    def token_host(self) -> str | None:
        """Host and port the token may be sent to; None: no token."""
        return (urlsplit(self.base(self.options)).netloc or None) if self.options.token_env else None

    @property
    def token_owner(self) -> str:
        """Digest that tells validators of different tokens apart; answers vary by token."""
        token = os.environ.get(self.options.token_env, "") if self.options.token_env else ""
        return hashlib.sha256(token.encode()).hexdigest()[:16] if token else ""

    # --- called by the gate and the engine ---------------------------------------------------------------------

    def sent(self, request: Request) -> None:
        """Count a request as it leaves."""
        self.refuse_if_closing()
        self.ledger.bill(request.meta.get("lane", "robots")).requests += 1
        if self.ledger.requests >= self.options.max_requests:
            self.stop("limit", f"max_requests = {self.options.max_requests} reached")

    def answered(self, request: Request, response: Response, *, refused: bool) -> None:
        """Count an answer by what it cost."""
        bill = self.ledger.bill(request.meta.get("lane", "robots"))
        bill.counted += response.status != 304
        bill.refused += refused


def _first_error(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{error.error_count()} problem(s), first at {where or 'the top'}: {first['msg']}"
