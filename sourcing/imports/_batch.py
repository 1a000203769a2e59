"""Lines of an hourly archive as record batches: the few that matter, read."""

from collections.abc import Iterable, Iterator
from typing import Any

import polars as pl
from pydantic import ValidationError

from scoring.batches.rows import columns
from sourcing.imports._gh_archive import Event, Watch
from storage.errors import ConfigError

EVENTS = columns(
    {
        "id": pl.String,
        "type": pl.String,
        "actor": pl.Int64,
        "login": pl.String,
        "repository": pl.String,
        "created_at": pl.Datetime("us", "UTC"),
        "unreadable": pl.Int64,  # 1 in a row that stands for a line that cannot be read, and says nothing else
    }
)


def events(batch: Any, watch: Watch) -> pl.DataFrame:
    """Events of watched repositories and people in a batch with a column `line` of bytes or text.

    Looks at one line at a time; a line that cannot be read becomes a row that is counted, not an event.
    """
    raw = batch if isinstance(batch, pl.DataFrame) else pl.DataFrame(batch)
    if "line" not in raw.columns:
        raise ConfigError(f"a batch of events without the column 'line'; it has {', '.join(raw.columns) or 'none'}")
    lines = raw["line"].cast(pl.Binary).drop_nulls()
    return pl.DataFrame(list(_read(lines, watch)), schema=EVENTS, orient="row")


def _read(lines: Iterable[bytes], watch: Watch) -> Iterator[tuple[Any, ...]]:
    for whole in lines:
        for line in watch.lines(whole):
            if not line.strip():
                continue
            try:
                event = Event.model_validate_json(line)
            except ValidationError:
                yield (None,) * 6 + (1,)
                continue
            if watch.wants(event):
                actor = event.actor
                yield (event.id, event.type, actor.id, actor.login, event.repo.name, event.created_at, 0)
