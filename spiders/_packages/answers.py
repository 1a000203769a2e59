"""Answers of the registries, each brought into one form: a `Listed` package with its owners. Mail is not read."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from spiders._reading.clean import clean_tags
from spiders._reading.times import Moment

_REPOSITORY = re.compile(
    r"(?:git\+)?(?:https?|git|ssh)://(?:git@)?(?:www\.)?github\.com/([\w.-]{1,100})/([\w.-]{1,100})(?:[/#?].*)?",
    re.IGNORECASE,
)
_SHORT = re.compile(r"(?:github:)?([\w.-]{1,100})/([\w.-]{1,100})", re.IGNORECASE)  # how npm writes it in short
_TOPIC = "Topic :: "
_LATEST = frozenset({"created", "modified"})  # of npm's list of dates, no release


class Owner(NamedTuple):
    """A name at the registry and what the package says they are."""

    user: str
    role: str


class Listed(NamedTuple):
    """One package; `owners` is empty with a `nobody` that says why."""

    name: str
    summary: str
    repository: tuple[str, str] | None  # owner and name at GitHub, normal form
    released_at: datetime | None
    tags: tuple[str, ...]
    owners: tuple[Owner, ...]
    nobody: str = ""


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore")


class Role(_Answer):
    """One person's role in a package."""

    role: str
    user: str = Field(min_length=1)


class Ownership(_Answer):
    """Who owns a package; older answers lack it."""

    organization: str | None = None
    roles: tuple[Role, ...] = ()


class Info(_Answer):
    """What a package says of itself."""

    name: str
    summary: str | None = None
    keywords: str | None = None
    classifiers: tuple[str, ...] = ()
    home_page: str | None = None
    project_urls: Mapping[str, str | None] | None = None


class File(_Answer):
    """One file of the latest release."""

    upload_time_iso_8601: Moment | None = None


class Package(_Answer):
    """The answer of the Python registry for one package."""

    info: Info
    ownership: Ownership | None = None
    urls: tuple[File, ...] = ()

    @property
    def repository(self) -> tuple[str, str] | None:
        """Owner and name of its GitHub repository, in normal form."""
        stated = [*(self.info.project_urls or {}).values(), self.info.home_page]
        return next(filter(None, (repository(url or "") for url in stated)), None)

    @property
    def tags(self) -> tuple[str, ...]:
        """Keywords and the last words of its topics."""
        words = re.split(r"[,;]|\s{2,}", self.info.keywords or "")
        topics = (one.rpartition(" :: ")[2] for one in self.info.classifiers if one.startswith(_TOPIC))
        return clean_tags([*words, *topics])

    def listed(self) -> Listed:
        """The package in the form all registries share."""
        owners = tuple(Owner(one.user, one.role) for one in self.ownership.roles) if self.ownership else ()
        released = max((file.upload_time_iso_8601 for file in self.urls if file.upload_time_iso_8601), default=None)
        nobody = "owned_by_organisation" if self.ownership else "ownership_not_given"
        summary = self.info.summary or ""
        return Listed(self.info.name, summary, self.repository, released, self.tags, owners, "" if owners else nobody)


class Maintainer(_Answer):
    """A maintainer as npm lists them; the address that stands beside the name is not read."""

    name: str = Field(min_length=1)


class Source(_Answer):
    """Where the code is."""

    url: str | None = None


class Module(_Answer):
    """The answer of npm for one package."""

    name: str
    description: str | None = None
    keywords: tuple[str, ...] | str | None = None
    homepage: str | None = None
    repository: Source | str | None = None
    maintainers: tuple[Maintainer, ...] = ()
    time: Mapping[str, Moment | Mapping[str, object]] | None = None  # an unpublished one holds an object

    def listed(self) -> Listed:
        """The package in the form all registries share; npm names people only, all of them as maintainers."""
        stated = self.repository.url if isinstance(self.repository, Source) else self.repository
        code = repository(stated or "", short=True) or repository(self.homepage or "")
        dates = [at for when, at in (self.time or {}).items() if when not in _LATEST and isinstance(at, datetime)]
        words = self.keywords.split(",") if isinstance(self.keywords, str) else self.keywords or ()
        owners = tuple(Owner(one.name, "Maintainer") for one in self.maintainers)
        nobody = "" if owners else "ownership_not_given"
        return Listed(
            self.name, self.description or "", code, max(dates, default=None), clean_tags(words), owners, nobody
        )


def repository(url: str, *, short: bool = False) -> tuple[str, str] | None:
    """Owner and name of the GitHub repository an address leads to, in normal form; `short` reads "owner/name" too."""
    stated = url.strip()
    found = _REPOSITORY.fullmatch(stated) or (_SHORT.fullmatch(stated) if short else None)
    return (found[1].lower(), found[2].lower().removesuffix(".git")) if found else None
