"""Who is meant: everybody a name may stand for, and the one person something is done to."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from storage.errors import ConfigError
from storage.records import Account, AccountKey, Record
from storage.store import Candidate, Store


class Shown(Record):
    """One account as a list of candidates shows it."""

    account: AccountKey
    handle: str
    name: str | None
    url: str
    restricted: str = ""  # "restricted" or "objected"


class Found(Record):
    """One person a name may stand for; without a lead, one account nobody has joined to anything yet."""

    lead: str | None
    accounts: tuple[Shown, ...]


class Person(NamedTuple):
    """The person something is done to."""

    lead: str | None
    keys: tuple[AccountKey, ...]

    @property
    def called(self) -> str:
        """What messages call the person: the lead's number, else that of the account."""
        return self.lead or str(self.keys[0])


def find(store: Store, name: str) -> list[Found]:
    """Everybody a handle, address, id, name or lead's number may stand for; UnknownLead if nobody."""
    people = _people(store, store.candidates(name))
    accounts = {one.key: one for one in store.accounts(keys=[key for one in people for key in one.keys])}
    hidden = store.restricted(list(accounts))
    return [
        Found(lead=one.lead, accounts=tuple(_shown(accounts[key], hidden.get(key, "")) for key in one.keys))
        for one in people
    ]


def the_one(store: Store, name: str) -> Person:
    """The person a name stands for; ConfigError if it may be several, and then nothing is done to anybody."""
    people = _people(store, store.candidates(name))
    if len(people) == 1:
        return people[0]
    listed = "; ".join(f"{one.called} ({', '.join(map(str, one.keys[:3]))})" for one in people)
    raise ConfigError(f"{name!r} may be {len(people)} people: {listed}; name one by the lead's number")


def _people(store: Store, candidates: Collection[Candidate]) -> list[Person]:
    leads = sorted({one.lead for one in candidates if one.lead})
    members = [Person(lead.id, tuple(account.key for account in lead.accounts)) for lead in store.leads(leads, work=())]
    return [*members, *(Person(None, (one.account,)) for one in candidates if not one.lead)]


def _shown(account: Account, restricted: str) -> Shown:
    plain = {"account": account.key, "handle": account.handle, "name": account.name, "url": account.url}
    return Shown(**plain, restricted=restricted)


def begin(store: Store, person: Person, kind: str, *, by: str, at: datetime) -> int:
    """The number of the person's open request of a kind; a new one if there is none."""
    waiting = [one for one in store.requests(open_only=True) if one.kind == kind and one.lead == person.lead]
    if waiting and person.lead is not None:
        return waiting[0].id
    return store.open_request(kind, lead=person.lead, accounts=person.keys, by=by, at=at)
