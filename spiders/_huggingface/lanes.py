"""Targets of lanes, and the addresses of the lists they mean."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from spiders._huggingface.answers import Repo

KINDS = ("models", "spaces", "datasets")
_PARAMETERS = {"filter": "filter", "search": "search", "pipeline_tag": "pipeline_tag", "library": "filter"}
_SORTS = {"fresh": "lastModified", "best": "likes"}
Query = list[tuple[str, str]]


def wanted(kind: str, target: str, forms: Mapping[str, str]) -> Query | None:
    """What a target asks for: a task ("text-ranking") or one parameter ("search=agents"); None: not understood.

    `forms` spells for each kind how a task is asked for: "pipeline_tag={}".
    """
    name, equals, value = target.strip().partition("=")
    if equals:
        return [(_PARAMETERS[name], value.strip())] if name in _PARAMETERS and value.strip() else None
    if not name or " " in name:
        return None
    parameter, _, form = forms[kind].partition("=")
    return [(parameter, form.format(name))]


def listing(
    api: str, kind: str, query: Query, *, order: str, fields: Iterable[str], page: int, descending: str = "direction=-1"
) -> str:
    """The first page of a list, the most recently changed ("fresh") or the best liked ("best") first."""
    asked = [*query, ("sort", _SORTS[order]), *parse_qsl(descending), ("limit", str(page))]
    return f"{api}/{kind}?{urlencode([*asked, *(('expand', name) for name in fields)])}"


def is_ascending(repos: Sequence[Repo]) -> bool:
    """Whether a list that should begin with what changed last ends with it."""
    times = [repo.last_modified for repo in repos if repo.last_modified]
    return len(times) > 1 and times[0] < times[-1]


@dataclass(slots=True)
class Walk:
    """How far one list of a lane was read tonight."""

    lane: str
    kind: str
    order: str
    mark: datetime | None  # what was changed before it was seen on an earlier night
    pages: int  # that may still be asked for
    newest: datetime | None = None

    def saw(self, changed: datetime | None) -> bool:
        """Take note of an item; False for one of an earlier night."""
        if changed is not None:
            self.newest = max(changed, self.newest or changed)
        return self.order != "fresh" or self.mark is None or changed is None or changed >= self.mark


@dataclass(slots=True)
class LaneMemory:
    """What a lane keeps: how far the fresh list was read, and when the best were listed."""

    fresh: str = ""
    best_at: str = ""
    complete: bool = False  # whether the fresh list was read down to its mark

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> "LaneMemory":
        """From what the Store kept."""
        return cls(str(state.get("fresh", "")), str(state.get("best_at", "")), bool(state.get("complete", False)))

    @property
    def mark(self) -> datetime | None:
        """Where the last complete night stopped."""
        return datetime.fromisoformat(self.fresh) if self.fresh else None

    def state(self) -> dict[str, object]:
        """Plain data for the Store."""
        return {"fresh": self.fresh, "best_at": self.best_at, "complete": self.complete}


@dataclass(slots=True)
class Candidate:
    """Somebody to be asked about: an owner met in lists, an author, a handle named elsewhere."""

    handle: str
    lane: str  # the first that showed them
    interest: float = 0.0
    number: str = ""  # the durable id, where it is known before the overview is
    also_in: list[str] = field(default_factory=list)  # lanes that showed them, too


@dataclass(slots=True)
class Work:
    """How far the reading of one person's lists has come."""

    number: str
    handle: str
    lane: str
    counts: Mapping[str, int | None]  # as the overview says; None: it did not
    left: list[str] = field(default_factory=lambda: list(KINDS))
    pages: int = 0  # read of the present list
    complete: bool = True
    listed: dict[str, set[str]] = field(default_factory=dict)  # list → ids, of lists read to their end
    present: set[str] = field(default_factory=set)
