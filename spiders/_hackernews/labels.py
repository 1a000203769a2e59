"""The labelled lines of a post: "Location: Berlin", in any order, case and spelling."""

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz, process

from spiders._hackernews.markup import without_addresses
from storage.text import match_key


class Label(StrEnum):
    """What a labelled line speaks of."""

    LOCATION = "location"
    REMOTE = "remote"
    RELOCATION = "relocation"
    TECHNOLOGIES = "technologies"
    RESUME = "resume"
    LINK = "link"
    ROLE = "role"
    CONTACT = "contact"  # never stored
    PRIVATE = "private"  # never stored: pay, age, nationality …
    OTHER = "other"  # known, of no use here; keeps look-alikes from being taken for one of the above


SPELLINGS: dict[Label, tuple[str, ...]] = {
    Label.LOCATION: ("location", "current location", "based in", "base", "city", "where"),
    Label.REMOTE: ("remote", "remote work", "remote ok", "open to remote"),
    Label.RELOCATION: ("willing to relocate", "relocate", "relocation", "open to relocation", "open to relocate"),
    Label.TECHNOLOGIES: (
        *("technologies", "technology", "tech", "tech stack", "technical stack", "stack", "skills", "keywords"),
        *("technical skills", "core skills", "skills and technologies", "technologies and skills", "tools"),
        *("programming languages", "technologies skills", "skillset", "expertise"),
    ),
    Label.RESUME: ("resume cv", "cv resume", "resume", "cv", "curriculum vitae", "resume cv linkedin"),
    Label.LINK: (
        *("linkedin", "linked in", "github", "gitlab", "kaggle", "huggingface", "website", "personal website"),
        *("personal site", "web site", "homepage", "portfolio", "blog", "site", "web", "links", "dev links"),
        *("stack overflow", "stackoverflow", "google scholar", "scholar", "orcid", "twitter", "mastodon"),
        *("website github", "github linkedin", "linkedin github", "website github google scholar"),
        *("my public key", "keybase"),
    ),
    Label.ROLE: ("role", "roles", "desired position", "position", "title", "job title", "seeking", "desired role"),
    Label.CONTACT: (
        *("email", "e mail", "mail", "gmail", "contact", "contact info", "email address", "phone", "telephone"),
        *("mobile", "tel", "whatsapp", "telegram", "skype", "discord", "signal", "wechat"),
    ),
    Label.PRIVATE: (
        *("compensation", "salary", "salary expectation", "expected salary", "rate", "hourly rate", "age", "gender"),
        *("pronouns", "nationality", "citizenship", "visa", "visa status", "work authorization", "date of birth"),
    ),
    Label.OTHER: ("willing to travel", "willing to travel for work", "languages", "availability", "timezone"),
}
_LABELS = {spelling: label for label, spellings in SPELLINGS.items() for spelling in spellings}
_FUZZY = [spelling for spelling in _LABELS if len(spelling) >= 6]
_LIKENESS = 84  # percent; "techonologies" and "locaton" pass, "willing to travel" for "willing to relocate" does not
_MARKS = r"\s*_•·–—>#\[\]+-"
_LINE = re.compile(rf"^[{_MARKS}]{{0,12}}([^:;=\n|]{{2,40}}?)[\s*_\])]{{0,4}}(?:[:;=]|\s[-–—]\s)[\s*_-]{{0,4}}(.*)$")
_PIPE = re.compile(r"\s[|•]\s")


class Line(NamedTuple):
    """One line of a post; without a known label all of it is `value`."""

    label: Label | None
    spelling: str  # the label's normal form, "resume cv"
    value: str
    bullet: bool


@lru_cache(maxsize=4096)
def known(label: str) -> tuple[Label, str] | None:
    """The meaning and normal form of a label as written; None if it is none of ours."""
    key = match_key(label)
    if key in _LABELS:
        return _LABELS[key], key
    if len(key) < 5:
        return None
    near = process.extractOne(key, _FUZZY, scorer=fuzz.ratio, score_cutoff=_LIKENESS)
    return (_LABELS[near[0]], near[0]) if near else None


def read(lines: list[str]) -> Iterator[Line]:
    """Each line with its label; several labelled fields in one line are taken apart."""
    for line in lines:
        for part in _parts(line):
            yield _labelled(part)


def _parts(line: str) -> list[str]:
    parts = _PIPE.split(line)
    if len(parts) > 1 and sum(_labelled(part).label is not None for part in parts) > 1:
        return parts
    return [line]


def _labelled(line: str) -> Line:
    bullet = line.lstrip()[:1] in tuple("-*•·–—+")
    match = _LINE.match(line)
    # The colon of "https://" ends no label.
    if match and not match[2].startswith("//") and (meaning := known(match[1])):
        return Line(*meaning, match[2].strip(), bullet)
    return Line(None, "", line.strip(), bullet)


def words_only(value: str) -> str:
    """A value without addresses and decoration."""
    return without_addresses(value).strip(" \t*_|-–—,;")
