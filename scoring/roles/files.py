"""Role files: reading them with errors that name file, key and way out, and finding them by name."""

from difflib import get_close_matches
from pathlib import Path

import yaml
from pydantic import ValidationError

from scoring.plain_yaml import plain_yaml
from scoring.roles.model import Role
from storage.errors import RoleError

_SHIPPED = Path(__file__).parent
_TOO_LARGE = 1_000_000  # bytes; a profile is a few kilobytes


def load_role(path: Path) -> Role:
    """The profile in this file; RoleError names the file, the key and the way out."""
    content = _read(path)
    try:
        role = Role.model_validate(content)
    except ValidationError as error:
        raise RoleError(f"{path}: {_first(error)}") from error
    _check_skills(path, role)
    return role


def shipped_roles() -> dict[str, Path]:
    """The profiles that come with the product, by name."""
    return _folder_roles(_SHIPPED)


def find_role(name: str, folder: Path | None = None) -> Role:
    """The profile of this name: the installation's folder first, then the shipped ones."""
    own = _folder_roles(folder) if folder is not None else {}
    known = {**shipped_roles(), **own}
    if name not in known:
        near = get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise RoleError(f"no role {name!r}: {hint}there are {', '.join(sorted(known))}")
    role = load_role(known[name])
    if role.role != name:
        raise RoleError(f"{known[name]}: role: is {role.role!r}, but the file is named {name!r}; make both the same")
    return role


def _folder_roles(folder: Path) -> dict[str, Path]:
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def _read(path: Path) -> object:
    try:
        if path.stat().st_size > _TOO_LARGE:
            raise RoleError(f"{path}: larger than {_TOO_LARGE} bytes; a role profile is a short YAML file")
        content = plain_yaml(path.read_text("utf-8"))
    except OSError as error:
        raise RoleError(f"{path}: cannot be read ({error.strerror}); check the path") from error
    except UnicodeDecodeError as error:
        raise RoleError(f"{path}: is not UTF-8 text; save it as UTF-8") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise RoleError(f"{path}: is not readable YAML ({_place(error)}); compare with a shipped role") from error
    if not isinstance(content, dict):
        raise RoleError(f"{path}: holds no keys; start with `role: NAME` or copy a shipped role")
    return content


def _place(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or type(error).__name__
    return f"line {mark.line + 1}: {problem}" if mark is not None else str(problem)


def _first(error: ValidationError) -> str:
    """One line for the first finding: key, what is wrong, what helps."""
    found = error.errors()[0]
    key = ".".join(str(part) for part in found["loc"]) or "profile"
    match found["type"]:
        case "extra_forbidden":
            return f"{key}: unknown key{_nearest(str(found['loc'][-1]), found['loc'])}; remove it or correct its name"
        case "missing":
            return f"{key}: is missing; add it"
        case _:
            given = f" (given {found['input']!r:.60})" if not isinstance(found["input"], dict) else ""
            return f"{key}: {found['msg'].removeprefix('Value error, ')}{given}; correct it"


def _nearest(key: str, location: tuple[int | str, ...]) -> str:
    near = get_close_matches(key, Role.model_fields, n=1) if len(location) == 1 else []
    return f", did you mean {near[0]!r}?" if near else ""


def _check_skills(path: Path, role: Role) -> None:
    """Every skill named must be known: a misspelt one would silently never match."""
    known = role.vocabulary.ids
    named = [(f"must_have.{i}", skill) for i, group in enumerate(role.must_have) for skill in group.skills]
    named += [(f"nice_to_have.{i}", nice.skill) for i, nice in enumerate(role.nice_to_have)]
    for key, skill in named:
        if skill not in known:
            near = get_close_matches(skill, known, n=1)
            hint = f"did you mean {near[0]!r}? Else " if near else ""
            raise RoleError(f"{path}: {key}: unknown skill {skill!r}; {hint}describe it under `skills:`")
