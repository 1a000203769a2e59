"""The nights as the desk shows them: what each asked, what was new, changed and gone, and what was wrong with it."""

import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import orjson

from sourcing import crawl
from sourcing.config import Config
from sourcing.findings import LOOK_BACK, Finding, findings
from sourcing.nightly import findings_of
from storage.errors import StoreError
from storage.records import Night, Outcome, Record
from storage.store import Store

SHOWN = 30  # nights
_CHANGES = ("new", "changed", "gone")
_WELL = frozenset({"done", "skipped"})


class NightRow(Record):
    """One night; a figure nobody wrote down is None, which is not zero."""

    number: int
    started_at: datetime
    minutes: float | None  # None: not ended
    state: str  # "done", "with failures", "interrupted", "cut off" or "not ended"
    forecast: int  # requests expected
    requests: int
    new: int | None  # accounts
    changed: int | None
    gone: int | None
    findings: tuple[Finding, ...]


class NightPage(Record):
    """One night in full."""

    row: NightRow
    outcomes: tuple[Outcome, ...]
    skipped: Mapping[str, int]  # by name, most first
    before: int | None  # numbers of the nights beside it
    after: int | None


class Nights:
    """The last nights, read again when there is a newer one or the newest ended; safe to share."""

    def __init__(self) -> None:
        self._held: tuple[str, tuple[NightRow, ...]] | None = None
        self._making = threading.Lock()

    def of(self, config: Config, store: Store) -> tuple[NightRow, ...]:
        """At most `SHOWN` nights, newest first."""
        stamp = stamp_of(store)
        if self._held is None or self._held[0] != stamp:
            with self._making:  # one reader, the others wait for what it reads
                if self._held is None or self._held[0] != stamp:
                    self._held = (stamp, history(config, store))
        return self._held[1]


def stamp_of(store: Store) -> str:
    """A text that differs when a night began or ended."""
    newest = store.nights(1)
    return f"{newest[0].number}/{newest[0].ended_at}" if newest else ""


def history(config: Config, store: Store, most: int = SHOWN) -> tuple[NightRow, ...]:
    """The last nights, newest first, each compared with those before it."""
    nights = store.nights(most + LOOK_BACK)
    statuses = {status.name: status for status in crawl.sources(config, store)}
    rows = []
    for place, night in enumerate(nights[:most]):
        past = nights[place + 1 : place + 1 + LOOK_BACK]
        # Only the newest can be measured by who is seen now; terms that are overdue are said of it as well.
        found = findings_of(config, store, night) if place == 0 else findings(night, past, statuses)
        rows.append(_row(config.logs_folder, night, found))
    return tuple(rows)


def night_page(config: Config, store: Store, number: int) -> NightPage:
    """One night in full; StoreError if there is none of that number."""
    night = store.night(number)
    newest = store.nights(1)[0].number
    skipped = sorted(night.counters.items(), key=lambda item: (-item[1], item[0]))
    return NightPage(
        row=_row(config.logs_folder, night, findings_of(config, store, night)),
        outcomes=night.outcomes,
        skipped={name: count for name, count in skipped if count and not name.startswith("saved:")},
        before=_there(store, number - 1),
        after=_there(store, number + 1) if number < newest else None,
    )


def _there(store: Store, number: int) -> int | None:
    try:
        return store.night(number).number
    except StoreError:
        return None


def _row(logs: Path, night: Night, found: Sequence[Finding]) -> NightRow:
    changes = _changes(logs, night)
    return NightRow(
        number=night.number,
        started_at=night.started_at,
        minutes=(night.ended_at - night.started_at).total_seconds() / 60 if night.ended_at else None,
        state=_state(night),
        forecast=sum(row.requests for row in night.forecast),
        requests=sum(outcome.requests for outcome in night.outcomes),
        new=changes["new"],
        changed=changes["changed"],
        gone=changes["gone"],
        findings=tuple(found) if night.ended_at else (),
    )


def _state(night: Night) -> str:
    if night.ended_at is None:
        return "not ended"
    if night.counters.get("cut_off"):
        return "cut off"
    states = {outcome.state for outcome in night.outcomes}
    if "interrupted" in states:
        return "interrupted"
    return "done" if states <= _WELL else "with failures"


def _changes(logs: Path, night: Night) -> dict[str, int | None]:
    """What the night's own report counted; of a night without one, what its counters say for sure."""
    try:
        said = orjson.loads((logs / f"night-{night.number:04d}.json").read_bytes())["changes"]
        return {name: int(said[name]) for name in _CHANGES}
    except (OSError, ValueError, KeyError, TypeError):
        # A report may be deleted, or be of an older form. A save that changed an account may be of one that is new.
        counted = bool(night.outcomes)
        return {
            "new": night.counters.get("saved:accounts_new", 0) if counted else None,
            "changed": None,
            "gone": night.counters.get("saved:gone", 0) if counted else None,
        }
