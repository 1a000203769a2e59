"""Three components about how somebody works: seniority, curiosity, collaboration."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from scoring.features.base import Seen, counted, seen, unknown
from scoring.reading import DAYS_A_MONTH, Reading
from storage.records import Account, Level

_LEVELS = ("junior", "mid", "senior", "staff", "principal")
_TITLE_LEVELS: tuple[tuple[re.Pattern[str], int], ...] = (
    (re.compile(r"(?i)\b(intern|student|aspiring|junior|trainee|bootcamp|undergraduate)\b"), 0),
    (re.compile(r"(?i)\b(principal|distinguished|fellow|chief|vp|cto)\b"), 4),
    (re.compile(r"(?i)\b(staff|lead|head of|director|founding)\b"), 3),
    (re.compile(r"(?i)\b(senior|sr\.?|experienced)\b"), 2),
)
_SPAN_AT_MOST = 10.0  # years; more would measure age
_SIGNALS_ENOUGH = 4
_ANSWERS_TELL, _ANSWERS_MANY = 3, 10  # recognised answers that speak of teaching others

_YEARS_BACK = 3
_NEW_A_YEAR = 3.0
_EARLY_MONTHS = 18

_ENOUGH_TOGETHER = 5.0


class _Signal(NamedTuple):
    level: float
    said: str
    evidence: tuple[str, ...]


def seniority(reading: Reading) -> Seen:
    """How near the level that span, responsibility and own words suggest is to the one asked."""
    signals = reading.person.once("seniority", lambda: list(_signals(reading)))
    if not signals:
        return unknown("span of work, maintained work, reviews or a title with a level")
    level = sum(signal.level for signal in signals) / len(signals)
    wanted = reading.role.seniority
    distance = abs(level - _LEVELS.index(wanted.target))
    value = 1 - distance / (wanted.tolerance + 1)
    reason = f"about {_LEVELS[round(level)]}: {', '.join(signal.said for signal in signals)}"
    evidence = [one for signal in signals for one in signal.evidence]
    return seen(value, len(signals) / _SIGNALS_ENOUGH, reason, evidence)


def _signals(reading: Reading) -> Iterator[_Signal]:
    practice = [one for one in reading.work if one.level >= Level.PRACTICE]
    dates = sorted((at, one.id) for one in practice for at in (reading.began(one), reading.date(one)) if at)
    if len(practice) >= 2 and dates:
        years = min(_SPAN_AT_MOST, _months(dates[0][0], dates[-1][0]) / 12)
        yield _Signal(min(3.0, years / 2.5), f"{years:.0f} years of practice shown", (dates[0][1], dates[-1][1]))
    kept = [one.id for one in practice if one.level == Level.MAINTAINED]
    if kept:
        yield _Signal(3.0, f"maintains {counted(len(kept), 'work')}", tuple(kept[:1]))
    reviews = max((a.figures.get("reviews_year", 0.0) for a in reading.accounts), default=0.0)
    if reviews >= 5:
        level = 3.0 if reviews >= 100 else 2.0
        yield _Signal(level, f"{round(reviews)} reviews in a year", _with_figure(reading.accounts, "reviews_year"))
    helped = sorted(one.id for one in reading.work if one.kind == "answer" and one.level >= Level.RECOGNISED)
    if len(helped) >= _ANSWERS_TELL:
        yield _Signal(3.0 if len(helped) >= _ANSWERS_MANY else 2.0, f"{len(helped)} recognised answers", (helped[0],))
    for account in reading.accounts:
        stated = _stated(account)
        if stated is not None:
            yield _Signal(float(stated), f"says {_LEVELS[stated]}", (str(account.key),))
            return


def _stated(account: Account) -> int | None:
    text = "\n".join(part for part in (account.headline, account.bio) if part)
    return next((level for pattern, level in _TITLE_LEVELS if text and pattern.search(text)), None)


def _with_figure(accounts: list[Account], name: str) -> tuple[str, ...]:
    return tuple(str(account.key) for account in accounts if account.figures.get(name))[:1]


def curiosity(reading: Reading) -> Seen:
    """How many new skills showed in practice in the last three years; early adoption counts double."""
    return reading.person.once(("curiosity", reading.alike), lambda: _curiosity(reading))


def _curiosity(reading: Reading) -> Seen:
    first = _first_shown(reading)
    if not first:
        return unknown("dated practice")
    now = reading.setting.month
    history = _months(min(at for at, _ in first.values()), now) / 12
    fresh = {skill: found for skill, found in first.items() if _months(found[0], now) <= _YEARS_BACK * 12}
    early = [skill for skill, (at, _) in fresh.items() if _early(reading, skill, at)]
    value = (len(fresh) + len(early)) / (_YEARS_BACK * _NEW_A_YEAR)
    newest = sorted(fresh.items(), key=lambda item: (item[1][0], item[0]), reverse=True)
    reason = f"{counted(len(fresh), 'new skill')} in three years, {len(early)} within 18 months of the tool's release"
    return seen(value, history / _YEARS_BACK, reason, [one for _, (_, one) in newest])


def _first_shown(reading: Reading) -> dict[str, tuple[datetime, str]]:
    """When each skill first showed at level 3 or more, and in what."""
    began = {one.id: at for one in reading.work if (at := reading.began(one)) is not None}
    return {
        skill: min((began[item.id], item.id) for item in dated)
        for skill, items in reading.shown.items()
        if (dated := [item for item in items if item.level >= Level.PRACTICE and item.id in began])
    }


def _early(reading: Reading, skill: str, at: datetime) -> bool:
    known = reading.role.vocabulary.get(skill)
    if known is None or known.released is None:
        return False
    year, month = known.released.split("-")
    return (at.year - int(year)) * 12 + at.month - int(month) <= _EARLY_MONTHS


def collaboration(reading: Reading) -> Seen:
    """Work with others: changes and reviews in other people's repositories, answers, teams."""
    half_life = reading.role.half_life_months.activity
    found = ("collaboration", reading.setting.month, half_life)
    return reading.person.once(found, lambda: _collaboration(reading, half_life))


def _collaboration(reading: Reading, half_life: float) -> Seen:
    answers = [one for one in reading.work if one.kind == "answer"]
    teams = [one for one in reading.work if one.figures.get("team_size", 1) > 1]
    together = sorted([*reading.elsewhere, *answers, *teams], key=lambda one: one.id)
    weight = sum(reading.setting.recency(reading.date(one), half_life) for one in together)
    stated = max((a.figures.get("reviews_year", 0.0) for a in reading.accounts), default=0.0) / 20
    confidence = max((_openness(reading, account) for account in reading.accounts), default=0.0)
    if not together and not stated:
        none = "no changes elsewhere, reviews, answers or teams found"
        return seen(0.0, confidence, none) if confidence else unknown("work with others")
    parts = [(len(answers), "answer"), (len(teams), "team result")]
    said = [f"{counted(len(reading.elsewhere), 'contribution')} to work of others"] if reading.elsewhere else []
    said += [counted(number, noun) for number, noun in parts if number]
    value = 1 - 0.5 ** ((weight + stated) / (_ENOUGH_TOGETHER / 2))
    return seen(value, max(confidence, 0.5), ", ".join(said) or "reviews in the year", [one.id for one in together])


def _openness(reading: Reading, account: Account) -> float:
    """Whether work with others would have been seen: a code host shows it once counts or works were read."""
    if account.source != "github":
        return 0.0
    if "reviews_year" in account.figures or "pull_requests_year" in account.figures:
        return 1.0
    return 0.5 if any(one.account == account.key for one in reading.work) else 0.0


def _months(start: datetime, end: datetime) -> float:
    return max(0.0, (end - start).total_seconds() / 86_400 / DAYS_A_MONTH)
