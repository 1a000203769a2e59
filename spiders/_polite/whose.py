"""Whose a middleware's crawler is: the spider, as what it is."""

from scrapy.crawler import Crawler

from spiders._base import SourceSpider


def spider_of(crawler: Crawler) -> SourceSpider:
    """The crawler's spider; TypeError where it is none of ours."""
    spider = crawler.spider
    if not isinstance(spider, SourceSpider):
        raise TypeError(f"{spider!r} is no SourceSpider")
    return spider
