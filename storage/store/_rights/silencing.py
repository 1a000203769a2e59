"""Taking out of other people's rows what speaks of a person who is being erased, inside the erasure's transaction."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, delete, select, update

from storage import text as spelling
from storage.records import Account, Evidence
from storage.store._rights.forgetting import without
from storage.store._rights.mentions import Mentions
from storage.store._rights.naming import Naming
from storage.store._rights.reissuing import said_without
from storage.store._saving.rows import (
    ACCOUNT_COLUMNS,
    EVIDENCE_COLUMNS,
    account_hash,
    evidence_hash,
    read_account,
    read_evidence,
)
from storage.store._sql import among, set_columns
from storage.store._trail import chain as _chain
from storage.tables import (
    account,
    decision,
    evidence,
    identity_model,
    judgement,
    lane_state,
    lead_note,
    lead_status,
    night,
    notice,
    quarantine,
    validator,
)

# Of rows that are no chain: columns of words, and the one that lists accounts.
_SAID = {
    lead_note.name: (("text",), ""),
    lead_status.name: (("note",), "accounts"),
    notice.name: (("channel", "reason"), "sources"),
}
_FEW = 500  # keys in one statement


class Erasure(NamedTuple):
    """Who is erased, for which request, when, with which key."""

    naming: Naming
    request: int
    at: datetime
    key: bytes


def silence(connection: Connection, erasure: Erasure, found: Mentions) -> tuple[Counter[str], set[str], set[str]]:
    """Take a person out of what others say; gives rows changed by table, accounts touched, and work that is gone."""
    count: Counter[str] = Counter()
    touched, gone = _work(connection, erasure, found[evidence.name], count)
    touched |= _accounts(connection, erasure, found[account.name], count)
    if touched:
        later = account.c.touched_at < erasure.at
        connection.execute(
            update(account).where(among(connection, account.c.key, touched), later).values(touched_at=erasure.at)
        )
    _chained(connection, erasure, judgement, found[judgement.name], count)
    _chained(connection, erasure, decision, found[decision.name], count)
    _texts(connection, erasure, lead_note, found[lead_note.name], count)
    _texts(connection, erasure, lead_status, found[lead_status.name], count)
    _texts(connection, erasure, notice, found[notice.name], count)
    _lanes(connection, erasure, found[lane_state.name], count)
    _asked(connection, erasure, validator, found[validator.name], count)
    _asked(connection, erasure, quarantine, found[quarantine.name], count)
    _nights(connection, erasure, found[night.name], count)
    _models(connection, erasure, found[identity_model.name], count)
    return +count, touched, gone


def _accounts(connection: Connection, erasure: Erasure, keys: Collection[str], count: Counter[str]) -> set[str]:
    rows = connection.execute(select(*ACCOUNT_COLUMNS).where(among(connection, account.c.key, keys))).all()
    before = {str(item.key): item for item in map(read_account, rows)}
    after = {name: _quiet(item, erasure.naming) for name, item in before.items() if item.key not in erasure.naming.keys}
    changed = {name: item for name, item in after.items() if item != before[name]}
    set_columns(connection, account, [{"key": name, **_account_row(item)} for name, item in changed.items()])
    count["account"] += len(changed)
    return set(changed)


def _quiet(item: Account, naming: Naming) -> Account:
    texts = {name: _blanked(getattr(item, name), naming) for name in ("headline", "bio", "company", "location")}
    links = tuple(link for link in item.links if not naming.at(link.url) and not naming.speaks(link.url))
    markers = {name: value for name, value in item.markers.items() if not naming.speaks(value)}
    origin = item.origin.model_copy(update={"url": naming.blanked(item.origin.url)})
    return item.model_copy(update={**texts, "links": links, "markers": markers, "origin": origin})


def _account_row(item: Account) -> dict[str, Any]:
    plain = {name: getattr(item, name) for name in ("headline", "bio", "company", "location")}
    links = [{"url": link.url, "claim": link.claim, "field": link.field} for link in item.links]
    return plain | {
        "links": links,
        "markers": dict(item.markers),
        "origin_url": item.origin.url,
        "hash": account_hash(item),
    }


def _blanked(text: str | None, naming: Naming) -> str | None:
    return naming.blanked(text) if text else text


def _work(
    connection: Connection, erasure: Erasure, ids: Collection[str], count: Counter[str]
) -> tuple[set[str], set[str]]:
    """Delete others' work that stands at an address of the person; take words out of the rest."""
    rows = connection.execute(select(*EVIDENCE_COLUMNS).where(among(connection, evidence.c.id, ids))).all()
    items = [item for item in map(read_evidence, rows) if item.account not in erasure.naming.keys]
    gone = {item.id: str(item.account) for item in items if _stands_at(item, erasure.naming)}
    connection.execute(delete(evidence).where(among(connection, evidence.c.id, gone)))
    quiet = {item.id: (item, _quiet_work(item, erasure.naming)) for item in items if item.id not in gone}
    changed = {name: after for name, (before, after) in quiet.items() if after != before}
    set_columns(connection, evidence, [{"id": name, **_work_row(item)} for name, item in changed.items()])
    count["evidence"] += len(gone) + len(changed)
    return {*gone.values(), *(str(item.account) for item in changed.values())}, set(gone)


def _stands_at(item: Evidence, naming: Naming) -> bool:
    return (
        naming.at(item.url) or naming.speaks(item.url) or naming.speaks(item.source_id) or naming.asks(item.origin.url)
    )


def _quiet_work(item: Evidence, naming: Naming) -> Evidence:
    lists = {
        name: tuple(one for one in getattr(item, name) if not naming.speaks(one))
        for name in ("tags", "packages", "files")
    }
    texts = {name: _blanked(getattr(item, name), naming) for name in ("title", "text")}
    return item.model_copy(update={**lists, **texts})


def _work_row(item: Evidence) -> dict[str, Any]:
    said = {name: getattr(item, name) for name in ("title", "text", "tags", "packages", "files")}
    return said | {"hash": evidence_hash(item)}


def _chained(connection: Connection, erasure: Erasure, table: Table, ids: Collection[int], count: Counter[str]) -> None:
    """Rows of a chain lose words; the chain is told."""
    changed: list[dict[str, Any]] = []
    for row in _rows(connection, table, ids):
        fresh = {**row, **_said(table, row, erasure.naming)}
        if fresh != row:
            changed.append(fresh)
    _chain.rewrite(connection, table, changed, erasure.request, erasure.key)
    names = ("why", "evidence") if table is judgement else ("note", "accounts", "receipt")
    set_columns(connection, table, [{"id": row["id"], **{name: row[name] for name in names}} for row in changed])
    count[table.name] += len(changed)


def _said(table: Table, row: Mapping[str, Any], naming: Naming) -> dict[str, Any]:
    if table is judgement:
        kept = [one for one in row["evidence"] if not naming.speaks(one)]
        return {"why": naming.blanked(row["why"]), "evidence": kept}
    return {
        "note": naming.blanked(row["note"]),
        "accounts": _others(row["accounts"], naming),
        "receipt": said_without(row["receipt"], naming.keys, naming),
    }


def _others(accounts: Iterable[str], naming: Naming) -> list[str]:
    own = {str(key) for key in naming.keys}
    return [one for one in accounts if one not in own]


def _texts(connection: Connection, erasure: Erasure, table: Table, ids: Collection[int], count: Counter[str]) -> None:
    changed = []
    words, accounts = _SAID[table.name]
    for row in _rows(connection, table, ids):
        fresh = {"id": row["id"], **{name: erasure.naming.blanked(row[name]) for name in words}}
        if accounts:
            fresh[accounts] = _others(row[accounts], erasure.naming)
        if any(row[one] != value for one, value in fresh.items()):
            changed.append(fresh)
    set_columns(connection, table, changed)
    count[table.name] += len(changed)


def _lanes(connection: Connection, erasure: Erasure, names: Collection[str], count: Counter[str]) -> None:
    chosen = select(lane_state.c.lane, lane_state.c.state).where(among(connection, lane_state.c.lane, names))
    changed, gone = [], []
    for lane, state in connection.execute(chosen).all():
        kept, taken = without(state, erasure.naming)
        if erasure.naming.speaks(lane):
            gone.append(lane)
        elif taken:
            changed.append({"lane": lane, "state": kept})
    connection.execute(delete(lane_state).where(among(connection, lane_state.c.lane, gone)))
    set_columns(connection, lane_state, changed)
    count[lane_state.name] += len(gone) + len(changed)


def _asked(connection: Connection, erasure: Erasure, table: Table, keys: Collection[Any], count: Counter[str]) -> None:
    [key] = table.primary_key.columns
    naming = erasure.naming
    gone = []
    for row in _rows(connection, table, keys):
        texts = [str(value) for name, value in row.items() if name not in {key.name, "url", "seen_at"}]
        if naming.asks(row["url"]) or any(naming.speaks(text) for text in texts):
            gone.append(row[key.name])
    for start in range(0, len(gone), _FEW):
        connection.execute(delete(table).where(key.in_(gone[start : start + _FEW])))
    count[table.name] += len(gone)


def _nights(connection: Connection, erasure: Erasure, numbers: Collection[int], count: Counter[str]) -> None:
    changed = []
    for row in _rows(connection, night, numbers):
        fresh = {name: _deep(row[name], erasure.naming) for name in ("forecast", "outcomes", "counters")}
        if any(row[name] != value for name, value in fresh.items()):
            changed.append({"number": row["number"], **fresh})
    set_columns(connection, night, changed)
    count[night.name] += len(changed)


def _deep(value: Any, naming: Naming) -> Any:
    if isinstance(value, str):
        return naming.blanked(value)
    if isinstance(value, list):
        return [_deep(one, naming) for one in value]
    if isinstance(value, dict):
        return {naming.blanked(name): _deep(one, naming) for name, one in value.items()}
    return value


def _models(connection: Connection, erasure: Erasure, numbers: Collection[int], count: Counter[str]) -> None:
    """Names and handles the frozen counts of identity know: those of the person are counted no more."""
    names = {" ".join(sorted(spelling.match_key(name).split())) for name in erasure.naming.names}
    handles = {"".join(filter(str.isalnum, handle)) for handle in erasure.naming.handles}
    changed = []
    for row in _rows(connection, identity_model, numbers):
        tables = {name: dict(value) for name, value in row["content"].items() if isinstance(value, dict)}
        gone = [(tables.get("full", {}), names), (tables.get("handles", {}), handles | erasure.naming.handles)]
        if any(table.pop(one, None) is not None for table, some in gone for one in some):
            for table, some in gone:
                for one in some:
                    table.pop(one, None)
            changed.append({"number": row["number"], "content": {**row["content"], **tables}})
    set_columns(connection, identity_model, changed)
    count[identity_model.name] += len(changed)


def _rows(connection: Connection, table: Table, keys: Collection[Any]) -> list[dict[str, Any]]:
    [key] = table.primary_key.columns
    wanted = list(keys)
    found: list[dict[str, Any]] = []
    for start in range(0, len(wanted), _FEW):
        rows = connection.execute(select(table).where(key.in_(wanted[start : start + _FEW]))).mappings()
        found += [dict(row) for row in rows]
    return found
