"""Adverts: from a file to a new role profile of the installation. Nothing is written before all of it holds."""

import os
from pathlib import Path

from scoring.advert import Draft, draft, read_advert, role_id, written
from scoring.roles import find_role, shipped_roles
from storage.errors import ConfigError

NO_LANES = "none"


def read(advert: Path) -> Draft:
    """The draft of an advert; ConfigError if the file cannot be read."""
    return draft(read_advert(advert))


def new_file(drafted: Draft, folder: Path, name: str) -> Path:
    """Where the profile will be written; ConfigError if there is one already or the name cannot be one."""
    wanted = name or (role_id(drafted.titles[0].value) if drafted.titles else "")
    if not wanted:
        raise ConfigError("the advert gives no job title to name the role by; pass --name NAME")
    if role_id(wanted) != wanted:
        hint = f", for example {role_id(wanted)}" if role_id(wanted) else ""
        raise ConfigError(f"--name {wanted!r}: write a name of small letters, digits and hyphens, at most 40{hint}")
    path = folder / f"{wanted}.yaml"
    if path.exists():
        raise ConfigError(f"{path}: exists; pass another --name, or remove the file")
    if wanted in shipped_roles() and not name:
        raise ConfigError(f"{wanted}: is the name of a shipped role; pass --name to choose another, or {wanted} itself")
    return path


def lanes_from(drafted: Draft, base: str) -> str | None:
    """The shipped role that lends its lanes: the one named, else the nearest, else none."""
    if base == NO_LANES:
        return None
    if base:
        return find_role(base).role
    return drafted.near[0].role if drafted.near else None


def store(drafted: Draft, path: Path, *, advert: Path, base: str | None) -> None:
    """Write the profile; ConfigError if the folder cannot be written to."""
    text = written(drafted, path.stem, source=advert.name, base=base)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "w", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise ConfigError(f"{path}: exists; pass another --name, or remove the file") from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written ({error.strerror}); check the roles folder") from error
