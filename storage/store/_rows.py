"""Records to rows and back, and the content hashes that tell whether a row has to be written."""

import math
import re
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any, TypeVar

import orjson
from sqlalchemy import RowMapping

from storage.records import Account, AccountKey, Evidence, Kind, Origin, Record

# What an answer may cover or leave out; handle and address are part of every answer, figures merge per key.
MERGED = (
    "name",
    "headline",
    "bio",
    "location",
    "company",
    "open_to_work",
    "created_at",
    "expires_at",
    "links",
)
_R = TypeVar("_R", bound=Record)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # NUL: PostgreSQL refuses it; halves of pairs are not text


def packed(*parts: Any) -> bytes:
    """Give plain data as canonical JSON; TypeError if a text in it cannot be stored."""
    text = orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)
    if b"\\u0000" in text:
        raise TypeError("text with NUL")
    return text


def digest(*parts: Any) -> bytes:
    """Give a 16-byte hash of plain data; TypeError if a text in it cannot be stored."""
    return blake2b(packed(*parts), digest_size=16).digest()


def covered(account: Account) -> frozenset[str]:
    """Name the fields an answer covered: those it says, and those it has a value for."""
    given = {name for name in MERGED if getattr(account, name) not in (None, ())}
    if account.kind is not Kind.UNKNOWN:
        given.add("kind")
    return account.observed if given <= account.observed else account.observed | given


def account_hash(account: Account) -> bytes:
    """Hash the content of an account: not its origin, its markers or the times it was seen."""
    return digest(
        account.handle,
        account.url,
        account.kind,
        [getattr(account, name) for name in MERGED[:-1]],
        [(link.url, link.claim, link.field) for link in account.links],
        account.figures,
        sorted(account.flags),
        sorted(account.observed),
    )


def evidence_hash(evidence: Evidence) -> bytes:
    """Hash the content of a piece of work: not its origin or the times it was seen."""
    return digest(
        evidence.url,
        evidence.title,
        evidence.text,
        evidence.event_at,
        evidence.started_at,
        evidence.level,
        evidence.tags,
        evidence.packages,
        evidence.files,
        evidence.figures,
    )


def storable(record: _R) -> _R:
    """Replace what no database stores: U+FFFD for halves of pairs, nothing for NUL."""
    return type(record).model_validate(_clean(record.model_dump()))


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return _UNSTORABLE.sub(lambda m: "" if m[0] == "\x00" else "\ufffd", value) if value else value
    if isinstance(value, AccountKey):
        return AccountKey(*map(_clean, value))
    if isinstance(value, dict):
        return {_clean(k): _clean(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, frozenset)):
        return type(value)(map(_clean, value))
    return value


def finite(figures: Mapping[str, float]) -> dict[str, float]:
    """Leave out what JSON has no word for: infinite figures and those that are no number."""
    return {name: value for name, value in figures.items() if math.isfinite(value)}


def read_key(text: str) -> AccountKey:
    """Read "github:583231"."""
    source, _, source_id = text.partition(":")
    return AccountKey(source, source_id)


def read_account(row: RowMapping) -> Account:
    """Build the record of a row of the account table."""
    given = {name: row[name] for name in _ACCOUNT}
    return Account.model_validate(given | {"origin": _origin(row, row["source"])})


def read_evidence(row: RowMapping) -> Evidence:
    """Build the record of a row of the evidence table."""
    key = read_key(row["account"])
    given = {name: row[name] for name in _EVIDENCE}
    return Evidence.model_validate(given | {"account": key, "origin": _origin(row, key.source)})


def _origin(row: RowMapping, source: str) -> dict[str, Any]:
    return {
        "source": source,
        "url": row["origin_url"],
        "seen_at": row["origin_seen_at"],
        "spider": row["origin_spider"],
    }


def _names(record: type[Record], *without: str) -> tuple[str, ...]:
    return tuple(name for name in record.model_fields if name not in without)


def key_texts(keys: Iterable[AccountKey]) -> list[str]:
    """Give the texts keys are stored under, each once, in order."""
    return sorted({str(key) for key in keys})


_ACCOUNT = _names(Account, "origin")
_EVIDENCE = _names(Evidence, "origin", "account")
