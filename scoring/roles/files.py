"""Role files: reading them with errors that name file, line, key and way out, and finding them by name."""

from difflib import get_close_matches
from pathlib import Path

from pydantic import ValidationError

from scoring.roles.lined import Fault, Lined, dotted, read_lined
from scoring.roles.lint.traits import refused
from scoring.roles.model import Role
from scoring.roles.tables import at, read_tables, text_of
from storage.errors import RoleError

_SHIPPED = Path(__file__).parent


def load_role(path: Path) -> Role:
    """The profile in this file; RoleError names the file, the line, the key and the way out.

    A file that asks for a protected trait, or for a plain proxy of one, is refused.
    """
    file = _read(path)
    _refuse_traits(path, file)
    context = {"presets": read_tables(path.parent).presets}
    try:
        role = Role.model_validate(file.content, context=context)
    except ValidationError as error:
        raise RoleError(_first(path, file, error)) from error
    except OverflowError as error:
        raise RoleError(f"{path}: a number is too large ({error}); write a smaller one") from error
    _check_skills(path, file, role)
    return role


def shipped_roles() -> dict[str, Path]:
    """The profiles that come with the product, by name."""
    return folder_roles(_SHIPPED)


def folder_roles(folder: Path) -> dict[str, Path]:
    """The profiles in a folder, by name."""
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def role_file(name: str, folder: Path | None = None) -> Path:
    """Where the profile of this name stands: the installation's folder first, then the shipped ones."""
    own = folder_roles(folder) if folder is not None else {}
    known = {**shipped_roles(), **own}
    if name not in known:
        near = get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise RoleError(f"no role {name!r}: {hint}there are {', '.join(sorted(known))}")
    return known[name]


def find_role(name: str, folder: Path | None = None) -> Role:
    """The profile of this name: the installation's folder first, then the shipped ones."""
    path = role_file(name, folder)
    role = load_role(path)
    if role.role != name:
        raise RoleError(f"{path}: role: is {role.role!r}, but the file is named {name!r}; make both the same")
    return role


def _read(path: Path) -> Lined:
    try:
        file = read_lined(text_of(path))
    except Fault as fault:
        raise RoleError(f"{at(path, fault.line)}: {fault.message}; compare with a shipped role") from fault
    if not isinstance(file.content, dict):
        raise RoleError(f"{path}: holds no keys; start with `role: NAME` or copy a shipped role")
    return file


def _refuse_traits(path: Path, file: Lined) -> None:
    found = refused(file)
    if found is not None:
        word, trait = found
        raise RoleError(
            f"{at(path, word.line)}: {dotted(word.path)}: {trait.word!r} stands for {trait.trait}; "
            "nobody may be looked for by that: remove it"
        )


def _first(path: Path, file: Lined, error: ValidationError) -> str:
    """One line for the first finding: file, line, key, what is wrong, what helps."""
    found = error.errors()[0]
    location = tuple(found["loc"])
    message = found["msg"].removeprefix("Value error, ")
    if not location:  # a rule about the whole profile: the line of the key it names
        location = next((path for path in file.lines if len(path) == 1 and str(path[0]) in message), ())
    key = dotted(location) or "profile"
    where = at(path, file.line(location))
    match found["type"]:
        case "extra_forbidden":
            hint = _nearest(location)
            return f"{where}: {key}: unknown key{hint}; remove it or correct its name"
        case "missing":
            return f"{where}: {key}: is missing; add it"
        case _:
            given = f" (given {found['input']!r:.60})" if not isinstance(found["input"], dict) else ""
            return f"{where}: {key}: {message}{given}; correct it"


def _nearest(location: tuple[int | str, ...]) -> str:
    near = get_close_matches(str(location[-1]), Role.model_fields, n=1) if len(location) == 1 else []
    return f", did you mean {near[0]!r}?" if near else ""


def _check_skills(path: Path, file: Lined, role: Role) -> None:
    """Every skill named must be known: a misspelt one would silently never match."""
    known = role.vocabulary.ids
    named = [(("must_have", i), skill) for i, group in enumerate(role.must_have) for skill in group.skills]
    named += [(("nice_to_have", i), nice.skill) for i, nice in enumerate(role.nice_to_have)]
    for place, skill in named:
        if skill not in known:
            near = get_close_matches(skill, known, n=1)
            hint = f"did you mean {near[0]!r}? Else " if near else ""
            where = f"{at(path, file.line(place))}: {dotted(place)}"
            raise RoleError(f"{where}: unknown skill {skill!r}; {hint}describe it under `skills:`")
