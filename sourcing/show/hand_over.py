"""Pushes and digests as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sourcing.digest import KINDS, Digest, News, Person, Sent
from sourcing.show.text import clean, counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sourcing.export.push import Planned, Pushed


def pushed(done: Pushed) -> str:
    """Who was sent or would be, who is there already, who is left out, and what failed with its way out."""
    return "\n".join(_pushed(done))


def _pushed(done: Pushed) -> Iterator[str]:
    where = f"to {done.system} for {done.role}"
    if done.dry_run:
        yield f"{_people(len(done.planned))} would be sent {where}; nothing was sent, --send does it"
        yield from (f"  {_who(one)}" for one in done.planned)
        yield from (f"needed before: {line}" for line in done.lacks)
    else:
        yield f"{_people(len(done.sent))} sent {where}"
        yield from (f"  {_who(one)}" for one in done.sent)
        yield from (f"already there, answer lost before: {_who(one)}" for one in done.found)
    if done.before:
        yield f"sent before, not sent again: {len(done.before)}"
        yield from (f"  {_who(one)}" for one in done.before)
    for reason, count in sorted(done.left_out.items()):
        yield f"left out: {count} ({reason})"
    for met in done.collisions:
        yield f"known already, not sent: {met.lead} {clean(met.name)}, by {met.by}: {clean(met.candidate)}"
    yield from _troubles(done)


def _troubles(done: Pushed) -> Iterator[str]:
    for one in done.failed:
        yield f"not sent: {one.lead} {clean(one.name)}: {clean(one.why)}"
    if done.stopped:
        yield f"stopped, {_people(done.not_tried)} not sent: {clean(done.stopped)}"


def _who(one: Planned) -> str:
    return f"{one.lead}  {clean(one.name)}{f'  ({clean(one.id)})' if one.id else ''}"


def _people(number: int) -> str:
    return counted(number, "person", "people")


def digest(made: Digest) -> str:
    """The news of a morning, as it is sent."""
    if made.told:
        return f"night {made.night}: told already, one digest a night"
    lines = [line for one in made.news for line in _news(one)]
    return "\n".join(lines).strip() or f"night {made.night}: nothing new"


def _news(one: News) -> Iterator[str]:
    yield f"{one.role}: {KINDS[one.kind]} ({len(one.people) + one.more})"
    yield from (_person(person) for person in one.people)
    if one.more:
        yield f"  and {one.more} more"
    yield ""


def _person(one: Person) -> str:
    reasons = f"  {'; '.join(map(clean, one.reasons))}" if one.reasons else ""
    return f"  {one.lead}  {clean(one.name) or '(no name)'}  {one.total:.2f}{reasons}"


def sent(done: Sent) -> str:
    """How many were told, and who could not be reached."""
    lines = [f"{counted(done.sent, 'digest', 'digests')} sent, {done.quiet} with nothing new, {done.told} told before"]
    return "\n".join([*lines, *done.failed])
