"""The last stop of a crawl: batches of records into the Store, then what may be remembered because they are there."""

import time
from typing import Self

from scrapy.crawler import Crawler

from spiders._conversation import Batch
from spiders._polite import spider_of
from spiders._wishes import KIND as WISH
from spiders._wishes import OPEN_TO_WORK, still_kept, with_wishes
from storage.records import AccountKey, Item, LaneState, Quarantined, Validator

ROWS = 500  # records per transaction
SECONDS = 5.0  # and never older than this, so that a killed night keeps what it found


class StorePipeline:
    """Collects batches and writes them in one transaction each few hundred records."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._items: list[Item] = []
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
        if len(self._items) >= ROWS or time.monotonic() - self._since > SECONDS:
            self.flush()
        return item

    def take(self, item: Batch) -> None:
        """Take a batch."""
        own_field = OPEN_TO_WORK in spider_of(self.crawler).card.fields
        self._items += with_wishes(item.items, own_field=own_field)
        self._after += item.after
        self._unreadable += item.unreadable
        self._finds += item.finds

    def close_spider(self) -> None:
        """Write the rest, whatever ended the crawl."""
        self.flush()
        spider = spider_of(self.crawler)
        if spider.exhausted:
            for state in spider.at_the_end.values():
                spider.store.keep_lane_state(state)
        spider.store.close()

    def flush(self) -> None:
        """Store all that was taken."""
        spider = spider_of(self.crawler)
        if self._items:
            if self._kept_wishes is None:
                self._kept_wishes = spider.store.evidence_ids(spider.name, WISH)
            saved = spider.store.save(still_kept(self._items, self._kept_wishes), night=spider.night)
            for name, count in saved.model_dump().items():
                spider.ledger.skip(f"saved:{name}", count)
        lanes = {lane.id for lane in spider.lanes}
        finds = [find for find in self._finds if find[1] in lanes]
        # Answers are read side by side: a find may be handed over with another one's batch, before its account.
        self._finds = spider.store.keep_finds(finds, night=spider.night)
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
