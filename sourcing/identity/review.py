"""What a person decides about leads: merging, splitting, taking back. All of it is rows that can be undone.

A decision is an act: the rows one person wrote at one moment. `undo` takes back the last act that speaks of a lead and
brings back what that act had replaced, so that leads, ids, status and notes are as they were.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sourcing.identity import reading
from sourcing.identity.clusters import BLOCKING, MOST_ACCOUNTS, grow, is_ours, oldest
from sourcing.identity.joining import arrange, neighbours
from sourcing.identity.questions import Between, between, ranked
from sourcing.identity.rivals import Sifted, sift, sifted
from sourcing.identity.waiting import Suggestion, capacity, queue
from storage.errors import ConfigError
from storage.records import AccountKey, Judgement, Lead, Record, Verdict
from storage.store import Store

VERDICTS = {"y": Verdict.SAME, "n": Verdict.DIFFERENT, "u": Verdict.UNSURE}  # one key each
__all__ = [
    "VERDICTS",
    "Between",
    "Decided",
    "Sifted",
    "Suggestion",
    "between",
    "capacity",
    "decide",
    "merge",
    "queue",
    "ranked",
    "rearrange",
    "sift",
    "sifted",
    "split",
    "undo",
]


class Decided(Record):
    """What one decision did."""

    rows: tuple[Judgement, ...]  # written or taken back
    leads: tuple[str, ...]  # living leads of the accounts concerned, in order


def merge(store: Store, left: str, right: str, *, by: str, why: str, now: datetime) -> Decided:
    """Make two leads one; ConfigError if they are one already, or if a rule forbids it that no person may break."""
    one, other = store.lead(left), store.lead(right)
    if one.id == other.id:
        raise ConfigError(f"{left!r} and {right!r} are both {one.id}; nothing to merge")
    _refuse(store, one, other)
    rows = [_row(a, b, Verdict.SAME, by, why, now) for a, b in _tied(store, one, other)]
    return _apply(store, rows, now)


def _refuse(store: Store, one: Lead, other: Lead) -> None:
    keys = {account.key for lead in (one, other) for account in lead.accounts}
    if len(keys) > MOST_ACCOUNTS:
        raise ConfigError(f"{one.id} and {other.id} would have {len(keys)} accounts, the most is {MOST_ACCOUNTS}")
    alone = [fact.key for fact in reading.some(store, keys) if fact.alone]
    if alone:
        raise ConfigError(f"{alone[0]} may not be joined: its source forbids it")
    here = {account.key for account in one.accounts}
    for row in store.judgements(keys=keys):
        if row.verdict in BLOCKING and {row.left, row.right} <= keys and (row.left in here) != (row.right in here):
            raise ConfigError(
                f"{row.left} and {row.right} were judged {row.verdict} by {row.by} (judgement {row.id}); "
                f"take that back first with `sourcing lead undo {row.id}`"
            )


def _tied(store: Store, one: Lead, other: Lead) -> list[tuple[AccountKey, AccountKey]]:
    """The oldest accounts of both, and all that share a source: a person's word holds for each two of one source."""
    nodes = {fact.key: fact for fact in reading.some(store, {a.key for lead in (one, other) for a in lead.accounts})}
    here, there = ([account.key for account in lead.accounts] for lead in (one, other))
    twins = [(a, b) for a in here for b in there if nodes[a].home == nodes[b].home]
    return list(dict.fromkeys([(oldest(nodes, here), oldest(nodes, there)), *twins]))


def split(store: Store, lead: str, accounts: Collection[str], *, by: str, why: str, now: datetime) -> Decided:
    """Take accounts ("kaggle:ada") out of a lead; they form one lead of their own as far as they are tied."""
    found = store.lead(lead)
    names = {name: account.key for account in found.accounts for name in _names(account.key, account.handle)}
    unknown = sorted(set(accounts) - names.keys())
    if unknown or not accounts:
        raise ConfigError(
            f"{found.id} has no account {', '.join(unknown) or '(none named)'}; it has: "
            + ", ".join(f"{account.source}:{account.handle}" for account in found.accounts)
        )
    out = {names[name] for name in accounts}
    rest = [account.key for account in found.accounts if account.key not in out]
    if not rest:
        raise ConfigError(f"{found.id} has no other account; leave one in it")
    rows = [_row(a, b, Verdict.DIFFERENT, by, why, now) for a in sorted(out) for b in rest]
    return _apply(store, rows, now)


def _names(key: AccountKey, handle: str) -> tuple[str, str]:
    return str(key), f"{key.source}:{handle}"


def decide(store: Store, item: Suggestion, verdict: Verdict, *, by: str, why: str = "", now: datetime) -> Decided:
    """Answer a suggestion: same, different or unsure; "unsure" keeps the two apart until somebody knows more."""
    said = why or {Verdict.SAME: "one person", Verdict.DIFFERENT: "two people"}.get(verdict, "cannot be told")
    if verdict is Verdict.SAME:
        return merge(store, item.left.id, item.right.id, by=by, why=said, now=now)
    rows = [_row(a.key, b.key, verdict, by, said, now) for a in item.left.accounts for b in item.right.accounts]
    return _apply(store, rows, now)


def undo(store: Store, name: str, *, by: str, now: datetime) -> Decided:
    """Take back the last decision of a person about a lead, or a judgement by its number, with all written with it."""
    row = _last(store, name)
    act = [one for one in store.judgements(keys=_around(store, row)) if _one_act(one, row)]
    replaced = [
        old
        for old in store.judgements(live=False, keys={key for one in act for key in (one.left, one.right)})
        if any(_replaced(old, one) for one in act)
    ]
    for one in act:
        assert one.id is not None
        store.undo_judgement(one.id, by=by, at=now)
    store.judge([old.model_copy(update={"id": None, "undone_at": None, "undone_by": None}) for old in replaced])
    store.log_action("identity.undo", by=by, at=now, detail={"judgements": len(act)})
    return _settle(store, act, now)


def _last(store: Store, name: str) -> Judgement:
    if name.isdecimal():
        found = [row for row in store.judgements() if row.id == int(name)]
        if not found:
            raise ConfigError(f"no live judgement {name}; `sourcing lead show LEAD` shows those of a lead")
        return found[0]
    lead = store.lead(name)
    rows = store.judgements(keys={account.key for account in lead.accounts})
    spoken = [row for row in rows if not is_ours(row)]
    if not spoken:
        raise ConfigError(f"nobody decided anything about {lead.id}; a join of ours is taken back with `lead split`")
    return spoken[-1]


def _around(store: Store, row: Judgement) -> set[AccountKey]:
    return {row.left, row.right, *store.fellows({row.left, row.right})}


def _one_act(one: Judgement, row: Judgement) -> bool:
    return one.id == row.id or (
        not is_ours(row) and (one.by, one.created_at, one.verdict) == (row.by, row.created_at, row.verdict)
    )


def _replaced(old: Judgement, new: Judgement) -> bool:
    pair = (old.left, old.right) == (new.left, new.right)
    return pair and old.undone_at == new.created_at and old.undone_by == new.by and old.id != new.id


def _row(a: AccountKey, b: AccountKey, verdict: Verdict, by: str, why: str, now: datetime) -> Judgement:
    if by.startswith("identity/"):
        raise ConfigError(f"{by!r} is a name of ours; say who decides with --by")
    return Judgement(left=min(a, b), right=max(a, b), verdict=verdict, by=by, why=why, created_at=now)


def _apply(store: Store, rows: Sequence[Judgement], now: datetime) -> Decided:
    store.judge(rows)
    said = {"judgements": len(rows)}
    store.log_action(f"identity.{rows[0].verdict}", by=rows[0].by, at=now, detail=said)
    return _settle(store, rows, now)


def _settle(store: Store, rows: Sequence[Judgement], now: datetime) -> Decided:
    """Arrange the leads around these rows anew."""
    keys = {key for row in rows for key in (row.left, row.right)}
    rearrange(store, keys, now=now)
    leads = tuple(sorted(set(store.fellows(keys).values())))
    return Decided(rows=tuple(rows), leads=leads)


def rearrange(store: Store, keys: Iterable[AccountKey], *, now: datetime) -> None:
    """Compute the leads around these accounts from the judgements that stand."""
    around = neighbours(store, set(keys))
    nodes = {fact.key: fact for fact in reading.some(store, around)}
    current = store.fellows(nodes)
    people = {key: one for key, one in nodes.items() if one.person or key in current}
    arrange(store, people, grow(people, store.judgements(keys=people)), current, now)
