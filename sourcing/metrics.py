"""The figures of a night as a text file for Prometheus: what node_exporter's textfile collector reads.

Everything is a gauge of the last night, since a night is no process one could scrape. The format is that of
prometheus.io/docs/instrumenting/exposition_formats; a figure nobody knows has no line, which is not a zero.
"""

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sourcing import __version__
from sourcing.config import Config
from sourcing.desk.statuses import DO_NOT_CONTACT
from sourcing.export import durable
from sourcing.findings import LOOK_BACK
from sourcing.nightly._report import EXIT_CODES, NightReport
from storage.errors import StoreError
from storage.records import Night, Outcome
from storage.store import Store

STATES = ("done", "partial", "failed", "refused", "limit", "skipped", "interrupted")
GOOD = frozenset({0, 5})  # exit codes of nights after which nobody has to do anything
SERVED = frozenset({"done", "partial", "limit"})  # states in which a source gave what it had
DROPPED = "saved:tombstoned"
MOST = 1_000_000  # people of a queue that are counted
_log = logging.getLogger(__name__)
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class Sample(NamedTuple):
    """One line of a metric."""

    value: float
    labels: Mapping[str, str] = {}


class Metric(NamedTuple):
    """A metric with its lines; without any it is left out."""

    name: str
    help: str
    samples: tuple[Sample, ...]


def write(config: Config, store: Store, report: NightReport, steps: Mapping[str, float]) -> Path | None:
    """Write the file `[logs] metrics` names, whole or not at all; None where none is named.

    A file that cannot be written is said in the log and ends no night.
    """
    path = config.metrics_file
    if path is None:
        return None
    try:
        durable(path, exposition(metrics(store, report, steps)).encode())
        path.chmod(0o644)  # its reader is another user; it holds figures and names of sources, nobody's data
    except (StoreError, OSError) as error:
        _log.warning("the figures of the night are not in %s: %s", path, error)
        return None
    return path


def exposition(found: Iterable[Metric]) -> str:
    """Metrics as text, in the order given."""
    return "".join(line + "\n" for metric in found if metric.samples for line in _lines(metric))


def _lines(metric: Metric) -> Iterator[str]:
    assert _NAME.fullmatch(metric.name)
    yield f"# HELP {metric.name} {_escaped(metric.help, quotes=False)}"
    yield f"# TYPE {metric.name} gauge"
    for value, labels in metric.samples:
        said = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items())
        yield f"{metric.name}{{{said}}} {value:.15g}" if said else f"{metric.name} {value:.15g}"


def _escaped(text: str, *, quotes: bool = True) -> str:
    escaped = text.replace("\\", "\\\\").replace("\n", "\\n")
    return escaped.replace('"', '\\"') if quotes else escaped


def metrics(store: Store, report: NightReport, steps: Mapping[str, float]) -> Iterator[Metric]:
    """Everything there is to say of a night."""
    past = [report.night, *(one for one in store.nights(LOOK_BACK) if one.number < report.night.number)]
    yield from _night(report, past, steps)
    yield from _sources(report.night.outcomes, past)
    yield from _people(report)
    yield from _queues(store, report)


def _one(name: str, help_: str, value: float | None) -> Metric:
    return Metric(name, help_, () if value is None else (Sample(float(value)),))


def _by(name: str, help_: str, label: str, values: Mapping[str, float]) -> Metric:
    return Metric(name, help_, tuple(Sample(float(value), {label: key}) for key, value in values.items()))


def _night(report: NightReport, past: list[Night], steps: Mapping[str, float]) -> Iterator[Metric]:
    night = report.night
    yield Metric("sourcing_info", "Version of the crawler.", (Sample(1, {"version": __version__}),))
    yield _one("sourcing_night_number", "Number of the night.", night.number)
    yield _one("sourcing_night_start_timestamp_seconds", "When it began.", _seconds(night.started_at))
    yield _one("sourcing_night_end_timestamp_seconds", "When it ended.", _seconds(night.ended_at))
    yield _one("sourcing_night_duration_seconds", "How long it took.", report.seconds)
    yield _one("sourcing_night_exit_code", "What the command ended with.", report.exit_code)
    ended = [night.ended_at] if report.exit_code in GOOD else []
    good = next(iter((*ended, *(one.ended_at for one in past[1:] if _code(one) in GOOD))), None)
    yield _one("sourcing_last_success_timestamp_seconds", "End of the last night with exit 0 or 5.", _seconds(good))
    yield _by("sourcing_step_duration_seconds", "How long each step took.", "step", steps)


def _seconds(at: datetime | None) -> float | None:
    return at.timestamp() if at is not None else None


def _code(night: Night) -> int | None:
    """What a night ended with by its outcomes; None for one that was cut off or never crawled."""
    if night.ended_at is None or night.counters.get("cut_off") or not night.outcomes:
        return None
    states = {outcome.state for outcome in night.outcomes}
    return next((code for state, code in EXIT_CODES.items() if state in states), 0)


def _sources(outcomes: tuple[Outcome, ...], past: list[Night]) -> Iterator[Metric]:
    asked = [one for one in outcomes if one.state != "skipped"]

    def each(name: str, help_: str, figures: Mapping[str, float]) -> Metric:
        return _by(f"sourcing_source_{name}", help_, "source", figures)

    def bills(field: str) -> dict[str, float]:
        return {one.source: sum(getattr(bill, field) for bill in one.bills) for one in asked}

    yield each("requests", "Requests sent.", {one.source: one.requests for one in asked})
    yield each("points", "Points of a budget spent.", bills("points"))
    yield each("refused_requests", "Requests the source refused.", bills("refused"))
    yield each("accounts", "Different accounts seen.", {one.source: one.accounts for one in asked})
    yield each("evidence", "Pieces of work read.", bills("evidence"))
    yield each("duration_seconds", "How long it was asked.", {one.source: one.seconds for one in asked})
    pairs = ((one, state) for one in outcomes for state in STATES)
    states = tuple(Sample(float(one.state == state), {"source": one.source, "state": state}) for one, state in pairs)
    yield Metric("sourcing_source_state", "How the source ended: 1 for the state it is in.", states)
    yield each("last_success_timestamp_seconds", "When it last gave what it had.", _served(past))


def _served(past: list[Night]) -> dict[str, float]:
    """When each source last gave what it had; the newest night comes first."""
    last: dict[str, float] = {}
    for night in past:
        for outcome in night.outcomes:
            if outcome.state in SERVED and night.ended_at is not None:
                last.setdefault(outcome.source, night.ended_at.timestamp())
    return dict(sorted(last.items()))


def _people(report: NightReport) -> Iterator[Metric]:
    changes = report.changes
    kinds = {name: getattr(changes, name) for name in ("new", "changed", "gone", "renamed", "returned")}
    yield _by("sourcing_accounts_touched", "Accounts by what happened to them.", "change", kinds)
    yield _one("sourcing_accounts_known", "All accounts stored.", changes.known)
    yield _one("sourcing_leads", "People scored for any role.", report.scored.leads if report.scored else None)
    roles = {one.role: one.scored for one in report.roles}
    yield _by("sourcing_leads_scored", "People scored, by role.", "role", roles)
    found: dict[str, float] = {}
    for one in report.findings:
        found[one.kind] = found.get(one.kind, 0) + 1
    yield _by("sourcing_findings", "Things a person should look at, by kind.", "kind", found)
    yield _one("sourcing_findings_total", "Things a person should look at.", len(report.findings))
    dropped = report.night.counters.get(DROPPED, 0)
    yield _one("sourcing_tombstone_drops", "Erased people met again and not stored.", dropped)


def _queues(store: Store, report: NightReport) -> Iterator[Metric]:
    waiting: dict[str, float] = {
        "same_person": len(store.suggestions()),
        "rights_requests": len(store.requests(open_only=True)),
    }
    for one in report.roles:
        undecided = store.undecided(one.role, limit=MOST, without=(DO_NOT_CONTACT,))
        waiting[f"inbox/{one.role}"] = len(undecided)
    yield _by("sourcing_queue_length", "What waits for a person.", "queue", waiting)
    asked = store.questions(report.night.number)
    states = tuple(
        Sample(float(count), {"source": source, "state": state})
        for source, by_state in sorted(asked.items())
        for state, count in sorted(by_state.items())
    )
    yield Metric("sourcing_questions", "Questions of the night by where they stand.", states)
