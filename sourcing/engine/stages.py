"""What can be done with tables in batches: the functions of the lower rooms, with the rows each is given."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

import polars as pl

from scoring import batches
from scoring.reference import Reference
from scoring.roles import Role
from sourcing.engine.stage import Stage, unchanged
from sourcing.imports._batch import EVENTS, events
from sourcing.imports._gh_archive import Watch

ACCOUNTS, EVIDENCE = "accounts", "evidence"
LINES = pl.Schema({"line": pl.Binary()})


def features(role: Role, now: datetime, reference: Reference | None = None) -> Sequence[Stage]:
    """Receipts, coverage of skills and counts of work, all per lead, from accounts and evidence."""
    return receipts(role, now, reference), coverage(role, now), counts(role, now)


def receipts(role: Role, now: datetime, reference: Reference | None = None) -> Stage:
    """The receipt of every lead."""
    judge = batches.Judge(role, now, reference)
    return Stage("receipts", (ACCOUNTS, EVIDENCE), _as_rows, batches.ROWS, "lead", judge, batches.RECEIPTS)


def coverage(role: Role, now: datetime) -> Stage:
    """How well each lead's work covers each skill it shows."""
    read = partial(_items, batches.Reading(role, now))
    return Stage("coverage", (ACCOUNTS, EVIDENCE), read, batches.ITEMS, "lead", batches.covered, batches.COVERAGE)


def counts(role: Role, now: datetime) -> Stage:
    """How much work of each kind each lead shows, and when it was done."""
    read = partial(_counted, role, now)
    return Stage("counts", (EVIDENCE,), read, batches.COUNTED, "lead", batches.totalled, batches.COUNTS)


def scores(role: Role, reference: Reference | None = None) -> Stage:
    """Receipts under today's weights of a role."""
    weigh = partial(_weighed, role, reference)
    return Stage("scores", ("receipts",), unchanged, batches.RECEIPTS, "", weigh, batches.SCORES)


def archived(watch: Watch) -> Stage:
    """Events that matter, of lines of an archive."""
    return Stage("events", ("lines",), unchanged, LINES, "", partial(_events, watch), EVENTS)


def _as_rows(table: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of either table as rows of one."""
    del table
    return pl.concat([pl.DataFrame(schema=batches.ROWS), rows], how="diagonal")


def _items(reading: batches.Reading, table: str, rows: pl.DataFrame) -> pl.DataFrame:
    return batches.claimed(rows, reading) if table == ACCOUNTS else batches.shown(rows, reading)


def _counted(role: Role, now: datetime, table: str, rows: pl.DataFrame) -> pl.DataFrame:
    del table
    return batches.counted(rows, role, now)


def _weighed(role: Role, reference: Reference | None, rows: pl.DataFrame) -> pl.DataFrame:
    return batches.weighed(rows, role, reference)


def _events(watch: Watch, rows: pl.DataFrame) -> pl.DataFrame:
    return events(rows, watch)
