"""An installation's own tables beside its roles: regions and first releases that correct or extend the shipped ones."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeVar

from pydantic import ValidationError

from scoring.places import Presets, read_presets, shipped_presets
from scoring.roles.lined import Fault, dotted, read_lined
from scoring.roles.lint.tenure import Releases, read_releases
from storage.errors import RoleError

FOLDER = "tables"  # below the roles folder, so that no table is taken for a role
_TOO_LARGE = 1_000_000  # bytes

Table = TypeVar("Table")


class Tables(NamedTuple):
    """What stands beside the roles of an installation."""

    presets: Presets  # with the shipped ones
    releases: Releases  # only the installation's own


def read_tables(roles: Path | None) -> Tables:
    """The tables of a roles folder; RoleError names file, line and way out."""
    folder = roles / FOLDER if roles is not None else None
    presets = _table(folder, "regions.yaml", read_presets)
    releases = _table(folder, "releases.yaml", read_releases)
    return Tables({**shipped_presets(), **(presets or {})}, releases or {})


def _table(folder: Path | None, name: str, read: Callable[[object], Table]) -> Table | None:
    path = folder / name if folder is not None else None
    if path is None or not path.is_file():
        return None
    lined = None
    try:
        lined = read_lined(text_of(path))
        return read(lined.content)
    except Fault as fault:
        raise RoleError(f"{at(path, fault.line)}: {fault.message}") from fault
    except ValidationError as error:
        found = error.errors()[0]
        line = lined.line(tuple(found["loc"])) if lined else None
        key = dotted(tuple(found["loc"])) or "table"
        message = found["msg"].removeprefix("Value error, ")
        raise RoleError(f"{at(path, line)}: {key}: {message}; correct it, or compare with the shipped table") from error
    except ValueError as error:
        raise RoleError(f"{path}: {error}") from error


def at(path: Path, line: int | None) -> str:
    """ "roles/mle.yaml:12", as editors and terminals understand it."""
    return f"{path}:{line}" if line is not None else str(path)


def text_of(path: Path) -> str:
    """The text of a small file; RoleError says why it cannot be had."""
    try:
        if path.stat().st_size > _TOO_LARGE:
            raise RoleError(f"{path}: larger than {_TOO_LARGE} bytes; a role profile is a short YAML file")
        return path.read_text("utf-8")
    except OSError as error:
        raise RoleError(f"{path}: cannot be read ({error.strerror}); check the path") from error
    except UnicodeDecodeError as error:
        raise RoleError(f"{path}: is not UTF-8 text; save it as UTF-8") from error
