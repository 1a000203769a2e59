"""Names in lanes that no source knows (N1): repositories, tags, tasks; offline against what is known of them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from scoring.plain_yaml import plain_yaml
from scoring.roles.lint.finding import Finding, warning
from scoring.roles.model import LaneGroup, Role
from scoring.skills import shipped_vocabulary

_FOLDER = Path(__file__).parent
_REPOSITORY = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})/[\w.-]{1,100}")
_NEAR = 0.85  # likeness from which a name is taken for another one misspelt
_TASKS = ("models", "datasets")


class Name(NamedTuple):
    """A name of a lane that its source must know: "repository", "tag" (site/tag) or "task"."""

    kind: str
    text: str


class _Known(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int
    tasks: frozenset[str]
    sites: frozenset[str]


def names_in(role: Role) -> list[Name]:
    """The repositories, tags and tasks a role names, each once, in the order of the file."""
    return list(dict.fromkeys(name for lane in role.lanes for name in _names(lane)))


def _names(lane: LaneGroup) -> Iterator[Name]:
    for target in lane.targets:
        if lane.source == "github" and lane.kind in ("contributors", "merged_authors"):
            yield Name("repository", target)
        elif lane.source == "stackexchange":
            yield Name("tag", target)
        elif lane.source == "huggingface" and lane.kind in _TASKS:
            task = target.removeprefix("pipeline_tag=")
            if "=" not in task:
                yield Name("task", task)


def offline_names(role: Role) -> Iterator[Finding]:
    """N1: names that cannot be, or look like a known one misspelt. An unknown name alone is no finding offline."""
    for name in names_in(role):
        problem = _CHECKS[name.kind](name.text)
        if problem:
            yield warning("N1", f"{name.kind} '{name.text}' {problem}")


def suggestion(name: Name) -> str:
    """ "; did you mean …?" where a known name is near, else ""."""
    near = _near(name.text, _known_names()[name.kind])
    return f"; did you mean {near}?" if near else ""


def _repository(text: str) -> str:
    if not _REPOSITORY.fullmatch(text):
        return "is no repository: write it as owner/name"
    return _misspelt(text, _known_names()["repository"])


def _tag(text: str) -> str:
    site, _, tag = text.partition("/")
    if not tag:
        return "names no site: write it as stackoverflow/pytorch"
    if site not in _shipped().sites:
        near = _near(site, _shipped().sites)
        return f"is of a site nobody knows here{f'; did you mean {near}/{tag}?' if near else ''}"
    return _misspelt(text, _known_names()["tag"])


def _task(text: str) -> str:
    tasks = _shipped().tasks
    near = _near(text, tasks)
    return "" if text in tasks else f"is no task of the hub{f'; did you mean {near}?' if near else ''}"


def _misspelt(text: str, known: frozenset[str]) -> str:
    lower = {name.lower(): name for name in known}
    if text.lower() in lower:
        return ""
    near = _near(text.lower(), lower)
    return f"is close to a known one; did you mean {lower[near]}?" if near else ""


def _near(text: str, known: Iterable[str]) -> str:
    return next(iter(get_close_matches(text, known, n=1, cutoff=_NEAR)), "")


_CHECKS = {"repository": _repository, "tag": _tag, "task": _task}


@cache
def _shipped() -> _Known:
    return _Known.model_validate(plain_yaml((_FOLDER / "names.yaml").read_text("utf-8")))


@cache
def _known_names() -> Mapping[str, frozenset[str]]:
    """What the shipped roles name, with the tags of the vocabulary and the tasks of the hub."""
    found: dict[str, set[str]] = {"repository": set(), "tag": set(), "task": set(_shipped().tasks)}
    for path in sorted(_FOLDER.parent.glob("*.yaml")):
        for name in names_in(Role.model_validate(plain_yaml(path.read_text("utf-8")))):
            found[name.kind].add(name.text)
    found["tag"] |= {f"stackoverflow/{tag}" for skill in shipped_vocabulary().skills for tag in skill.tags}
    return {kind: frozenset(names) for kind, names in found.items()}
