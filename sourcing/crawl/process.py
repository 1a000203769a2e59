"""Scrapy's process for several crawlers, made to hear a signal that comes while they start."""

import asyncio
from contextlib import suppress

from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings

from spiders._base import SourceSpider
from spiders._course.rounds import Rounds

SOON = 0.02  # seconds


class Process(AsyncCrawlerProcess):
    """Stops all crawlers when told to; Scrapy (2.19) passes by those that are just being started."""

    def __init__(self, settings: Settings, rounds: Rounds) -> None:
        super().__init__(settings)
        self._rounds = rounds

    async def stop(self) -> None:
        """Stop once every crawler runs or has ended: until then a stop is forgotten, and the crawl goes its way."""
        self._rounds.end()
        while not all(map(_runs, self.crawlers)):
            await asyncio.wait(self._active, timeout=SOON)
        for crawler in self.crawlers:
            # Scrapy waits for requests that are on their way, and one that waits for its turn may wait for minutes.
            if isinstance(crawler.spider, SourceSpider):
                crawler.spider.leaving = True
        await super().stop()


def _runs(crawler: Crawler) -> bool:
    with suppress(RuntimeError):  # it has no engine yet
        return crawler.engine.running
    return False
