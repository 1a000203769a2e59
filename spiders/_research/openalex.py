"""What we read of OpenAlex: works with their authors, authors in full, ids of topics and venues."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from typing import Annotated, Any, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, BeforeValidator

_ID = re.compile(r"(?:https?://(?:api\.)?openalex\.org/(?:[a-z]+/)?)?([AWSTI]\d{1,15})", re.IGNORECASE)
_ORCID = re.compile(r"(?:https?://orcid\.org/)?(\d{4}-\d{4}-\d{4}-\d{3}[\dXx])")
WORK_FIELDS = (
    "id,doi,title,publication_date,type,authorships,cited_by_count,fwci,citation_normalized_percentile,"
    "primary_location,topics,is_retracted"
)
AUTHOR_FIELDS = "id,orcid,display_name,ids,affiliations,last_known_institutions,topics,summary_stats,works_count"
AUTHOR_FIELDS += ",cited_by_count,works_api_url"
PAGE = 100


def short_id(value: Any) -> str | None:
    """ "A5060600148" from an address or an id; None for anything else."""
    found = _ID.fullmatch(str(value or "").strip())
    return found[1].upper() if found else None


def orcid_of(value: Any) -> str | None:
    """The bare ORCID of an address or an id whose check digit holds (ISO 7064 11,2); None for anything else."""
    found = _ORCID.fullmatch(str(value or "").strip())
    if found is None:
        return None
    total = 0
    for digit in found[1].replace("-", "")[:-1]:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    return found[1].upper() if found[1][-1].upper() == ("X" if check == 10 else str(check)) else None


def _one_or_many(value: Any) -> Any:
    return value if isinstance(value, list) else [] if value is None else [value]


Rows = Annotated[list[dict[str, Any]], BeforeValidator(_one_or_many)]


class Named(BaseModel):
    """Anything with an id and a name."""

    id: str | None = None
    display_name: str | None = None


class Institution(Named):
    """Where somebody works."""

    country_code: str | None = None
    type: str | None = None


class Affiliation(BaseModel):
    """An institution with the years it stood on papers."""

    institution: Institution = Institution()
    years: list[int] = []


class Author(BaseModel):
    """The author of one work, as that work shows them."""

    id: str | None = None
    display_name: str | None = None
    orcid: str | None = None


class Authorship(BaseModel):
    """Who wrote a work, in which place of the list."""

    author: Author = Author()
    author_position: str = ""
    is_corresponding: bool | None = None


class Venue(Named):
    """Where a work appeared."""

    type: str | None = None


class Location(BaseModel):
    """Where the best version of a work stands."""

    source: Venue | None = None
    version: str | None = None


class Percentile(BaseModel):
    """Citations against works of the same year and field."""

    value: float | None = None


class Work(BaseModel):
    """One paper."""

    id: str
    doi: str | None = None
    title: str | None = None
    publication_date: date | None = None
    type: str | None = None
    authorships: Rows = []
    cited_by_count: int | None = None
    fwci: float | None = None
    citation_normalized_percentile: Percentile | None = None
    primary_location: Location | None = None
    topics: Rows = []
    is_retracted: bool = False


class Meta(BaseModel):
    """How many there are, and where the next page starts."""

    count: int | None = None
    next_cursor: str | None = None


class Listed(BaseModel):
    """GET /works, /authors, /topics, /sources."""

    meta: Meta = Meta()
    results: Rows


class Stats(BaseModel):
    """Citation figures of an author."""

    h_index: int | None = None
    i10_index: int | None = None


class Person(BaseModel):
    """GET /authors/{id}, or one row of /authors."""

    id: str
    orcid: str | None = None
    display_name: str | None = None
    ids: dict[str, Any] = {}
    affiliations: Rows = []
    last_known_institutions: Annotated[list[dict[str, Any]] | None, BeforeValidator(_one_or_many)] = None
    topics: Rows = []
    summary_stats: Stats = Stats()
    works_count: int | None = None
    cited_by_count: int | None = None


T = TypeVar("T")


def batched(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """The values in lists of at most so many."""
    rest = iter(values)
    while batch := list(islice(rest, size)):
        yield batch


def works(filters: Iterable[str], cursor: str) -> str:
    """The query for one page of works, newest first."""
    wanted = f"works?filter={','.join(filters)}&select={WORK_FIELDS}"
    return f"{wanted}&sort=publication_date:desc&per_page={PAGE}&cursor={cursor}"


def named(kind: str, name: str) -> str:
    """The query for a topic or a source (a venue) by its name."""
    return f"{kind}?filter=display_name.search:{quote(name, safe='')}&select=id,display_name&per_page=25"


def works_by_doi(dois: Iterable[str]) -> str:
    """The query for works known by DOI."""
    return f"works?filter=doi:{'|'.join(dois)}&select={WORK_FIELDS}&per_page={PAGE}"


def authors(ids: Iterable[str]) -> str:
    """The query for several authors at once."""
    return f"authors?filter=ids.openalex:{'|'.join(ids)}&select={AUTHOR_FIELDS}&per_page={PAGE}"
