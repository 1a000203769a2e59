"""What the mark-up of a page says: cards of people, own accounts, pages worth a second request.

mf2py reads microformats, extruct reads JSON-LD and microdata; what they return is taken leniently, since
every shape can be met. Nothing is decided here: whose a card is, `owner` says.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml.etree import LxmlError
from scrapy.http import HtmlResponse, Response, TextResponse

from spiders._reading.clean import FREE_TEXT, LINKS
from spiders._reading.shape import loads
from storage.errors import Unreadable

DEPTH = 64  # levels of JSON that are read
PEOPLE = 40  # cards of one page that are looked at
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BLANK: tuple[object, ...] = (None, "", [], {})


@dataclass(frozen=True, slots=True)
class Card:
    """One person as one piece of mark-up describes them; texts as they came."""

    markup: str  # h-card, schema.org, json-resume
    name: str | None = None
    headline: str | None = None
    company: str | None = None
    location: str | None = None
    note: str | None = None
    skills: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()  # of a résumé: "position, company, from – to"


@dataclass(frozen=True, slots=True)
class Marks:
    """Everything of interest on one page."""

    url: str
    title: str = ""
    cards: tuple[Card, ...] = ()
    rel_me: tuple[str, ...] = ()
    anchors: tuple[str, ...] = ()  # plain links to other hosts
    about: str | None = None  # same host
    resume: str | None = None  # same host
    words: str = field(default="", repr=False)  # what is to be seen, line by line


def read_page(response: Response) -> Marks:
    """Read one page; Unreadable if it is no HTML or too tangled to be read."""
    if not isinstance(response, HtmlResponse):
        raise Unreadable("no_page", (response.headers.get("Content-Type") or b"").decode("latin-1")[:100])
    try:
        return _read(_printable(response))
    except (RecursionError, MemoryError) as error:
        raise Unreadable("too_deep", response.url) from error
    except ValueError as error:  # names of attributes that lxml reads and cannot give back
        raise Unreadable("no_page", str(error)[:100]) from error


def _printable(response: HtmlResponse) -> HtmlResponse:
    """The page without control characters, which no mark-up may hold."""
    if not _CONTROL.search(response.text):
        return response
    return response.replace(body=_CONTROL.sub("", response.text).encode("utf-8", "replace"), encoding="utf-8")


def _read(response: HtmlResponse) -> Marks:
    anchors = [(url, a) for a in response.xpath("//a[@href]")[:2_000] if (url := join(response.url, a.attrib["href"]))]
    here = urlsplit(response.url).hostname
    inner = [url for url, _ in anchors if urlsplit_host(url) == here]
    return Marks(
        url=response.url,
        title=str(response.xpath("string(//title)").get() or "")[:300],
        cards=tuple([*_microformats(_items_of(response)), *_schema(response)][:PEOPLE]),
        rel_me=tuple(_web(_rel_me(response))),
        anchors=tuple(dict.fromkeys(url for url, _ in anchors if urlsplit_host(url) not in (here, None)))[:500],
        about=_first(inner, ("about", "about-me", "bio", "cv", "resume")),
        resume=next((url for url in inner if urlsplit(url).path.endswith("resume.json")), None),
        words=_words(response),
    )


def _items_of(response: HtmlResponse) -> list[Any]:
    import mf2py  # type: ignore[import-untyped]  # ships no types

    try:
        items: list[Any] = mf2py.parse(doc=response.text, url=response.url, html_parser="lxml")["items"]
    except (ValueError, LookupError, TypeError, AttributeError):  # one address nobody can parse is enough for it
        return []
    return items


def _words(response: HtmlResponse) -> str:
    from html_text import extract_text

    try:
        return str(extract_text(response.text))[:FREE_TEXT]
    except (ValueError, LxmlError):
        return ""


def _rel_me(response: HtmlResponse) -> list[str]:
    marked = response.xpath("//a[@href][@rel] | //link[@href][@rel]")[:2_000]
    urls = (join(response.url, one.attrib["href"]) for one in marked if "me" in one.attrib["rel"].lower().split())
    return [url for url in urls if url]


def join(base: str, url: str) -> str | None:
    """An address of a page made absolute; None for what nobody can parse."""
    try:
        return urljoin(base, url.strip())
    except ValueError:
        return None


def urlsplit_host(url: str) -> str | None:
    """The host of an address, None if it has none or is broken."""
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _first(urls: Iterable[str], names: tuple[str, ...]) -> str | None:
    for url in urls:
        last = urlsplit(url).path.rstrip("/").rpartition("/")[2].lower()
        if last.removesuffix(".html").removesuffix(".htm") in names:
            return url.partition("#")[0]
    return None


# --- microformats ------------------------------------------------------------------------------------------


def _microformats(items: list[Any]) -> Iterator[Card]:
    for item in _items(items):
        if "h-card" in item.get("type", ()):
            yield _h_card(item.get("properties", {}))


def _items(items: object, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    if isinstance(items, list) and depth < DEPTH:
        for item in items:
            if isinstance(item, Mapping) and "type" in item:
                yield item
                yield from _items(item.get("children"), depth + 1)
                yield from _items(item.get("properties", {}).get("author"), depth + 1)


def _h_card(said: Mapping[str, list[Any]]) -> Card:
    return Card(
        markup="h-card",
        name=_text(said.get("name")),
        headline=_text(said.get("job-title")) or _text(said.get("role")),
        company=_text(said.get("org")),
        location=_place(*(said.get(part) for part in ("locality", "region", "country-name"))),
        note=_text(said.get("note")),
        skills=tuple(_texts(said.get("category"))),
        links=tuple(_web([*_texts(said.get("url")), *_texts(said.get("uid"))])),
    )


# --- schema.org --------------------------------------------------------------------------------------------


def _schema(response: TextResponse) -> Iterator[Card]:
    from extruct.jsonld import JsonLdExtractor  # type: ignore[import-untyped]  # ships no types
    from extruct.w3cmicrodata import MicrodataExtractor  # type: ignore[import-untyped]  # ships no types

    scripts = response.xpath('//script[@type="application/ld+json"]').getall()[:PEOPLE]
    tried = [(JsonLdExtractor(), script) for script in scripts] + [(MicrodataExtractor(), response.text)]
    for extractor, markup in tried:
        try:
            found = extractor.extract(markup, base_url=response.url)
        except (ValueError, LookupError, TypeError, AttributeError, LxmlError):  # whatever broken mark-up provokes
            continue
        for node in _people(found):
            yield _person(node, response.url)


def _people(value: object, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """All nodes of type Person, wherever they hang (@graph, author, mainEntity …)."""
    if depth > DEPTH:
        return
    if isinstance(value, Mapping):
        # Microdata keeps the fields one level lower than JSON-LD.
        inner = value.get("properties")
        node = {**value, **inner} if isinstance(inner, Mapping) else value
        if "Person" in {_short(kind) for kind in _list(node.get("@type") or node.get("type"))}:
            yield node
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            if isinstance(one, Mapping | list):
                yield from _people(one, depth + 1)


def _person(said: Mapping[str, Any], base: str) -> Card:
    address = next((one for one in _list(said.get("address")) if isinstance(one, Mapping)), {})
    address = {**address, **(address.get("properties") or {})} if isinstance(address, Mapping) else {}
    parts = (address.get(name) for name in ("addressLocality", "addressRegion", "addressCountry"))
    links = [*_texts(said.get("sameAs")), *_texts(said.get("url"))]
    return Card(
        markup="schema.org",
        name=_text(said.get("name")),
        headline=_text(said.get("jobTitle")),
        company=_text(said.get("worksFor")) or _text(said.get("affiliation")),
        location=_place(*parts) or _text(said.get("homeLocation")),
        note=_text(said.get("description")),
        skills=tuple(_texts(said.get("knowsAbout"))),
        links=tuple(_web(url for link in links if (url := join(base, link)))),
    )


# --- JSON Resume -------------------------------------------------------------------------------------------


def read_resume(response: Response) -> Card:
    """Read a JSON Résumé (jsonresume.org); Unreadable if it is none."""
    try:
        said = loads(response.body)
    except Unreadable as error:
        raise Unreadable("no_resume", str(error)[:200]) from error
    basics = said.get("basics") if isinstance(said, Mapping) else None
    if not isinstance(basics, Mapping):
        raise Unreadable("no_resume", "basics is missing")
    where = basics.get("location")
    place = where if isinstance(where, Mapping) else {}
    profiles = [row.get("url") for row in _list(basics.get("profiles")) if isinstance(row, Mapping)]
    return Card(
        markup="json-resume",
        name=_text(basics.get("name")),
        headline=_text(basics.get("label")),
        company=_present(_list(said.get("work"))),
        location=_place(*(place.get(part) for part in ("city", "region", "countryCode"))),
        note=_text(basics.get("summary")),
        skills=tuple(_skills(_list(said.get("skills")))),
        links=tuple(_web([*_texts(profiles), *_texts(basics.get("url"))])),
        jobs=tuple(_jobs(_list(said.get("work")))),
    )


def _present(work: list[Any]) -> str | None:
    rows = [row for row in work if isinstance(row, Mapping) and row.get("endDate") in _BLANK]
    return _text(rows[0].get("name") or rows[0].get("company")) if rows else None


def _skills(rows: list[Any]) -> Iterator[str]:
    for row in rows:
        if isinstance(row, Mapping):
            yield from _texts([row.get("name"), *_list(row.get("keywords"))])


def _jobs(rows: list[Any]) -> Iterator[str]:
    for row in rows[:30]:
        if isinstance(row, Mapping):
            years = " – ".join(str(row.get(name) or "")[:4] for name in ("startDate", "endDate")).strip(" –")
            named = [row.get("position"), row.get("name") or row.get("company"), years]
            yield ", ".join(_texts(named))


# --- values of any shape -----------------------------------------------------------------------------------


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value in _BLANK else [value]


def _texts(value: object) -> list[str]:
    """The texts of a value: itself, its items, the name (or value) of an object."""
    found = []
    for one in _list(value)[: 2 * LINKS]:
        if isinstance(one, Mapping):
            one = one.get("value") or one.get("name") or one.get("@id") or (one.get("properties") or {}).get("name")  # noqa: PLW2901 - the object gives way to its text
            one = one[0] if isinstance(one, list) and one else one  # noqa: PLW2901 - same
        if isinstance(one, str) and one.strip():
            found.append(one.strip())
    return found


def _text(value: object) -> str | None:
    return next(iter(_texts(value)), None)


def _place(*parts: object) -> str | None:
    named = dict.fromkeys(part for part in map(_text, parts) if part)
    return ", ".join(named) or None


def _short(kind: object) -> str:
    return str(kind).rpartition("/")[2].rpartition(":")[2]


def _web(urls: Iterable[str]) -> Iterator[str]:
    return (url for url in dict.fromkeys(urls) if url.lower().startswith(("http://", "https://")))
