"""Judgements → clusters of accounts → stable lead ids. Pure: data in, data out.

Clusters grow edge by edge, strongest first, and every union is checked against all members: no judgement says
otherwise, one live account per source, names that can be one, a limit of accounts. Never plain connected components.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import product

from sourcing.identity.facts import Facts
from sourcing.identity.names import two_names
from storage.records import AccountKey, Judgement, Verdict

MOST_ACCOUNTS = 12  # a larger cluster swallowed somebody; it is refused and reported
MACHINE = "identity/"  # judgements "by" this prefix are ours, all others a person's
BLOCKING = frozenset({Verdict.DIFFERENT, Verdict.UNSURE})
PROOFS = ("reciprocal", "verified", "circle", "same_id")  # how the evidence of a proof begins
BOTH_WAYS = ("reciprocal", "same_id")  # proofs that also hold between two accounts of one source

Pair = frozenset[AccountKey]
Cluster = frozenset[AccountKey]


def is_ours(row: Judgement) -> bool:
    """Whether a rule decided, not a person."""
    return row.by.startswith(MACHINE)


def proves(row: Judgement, kinds: tuple[str, ...] = PROOFS) -> bool:
    """Whether a judgement is a proof of one of these kinds, or a person's word."""
    return not is_ours(row) or any(text.startswith(kinds) for text in row.evidence)


def build(
    nodes: Mapping[AccountKey, Facts], judgements: Iterable[Judgement], most: int = MOST_ACCOUNTS
) -> tuple[list[Cluster], Counter[str]]:
    """Clusters of all given accounts, oldest account first, and the unions refused, by reason."""
    grown = grow(nodes, judgements, most)
    return sorted(grown.clusters(), key=lambda cluster: age(nodes, cluster)), grown.refused


def grow(nodes: Mapping[AccountKey, Facts], judgements: Iterable[Judgement], most: int = MOST_ACCOUNTS) -> "Grown":
    """Clusters of all given accounts, with what was refused on the way."""
    rows = [row for row in judgements if row.left in nodes and row.right in nodes]
    grown = Grown(nodes, rows, most)
    same = sorted((row for row in rows if row.verdict is Verdict.SAME), key=_strongest_first)
    for row in same:
        grown.join(row)
    for row in same:  # a bridge that was refused alone may have got its second edge
        grown.join(row, again=True)
    return grown


def age(nodes: Mapping[AccountKey, Facts], keys: Iterable[AccountKey]) -> tuple[object, ...]:
    """Sorting key: first sight of the oldest account, then its key."""
    return min((_since(nodes[key]), key) for key in keys)


def oldest(nodes: Mapping[AccountKey, Facts], keys: Iterable[AccountKey]) -> AccountKey:
    """The account seen first."""
    return min(keys, key=lambda key: (_since(nodes[key]), key))


def _since(one: Facts) -> float:
    return one.first_seen.timestamp() if one.first_seen else 0.0


def _strongest_first(row: Judgement) -> tuple[bool, bool, float, AccountKey, AccountKey]:
    return is_ours(row), not proves(row), -(row.bits or 0.0), row.left, row.right


class Grown:
    """The clusters while they grow."""

    def __init__(self, nodes: Mapping[AccountKey, Facts], rows: list[Judgement], most: int) -> None:
        self.nodes, self.most = nodes, most
        self.members: dict[AccountKey, set[AccountKey]] = {key: {key} for key in nodes}
        self.never = _pairs(row for row in rows if row.verdict in BLOCKING)
        self.twins = _pairs(row for row in rows if row.verdict is Verdict.SAME and proves(row, BOTH_WAYS))
        self.refused: Counter[str] = Counter()
        self.too_large: list[Cluster] = []  # what a union would have been: shown, never joined
        self.bridges: dict[Pair, int] = {}

    def join(self, row: Judgement, *, again: bool = False) -> None:
        """Unite the clusters of two accounts, unless something speaks against it."""
        here, there = self.members[row.left], self.members[row.right]
        if here is there:
            return
        reason = self._objection(here, there, row, again)
        if reason:
            self.refused[reason] += not again
            if reason == "cluster_too_large" and not again:
                self.too_large.append(frozenset(here | there))
            return
        here |= there
        for key in there:
            self.members[key] = here

    def _objection(self, here: set[AccountKey], there: set[AccountKey], row: Judgement, again: bool) -> str:
        if len(here) + len(there) > self.most:
            return "cluster_too_large"
        if any(self.nodes[key].alone for key in here | there):
            return "own_lead_only"
        for one, other in product(here, there):
            if frozenset((one, other)) in self.never:
                return "judged_different"
            if self._double(one, other):
                return "two_accounts_at_one_source"
        return "" if not is_ours(row) else self._incoherent(here, there, row, again)

    def _incoherent(self, here: set[AccountKey], there: set[AccountKey], row: Judgement, again: bool) -> str:
        if any(_ids_differ(self.nodes[one], self.nodes[other]) for one, other in product(here, there)):
            return "confirmed_ids_differ"
        if proves(row):
            return ""
        if any(two_names(self.nodes[one].name, self.nodes[other].name) for one, other in product(here, there)):
            return "names_differ"
        if min(len(here), len(there)) > 1 and not (again and self._crossing(here, there) > 1):
            self._note(row)
            return "single_bridge"
        return ""

    def _note(self, row: Judgement) -> None:
        self.bridges[frozenset((row.left, row.right))] = 1

    def _crossing(self, here: set[AccountKey], there: set[AccountKey]) -> int:
        return sum(frozenset(pair) in self.bridges for pair in product(here, there))

    def _double(self, one: AccountKey, other: AccountKey) -> bool:
        here, there = self.nodes[one], self.nodes[other]
        both = here.live and there.live and here.home == there.home
        return both and frozenset((one, other)) not in self.twins

    def clusters(self) -> set[Cluster]:
        """All clusters, single accounts included."""
        return {frozenset(members) for members in self.members.values()}


def _ids_differ(one: Facts, other: Facts) -> bool:
    if not one.ids or not other.ids:
        return False
    theirs = {text.partition(":")[0]: text for text in other.ids}
    return any(theirs.get(text.partition(":")[0], text) != text for text in one.ids)


def _pairs(rows: Iterable[Judgement]) -> set[Pair]:
    return {frozenset((row.left, row.right)) for row in rows}


def keep_ids(clusters: Iterable[Cluster], born: Mapping[AccountKey, str]) -> list[tuple[Cluster, str | None]]:
    """The lead id of each cluster: the oldest id any of its accounts was given, None if none ever was.

    An account keeps the id made for it, so an undone merge gives every id back, and a split leaves the id, with the
    status and notes said of it, to the account it was made for.
    """
    return [
        (cluster, min((born[key] for key in cluster if key in born), key=_number, default=None)) for cluster in clusters
    ]


def _number(lead: str) -> tuple[int, str]:
    return len(lead), lead  # "L999999" before "L1000000"
