"""Reading one hourly file: lines that cannot matter are dropped as bytes, the rest is read as events."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from sourcing.imports._blocks import BrokenFileError, raw_blocks, records

BLOCK = 256 * 1024  # bytes
WORST = 0.1  # share of lines that cannot be read from which an hour is unknown
# How nearly every line begins; what does not is read in full, so that nothing is overlooked.
_USUAL = re.compile(rb'\{"id":"\d+","type":"\w+","actor":\{"id":(\d+),[^{}\\]*\},"repo":\{"id":\d+,"name":"([^"\\]+)",')


class Actor(BaseModel):
    """Who did something."""

    id: Annotated[int, Field(gt=0, lt=2**63)]
    login: Annotated[str, Field(min_length=1, max_length=100)]


class Repository(BaseModel):
    """Where it was done."""

    name: Annotated[str, Field(min_length=1, max_length=200)]  # "/" where an event is of no repository


class Event(BaseModel):
    """The little an event still says since its payload was trimmed."""

    id: str
    type: str
    actor: Actor
    repo: Repository
    created_at: AwareDatetime


class Watch:
    """What is looked for: repositories by name, people by number."""

    def __init__(self, repositories: Iterable[str], people: Iterable[str]) -> None:
        self.repositories = {name.casefold() for name in repositories}
        self.people = set(people)
        self._names = {name.encode() for name in self.repositories}
        self._numbers = {number.encode() for number in self.people}

    def lines(self, block: bytes) -> Iterator[bytes]:
        """The lines of a block that may matter, and those that do not begin in the usual way."""
        names, numbers, usual = self._names, self._numbers, _USUAL.match
        for line in block.split(b"\n"):
            found = usual(line)
            if found is None or found[1] in numbers or found[2].lower() in names:
                yield line

    def wants(self, event: Event) -> bool:
        """Whether the event is of a watched repository or person."""
        return event.repo.name.casefold() in self.repositories or str(event.actor.id) in self.people


def _count_lines(block: bytes) -> int:
    return block.count(b"\n") + (not block.endswith(b"\n"))


@dataclass(slots=True)
class Hour:
    """How reading an hour went; only "read" says that what is in the file was seen, none says it was quiet."""

    start: str  # "2026-11-24T03"
    state: str = "read"  # read, absent, empty, broken, unreadable
    lines: int = 0
    unreadable: int = 0
    too_long: int = 0
    detail: str = ""

    def settle(self) -> None:
        """Judge the hour once its file came to an end."""
        if self.state == "read" and not self.lines:
            self.state = "empty"
        elif self.state == "read" and self.unreadable + self.too_long > WORST * self.lines:
            self.state = "unreadable"


def read_hour(path: Path, hour: Hour, watch: Watch) -> Iterator[Event]:
    """The events of a file that matter; `hour` tells how it went. What came before a damage counts."""

    def too_long(_: str) -> None:
        hour.too_long += 1

    try:
        for block in records(raw_blocks(path, size=BLOCK), too_long, quoted=False):
            hour.lines += _count_lines(block)
            for line in watch.lines(block):
                yield from _event(line, hour, watch)
    except BrokenFileError as error:
        hour.state, hour.detail = "broken", error.detail
    hour.settle()


def _event(line: bytes, hour: Hour, watch: Watch) -> Iterator[Event]:
    if not line.strip():
        return
    try:
        event = Event.model_validate_json(line)
    except ValidationError:
        hour.unreadable += 1
        return
    if watch.wants(event):
        yield event


def start_of(day: str, hour: str) -> datetime:
    """The start of an hour of the archive, whose hours are UTC (from memory); ValueError if there is no such hour."""
    return datetime.fromisoformat(f"{day}T{int(hour):02d}:00:00+00:00")
