"""One top-level post of a "Who wants to be hired?" thread: what its author says, or why it is no candidate."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile

from spiders._hackernews import labels, markup, technologies
from spiders._hackernews.labels import Label, Line
from spiders._reading.clean import (
    EXCERPT,
    HEADLINE,
    LOCATION,
    Count,
    clean,
    clean_lines,
    clean_tags,
    flags_of,
    web_links,
)
from spiders._reading.contacts import SEE_POST, without_contacts
from storage.records import Claim, Link
from storage.text import no_recruiters

# Someone who took the post back says so in a few words in its place, or in an "Edit:" line.
_TAKEN_BACK = re.compile(
    r"\b(?:no longer (?:looking|available|searching|on the market)"
    r"|(?:found|accepted|got|signed|landed) (?:a |an |my )?(?:new )?(?:job|position|role|offer|gig)"
    r"|(?:job|position|role) (?:found|filled)|(?:got|been|was) hired|off the market)\b",
    re.IGNORECASE,
)
_EMPTIED = re.compile(
    r"^\W{0,4}(?:this )?(?:post |comment |info |details |contents? )?(?:is |was |has been )?"
    r"(?:removed|deleted|redacted|withdrawn|dead|flagged)\b",
    re.IGNORECASE,
)
_EDIT = re.compile(r"^\W{0,4}(?:edit|update|upd|edited|updated)\b", re.IGNORECASE)
_SPEAKS_OF_SELF = re.compile(r"\b(?:i am|i'm|i’m|my name|i have|i've|i’ve|i work|my background)\b", re.IGNORECASE)
# One of these makes a post an application; employers and tool makers who post here use none of them.
ASKS_FOR_WORK = frozenset({Label.LOCATION, Label.REMOTE, Label.RELOCATION, Label.RESUME})
SHORT = 300  # code points
HEADLINE_SHORT = 120
HANDLES = {"github": "https://github.com/", "gitlab": "https://gitlab.com/", "kaggle": "https://www.kaggle.com/"}
_HANDLE = re.compile(r"^@?([A-Za-z0-9][A-Za-z0-9_-]{0,38})$")


@dataclass(frozen=True, slots=True)
class Post:
    """The fields of a post, in display form; what was not said is None or empty."""

    location: str | None
    headline: str | None
    technologies: tuple[str, ...]
    links: tuple[Link, ...]
    flags: tuple[str, ...]
    excerpt: str | None


class NoCandidate(Exception):
    """A post that gives no candidate; `str()` is the reason for the counter."""


def read(text: str, count: Count = lambda _: None) -> Post:
    """Read a post's markup; NoCandidate says "removed_by_author" or "no_candidate"."""
    lines = _with_continuations(labels.read(markup.lines(text)))
    if _taken_back(lines):
        raise NoCandidate("removed_by_author")
    plain = "\n".join(line.value for line in lines)
    if not any(line.label in ASKS_FOR_WORK for line in lines) and not _SPEAKS_OF_SELF.search(plain):
        raise NoCandidate("no_candidate")
    location = clean(_public(labels.words_only(_first(lines, Label.LOCATION))), LOCATION)
    headline = clean(_public(_headline(lines)), HEADLINE)
    return Post(
        location=location,
        headline=headline,
        technologies=clean_tags(tag for tag in _technologies(lines) if "@" not in tag),
        links=links_of(lines, "post", count),
        flags=tuple(sorted({*_flags(lines, plain), *flags_of(location, headline)})),
        excerpt=clean_lines(_excerpt(lines), EXCERPT),
    )


def links_of(lines: Iterable[Line], field: str, count: Count = lambda _: None) -> tuple[Link, ...]:
    """Addresses of a text: labelled or alone in their line they are claimed, in prose only mentioned."""
    found: dict[str, Link] = {}
    for line in lines:
        if line.label in (Label.CONTACT, Label.PRIVATE):
            continue
        claim = Claim.CLAIMED if line.label in (Label.RESUME, Label.LINK) or _alone(line) else Claim.MENTIONED
        where = "resume" if line.label is Label.RESUME else field
        for link in web_links(_addresses(line, bare=claim is Claim.CLAIMED), claim, where, count):
            known = found.get(link.url)
            if known is None or (known.claim is Claim.MENTIONED and link.claim is Claim.CLAIMED):
                found[link.url] = link
    return tuple(found.values())


def _addresses(line: Line, *, bare: bool) -> Iterator[str]:
    value = without_contacts(line.value)
    handle = _HANDLE.match(value.strip())
    if handle and line.spelling in HANDLES:
        yield HANDLES[line.spelling] + handle[1]
    else:
        yield from markup.addresses(value, bare=bare)


def _alone(line: Line) -> bool:
    if line.label is not None or SEE_POST in without_contacts(line.value):
        return False
    value = line.value.strip(" -*•")
    return " " not in value and bool(markup.addresses(value, bare=True))


def _with_continuations(lines: Iterable[Line]) -> list[Line]:
    """A label with nothing behind it takes the list, or the one line, below it."""
    rest, done = [line for line in lines if line.value or line.label], []
    while rest:
        line = rest.pop(0)
        if line.label is not None and not line.value:
            below = _below(rest)
            del rest[: len(below)]
            separator = ", " if line.label is Label.TECHNOLOGIES else " "
            line = line._replace(value=separator.join(item.value.lstrip("-*•·–—+ ") for item in below))
        done.append(line)
    return done


def _below(rest: list[Line]) -> list[Line]:
    bullets = list(takewhile(lambda line: line.label is None and line.bullet, rest))
    return bullets or [line for line in rest[:1] if line.label is None]


def _first(lines: Iterable[Line], label: Label) -> str:
    return next((line.value for line in lines if line.label is label and line.value), "")


def _technologies(lines: Iterable[Line]) -> Iterator[str]:
    for line in lines:
        if line.label is Label.TECHNOLOGIES:
            yield from technologies.split(without_contacts(markup.without_addresses(line.value)).replace(SEE_POST, ""))


def _headline(lines: list[Line]) -> str:
    """The role asked for, else a short first line that stands before the labels."""
    role = labels.words_only(_first(lines, Label.ROLE))
    if role:
        return role
    top = lines[0] if lines else None
    if top is None or top.label is not None or len(lines) < 2 or len(top.value) > HEADLINE_SHORT:
        return ""
    return labels.words_only(top.value)


def _public(value: str) -> str:
    return without_contacts(value).replace(SEE_POST, "").strip()


def _taken_back(lines: list[Line]) -> bool:
    plain = "\n".join(line.value for line in lines)
    if not any(line.label for line in lines) and len(plain) <= SHORT:
        return not plain.strip() or bool(_TAKEN_BACK.search(plain) or _EMPTIED.match(plain))
    return any(_EDIT.match(line.value) and _TAKEN_BACK.search(line.value) for line in lines)


def _flags(lines: list[Line], plain: str) -> Iterator[str]:
    remote, relocation = _first(lines, Label.REMOTE).casefold(), _first(lines, Label.RELOCATION).casefold()
    if remote:
        yield f"remote_{_remote(remote)}"
    if relocation:
        yield f"relocation_{_answer(relocation)}"
    if no_recruiters(plain):
        yield "no_recruiters"


_NO = re.compile(r"^\W{0,3}(?:no\b|nope|not\b|never|n/a|unlikely|none)")
_MAYBE = re.compile(r"\b(?:maybe|possibly|perhaps|depends|depending|for the right|open to|potentially|negotiable|if)\b")
_ONLY = re.compile(r"\b(?:only|required|must|exclusively|fully|100\s?%)|100\s?%")
_HYBRID = re.compile(r"\bhybrid\b")


def _remote(value: str) -> str:
    if _NO.match(value):
        return "no"
    if _ONLY.search(value):
        return "only"
    return "hybrid" if _HYBRID.search(value) else "yes"


def _answer(value: str) -> str:
    if _NO.match(value):
        return "no"
    return "maybe" if _MAYBE.search(value) else "yes"


def _excerpt(lines: Iterable[Line]) -> str:
    """The post without contacts and without the lines that are never stored."""
    kept = (
        f"{line.spelling.capitalize()}: {line.value}" if line.label else line.value
        for line in lines
        if line.label not in (Label.CONTACT, Label.PRIVATE)
    )
    return without_contacts("\n".join(kept))
