"""The reference tables of an installation: its own once it has rebuilt them, else the shipped ones."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from scoring.reference import Reference, shipped_reference
from sourcing.config import Config
from sourcing.export import durable
from storage.errors import ConfigError
from storage.records import Lead, Receipt, Record
from storage.store import Store

if TYPE_CHECKING:
    from scoring.reference import Rebuilt

FILE_NAME = "reference.yaml"


class Table(Record):
    """One table in use; `people` it was measured on, None for one shaped by hand."""

    source: str
    figure: str
    people: int | None
    middle: float  # the median, in the figure's own unit
    high: float  # the 90th percentile


class Tables(Record):
    """The tables in use, and what a rebuild did."""

    version: int
    digest: str
    origin: str
    file: str  # "" for the shipped ones
    tables: tuple[Table, ...]
    cohorts: Mapping[str, int]  # role → components with a usual value
    rebuilt: Mapping[str, int] | None = None  # "source figure" → people; None: nothing was rebuilt
    kept: Mapping[str, int] | None = None  # known of too few people


def path_of(config: Config) -> Path:
    """Where the installation's own tables lie."""
    return config.folder / FILE_NAME


def reference_of(config: Config) -> Reference:
    """The tables scores are made with; ConfigError if the installation's file cannot be read."""
    own = path_of(config)
    if not own.exists():
        return shipped_reference()
    from scoring.reference import load_reference

    return load_reference(own)


def tables_of(config: Config) -> Tables:
    """The tables in use, for reading."""
    return _shown(config, reference_of(config))


def rebuild_tables(config: Config, store: Store, *, now: datetime) -> Tables:
    """Measure tables on the people of the store and write them; ConfigError if no figure is known of 200 people."""
    from scoring.reference import ENOUGH_PEOPLE, rebuild, written  # with what measures people, which reading needs not

    names = list(config.roles.active)
    cohorts = {role: values for role in names if (values := _values(store.ranking(role)))}
    origin = f"measured on the people of this installation on {now:%Y-%m-%d}; what too few show is as it was"
    done = rebuild(reference_of(config), _figures(store.leads(), now), origin=origin, cohorts=cohorts)
    if not done.measured and not done.cohorts:
        raise ConfigError(f"no figure is known of {ENOUGH_PEOPLE} people: crawl more before rebuilding the tables")
    durable(path_of(config), written(done.reference).encode())
    return _shown(config, done.reference, done)


def _figures(leads: Iterable[Lead], now: datetime) -> Iterator[Mapping[tuple[str, str], float]]:
    from scoring.features.figures import known_figures

    for lead in leads:
        yield known_figures(lead, now)


def _values(receipts: Iterable[Receipt]) -> dict[str, list[float]]:
    """Known values per component, one per person."""
    values: dict[str, list[float]] = {}
    for receipt in receipts:
        for part in receipt.parts:
            if part.value is not None:
                values.setdefault(part.component, []).append(part.value)
    return values


def _shown(config: Config, reference: Reference, done: "Rebuilt | None" = None) -> Tables:
    own = path_of(config)
    rows = [(source, figure, q) for source, figures in reference.figures.items() for figure, q in figures.items()]
    return Tables(
        version=reference.version,
        digest=reference.digest,
        origin=reference.origin,
        file=str(own) if own.exists() else "",
        tables=tuple(
            Table(source=s, figure=f, people=reference.measured.get(s, {}).get(f), middle=q[50], high=q[90])
            for s, f, q in sorted(rows)
        ),
        cohorts={role: len(components) for role, components in sorted(reference.cohorts.items())},
        rebuilt=done.measured if done else None,
        kept=done.kept if done else None,
    )
