"""Which lead somebody means: by id, alias, handle, address or name."""

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, cast, func, select

from storage import text as spelling
from storage.errors import UnknownLead
from storage.records import Claim
from storage.store._saving.rows import read_key, storable_text
from storage.tables import account, handle_history, lead, lead_member

_LEAD_ID = re.compile(r"[Ll][0-9]{6,}")
_SUGGESTIONS = 3
_NEAR = 60  # of 100, rapidfuzz ratio
_JOINED = account.outerjoin(lead_member, lead_member.c.account == account.c.key)


def find(connection: Connection, name: str) -> str:
    """Give the id of the living lead that answers to a name; UnknownLead if none or several do."""
    name = storable_text(name).strip()
    if _LEAD_ID.fullmatch(name) and (living := _by_id(connection, name.upper())):
        return living
    for wanted in _readings(connection, name):
        rows = connection.execute(select(account.c.key, lead_member.c.lead).select_from(_JOINED).where(wanted)).all()
        if rows:
            return _one(name, rows)
    raise UnknownLead(f"no lead answers to {name!r}{_suggest(connection, name)}")


def candidates(connection: Connection, name: str) -> list[tuple[str, str | None]]:
    """Give every account a name may mean, by any reading, with its lead; former handles and named addresses too."""
    name = storable_text(name).strip()
    if _LEAD_ID.fullmatch(name):
        living = _by_id(connection, name.upper())
        wanted = [lead_member.c.lead == living] if living else []
    else:
        wanted = [*_readings(connection, name), _once(name), *_naming(connection, name)] if name else []
    found: dict[str, str | None] = {}
    for one in wanted:
        chosen = select(account.c.key, lead_member.c.lead).select_from(_JOINED).where(one)
        found |= {row.key: row.lead for row in connection.execute(chosen)}
    return sorted(found.items(), key=lambda row: (row[1] or "", row[0]))


def nobody(connection: Connection, name: str) -> UnknownLead:
    """The error for a name nobody answers to, with near ones."""
    if not name.strip():
        return UnknownLead("name somebody: a handle, an address, an id, a name or a lead's number")
    return UnknownLead(f"nobody is stored under {name!r}{_suggest(connection, name)}")


def _once(name: str) -> ColumnElement[bool]:
    source, _, rest = name.partition(":")
    handle = spelling.handle_key(rest if rest and not rest.startswith("/") else name)
    past = select(handle_history.c.account).where(func.lower(handle_history.c.handle) == handle)
    same = account.c.key.in_(past)
    return same & (account.c.source == source.lower()) if rest and not rest.startswith("/") else same


def _naming(connection: Connection, name: str) -> Iterator[ColumnElement[bool]]:
    """Accounts that call an address their own, or have an immutable id."""
    yield account.c.source_id == name
    address = spelling.link_key(name) if "." in name else None
    if address is None:
        return
    near = func.lower(cast(account.c.links, Text)).contains(address.lower(), autoescape=True)
    rows = connection.execute(select(account.c.key, account.c.links).where(near)).all()
    own = [
        row.key
        for row in rows
        if any(link["claim"] != Claim.MENTIONED and spelling.link_key(link["url"]) == address for link in row.links)
    ]
    yield account.c.key.in_(own)


def _by_id(connection: Connection, name: str) -> str | None:
    row = connection.execute(select(lead.c.id, lead.c.merged_into).where(lead.c.id == name)).first()
    return (row.merged_into or row.id) if row else None


def _readings(connection: Connection, name: str) -> Iterator[ColumnElement[bool]]:
    """Give what a name may mean, the surest first."""
    source, _, rest = name.partition(":")
    if rest and not rest.startswith("/"):
        yield account.c.key == name
        yield (account.c.source == source.lower()) & (account.c.handle_key == spelling.handle_key(rest))
    if found := spelling.profile_key(name):
        yield (account.c.source == found[0]) & (account.c.handle_key == found[1])
    if "/" in name and (address := spelling.link_key(name)):
        yield account.c.key.in_(_at_address(connection, address))
    yield account.c.handle_key == spelling.handle_key(name)
    yield account.c.name == name


def _at_address(connection: Connection, address: str) -> list[str]:
    tail = address.rpartition("/")[2]
    near = func.lower(account.c.url).contains(tail.lower(), autoescape=True)
    rows = connection.execute(select(account.c.key, account.c.url).where(near))
    return [row.key for row in rows if spelling.link_key(row.url) == address]


def _one(name: str, rows: Any) -> str:
    leads = sorted({row.lead for row in rows if row.lead})
    if not leads:
        raise UnknownLead(f"{name!r} is the account {rows[0].key}, which has no lead yet; run `sourcing resolve`")
    if len(leads) > 1:
        accounts = ", ".join(f"{row.lead} ({row.key})" for row in rows[:_SUGGESTIONS] if row.lead)
        raise UnknownLead(f"{len(leads)} leads answer to {name!r}: {accounts}; name one by its id")
    return str(leads[0])


def _suggest(connection: Connection, name: str) -> str:
    from rapidfuzz import fuzz, process

    chosen = select(account.c.key, account.c.handle, account.c.name, lead_member.c.lead)
    rows = connection.execute(chosen.select_from(_JOINED).where(lead_member.c.lead.is_not(None))).all()
    texts = [row.handle for row in rows] + [row.name or "" for row in rows]
    near = process.extract(name, texts, scorer=fuzz.ratio, limit=_SUGGESTIONS, score_cutoff=_NEAR)
    found = dict.fromkeys(
        f"{rows[at % len(rows)].lead} ({read_key(rows[at % len(rows)].key).source}: {text})" for text, _, at in near
    )
    if found:
        return f"; near: {', '.join(found)}"
    return "; give a lead id, source:handle, a handle, a profile address or an exact name"
