"""Semantic Scholar: a second opinion on who wrote a paper, and the homepage some authors give there."""

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel, RootModel

from spiders._reading.clean import each
from spiders._research.openalex import orcid_of
from storage.text import match_key

AT_ONCE = 100  # papers per call; up to 500 are allowed
FIELDS = "externalIds,authors.authorId,authors.name,authors.homepage,authors.externalIds,authors.hIndex"


class Author(BaseModel):
    """One author of a paper, in the order of the paper."""

    authorId: str | None = None  # noqa: N815 - the source's spelling
    name: str | None = None
    homepage: str | None = None
    externalIds: dict[str, Any] | None = None  # noqa: N815 - the source's spelling

    @property
    def orcid(self) -> str | None:
        """The ORCID, where one is known."""
        return orcid_of((self.externalIds or {}).get("ORCID"))


class Paper(BaseModel):
    """One paper; the answer holds null for papers that are not known."""

    authors: list[dict[str, Any]] = []


class Papers(RootModel[list[dict[str, Any] | None]]):
    """POST /paper/batch."""


def homepages(paper: dict[str, Any] | None, names: Sequence[str | None]) -> Iterator[tuple[int, str]]:
    """(place, homepage) of authors who stand at the same place of the list under the same last word of their name."""
    if paper is None:
        return
    authors = list(each(Author, next(each(Paper, [paper], lambda _: None), Paper()).authors, lambda _: None))
    if len(authors) != len(names):
        return
    for place, (author, name) in enumerate(zip(authors, names, strict=True)):
        if author.homepage and _last(author.name) == _last(name) != "":
            yield place, author.homepage


def _last(name: str | None) -> str:
    return match_key(name or "").rpartition(" ")[2]
