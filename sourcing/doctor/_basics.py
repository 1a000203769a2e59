"""What is looked at on every check-up: settings, database, roles, sources, tokens and what is left of their budgets."""

import os
import socket
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import httpx

from scoring.roles import find_role
from sourcing import crawl
from sourcing.config import KEY_ENV, Config
from sourcing.doctor._check import Check, State, checked
from sourcing.privacy.clock import urgent
from storage.errors import ConfigError, SourcingError, StoreError
from storage.redaction import Secret
from storage.store import DUE_DAYS, Holder, Store

SILENT = timedelta(minutes=2)  # a night gives a sign of life every quarter of a minute
NO_NIGHT = timedelta(days=2)  # without a night, from which somebody should look


def basics(config: Config, now: datetime, client: httpx.Client | None) -> list[Check]:
    """Settings, database, roles and sources; budgets only with a client."""
    return [*_settings(config), *_database(config, now), *_roles(config), *_sources(config, now, client)]


def _message(action: Callable[[], object]) -> str:
    """The message of the error an action ends with, "" if it succeeds."""
    try:
        action()
    except SourcingError as error:
        return str(error)
    return ""


def _settings(config: Config) -> Iterator[Check]:
    yield Check(area="settings", name="sourcing.toml", state="ok", detail=str(config.path))
    yield checked("settings", "controller", _message(config.require_controller), config.controller.name)
    for name, folder in (("exports", config.exports_folder), ("logs", config.logs_folder)):
        problem = "" if _writable(folder) else f"{folder} cannot be written; make it or change its permissions"
        yield checked("settings", name, problem, str(folder))


def _writable(path: Path) -> bool:
    nearest = next(one for one in (path, *path.parents) if one.exists())
    return os.access(nearest, os.W_OK)


def _database(config: Config, now: datetime) -> Iterator[Check]:
    try:
        with Store.open(config.database_url, key=config.key) as store:
            found = store.check()
            revision = store.schema()[0]
    except SourcingError as error:
        yield Check(area="database", name="database", state="failed", detail=str(error))
        return
    shown = f"{config.database_shown}, revision {revision}"
    yield checked("database", "database", "; ".join(found), shown)
    yield from _rights(config, now)
    yield _last_night(config, now)
    yield from _workers(config)
    file = Path(config.database_url.removeprefix("sqlite:///"))
    if file.is_file():
        problem = "" if os.access(file, os.W_OK) else f"{file} is read-only; change its permissions"
        yield checked("database", "writable", problem, str(file))


def _rights(config: Config, now: datetime) -> Iterator[Check]:
    """The key that recognises erased people, unfinished erasures, and requests whose time runs out."""
    where = f"from {KEY_ENV}" if os.environ.get(KEY_ENV) else str(config.key_file)
    with Store.open(config.database_url, key=config.key) as store:
        none = "" if config.key else f"none; nobody can be erased: put one into {KEY_ENV} or {config.key_file}"
        yield checked("database", "key", none, where, state="warning")
        left = "" if store.is_compact() else "bytes of erased people are left in the files; run `sourcing db compact`"
        yield checked("database", "erasures", left, "finished")
        waiting = urgent(store, now)
    worst: State = "failed" if any(one.state in ("red", "overdue") for one in waiting) else "warning"
    listed = ", ".join(f"request {one.request.id} ({one.request.kind}) day {one.days}" for one in waiting)
    problem = f"{listed}: due after {DUE_DAYS} days; see `sourcing subject log --open`" if waiting else ""
    yield checked("database", "requests", problem, "none waits for long", state=worst)


def _last_night(config: Config, now: datetime) -> Check:
    """Whether nights are run at all, and come to their end."""
    with Store.open(config.database_url, key=config.key) as store:
        nights, holder = store.nights(1), store.holder()
    if not nights:
        return Check(area="database", name="last night", state="ok", detail="none was run yet")
    night, problem, fine = nights[0], "", f"night {nights[0].number} has ended"
    if night.ended_at is None and holder is not None and _at_work(holder, now):
        fine = f"night {night.number} is at work: {holder}"
    elif night.ended_at is None:
        problem = f"night {night.number} of {night.started_at:%Y-%m-%d %H:%M} UTC was cut off; start the next one soon"
    elif now - night.ended_at > NO_NIGHT:
        problem = f"night {night.number} ended {(now - night.ended_at).days} days ago; look at the timer that starts it"
    return checked("database", "last night", problem, fine, state="warning")


def _at_work(holder: Holder, now: datetime) -> bool:
    """Whether who held the night last still lives: here by its process, elsewhere by its signs of life."""
    if holder.host != socket.gethostname():
        return now - holder.heartbeat < SILENT
    try:
        os.kill(holder.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # somebody else's
    return True


def _workers(config: Config) -> Iterator[Check]:
    """Workers that share nights, and those that died; nothing where there are none."""
    with Store.open(config.database_url, key=config.key) as store:
        workers = store.workers()
    dead = [one for one in workers if one.silent > config.workers.silence]
    listed = ", ".join(one.name for one in dead)
    problem = f"not heard of for too long: {listed}; start them again, see `sourcing worker --list`" if dead else ""
    if workers:
        yield checked("database", "workers", problem, f"{len(workers)} alive", state="warning")


def _roles(config: Config) -> Iterator[Check]:
    for name in config.roles.active:
        problem = _message(lambda name=name: find_role(name, config.roles_folder))  # type: ignore[misc]
        yield checked("roles", name, problem, "can be used")


def _sources(config: Config, now: datetime, client: httpx.Client | None) -> Iterator[Check]:
    try:
        statuses = _statuses(config, now)
    except ConfigError as error:
        yield Check(area="settings", name="sources", state="failed", detail=str(error))
        return
    for status in statuses:
        wanted = status.usable or not status.off  # who switched a source off needs no warning of it
        state: State = "ok" if not wanted or (status.usable and not status.warning) else "warning"
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
    unset = f"no token set in {status.token_env}" if status.token_env else "needs no token"
    token = f"token in {status.token_env}" if status.token_present else unset
    budget = f", budget: {_budget(config, status, client)}" if client is not None else ""
    return f"usable, {token}{budget}"


def _budget(config: Config, status: crawl.SourceStatus, client: httpx.Client) -> str:
    """What is left at the source, "unknown" where it cannot be asked."""
    if status.name != "github":
        return "unknown (the source has no question for it)"
    api = getattr(crawl.options_of(config, status.name), "api", "")
    token = Secret.of(status.token_env).reveal()
    try:
        answer = client.get(f"{api}/rate_limit", headers={"Authorization": f"Bearer {token}"} if token else {})
        resources = answer.raise_for_status().json()["resources"]
        return ", ".join(_left(resources, one) for one in ("core", "search", "graphql") if one in resources)
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        return f"unknown ({type(error).__name__})"


def _left(resources: dict[str, dict[str, int]], name: str) -> str:
    return f"{name} {resources[name]['remaining']} of {resources[name]['limit']}"
