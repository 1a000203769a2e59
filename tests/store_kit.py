"""Invented people for the Store's tests."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from storage.records import (
    Account,
    AccountKey,
    Evidence,
    Gone,
    Judgement,
    Level,
    Origin,
    Part,
    Receipt,
    Sighting,
    Verdict,
    Withdrawn,
)
from storage.store import Store

START = datetime(2026, 11, 1, 2, tzinfo=UTC)
ADA = AccountKey("github", "1")
BO = AccountKey("github", "2")
CY = AccountKey("kaggle", "1")


def day(number: float) -> datetime:
    """Give a time that many days after the start."""
    return START + timedelta(days=number)


def origin(source: str = "github", at: float = 0) -> Origin:
    """Invent where a fact came from."""
    return Origin(source=source, url=f"https://api.{source}.example/users", seen_at=day(at), spider=f"{source}/1")


def person(key: AccountKey = ADA, at: float = 0, **fields: Any) -> Account:
    """Invent an answer about an account."""
    given = {"handle": f"dev{key.source_id}", "url": f"https://{key.source}.example/dev{key.source_id}"} | fields
    return Account(source=key.source, source_id=key.source_id, origin=origin(key.source, at), **given)


def work(key: AccountKey = ADA, name: str = "r1", at: float = 0, **fields: Any) -> Evidence:
    """Invent a piece of work."""
    given: dict[str, Any] = {
        "kind": "repository",
        "url": f"https://x.example/{name}",
        "title": name,
        "level": Level.PRACTICE,
    }
    return Evidence(account=key, source_id=name, origin=origin(key.source, at), **(given | fields))


def sighted(key: AccountKey = ADA, at: float = 1, handle: str | None = None, **markers: str) -> Sighting:
    """Invent that an account was seen unchanged."""
    return Sighting(account=key, handle=handle or f"dev{key.source_id}", markers=markers, seen_at=day(at))


def gone(key: AccountKey = ADA, at: float = 1, reason: str = "not_found") -> Gone:
    """Invent that an account is gone."""
    return Gone(account=key, reason=reason, origin=origin(key.source, at))


def withdrawn(key: AccountKey = ADA, name: str = "r1", at: float = 1) -> Withdrawn:
    """Invent that a piece of work was taken back."""
    return Withdrawn(
        account=key, kind="repository", source_id=name, reason="removed_by_author", origin=origin(key.source, at)
    )


def same(left: AccountKey = ADA, right: AccountKey = CY, **fields: Any) -> Judgement:
    """Invent a judgement."""
    given: dict[str, Any] = {
        "verdict": Verdict.SAME,
        "by": "identity/1",
        "why": "links both ways",
        "created_at": day(0),
    }
    return Judgement(left=left, right=right, **(given | fields))


def scored(lead: str, total: float = 0.5, at: float = 0, **fields: Any) -> Receipt:
    """Invent a receipt of one component."""
    part = Part(
        component="must_have",
        weight=1.0,
        value=total,
        confidence=1.0,
        neutral=0.4,
        effective=total,
        contribution=total,
        reason="invented",
    )
    given: dict[str, Any] = {"role": "mle", "role_version": 1, "digest": "d1", "coverage": 1.0, "parts": (part,)}
    return Receipt(lead=lead, scored_at=day(at), total=total, low=total, high=total, **(given | fields))


def settle(store: Store, members: Mapping[AccountKey, str], at: float = 0) -> None:
    """Store the accounts of leads and arrange them."""
    store.save([person(key) for key in members if store.account(key) is None])
    store.arrange(members, at=day(at))


def state(store: Store, keys: Sequence[AccountKey]) -> dict[str, Any]:
    """Give everything a reader can see of accounts, without the order of anything."""
    known = {item.account: item for source in {key.source for key in keys} for item in store.known(source)}
    return {
        "accounts": {item.key: item for item in store.accounts(keys=keys)},
        "known": known,
        "evidence": {key: sorted(items, key=lambda one: one.id) for key, items in store.evidence(keys).items()},
        "events": sorted(store.events(), key=str),
        "handles": {key: store.handles(key) for key in keys},
        "touched": {days: store.touched(day(days)) for days in range(12)},
    }
