"""A lead's page: who, where, why these accounts are one person, and what they made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sourcing.show.text import clean, counted, moment
from spiders._reading.wishes import KIND as WISH
from storage.records import Account, Evidence, Judgement, Level

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sourcing.leads import LeadPage
    from storage.store import StatusChange

MOST_WORK = 25  # pieces of evidence shown; --json has all
LEVELS = {
    Level.CLAIM: "claim",
    Level.ACTIVITY: "activity",
    Level.PRACTICE: "practice",
    Level.RECOGNISED: "recognised",
    Level.MAINTAINED: "maintained",
}


def page(shown: LeadPage) -> str:
    """Everything known about one lead, with where it was seen."""
    lead = shown.lead
    lines = [f"{clean(lead.name)} [{lead.id}]  status {lead.status}"]
    lines.append(f"first seen {moment(lead.first_seen)}, last changed {moment(lead.last_changed)}")
    for account in lead.accounts:
        lines += ["", *_account(account)]
    lines += _joins(shown.joins)
    lines += _wishes([one for one in lead.evidence if one.kind == WISH])
    lines += _work([one for one in lead.evidence if one.kind != WISH])
    return "\n".join([*lines, *_history(shown.history)])


def _account(account: Account) -> Iterator[str]:
    yield f"{account.source}: {clean(account.handle)}  {account.url}"
    for name in ("name", "headline", "location", "company"):
        if value := getattr(account, name):
            yield f"  {name:<10} {clean(value)}"
    if account.open_to_work is not None:
        yield f"  {'open':<10} {'open to work' if account.open_to_work else 'says: not looking'}"
    for link in account.links:
        yield f"  {'link':<10} {clean(link.url)} ({link.claim}, {link.field})"
    if account.flags:
        yield f"  {'flags':<10} {', '.join(account.flags)}"
    yield f"  {'seen':<10} {moment(account.origin.seen_at)} by {account.origin.spider} at {account.origin.url}"


def _joins(joins: Sequence[Judgement]) -> Iterator[str]:
    if joins:
        yield ""
        yield "one person, because"
    for row in joins:
        yield f"  {clean(row.why)} ({row.by})"


def _wishes(said: Sequence[Evidence]) -> Iterator[str]:
    if said:
        yield ""
        yield "about being contacted"
    for one in said:
        yield f"  {one.title}: {clean(one.text)}  {one.url}"


def _work(evidence: Sequence[Evidence]) -> Iterator[str]:
    yield ""
    yield counted(len(evidence), "piece of public work", "pieces of public work")
    best = sorted(evidence, key=lambda one: (-one.level, -one.event_at.timestamp() if one.event_at else 0.0, one.id))
    for one in best[:MOST_WORK]:
        when = f"{one.event_at:%Y-%m}" if one.event_at else "undated"
        yield f"  {LEVELS[one.level]:<10} {when:<8} {one.kind}: {clean(one.title)}  {one.url}"
    if len(evidence) > MOST_WORK:
        yield f"  … and {len(evidence) - MOST_WORK} more (--json has all)"


def _history(history: Sequence[StatusChange]) -> Iterator[str]:
    for change in history:
        note = f": {clean(change.note)}" if change.note else ""
        yield f"  {moment(change.at)}  {change.status} by {change.by}{note}"
