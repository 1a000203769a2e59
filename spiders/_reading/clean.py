"""Texts and addresses on their way into a record: display form and the limits that hold for every source.

Limits are code points, those of the product's table for hostile input; longer texts are cut, longer addresses
are left out.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from spiders._reading.fields import tolerant
from storage import text
from storage.records import Claim, Link

NAME = 200
LOCATION = 200
COMPANY = 200
HANDLE = 100
TAG = 100
HEADLINE = 300
TITLE = 300
BIO = 4_000
EXCERPT = 4_000  # text of one piece of evidence
FREE_TEXT = 20_000  # read, never kept whole
LINKS = 50  # addresses kept of one person's page
TAGS = 100  # tags kept of one piece of evidence

KEPT_FLAGS = frozenset({"mixed_script"})  # what the reader of a record must know; the rest was only cleaned away

Count = Callable[[str], object]
Model = TypeVar("Model", bound=BaseModel)


def each(model: type[Model], rows: Iterable[Mapping[str, Any]], count: Count) -> Iterator[Model]:
    """Rows of an answer as records; an unfit field becomes unknown, an unfit row is left out, both go to `count`."""
    for row in rows:
        try:
            record, unfit = tolerant(model, row)
        except ValidationError:
            count(f"unreadable_row:{model.__name__}")
            continue
        for name in unfit:
            count(f"unfit_field:{name}")
        yield record


def clean(value: str | None, limit: int) -> str | None:
    """One line in display form; None for what holds nothing to show."""
    return text.display(value, limit=limit)[0] or None if value else None


def clean_lines(value: str | None, limit: int) -> str | None:
    """Several lines in display form; None for what holds nothing to show."""
    return text.display(value, limit=limit, lines=True)[0] or None if value else None


def clean_tags(values: Iterable[str | None]) -> tuple[str, ...]:
    """Tags as the source spells them, each once, in their order, at most `TAGS`."""
    tags = (clean(value, TAG) for value in values)
    return tuple(dict.fromkeys(tag for tag in tags if tag))[:TAGS]


def flags_of(*values: str | None) -> tuple[str, ...]:
    """What a reader must be told of these texts (`mixed_script`, `instruction_like_text`), sorted."""
    told = [value for value in values if value]
    found = {flag for value in told for flag in text.display(value, limit=FREE_TEXT)[1]} & KEPT_FLAGS
    found |= {text.INSTRUCTION_LIKE} if any(map(text.has_instructions, told)) else set()
    return tuple(sorted(found))


def web_link(url: str | None, claim: Claim, field: str, count: Count = lambda _: None) -> Link | None:
    """A published address as a link; one that is no web address goes to `count` and is left out."""
    if not url or not url.strip():
        return None
    address = text.web_address(url)
    if address is None:
        count("link_rejected")
        return None
    return Link(url=address, claim=claim, field=field)


def web_links(urls: Iterable[str], claim: Claim, field: str, count: Count = lambda _: None) -> tuple[Link, ...]:
    """Published addresses as links, each once, in their order, at most `LINKS`; the rest goes to `count`."""
    found = dict.fromkeys(urls)
    links = [link for url in list(found)[:LINKS] if (link := web_link(url, claim, field, count))]
    for _ in list(found)[LINKS:]:
        count("links_over_limit")
    return tuple(links)
