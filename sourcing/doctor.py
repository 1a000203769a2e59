"""Is this installation fit to run: settings, database, roles, sources, tokens and what is left of their budgets."""

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Literal

import httpx

from scoring.roles import find_role
from sourcing import crawl
from sourcing.config import Config, load
from storage.errors import ConfigError, SourcingError, StoreError
from storage.records import Record
from storage.store import Store

State = Literal["ok", "warning", "failed"]
ONLINE_SECONDS = 10.0  # for one question about a budget

# What the command line ends with when a check of this area failed.
FAILURE_CODES = {"settings": 2, "database": 3, "roles": 2, "sources": 1}


class Check(Record):
    """One thing looked at; `detail` says what was found and, if it is wrong, the way out."""

    area: str  # settings, database, roles, sources
    name: str
    state: State
    detail: str


def examine(
    path: Path | None, *, now: datetime, online: bool = False, client: httpx.Client | None = None
) -> list[Check]:
    """Look at everything; nothing is written, and no token is ever shown."""
    try:
        config = load(path)
    except ConfigError as error:
        return [Check(area="settings", name="sourcing.toml", state="failed", detail=str(error))]
    found = [*_settings(config), *_database(config), *_roles(config)]
    with client or httpx.Client(timeout=ONLINE_SECONDS, trust_env=False) as asking:
        return [*found, *_sources(config, now, asking if online else None)]


def exit_code(checks: list[Check]) -> int:
    """The documented code: the area of the first failed check decides."""
    return next((FAILURE_CODES[check.area] for check in checks if check.state == "failed"), 0)


def _check(area: str, name: str, problem: str, fine: str, *, state: State = "failed") -> Check:
    return Check(area=area, name=name, state=state if problem else "ok", detail=problem or fine)


def _message(action: Callable[[], object]) -> str:
    """The message of the error an action ends with, "" if it succeeds."""
    try:
        action()
    except SourcingError as error:
        return str(error)
    return ""


def _settings(config: Config) -> Iterator[Check]:
    yield Check(area="settings", name="sourcing.toml", state="ok", detail=str(config.path))
    yield _check("settings", "controller", _message(config.require_controller), config.controller.name)
    for name, folder in (("exports", config.exports_folder), ("logs", config.logs_folder)):
        problem = "" if _writable(folder) else f"{folder} cannot be written; make it or change its permissions"
        yield _check("settings", name, problem, str(folder))


def _writable(path: Path) -> bool:
    nearest = next(one for one in (path, *path.parents) if one.exists())
    return os.access(nearest, os.W_OK)


def _database(config: Config) -> Iterator[Check]:
    try:
        with Store.open(config.database_url, key=config.key) as store:
            found = store.check()
            revision = store.schema()[0]
    except SourcingError as error:
        yield Check(area="database", name="database", state="failed", detail=str(error))
        return
    shown = f"{config.database_shown}, revision {revision}"
    yield _check("database", "database", "; ".join(found), shown)
    file = Path(config.database_url.removeprefix("sqlite:///"))
    if file.is_file():
        problem = "" if os.access(file, os.W_OK) else f"{file} is read-only; change its permissions"
        yield _check("database", "writable", problem, str(file))


def _roles(config: Config) -> Iterator[Check]:
    for name in config.roles.active:
        problem = _message(lambda name=name: find_role(name, config.roles_folder))  # type: ignore[misc]
        yield _check("roles", name, problem, "can be used")


def _sources(config: Config, now: datetime, client: httpx.Client | None) -> Iterator[Check]:
    try:
        statuses = _statuses(config, now)
    except ConfigError as error:
        yield Check(area="settings", name="sources", state="failed", detail=str(error))
        return
    for status in statuses:
        state: State = "ok" if status.usable and not status.warning else "warning"
        detail = _detail(config, status, client) if status.usable else status.why_not
        detail += f"; {status.warning}" if status.warning else ""
        yield Check(area="sources", name=status.name, state=state, detail=detail)
    if not any(status.usable for status in statuses):
        yield Check(area="sources", name="all", state="failed", detail="no source can be used; see above")


def _statuses(config: Config, now: datetime) -> list[crawl.SourceStatus]:
    """All sources; which of them asked us to wait is known only if the database can be read."""
    try:
        with Store.open(config.database_url, key=config.key) as store:
            return crawl.sources(config, store, now=now)
    except StoreError:
        return crawl.sources(config, now=now)


def _detail(config: Config, status: crawl.SourceStatus, client: httpx.Client | None) -> str:
    token = f"token in {status.token_env}" if status.token_present else "no token needed or set"
    budget = f", budget: {_budget(config, status, client)}" if client is not None else ""
    return f"usable, {token}{budget}"


def _budget(config: Config, status: crawl.SourceStatus, client: httpx.Client) -> str:
    """What is left at the source, "unknown" where it cannot be asked."""
    if status.name != "github":
        return "unknown (the source has no question for it)"
    api = getattr(crawl.options_of(config, status.name), "api", "")
    token = os.environ.get(status.token_env, "")
    try:
        answer = client.get(f"{api}/rate_limit", headers={"Authorization": f"Bearer {token}"} if token else {})
        resources = answer.raise_for_status().json()["resources"]
        return ", ".join(_left(resources, one) for one in ("core", "search", "graphql") if one in resources)
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        return f"unknown ({type(error).__name__})"


def _left(resources: dict[str, dict[str, int]], name: str) -> str:
    return f"{name} {resources[name]['remaining']} of {resources[name]['limit']}"
