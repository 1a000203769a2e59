"""What proves that two accounts are one person: addresses they publish about each other.

Only structured claims count: a link both ways, or a profile's own link to the exact profile address of
another collected account. Prose, names, pictures and places prove nothing here. Pure: data in, data out.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain

from storage.records import Account, AccountKey, Claim, Kind, Known
from storage.text import handle_key, profile_key

# Strength in bits (log2 of the odds): a proof, an address the site checked, an address the person states.
# Ours, after the ranges usual for such evidence; fitted weights may replace them.
RECIPROCAL = 24.0
STRENGTH = {Claim.VERIFIED: 20.0, Claim.CLAIMED: 14.0}
NOT_A_PERSON = frozenset({Kind.ORGANISATION, Kind.BOT})
NEVER_JOINED = frozenset({"bot_like", "mixed_script", "no_match"})

Address = tuple[str, str]  # (source, handle key)


@dataclass(frozen=True, slots=True)
class Naming:
    """One account's statement that a profile address is also its own."""

    target: Address
    url: str
    claim: Claim
    field: str


@dataclass(frozen=True, slots=True)
class Node:
    """What identity needs of one account."""

    key: AccountKey
    handle: str
    url: str
    person: bool
    barred: bool
    live: bool
    first_seen: datetime
    last_seen: datetime
    namings: tuple[Naming, ...] = ()

    @property
    def address(self) -> Address:
        """The profile address others would name."""
        return self.key.source, handle_key(self.handle)


@dataclass(frozen=True, slots=True)
class Proof:
    """Two accounts, left < right, and why they are one person."""

    left: AccountKey
    right: AccountKey
    bits: float
    why: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Past:
    """Handles that changed owners: former holders of an address, and when accounts took today's handle."""

    holders: Mapping[Address, Collection[AccountKey]] = field(default_factory=dict)
    since: Mapping[AccountKey, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Edge:
    claimant: Node
    target: Node
    naming: Naming


def node(account: Account) -> Node:
    """Reduce an account to what identity needs, as if it was seen once, alive."""
    return Node(
        key=account.key,
        handle=account.handle,
        url=account.url,
        person=account.kind not in NOT_A_PERSON,
        barred=account.kind in NOT_A_PERSON or not NEVER_JOINED.isdisjoint(account.flags),
        live=True,
        first_seen=account.origin.seen_at,
        last_seen=account.origin.seen_at,
        namings=tuple(_namings(account)),
    )


def with_history(one: Node, known: Known) -> Node:
    """The node with what the Store knows about when the account was seen."""
    live = known.gone_at is None
    return replace(one, live=live, first_seen=known.first_seen, last_seen=known.last_seen)


def _namings(account: Account) -> Iterable[Naming]:
    for link in account.links:
        if link.claim in STRENGTH and (target := profile_key(link.url)):
            yield Naming(target, link.url, link.claim, link.field)


def proofs(nodes: Iterable[Node], past: Past) -> tuple[list[Proof], Counter[str]]:
    """All proofs among these accounts, in a fixed order, and how many claims were set aside, by reason."""
    skipped: Counter[str] = Counter()
    edges = _edges(sorted(nodes, key=lambda one: one.key), past, skipped)
    mutual = {pair for pair in edges if (pair[1], pair[0]) in edges}
    one_way = {pair: edge for pair, edge in edges.items() if pair not in mutual}
    kept = _exclusive(one_way, edges, skipped)
    found = [_reciprocal(edges[pair], edges[pair[1], pair[0]]) for pair in mutual if pair[0] < pair[1]]
    found += [_claimed(edge) for edge in kept]
    return sorted(found, key=lambda proof: (proof.left, proof.right)), skipped


Pair = tuple[AccountKey, AccountKey]


def _edges(nodes: list[Node], past: Past, skipped: Counter[str]) -> dict[Pair, _Edge]:
    """Claims whose target is a collected account, strongest per pair; the others are counted."""
    owners = _owners(nodes, past)
    by_key = {one.key: one for one in nodes}
    edges: dict[Pair, _Edge] = {}
    for claimant in nodes:
        for naming in claimant.namings:
            holders = owners.get(naming.target, set()) - {claimant.key}
            reason = _objection(claimant, naming, holders, by_key, past)
            if reason:
                skipped[reason] += 1
            elif holders:
                _keep_strongest(edges, _Edge(claimant, by_key[next(iter(holders))], naming))
    return edges


def _owners(nodes: list[Node], past: Past) -> dict[Address, set[AccountKey]]:
    owners: dict[Address, set[AccountKey]] = defaultdict(set)
    for one in nodes:
        owners[one.address].add(one.key)
    for address, keys in past.holders.items():
        owners[address].update(keys)
    return owners


def _objection(
    claimant: Node, naming: Naming, holders: set[AccountKey], by_key: Mapping[AccountKey, Node], past: Past
) -> str:
    """Why a claim cannot count, or "" (also when nobody we know holds the address)."""
    if len(holders) > 1:
        return "handle_had_several_owners"
    target = next((by_key.get(key) for key in holders), None)
    if not holders:
        return "" if claimant.address == naming.target else "target_not_collected"
    if target is None or target.address != naming.target:
        return "handle_was_given_up"
    if claimant.barred or target.barred:
        return "never_joined"
    if claimant.last_seen < past.since.get(target.key, claimant.last_seen):
        return "claim_older_than_rename"
    return ""


def _keep_strongest(edges: dict[Pair, _Edge], edge: _Edge) -> None:
    pair = (edge.claimant.key, edge.target.key)
    if pair not in edges or STRENGTH[edge.naming.claim] > STRENGTH[edges[pair].naming.claim]:
        edges[pair] = edge


def _exclusive(one_way: Mapping[Pair, _Edge], edges: Mapping[Pair, _Edge], skipped: Counter[str]) -> list[_Edge]:
    """One-way claims nobody else of that source makes, by accounts that claim one account per source."""
    claimants, targets = _rivals(edges.values())
    kept = []
    for edge in one_way.values():
        if edge.claimant.key.source == edge.target.key.source:
            skipped["same_source_one_way"] += 1
        elif any(len(keys) > 1 for keys in claimants[edge.target.key].values()):
            skipped["generic_target"] += 1
        elif len(targets[edge.claimant.key][edge.target.key.source]) > 1:
            skipped["claims_several_accounts"] += 1
        else:
            kept.append(edge)
    return kept


Rivals = defaultdict[AccountKey, defaultdict[str, set[AccountKey]]]


def _rivals(edges: Iterable[_Edge]) -> tuple[Rivals, Rivals]:
    """Live claimants per target and source; live targets per claimant and source."""
    claimants: Rivals = defaultdict(lambda: defaultdict(set))
    targets: Rivals = defaultdict(lambda: defaultdict(set))
    for edge in edges:
        if edge.claimant.live:
            claimants[edge.target.key][edge.claimant.key.source].add(edge.claimant.key)
        if edge.target.live:
            targets[edge.claimant.key][edge.target.key.source].add(edge.target.key)
    return claimants, targets


def _reciprocal(there: _Edge, back: _Edge) -> Proof:
    left, right = there.claimant, back.claimant
    why = f"{_shown(left)} and {_shown(right)} name each other in their profiles"
    return Proof(left.key, right.key, RECIPROCAL, why, tuple(chain(_values(there), _values(back))))


def _claimed(edge: _Edge) -> Proof:
    left, right = sorted((edge.claimant.key, edge.target.key))
    how = ", checked by the site" if edge.naming.claim is Claim.VERIFIED else ""
    why = (
        f"{_shown(edge.claimant)} names the profile of {_shown(edge.target)} as its own "
        f"in the field {edge.naming.field}{how}; nobody else there does"
    )
    return Proof(left, right, STRENGTH[edge.naming.claim], why, _values(edge))


def _shown(one: Node) -> str:
    return f"{one.key.source}:{one.handle}"


def _values(edge: _Edge) -> tuple[str, ...]:
    return (f"{edge.claimant.url} {edge.naming.field}: {edge.naming.url}", edge.target.url)
