"""People found by a search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sourcing.ranking import clean
from sourcing.show.text import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sourcing.desk.search import Hit, Mark, People, Person


def people(found: People) -> str:
    """Who answers, with the places where they do."""
    lines = [_head(found)]
    if found.unprepared:
        lines.append(f"{found.unprepared} people are not searched yet; `sourcing score` makes them ready")
    return "\n".join([*lines, *(line for one in found.people for line in _person(one))])


def _head(found: People) -> str:
    who = "1 person answers" if found.answering == 1 else f"{found.answering} people answer"
    if found.voting < found.answering:
        return f"{who}; the work of the {found.voting} best scored was compared, add a word to see others"
    return who


def _person(one: Person) -> Iterator[str]:
    yield f"{one.rank:>3}. {one.name}  [{one.lead}]"
    yield f"     {'  '.join([*one.handles, *(fact for fact in (one.location, one.company) if fact)])}"
    for hit in one.found:
        yield wrapped(f"- {_hit(hit)}", "     ")


def _hit(hit: Hit) -> str:
    text = f": {_text(hit.text)}" if hit.text else ""
    return f"{hit.where}: {_text(hit.title)}{text}  {clean(hit.url)}"


def _text(marks: tuple[Mark, ...]) -> str:
    """Hits in brackets: a terminal may have no colours."""
    return "".join(f"[{mark.text}]" if mark.hit else mark.text for mark in marks)
