"""The weights of a profile as they stand: points, what its check says of them, its versions; and saving new ones."""

from collections.abc import Mapping
from datetime import datetime

from scoring.features import sentence
from scoring.roles import COMPONENTS, Finding, Funnel, Role, lint, read_tables, role_file
from sourcing.config import Config
from sourcing.desk.weights import changes, points
from sourcing.ranking import clean
from sourcing.weights import save_weights, with_weights
from storage.errors import ConfigError
from storage.records import Record
from storage.store import Store

_IDLE = {
    "must_have": "the profile names no must-have",
    "nice_to_have": "the profile names nothing nice to have",
    "location": "the profile asks no time zone and no country",
    "language": "the profile asks no language",
}


class Weight(Record):
    """One component; `idle` says why it weighs nothing whatever its weight."""

    component: str
    says: str
    points: float
    idle: str = ""


class Version(Record):
    """One version of the profile that was kept."""

    version: int
    by: str
    why: str
    at: datetime


class Weighing(Record):
    """The weights of a role and what there is to know before changing them."""

    role: str
    name: str
    version: int
    weights: tuple[Weight, ...]
    findings: tuple[Finding, ...]  # of the profile with the points that were asked about
    supply_counted: bool  # whether the findings know how many people meet the must-haves
    versions: tuple[Version, ...]  # newest first


class Saved(Record):
    """A version that was written."""

    role: str
    version: int
    by: str
    why: str


def weighing(
    config: Config, store: Store, role: Role, given: Mapping[str, float], *, supply: Funnel | None, now: datetime
) -> Weighing:
    """The weights of a role; ConfigError if the points that are asked about are no weights."""
    stand = points(role)
    kept = store.role_versions(role.role)
    return Weighing(
        role=role.role,
        name=role.name,
        version=role.version,
        weights=tuple(
            Weight(component=name, says=sentence(name), points=stand[name], idle=_idle(role, name))
            for name in COMPONENTS
        ),
        findings=tuple(_findings(config, role, given, supply, now)),
        supply_counted=supply is not None,
        versions=tuple(
            Version(version=one.version, by=clean(one.by), why=clean(one.why), at=one.at) for one in reversed(kept)
        ),
    )


def _idle(role: Role, component: str) -> str:
    """Why a component weighs nothing, "" if it may."""
    asks = {
        "must_have": bool(role.must_have),
        "nice_to_have": bool(role.nice_to_have),
        "location": role.location.asked,
        "language": bool(role.languages),
    }
    return "" if asks.get(component, True) else _IDLE[component]


def _findings(
    config: Config, role: Role, given: Mapping[str, float], supply: Funnel | None, now: datetime
) -> list[Finding]:
    moved = changes(role, given)
    changed = with_weights(role, moved) if moved else role
    source = role_file(role.role, config.roles_folder).read_text("utf-8")
    releases = read_tables(config.roles_folder).releases
    return lint(changed, now=now, source=source, releases=releases, supply=supply)


def save(
    config: Config, store: Store, role: Role, given: Mapping[str, float], *, by: str, why: str, now: datetime
) -> Saved:
    """Write the profile with these points as its next version; ConfigError if nothing differs, or nothing is left."""
    moved = changes(role, given)
    if not moved:
        raise ConfigError(f"nothing to save: the weights are those of version {role.version}; move one first")
    with_weights(role, moved)
    done = save_weights(config, store, role, moved, by=clean(by), why=clean(why), now=now)
    return Saved(role=done.role, version=done.version, by=done.by, why=done.why)
