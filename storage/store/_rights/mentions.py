"""What others say of a person who is to be erased: found by reading everything once, before the erasure begins.

Erasing takes a moment and holds everybody up; reading takes longer and holds up nobody. Nothing else is collected in
between, because whoever erases holds the installation's lock.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from sqlalchemy import Column, ColumnElement, Connection, Table, Text, cast, select, type_coerce

from storage import text as spelling
from storage.records import Account, Claim
from storage.store._rights.naming import Naming
from storage.store._rights.tombstones import sites_of
from storage.tables import (
    Json,
    account,
    decision,
    evidence,
    handle_history,
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

_CHUNK = 2_000
# What is read, by table: the columns that may speak of somebody.
_READ: dict[Table, tuple[str, ...]] = {
    account: ("headline", "bio", "company", "location", "links", "markers", "origin_url"),
    evidence: ("source_id", "url", "title", "text", "tags", "packages", "files", "origin_url"),
    judgement: ("why", "evidence"),
    decision: ("note", "accounts", "receipt"),
    lead_note: ("text",),
    lead_status: ("note", "accounts"),
    lane_state: ("lane", "state"),
    validator: ("url", "note"),
    quarantine: ("url", "detail", "excerpt"),
    notice: ("channel", "reason", "sources"),
    night: ("forecast", "outcomes", "counters"),
    identity_model: ("content",),
}
Mentions = dict[str, list[Any]]  # table → primary keys


def mentions(connection: Connection, naming: Naming) -> Mentions:
    """Give the rows that may speak of a person, by table."""
    return {table.name: list(_in_table(connection, table, naming)) for table in _READ}


def _in_table(connection: Connection, table: Table, naming: Naming) -> Iterator[Any]:
    [key] = table.primary_key.columns
    lite = connection.dialect.name == "sqlite"
    chosen = select(key, *(_text(table.c[name], lite=lite) for name in _READ[table]))
    rows = connection.execution_options(yield_per=_CHUNK).execute(chosen)
    for number, *texts in rows:
        if naming.hinted("\n".join([text for text in texts if text])):
            yield number


def _text(one: Column[Any], *, lite: bool) -> ColumnElement[Any]:
    if not isinstance(one.type, Json):
        return one
    return type_coerce(one, Text) if lite else cast(one, Text)


def shared_sites(connection: Connection, accounts: Sequence[Account]) -> set[str]:
    """Of the addresses of a person those other people have or call their own: they stand for nobody.

    A profile is shared only where another account stands at the same address; anybody can name one.
    """
    lite = connection.dialect.name == "sqlite"
    mine = {str(one.key) for one in accounts}
    pages = {page for one in accounts if (page := spelling.link_key(one.url))}
    wanted = sorted({site for one in accounts for site in sites_of(one)})
    chosen = select(account.c.key, account.c.url, _text(account.c.links, lite=lite))
    found: set[str] = set()
    for key, url, links in connection.execution_options(yield_per=_CHUNK).execute(chosen):
        text = f"{url} {links}".lower()
        met = [site for site in wanted if site in text] if key not in mine else []
        if met:
            own = {spelling.link_key(one["url"]) for one in orjson.loads(links) if one["claim"] != Claim.MENTIONED}
            found |= {site for site in met if site == spelling.link_key(url) or (site in own and site not in pages)}
    return found


def former_handles(connection: Connection, names: list[str]) -> dict[str, list[str]]:
    """Give former handles by account."""
    found: dict[str, list[str]] = {}
    chosen = select(handle_history.c.account, handle_history.c.handle)
    for name, handle in connection.execute(chosen.where(handle_history.c.account.in_(names))):
        found.setdefault(name, []).append(handle)
    return found
