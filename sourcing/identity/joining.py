"""From stored accounts to leads: the one place where identity meets the Store.

A run over unchanged accounts writes nothing. Judgements of people are never touched: what somebody
undid or decided is not proposed again.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from sourcing.identity.clusters import MACHINE, Cluster, build, keep_ids
from sourcing.identity.evidence import Address, Node, Past, Proof, node, proofs, with_history
from storage.records import AccountKey, Judgement, Record, Verdict
from storage.store import Store
from storage.text import handle_key

MODEL = f"{MACHINE}1"


class Joined(Record):
    """What one run of `resolve` did and found."""

    accounts: int  # accounts of persons looked at
    leads: int  # leads they form now
    leads_new: int
    merged: int  # leads that became part of another
    judgements_new: int
    judgements_undone: int  # proofs that are no longer published
    joins: tuple[Judgement, ...]  # the new judgements
    counters: Mapping[str, int]  # claims and unions set aside, by reason


def resolve(store: Store, *, now: datetime) -> Joined:
    """Compare all accounts, record what is proven, and arrange them into leads."""
    nodes = _nodes(store)
    found, skipped = proofs(nodes.values(), _past(store))
    joins, undone = _record(store, found, now)
    current = store.clusters()
    people = {key: one for key, one in nodes.items() if one.person or key in current}
    clusters, refused = build(people, store.judgements())
    fresh, merged = _arrange(store, people, clusters, current, now)
    return Joined(
        accounts=len(people),
        leads=len(clusters),
        leads_new=fresh,
        merged=merged,
        judgements_new=len(joins),
        judgements_undone=undone,
        joins=tuple(joins),
        counters=dict(sorted((skipped + refused).items())),
    )


def _nodes(store: Store) -> dict[AccountKey, Node]:
    nodes = {account.key: node(account) for account in store.accounts()}
    for source in sorted({key.source for key in nodes}):
        for row in store.known(source):
            if row.account in nodes:
                nodes[row.account] = with_history(nodes[row.account], row)
    return nodes


def _past(store: Store) -> Past:
    """Handles that changed hands; only accounts with a rename are looked up."""
    holders: dict[Address, set[AccountKey]] = defaultdict(set)
    since: dict[AccountKey, datetime] = {}
    for key in {event.account for event in store.events() if event.event == "renamed"}:
        history = store.handles(key)
        for handle, _ in history[:-1]:
            holders[key.source, handle_key(handle)].add(key)
        since[key] = history[-1][1]
    return Past(holders, since)


def _record(store: Store, found: Iterable[Proof], now: datetime) -> tuple[list[Judgement], int]:
    """Write new proofs, undo our own that no longer hold; rows that stand unchanged are left alone."""
    live = {(row.left, row.right): row for row in store.judgements()}
    settled = _settled_by_people(store)
    wanted = {(proof.left, proof.right): proof for proof in found}
    stale = {pair: row for pair, row in live.items() if _is_ours(row) and not _stands(row, wanted.get(pair))}
    for row in stale.values():
        if row.id is not None:
            store.undo_judgement(row.id, by=MODEL, at=now)
    kept = live.keys() - stale.keys()
    fresh = [_judgement(proof, now) for pair, proof in wanted.items() if pair not in kept | settled]
    if fresh:
        store.judge(fresh)
    return fresh, len(stale)


def _settled_by_people(store: Store) -> set[tuple[AccountKey, AccountKey]]:
    """Pairs whose proof a person took back."""
    rows = store.judgements(live=False)
    return {(row.left, row.right) for row in rows if row.undone_by and not row.undone_by.startswith(MACHINE)}


def _is_ours(row: Judgement) -> bool:
    return row.by.startswith(MACHINE)


def _stands(row: Judgement, proof: Proof | None) -> bool:
    if proof is None:
        return False
    same = row.bits == proof.bits and row.why == proof.why and row.evidence == proof.values
    return same and row.by == MODEL


def _judgement(proof: Proof, now: datetime) -> Judgement:
    return Judgement(
        left=proof.left,
        right=proof.right,
        verdict=Verdict.SAME,
        bits=proof.bits,
        by=MODEL,
        why=proof.why,
        evidence=proof.values,
        created_at=now,
    )


def _arrange(
    store: Store,
    nodes: Mapping[AccountKey, Node],
    clusters: list[Cluster],
    current: Mapping[AccountKey, str],
    now: datetime,
) -> tuple[int, int]:
    """Give every cluster its lead id and write the moves; how many leads are new, how many vanished."""
    named = keep_ids(nodes, clusters, current)
    fresh = sum(lead is None for _, lead in named)
    new_ids = iter(store.next_lead_ids(fresh) if fresh else ())
    target = {key: lead for cluster, kept in named for lead in [kept or next(new_ids)] for key in cluster}
    moves = {key: lead for key, lead in target.items() if current.get(key) != lead}
    if moves:
        store.arrange(moves, at=now)
    vanished = {lead for key, lead in current.items() if key in target} - set(target.values())
    return fresh, len(vanished)
