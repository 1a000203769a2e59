"""Profiles by any of their names, and profiles with other weights."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import yaml
from pydantic import ValidationError

from scoring.plain_yaml import plain_yaml
from scoring.roles import COMPONENTS, Role, load_role, read_tables, role_file
from storage.errors import ConfigError, RoleError
from storage.store import Store

_WHY_NOT = {  # what a profile must ask before the component weighs anything
    "must_have": "names no must_have",
    "nice_to_have": "names no nice_to_have",
    "location": "asks no time_zones and no countries",
    "language": "asks no languages",
}


class Named(NamedTuple):
    """A profile and where it came from."""

    role: Role
    path: Path | None  # None: a kept version, which has no file any more
    text: str


def named(store: Store, roles: Path, word: str) -> Named:
    """The profile a user names: a file, the name of a saved one, or "mle@2" for a kept version.

    RoleError lists what there is.
    """
    path = Path(word)
    if path.suffix in {".yaml", ".yml"} or path.is_file():
        return Named(load_role(path), path, _text(path))
    name, mark, version = word.partition("@")
    file = role_file(name, roles)
    saved = Named(load_role(file), file, _text(file))
    if not mark:
        return saved
    return saved if version == str(saved.role.version) else _kept(store, roles, name, version, saved.role.version)


def _kept(store: Store, roles: Path, name: str, version: str, present: int) -> Named:
    kept = {str(one.version): one.content for one in store.role_versions(name)}
    if version not in kept:
        there = ", ".join(f"{name}@{one}" for one in sorted({*map(int, kept), present}))
        raise RoleError(f"no version {version!r} of role {name!r} is kept; there are: {there}")
    return Named(role_of(kept[version], roles, f"{name}@{version}"), None, kept[version])


def role_of(text: str, roles: Path, what: str) -> Role:
    """The profile in a text; RoleError if it is none any more."""
    try:
        return Role.model_validate(plain_yaml(text), context={"presets": read_tables(roles).presets})
    except (ValidationError, yaml.YAMLError) as error:
        reason = str(error).replace("\n", " ")[:200]
        raise RoleError(f"{what} cannot be read by this version: {reason}; compare with the saved profile") from error


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise RoleError(f"{path}: cannot be read ({error.strerror}); check the path") from error


def read_weights(texts: Sequence[str]) -> dict[str, float]:
    """ "impact=0.2" as a mapping; ConfigError names what is no component or no weight."""
    given: dict[str, float] = {}
    for text in texts:
        name, mark, value = (part.strip() for part in text.partition("="))
        if not mark or not name:
            raise ConfigError(f"{text!r} is no weight; write it as COMPONENT=NUMBER, for example impact=0.2")
        try:
            given[name] = float(value)
        except ValueError:
            raise ConfigError(f"the weight of {name!r} is {value!r}: write a number, 0 or more") from None
    return given


def with_weights(role: Role, changes: Mapping[str, float]) -> Role:
    """The profile with some weights changed; ConfigError if one is unknown, negative, no number or without effect."""
    for name, weight in changes.items():
        if name not in COMPONENTS:
            raise ConfigError(f"no component {name!r}; there are: {', '.join(COMPONENTS)}")
        if not 0 <= weight < math.inf:
            raise ConfigError(f"the weight of {name!r} is {weight}: write a number, 0 or more")
    values = {name: getattr(role, name) for name in Role.model_fields}
    changed = Role.model_construct(**(values | {"weights": {**role.weights, **changes}}))
    weighs = changed.normal_weights
    if not weighs:
        raise ConfigError(f"all weights of {role.role!r} would be 0; give one a weight")
    idle = [name for name, weight in changes.items() if weight > 0 and name not in weighs]
    if idle:
        raise ConfigError(f"{idle[0]!r} weighs nothing in {role.role!r}: the profile {_WHY_NOT[idle[0]]}")
    return changed


class Pair(NamedTuple):
    """Two versions of a profile that are held against each other; `weights` are those changed on top of a saved one."""

    present: Named
    changed: Named
    weights: Mapping[str, float]


def pair(store: Store, roles: Path, old: str, new: str, changes: Sequence[str], role: str = "") -> Pair:
    """The versions a user names. With one name and no weights, that one is held against the saved profile.

    ConfigError where nothing differs by name, or where they are of two roles.
    """
    weights = read_weights(changes)
    first = named(store, roles, old)
    if not new and not weights:
        saved = named(store, roles, role or first.role.role)
        if saved.path == first.path:
            raise ConfigError(f"{old!r} is the saved profile; name another file or version, or a weight with --set")
        first, second = saved, first
    else:
        second = named(store, roles, new) if new else first
    if role and role != first.role.role:
        raise ConfigError(f"{old!r} is a profile of {first.role.role!r}, not of {role!r}")
    changed = second._replace(role=with_weights(second.role, weights)) if weights else second
    return Pair(first, changed, weights)
