"""Faults that can be switched on, drawn from one seeded sequence in the order of the requests."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

import orjson

from sourcing.demo.chance import Chance
from sourcing.demo.server.exchange import JSON, Answer, say

# In the order they are drawn; "missing_field" and "slow" spoil an answer that can still be used.
KINDS = ("429", "storm", "502", "truncated", "missing_field", "html", "shape", "reset", "ban", "slow")
RESET = "x-demo-reset"  # tells the server to hang up in the middle of an answer
SECONDARY = ("seconds", "date", "message", "limited_by")
_MESSAGE = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again"
_HTML = "<html><body><h1>502 Bad Gateway</h1>The server returned an invalid or incomplete response.</body></html>"
_PAGE = b"<!doctype html><html><head><title>One moment</title></head><body><h1>Maintenance</h1></body></html>"
_BANNED = b"<html><body><h1>403 Forbidden</h1>Your address has been blocked.</body></html>"
_NEEDED = ("databaseId", "login", "id", "documents", "kernels", "items", "children", "title")


def rates(text: str) -> dict[str, float]:
    """From "429:0.02,github/slow:0.01" to shares, of all requests or one source's. ValueError for unknown faults."""
    pairs = (part.partition(":") for part in text.split(",") if part)
    return checked({kind.strip(): float(share) for kind, _, share in pairs})


def checked(shares: Mapping[str, float]) -> dict[str, float]:
    """The same shares if every kind is known; "SOURCE/KIND" holds for one source, before what holds for all."""
    for kind in shares:
        if kind.rpartition("/")[2] not in KINDS:
            raise ValueError(f"fault {kind!r} is unknown; there are {', '.join(KINDS)}")
    return dict(shares)


@dataclass
class Faults:
    """Draws what goes wrong; `retry` and `slow` are seconds."""

    chance: Chance
    shares: dict[str, float] = field(default_factory=dict)
    retry: int = 1
    slow: float = 1.0
    pending: list[str] = field(default_factory=list)  # secondary limits ordered by a test, next first
    turn: int = 0

    def draw(self, source: str = "") -> str:
        """The fault of this request to a source, "" for none."""
        drawn, edge = self.chance.real(), 0.0
        for kind in KINDS:
            edge += self.shares.get(f"{source}/{kind}", self.shares.get(kind, 0.0))
            if drawn < edge:
                return kind
        return ""

    def limited(self, source: str, now: float) -> Answer:
        """An answer that says we are too fast, in one of the forms the source uses."""
        if source != "github":
            body = {"error": {"code": 429, "message": "Too many requests", "status": "RESOURCE_EXHAUSTED"}}
            return say(body, 429, retry_after=str(self.retry))
        self.turn += 1
        return self.secondary(SECONDARY[self.turn % 2], now)

    def secondary(self, form: str, now: float) -> Answer:
        """GitHub's secondary limit in one of the recorded forms. ValueError for others."""
        if form == "seconds":
            return say({"message": _MESSAGE}, 403, retry_after=str(self.retry))
        if form == "date":
            return say({"message": _MESSAGE}, 429, retry_after=formatdate(now + self.retry, usegmt=True))
        if form == "message":
            return say({"message": _MESSAGE}, 403)
        if form == "limited_by":
            return say({"message": _MESSAGE}, 429, gh_limited_by="search-elapsed-time-shared-grouped")
        raise ValueError(f"secondary limit {form!r} is unknown; there are {', '.join(SECONDARY)}")

    def bad_gateway(self) -> Answer:
        """A 502, by turns as JSON and as HTML."""
        self.turn += 1
        if self.turn % 2:
            return say({"message": "Server Error"}, 502)
        return Answer(_HTML.encode(), 502, media="text/html; charset=utf-8")

    def instead(self, kind: str, source: str, now: float) -> Answer | None:
        """What is answered in place of the answer; None: the answer itself is spoiled, or all is well."""
        if kind == "429":
            return self.limited(source, now)
        if kind == "storm":
            return Answer(b"Slow down.", 429, media="text/plain")
        if kind == "502":
            return self.bad_gateway()
        return Answer(_BANNED, 403, media="text/html; charset=utf-8") if kind == "ban" else None

    def spoil(self, kind: str, answer: Answer) -> Answer:
        """The answer cut in half or off, another one in its place, or without a needed field of its first record."""
        if kind == "html":
            return Answer(_PAGE, answer.status, answer.headers, "text/html; charset=utf-8")
        if kind == "shape":
            return Answer(b'{"status":"ok","message":"moved"}', answer.status, answer.headers)
        if kind == "reset":
            answer.headers[RESET] = "1"
        if kind == "truncated":
            answer.body = answer.body[: len(answer.body) // 2]
        elif kind == "missing_field" and answer.media == JSON and answer.body:
            answer.body = orjson.dumps(_without(orjson.loads(answer.body)))
        return answer


def _without(value: Any) -> Any:
    """The value without the first needed field found, deepest record first."""
    held = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for inner in held:
        if isinstance(inner, dict | list) and inner:
            _without(inner)
            return value
    if isinstance(value, dict):
        name = next((name for name in _NEEDED if name in value), None)
        if name:
            del value[name]
    return value
