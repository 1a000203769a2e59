"""Records to rows and back, and the content hashes that tell whether a row has to be written."""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from operator import itemgetter
from typing import Any, TypeVar

from orjson import OPT_SORT_KEYS, dumps

from storage.records import Account, AccountKey, Evidence, Kind, Record
from storage.tables import account, evidence

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
_COVERABLE = frozenset((*MERGED, "kind"))
_EMPTY = {"links": (), "kind": Kind.UNKNOWN}  # and None for the others
# Fields are taken out of a record's own dictionary: attribute by attribute costs several times as much.
_account_content = itemgetter("handle", "url", "kind", *(name for name in MERGED if name != "links"), "figures")
_evidence_content = itemgetter(
    *("url", "title", "text", "event_at", "started_at", "level", "tags", "packages", "files", "figures")
)
_ACCOUNT = tuple(name for name in Account.model_fields if name != "origin")
_EVIDENCE = tuple(name for name in Evidence.model_fields if name not in {"origin", "account"})
_ORIGIN = ("origin_url", "origin_seen_at", "origin_spider")
ACCOUNT_COLUMNS = tuple(account.c[name] for name in (*_ACCOUNT, *_ORIGIN))
EVIDENCE_COLUMNS = tuple(evidence.c[name] for name in ("account", *_EVIDENCE, *_ORIGIN))
_R = TypeVar("_R", bound=Record)
_BLANK = blake2b(digest_size=16)
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")  # as JSON has it
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # NUL: PostgreSQL refuses it; halves of pairs are not text


def packed(parts: Sequence[Any]) -> bytes:
    """Give plain data as canonical JSON; TypeError if a text in it cannot be stored."""
    text = dumps(parts, option=OPT_SORT_KEYS)
    # The first is found, or not, in a third of the time; the last tells a NUL from who only writes of one.
    if b"\\" in text and b"\\u0000" in text and _NUL.search(text):
        raise TypeError("text with NUL")
    return text


def digest(*parts: Any) -> bytes:
    """Give a 16-byte hash of plain data; TypeError if a text in it cannot be stored."""
    made = _BLANK.copy()  # a new one of the same kind costs more
    made.update(packed(parts))
    return made.digest()


def check_storable(*texts: str) -> None:
    """Let texts pass that every database stores; TypeError for others."""
    joined = "".join(texts)
    if "\x00" in joined or not joined.isascii():
        packed(texts)


def covered(answer: Account) -> frozenset[str]:
    """Name the fields an answer covered: those it says, and those it has a value for."""
    observed = answer.observed
    left_open, values, empties = _left_open(observed)
    fields = answer.__dict__
    if not left_open or values(fields) == empties:
        return observed
    given = [
        name for name in left_open if (value := fields[name]) is not None and value != () and value is not Kind.UNKNOWN
    ]
    return observed.union(given) if given else observed


@lru_cache(maxsize=256)
def _left_open(observed: frozenset[str]) -> tuple[tuple[str, ...], Callable[[dict[str, Any]], Any], tuple[Any, ...]]:
    """The fields an answer may say without covering them, what gives them all, and what it gives if it says none."""
    names = tuple(_COVERABLE - observed)
    asked = names if len(names) > 1 else (*names, "kind", "kind")  # by itself one field would be given bare
    return names, itemgetter(*asked), tuple(_EMPTY.get(name) for name in asked)


def account_hash(item: Account) -> bytes:
    """Hash the content of an account: not its origin, its markers or the times it was seen."""
    fields = item.__dict__
    links, flags = fields["links"], fields["flags"]
    return digest(
        _account_content(fields),
        [link.__dict__ for link in links] if links else (),
        sorted(flags) if flags else (),
        names(fields["observed"]),
    )


@lru_cache(maxsize=256)
def names(observed: frozenset[str]) -> tuple[str, ...]:
    """Give field names in order; answers of one kind share their set."""
    return tuple(sorted(observed))


def evidence_hash(item: Evidence) -> bytes:
    """Hash the content of a piece of work: not its origin or the times it was seen."""
    return digest(_evidence_content(item.__dict__))


def storable(record: _R) -> _R:
    """Replace what no database stores: U+FFFD for halves of pairs, nothing for NUL."""
    return type(record).model_validate(_clean(record.model_dump()))


def storable_text(text: str) -> str:
    """Do as `storable` with one text."""
    return _UNSTORABLE.sub(lambda found: "" if found[0] == "\x00" else "\ufffd", text)


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return storable_text(value)
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


def read_account(row: Sequence[Any]) -> Account:
    """Build the record of a row of ACCOUNT_COLUMNS; what follows them is left alone."""
    *given, url, seen_at, spider = row[: len(ACCOUNT_COLUMNS)]
    fields = dict(zip(_ACCOUNT, given, strict=True))
    fields["origin"] = {"source": fields["source"], "url": url, "seen_at": seen_at, "spider": spider}
    return Account.model_validate(fields)


def read_evidence(row: Sequence[Any]) -> Evidence:
    """Build the record of a row of EVIDENCE_COLUMNS."""
    owner, *given, url, seen_at, spider = row
    key = read_key(owner)
    fields = dict(zip(_EVIDENCE, given, strict=True))
    fields["account"] = key
    # Sources that enrich add work to accounts of others: who read it says where it is from.
    source = spider.partition("/")[0] or key.source
    fields["origin"] = {"source": source, "url": url, "seen_at": seen_at, "spider": spider}
    return Evidence.model_validate(fields)


def key_texts(keys: Iterable[AccountKey]) -> list[str]:
    """Give the texts keys are stored under, each once, in order."""
    return sorted({str(key) for key in keys})
