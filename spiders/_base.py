"""What every source shares: its lanes, options and clock, reading answers, origin stamps, phases and the end.

A source is one public file in this folder with one `SourceSpider`: what may be asked (card, options), what is asked
(`first` and `when_idle` yield `ask(...)`), what is kept (callbacks yield records).
"""

import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

from pydantic import ValidationError
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Response

from spiders._about import About
from spiders._card import Options
from spiders._conversation import Yielded
from spiders._course.book import Book
from spiders._course.ledger import Ledger
from spiders._course.phases import Phases
from spiders._course.purse import Purse
from spiders._course.rounds import SAME_NIGHT
from spiders._drift import Drift
from spiders._key import key_of, owner_of
from spiders._polite import gate as _gate
from spiders._polite.addresses import netlocs_in
from spiders._polite.answers import Answers, End
from spiders._polite.headers import plain_headers
from spiders._reading.again import Patience
from spiders._reading.fields import Model, tolerant, unread
from spiders._reading.shape import checked, loads
from storage.errors import StoreError, Unreadable
from storage.records import AccountKey, Known, Lane, LaneState, Origin, Outcome
from storage.store import Store

__all__ = ["SourceSpider", "Yielded"]

EMPTY = frozenset({b"{}", b"[]"})  # answers that say in full that there is nothing
AHEAD = 20  # requests counted ahead: what a night that was killed may lose of its budget, less one


class SourceSpider(About, Phases):
    """Base of all sources."""

    version: ClassVar[int] = 1
    varying: ClassVar[frozenset[str]] = frozenset()  # fields whose coverage depends on which of its lists are due
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
        spider.store = Store.open(settings["STORE_URL"], key=key_of(settings))
        spider.night = settings.getint("NIGHT") or None
        spider.clock = datetime.fromisoformat(settings["CLOCK"]) if settings.get("CLOCK") else None
        past = [outcome for _, outcome in spider.store.outcomes(cls.name) if outcome.version == cls.version]
        spider.past_outcomes = past
        spider.drift = Drift(past, given_up=spider.options.given_up, varying=cls.varying)
        if spider.night is not None and spider.store.is_begun(spider.night):
            spider.book = Book(spider.store, spider.name, spider.night, spider.token_owner)
        crawler.signals.connect(spider.on_idle, signals.spider_idle)
        crawler.signals.connect(spider.on_item_error, signals.item_error)
        return spider

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ledger = Ledger()
        self.spent = 0  # requests of earlier parts of this night
        self.sent_before = 0  # of these, by other processes under the night's own number
        self._noted = 0  # requests the Store says this night may have sent
        self.waited = 0.0  # seconds refusals asked for, in earlier parts of this night as well
        self.book: Book | None = None  # of tonight's questions; None outside of nights
        self.worths: Mapping[str, float] = {}  # lane, or source → expected well-ranked people per request
        self.purse = Purse()  # what all sources of the night may send together
        self.replayed = 0  # answers that an earlier part of this night had kept
        self.crawl_delays: dict[str, float] = {}
        self.started = time.monotonic()
        self.clock: datetime | None = None
        self.at_the_end: dict[str, LaneState] = {}
        self.answers = Answers()
        self.patience = Patience()
        self.drift = Drift()
        self.past_outcomes: list[Outcome] = []  # of this source, newest first
        self._trusted: frozenset[str] | None = None

    # --- what a source overrides -------------------------------------------------------------------------------

    async def start(self) -> AsyncIterator[Any]:
        """The first requests of every lane."""
        try:
            for request in self.first():
                yield request
        except StoreError as error:  # Scrapy would log it and call the source ended with "start_error"
            self.stop_unstored(error)

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

    def worth(self, lane: str) -> float:
        """What a lane is expected to bring for a request; as its source where nothing is known of it."""
        return self.worths.get(lane, self.worths.get(self.name, 0.0))

    def keeps(self, request: Request) -> bool:
        """Whether the answer may be kept until the night is closed; a source that is told secrets overrides it."""
        del request
        return True

    # --- reading -----------------------------------------------------------------------------------------------

    def read(self, response: Response, model: type[Model]) -> Model:
        """Read an answer into a small model; Unreadable names what is missing, unless it is asked for again."""
        body = checked(response.body)
        self.answers.understood()
        try:
            record = model.model_validate_json(body)
        except ValidationError as error:
            misread = Unreadable("unexpected_shape", _first_error(error))
            raise self.patience.misread(response, misread) from error
        if not record.model_fields_set and body.strip() not in EMPTY:
            # Where every field may be missing, an answer that speaks of something else would read as "nothing there".
            raise self.patience.misread(response, Unreadable("unexpected_shape", "none of the fields asked for"))
        self.patience.understood(response)
        return record

    def read_tolerant(self, response: Response, model: type[Model]) -> Model:
        """Read a single record, leaving out (and counting) fields that do not fit."""
        data = loads(response.body)
        self.answers.understood()
        try:
            record, rejected = tolerant(model, data)
        except (ValueError, AttributeError) as error:
            misread = Unreadable("unexpected_shape", str(error).splitlines()[0][:300])
            raise self.patience.misread(response, misread) from error
        self.patience.understood(response)
        for name in rejected:
            self.ledger.skip(f"field_rejected:{name}")
        self.drift.leaves(model.__name__, unread(model, data))
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
        return owner_of(self.options.token_env)

    # --- called by the gate and the engine ---------------------------------------------------------------------

    def sent(self, request: Request) -> None:
        """Count a request as it leaves."""
        self.refuse_if_closing()
        most = self.options.max_requests
        if not self.purse.take(self.name):
            self.stop("limit", f"all {self.purse.total} requests that sources share tonight are spent")
            self.refuse_if_closing()
        if self.spent >= most:
            self.stop("limit", f"max_requests = {most} reached by the parts of this night that were cut off")
            self.refuse_if_closing()
        self.ledger.bill(request.meta.get("lane", "robots")).requests += 1
        self._note_spent()
        if self.spent + self.ledger.requests >= most:
            before = f", {self.spent} of them before the night was cut off" if self.spent else ""
            self.stop("limit", f"max_requests = {most} reached{before}")

    def _note_spent(self) -> None:
        """Count some requests ahead in the Store, so that a night that is killed and continued keeps to its limit."""
        sent = self.sent_before + self.ledger.requests
        if self.night is not None and sent > self._noted:
            self._noted = min(sent + AHEAD - 1, self.options.max_requests)
            self.store.keep_spent(self.night, self.name, self._noted, self.waited)

    def asked_to_wait(self, seconds: float, reason: str) -> None:
        """Count waiting a refusal asks for, also for a night that is killed and continued; too much ends the source."""
        self.waited += seconds
        if self.night is not None:
            self.store.keep_spent(self.night, self.name, self._noted, self.waited)
        if self.waited > self.options.max_wait:
            self.stop("limit", f"{reason}; {self.waited:.0f} s of waiting asked for", hold=seconds)

    def answered(self, request: Request, response: Response, *, refused: bool) -> None:
        """Count an answer by what it cost."""
        bill = self.ledger.bill(request.meta.get("lane", "robots"))
        bill.counted += response.status != 304
        bill.refused += refused
        self._end_if_told(self.answers.add(response.status), response)

    def heard_nothing(self, reason: str) -> None:
        """An answer could not be read; several login pages in a row end the source."""
        if reason == "login_page":
            self._end_if_told(self.answers.challenged())

    def _end_if_told(self, end: End | None, response: Response | None = None) -> None:
        if end is None or self.open_web:
            return  # on the open web one site says nothing of the next
        after = plain_headers(response).get("retry-after", "") if response is not None else ""
        self.stop(*end, hold=_gate.seconds(after, wall=time.time()) or 0.0 if after else 0.0)


def _first_error(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{error.error_count()} problem(s), first at {where or 'the top'}: {first['msg']}"
