"""What every source shares: asking, reading answers, origin stamps, lanes, phases and the outcome.

A source is one public file in this folder with one `SourceSpider`: what may be asked (card, options), what is asked
(`start` and `when_idle` yield `ask(...)`), what is kept (callbacks yield records). Callbacks never see a failed
answer: statuses, unreadable bodies and failures end in counters, findings and the quarantine here.
"""

import hashlib
import json
import logging
import os
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

import scrapy
from pydantic import ValidationError
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider, IgnoreRequest
from scrapy.http import Response

from spiders import _gate
from spiders._card import Card, Options, past_forecast
from spiders._fields import Model, tolerant
from spiders._ledger import Ledger
from spiders._polite import plain_headers
from storage.errors import Unreadable
from storage.records import (
    Account,
    AccountKey,
    Evidence,
    Forecast,
    Gone,
    Item,
    Lane,
    LaneBill,
    LaneState,
    Origin,
    Quarantined,
    Sighting,
    Validator,
    Withdrawn,
)
from storage.store import Store

log = logging.getLogger(__name__)

Yielded = Item | LaneState | Request
Reader = Callable[..., Iterable[Yielded]]

UNUSABLE = frozenset({"too_large", "broken_encoding"})  # flags `_polite.Unpacked` gives
EXCERPT = 4096  # bytes of an unreadable answer that are kept aside
ITEMS = (Account, Evidence, Sighting, Gone, Withdrawn)


@dataclass(slots=True)
class Batch:
    """What one answer yielded: records, then what may only be remembered once they are stored."""

    items: list[Item] = field(default_factory=list)
    after: list[LaneState | Validator] = field(default_factory=list)
    unreadable: list[Quarantined] = field(default_factory=list)


class SourceSpider(scrapy.Spider):
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
        self.stopped: tuple[str, str] | None = None  # state and reason of an early end
        self.started = time.monotonic()
        self.clock: datetime | None = None
        self.waiting = False
        self.others_busy: Callable[[], bool] = lambda: False  # whether other sources of this night still find people

    # --- what a source overrides -------------------------------------------------------------------------------

    @classmethod
    def base(cls, options: Options) -> str:
        """The address the token belongs to."""
        return str(getattr(options, "api", ""))

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

    def when_idle(self) -> Iterable[Request]:
        """Requests of the next phase, once nothing is left to do; empty ends the crawl."""
        return ()

    def wait_for_others(self) -> None:
        """Raise DontCloseSpider while other sources still find people; Scrapy asks again every five seconds."""
        self.waiting = self.others_busy()
        if self.waiting:
            raise DontCloseSpider

    def doing(self) -> str:
        """Where the source is, in a few words, for the line of progress."""
        work = sum(bill.evidence for bill in self.ledger.bills())
        return f"{self.ledger.accounts:,} accounts, {work:,} pieces of work seen"

    def refusal(self, response: Response, headers: Mapping[str, str], wall: float) -> _gate.Refusal | None:
        """Whether an answer says "not now"."""
        return _gate.refusal(response.status, headers, response.body, wall=wall)

    # --- asking ------------------------------------------------------------------------------------------------

    def ask(
        self,
        url: str,
        then: Reader,
        *,
        lane: str,
        resource: str = "",
        post: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        conditional: bool = False,
        on_unchanged: Callable[[Mapping[str, object]], Iterable[Yielded]] | None = None,
        on_missing: Reader | None = None,
        on_failure: Callable[[str], Iterable[Yielded]] | None = None,
        own_failures: bool = False,
        priority: int = 0,
        **context: Any,
    ) -> Request:
        """Build a request whose answer goes to `then(response, **context)`.

        `conditional` sends the validators of the last answer; a 304 goes to `on_unchanged(note)`. 404, 410 and 451
        go to `on_missing(response, **context)`. `own_failures` hands 5xx and lost answers to `on_failure(reason)`
        at once instead of asking again.
        """
        sent = dict(headers or {})
        known = self.store.validator(url, self.token_owner) if conditional else None
        if known is not None:
            sent |= {"If-None-Match": known.etag} if known.etag else {}
            sent |= {"If-Modified-Since": known.last_modified} if known.last_modified and not known.etag else {}
        if post is not None:
            sent["Content-Type"] = "application/json"
        meta = {
            "lane": lane,
            "resource": resource,
            "then": then,
            "context": context,
            "validator": known,
            "conditional": conditional,
            "on_unchanged": on_unchanged,
            "on_missing": on_missing,
            "on_failure": on_failure,
            "own_failures": own_failures,
            "dont_obey_robotstxt": not self.card.robots,
        }
        return Request(
            url,
            method="GET" if post is None else "POST",
            body=b"" if post is None else json.dumps(post).encode(),
            headers=sent,
            callback=self._arrived,
            errback=self._lost,
            meta=meta,
            priority=priority,
            dont_filter=True,
        )

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

    def recall(self, lane: str) -> dict[str, Any]:
        """What a lane kept; empty at first."""
        kept = self.store.lane_state(lane)
        return dict(kept.state) if kept is not None else {}

    def key(self, source_id: object) -> AccountKey:
        """The key of an account of this source."""
        return AccountKey(self.name, str(source_id))

    def note_unreadable(self, response: Response, error: Unreadable) -> Quarantined:
        """Count an answer that cannot be read and prepare its row for the quarantine."""
        self.ledger.skip(f"unreadable:{error.reason}")
        excerpt = response.body[:EXCERPT].decode("utf-8", "replace")
        return Quarantined(
            source=self.name,
            url=response.url,
            seen_at=self.now(),
            reason=error.reason,
            detail=error.detail,
            excerpt=excerpt,
        )

    # --- ending ------------------------------------------------------------------------------------------------

    def stop(self, state: str, reason: str, *, hold: float = 0.0) -> None:
        """End this source in order; `hold` seconds from now it may be asked again."""
        if self.stopped is not None:
            return
        self.stopped = (state, reason)
        if hold > 0:
            self.store.hold_source(self.name, self.now() + timedelta(seconds=hold), reason)
        import asyncio

        # Awaiting the close inside a middleware deadlocks (Scrapy 2.19), so it runs as a task of its own.
        engine = self.crawler.engine
        if engine is not None:
            self._closing = asyncio.get_running_loop().create_task(engine.close_spider_async(reason=state))

    def refuse_if_closing(self) -> None:
        """Let nothing out once the end was decided; IgnoreRequest frees the place in the engine."""
        if self.stopped is not None:
            self.ledger.skip("left_for_next_night")
            raise IgnoreRequest(f"stopped: {self.stopped[1]}")

    def slow_down(self, netloc: str, delay: float) -> None:
        """Honour a Crawl-delay of robots.txt."""
        self.crawl_delays[netloc] = max(delay, self.crawl_delays.get(netloc, 0.0))

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

    def _arrived(self, response: Response) -> Iterator[Batch | Request]:
        meta, batch = response.meta, Batch()
        try:
            yield from self._sort(self._dispatch(response), batch, meta["lane"])
        except Unreadable as error:
            batch.unreadable.append(self.note_unreadable(response, error))
        else:
            if meta["conditional"] and response.status == 200:
                batch.after.extend(self._validators(response))
        if batch.items or batch.after or batch.unreadable:
            yield batch

    def _sort(self, yielded: Iterable[Yielded], batch: Batch, lane: str) -> Iterator[Request]:
        bill = self.ledger.bill(lane)
        for thing in yielded:
            if isinstance(thing, Request):
                yield thing
            elif isinstance(thing, LaneState):
                batch.after.append(thing)
            else:
                if isinstance(thing, Account):
                    self.ledger.met(lane, thing.key)
                bill.evidence += isinstance(thing, Evidence)
                batch.items.append(thing)

    def _dispatch(self, response: Response) -> Iterable[Yielded]:
        meta, status = response.meta, response.status
        if UNUSABLE & set(response.flags):
            return self._refused_or_failed(response)
        if status == 304:
            return self._unchanged(meta)
        if status in (200, 202, 204):
            return meta["then"](response, **meta["context"])  # type: ignore[no-any-return]  # a Reader, by `ask`
        if status == 401:
            self.stop("refused", f"the token in {self.options.token_env or '(none set)'} was not accepted (401)")
            return ()
        if status in (404, 410, 451) and meta["on_missing"] is not None:
            return meta["on_missing"](response, **meta["context"])  # type: ignore[no-any-return]  # a Reader
        return self._refused_or_failed(response)

    def _refused_or_failed(self, response: Response) -> Iterable[Yielded]:
        broken = next(iter(UNUSABLE & set(response.flags)), None)
        self.ledger.skip(broken or f"status_{response.status}")
        if response.status == 429 or self.stopped is not None:
            return ()
        on_failure = response.meta["on_failure"]
        if on_failure is not None:
            return on_failure(broken or f"status {response.status}")  # type: ignore[no-any-return]  # by `ask`
        raise Unreadable(broken or f"http_{response.status}", response.url)

    def _unchanged(self, meta: Mapping[str, Any]) -> Iterable[Yielded]:
        known: Validator | None = meta["validator"]
        if known is None or meta["on_unchanged"] is None:
            return ()
        return meta["on_unchanged"](known.note)  # type: ignore[no-any-return]  # by `ask`

    def _validators(self, response: Response) -> Iterator[Validator]:
        headers = plain_headers(response)
        if "etag" in headers or "last-modified" in headers:
            yield Validator(
                url=response.meta.get("redirect_urls", [response.request.url if response.request else response.url])[0],
                owner=self.token_owner,
                etag=headers.get("etag"),
                last_modified=headers.get("last-modified"),
                note=response.meta.get("note", {}),
            )

    def _lost(self, failure: Any) -> Iterator[Batch | Request]:
        request: Request = failure.request
        if failure.check(IgnoreRequest):
            if self.stopped is None:
                self.ledger.skip("closed_by_robots")
            return
        reason = failure.type.__name__
        self.ledger.skip(f"lost:{reason}")
        batch = Batch()
        if request.meta["on_failure"] is not None:
            yield from self._sort(request.meta["on_failure"](reason), batch, request.meta["lane"])
        else:
            batch.unreadable.append(
                Quarantined(
                    source=self.name,
                    url=request.url,
                    seen_at=self.now(),
                    reason=f"lost:{reason}",
                    detail=str(failure.value)[:500],
                )
            )
        yield batch

    def on_idle(self, spider: scrapy.Spider) -> None:
        """Start the next phase, if there is one."""
        if spider is not self or self.stopped is not None:
            return
        engine = self.crawler.engine
        more = list(self.when_idle())
        for request in more:
            if engine is not None:
                engine.crawl(request)
        if more:
            raise DontCloseSpider

    def on_item_error(self, failure: Any) -> None:
        """Stop: a batch that cannot be stored would be lost, and so would every later one."""
        # Exceptions in pipelines are counted nowhere else (Scrapy 2.19).
        self.ledger.skip("not_stored")
        self.stop("failed", f"storing failed: {failure.value}")


def _first_error(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{error.error_count()} problem(s), first at {where or 'the top'}: {first['msg']}"
