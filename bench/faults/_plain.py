"""The plain crawl beside ours: breadth first, first come, first served, whoever it is for."""

from scrapy import Request

from spiders._course.queue import FairQueue


class Arrival(FairQueue):
    """One lane for all: requests go out in the order in which they came up."""

    def lane_of(self, request: Request) -> str:
        """All requests are of one lane."""
        del request
        return ""
