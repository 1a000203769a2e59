"""Accounts and work as columns of values the drivers take: a batch at a time, in the order of the tables' columns."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import Any, Protocol

import orjson

from storage import text as spelling
from storage.records import Evidence
from storage.store._engine import dumps
from storage.store._saving.fold import State
from storage.store._saving.rows import finite, names
from storage.tables import moment_text

Columns = list[Sequence[Any]]
_ACCOUNT = ("source", "source_id", "handle", "url", "kind", "name", "headline", "bio", "location", "company")
_account = itemgetter(*_ACCOUNT, *("open_to_work", "created_at", "expires_at", "links", "figures", "flags"))
_state = attrgetter("handle_since", "first_seen", "hash", "last_changed", "gone_at", "touched_at")
_work = itemgetter("account", "source_id", "kind", "url", "title", "text", "event_at", "started_at", "level")
_lists = itemgetter("tags", "packages", "files", "figures")
_origin = itemgetter("url", "seen_at", "spider")


class Texts(dict[datetime | None, str | None]):
    """Times already written as SQLite keeps them: those of one answer are the same object."""

    def __init__(self) -> None:
        super().__init__({None: None})

    def __missing__(self, value: datetime) -> str:
        text = self[value] = moment_text(value)
        return text


class Written(Protocol):
    """A piece of work that has to be written."""

    id: str
    hash: bytes
    first_seen: datetime | None
    evidence: Evidence | None


def account_columns(states: Sequence[State], *, lite: bool) -> Columns:
    """The whole rows of accounts, column by column."""
    when = _moments(lite=lite)
    items = [_fields(state.account) for state in states]
    source, ids, handle, url, kind, *told, open_, created, expires, links, figures, flags = _turn(map(_account, items))
    since, first, hashes, changed, gone, touched = _turn(map(_state, states))
    seen_url, seen_at, spider = _turn(_origin(item["origin"].__dict__) for item in items)
    return [
        *([state.text for state in states], source, ids, handle, list(map(spelling.handle_key, handle))),
        *(when(since), url, list(map(str, kind)), *told, open_, when(created), when(expires)),
        *(list(map(_links, links)), list(map(_figures, figures)), list(map(_flags, flags))),
        [dumps(state.markers) for state in states],
        [_names(item["observed"]) for item in items],
        *(seen_url, when(seen_at), spider, when(first), hashes, when(changed), when(gone), when(touched)),
    ]


def evidence_columns(works: Sequence[Written], *, lite: bool) -> Columns:
    """The whole rows of pieces of work, column by column."""
    when = _moments(lite=lite)
    items = [_fields(work.evidence) for work in works]
    owner, ids, kind, url, title, text, event, started, level = _turn(map(_work, items))
    tags, packages, files, figures = _turn(map(_lists, items))
    seen_url, seen_at, spider = _turn(_origin(item["origin"].__dict__) for item in items)
    return [
        *([work.id for work in works], list(map(str, owner)), ids, kind, url, title, text),
        *(when(event), when(started), list(map(int, level))),
        *(list(map(_plain, tags)), list(map(_plain, packages)), list(map(_plain, files)), list(map(_figures, figures))),
        *(seen_url, when(seen_at), spider, when([work.first_seen for work in works]), [work.hash for work in works]),
    ]


def _fields(record: Any) -> dict[str, Any]:
    fields: dict[str, Any] = record.__dict__
    return fields


def _turn(rows: Iterable[Any]) -> list[tuple[Any, ...]]:
    return list(zip(*rows, strict=True))


def _moments(*, lite: bool) -> Callable[[Sequence[Any]], Sequence[Any]]:
    texts = Texts()
    return (lambda column: list(map(texts.__getitem__, column))) if lite else (lambda column: column)


def _links(links: Sequence[Any]) -> str:
    return dumps([link.__dict__ for link in links]) if links else "[]"


def _figures(figures: Mapping[str, float]) -> str:
    text = orjson.dumps(figures)
    # JSON has no word for infinite figures and those that are no number: they are left out.
    return dumps(finite(figures)) if b"null" in text else text.decode()


def _flags(flags: Sequence[str]) -> str:
    return dumps(sorted(flags)) if flags else "[]"


def _plain(values: Sequence[str]) -> str:
    return dumps(values) if values else "[]"


@lru_cache(maxsize=256)
def _names(observed: frozenset[str]) -> str:
    return dumps(names(observed))
