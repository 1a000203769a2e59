"""A new version of a profile: the file with its comments, a line on who and why, and a row in the database."""

import io
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError

from scoring.roles import Role
from sourcing.config import Config
from sourcing.export import durable
from sourcing.ranking import clean
from sourcing.weights.profiles import Named, Pair, named, role_of
from storage.errors import ConfigError, RoleError
from storage.records import Record, RoleVersion
from storage.store import Store

_DIGITS = 6  # of a weight in a file
_HEAD = re.compile(r"\A(?:[ \t]*(?:#.*)?\n)*")  # comments and empty lines before the first key


class SavedRole(Record):
    """A version that was written."""

    role: str
    version: int
    path: Path
    by: str
    why: str


def save_weights(
    config: Config,
    store: Store,
    role: Role,
    weights: Mapping[str, float],
    *,
    by: str,
    why: str,
    now: datetime,
    pairs: tuple[tuple[str, str], ...] = (),
) -> SavedRole:
    """Write the profile with these weights as its next version; `role` is the version they were chosen for.

    Comments and order of the file stay; a shipped profile is copied into the installation's folder first. ConfigError
    without author or reason, or if the file was changed since.
    """
    _require(by, why)
    source = named(store, config.roles_folder, role.role)
    if source.role.digest != role.digest:
        raise ConfigError(f"{source.path}: was changed since; look at the difference again before saving")
    version = _next(store, role)
    text = _rewritten(source, version, {name: round(weight, _DIGITS) for name, weight in weights.items()})
    return _write(config, store, source, _signed(text, version, by, why, now), by=by, why=why, now=now, pairs=pairs)


def save_pair(config: Config, store: Store, pair: Pair, *, by: str, why: str, now: datetime) -> SavedRole:
    """Write the changed profile of a pair, with its changed weights, as the next version of the saved one."""
    _require(by, why)
    source = named(store, config.roles_folder, pair.changed.role.role)
    version = _next(store, source.role)
    text = _signed(_rewritten(pair.changed, version, pair.weights), version, by, why, now)
    return _write(config, store, source, text, by=by, why=why, now=now, pairs=())


def _next(store: Store, role: Role) -> int:
    """The next free version: never one that was given before."""
    return 1 + max([role.version, *(one.version for one in store.role_versions(role.role))])


def _require(by: str, why: str) -> None:
    if not by.strip() or not why.strip():
        raise ConfigError("a new version names its author and its reason; add --by NAME and --why TEXT")


def _write(
    config: Config,
    store: Store,
    source: Named,
    text: str,
    *,
    by: str,
    why: str,
    now: datetime,
    pairs: tuple[tuple[str, str], ...],
) -> SavedRole:
    before = source.role
    role = role_of(text, config.roles_folder, f"the new version of {before.role!r}")
    store.keep_role_version(_row(before, source.text, by="file", why="as found", now=now))
    path = durable(config.roles_folder / f"{role.role}.yaml", text.encode())
    store.keep_role_version(_row(role, text, by=by, why=why, now=now, pairs=pairs))
    store.log_action("role.save", by=by, at=now, about=role.role, detail={"version": role.version, "pairs": len(pairs)})
    return SavedRole(role=role.role, version=role.version, path=path, by=by, why=why)


def _row(
    role: Role, text: str, *, by: str, why: str, now: datetime, pairs: tuple[tuple[str, str], ...] = ()
) -> RoleVersion:
    return RoleVersion(
        role=role.role, version=role.version, digest=role.digest, content=text, by=by, why=why, at=now, pairs=pairs
    )


def _rewritten(source: Named, version: int, weights: Mapping[str, float]) -> str:
    """The text with other numbers; comments, quotes and order stay."""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 120
    yaml.indent(mapping=2, sequence=4, offset=2)
    try:
        content = yaml.load(source.text)
    except YAMLError as error:
        raise RoleError(f"{source.path}: cannot be rewritten: {str(error).splitlines()[0]}") from error
    content["version"] = version
    if weights:
        held = content.setdefault("weights", CommentedMap())
        for name, weight in weights.items():
            if held.get(name) != weight:
                held[name] = weight
    out = io.StringIO()
    yaml.dump(content, out)
    return out.getvalue()


def _signed(text: str, version: int, by: str, why: str, now: datetime) -> str:
    """The text with a line on this version after the comments at its head."""
    said = clean(f"{by}: {why}")
    found = _HEAD.match(text)
    head = found[0] if found is not None else ""
    return f"{head}# version {version}, {now:%Y-%m-%d}, {said}\n{text[len(head) :]}"
