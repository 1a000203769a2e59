"""One Config: `sourcing.toml` for what may be read by anybody, the environment for secrets.

Every section has its model here, except the inner keys of a source: those belong to the spider, which
checks them against its own options. Errors name the file, the key, the value and the way out.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from sourcing.identity.settings import Settings as Identity
from sourcing.regimes import BASIS, WEIGHING, Privacy, Retention, Rules, missing, rules_of, too_long
from spiders._registry import names
from storage import secret
from storage.errors import ConfigError
from storage.redaction import Secret

FILE_NAME = "sourcing.toml"
FILE_ENV = "SOURCING_CONFIG"
DATABASE_ENV = "SOURCING_DATABASE_URL"
KEY_ENV = "SOURCING_KEY"
# Names under which people put secrets into files; the file is meant to be shown and shared.
SECRET_KEYS = frozenset({"token", "password", "secret", "api_key", "key", "client_secret", "access_token"})
SQLITE = "sqlite:///"
ENGINES = r"^(?:local|spark-local\[(?:\d+|\*)\]|spark://[\w.-]+:\d+(?:,[\w.-]+:\d+)*)$"
_PASSWORD = re.compile(r"://[^:/@]*:([^@/]*)@")
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

    model_config = ConfigDict(frozen=True, extra="allow")

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


class Config(Section):
    """A whole installation, as read; `path` is the file it came from."""

    path: Path = Field(exclude=True)
    controller: Controller = Controller()
    database: Database = Database()
    crawl: Crawl = Crawl()
    sources: Mapping[str, Source] = Field(default_factory=dict)
    identity: Identity = Identity()
    roles: Roles = Roles()
    exports: Exports = Exports()
    logs: Logs = Logs()
    push: Push = Push()
    digest: Digest = Digest()
    engine: EngineSection = EngineSection()
    workers: Workers = Workers()
    privacy: Privacy = Privacy()
    retention: Retention = Retention()

    @property
    def folder(self) -> Path:
        """The folder all relative paths start at."""
        return self.path.parent

    @property
    def database_url(self) -> str:
        """The address to open: the environment's, else the file's; relative SQLite paths made absolute."""
        url = os.environ.get(DATABASE_ENV) or self.database.url
        if found := _PASSWORD.search(url):
            Secret(found[1])  # held, so that no message of a driver shows it
        return _pooled(_absolute(url, self.folder), self.database.pool)

    @property
    def database_shown(self) -> str:
        """The address without its password."""
        return re.sub(r"(://[^:/@]*):[^@/]*@", r"\1:***@", self.database_url)

    @property
    def roles_folder(self) -> Path:
        """Absolute folder of the installation's role profiles."""
        return self.folder / self.roles.folder

    @property
    def exports_folder(self) -> Path:
        """Absolute folder of exported files."""
        return self.folder / self.exports.folder

    @property
    def logs_folder(self) -> Path:
        """Absolute folder of the nights' reports."""
        return self.folder / "logs"

    @property
    def metrics_file(self) -> Path | None:
        """The file for Prometheus; a relative path starts at the folder of the settings."""
        return self.folder / self.logs.metrics if self.logs.metrics else None

    @property
    def key_file(self) -> Path:
        """Where the installation's key stands unless the environment holds it."""
        return self.folder / secret.FILE_NAME

    @property
    def key(self) -> bytes:
        """The installation's key for tombstones; empty when neither environment nor file holds one.

        ConfigError if others may read the file.
        """
        return secret.installation_key(KEY_ENV, self.key_file)

    @property
    def rules(self) -> Rules:
        """The rules in force: the regime's preset with what the file states."""
        return rules_of(self.privacy, self.retention)

    @property
    def lawful_basis(self) -> str:
        """The lawful basis stated, else the regime's."""
        return self.controller.lawful_basis.strip() or BASIS[self.privacy.regime]

    @property
    def weighing(self) -> str:
        """The weighing of interests stated, else the shipped draft."""
        return self.controller.weighing.strip() or WEIGHING

    def source(self, name: str) -> Source:
        """The section of a source, with defaults when the file has none."""
        return self.sources.get(name, Source())

    def problem(self, key: str, value: object, reason: str) -> ConfigError:
        """An error that names this file, the key, the value and the way out."""
        return ConfigError(f"{self.path}: {key} = {value!r}: {reason}")

    def require_controller(self) -> None:
        """Raise ConfigError naming the controller lines still missing; no crawl starts without them."""
        if self.controller.missing:
            lines = ", ".join(self.controller.missing)
            raise ConfigError(
                f"{self.path}: [controller] lacks {lines}; who collects data about people must be named: "
                "fill the lines in or run `sourcing init --force`"
            )


def locate(path: Path | None = None) -> Path:
    """The file to use: the one given, else the environment's, else the one in the working directory."""
    chosen = path or Path(os.environ.get(FILE_ENV) or FILE_NAME)
    if chosen.is_dir():
        chosen = chosen / FILE_NAME
    if not chosen.is_file():
        raise ConfigError(f"no {chosen.absolute()}; write one with `sourcing init` or name one with --config")
    return chosen.resolve()


def load(path: Path | None = None) -> Config:
    """Read and check `sourcing.toml`; ConfigError names file, key, value and way out."""
    chosen = locate(path)
    raw = _parse(chosen)
    _refuse_secrets(chosen, raw)
    _refuse_unknown_sources(chosen, raw)
    try:
        config = Config.model_validate({**raw, "path": chosen})
    except ValidationError as error:
        raise ConfigError(_explain(chosen, error)) from error
    _check_rules(config)
    return config


def _parse(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not readable as TOML: {error}; correct that line") from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}; check its permissions") from error


def _refuse_secrets(path: Path, raw: Mapping[str, Any]) -> None:
    for name, section in _tables(raw.get("sources")):
        for key in SECRET_KEYS & section.keys():
            raise ConfigError(
                f"{path}: [sources.{name}] {key}: secrets do not belong in this file; "
                "put the value into an environment variable and name that in token_env"
            )


def _refuse_unknown_sources(path: Path, raw: Mapping[str, Any]) -> None:
    for name, _ in _tables(raw.get("sources")):
        if name not in names():
            raise ConfigError(f"{path}: [sources.{name}]: no such source; there are: {', '.join(names())}")


def _check_rules(config: Config) -> None:
    unstated = missing(config.privacy, config.retention)
    if unstated:
        raise ConfigError(
            f"{config.path}: [privacy] regime = 'custom' has no preset: state {', '.join(unstated)}, or take gdpr or us"
        )
    if reason := too_long(config.rules):
        raise ConfigError(f"{config.path}: {reason}; shorten it, or take regime = 'custom' and answer for it")


def _tables(value: object) -> list[tuple[str, dict[str, Any]]]:
    if not isinstance(value, dict):
        return []
    return [(name, section) for name, section in value.items() if isinstance(section, dict)]


def _explain(path: Path, error: ValidationError) -> str:
    first = error.errors()[0]
    place = [str(step) for step in first["loc"]]
    where = f"[{'.'.join(place[:-1])}] {place[-1]}" if len(place) > 1 else f"[{place[0]}]"
    if first["type"] == "extra_forbidden":
        return f"{path}: {where}: unknown; correct the spelling or remove the line (docs/configuration.md)"
    value = "" if isinstance(first["input"], dict) else f" = {first['input']!r}"
    return f"{path}: {where}{value}: {first['msg']}; correct the line or remove it for the default"


def _absolute(url: str, folder: Path) -> str:
    rest = url.removeprefix(SQLITE)
    if rest == url or rest == ":memory:" or rest.startswith("/"):
        return url
    return f"{SQLITE}{folder / rest}"


def _pooled(url: str, pool: int) -> str:
    """The address with the limit on its connections, where it is a server's and names none itself."""
    if pool == Database().pool or url.startswith("sqlite") or re.search(r"[?&]pool=", url):
        return url
    return f"{url}{'&' if '?' in url else '?'}pool={pool}"
