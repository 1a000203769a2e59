"""Three components read off own work: bringing into use, explaining, and business sense."""

import re
from collections.abc import Sequence

from scoring.features.base import Seen, either, seen, unknown
from scoring.features.signs import signs, used
from scoring.reading import Reading
from storage.records import Evidence, Level

_REPOSITORIES_ENOUGH = 5
_TEXTS_ENOUGH = 10
_WORDS_IN_A_TEXT = 8
_SIGN = 0.35  # how far one fully shown sign proves the practice
_READABLE = frozenset({"repository", "notebook", "model", "space", "package"})

_LIMITS = re.compile(
    r"(?i)\b(limitations?|known issues|intended use|out[- ]of[- ]scope|per[- ]group|per[- ]class|subgroups?|"
    r"demographic parity|equalized odds|model card|data statement|error analysis|calibrat(?:ion|ed))\b"
)
_CARDS = re.compile(r"(?i)^(?:.*/)?(?:model_?card|datasheet|data_?statement)\b")
_COUNT = r"\b\d[\d,.]*\s?(?:k|m|bn|million|thousand|billion)?\+?\s+(?:\w+\s+){0,2}"
_BUSINESS = re.compile(
    rf"(?i)(?:[$€£]\s?\d|{_COUNT}(?:users?|customers?|clients?|downloads?|installs?|requests?|orders?|merchants?|"
    r"stores?|patients?|subscribers?|bookings?)\b|"
    r"\b\d[\d.,]*\s?(?:%|percent)\s+(?:\w+\s+){0,3}"
    r"(?:costs?|cheaper|faster|savings?|revenue|conversions?|churn|uplift|retention|fewer|less|time)\b|"
    r"\b(?:cut|reduced|saved|raised|lifted|increased)\s+(?:\w+\s+){1,5}by\s+\d|"
    r"\b(?:in production|case study|used by|revenue|conversion rate|churn|cost reduction|adoption|sla)\b)"
)


def operations(reading: Reading) -> Seen:
    """Signs that models are brought into use: containers, tests and delivery, serving, monitoring, releases."""
    return reading.person.once(("operations", reading.alike), lambda: _operations(reading))


def _operations(reading: Reading) -> Seen:
    work, shown = [one for one in reading.own if one.kind in _READABLE], signs(reading)
    if not shown:
        confidence = _read(work)
        return seen(0.0, confidence, "no sign of it in the work read") if confidence else unknown("files of own work")
    value = either(_SIGN * sign.share for sign in shown)
    best = sorted(shown, key=lambda sign: (-sign.share, sign.name))
    evidence = [one for sign in best for one in sign.evidence]
    # What shows was read, whatever else was not.
    confidence = max(_read(work), min(1.0, len(set(evidence)) / _REPOSITORIES_ENOUGH))
    return seen(value, confidence, f"signs of {', '.join(sign.name for sign in best)}", evidence)


def explainability(reading: Reading) -> Seen:
    """Whether own work explains its models, states their limits and looks at groups."""
    return reading.person.once(("explainability", reading.alike), lambda: _explainability(reading))


def _explainability(reading: Reading) -> Seen:
    skills = ("explainability", "responsible-ai")
    shares = [reading.covered(skill) for skill in skills]
    cards = reading.person.once("cards", lambda: [o for o in reading.own if o.level > Level.CLAIM and _explains(o)])
    evidence = [*_best(reading, skills), *(one.id for one in cards)]
    confidence = max(_read(reading.own), min(1.0, len(set(evidence)) / _REPOSITORIES_ENOUGH))
    if not evidence:
        return seen(0.0, confidence, "no sign of it in the work read") if confidence else unknown("texts of own work")
    needed = reading.role.strengths[Level.PRACTICE]
    value = either([*(min(1.0, share / needed) for share in shares), 1 - 0.5 ** len(cards)])
    named = [skill for skill, share in zip(skills, shares, strict=True) if share > 0]
    named += ["cards, stated limits or groups"] if cards else []
    return seen(value, confidence, f"shows {', '.join(named)}", evidence)


def business(reading: Reading) -> Seen:
    """Numbers with a business unit, users or production use near own work."""
    return reading.person.once(("business", reading.alike), lambda: _business(reading))


def _business(reading: Reading) -> Seen:
    texts, live = reading.person.once("texts", lambda: [one for one in reading.own if _is_text(one)]), used(reading)
    if not texts and not live:
        return unknown("texts about own work")
    telling = reading.person.once("telling", lambda: [one for one in texts if _BUSINESS.search(one.text or "")])
    value = either([1 - 0.5 ** len({one.id for one in (*telling, *live)}), reading.covered("business-impact")])
    evidence = [*(one.id for one in (*telling, *live)), *_best(reading, ("business-impact",))]
    reason = f"{len(telling)} of {len(texts)} texts name use, users or money"
    reason += f", {len(live)} of the works have users" if live else ""
    return seen(value, (len(texts) + len(live)) / _TEXTS_ENOUGH, reason, evidence)


def _explains(one: Evidence) -> bool:
    """A card beside the work, or a text that states limits or looks at groups."""
    if any(_CARDS.search(file) for file in one.files):
        return True
    return one.text is not None and _LIMITS.search(one.text) is not None


def _read(work: Sequence[Evidence]) -> float:
    """Confidence by number of works read; one of which no file is known counts a quarter."""
    read = sum(1.0 if one.files or one.packages else 0.25 for one in work if one.kind in _READABLE)
    return min(1.0, read / _REPOSITORIES_ENOUGH)


def _best(reading: Reading, skills: Sequence[str]) -> list[str]:
    held = [reading.coverage[skill] for skill in skills if skill in reading.coverage]
    return [one for coverage in sorted(held, key=lambda c: (-c.value, c.skill)) for one in coverage.evidence]


def _is_text(one: Evidence) -> bool:
    return one.text is not None and len(one.text.split()) >= _WORDS_IN_A_TEXT
