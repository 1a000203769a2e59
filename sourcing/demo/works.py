"""Repositories of invented people: what they are about, what they are written in, which files prove a practice."""

from typing import Any

from sourcing.demo.cast import Person
from sourcing.demo.chance import Chance
from sourcing.demo.clock import DAY, stamp
from sourcing.demo.ids import repository_node
from sourcing.demo.loud import boast, famous
from sourcing.demo.stock import Field, Host, Theme

Record = dict[str, Any]
MAX_REPOSITORIES = 60
_HOLLOW = (8, 30)  # repositories of somebody who boasts
_LICENCES = ("MIT", "Apache-2.0", "BSD-3-Clause", "GPL-3.0", None, None)
_TAILS = ("", "", "", "-v2", "-demo", "-py", "-notes", "-2")
_PINS = ("", "", "==1.{}.0", ">=0.{}", "~=2.{}.1")
_WORKFLOWS = ("ci.yml", "release.yml", "train.yml", "deploy.yml", "docs.yml")


def repositories(chance: Chance, person: Person, owner: Record, zero: int) -> list[Record]:
    """The public repositories of a person on day 0, unordered; `zero` is the anchor's midnight."""
    count = _count(chance, person)
    names: set[str] = set()
    shown = [_repository(chance, person, owner, number, names, zero) for number in range(count)]
    if shown and (stars := famous(person)):
        shown[0] |= {"stargazerCount": stars, "isFork": False}
    return [*shown, *_hollow_works(person, owner, count, zero)]


def _hollow_works(person: Person, owner: Record, taken: int, zero: int) -> list[Record]:
    """What somebody shows who boasts of a field: the right words in name, topics and description, nothing inside."""
    field = boast(person)
    if field is None or person.field.role:
        return []
    chance = Chance("hollow", person.index, person.latin)
    count = min(chance.between(*_HOLLOW), MAX_REPOSITORIES - taken)
    return [_hollow(chance, person, field, owner, taken + number, zero) for number in range(count)]


def _hollow(chance: Chance, person: Person, field: Field, owner: Record, number: int, zero: int) -> Record:
    theme, other = chance.pick(field.themes), chance.pick(field.themes)
    made = zero - chance.between(20, 500) * DAY
    name = f"{chance.pick(theme.names)}-{number}x"
    record = build(chance, theme, owner, name, person.index * 64 + number, made, made, 0.0)
    topics = list(dict.fromkeys((*theme.topics, *other.topics)))
    about = f"{chance.pick(theme.about)}. {', '.join(topics)}"
    said = {"description": about, "_topics": topics, "_files": {"README.md": f"# {name}\n\n{about}\n"}, "_releases": []}
    return record | said | {"_hollow": True, "isFork": False, "stargazerCount": chance.below(3)}


def _count(chance: Chance, person: Person) -> int:
    if not person.field.themes:
        return 0
    middle = 2 + 5 * person.active * (1.5 if person.field.role else 0.8)
    return min(chance.heavy(middle, 1.6), MAX_REPOSITORIES)


def _repository(chance: Chance, person: Person, owner: Record, number: int, names: set[str], zero: int) -> Record:
    theme = chance.pick(person.field.themes)
    name = chance.pick(theme.names) + chance.pick(_TAILS)
    while name in names:
        name += str(chance.below(90) + 10)
    names.add(name)
    age = max(zero - person.created, 3 * DAY)
    created = person.created + int(chance.real() * (age - DAY))
    pushed = created + int((zero - DAY - created) * chance.real() ** (1.6 - person.active))
    return build(chance, theme, owner, name, person.index * 64 + number, created, pushed, person.seniority)


def build(
    chance: Chance, theme: Theme, owner: Record, name: str, number: int, created: int, pushed: int, skill: float
) -> Record:
    """One repository in the shape of GitHub's GraphQL answers; keys with _ feed resolvers, never an answer."""
    stars = _stars(chance, theme, skill)
    fork = chance.often(0.14)
    files, releases = _files(chance, theme, skill, name), _releases(chance, pushed, skill)
    record: Record = {
        "__typename": "Repository",
        "databaseId": 240_000_000 + number,
        "id": repository_node(240_000_000 + number),
        "name": name,
        "isPrivate": False,
        "description": chance.pick(theme.about) if chance.often(0.85) else None,
        "homepageUrl": None,
        "isArchived": chance.often(0.04),
        "isFork": fork,
        "createdAt": stamp(created),
        "pushedAt": stamp(pushed),
        "updatedAt": stamp(pushed),
        "stargazerCount": 0 if fork else stars,
        "forkCount": stars // 6,
        "_theme": theme,
        "_languages": _languages(chance, theme),
        "_topics": chance.some(theme.topics, chance.below(len(theme.topics) + 1)),
        "_files": files,
        "_releases": releases,
    }
    record["primaryLanguage"] = {"name": record["_languages"][0][0]} if record["_languages"] else None
    licence = chance.pick(_LICENCES)
    record["licenseInfo"] = {"spdxId": licence, "name": licence} if licence else None
    return own(record, owner)


def own(record: Record, owner: Record) -> Record:
    """The repository under the present login of its owner."""
    name = f"{owner['login']}/{record['name']}"
    return record | {"owner": owner, "nameWithOwner": name, "url": f"https://github.com/{name}"}


def host_record(host: Host, zero: int) -> Record:
    """A well-known repository in the same shape; its pushes do not move, so that days stay comparable."""
    login, _, name = host.name.partition("/")
    owner = {"__typename": "Organization", "login": login, "id": f"O_{login}", "databaseId": host.id % 10_000_000}
    pushed = stamp(zero - DAY // 2)
    return {
        "__typename": "Repository",
        "databaseId": host.id,
        "id": repository_node(host.id),
        "name": name,
        "nameWithOwner": host.name,
        "url": f"https://github.com/{host.name}",
        "owner": owner,
        "isPrivate": False,
        "description": host.about or None,
        "homepageUrl": None,
        "isArchived": False,
        "isFork": False,
        "createdAt": stamp(zero - 3_000 * DAY),
        "pushedAt": pushed,
        "updatedAt": pushed,
        "stargazerCount": host.stars,
        "forkCount": host.stars // 5,
        "primaryLanguage": {"name": host.language} if host.language else None,
        "licenseInfo": {"spdxId": "Apache-2.0", "name": "Apache License 2.0"},
        "_languages": [(host.language, 9_000_000)] if host.language else [],
        "_topics": list(host.topics),
        "_files": {"README.md": f"# {name}\n\n{host.about}\n"} if host.language else {},
        "_releases": [zero - 20 * DAY] if host.language else [],
    }


def _stars(chance: Chance, theme: Theme, skill: float) -> int:
    if theme.id in ("dotfiles", "coursework"):
        return chance.below(4)
    return min(chance.heavy(0.3 + 14 * skill**4, 0.95), 30_000)


def _languages(chance: Chance, theme: Theme) -> list[tuple[str, int]]:
    sized = [(name, int(share * (200 + chance.heavy(600, 1.3)))) for name, share in theme.languages]
    kept = sized[:1] + [row for row in sized[1:] if chance.often(0.7)]
    return sorted(kept, key=lambda row: (-row[1], row[0]))


def _releases(chance: Chance, pushed: int, skill: float) -> list[int]:
    if not chance.often(0.08 + 0.3 * skill**2):
        return []
    return [pushed - number * 40 * DAY for number in range(chance.between(1, 12))]


def _files(chance: Chance, theme: Theme, skill: float, name: str) -> dict[str, Any]:
    """File name → text, or a list of names for a folder."""
    files: dict[str, Any] = {"README.md": _readme(chance, theme, name), "LICENSE": "", ".gitignore": "*.pyc\n"}
    for file in theme.files:
        if chance.often(0.35 + 0.6 * skill):
            files[file] = _folder(chance, file)
    if theme.packages:
        text = _requirements(chance, theme)
        if chance.often(0.6):
            files["requirements.txt"] = text
        else:
            files["pyproject.toml"] = _project(name, text)
    return files


def _folder(chance: Chance, file: str) -> str | list[str]:
    if file == ".github":
        return chance.some(_WORKFLOWS, chance.between(1, 3))
    if file == "Dockerfile":
        return 'FROM python:3.12-slim\nCOPY . /app\nCMD ["uvicorn", "app:app"]\n'
    return "" if "." in file.strip(".") or file in ("Makefile", "MLproject", "DESCRIPTION") else ["__init__.py"]


def _readme(chance: Chance, theme: Theme, name: str) -> str:
    words = ", ".join(chance.some(theme.topics, 3)).replace("-", " ")
    return f"# {name}\n\n{chance.pick(theme.about)}\n\nKeywords: {words}.\n"


def _requirements(chance: Chance, theme: Theme) -> str:
    kept = [package for package in theme.packages if chance.often(0.85)] or list(theme.packages[:1])
    lines = [package + _pin(chance, package) for package in kept]
    return "# made for the demo\n" + "\n".join(lines) + "\n"


def _pin(chance: Chance, package: str) -> str:
    return "" if any(sign in package for sign in "<=>~") else chance.pick(_PINS).format(chance.below(30))


def _project(name: str, requirements: str) -> str:
    listed = "".join(f'    "{line}",\n' for line in requirements.splitlines()[1:])
    return f'[project]\nname = "{name}"\nversion = "0.1.0"\ndependencies = [\n{listed}]\n'
