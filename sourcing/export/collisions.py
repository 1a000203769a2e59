"""Who is known already: leads against the candidates imported from the applicant tracking system.

A lead collides by being one person with a candidate, by an address or profile both give, or by name and employer. It is
shown with the candidate, and not exported: whoever handed a known candidate over again would look careless.
"""

from collections.abc import Iterable, Iterator

from sourcing.identity.stop import is_hub
from storage.records import Account, Lead, Record
from storage.store import Store
from storage.text import link_key, match_key, profile_key

SOURCE = "ats"  # the imported candidates


class Collision(Record):
    """A lead that is in the system already."""

    lead: str
    name: str
    by: str  # "one person", "address", "name and employer"
    candidate: str  # handle in the system
    page: str


class Known:
    """The imported candidates by what they can be met by."""

    def __init__(self, candidates: Iterable[Account]) -> None:
        self._met: dict[tuple[str, str], Account] = {}
        for candidate in candidates:
            for key in _keys(candidate):
                self._met.setdefault(key, candidate)

    @classmethod
    def of(cls, store: Store) -> "Known":
        """The candidates of an installation."""
        return cls(store.accounts(source=SOURCE))

    def __len__(self) -> int:
        return len({id(one) for one in self._met.values()})

    def collision(self, lead: Lead) -> Collision | None:
        """How a lead is known already; None if it is not."""
        own = next((one for one in lead.accounts if one.source == SOURCE), None)
        if own is not None:
            return _collision(lead, "one person", own)
        for account in lead.accounts:
            for key in _keys(account):
                if key in self._met:
                    return _collision(lead, key[0], self._met[key])
        return None


def _keys(account: Account) -> Iterator[tuple[str, str]]:
    for url in (account.url, *(link.url for link in account.links)):
        profile = profile_key(url)
        if profile:
            yield "address", "/".join(profile)
        elif (address := link_key(url)) and not is_hub(address):
            yield "address", address
    name, company = match_key(account.name or ""), match_key(account.company or "")
    if " " in name and company:  # one word is no name two systems could agree on
        yield "name and employer", f"{name}\n{company}"


def _collision(lead: Lead, by: str, candidate: Account) -> Collision:
    return Collision(lead=lead.id, name=lead.name, by=by, candidate=candidate.handle, page=candidate.url)
