"""Taking accounts a term took away out of what is remembered beside them: lanes, validators, whom a night named.

An erasure looks for one person in everything; here thousands may go at once, and only what stands for an account at its
own source is taken out, since a handle may be the word of something else.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, select

from storage import text as spelling
from storage.records import AccountKey
from storage.store._rights.forgetting import without
from storage.store._rights.mentions import former_handles
from storage.store._rights.naming import parts_of, plain, tail_of
from storage.store._rights.tombstones import words_of
from storage.store._saving.rows import ACCOUNT_COLUMNS, read_account
from storage.store._sql import among, batches, set_columns
from storage.tables import account, lane_state, night_named, validator

_CHUNK = 2_000


class Crowd(NamedTuple):
    """What accounts of one source, or of all, are called by in what spiders remember."""

    keys: frozenset[AccountKey]
    words: frozenset[str]

    def word(self, token: str) -> bool:
        """Whether a word stands for one of them."""
        tail = tail_of(token)
        return token.lower() in self.words or (tail in self.words and plain(tail))

    def pair(self, source: str, source_id: str) -> bool:
        """Whether these are source and id of one of them."""
        return AccountKey(source, source_id) in self.keys


def unlearn(connection: Connection, keys: Collection[str]) -> int:
    """Take accounts about to be purged out of memories, inside the caller's transaction; gives rows changed."""
    crowds = _crowds(connection, keys)
    if not crowds:
        return 0
    everybody = Crowd(
        frozenset().union(*(one.keys for one in crowds.values())),
        frozenset().union(*(one.words for one in crowds.values())),
    )
    return _lanes(connection, crowds, everybody.keys) + _validators(connection, everybody) + _named(connection, crowds)


def _crowds(connection: Connection, keys: Collection[str]) -> Mapping[str, Crowd]:
    called: dict[str, set[str]] = defaultdict(set)
    owners: dict[str, set[AccountKey]] = defaultdict(set)
    for some in batches(sorted(keys), _CHUNK):
        past = former_handles(connection, some)
        rows = connection.execute(select(*ACCOUNT_COLUMNS).where(among(connection, account.c.key, some))).all()
        for one in map(read_account, rows):
            owners[one.source].add(one.key)
            called[one.source] |= words_of(one, past.get(str(one.key), ()))
    return {source: Crowd(frozenset(owners[source]), frozenset(words)) for source, words in called.items()}


def _lanes(connection: Connection, crowds: Mapping[str, Crowd], keys: frozenset[AccountKey]) -> int:
    """A lane is of the source its name begins with; an id with its source is taken out of any."""
    nobody: frozenset[str] = frozenset()
    changed: list[dict[str, Any]] = []
    gone: list[str] = []
    for lane, state in connection.execute(select(lane_state.c.lane, lane_state.c.state)).all():
        words = crowds[source].words if (source := lane.partition("/")[0]) in crowds else nobody
        kept, taken = without(state, Crowd(keys, words))
        if any(part in words and plain(part) for part in lane.lower().split("/")[1:]):
            gone.append(lane)
        elif taken:
            changed.append({"lane": lane, "state": kept})
    connection.execute(delete(lane_state).where(among(connection, lane_state.c.lane, gone)))
    set_columns(connection, lane_state, changed)
    return len(gone) + len(changed)


def _validators(connection: Connection, everybody: Crowd) -> int:
    """Addresses that were asked and name one of them; an address does not tell its source."""
    rows = connection.execute(select(validator.c.key, validator.c.url).execution_options(yield_per=_CHUNK))
    gone = [key for key, url in rows if any(part in everybody.words and plain(part) for part in parts_of(url))]
    connection.execute(delete(validator).where(among(connection, validator.c.key, gone)))
    return len(gone)


def _named(connection: Connection, crowds: Mapping[str, Crowd]) -> int:
    changed = []
    for row in connection.execute(select(night_named)).mappings().all():
        words = crowds[row["source"]].words if row["source"] in crowds else frozenset()
        kept = [one for one in row["handles"] if spelling.handle_key(one) not in words]
        if kept != row["handles"]:
            changed.append({name: row[name] for name in ("night", "round", "source")} | {"handles": kept})
    set_columns(connection, night_named, changed)
    return len(changed)
