"""Three components read off own work: bringing into use, explaining, and business sense."""

import re
from collections.abc import Sequence

from scoring.features.base import Seen, either, seen, unknown
from scoring.reading import Reading
from storage.records import Evidence, Level

_REPOSITORIES_ENOUGH = 5
_TEXTS_ENOUGH = 10
_WORDS_IN_A_TEXT = 8
_SIGN = 0.5  # how far one fully shown sign proves the practice

_SIGNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("containers", ("docker", "kubernetes")),
    ("continuous integration", ("ci-cd",)),
    ("serving", ("model-serving", "inference-serving", "api-backend")),
    ("monitoring", ("monitoring-drift", "observability")),
    ("infrastructure as code", ("iac",)),
)
_RELEASES_ENOUGH = 5
_READABLE = frozenset({"repository", "notebook", "model", "space", "package"})

_LIMITS = re.compile(
    r"(?i)\b(limitations?|known issues|intended use|out[- ]of[- ]scope|per[- ]group|per[- ]class|subgroups?|"
    r"demographic parity|equalized odds|model card|calibration)\b"
)
_BUSINESS = re.compile(
    r"(?i)(?:[$€£]\s?\d|\b\d[\d,.]*\s?(?:k|m|bn|million|thousand|billion)?\+?\s+(?:\w+\s+)?"
    r"(?:users?|customers?|clients?|downloads?|installs?|requests?|orders?|merchants?|stores?|patients?)\b|"
    r"\b(?:in production|case study|used by|saved|revenue|conversion|churn|latency|throughput|cost reduction|sla)\b)"
)


def operations(reading: Reading) -> Seen:
    """Signs that models are brought into use: containers, tests and delivery, serving, monitoring, releases."""
    work = [one for one in reading.own if one.kind in _READABLE]
    signs = [(name, max(reading.covered(skill) for skill in skills), skills) for name, skills in _SIGNS]
    shown = [(name, share, skills) for name, share, skills in signs if share > 0]
    releases = [one for one in work if one.figures.get("releases", 0) >= 1]
    counted = min(1.0, sum(one.figures["releases"] for one in releases) / _RELEASES_ENOUGH)
    if not shown and not releases:
        confidence = _read(work)
        return seen(0.0, confidence, "no sign of it in the work read") if confidence else unknown("files of own work")
    value = either([_SIGN * share for _, share, _ in shown] + [_SIGN * counted])
    evidence = [one for _, _, skills in shown for one in _best(reading, skills)[:1]] + [one.id for one in releases[:1]]
    names = [name for name, _, _ in shown] + (["releases"] if releases else [])
    # What shows was read, whatever else was not.
    confidence = max(_read(work), min(1.0, len(set(evidence)) / _REPOSITORIES_ENOUGH))
    return seen(value, confidence, f"signs of {', '.join(names)}", evidence)


def explainability(reading: Reading) -> Seen:
    """Whether own work explains its models, states their limits and looks at groups."""
    skills = ("explainability", "responsible-ai")
    shares = [reading.covered(skill) for skill in skills]
    cards = [one for one in reading.own if one.text and one.level > Level.CLAIM and _LIMITS.search(one.text)]
    evidence = [*_best(reading, skills), *(one.id for one in cards)]
    confidence = max(_read(reading.own), min(1.0, len(set(evidence)) / _REPOSITORIES_ENOUGH))
    if not evidence:
        return seen(0.0, confidence, "no sign of it in the work read") if confidence else unknown("texts of own work")
    needed = reading.role.strengths[Level.PRACTICE]
    value = either([*(min(1.0, share / needed) for share in shares), 1 - 0.5 ** len(cards)])
    named = [skill for skill, share in zip(skills, shares, strict=True) if share > 0]
    named += ["stated limits or groups"] if cards else []
    return seen(value, confidence, f"shows {', '.join(named)}", evidence)


def business(reading: Reading) -> Seen:
    """Numbers with a business unit, users or production use near own work."""
    texts = [one for one in reading.own if _is_text(one)]
    if not texts:
        return unknown("texts about own work")
    telling = [one for one in texts if _BUSINESS.search(one.text or "")]
    value = either([1 - 0.5 ** len(telling), reading.covered("business-impact")])
    evidence = [*(one.id for one in telling), *_best(reading, ("business-impact",))]
    reason = f"{len(telling)} of {len(texts)} texts name use, users or money"
    return seen(value, len(texts) / _TEXTS_ENOUGH, reason, evidence)


def _read(work: Sequence[Evidence]) -> float:
    """Confidence by number of works read; one of which no file is known counts a quarter."""
    read = sum(1.0 if one.files or one.packages else 0.25 for one in work if one.kind in _READABLE)
    return min(1.0, read / _REPOSITORIES_ENOUGH)


def _best(reading: Reading, skills: Sequence[str]) -> list[str]:
    held = [reading.coverage[skill] for skill in skills if skill in reading.coverage]
    return [one for coverage in sorted(held, key=lambda c: (-c.value, c.skill)) for one in coverage.evidence]


def _is_text(one: Evidence) -> bool:
    return one.text is not None and len(one.text.split()) >= _WORDS_IN_A_TEXT
