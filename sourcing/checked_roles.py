"""What role profiles come to, without reading them where nothing changed since.

Reading and checking a profile takes a tenth of a short command. What came out is kept, and holds for the very profile,
the tables beside it and what checks them. Whoever scores many reads the profile itself (`scoring.roles.find_role`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pydantic

import scoring
from sourcing import __version__
from sourcing.config import Config
from storage.errors import RoleError
from storage.kept import code_in, kept
from storage.records import Lane, Record

if TYPE_CHECKING:
    from scoring.roles import Role

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")  # what is no name is nobody's profile, and no file's name either
_BY_HAND = "people"  # kind of lanes that name people


class CheckedRole(Record):
    """A profile that can be used: its name and version, what its components weigh, where it looks, all of it."""

    role: str
    version: int
    normal_weights: Mapping[str, float]  # as `Role.normal_weights`
    lanes: tuple[Lane, ...] | None  # None: they name people, of whom no copy is kept
    whole: str | None  # the profile as JSON; None: it names people, or is not the same when read again


def checked_role(config: Config, name: str) -> CheckedRole:
    """The profile of this name, the installation's own first; RoleError if it is missing or wrong."""

    def make() -> dict[str, Any]:
        from scoring.roles import find_role

        found = find_role(name, config.roles_folder)
        lanes = tuple(found.lane_list())
        named = any(lane.kind == _BY_HAND for lane in lanes)
        return CheckedRole(
            role=found.role,
            version=found.version,
            normal_weights=found.normal_weights,
            lanes=None if named else lanes,
            whole=None if named else _as_read_again(found),
        ).model_dump()

    made = kept(f"role-{name}", _made_of(config, name), make) if _NAME.fullmatch(name) else make()
    return CheckedRole.model_validate(made)


def role_of(config: Config, name: str) -> "Role":
    """The whole profile of this name, at a hundredth of what `find_role` takes; RoleError as `checked_role`."""
    whole = checked_role(config, name).whole
    if whole is not None:
        from scoring.roles import Role

        return Role.model_validate_json(whole)
    from scoring.roles import find_role

    return find_role(name, config.roles_folder)


def _as_read_again(role: "Role") -> str | None:
    """A profile as JSON, if that gives the same profile."""
    written = role.model_dump_json()
    return written if type(role).model_validate_json(written) == role else None


def why_unknown(config: Config, name: str) -> str:
    """That there is no profile of this name, with those there are; "" if there is one, right or wrong."""
    folders = (config.roles_folder, *(Path(one) / "roles" for one in scoring.__path__))
    if _NAME.fullmatch(name) and any((folder / f"{name}.yaml").is_file() for folder in folders):
        return ""
    from scoring.roles import role_file

    try:
        role_file(name, config.roles_folder)
    except RoleError as error:
        return str(error)
    return ""


def lanes_of_role(config: Config, name: str) -> Sequence[Lane]:
    """The lanes of a profile, in the order of its file; RoleError as `checked_role`."""
    held = checked_role(config, name).lanes
    if held is not None:
        return held
    from scoring.roles import find_role

    return find_role(name, config.roles_folder).lane_list()


@cache
def _code() -> bytes:
    # Looked at once: a running process has loaded the code it found.
    return code_in(*map(Path, scoring.__path__), endings=(".py", ".yaml"))


def _made_of(config: Config, name: str) -> Iterator[bytes]:
    yield _code()
    yield f"{__version__} {pydantic.VERSION} {name} {' '.join(CheckedRole.model_fields)}".encode()
    folder = config.roles_folder
    for path in sorted((*folder.glob(f"{name}.yaml"), *folder.glob("*/*.yaml"))):
        yield from (str(path).encode(), path.read_bytes())
