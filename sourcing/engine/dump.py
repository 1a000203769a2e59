"""From the Store to tables and back: what batch work starts with, and the receipts it ends with."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

import polars as pl

from scoring import batches
from scoring.engine import Scorer
from scoring.reference import Reference
from scoring.roles import Role
from sourcing.engine.folder import BatchError, Draft, Folder
from sourcing.identity import reading
from sourcing.identity.facts import Facts
from sourcing.identity.model import Model, fit
from sourcing.identity.settings import Settings
from sourcing.identity.shards import facts_table
from sourcing.progress import Progress, silent
from storage.errors import ConfigError
from storage.records import Receipt, Record
from storage.store import Store

ROWS = 20_000  # of one part of a dump
FACTS = 2_000  # accounts whose history is read together
MEMBERS = batches.columns({"lead": pl.String, "source": pl.String, "source_id": pl.String})
MODEL = batches.columns({"content": pl.String})
_T = TypeVar("_T")


class Dumped(Record):
    """Rows written per table."""

    address: str
    at: datetime
    rows: dict[str, int]


class Loaded(Record):
    """What became of the receipts of a folder."""

    role: str
    receipts: int
    written: int  # that say something else than the ones stored
    vanished: int  # of leads that live no more under that id: merged or erased since
    newer: int  # of leads scored here since the dump


class Tables(Record):
    """What a finished folder holds."""

    address: str
    rows: dict[str, int]  # per table
    parts: int
    bytes: int
    about: dict[str, Any]


def tables_in(folder: Folder) -> Tables:
    """The tables of a folder."""
    parts = folder.manifest.parts
    return Tables(
        address=folder.address,
        rows={name: folder.manifest.rows(name) for name in folder.tables},
        parts=len(parts),
        bytes=sum(part.bytes for part in parts),
        about=dict(folder.manifest.about),
    )


def dump(store: Store, target: Draft, *, now: datetime, settings: Settings, progress: Progress = silent) -> Dumped:
    """Write leads (accounts, evidence, members), what identity compares of every account (facts), and its model."""
    _leads(store, target, progress)
    kept = store.identity_model()
    known = Model.model_validate(kept.content) if kept is not None and kept.content else None
    facts = _written(store, target, progress)
    if known is None:
        known = fit(facts, settings)
    for _ in facts:  # writes what is not read yet
        pass
    target.write("model", pl.DataFrame({"content": [known.model_dump_json()]}, schema=MODEL))
    manifest = target.finish(at=now.isoformat(), kind="dump")
    tables = ("accounts", "evidence", "members", "facts")
    return Dumped(address=target.address, at=now, rows={name: manifest.rows(name) for name in tables})


def dumped_at(folder: Folder) -> datetime:
    """When the Store was read; BatchError for tables that do not come from one."""
    try:
        return datetime.fromisoformat(str(folder.manifest.about["at"]))
    except (KeyError, ValueError):
        raise BatchError(
            f"{folder.address}: does not say when it was read; write it with `sourcing batch dump`"
        ) from None


def require_role(folder: Folder, role: Role) -> None:
    """Raise ConfigError if features were made for another role: what is seen of a lead hangs on what is asked."""
    made = folder.manifest.about.get("role")
    if made != role.role:
        raise ConfigError(f"{folder.address}: features of role {made!r}, not {role.role!r}; name that role")


def model_of(folder: Folder) -> Model:
    """The identity model a dump was written with."""
    return Model.model_validate_json(pl.concat(folder.frames("model"))["content"][0])


def load(store: Store, source: Folder, role: Role, *, now: datetime, reference: Reference | None = None) -> Loaded:
    """Take receipts made elsewhere into the Store, unless their lead vanished or has a newer one.

    They bear the time of the dump: whoever changed since is scored again by the next `sourcing score`. ConfigError if
    they were made with another version of the role, the tables or the engine.
    """
    digest = Scorer(role, now, reference).digest
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    living, open_ = set(store.lead_ids()), set(store.to_score(role.role, digest, since=month))
    total = written = vanished = newer = 0
    for frame in source.frames("receipts"):
        rows = list(batches.receipts(frame))
        _require(rows, role, digest, source.address)
        wanted = [row for row in rows if row.lead in open_]
        total += len(rows)
        vanished += sum(row.lead not in living for row in rows)
        newer += sum(row.lead in living and row.lead not in open_ for row in rows)
        written += store.save_receipts(wanted)
    return Loaded(role=role.role, receipts=total, written=written, vanished=vanished, newer=newer)


def _require(rows: Iterable[Receipt], role: Role, digest: str, address: str) -> None:
    for row in rows:
        if (row.role, row.digest) != (role.role, digest):
            raise ConfigError(
                f"{address}: receipts of role {row.role!r} version {row.role_version} with digest {row.digest[:12]}, "
                f"not of {role.role!r} version {role.version} with {digest[:12]}; make them again with `batch features`"
            )


def _leads(store: Store, target: Draft, progress: Progress) -> None:
    held: dict[str, list[dict[str, Any]]] = {"accounts": [], "evidence": [], "members": []}
    schemas = {"accounts": batches.ACCOUNTS, "evidence": batches.EVIDENCE, "members": MEMBERS}

    def write(least: int) -> None:
        for name, rows in held.items():
            if len(rows) >= least:
                target.write(name, pl.DataFrame(rows, schema=schemas[name], orient="row"))
                rows.clear()

    for count, lead in enumerate(store.leads(), 1):
        unranked = {account.key for account in lead.accounts if "progression_opt_out" in account.flags}
        held["accounts"] += [batches.account_row(lead.id, account) for account in lead.accounts]
        held["members"] += [dict(zip(MEMBERS, (lead.id, *account.key), strict=True)) for account in lead.accounts]
        held["evidence"] += [
            batches.evidence_row(lead.id, one, unranked=one.account in unranked) for one in lead.evidence
        ]
        write(ROWS)
        if not count % ROWS:
            progress(f"dump: {count:,} leads read")
    write(0)


def _written(store: Store, target: Draft, progress: Progress) -> Iterator[Facts]:
    """The facts of all accounts, written as they pass."""
    for number, some in enumerate(_together(_known_facts(store), ROWS), 1):
        target.write("facts", facts_table(some))
        progress(f"dump: {number * ROWS:,} accounts read")
        yield from some


def _known_facts(store: Store) -> Iterator[Facts]:
    for some in _together(store.accounts(), FACTS):
        yield from reading.some(store, [account.key for account in some])


def _together(rows: Iterable[_T], size: int) -> Iterator[list[_T]]:
    stream = iter(rows)
    while some := list(islice(stream, size)):
        yield some
