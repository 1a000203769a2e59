"""A whole installation: all sections together, and the places and rules that follow from them."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from pydantic import Field

from sourcing.config.sections import (
    Controller,
    Crawl,
    Database,
    Digest,
    EngineSection,
    Exports,
    Logs,
    Push,
    Roles,
    Section,
    Source,
    Workers,
)
from sourcing.identity.settings import Settings as Identity
from sourcing.regimes import BASIS, WEIGHING, Privacy, Retention, Rules, rules_of
from storage import secret
from storage.errors import ConfigError
from storage.redaction import Secret

DATABASE_ENV = "SOURCING_DATABASE_URL"
KEY_ENV = "SOURCING_KEY"
SQLITE = "sqlite:///"
_PASSWORD = re.compile(r"://[^:/@]*:([^@/]*)@")


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
