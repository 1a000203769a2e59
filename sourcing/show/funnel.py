"""The reality check as a picture: one bar per must-have, so that the one that costs most stands out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sourcing.show.text import clean, counted

if TYPE_CHECKING:
    from scoring.roles import Funnel

_BAR = 40  # columns of the longest bar
_EIGHTHS = " ▏▎▍▌▋▊▉"
_MOST = 12  # combinations shown; --json has all


def bar(share: float, columns: int = _BAR) -> str:
    """A bar for a share from 0 to 1, to an eighth of a column; anything above nothing shows."""
    eighths = round(max(0.0, min(1.0, share)) * columns * 8)
    if share > 0:
        eighths = max(1, eighths)
    return ("█" * (eighths // 8) + _EIGHTHS[eighths % 8]).rstrip()


def funnel(found: Funnel) -> str:
    """How many known people meet each must-have alone, and all so far; then the combinations, then the dearest."""
    whole = max(1, found.people)
    wide = max((len(step.group) for step in found.steps), default=0)
    lines = [f"SUPPLY  {counted(found.people, 'known lead')}", ""]
    for step in found.steps:
        name = clean(step.group).ljust(wide)
        lines.append(f"  {name}  {bar(step.alone / whole)} {step.alone} alone")
        lines.append(f"  {' ' * wide}  {bar(step.so_far / whole)} {step.so_far} with all above")
        lines.append(f"  {' ' * wide}  {step.asks}; without it {found.everything + step.costs} would meet the rest")
    lines += ["", *_together(found, whole), _verdict(found)]
    if found.unread:
        lines.append(f"{counted(found.unread, 'lead')} not counted: they ask recruiters to stay away")
    return "\n".join(lines)


def _together(found: Funnel, whole: int) -> list[str]:
    """The combinations, most must-haves first."""
    shown = found.combinations[:_MOST]
    lines = [f"  {bar(met.people / whole, 20):<20} {met.people:>6}  {clean(' + '.join(met.groups))}" for met in shown]
    more = len(found.combinations) - len(shown)
    lines += [f"  {counted(more, 'more combination')} with --json"] if more > 0 else []
    return ["COMBINATIONS", *lines, ""] if lines else []


def _verdict(found: Funnel) -> str:
    if not found.steps:
        return "the role has no must-haves"
    met = f"{counted(found.everything, 'lead')} of {found.people} meet all {len(found.steps)} must-haves"
    cost = found.dearest
    if cost is None:
        return f"{met}; dropping any single one would add nobody"
    return f"{met}; '{clean(cost.group)}' costs most: without it {found.everything + cost.costs}"
