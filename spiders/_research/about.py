"""What the source of research says of itself: card, settings, and what its night takes."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import ClassVar

from pydantic import Field

from spiders._about import About
from spiders._card import Card, Options
from spiders._course.past import Past, Work
from storage.records import Lane

AUTHORS, CONFIRMED = "research/authors", "research/confirmations"
OPENALEX_AT_ONCE = 50  # values joined by | in one filter
CROSSREF_AT_ONCE = 40  # DOIs in one filter


class ResearchOptions(Options):
    """Settings of the research source."""

    api: str = Field("https://api.openalex.org", description="base address of OpenAlex")
    arxiv: str = Field("https://export.arxiv.org/api", description="base address of arXiv's query interface")
    crossref: str = Field("https://api.crossref.org", description="base address of Crossref")
    semanticscholar: str = Field(
        "https://api.semanticscholar.org/graph/v1", description="base address of Semantic Scholar's graph"
    )
    token_env: str = Field("OPENALEX_API_KEY", description="environment variable with the free key of OpenAlex")
    semanticscholar_key_env: str = Field(
        "SEMANTIC_SCHOLAR_API_KEY", description="environment variable with the key; without one it is not asked"
    )
    contact: str = Field("", description="address that opens Crossref's polite pool; unset: the public pool")
    lists: int = Field(500, ge=1, description="paid list calls at OpenAlex a night; a free key pays 10,000 a day")
    lists_without_key: int = Field(90, ge=1, description="the same without a key; 100 to 1,000 a day are free")
    days: int = Field(365, ge=1, description="how far back a new lane looks")
    overlap_days: int = Field(30, ge=0, description="how far back a known lane looks again; works arrive late")
    work_pages: int = Field(5, ge=1, description="pages of 100 works per lane and night")
    arxiv_days: int = Field(7, ge=1, description="how far back a new arXiv lane looks")
    arxiv_pages: int = Field(3, ge=1, description="pages of 200 papers per category and night")
    pending_days: int = Field(30, ge=1, description="how long a new paper may take to appear at OpenAlex")
    again_days: int = Field(30, ge=1, description="days until a known author is read again")
    confirmations: int = Field(25, ge=0, description="calls at Crossref a night, 40 papers each")
    second_opinions: int = Field(10, ge=0, description="calls at Semantic Scholar a night, 100 papers each")
    delay: float = Field(0.1, ge=0, description="seconds between two requests to OpenAlex")
    arxiv_delay: float = Field(3.0, ge=0, description="seconds between two requests to arXiv, as its terms ask")
    crossref_delay: float = Field(0.25, ge=0, description="seconds between two requests to Crossref")
    semanticscholar_delay: float = Field(1.1, ge=0, description="seconds between two requests to Semantic Scholar")


class AboutResearch(About):
    """OpenAlex, with arXiv, Crossref and Semantic Scholar around it."""

    name = "research"
    options_model: ClassVar[type[Options]] = ResearchOptions
    card = Card(
        title="Research",
        method="public interfaces of OpenAlex (free key), arXiv, Crossref and Semantic Scholar (only with a key)",
        terms="https://developers.openalex.org/api-reference/authentication",
        terms_read=date(2026, 11, 22),
        fields=(
            *("handle", "name", "headline: topics", "company: last institution", "location: its country", "links"),
            *("h-index", "papers", "citations"),
            "papers: title, venue, date, place among the authors, topics, citations, percentile, addresses of code",
        ),
        limits="OpenAlex $1 a day with a free key = 10,000 lists; arXiv one request in 3 s; Crossref 5 a second",
        yields="100 works a list call, of which some 150 leading authors",
        expected_accounts=50,
        fresh_days=14,
        exposes=(
            "orcid: claimed by OpenAlex, verified where Crossref says its owner confirmed it on a paper",
            "homepage: claimed, from Semantic Scholar, for few",
        ),
        # All four are made for programs and governed by their terms.
        robots=False,
    )

    @classmethod
    def expects(cls, lanes: Sequence[Lane], options: Options, past: Past) -> Iterable[Work]:
        """Pages of works per lane, then authors fifty to the call."""
        del past
        if not isinstance(options, ResearchOptions):
            raise TypeError("the forecast of research needs its options")
        # Some 150 leading authors a page of works; most stand on several.
        pages = {lane.id: _pages(lane, options) for lane in lanes}
        people = min(options.max_profiles, 50 * sum(pages.values()))
        confirmed = min(options.confirmations, -(-people // CROSSREF_AT_ONCE))
        works = [Work(lane, first=count, light=1) for lane, count in pages.items()]
        if lanes:
            works.append(Work(AUTHORS, first=-(-people // OPENALEX_AT_ONCE), light=1))
            works.append(Work(CONFIRMED, first=confirmed, light=1))
        return works

    @classmethod
    def pace(cls, options: Options, lanes: Sequence[Lane]) -> float:
        """One request a second, of arXiv one in three."""
        slow = sum(lane.kind == "arxiv" for lane in lanes) / max(1, len(lanes))
        return max(options.delay, 1.0) * (1 - slow) + slow * float(getattr(options, "arxiv_delay", 3.0))


def _pages(lane: Lane, options: ResearchOptions) -> int:
    if lane.kind == "arxiv":
        return options.arxiv_pages + -(-options.arxiv_pages * 200 // OPENALEX_AT_ONCE)
    return options.work_pages
