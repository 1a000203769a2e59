"""Hiding people: on request, or at once when they object, until the controller has decided."""

from datetime import datetime

from sourcing.config import Config
from sourcing.lock import exclusive
from sourcing.privacy.subject import Person, begin, the_one
from storage.records import Record
from storage.store import RESTRICTED, Store

OBJECTED = "objected"


class Hidden(Record):
    """What was hidden, and the request it was done for."""

    request: int
    accounts: int  # of the person, hidden by now


def restrict(config: Config, store: Store, name: str, *, by: str, now: datetime) -> Hidden:
    """Hide a person and close the request; ConfigError for several people, UnknownLead for nobody."""
    with exclusive(config.folder):
        person = the_one(store, name)
        done = _hide(store, person, "restrict", RESTRICTED, by=by, now=now)
        store.close_request(done.request, by=by, at=now, outcome="hidden", accounts=done.accounts)
    return done


def object_to(config: Config, store: Store, name: str, *, by: str, now: datetime) -> Hidden:
    """Hide a person who objects; the request stays open until somebody erases them or answers it."""
    with exclusive(config.folder):
        return _hide(store, the_one(store, name), "object", OBJECTED, by=by, now=now)


def _hide(store: Store, person: Person, kind: str, why: str, *, by: str, now: datetime) -> Hidden:
    number = begin(store, person, kind, by=by, at=now)
    store.restrict(person.keys, kind=why, by=by, at=now)
    return Hidden(request=number, accounts=len(person.keys))


def unrestrict(config: Config, store: Store, name: str, *, by: str, now: datetime) -> int:
    """Show a person again; gives how many accounts were hidden."""
    with exclusive(config.folder):
        return store.unrestrict(the_one(store, name).keys, by=by, at=now)
