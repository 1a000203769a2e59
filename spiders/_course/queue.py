"""Who is asked next within a source: lanes share what may be sent by what they are expected to bring.

Scrapy asks this scheduler for the next request. Each lane has a place in time that moves on by 1/weight with every
request of it, and the lane furthest behind goes next (stride scheduling: Waldspurger and Weihl 1995, MIT/LCS/TM-528).
The weight is the lane's expected yield beside the best lane's, never less than a tenth, so that none starves. Within a
lane who came first goes first. A request is only given out when its budget has room: what waits at the gate cannot be
overtaken any more.
"""

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from heapq import heappop, heappush
from itertools import count
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.core.scheduler import BaseScheduler
from scrapy.crawler import Crawler

from spiders._conversation import question_of
from spiders._polite.whose import spider_of

LEAST = 0.1  # weight of a lane beside the best one's, at least
BudgetKey = tuple[str, str]  # host and resource, as the gate has them


class _Lane:
    """What waits in one lane, by budget."""

    def __init__(self, weight: float, at: float) -> None:
        self.weight, self.at = weight, at
        self.waiting: dict[BudgetKey, list[tuple[int, int, Request]]] = {}

    def next_key(self, active: Mapping[BudgetKey, int], most: int) -> BudgetKey | None:
        """The first budget with room."""
        return next((key for key in self.waiting if active.get(key, 0) < most), None)

    def pop(self, key: BudgetKey) -> Request:
        """Take from that budget; it goes behind the lane's other ones."""
        heap = self.waiting.pop(key)
        request = heappop(heap)[2]
        if heap:
            self.waiting[key] = heap
        return request


class FairQueue(BaseScheduler):
    """The requests of one source that wait to be sent."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._lanes: dict[str, _Lane] = {}
        self._kept: list[Request] = []  # whose answers are at hand
        self._number = count()
        self._now = 0.0  # place in time of the lane served last

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        return cls(crawler)

    def open(self, spider: Spider) -> None:
        """Begin."""
        del spider

    def close(self, reason: str) -> None:
        """End; what waits still is in its rows."""
        del reason

    def has_pending_requests(self) -> bool:
        """Whether anything waits."""
        return bool(self._kept or self._lanes)

    def enqueue_request(self, request: Request) -> bool:
        """Take a request; its row says that it waits."""
        spider, name = spider_of(self.crawler), self.lane_of(request)
        if spider.book is not None:
            if spider.book.has(request):
                self._kept.append(request)
                return True
            spider.book.queue(request, spider.worth(name))
        lane = self._lanes.get(name)
        if lane is None:
            lane = self._lanes[name] = _Lane(self._weight(name), self._now)
        heappush(lane.waiting.setdefault(budget_key(request), []), (-request.priority, next(self._number), request))
        return True

    def lane_of(self, request: Request) -> str:
        """The lane a request is asked for."""
        return str(request.meta.get("lane", ""))

    def _weight(self, name: str) -> float:
        spider = spider_of(self.crawler)
        mine = {lane.id: spider.worth(lane.id) for lane in spider.lanes}
        best = max(mine.values(), default=0.0)
        # What is no lane of a role reads in full whom those found: that is what they were asked for.
        return max(LEAST, mine[name] / best) if best > 0 and name in mine else 1.0

    def next_request(self) -> Request | None:
        """The request that goes next; None while no budget has room."""
        if self._kept:
            return self._kept.pop()
        spider = spider_of(self.crawler)
        if not self._lanes or not spider.purse.may(spider.name):
            return None
        most = spider.options.concurrency
        active = self._active(most)
        for name, lane in sorted(self._lanes.items(), key=lambda item: item[1].at):
            key = lane.next_key(active, most)
            if key is not None:
                return self._take(name, lane, key)
        return None

    def _take(self, name: str, lane: _Lane, key: BudgetKey) -> Request:
        request = lane.pop(key)
        self._now = lane.at
        lane.at += 1.0 / lane.weight
        if not lane.waiting:
            del self._lanes[name]
        return request

    def _active(self, most: int) -> Mapping[BudgetKey, int]:
        """Requests that were given out and not answered, by budget; nobody is counted while no budget can be full."""
        engine = self.crawler.engine
        if engine is None or len(engine.downloader.active) < most:
            return {}
        return Counter(map(budget_key, engine.downloader.active))


def budget_key(request: Request) -> BudgetKey:
    """The budget a request is charged to: host and resource."""
    question = question_of(request)
    return _host(request.url), question.resource if question else ""


@lru_cache(maxsize=1024)
def _host(url: str) -> str:
    return urlsplit(url).netloc
