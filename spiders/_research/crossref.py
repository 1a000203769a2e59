"""Crossref: whether an ORCID beside an author's name was confirmed by the person when the paper was sent in."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field

from spiders._reading.clean import each
from spiders._research.about import CROSSREF_AT_ONCE
from spiders._research.openalex import orcid_of


def _truth(value: Any) -> bool:
    return value is True or str(value).casefold() == "true"


class Author(BaseModel):
    """One author of a work; "authenticated-orcid" is a boolean or, in older answers, a word."""

    orcid: str | None = Field(None, alias="ORCID")
    authenticated: Annotated[bool, BeforeValidator(_truth)] = Field(False, alias="authenticated-orcid")


class Item(BaseModel):
    """One work."""

    doi: str = Field(alias="DOI")
    author: list[dict[str, Any]] = []


class Message(BaseModel):
    """The part of the answer that matters."""

    items: list[dict[str, Any]]


class Listed(BaseModel):
    """GET /works?filter=doi:…"""

    message: Message


class One(BaseModel):
    """GET /works/{doi}."""

    message: Item


def query(dois: Iterable[str], contact: str) -> str:
    """The call for several works at once; `contact` opens the polite pool."""
    filters = ",".join(f"doi:{doi}" for doi in dois)
    polite = f"&mailto={contact}" if contact else ""
    return f"works?filter={filters}&select=DOI,author&rows={CROSSREF_AT_ONCE}{polite}"


def confirmed(items: Iterable[dict[str, Any]]) -> Iterator[str]:
    """ORCIDs confirmed by their owners on any of these works."""
    for item in each(Item, items, lambda _: None):
        for author in each(Author, item.author, lambda _: None):
            if author.authenticated and (orcid := orcid_of((author.orcid or "").replace("http://", "https://"))):
                yield orcid
