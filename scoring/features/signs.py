"""Signs that work is brought into use: files and words of own work, and the skills that go with it."""

import re
from typing import NamedTuple

from scoring.features.base import counted
from scoring.reading import Reading
from storage.records import Evidence, Level

_RELEASES_ENOUGH = 5
_USED = 3  # likes from which a Space or app has users


class Sign(NamedTuple):
    """One sign: skills that carry it, names of files, words of a text; any of them shows it."""

    name: str
    skills: tuple[str, ...] = ()
    files: re.Pattern[str] | None = None
    words: re.Pattern[str] | None = None


class Found(NamedTuple):
    """One sign met: how far it is shown, 0 to 1, and by what."""

    name: str
    share: float
    evidence: tuple[str, ...]


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile(rf"(?i){'|'.join(patterns)}")


SIGNS = (
    Sign("containers", ("docker", "kubernetes")),
    Sign(
        "tests and delivery by machine",
        files=_any(
            r"^\.github/workflows/.*(?:test|ci\b|train|deploy|release|publish|build|check|cd\b)",
            r"^\.gitlab-ci\.ya?ml$",
        ),
    ),
    Sign("tests", ("testing-quality",)),
    Sign(
        "serving",
        ("model-serving", "inference-serving", "api-backend"),
        words=_any(r"/predict\b", r"\bhealth ?checks?\b", r"\bcanary\b", r"\bshadow deployment\b"),
    ),
    Sign(
        "monitoring",
        ("monitoring-drift", "observability"),
        words=_any(r"\brunbooks?\b", r"\bpost-?mortems?\b", r"\bon-call\b", r"\bSLOs?\b", r"\balerting\b"),
    ),
    Sign("infrastructure as code", ("iac",)),
    Sign("pipelines and versioned data", ("pipelines", "data-versioning", "experiment-tracking", "feature-store")),
    Sign(
        "measured speed and cost",
        files=_any(r"^benchmarks?/?$"),
        words=_any(
            r"\b(?:latency|throughput) (?:tables?|tests?|budgets?|benchmarks?|per)\b",
            r"\bp9[059]\b",
            r"\bcost per\b",
            r"\b\d[\d.,]*\s?(?:ms|tokens/s|images/s|fps|qps|rps)\b",
        ),
    ),
    Sign(
        "evaluation kept with the code",
        files=_any(r"^evals?/?$", r"^(?:model_?card|eval_results|promptfooconfig)\b"),
        words=_any(r"\bper-(?:class|group)\b", r"\bevaluation table\b", r"\berror analysis\b", r"\bgolden set\b"),
    ),
)


def signs(reading: Reading) -> list[Found]:
    """The signs own work shows, in a fixed order; what is only claimed is none."""
    found = [_met(reading, sign) for sign in SIGNS]
    return [*(one for one in found if one.share > 0), *_released(reading), *_in_use(reading)]


def _met(reading: Reading, sign: Sign) -> Found:
    held = [c for s in sign.skills if (c := reading.coverage.get(s)) is not None and c.level > Level.CLAIM]
    best = max(held, key=lambda coverage: (coverage.value, coverage.skill), default=None)
    told = reading.person.once(("sign", sign.name), lambda: _told(reading, sign))
    by_skill, by_work = best.value if best else 0.0, 1 - 0.5 ** len(told)
    first = best.evidence if best is not None and by_skill >= by_work else tuple(told)
    return Found(sign.name, max(by_skill, by_work), first[:1])


def _told(reading: Reading, sign: Sign) -> list[str]:
    if sign.files is None and sign.words is None:
        return []
    return [one.id for one in reading.own if one.level > Level.CLAIM and _shows(one, sign)]


def _shows(one: Evidence, sign: Sign) -> bool:
    if sign.files is not None and any(sign.files.search(file) for file in one.files):
        return True
    return sign.words is not None and one.text is not None and sign.words.search(one.text) is not None


def _released(reading: Reading) -> list[Found]:
    held = [one for one in reading.own if one.figures.get("releases", 0) >= 1]
    share = min(1.0, sum(one.figures["releases"] for one in held) / _RELEASES_ENOUGH)
    return [Found("releases", share, (held[0].id,))] if held else []


def _in_use(reading: Reading) -> list[Found]:
    """Something others can use at once, and do."""
    held = used(reading)
    return [Found(counted(len(held), "work") + " in use", 1 - 0.5 ** len(held), (held[0].id,))] if held else []


def used(reading: Reading) -> list[Evidence]:
    """Spaces and apps that users like, packages others install or depend on, and what a registry lists as kept up."""
    return reading.person.once("used", lambda: [one for one in reading.own if _has_users(one)])


def _has_users(one: Evidence) -> bool:
    if one.kind in ("space", "app"):
        return one.figures.get("likes", 0) >= _USED
    if one.kind != "package":
        return False
    counts = [one.figures[name] for name in ("downloads", "dependents") if name in one.figures]
    return any(count > 0 for count in counts) if counts else one.level >= Level.MAINTAINED
