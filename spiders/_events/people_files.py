"""Speaker files kept in git: one Markdown file per person with a head of fields, and a list of talks in YAML."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, Field

from spiders._events.addresses import SITES, address
from spiders._events.programme import Speaker, Talk, moment
from spiders._reading.clean import FREE_TEXT, Count, each
from storage.errors import Unreadable

LIST = 2_000_000  # bytes of a list of talks that are read
_HEAD = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.{0,8000}?)\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_ALGORITHMS = {40: "sha1", 64: "sha256"}
_DIGEST = re.compile(r"[0-9a-f]+")
_NAMES = ("title", "name", "full_name", "fullname")
_ADDRESSES = (*SITES, "web", "website", "homepage", "url", "blog", "mastodon", "bluesky", "youtube", "scholar")


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Text = Annotated[str, BeforeValidator(_as_text)]


class Entry(BaseModel):
    """GET git/trees: one file."""

    path: str
    type: str
    sha: str


class Tree(BaseModel):
    """GET /repos/{owner}/{name}/git/trees/{branch}?recursive=1."""

    sha: str
    tree: list[dict[str, Any]]
    truncated: bool = False


class Row(BaseModel):
    """One talk of the list."""

    title: Text
    time: datetime | date | None = None
    speakers: list[Text] = []
    type: Text = ""
    link: Text | None = None
    youtube: Text | None = None
    draft: bool = False


class Head(BaseModel):
    """The fields of a person's file that are not addresses."""

    short: Text | None = None
    company: Text | None = None
    affiliation: Text | None = None
    role: Text | None = Field(None, alias="position")


def digest(body: bytes, listed: str) -> str:
    """The name git gives a file, in the form the listing has it; as listed where that is no whole digest.

    gitformat-pack(5) and git-hash-object(1): the hash of "blob", the length, a zero byte, and the content.
    """
    algorithm = _ALGORITHMS.get(len(listed))
    if algorithm is None or not _DIGEST.fullmatch(listed):
        return listed
    return hashlib.new(algorithm, b"blob %d\0%b" % (len(body), body)).hexdigest()


def person(text: str, stem: str, repository: str, url: str, mark: Mapping[str, str], count: Count) -> Speaker:
    """The speaker of one file; Unreadable without a head or a name."""
    found = _HEAD.match(text[:FREE_TEXT])
    if found is None:
        raise Unreadable("no_head", f"{stem} holds no fields between two lines of ---")
    fields = _fields(found[1])
    name = next((str(fields[field]) for field in _NAMES if fields.get(field)), None)
    if name is None:
        raise Unreadable("no_name", f"{stem} names nobody")
    head = next(each(Head, [fields], count), Head.model_validate({}))
    own = head.short or stem
    return Speaker(
        id=person_id(repository, own),
        handle=own,
        url=url,
        name=name,
        headline=head.role,
        bio=text[found.end() : FREE_TEXT],
        company=head.company or head.affiliation,
        stated=tuple(_stated(fields)),
        mark=tuple(mark.items()),
    )


def person_id(repository: str, own: str) -> str:
    """The id of a person within a repository."""
    return f"{repository.casefold()}/{own.casefold()}"


def talks(text: str, repository: str, url: str, count: Count) -> Iterator[Talk]:
    """The talks of a list; Unreadable if it is none. Drafts and rows without people are left out."""
    rows = _parsed(text)
    if not isinstance(rows, list):
        raise Unreadable("unexpected_shape", "the list of talks is no list")
    for row in each(Row, (row for row in rows if isinstance(row, dict)), count):
        if row.speakers and not row.draft:
            yield _talk(row, repository, url)


def _talk(row: Row, repository: str, url: str) -> Talk:
    at = row.time if isinstance(row.time, datetime) else datetime.combine(row.time, time()) if row.time else None
    named = hashlib.sha256(f"{row.title}|{at}".encode()).hexdigest()[:16]
    return Talk(
        id=f"{repository.casefold()}/{named}",
        title=row.title,
        url=row.youtube or row.link or url,
        speakers=tuple(dict.fromkeys(person_id(repository, one) for one in row.speakers)),
        at=moment(at),
        form=row.type,
    )


def _fields(head: str) -> dict[str, Any]:
    found = _parsed(head)
    return {str(name).casefold(): value for name, value in found.items()} if isinstance(found, dict) else {}


def _parsed(text: str) -> Any:
    """YAML without aliases, which can make a small file a huge one."""
    if len(text) > LIST:
        raise Unreadable("too_large", f"{len(text)} characters of YAML")
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.CSafeLoader)):
            raise Unreadable("yaml_alias", "aliases are not read")
        return yaml.load(text, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise Unreadable("unexpected_shape", str(error).splitlines()[0][:300]) from error


def _stated(fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for field in _ADDRESSES:
        for value in _texts(fields.get(field)):
            yield field, address(field, value)


def _texts(value: Any) -> Iterable[str]:
    values = value if isinstance(value, list) else [value]
    return [str(one).strip() for one in values if isinstance(one, str | int) and str(one).strip()]
