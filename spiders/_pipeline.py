"""The last stop of a crawl: batches of records into the Store, then what may be remembered because they are there."""

import time
from typing import Self

from scrapy.crawler import Crawler

from spiders._conversation import Batch
from spiders._polite import spider_of
from storage.records import Item, LaneState, Quarantined, Validator

ROWS = 500  # records per transaction
SECONDS = 5.0  # and never older than this, so that a killed night keeps what it found


class StorePipeline:
    """Collects batches and writes them in one transaction each few hundred records."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._items: list[Item] = []
        self._after: list[LaneState | Validator] = []
        self._unreadable: list[Quarantined] = []
        self._since = time.monotonic()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        return cls(crawler)

    def process_item(self, item: Batch) -> Batch:
        """Take one answer's batch; write when there is enough or it is time."""
        self._items += item.items
        self._after += item.after
        self._unreadable += item.unreadable
        if len(self._items) >= ROWS or time.monotonic() - self._since > SECONDS:
            self._flush()
        return item

    def close_spider(self) -> None:
        """Write the rest, whatever ended the crawl."""
        self._flush()
        spider_of(self.crawler).store.close()

    def _flush(self) -> None:
        spider = spider_of(self.crawler)
        if self._items:
            saved = spider.store.save(self._items, night=spider.night)
            for name, count in saved.model_dump().items():
                spider.ledger.skip(f"saved:{name}", count)
        # Cursors and validators say "seen up to here", so they follow what they speak of.
        for kept in self._after:
            if isinstance(kept, LaneState):
                spider.store.keep_lane_state(kept)
            else:
                spider.store.keep_validator(kept)
        if self._unreadable:
            spider.store.quarantine(self._unreadable)
        self._items, self._after, self._unreadable = [], [], []
        self._since = time.monotonic()
