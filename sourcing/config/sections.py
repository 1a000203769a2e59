"""The sections of `sourcing.toml`; `[identity]`, `[privacy]` and `[retention]` stand with what obeys them."""

import re
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

ENGINES = r"^(?:local|spark-local\[(?:\d+|\*)\]|spark://[\w.-]+:\d+(?:,[\w.-]+:\d+)*)$"
REQUIRED = ("name", "contact", "purpose")  # lines of [controller] without which nothing is crawled


class Section(BaseModel):
    """Base of all sections: frozen, unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Controller(Section):
    """Who answers for the data: asked by `sourcing init`, printed in the agent string and in notices."""

    name: str = ""
    contact: str = ""
    purpose: str = ""
    data_protection_contact: str = ""  # "": the contact
    lawful_basis: str = ""  # "": the regime's
    weighing: str = ""  # of both sides' interests, in writing; "": the shipped draft
    countries: tuple[str, ...] = ()  # where the controller works and looks for people
    recipients: tuple[str, ...] = ()  # who else is given the data, beside those in the ledger of exports

    @property
    def missing(self) -> list[str]:
        """Names of the lines without which nothing is crawled."""
        return [key for key in REQUIRED if not str(getattr(self, key)).strip()]

    @property
    def rights_contact(self) -> str:
        """Where people write about their data."""
        return self.data_protection_contact.strip() or self.contact


class Database(Section):
    """Where everything is kept; a relative SQLite path starts at the folder of the file."""

    url: str = Field(default="sqlite:///sourcing.db", min_length=1)
    pool: int = Field(default=5, ge=1, le=100)  # connections a process keeps open on a server; at peaks twice as many
    min_free_mib: int = Field(default=500, ge=0)  # MiB free on the disks a night writes to; less, and none begins


class Crawl(Section):
    """What holds for every source."""

    contact_url: str = Field(default="", max_length=2048)
    max_profiles: int = Field(default=2000, ge=1)  # per source and night
    max_requests: int | None = Field(default=None, ge=1)  # of all sources together per night; None: no end but theirs
    until: str = ""  # when a night ends, "06:00" by the machine's clock; empty: when everything is asked
    only_hosts: tuple[str, ...] = ()  # with entries: no other host is asked, whatever a source's addresses say


class Source(BaseModel):
    """One source: on or off, the name of its token's variable; all other keys are the spider's own."""

    model_config = ConfigDict(frozen=True, extra="allow", defer_build=True)

    enabled: bool | None = None  # unset: as the source's card says
    token_env: str = ""

    @property
    def options(self) -> dict[str, Any]:
        """The keys the spider checks itself."""
        return dict(self.model_extra or {})


class Roles(Section):
    """Where role profiles of this installation lie, and which of them a night works for."""

    folder: str = "roles"
    active: tuple[str, ...] = ("mle",)


class Exports(Section):
    """Where exported lists are written."""

    folder: str = "exports"


class PushSection(Section):
    """One system people are handed over to; the token itself stands in the environment."""

    token_env: str = ""
    user: str = ""  # in whose name people are created
    api: str = ""
    path: str = ""  # where people are created and listed
    jobs: Mapping[str, str] = Field(default_factory=dict)  # role: the system's id of the job
    max_wait: float = Field(default=300.0, ge=0)  # seconds of waiting it may ask for per push
    attempts: int = Field(default=3, ge=1)  # times somebody is sent whose answer was lost
    back_off: float = Field(default=5.0, ge=0)  # seconds before somebody is looked for after a lost answer

    @field_validator("api")
    @classmethod
    def _keeps_the_token(cls, api: str) -> str:
        parts = urlsplit(api)
        if not re.fullmatch(r"[\w.:\[\]-]+", parts.netloc):
            raise ValueError("names no host; write it like https://api.example.org")
        if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
            raise ValueError("the token would travel in the open; name an https:// address")
        return api


class Greenhouse(PushSection):
    """Greenhouse's Harvest interface."""

    token_env: str = "GREENHOUSE_TOKEN"  # noqa: S105  the name of a variable
    api: str = "https://harvest.greenhouse.io"
    path: str = "/v1/candidates"


class Lever(PushSection):
    """Lever's interface."""

    token_env: str = "LEVER_TOKEN"  # noqa: S105  the name of a variable
    api: str = "https://api.lever.co"
    path: str = "/v1/opportunities"


class Push(Section):
    """Systems people are handed over to."""

    greenhouse: Greenhouse = Greenhouse()
    lever: Lever = Lever()


class Logs(Section):
    """How the log of a night is written."""

    format: Literal["text", "json"] = "text"  # lines for people, or one JSON object a line
    metrics: str = ""  # file for Prometheus, written after each night; "": none


class Digest(Section):
    """What is told in the morning; the addresses stand in the environment, since they hold secrets."""

    to_env: str = "SOURCING_DIGEST_TO"
    top: int = Field(default=25, ge=1)  # people of a role's list that are told of when they are new in it
    most: int = Field(default=10, ge=1)  # people named per role and kind of news


class Workers(Section):
    """A night shared by several processes on PostgreSQL."""

    at_once: int = Field(default=4, ge=1, le=50)  # sources a worker asks side by side
    silence: float = Field(default=30.0, ge=1.0, le=600.0)  # seconds after which another one takes its sources over


class EngineSection(Section):
    """Who does batch work: this machine, some cores of it through Spark, or a Spark of many."""

    name: str = Field(default="local", pattern=ENGINES)
