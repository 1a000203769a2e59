"""What a lane of this source aims at: "where;key=value;key=value"."""

import re
from collections.abc import Mapping
from typing import NamedTuple

_YEAR = re.compile(r"[-_]?(?:19|20)?\d{2}$")
_HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,24}(?::\d{1,5})?")
_SLUG = re.compile(r"[A-Za-z0-9._-]{1,100}")


class Target(NamedTuple):
    """A lane's target, taken apart."""

    where: str
    settings: Mapping[str, str]

    def setting(self, name: str, default: str = "") -> str:
        """One setting, or its default where it is missing or empty."""
        return self.settings.get(name) or default

    @property
    def tags(self) -> tuple[str, ...]:
        """Words the operator gave to everything of this event."""
        return tuple(filter(None, (tag.strip() for tag in self.setting("tags").split(","))))


def read(text: str) -> Target:
    """Take a target apart; settings without "=" are empty."""
    where, *rest = (part.strip() for part in text.split(";"))
    pairs = (part.partition("=") for part in rest if part)
    return Target(where.strip("/"), {name.strip(): value.strip() for name, _, value in pairs})


def written(where: str, settings: Mapping[str, str]) -> str:
    """The target that `read` takes apart again; empty settings are left out."""
    return ";".join((where, *(f"{name}={value}" for name, value in settings.items() if value)))


def installation(target: Target) -> tuple[str, str] | None:
    """(host, slug) of an event at a pretalx installation, "pretalx.com/pyconde-2026"; None if it is neither."""
    host, _, slug = target.where.removeprefix("https://").partition("/")
    return (host, slug) if _HOST.fullmatch(host) and _SLUG.fullmatch(slug) else None


def series(target: Target, slug: str) -> str:
    """The series an event belongs to: as set, else its name without the year."""
    return target.setting("series") or _YEAR.sub("", slug) or slug


def event_id(target: Target) -> str | None:
    """The id of an event at Sessionize; None if it cannot be one."""
    return target.where if _SLUG.fullmatch(target.where) else None


def repository(target: Target) -> str | None:
    """owner/name of a repository with speaker files; None if it is none."""
    owner, _, name = target.where.partition("/")
    return target.where if _SLUG.fullmatch(owner) and _SLUG.fullmatch(name) else None
