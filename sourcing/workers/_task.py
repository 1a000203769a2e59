"""What a worker has to know of one source's night: plain data, without secrets, since it lies in the database."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sourcing.config import Config, Crawl, Source
from storage.records import Instant, Lane, Record


class Task(Record):
    """One source's night; the settings are those of who runs the night, not of the worker's own file."""

    clock: Instant  # the night's
    lanes: tuple[Lane, ...]
    crawl: Mapping[str, Any]  # the section of the settings
    source: Mapping[str, Any]  # likewise
    spent: int  # requests by parts of the night that were cut off


def task_of(config: Config, name: str, lanes: Sequence[Lane], *, clock: datetime, spent: int, most: int | None) -> Task:
    """The task of a source; `most`: requests it may send, if fewer than its own settings allow."""
    section = config.source(name).model_dump(exclude_unset=True, mode="json")
    if most is not None:
        section["max_requests"] = most
    return Task(
        clock=clock,
        lanes=tuple(lane for lane in lanes if lane.source == name),
        crawl={**config.crawl.model_dump(mode="json"), "max_requests": None},
        source=section,
        spent=spent,
    )


def config_for(config: Config, name: str, task: Task) -> Config:
    """A worker's settings with those of the task in their place."""
    told = {"crawl": Crawl.model_validate(task.crawl), "sources": {name: Source.model_validate(task.source)}}
    return config.model_copy(update=told)
