"""The cards of all sources: how old their terms are, what is missing in them, which links they give."""

from collections.abc import Mapping
from datetime import date, datetime

from spiders._card import Card
from spiders._registry import about, names
from storage.records import Claim

WARN_DAYS = 180  # since the terms were read: from here on a source is named as due
STOP_DAYS = 365  # … and from here on it is not asked any more


def cards() -> Mapping[str, Card]:
    """The cards of all sources that are crawled, by name."""
    return {name: about(name).card for name in names()}


def terms_age(read: date, now: datetime) -> int:
    """Days since terms were read, 0 for a day to come."""
    return max(0, (now.date() - read).days)


def overdue(terms: str, read: date, now: datetime) -> str:
    """Why a source is not asked any more, with the way out; "" while its terms are fresh enough."""
    age = terms_age(read, now)
    return f"its terms were last read {age} days ago: {_way_out(terms)}" if age > STOP_DAYS else ""


def due(name: str, terms: str, read: date, now: datetime) -> str:
    """The warning that terms should be read again, with the way out; "" before and after its time."""
    age = terms_age(read, now)
    if not WARN_DAYS < age <= STOP_DAYS:
        return ""
    left = STOP_DAYS - age
    return f"{name}: its terms were last read {age} days ago and in {left} days it stops: {_way_out(terms)}"


def _way_out(terms: str) -> str:
    return f"read {terms} again and set terms_read to that day, or install a newer version"


def problems(card: Card) -> list[str]:
    """What a card lacks; empty for a complete one."""
    texts = {name: getattr(card, name) for name in ("title", "method", "limits", "yields")}
    found = [f"{name} is empty" for name, text in texts.items() if not text.strip()]
    found += ["terms is no https address"] * (not card.terms.startswith("https://"))
    found += ["fields is empty"] * (not any(card.fields))
    found += ["why_off is empty although it is off by default"] * (not card.default_on and not card.why_off.strip())
    found += ["why_off is given although it is on by default"] * (card.default_on and bool(card.why_off.strip()))
    found += ['exposes is empty; a source without links says "nothing"'] * (card.matching and not card.exposes)
    found += [f"exposes: {line!r} names no strength" for line in card.exposes if not (strengths(line) or _none(line))]
    return found


def _none(line: str) -> bool:
    return line.startswith("nothing")


def strengths(line: str) -> tuple[Claim, ...]:
    """How strong the links are that a line of `exposes` speaks of, strongest first."""
    return tuple(claim for claim in Claim if claim.value in line)
