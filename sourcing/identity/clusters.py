"""Judgements → clusters of accounts → stable lead ids. Pure: data in, data out.

Clusters grow edge by edge, strongest first, and every union is checked against all members: no judgement
says otherwise, one live account per source, twelve accounts at most. Never plain connected components.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import product

from sourcing.identity.evidence import RECIPROCAL, Node
from storage.records import AccountKey, Judgement, Verdict

MOST_ACCOUNTS = 12  # a larger cluster swallowed somebody; it is refused and reported
MACHINE = "identity/"  # judgements "by" this prefix are ours, all others a person's
BLOCKING = frozenset({Verdict.DIFFERENT, Verdict.UNSURE})

Pair = frozenset[AccountKey]
Cluster = frozenset[AccountKey]


def build(nodes: Mapping[AccountKey, Node], judgements: Iterable[Judgement]) -> tuple[list[Cluster], Counter[str]]:
    """Clusters of all given accounts, oldest account first, and the unions refused, by reason."""
    rows = [row for row in judgements if row.left in nodes and row.right in nodes]
    grown = _Grown(nodes, rows)
    for row in sorted((row for row in rows if row.verdict is Verdict.SAME), key=_strongest_first):
        grown.join(row.left, row.right)
    return sorted(grown.clusters(), key=lambda cluster: age(nodes, cluster)), grown.refused


def age(nodes: Mapping[AccountKey, Node], keys: Iterable[AccountKey]) -> tuple[object, ...]:
    """Sorting key: first sight of the oldest account, then its key."""
    return min((nodes[key].first_seen, key) for key in keys)


def _strongest_first(row: Judgement) -> tuple[bool, float, AccountKey, AccountKey]:
    return row.by.startswith(MACHINE), -(row.bits or 0.0), row.left, row.right


class _Grown:
    """The clusters while they grow."""

    def __init__(self, nodes: Mapping[AccountKey, Node], rows: list[Judgement]) -> None:
        self.nodes = nodes
        self.members: dict[AccountKey, set[AccountKey]] = {key: {key} for key in nodes}
        self.never = _pairs(row for row in rows if row.verdict in BLOCKING)
        self.twins = _pairs(row for row in rows if row.verdict is Verdict.SAME and _proves_twins(row))
        self.refused: Counter[str] = Counter()

    def join(self, left: AccountKey, right: AccountKey) -> None:
        here, there = self.members[left], self.members[right]
        if here is there:
            return
        reason = self._objection(here, there)
        if reason:
            self.refused[reason] += 1
            return
        here |= there
        for key in there:
            self.members[key] = here

    def _objection(self, here: set[AccountKey], there: set[AccountKey]) -> str:
        if len(here) + len(there) > MOST_ACCOUNTS:
            return "cluster_too_large"
        for one, other in product(here, there):
            if frozenset((one, other)) in self.never:
                return "judged_different"
            if self._double(one, other):
                return "two_accounts_at_one_source"
        return ""

    def _double(self, one: AccountKey, other: AccountKey) -> bool:
        alive = self.nodes[one].live and self.nodes[other].live
        return alive and one.source == other.source and frozenset((one, other)) not in self.twins

    def clusters(self) -> set[Cluster]:
        return {frozenset(members) for members in self.members.values()}


def _pairs(rows: Iterable[Judgement]) -> set[Pair]:
    return {frozenset((row.left, row.right)) for row in rows}


def _proves_twins(row: Judgement) -> bool:
    """Two live accounts of one source are one person only by a proof both ways or a person's word."""
    return not row.by.startswith(MACHINE) or (row.bits or 0.0) >= RECIPROCAL


def keep_ids(
    nodes: Mapping[AccountKey, Node], clusters: Iterable[Cluster], current: Mapping[AccountKey, str]
) -> list[tuple[Cluster, str | None]]:
    """The lead id each cluster keeps, None for those that need a new one.

    A merge keeps the older id; after a split the id stays with the oldest account.
    """
    heirs = _heirs(nodes, current)
    return [
        (cluster, min((heirs[key] for key in cluster if key in heirs), key=_number, default=None))
        for cluster in clusters
    ]


def _heirs(nodes: Mapping[AccountKey, Node], current: Mapping[AccountKey, str]) -> dict[AccountKey, str]:
    """The account that carries each lead's id on: its oldest one."""
    groups: dict[str, list[AccountKey]] = defaultdict(list)
    for key, lead in current.items():
        if key in nodes:
            groups[lead].append(key)
    return {min(keys, key=lambda key: (nodes[key].first_seen, key)): lead for lead, keys in groups.items()}


def _number(lead: str) -> tuple[int, str]:
    return len(lead), lead  # "L999999" before "L1000000"
