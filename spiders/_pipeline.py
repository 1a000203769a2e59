"""The last stop of a crawl: batches of records into the Store, then what may be remembered because they are there."""

import logging
import time
from typing import TYPE_CHECKING, Self

from scrapy.crawler import Crawler

from spiders._conversation import Batch
from spiders._drift import Held, believed
from spiders._polite.whose import spider_of
from spiders._reading.allowed import allowed
from spiders._reading.wishes import KIND as WISH
from spiders._reading.wishes import still_kept
from storage.errors import StoreError
from storage.records import AccountKey, Item, LaneState, Quarantined, Validator

if TYPE_CHECKING:
    from spiders._base import SourceSpider

log = logging.getLogger(__name__)
ROWS = 1000  # records per transaction
SECONDS = 5.0  # and never older than this, so that a killed night keeps what it found


class StorePipeline:
    """Collects batches and writes them in one transaction each few hundred records."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._taken: list[list[Item | Held]] = []  # per answer
        self._rows = 0
        self._after: list[LaneState | Validator] = []
        self._unreadable: list[Quarantined] = []
        self._finds: list[tuple[AccountKey, str]] = []
        self._kept_wishes: set[str] | None = None
        self._since = time.monotonic()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        return cls(crawler)

    def open_spider(self) -> None:
        """Let the source say when all it found must be stored."""
        spider_of(self.crawler).keeper = self

    def process_item(self, item: Batch) -> Batch:
        """Take one answer's batch; write when there is enough or it is time."""
        self.take(item)
        if self._rows >= ROWS or time.monotonic() - self._since > SECONDS:
            self.flush()
        return item

    def take(self, item: Batch) -> None:
        """Take a batch."""
        self._taken.append(spider_of(self.crawler).drift.take(item.reader, item.items))
        self._rows += len(item.items)
        self._after += item.after
        self._unreadable += item.unreadable
        self._finds += item.finds

    def close_spider(self) -> None:
        """Write the rest, whatever ended the crawl; a database that fails here fails the source."""
        spider = spider_of(self.crawler)
        try:
            self._write_rest(spider)
        except StoreError as error:
            # Scrapy only logs what a pipeline's end raises: the source would end well with nothing of it stored.
            spider.left_unstored(error)
            log.exception("%s: what was found last could not be stored", spider.name)
        finally:
            spider.store.close()

    def _write_rest(self, spider: "SourceSpider") -> None:
        if spider.stopped is None or spider.stopped[0] == "limit":  # who refuses us tells nothing of who is gone
            self._taken.append([*spider.drift.end()])
        self.flush()
        if spider.book is not None:
            spider.book.write()
        if spider.exhausted:
            for state in spider.at_the_end.values():
                spider.store.keep_lane_state(state)

    def flush(self) -> None:
        """Store all that was taken."""
        spider = spider_of(self.crawler)
        told = believed(spider.drift, self._taken, spider.store)
        minors: set[AccountKey] = set()
        if self._kept_wishes is None:
            self._kept_wishes = spider.store.evidence_ids(spider.name, WISH)
        kept = self._kept_wishes
        items = [one for answer in told for one in allowed(answer, spider.card, spider.ledger.skip, minors, kept)]
        spider.store.purge_accounts(minors, at=spider.now())  # those stored before they said so
        lanes = {lane.id for lane in spider.lanes}
        # One transaction: a killed night has all an answer brought or nothing of it. Cursors and validators say
        # "seen up to here". A find may be handed over with another answer's batch, before its account: it waits.
        saved, self._finds = spider.store.keep(
            still_kept(items, kept),
            finds=[find for find in self._finds if find[1] in lanes],
            after=self._after,
            unreadable=self._unreadable,
            night=spider.night,
        )
        for name, count in saved.model_dump().items():
            spider.ledger.skip(f"saved:{name}", count)
        self._taken, self._after, self._unreadable, self._rows = [], [], [], 0
        self._since = time.monotonic()
