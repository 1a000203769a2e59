"""What joining makes of accounts whose owners are known: wrong joins, and duplicates by what ties them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from bench._invented import SEEN
from sourcing.identity.batch import batch
from sourcing.identity.clusters import Cluster, grow
from sourcing.identity.facts import Facts
from sourcing.identity.keys import FORMER, OWN, VERIFIED, addresses
from sourcing.identity.model import fit
from sourcing.identity.recording import judgements
from sourcing.identity.scorer import score_rows
from sourcing.identity.settings import Settings
from storage.records import AccountKey, Judgement

Owners = Mapping[AccountKey, int]
_Pair = tuple[AccountKey, AccountKey]


class Found(NamedTuple):
    """Accounts with what was judged of them, and who is behind each."""

    people: dict[AccountKey, Facts]
    said: list[Judgement]
    owners: Owners
    settings: Settings
    compared: int

    def clusters(self, answers: Iterable[Judgement] = ()) -> set[Cluster]:
        """Leads, given what people answered."""
        return grow(self.people, [*self.said, *answers], self.settings.largest).clusters()


class Duplicates(NamedTuple):
    """Leads too many, by the strongest thing that ties them to another lead of their person."""

    proof: int  # profiles that name each other, checked addresses, one confirmed id
    claim: int  # a profile that names the other, which does not name it back
    page: int  # one page both name
    nothing: int  # nothing public
    forbidden: int  # the source's terms, or an author known by a bare name, forbid joining

    @property
    def all(self) -> int:
        """Whatever ties them, and whether or not they may be joined."""
        return self.linked + self.nothing + self.forbidden

    @property
    def linked(self) -> int:
        """Tied by links of their own."""
        return self.proof + self.claim + self.page


def judge(rows: Sequence[Facts], owners: Owners, settings: Settings, crowd: Sequence[Facts] = ()) -> Found:
    """Compare everybody; `crowd` is who lives in the store they come into, whose counts are those of the model."""
    found = score_rows(batch(rows), fit(crowd or rows, settings))
    people = {one.key: one for one in rows if one.person}
    return Found(people, judgements(found, SEEN), owners, settings, len(found))


def wrong(found: Found, clusters: Iterable[Cluster]) -> int:
    """Leads that hold accounts of more than one person."""
    return sum(len({found.owners[key] for key in cluster}) > 1 for cluster in clusters)


def duplicates(found: Found, clusters: Iterable[Cluster]) -> Duplicates:
    """Leads too many: somebody in k leads counts k - 1, each under the strongest tie that would spare it."""
    ties = _ties(found)
    leads = {key: at for at, cluster in enumerate(clusters) for key in cluster}
    own = defaultdict(list)
    for key in found.people:
        own[found.owners[key]].append(key)
    count: Counter[str] = Counter()
    for keys in own.values():
        count.update(_spared(keys, leads, ties.get(found.owners[keys[0]], {})))
        count["forbidden"] += _forbidden(found, keys, leads)
    count["nothing"] -= count["forbidden"]
    return Duplicates(*(count[name] for name in Duplicates._fields))


def _spared(keys: Sequence[AccountKey], leads: Mapping[AccountKey, int], ties: Mapping[_Pair, str]) -> Counter[str]:
    """How many leads of one person each kind of tie would spare, the strongest first."""
    group = {leads[key]: leads[key] for key in keys}
    count: Counter[str] = Counter()
    for kind in ("proof", "claim", "page"):
        for (one, other), tie in ties.items():
            here, there = group[leads[one]], group[leads[other]]
            if tie == kind and here != there:
                count[kind] += 1
                group = {lead: here if now == there else now for lead, now in group.items()}
    count["nothing"] = len(set(group.values())) - 1
    return count


def _forbidden(found: Found, keys: Sequence[AccountKey], leads: Mapping[AccountKey, int]) -> int:
    """Leads that must stay apart whatever is known, of somebody who has another."""
    alone = {leads[key] for key in keys if found.people[key].alone or found.people[key].barred}
    return min(len(alone), len({leads[key] for key in keys}) - 1)


def _ties(found: Found) -> dict[int, dict[_Pair, str]]:
    """Person → pairs of their accounts that an address or a confirmed id ties, with how."""
    owner, names, checked = _addresses(found)
    out: dict[int, dict[_Pair, str]] = defaultdict(dict)
    for address, keys in names.items():
        if address in owner:
            for key in keys - {owner[address]}:
                _claimed(found, out, key, owner[address], proven=(key, address) in checked)
        else:
            for one, other in _own_pairs(found, keys):
                out[found.owners[one]].setdefault((one, other), "page")
    for one, other in _same_ids(found):
        out[found.owners[one]][one, other] = "proof"
    return out


_Names = dict[str, set[AccountKey]]


def _addresses(found: Found) -> tuple[dict[str, AccountKey], _Names, set[tuple[AccountKey, str]]]:
    """Who has each address, who names it, and who names it checked."""
    owner: dict[str, AccountKey] = {}
    names: _Names = defaultdict(set)
    checked: set[tuple[AccountKey, str]] = set()
    for key, one in found.people.items():
        for address, role in addresses(one) if not one.barred else ():
            if role == OWN:
                owner[address] = key
            elif role != FORMER:
                names[address].add(key)
                checked |= {(key, address)} if role == VERIFIED else set()
    return owner, names, checked


def _own_pairs(found: Found, keys: Iterable[AccountKey]) -> Iterator[_Pair]:
    """Pairs of accounts of one person among these."""
    by_person = defaultdict(list)
    for key in sorted(keys):
        by_person[found.owners[key]].append(key)
    for own in by_person.values():
        yield from combinations(own, 2)


def _claimed(
    found: Found, out: dict[int, dict[_Pair, str]], one: AccountKey, other: AccountKey, *, proven: bool
) -> None:
    if found.owners[one] == found.owners[other]:
        ties, pair = out[found.owners[one]], (min(one, other), max(one, other))
        back = any(address == found.people[one].address for address, _ in addresses(found.people[other]))
        ties[pair] = "proof" if proven or back or ties.get(pair) == "proof" else "claim"


def _same_ids(found: Found) -> Iterator[_Pair]:
    held = defaultdict(list)
    for key, one in found.people.items():
        for text in one.ids:
            held[text].append(key)
    for keys in held.values():
        yield from _own_pairs(found, keys)
