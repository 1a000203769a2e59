"""arXiv's query interface: Atom feeds of the newest papers of a category. Authors are names there, never accounts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from parsel import Selector

from spiders._reading.clean import FREE_TEXT
from storage.errors import Unreadable

_SPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "arxiv": "http://arxiv.org/schemas/atom",
    "os": "http://a9.com/-/spec/opensearch/1.1/",
}
_ID = re.compile(r"https?://arxiv\.org/abs/([a-z.-]+/\d{7}|\d{4}\.\d{4,5})(?:v\d+)?")
_CODE = re.compile(r"https?://(?:www\.)?(?:github\.com|gitlab\.com|huggingface\.co)/[\w.-]{1,100}(?:/[\w.-]{1,100})?")
CATEGORY = re.compile(r"[a-z]{2,10}(?:-[a-z]{2,4})?(?:\.[A-Za-z]{2}|\.[a-z-]{4,20})?")
PAGE = 200  # entries per call; up to 2,000 are allowed


@dataclass(frozen=True, slots=True)
class Paper:
    """One new paper."""

    id: str  # "2411.12345", without the version
    published: datetime
    code: tuple[str, ...] = ()  # addresses of code named in abstract or comment

    @property
    def doi(self) -> str:
        """The DOI arXiv gives to every paper."""
        return f"10.48550/arxiv.{self.id}"


@dataclass(frozen=True, slots=True)
class Feed:
    """One page of results."""

    total: int
    papers: tuple[Paper, ...]


def query(category: str, start: int) -> str:
    """The call for one page of a category, newest first."""
    found = f"search_query=cat:{category}&sortBy=submittedDate&sortOrder=descending"
    return f"query?{found}&start={start}&max_results={PAGE}"


def read(body: bytes) -> Feed:
    """Read a feed; Unreadable where arXiv answered an error, which it does in a feed of its own."""
    feed = Selector(body.decode("utf-8", "replace"), type="xml", namespaces=_SPACES)
    if not feed.xpath("/atom:feed"):
        raise Unreadable("unexpected_shape", "no Atom feed")
    for entry in feed.xpath("/atom:feed/atom:entry[starts-with(atom:id, 'http') and contains(atom:id, '/api/errors')]"):
        raise Unreadable("arxiv_error", entry.xpath("string(atom:summary)").get("")[:300])
    total = feed.xpath("string(//os:totalResults)").get("")
    return Feed(int(total) if total.isdigit() else 0, tuple(_papers(feed)))


def _papers(feed: Selector) -> Iterator[Paper]:
    for entry in feed.xpath("/atom:feed/atom:entry"):
        own = _ID.match(entry.xpath("string(atom:id)").get(""))
        published = entry.xpath("string(atom:published)").get("")
        if own and published:
            text = " ".join(entry.xpath("arxiv:comment/text() | atom:summary/text()").getall())[:FREE_TEXT]
            yield Paper(
                own[1], datetime.fromisoformat(published), tuple(dict.fromkeys(map(_trimmed, _CODE.findall(text))))
            )


def _trimmed(address: str) -> str:
    return address.rstrip(".").removesuffix(".git")
