"""What every kind of file shares: its card, its settings, and reading it into records."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Generic, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict

from sourcing.config import Config
from sourcing.progress import Progress, silent
from spiders._card import Card
from storage.records import AccountKey, Item, LaneState, Origin
from storage.store import Store

# Field of ours → names its column may have, best first; all of them are read for `links`.
Columns = Mapping[str, Sequence[str]]


class Settings(BaseModel):
    """Settings of one kind of file, given by `--set KEY=VALUE`; unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(slots=True)
class Job:
    """One import: what is read, for whom, and everything skipped on the way."""

    config: Config
    store: Store
    path: Path
    now: datetime
    by: str  # who imports
    columns: Columns = field(default_factory=dict)
    preset: str = ""
    progress: Progress = silent
    counters: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)  # what a person must know of, most important first

    def count(self, name: str, number: int = 1) -> None:
        """Count something left out; zero leaves no trace."""
        if number:
            self.counters[name] += number


S = TypeVar("S", bound=Settings)


class FileKind(ABC, Generic[S]):
    """Base of all kinds of files; the module, `name` and the word on the command line are the same."""

    name: ClassVar[str]
    version: ClassVar[int] = 1
    card: ClassVar[Card]
    settings_model: ClassVar[type[Settings]] = Settings
    presets: ClassVar[Mapping[str, Columns]] = {}
    takes_map: ClassVar[bool] = False  # whether columns can be named

    def __init__(self, job: Job, settings: S) -> None:
        self.job = job
        self.settings = settings

    @abstractmethod
    def read(self) -> Iterator[Item | LaneState]:
        """Everything the file holds that is kept; ConfigError if it is not such a file at all."""

    def stamp(self, url: str = "", *, at: datetime | None = None) -> Origin:
        """The origin of a fact: its public address, else the file and who brought it."""
        where = url or f"file:{quote(self.job.path.name)}?by={quote(self.job.by)}"
        return Origin(source=self.name, url=where, seen_at=at or self.job.now, spider=f"{self.name}/{self.version}")

    def key(self, source_id: object) -> AccountKey:
        """The key of an account that has this kind's name as its source."""
        return AccountKey(self.name, str(source_id))

    def remember(self, lane: str, state: Mapping[str, object]) -> LaneState:
        """What later imports and spiders may want to know; stored after the records yielded before it."""
        return LaneState(lane=lane, state=state, updated_at=self.job.now)
