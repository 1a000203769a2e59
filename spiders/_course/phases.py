"""From one phase of a night to the next, and the end: of this source, and beside the others of the night."""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, ClassVar, Protocol

import scrapy
from scrapy import Request
from scrapy.exceptions import DontCloseSpider, IgnoreRequest

from spiders._conversation import Batch, Conversation, Question, Yielded
from spiders._course.ledger import NOT_STORED
from spiders._course.rounds import Did, Rounds
from storage.errors import StoreError
from storage.redaction import redacted


class Keeper(Protocol):
    """Who stores what a source brings."""

    def take(self, batch: Batch) -> None:
        """Take what belongs together."""

    def flush(self) -> None:
        """Store all that was taken."""


class Phases(Conversation):
    """When something more is asked, and when nothing is any more."""

    turn: ClassVar[int]  # as the source says of itself

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stopped: tuple[str, str] | None = None  # state and reason of an early end
        self.leaving = False  # told to end at once, by a signal: what waits for its turn waits for the next run
        self.exhausted = False  # nothing was left to ask: the crawl came to its own end
        self.rounds = Rounds()  # of the night; a source that runs alone waits for nobody
        self.keeper: Keeper | None = None
        self._looking = self._told = False
        self._closing: asyncio.Task[None] | None = None

    # --- what a source overrides -------------------------------------------------------------------------------

    def when_idle(self) -> Iterable[Request]:
        """Requests of the next phase, once nothing is left to do; empty ends the crawl."""
        return ()

    def wait_for_others(self) -> None:
        """For `when_idle`: raise DontCloseSpider unless the others are done for now and this source may look.

        What `when_idle` then asks is answered before anybody looks again. It is called once in every round of the
        night, so whom it does not ask for now, because nobody names them yet, it will ask for then.
        """
        if not self._looking:
            raise DontCloseSpider

    # --- from phase to phase -----------------------------------------------------------------------------------

    def on_idle(self, spider: scrapy.Spider) -> None:
        """Start the next phase, if there is one; wait for the others, if it needs them."""
        if spider is not self or self.stopped is not None:
            return
        if self.rounds.waits(self.name):
            raise DontCloseSpider
        more = self._next()
        if more is None:
            self.rounds.wait(self)
            raise DontCloseSpider
        self._ask_all(more)
        if more:
            raise DontCloseSpider
        self.exhausted = self._is_open()

    def look(self, *, asking: bool) -> Did:
        """Take this source's turn in a round; not `asking`: no round is left, so count what would be asked."""
        if not self._is_open():
            return Did.NOTHING
        self._looking, self._told = True, False
        more = self._next() or []
        self._looking = False
        if not asking:
            self.ledger.skip("over_rounds", len(more))
            return Did.NOTHING
        self._ask_all(more)
        # One that broke down is closing, and the others must not look before it has closed.
        return Did.ASKED if more or not self._is_open() else Did.TOLD if self._told else Did.NOTHING

    def tell(self, things: Iterable[Yielded], *, lane: str, reader: str = "") -> None:
        """Store records that no answer brought just now (second thoughts on earlier ones) as if one of the lane had.

        `reader`: who read them, if records are to be compared with earlier ones of that reader.
        """
        batch = Batch(reader=reader)
        for request in self._sort(things, batch, Question(lane=lane, then=_nobody_reads)):
            raise TypeError(f"{request.url}: what is told without an answer cannot ask")
        batch.finds = self.ledger.take_finds()
        if self.keeper is not None and (batch.items or batch.after):
            self._told = True
            self.keeper.take(batch)
            self.keeper.flush()

    def _next(self) -> list[Request] | None:
        """What to ask now; None: nothing before others are done, who see all this source has found."""
        try:
            # What the next phase reads of the database must not depend on how fast this one was.
            if self.keeper is not None:
                self.keeper.flush()
            with suppress(DontCloseSpider):
                return list(self.when_idle())
        except StoreError as error:
            self.stop_unstored(error)
            return []
        except Exception as error:  # Scrapy would log it and call the source finished
            self.logger.exception("%s broke down between two phases", self.name)
            self.stop("failed", f"{type(error).__name__} between two phases: {error}")
            return []
        return None

    def _ask_all(self, requests: Sequence[Request]) -> None:
        engine = self.crawler.engine
        for request in requests:
            if engine is not None:
                engine.crawl(request)

    def _is_open(self) -> bool:
        engine = self.crawler.engine
        return self.stopped is None and engine is not None and engine.running and engine.spider is not None

    # --- the end -----------------------------------------------------------------------------------------------

    def finish(self) -> None:
        """End this source's night: nobody finds anybody any more."""
        if self._is_open():
            self.exhausted = True
            self._close("finished")

    def stop(self, state: str, reason: str, *, hold: float = 0.0) -> None:
        """End this source in order; `hold` seconds from now it may be asked again."""
        if self.stopped is not None:
            return
        reason = redacted(reason)
        self.stopped = (state, reason)
        if hold > 0:
            self.store.hold_source(self.name, self.now() + timedelta(seconds=hold), reason)
        self._close(state)

    def stop_unstored(self, error: StoreError) -> None:
        """End this source because the database failed."""
        self.stop("failed", f"{NOT_STORED}: {error}")

    def left_unstored(self, error: StoreError) -> None:
        """Note that the database failed while this source was closed, whatever it ended with until then."""
        self.ledger.skip("not_stored")
        self.stopped = ("failed", redacted(f"{NOT_STORED}: {error}"))

    def _close(self, reason: str) -> None:
        # Awaiting the close inside a middleware deadlocks (Scrapy 2.19), so it runs as a task of its own.
        engine = self.crawler.engine
        if engine is not None:
            self._closing = asyncio.get_running_loop().create_task(engine.close_spider_async(reason=reason))

    def refuse_if_closing(self) -> None:
        """Let nothing out once the end was decided; IgnoreRequest frees the place in the engine."""
        if self.closing:
            self.ledger.skip("left_for_next_night")
            raise IgnoreRequest(f"stopped: {self.stopped[1] if self.stopped is not None else 'by a signal'}")

    def on_item_error(self, failure: Any) -> None:
        """Stop: a batch that cannot be stored would be lost, and so would every later one."""
        # Exceptions in pipelines are counted nowhere else (Scrapy 2.19).
        self.ledger.skip("not_stored")
        self.stop("failed", f"{NOT_STORED}: {failure.value}")


def _nobody_reads(*_: object, **__: object) -> Iterable[Yielded]:
    return ()
