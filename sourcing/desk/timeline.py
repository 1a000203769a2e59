"""The work of a person by year, and their skills: what they claim beside what shows."""

from collections.abc import Collection, Mapping
from datetime import datetime

from scoring.heard import heard
from scoring.penalties import ledger
from scoring.reading import Reading, Setting
from scoring.roles import Role
from scoring.sound import sound
from sourcing.desk.about import Entry, Skill, Year
from sourcing.desk.card import LEVELS, piece
from sourcing.ranking import clean
from storage.records import Evidence, Lead, Level

MOST_A_YEAR = 60  # pieces of one year that are listed; the others are counted
_KINDS: Mapping[str, str] = {"merged_change": "merged change", "profile_readme": "profile", "space": "app"}


def timeline(work: Collection[Evidence], now: datetime) -> tuple[Year, ...]:
    """Work by year, newest first, undated last; a date in the future counts as undated."""
    years: dict[int | None, list[Evidence]] = {}
    for one in work:
        at = one.event_at if one.event_at is not None and one.event_at <= now else None
        years.setdefault(at.year if at else None, []).append(one)
    ordered = sorted(years, key=lambda year: (year is None, -(year or 0)))
    return tuple(_year(year, years[year]) for year in ordered)


def _year(year: int | None, work: list[Evidence]) -> Year:
    newest = sorted(work, key=lambda one: (_when(one), one.level, one.id), reverse=True)
    return Year(year=year, entries=tuple(map(_entry, newest[:MOST_A_YEAR])), more=max(0, len(work) - MOST_A_YEAR))


def _when(one: Evidence) -> float:
    return one.event_at.timestamp() if one.event_at else 0.0


def _entry(one: Evidence) -> Entry:
    figures = tuple(f"{value:g} {name.replace('_', ' ')}" for name, value in sorted(one.figures.items()) if value)
    shown = piece(one)
    return Entry(
        piece=shown.model_copy(update={"kind": _KINDS.get(one.kind, one.kind.replace("_", " "))}),
        source=one.account.source,
        tags=tuple(map(clean, one.tags[:6])),
        figures=tuple(map(clean, figures[:4])),
    )


def skills(lead: Lead, role: Role | None, now: datetime) -> tuple[Skill, ...]:
    """Claimed skills with least to show first, then skills that show without being claimed, best first."""
    if role is None:
        return ()
    reading = Reading(heard(sound(lead, now)[0]), Setting(role, now))
    work = {one.id: one for one in lead.evidence}
    sources = {str(account.key): account.source for account in lead.accounts}
    claimed = [
        Skill(
            skill=row.skill,
            claimed_in=tuple(dict.fromkeys(sources.get(one, one.partition(":")[0]) for one in row.claimed_in)),
            level=LEVELS[row.level],
            proven=row.proven,
            coverage=row.coverage,
            work=tuple(piece(work[one]) for one in row.shown_in if one in work),
        )
        for row in ledger(reading)
    ]
    known = {row.skill for row in claimed}
    silent = sorted((one for one in reading.coverage.values() if one.skill not in known), key=lambda one: -one.value)
    return (
        *claimed,
        *(
            Skill(
                skill=one.skill,
                claimed_in=(),
                level=LEVELS[one.level],
                proven=one.level >= Level.PRACTICE,
                coverage=one.value,
                work=tuple(piece(work[id_]) for id_ in one.evidence[:3] if id_ in work),
            )
            for one in silent
        ),
    )
