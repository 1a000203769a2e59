"""Erasing a person: rows in one transaction, then what lies beside the database, then the bytes."""

import time
from datetime import datetime
from pathlib import Path

from scoring.roles import Role
from sourcing import ranking
from sourcing.config import Config
from sourcing.desk.prepared import prepare
from sourcing.lock import exclusive, night_held
from sourcing.privacy.copies import Copies, clear_copies
from sourcing.privacy.files import Files, backups, clear
from sourcing.privacy.subject import Person, the_one
from storage.errors import ConfigError, StoreError
from storage.records import AccountKey, Record
from storage.store import Erased, ExportRow, Store, Subject

MOST_NAMED = 20  # exports and other accounts named in a report


class Told(Record):
    """A file somebody was given: they have to be told (GDPR 19)."""

    export: int
    recipient: str
    format: str
    path: str
    at: datetime


class Erasing(Record):
    """What an erasure did, for whoever did it; only `perhaps` and the files may name the person."""

    erased: Erased
    files: Files
    copies: Copies
    to_tell: tuple[Told, ...]
    backups: tuple[Path, ...]  # copies of the database from before: theirs to delete
    perhaps: tuple[str, ...]  # accounts of others that share an address or full name with the person
    compacted: bool  # the bytes have left the database's files
    problem: str = ""  # why they have not
    seconds: float  # of reading what others say, and of the transaction


def erase(
    config: Config,
    store: Store,
    name: str,
    *,
    by: str,
    now: datetime,
    keep_files: bool = False,
    roles: tuple[Role, ...] = (),
) -> Erasing:
    """Erase the person a name stands for, and never store them again.

    ConfigError without the key or for a name of several people, UnknownLead for nobody, AlreadyRunningError beside a
    night: whatever it collects could bring the person back.
    """
    with exclusive(config.folder), night_held(store, now):
        store.require_key()
        person = the_one(store, name)
        subject = store.subject(person.keys)
        perhaps = _perhaps(store, subject)
        exports = {row.id: row for row in store.exports()}
        started = time.perf_counter()
        erased = store.erase(subject, by=by, at=now)
        seconds = time.perf_counter() - started
        held = [exports[number] for number in erased.exports]
        files = clear(config, subject.naming, erased.called, held, keep=keep_files)
        copies = clear_copies(config, store, subject.naming, erased.called, keep=keep_files)
        ranking.drop_matrices(store)
        prepare(store, roles)
        problem = _compact(store)
    return Erasing(
        erased=erased,
        files=files,
        copies=copies,
        to_tell=tuple(_told(row) for row in held),
        backups=tuple(backups(store)),
        perhaps=perhaps,
        compacted=not problem,
        problem=problem,
        seconds=seconds,
    )


def confirm(store: Store, name: str, typed: str) -> Person:
    """The person to be erased; ConfigError unless a handle or the lead's number was typed again."""
    person = the_one(store, name)
    accounts = list(store.accounts(keys=person.keys))
    accepted = {person.called, *(one.handle for one in accounts), *(f"{one.source}:{one.handle}" for one in accounts)}
    if typed.strip() not in accepted:
        raise ConfigError(f"{typed!r} is not a handle or the number of {person.called}; nothing was erased")
    return person


def _compact(store: Store) -> str:
    try:
        store.compact()
    except StoreError as error:
        return str(error)
    return ""


def _told(row: ExportRow) -> Told:
    return Told(export=row.id or 0, recipient=row.recipient, format=row.format, path=row.path, at=row.at)


def _perhaps(store: Store, subject: Subject) -> tuple[str, ...]:
    """Accounts nobody joined to the person that bear the full name or one of the addresses: perhaps also theirs."""
    mine = {one.key for one in subject.accounts}
    found: dict[AccountKey, str | None] = {}
    for asked in sorted({*subject.naming.names, *subject.shared}):
        found |= {one.account: one.lead for one in store.alike(asked) if one.account not in mine}
    return tuple(f"{key} ({lead or 'no lead'})" for key, lead in sorted(found.items())[:MOST_NAMED])
