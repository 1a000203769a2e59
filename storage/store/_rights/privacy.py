"""Erasing people and sources, finding who is meant, and the key that recognises the erased."""

from collections.abc import Collection
from datetime import datetime
from time import perf_counter
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, select

from storage.errors import ConfigError
from storage.records import Account, AccountKey
from storage.store._base import Database
from storage.store._person import find as _find
from storage.store._rights import compacting as _compacting
from storage.store._rights import erasing as _erasing
from storage.store._rights import keyed as _keyed
from storage.store._rights import mentions as _mentions
from storage.store._rights import subjects as _subjects
from storage.store._rights.erasing import Erased
from storage.store._rights.naming import Naming
from storage.store._rights.silencing import Erasure
from storage.store._rights.tombstones import signs_of
from storage.store._saving.bulk import read_many
from storage.store._saving.rows import ACCOUNT_COLUMNS, key_texts, read_account, read_key
from storage.store._sql import among
from storage.store._trail.chain import reseal
from storage.store._trail.log import add_action
from storage.tables import account, forgotten, lane_find, lane_state, quarantine, source_hold, tombstone, validator


class Candidate(NamedTuple):
    """An account somebody may mean, and its lead if it has one."""

    account: AccountKey
    lead: str | None


class Subject(NamedTuple):
    """One person as an erasure sees them: what they are called, and what they are met again by."""

    accounts: tuple[Account, ...]
    former: dict[str, list[str]]  # account → former handles
    shared: frozenset[str]  # addresses others have as well
    naming: Naming


class Privacy(Database):
    """Verbs for erasing."""

    def require_key(self) -> None:
        """Raise ConfigError if erased people could not be recognised with the key at hand."""
        with self._read() as connection:
            _keyed.require(connection, self._key)

    def key_problem(self) -> str:
        """What is wrong with the key in one sentence, "" if nothing is."""
        with self._read() as connection:
            return _keyed.wrong(connection, self._key)

    def new_key(self, *, by: str, at: datetime) -> int:
        """Bind the database to another key and give up all tombstones; gives how many. ConfigError without a key."""
        if not self._key:
            raise ConfigError("there is no key to begin anew with; put one into SOURCING_KEY or sourcing.key")
        with self._write() as connection:
            lost = connection.execute(delete(tombstone)).rowcount
            connection.execute(delete(forgotten))  # nobody is recognised by it any more
            _keyed.renew(connection, self._key)
            sealed = reseal(connection, self._key)
            add_action(
                connection, "subject.new_key", by=by, at=at, detail={"tombstones_lost": lost, "resealed": sealed}
            )
        return int(lost)

    def tombstones(self) -> int:
        """Count the tombstones."""
        with self._read() as connection:
            return int(connection.execute(select(func.count()).select_from(tombstone)).scalar_one())

    def candidates(self, name: str) -> list[Candidate]:
        """Give every account a name may mean: handle, former handle, address, id, name, number of a lead.

        UnknownLead with near names if there is none.
        """
        with self._read() as connection:
            found = _find.candidates(connection, name)
            if not found:
                raise _find.nobody(connection, name)
        return [Candidate(read_key(key), lead_id) for key, lead_id in found]

    def alike(self, name: str) -> list[Candidate]:
        """Give accounts that bear a name or call an address their own; none is no error."""
        with self._read() as connection:
            return [Candidate(read_key(key), lead_id) for key, lead_id in _find.candidates(connection, name)]

    def subject(self, keys: Collection[AccountKey]) -> Subject:
        """Give what the person with these accounts is called; reads all accounts once."""
        with self._read() as connection:
            return _subject(connection, keys)

    def erase(
        self,
        subject: Subject,
        *,
        by: str,
        at: datetime,
        request: int | None = None,
        bury: bool = True,
        kind: str = "erase",
    ) -> Erased:
        """Erase a person in one transaction, and with `bury` never store them again.

        Whose request it was is closed with it. Bytes of the rows leave the file with `compact`. ConfigError without the
        key the database was begun with.
        """
        with self._read() as connection:
            found = _mentions.mentions(connection, subject.naming)
        started = perf_counter()
        with self._write() as connection:
            _keyed.begin(connection, self._key)
            removal = _erasing.plan(connection, key_texts(subject.naming.keys))
            number = request or self._request(connection, kind, removal, subject.naming.keys, by=by, at=at)
            erasure = Erasure(subject.naming, number, at, self._key)
            done = _erasing.erase(connection, removal, erasure, found, _signs(subject) if bury else ())
            self._finish(connection, done, removal, by=by, at=at)
        return done.model_copy(update={"seconds": perf_counter() - started})

    def purge_source(self, name: str, *, by: str, at: datetime) -> Erased:
        """Delete everything a source brought: accounts, work, memory. Nobody is buried: they may be met elsewhere.

        What spiders remember of answers goes as a whole, since its addresses do not tell the source.
        """
        with self._write() as connection:
            _keyed.begin(connection, self._key)
            keys = list(connection.execute(select(account.c.key).where(account.c.source == name)).scalars())
            removal = _erasing.plan(connection, keys)
            owners = frozenset(map(read_key, keys))
            naming = Naming(owners, frozenset(), frozenset(), frozenset(), frozenset())
            number = self._request(connection, "purge", removal, (), by=by, at=at)
            done = _erasing.erase(connection, removal, Erasure(naming, number, at, self._key), None, ())
            _forget_source(connection, name)
            self._finish(connection, done, removal, by=by, at=at, detail={"source": name})
        return done

    def compact(self) -> None:
        """Remove the bytes of deleted rows from the database's files; StoreError if somebody keeps it busy."""
        with self._read():
            pass  # an unreachable database is told as everywhere
        _compacting.compact(self._engine)

    def is_compact(self) -> bool:
        """Whether no erasure waits for its bytes to leave the file."""
        with self._read() as connection:
            return not _compacting.is_pending(connection)

    def _request(
        self,
        connection: Connection,
        kind: str,
        removal: _erasing.Removal,
        keys: Collection[AccountKey],
        *,
        by: str,
        at: datetime,
    ) -> int:
        lead_id = removal.gone[-1] if removal.gone and kind == "erase" else None
        waiting = _subjects.open_of(connection, lead_id, kind) if lead_id else None
        return waiting or _subjects.begin(connection, kind, lead=lead_id, accounts=keys, by=by, at=at, key=self._key)

    def _finish(
        self,
        connection: Connection,
        done: Erased,
        removal: _erasing.Removal,
        *,
        by: str,
        at: datetime,
        detail: dict[str, object] | None = None,
    ) -> None:
        counts = {"accounts": done.accounts, "rows": sum(done.rows.values()), "others": done.others}
        said = {**counts, "tombstones": done.tombstones, "exports": list(done.exports), "called": list(done.called)}
        _subjects.finish(connection, done.request, by=by, at=at, outcome="erased", detail={**said, **(detail or {})})
        _subjects.part(connection, removal.gone, by=by, at=at, erased=done.request)
        _compacting.note_pending(connection)


def _subject(connection: Connection, keys: Collection[AccountKey]) -> Subject:
    names = key_texts(keys)
    rows = read_many(
        connection,
        ACCOUNT_COLUMNS,
        lambda all_: all_.where(among(connection, account.c.key, names)).order_by(account.c.key),
    )
    accounts = tuple(map(read_account, rows))
    former = _mentions.former_handles(connection, names)
    shared = frozenset(_mentions.shared_sites(connection, accounts))
    past = {one.key: former.get(str(one.key), []) for one in accounts}
    return Subject(accounts, former, shared, Naming.of(accounts, past, shared))


def _signs(subject: Subject) -> set[tuple[str, ...]]:
    return {
        words
        for one in subject.accounts
        for words in signs_of(one, subject.former.get(str(one.key), ()), subject.shared)
    }


def _forget_source(connection: Connection, name: str) -> None:
    own = lane_state.c.lane.startswith(f"{name}/", autoescape=True)
    connection.execute(delete(lane_state).where(own))
    connection.execute(delete(lane_find).where(lane_find.c.lane.startswith(f"{name}/", autoescape=True)))
    connection.execute(delete(quarantine).where(quarantine.c.source == name))
    connection.execute(delete(source_hold).where(source_hold.c.source == name))
    connection.execute(delete(validator))
