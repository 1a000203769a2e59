"""One import from start to end: read, store in batches, say what happened. Repeating it doubles nothing."""

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sourcing.config import Config
from sourcing.imports._kind import Columns, FileKind, Job, Settings
from sourcing.imports._kinds import load
from sourcing.lock import alone
from sourcing.progress import Progress, silent
from spiders._reading.allowed import allowed
from storage.errors import ConfigError, Unreadable
from storage.records import AccountKey, Instant, Item, LaneState, Record
from storage.store import Saved, Store

ROWS = 500  # records per transaction
EVERY = 2.0  # seconds between two lines of progress
# Counters that mean part of the file could not be read; everything else is normal life.
FAILURES = ("unreadable", "ragged_row", "broken", "line_too_long", "hour_", "table_", "too_many")
EXIT_CODES = {"done": 0, "partial": 1, "interrupted": 130}


class Imported(Record):
    """What one import did."""

    kind: str
    path: str
    by: str
    state: str  # done, partial (some of it could not be read), interrupted
    saved: Saved
    counters: Mapping[str, int]  # everything skipped, by name
    findings: tuple[str, ...] = ()
    seconds: float
    imported_before: Instant | None = None  # when a file of this name was last imported in full

    @property
    def exit_code(self) -> int:
        """What the command line ends with."""
        return EXIT_CODES[self.state]


def run(
    config: Config,
    kind: str,
    path: Path,
    *,
    now: datetime,
    by: str,
    columns: Sequence[str] = (),
    preset: str = "",
    settings: Sequence[str] = (),
    progress: Progress = silent,
) -> Imported:
    """Import a file (`columns` "field=Column", `settings` "key=value"); ConfigError names thing, value, way out."""
    config.require_controller()
    wanted = load(kind)
    chosen, given = read_columns(wanted, columns, preset), read_settings(wanted, settings)
    with Store.open(config.database_url, key=config.key) as store, alone(config.folder, store):
        store.require_key()
        store.log_action("import", by=by, at=now, about=str(path.absolute()), detail={"kind": kind})
        job = Job(config, store, path, now, by, chosen, preset, progress)
        return _Running(wanted(job, given)).run()


def read_columns(kind: type[FileKind[Any]], columns: Sequence[str], preset: str) -> Columns:
    """The column names to look for: the preset's, each replaced by what the user maps."""
    if (columns or preset) and not kind.takes_map:
        raise ConfigError(f"{kind.name} files have fixed columns; leave out --map and --preset")
    if preset and preset not in kind.presets:
        raise ConfigError(f"no preset {preset!r} for {kind.name}; there are: {', '.join(sorted(kind.presets))}")
    pairs = [_pair(text, "--map FIELD=COLUMN") for text in columns]
    return {**kind.presets.get(preset, {}), **{name: (column,) for name, column in pairs}}


def read_settings(kind: type[FileKind[Any]], settings: Sequence[str]) -> Settings:
    """The settings of a kind from "key=value" pairs."""
    try:
        return kind.settings_model.model_validate(dict(_pair(text, "--set KEY=VALUE") for text in settings))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        known = ", ".join(kind.settings_model.model_fields) or "none"
        raise ConfigError(f"--set {key}={first['input']}: {first['msg']}; {kind.name} knows: {known}") from error


def _pair(text: str, form: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not (sign and name.strip() and value.strip()):
        raise ConfigError(f"{text!r} is not of the form {form}")
    return name.strip(), value.strip()


class _Running:
    """An import while it runs: what it has so far, so that a stop says what is stored."""

    def __init__(self, kind: FileKind[Any]) -> None:
        self.kind, self.job = kind, kind.job
        self.saved = Saved()
        self.started = self.told = time.monotonic()

    def run(self) -> Imported:
        before = self.job.store.lane_state(self._lane)
        state = "interrupted"
        try:
            for records, states in _batches(self.kind.read()):
                self._save(records, states)
            state = "partial" if any(name.startswith(FAILURES) for name in self.job.counters) else "done"
            self.job.store.keep_lane_state(self._entry(state))
        except KeyboardInterrupt:
            self.job.findings.insert(0, "stopped; what was read so far is stored, import the file again for the rest")
        except Unreadable as error:
            raise ConfigError(f"{self.job.path}: {error}") from error
        return self._done(state, before)

    def _save(self, records: Sequence[Item], states: Sequence[LaneState]) -> None:
        if records:
            minors: set[AccountKey] = set()
            kept = allowed(records, self.kind.card, self.job.count, minors)
            self.job.store.purge_accounts(minors, at=self.job.now)  # those stored before they said so
            self.saved = self.saved + self.job.store.save(kept)
        # States say "seen up to here", so they follow what they speak of.
        for state in states:
            self.job.store.keep_lane_state(state)
        if time.monotonic() - self.told >= EVERY:
            self.told = time.monotonic()
            self.job.progress(f"{self.kind.name}: {self.saved.accounts_new:,} new accounts stored")

    @property
    def _lane(self) -> str:
        return f"import/{self.kind.name}/file/{self.job.path.name}"

    def _entry(self, state: str) -> LaneState:
        """Which file was brought when and by whom."""
        said = {"by": self.job.by, "state": state, "columns": {k: list(v) for k, v in self.job.columns.items()}}
        return self.kind.remember(self._lane, said | {"preset": self.job.preset, "saved": self.saved.model_dump()})

    def _done(self, state: str, before: LaneState | None) -> Imported:
        return Imported(
            kind=self.kind.name,
            path=str(self.job.path),
            by=self.job.by,
            state=state,
            saved=self.saved,
            counters=dict(sorted(self.job.counters.items())),
            findings=tuple(self.job.findings),
            seconds=round(time.monotonic() - self.started, 3),
            imported_before=before.updated_at if before else None,
        )


def _batches(items: Iterator[Item | LaneState]) -> Iterator[tuple[list[Item], list[LaneState]]]:
    records: list[Item] = []
    states: list[LaneState] = []
    for item in items:
        if isinstance(item, LaneState):
            states.append(item)
        else:
            records.append(item)
        if len(records) >= ROWS:
            yield records, states
            records, states = [], []
    yield records, states
