"""Copies of a database: made while it is in use, opened again and compared before they count as a backup."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

from sqlalchemy import URL, Connection, Engine, func, inspect, select, text
from sqlalchemy.exc import DBAPIError

from storage.errors import StoreError
from storage.records import Record
from storage.store._engine import connect, copy_pages, read_url
from storage.store._trail.checks import findings
from storage.tables import HEAD, audit_event, decision, judgement, metadata

_CHAINED = (judgement, decision, audit_event)
_MODE = 0o600  # a copy holds what the database holds: nobody else reads it
RESTORED = "restored, checked and compared"
_MAY_MAKE = "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
LISTED = "listed only: this role may make no database to restore into (CREATEDB), so nothing was compared"


class Backup(Record):
    """A copy that was verified."""

    path: Path
    bytes: int
    rows: Mapping[str, int]  # by table
    verified: str  # how
    findings: tuple[str, ...] = ()  # wrong in the database as well, so also in the copy; `db check` names them


class State(NamedTuple):
    """What a copy must have in common with its original."""

    revision: str
    rows: Mapping[str, int]  # by table
    chains: Mapping[str, bytes]  # hash of the last row, b"" without one


def state_of(connection: Connection) -> State:
    """Count the rows of all tables and look where the chains end."""
    revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    rows = {name: _count(connection, table) for name, table in sorted(metadata.tables.items())}
    ends = {table.name: _end(connection, table) for table in _CHAINED}
    return State(str(revision or ""), rows, ends)


def _count(connection: Connection, table: Any) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def _end(connection: Connection, table: Any) -> bytes:
    last = connection.execute(select(table.c.hash).order_by(table.c.id.desc()).limit(1)).scalar()
    return bytes(last) if last is not None else b""


def copy_sqlite(connection: Connection, target: Path, key: bytes) -> Backup:
    """Copy what this connection's transaction sees to a new file; StoreError if it is not the same afterwards."""
    part = _begun(target)
    try:
        wanted = state_of(connection)  # its first question fixes what the transaction sees
        copy_pages(connection, part)
        known = _verified(connect(read_url(f"sqlite:///{part}")), wanted, key, lambda: findings(connection, key))
        _keep(part, target)
    except OSError as error:
        raise StoreError(f"backup to {target} failed: {error.strerror or error}; choose another place") from error
    finally:
        for rest in (part, *(part.with_name(part.name + end) for end in ("-wal", "-shm", "-journal"))):
            rest.unlink(missing_ok=True)
    size = target.stat().st_size
    return Backup(path=target, bytes=size, rows=wanted.rows, verified=RESTORED, findings=tuple(known))


def _begun(target: Path) -> Path:
    """The temporary name beside the target, made for its owner only; StoreError if the target is there."""
    if target.exists():
        raise StoreError(f"{target} is there already and is not overwritten; name another file")
    part = target.with_name(f".{target.name}.{uuid4().hex[:8]}.part")
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _MODE))
    except OSError as error:
        raise StoreError(f"backup to {target} failed: {error.strerror}; choose another place") from error
    return part


def _keep(part: Path, target: Path) -> None:
    """Give the finished file its name, unless somebody took the name meanwhile."""
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    try:
        os.link(part, target)
    except FileExistsError:
        raise StoreError(f"{target} was made meanwhile and is not overwritten; name another file") from None
    except OSError:  # a file system without links
        part.rename(target)


def _verified(copy: Engine, wanted: State, key: bytes, known: Any) -> list[str]:
    """Open a copy and compare it; gives what is wrong with the original as well. StoreError for anything else."""
    try:
        with copy.connect() as connection:
            there, wrong = state_of(connection), findings(connection, key)
    except DBAPIError as error:
        raise StoreError(f"the copy cannot be read: {error.orig}; it was thrown away") from error
    finally:
        copy.dispose()
    if there != wanted:
        raise StoreError(f"the copy is not the database: {_differing(there, wanted)}; it was thrown away")
    if wrong and (own := sorted(set(wrong) - set(known()))):
        raise StoreError(f"the copy is damaged: {own[0]}; it was thrown away")
    return wrong


def _differing(there: State, wanted: State) -> str:
    if there.revision != wanted.revision:
        return f"revision {there.revision!r} instead of {wanted.revision!r}"
    for name, count in wanted.rows.items():
        if there.rows[name] != count:
            return f"{name} has {there.rows[name]} rows instead of {count}"
    chain = next(name for name, end in wanted.chains.items() if there.chains[name] != end)
    return f"the chain of {chain} ends elsewhere"


def copy_postgres(connection: Connection, url: URL, target: Path, key: bytes) -> Backup:
    """Dump what this connection sees with pg_dump; StoreError without the tool, or if it is not the same afterwards.

    The transaction is shared with pg_dump (pg_export_snapshot), so that what is compared is what was dumped.
    """
    dump, restore = _tool("pg_dump"), _tool("pg_restore")
    part = _begun(target)
    try:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        snapshot = str(connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one())
        wanted = state_of(connection)
        plain = ("--format=custom", "--no-owner", "--no-privileges")
        _run([dump, *plain, f"--snapshot={snapshot}", f"--file={part}"], url)
        verified, known = _restored(restore, part, url, wanted, key, lambda: findings(connection, key))
        _keep(part, target)
    finally:
        part.unlink(missing_ok=True)
    return Backup(path=target, bytes=target.stat().st_size, rows=wanted.rows, verified=verified, findings=tuple(known))


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise StoreError(
            f"{name} is not on this machine; install PostgreSQL's client tools of the server's version or newer, "
            "or rely on the server's own backups"
        )
    return found


def _run(words: list[str], url: URL) -> None:
    """One of PostgreSQL's tools on a database; the password goes through the environment, where no `ps` shows it."""
    address = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    done = subprocess.run(  # noqa: S603  # the tool that was found, and addresses from the settings
        [*words, f"--dbname={address}"], capture_output=True, text=True, check=False, env={**os.environ, **secret}
    )
    if done.returncode:
        said = done.stderr.strip().partition("\n")[0]
        raise StoreError(f"{Path(words[0]).name} failed: {said}; see its message and the server's log")


def _restored(restore: str, part: Path, url: URL, wanted: State, key: bytes, known: Any) -> tuple[str, list[str]]:
    """Restore a dump into a database of its own, compare, and drop that; how it was verified, and known findings."""
    spare = f"sourcing_verify_{uuid4().hex}"
    admin = connect(url).execution_options(isolation_level="AUTOCOMMIT")
    try:
        with admin.connect() as connection:
            if not connection.execute(text(_MAY_MAKE)).scalar():
                _listed(restore, part)
                return LISTED, []
            connection.exec_driver_sql(f"CREATE DATABASE {spare} TEMPLATE template0")
            try:
                _run([restore, "--no-owner", "--exit-on-error", str(part)], url.set(database=spare))
                return RESTORED, _verified(connect(url.set(database=spare)), wanted, key, known)
            finally:
                connection.exec_driver_sql(f"DROP DATABASE {spare} WITH (FORCE)")
    finally:
        admin.dispose()


def _listed(restore: str, part: Path) -> None:
    """StoreError unless the dump names all tables."""
    done = subprocess.run([restore, "--list", str(part)], capture_output=True, text=True, check=False)  # noqa: S603  # as above
    missing = [name for name in metadata.tables if f" TABLE DATA public {name} " not in done.stdout]
    if done.returncode or missing:
        raise StoreError(f"the dump does not hold {', '.join(missing) or 'anything'}; it was thrown away")


def restore_sqlite(file: Path, target: Path) -> State:
    """Put a backup in the place of a database that is not there; StoreError if one is, or the backup is damaged."""
    if not file.is_file():
        raise StoreError(f"no backup at {file}; name the file `sourcing db backup` wrote")
    if target.exists():
        raise StoreError(f"{target} is there and is not overwritten; move it away first, with its -wal and -shm files")
    part = _begun(target)
    engine = connect(read_url(f"sqlite:///{file}"))
    try:
        with engine.connect() as connection:
            wanted = _readable(connection, file)
            copy_pages(connection, part)
        _keep(part, target)
    except DBAPIError as error:
        raise StoreError(f"{file} is no database that can be read: {error.orig}; take another backup") from error
    finally:
        engine.dispose()
        part.unlink(missing_ok=True)
    return wanted


def _readable(connection: Connection, file: Path) -> State:
    """What a backup holds; StoreError if it is damaged, not ours, or of a newer version."""
    damage = [row[0] for row in connection.execute(text("PRAGMA integrity_check")) if row[0] != "ok"]
    if damage:
        raise StoreError(f"{file} is damaged: {damage[0]}; take another backup")
    if not inspect(connection).has_table("alembic_version"):
        raise StoreError(f"{file} holds no tables of ours; name the file `sourcing db backup` wrote")
    revision = str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")
    if revision > HEAD:
        raise StoreError(f"{file} is at revision {revision}, newer than {HEAD}; install the version that wrote it")
    there = inspect(connection).get_table_names()
    rows = {name: _count(connection, table) for name, table in metadata.tables.items() if name in there}
    return State(revision, rows, {})
