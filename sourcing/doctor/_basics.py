"""What is looked at on every check-up: settings, database, roles, sources, tokens and what is left of their budgets."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sourcing import crawl
from sourcing.checked_roles import checked_role
from sourcing.config import KEY_ENV, Config
from sourcing.doctor._check import Check, State, checked
from sourcing.privacy.clock import urgent
from storage.errors import ConfigError, SourcingError
from storage.store import DUE_DAYS, Holder, Store

if TYPE_CHECKING:
    import httpx

SILENT = timedelta(minutes=2)  # a night gives a sign of life every quarter of a minute
NO_NIGHT = timedelta(days=2)  # without a night, from which somebody should look


def basics(config: Config, now: datetime, client: httpx.Client | None, *, deep: bool = False) -> list[Check]:
    """Settings, database, roles and sources; budgets only with a client, all rows of the database only if `deep`."""
    checks = [*_settings(config)]
    with ExitStack() as opened:
        try:
            store = opened.enter_context(Store.open(config.database_url, key=config.key))
        except SourcingError as error:
            store = None
            checks.append(Check(area="database", name="database", state="failed", detail=str(error)))
        if store is not None:
            checks += _database(config, store, now, deep=deep)
        return [*checks, *_roles(config), *_sources(config, store, now, client)]


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


def _database(config: Config, store: Store, now: datetime, *, deep: bool) -> Iterator[Check]:
    try:
        found = store.check() if deep else store.glance()
    except SourcingError as error:
        yield Check(area="database", name="database", state="failed", detail=str(error))
        return
    how = "read through" if deep else "not read through (`sourcing db check` does)"
    shown = f"{config.database_shown}, revision {store.schema()[0]}, {how}"
    yield checked("database", "database", "; ".join(found), shown)
    yield from _rights(config, store, now)
    yield _last_night(store, now)
    yield from _workers(config, store)
    file = Path(config.database_url.removeprefix("sqlite:///"))
    if file.is_file():
        problem = "" if os.access(file, os.W_OK) else f"{file} is read-only; change its permissions"
        yield checked("database", "writable", problem, str(file))


def _rights(config: Config, store: Store, now: datetime) -> Iterator[Check]:
    """The key that recognises erased people, unfinished erasures, and requests whose time runs out."""
    where = f"from {KEY_ENV}" if os.environ.get(KEY_ENV) else str(config.key_file)
    none = "" if config.key else f"none; nobody can be erased: put one into {KEY_ENV} or {config.key_file}"
    yield checked("database", "key", none, where, state="warning")
    left = "" if store.is_compact() else "bytes of erased people are left in the files; run `sourcing db compact`"
    yield checked("database", "erasures", left, "finished")
    waiting = urgent(store, now)
    worst: State = "failed" if any(one.state in ("red", "overdue") for one in waiting) else "warning"
    listed = ", ".join(f"request {one.request.id} ({one.request.kind}) day {one.days}" for one in waiting)
    problem = f"{listed}: due after {DUE_DAYS} days; see `sourcing subject log --open`" if waiting else ""
    yield checked("database", "requests", problem, "none waits for long", state=worst)


def _last_night(store: Store, now: datetime) -> Check:
    """Whether nights are run at all, and come to their end."""
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


def _workers(config: Config, store: Store) -> Iterator[Check]:
    """Workers that share nights, and those that died; nothing where there are none."""
    workers = store.workers()
    dead = [one for one in workers if one.silent > config.workers.silence]
    listed = ", ".join(one.name for one in dead)
    problem = f"not heard of for too long: {listed}; start them again, see `sourcing worker --list`" if dead else ""
    if workers:
        yield checked("database", "workers", problem, f"{len(workers)} alive", state="warning")


def _roles(config: Config) -> Iterator[Check]:
    for name in config.roles.active:
        problem = _message(partial(checked_role, config, name))
        yield checked("roles", name, problem, "can be used")


def _sources(config: Config, store: Store | None, now: datetime, client: httpx.Client | None) -> Iterator[Check]:
    """All sources; which of them asked us to wait is known only if there is a database."""
    try:
        statuses = crawl.sources(config, store, now=now)
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


def _detail(config: Config, status: crawl.SourceStatus, client: httpx.Client | None) -> str:
    unset = f"no token set in {status.token_env}" if status.token_env else "needs no token"
    token = f"token in {status.token_env}" if status.token_present else unset
    if client is None:
        return f"usable, {token}"
    from sourcing.doctor._budgets import budget

    return f"usable, {token}, budget: {budget(config, status, client)}"
