"""What the review of leads looks like in a terminal: both sides next to each other, and what was compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sourcing.show.text import clean, counted, percent, width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sourcing.identity.refit import Refit
    from sourcing.identity.review import Decided, Suggestion
    from sourcing.identity.what_if import WhatIf
    from storage.records import Account, Lead

MOST_ROWS = 20  # joins listed of each kind
MOST_LINKS = 3
GAP = " │ "
FIELDS = ("name", "headline", "location", "company")


def suggestions(rows: Sequence[Suggestion]) -> str:
    """The queue, most gain first."""
    if not rows:
        return "nothing to review"
    return "\n\n".join(suggestion(row, number) for number, row in enumerate(rows, 1))


def suggestion(row: Suggestion, number: int) -> str:
    """One suggestion: why, both leads side by side, the evidence with its bits."""
    title = f"{number}. {row.left.id} and {row.right.id}: chance {percent(row.chance)}, gain {row.gain:.2f}"
    lines = [title, f"   {clean(row.row.why)}", *_beside(_side(row.left), _side(row.right))]
    evidence = dict.fromkeys(text for one in (row.row, *row.more) for text in one.evidence)
    return "\n".join([*lines, *(f"   {clean(text)}" for text in evidence)])


def _side(lead: Lead) -> list[str]:
    return [line for account in lead.accounts for line in _account(account)]


def _account(account: Account) -> Iterator[str]:
    yield f"{account.source}: {clean(account.handle)}"
    yield f"  {account.url}"
    for field in FIELDS:
        if value := getattr(account, field):
            yield f"  {field}: {clean(value)}"
    for link in account.links[:MOST_LINKS]:
        yield f"  {link.field}: {clean(link.url)}"
    if len(account.links) > MOST_LINKS:
        yield f"  … and {counted(len(account.links) - MOST_LINKS, 'more address', 'more addresses')}"


def _beside(left: list[str], right: list[str]) -> Iterator[str]:
    column = (width() - len(GAP) - 3) // 2
    for at in range(max(len(left), len(right))):
        one = left[at] if at < len(left) else ""
        other = right[at] if at < len(right) else ""
        yield f"   {_cut(one, column):<{column}}{GAP}{_cut(other, column)}".rstrip()


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def decided(row: Decided, done: str) -> str:
    """What a decision did."""
    count = counted(len(row.rows), "judgement")
    return f"{done}: {count}; now {', '.join(row.leads) or 'no lead'}"


def what_if(row: WhatIf) -> str:
    """Which joins would appear and vanish."""
    now, then = row.suggested
    joins = f"{counted(row.joined, 'pair')} joined now; {len(row.appear)} would appear, {len(row.vanish)} would vanish"
    lines = [f"{joins}; suggestions {now} → {then}"]
    for mark, rows in (("+", row.appear), ("-", row.vanish)):
        lines += [f"  {mark} {clean(one.why)} ({one.bits:+.1f} bits)" for one in rows[:MOST_ROWS]]
        if len(rows) > MOST_ROWS:
            lines.append(f"  … and {len(rows) - MOST_ROWS} more (--json has all)")
    return "\n".join(lines)


def refit(row: Refit) -> str:
    """Proposed weights beside the present ones, those kept with the reason, and the joins the proposal would change."""
    basis = f"{counted(row.candidates, 'candidate pair')}, about {row.matches:.0f} of one person; {row.judged} judged"
    lines = [basis, *(_proposed(one.weight, one.now, one.then, one.pairs) for one in row.weights)]
    lines += [f"  {name:<16} kept: {why}" for name, why in row.kept.items()]
    return "\n".join([*lines, what_if(row.effect)])


def _proposed(name: str, now: float, then: float, pairs: float) -> str:
    return f"  {name:<16} {now:+.1f} → {then:+.1f} bits ({pairs:.0f} pairs)"
