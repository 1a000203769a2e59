"""Which questions are worth asking now: not those that another answer settles, nor those nearly sure to be "no".

Hardly anybody keeps two accounts at one source. So between two leads that both live at one, likeness is that of
namesakes, and of several leads that would each bring the same source, one at most is right: the likeliest is asked,
the others wait for a "no". Whoever was asked whether A is B and B is C need not be asked whether A is C.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sourcing.identity.homes import home_of
from sourcing.identity.questions import Between
from storage.records import AccountKey
from storage.store import Store

# What people publish themselves is asked whatever else there is: they may well keep two accounts.
PUBLISHED = ("reciprocal", "verified", "circle", "same_id", "claimed", "own_page", "profile", "site")


class Sifted(NamedTuple):
    """Questions by what becomes of them, each list in the order given."""

    asked: list[Between]
    waiting: list[Between]  # the answers to likelier ones may settle them
    ruled_out: list[Between]  # both leads have a live account at one source


def sifted(store: Store, found: Sequence[Between], where: Mapping[AccountKey, str]) -> Sifted:
    """Sort questions by whether they are asked now; `where` holds all accounts of their leads."""
    first = sift(found, where)
    silent = {lead for one in (*first.waiting, *first.ruled_out) for lead in one.leads}
    gone = {
        row.account for row in store.known_of([key for key, lead in where.items() if lead in silent]) if row.gone_at
    }
    return sift(found, where, gone) if gone else first


def sift(
    found: Sequence[Between], where: Mapping[AccountKey, str], gone: Collection[AccountKey] = frozenset()
) -> Sifted:
    """The same without a Store; accounts that are `gone` live nowhere."""
    leads = _Leads(where, gone)
    verdicts = {}
    for one in sorted(found, key=lambda one: (-(one.rows[0].bits or 0.0), one.leads)):
        verdicts[one.leads] = leads.ask(one)
    return Sifted(*([one for one in found if verdicts[one.leads] == verdict] for verdict in Sifted._fields))


class _Leads:
    """Leads as they would be if the questions asked so far were all answered with yes."""

    def __init__(self, where: Mapping[AccountKey, str], gone: Collection[AccountKey]) -> None:
        self.leader: dict[str, str] = {}
        self.lives: dict[str, set[str]] = defaultdict(set)  # where the accounts of a lead live
        self.would: dict[str, set[str]] = {}
        for key, lead in where.items():
            if key not in gone and (home := home_of(key)) is not None:
                self.lives[lead].add(home)

    def ask(self, one: Between) -> str:
        """What becomes of a question, once all likelier ones were looked at."""
        published = any(text.startswith(PUBLISHED) for row in one.rows for text in row.evidence)
        left, right = one.leads
        if not published and not self.lives[left].isdisjoint(self.lives[right]):
            return "ruled_out"
        here, there = self._root(left), self._root(right)
        homes, others = self.would.get(here, self.lives[here]), self.would.get(there, self.lives[there])
        if here == there or (not published and not homes.isdisjoint(others)):
            return "waiting"
        self.leader[there] = here
        self.would[here] = homes | others
        return "asked"

    def _root(self, lead: str) -> str:
        while lead in self.leader:
            lead = self.leader[lead]
        return lead
