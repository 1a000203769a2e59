"""Whether the key at hand is the one this database was begun with: tombstones made with another are never met again.

A check value, HMAC-SHA-256 of a constant (RFC 2104), is stored with the first keyed row and compared from then on.
"""

import hmac

from sqlalchemy import Connection, func, select

from storage.errors import ConfigError
from storage.store._sql import insert_new, upsert
from storage.tables import forgotten, key_check, tombstone

_NAME = "tombstones"
_CONSTANT = b"sourcing: the key of this installation"
_NO_KEY = "there is no key to recognise erased people by; put one into SOURCING_KEY or sourcing.key (docs/rights.md)"


def keyed(key: bytes, *words: str) -> str:
    """Keyed hash of words, hexadecimal."""
    return hmac.digest(key, "\x00".join(words).encode(errors="replace"), "sha256").hex()


def seal(key: bytes, *words: str) -> bytes:
    """Keyed hash that only somebody with the key can make."""
    return hmac.digest(key, "\x00".join(("seal", *words)).encode(errors="replace"), "sha256")


def wrong(connection: Connection, key: bytes) -> str:
    """What is wrong with the key in one sentence, "" if nothing is."""
    known = connection.execute(select(key_check.c.value).where(key_check.c.name == _NAME)).scalar()
    if known is None:
        buried = connection.execute(select(tombstone.c.hash).limit(1)).first() is not None
        return _NO_KEY if buried and not key else ""
    if key and hmac.compare_digest(str(known), _check(key)):
        return ""
    count, met = (
        connection.execute(select(func.count()).select_from(table)).scalar_one() for table in (tombstone, forgotten)
    )
    said = "the key is missing" if not key else "the key is not the one this database was begun with"
    return (
        f"{said}: {count} tombstones and {met} people whose term ran out could not be recognised, and the erased would "
        "come back; put the former key into SOURCING_KEY or sourcing.key; if it is lost for good, `sourcing subject "
        "new-key` says what is given up"
    )


def require(connection: Connection, key: bytes) -> None:
    """Raise ConfigError if this is not the key the database was begun with."""
    if problem := wrong(connection, key):
        raise ConfigError(problem)


def begin(connection: Connection, key: bytes) -> None:
    """Bind the database to this key before something keyed is written; ConfigError without one or with another."""
    if not key:
        raise ConfigError(wrong(connection, key) or _NO_KEY)
    require(connection, key)
    insert_new(connection, key_check, [{"name": _NAME, "value": _check(key)}])


def renew(connection: Connection, key: bytes) -> None:
    """Bind the database to another key."""
    upsert(connection, key_check, [{"name": _NAME, "value": _check(key)}])


def _check(key: bytes) -> str:
    return hmac.digest(key, _CONSTANT, "sha256").hex()
