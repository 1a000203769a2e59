"""One question to the server and one answer of it, free of any web framework."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

JSON = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Question:
    """A request as handlers see it."""

    base: str  # scheme, host and port, without a slash at the end
    path: Mapping[str, str]  # named parts of the path
    query: Mapping[str, str]
    headers: Mapping[str, str]  # lower-case names
    body: Any = None  # parsed JSON
    token: str = ""
    pairs: tuple[tuple[str, str], ...] = ()  # the query with names that stand there more than once


@dataclass(slots=True)
class Answer:
    """An answer before it is written out."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    media: str = JSON
    cost: int = 1  # units of the budget


def say(value: Any, status: int = 200, **headers: str) -> Answer:
    """An answer holding JSON; header names are written with _ for -."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Answer(orjson.dumps(value), status, named)
