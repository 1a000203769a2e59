"""The machine under the installation: its clock, disks, permissions, versions, time zones and certificates."""

import os
import shutil
import sqlite3
import ssl
import stat
import sys
import zoneinfo
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, time
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

from sourcing import __version__
from sourcing.config import SQLITE, Config
from sourcing.doctor._check import Check, checked
from sourcing.space import MIB, require_space
from spiders._registry import about, names
from storage.errors import SourcingError, StoreError
from storage.store import Store

ZONES = ("UTC", "Europe/Berlin", "Asia/Kolkata", "America/Sao_Paulo")  # of each kind one
DISTRIBUTION = "sourcing-crawler"
LEAST_SQLITE = (3, 38)  # JSON functions are part of it from here on
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def machine(config: Config, now: datetime) -> Iterator[Check]:
    """Everything that is not the installation's own."""
    yield _clock(config, now)
    yield _zones()
    yield from _disks(config)
    yield from _permissions(config)
    yield _certificates()
    yield from _versions()


def _clock(config: Config, now: datetime) -> Check:
    """A clock that runs behind what is known makes every age, term and token wrong."""
    since = max([_newest_terms(), *_newest_night(config)])
    problem = ""
    if now < since:
        problem = f"the clock says {_day(now)}, but something known is of {_day(since)}; set the clock (timedatectl)"
    return checked("machine", "clock", problem, f"{now:%Y-%m-%d %H:%M} UTC")


def _newest_terms() -> datetime:
    """When the terms of a source were read last, before this version was made."""
    return datetime.combine(max(about(name).card.terms_read for name in names()), time(), UTC)


def _newest_night(config: Config) -> list[datetime]:
    try:
        with Store.open(config.database_url, key=config.key) as store:
            return [night.ended_at or night.started_at for night in store.nights(1)]
    except SourcingError:  # said of the database itself
        return []


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"


def _zones() -> Check:
    """Working hours are compared by the rules of time zones, which the system or the package tzdata brings."""
    missing = [name for name in ZONES if not _is_there(name)]
    out = "install the system's package tzdata or `pip install tzdata`"
    problem = f"no rules for {', '.join(missing)}; {out}" if missing else ""
    return checked("machine", "time zones", problem, f"{len(zoneinfo.available_timezones())} known")


def _is_there(name: str) -> bool:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, OSError, ValueError):
        return False
    return True


def _disks(config: Config) -> Iterator[Check]:
    try:
        require_space(config)
        problem = ""
    except StoreError as error:
        problem = str(error)
    free = shutil.disk_usage(config.folder).free // MIB
    yield checked("machine", "disk", problem, f"{free:,} MiB free where the installation is")
    file = _database_file(config)
    if file is not None and file.is_file():
        size = sum(one.stat().st_size for one in _with_log(file)) // MIB
        room = shutil.disk_usage(file.parent).free // MIB
        said = f"{file} has {size:,} MiB, {room:,} MiB are free"
        problem = f"{said}: no room for a copy; make some" if room < size else ""
        yield checked("machine", "room for a backup", problem, said, state="warning")


def _database_file(config: Config) -> Path | None:
    url = config.database_url
    return Path(url.removeprefix(SQLITE)) if url.startswith(SQLITE) else None


def _with_log(file: Path) -> list[Path]:
    return [one for one in (file, file.with_name(f"{file.name}-wal")) if one.is_file()]


def _permissions(config: Config) -> Iterator[Check]:
    """People's data is for the user who runs this; others on the machine may not read it."""
    if os.name != "posix":
        return
    file = _database_file(config)
    database = _with_log(file) if file is not None else []
    private = [config.key_file, *database, config.exports_folder, config.logs_folder]
    opened = [path for path in private if path.exists() and path.stat().st_mode & OTHERS]
    problem = f"others can read {_listed(opened)}; run `chmod -R go-rwx {_words(opened)}`" if opened else ""
    yield checked("machine", "permissions", problem, "for this user alone", state="warning")
    foreign = [path for path in (config.folder, *private) if path.exists() and path.stat().st_uid != os.geteuid()]
    problem = f"{_listed(foreign)} belongs to another user; run as that one, or `chown` it" if foreign else ""
    yield checked("machine", "owner", problem, "this user", state="warning")


def _listed(paths: list[Path]) -> str:
    return ", ".join(map(str, paths))


def _words(paths: list[Path]) -> str:
    return " ".join(map(str, paths))


def _certificates() -> Check:
    """Without authorities no source can prove who it is, and every request fails."""
    known = ssl.create_default_context().cert_store_stats()["x509_ca"]
    paths = ssl.get_default_verify_paths()
    there = known or any(Path(path).exists() for path in (paths.cafile, paths.capath) if path)
    problem = "" if there else "no certificate authorities; install the system's package ca-certificates"
    return checked("machine", "certificates", problem, f"{ssl.OPENSSL_VERSION}, {known} authorities loaded")


def _versions() -> Iterator[Check]:
    yield Check(
        area="machine", name="version", state="ok", detail=f"sourcing {__version__}, Python {sys.version.split()[0]}"
    )
    yield checked("machine", "SQLite", _sqlite_problem(), sqlite3.sqlite_version)
    wrong = _not_fitting()
    problem = f"{', '.join(wrong)}; install from requirements/runtime.txt" if wrong else ""
    yield checked("machine", "libraries", problem, "as this version asks", state="warning")


def _sqlite_problem() -> str:
    if sqlite3.sqlite_version_info < LEAST_SQLITE:
        return f"SQLite {sqlite3.sqlite_version} is too old; use a Python built with 3.38 or newer"
    return "" if _has_search() else "SQLite was built without FTS5, the desk's search; use another Python"


def _has_search() -> bool:
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.execute("CREATE VIRTUAL TABLE words USING fts5(text)")
        except sqlite3.Error:
            return False
    return True


def _not_fitting() -> list[str]:
    """Libraries that are absent or of a version the package does not ask for; [] where it was not installed as one."""
    try:
        asked = [Requirement(one) for one in metadata.requires(DISTRIBUTION) or ()]
    except metadata.PackageNotFoundError:
        return []
    needed = [one for one in asked if one.marker is None or one.marker.evaluate({"extra": ""})]
    return [f"{one} (here: {_installed(one.name) or 'none'})" for one in needed if not _fits(one)]


def _fits(one: Requirement) -> bool:
    there = _installed(one.name)
    return there is not None and one.specifier.contains(there, prereleases=True)


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
