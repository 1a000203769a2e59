"""Audits of an installation's own leads: supply for a role, proxies behind a score, bias by declared groups, strata."""

import csv
import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from scoring.engine import Scorer, skills_of
from scoring.fairness.bias import BiasAudit, bias_audit
from scoring.fairness.proxies import Facts, ProxyAudit, facts, proxies
from scoring.fairness.slates import STRATA, UNKNOWN, Balanced, balanced
from scoring.fairness.swaps import SWAPS, Difference, differences
from scoring.heard import heard
from scoring.places import Presets, band, country_of
from scoring.reading import Reading
from scoring.reference import Reference
from scoring.roles import Funnel, Role
from scoring.roles.lint import funnel, meets
from scoring.sound import sound
from sourcing.config import Config
from sourcing.logs import to_file
from sourcing.ranking import refuses
from storage.errors import ConfigError
from storage.records import Lead, Level
from storage.store import Store

MOST_DIFFERENCES = 50  # kept in a report; the counts are of all
_LARGEST_FILE = 10_000_000  # bytes
_DAYS_A_YEAR = 365.25


def supply(leads: Iterable[Lead], role: Role, now: datetime) -> Funnel:
    """How many known people meet the must-haves of a role (U6); those who refuse recruiters are only counted."""
    rows, unread = [], 0
    for lead in leads:
        if refuses(lead):
            unread += 1
            continue
        rows.append(meets(role, {shown.skill: shown for shown in skills_of(lead, now, role)}))
    return funnel(role, rows, unread=unread)


def proxy_audit(
    leads: Iterable[Lead], role: Role, now: datetime, *, swaps: int = 500, reference: Reference | None = None
) -> ProxyAudit:
    """What the totals of a role follow, and whether a swap moves a number of the first `swaps` leads."""
    scorer = Scorer(role, now, reference)
    totals: list[float] = []
    known: list[Facts] = []
    moved: list[Difference] = []
    changed = Counter(dict.fromkeys(SWAPS, 0))
    for lead in leads:
        totals.append(scorer.score(lead).total)
        told = _told(lead, now)
        known.append(facts(told, Reading(told, scorer.setting), now))
        if len(totals) <= swaps:
            for name, found in _swapped(scorer, lead):
                changed[name] += 1
                moved += found
    return ProxyAudit(
        role=role.role,
        people=len(totals),
        proxies=proxies(totals, known),
        swapped=min(swaps, len(totals)),
        changed=dict(changed),
        moved=len(moved),
        differences=tuple(moved[:MOST_DIFFERENCES]),
    )


def _told(lead: Lead, now: datetime) -> Lead:
    """A lead as scores read it, name and place included: without orders to its reader, and what cannot be."""
    return heard(sound(lead, now)[0])


def _swapped(scorer: Scorer, lead: Lead) -> Iterator[tuple[str, list[Difference]]]:
    """Every swap that changes something of a lead, with the numbers it moves."""
    before = scorer.score(lead)
    for name, swap in SWAPS.items():
        other = swap(lead)
        if other != lead:
            yield name, differences(name, before, scorer.score(other))


def bias(store: Store, role: str, file: Path, k: int) -> BiasAudit:
    """The bias audit of a role's stored ranking against groups in a CSV file; the file is read and not kept."""
    groups = declared_groups(file)
    receipts = [receipt for receipt in store.ranking(role) if receipt.section != "restricted"]
    if not receipts:
        raise ConfigError(f"nobody is scored for role {role!r}; make it active and run `sourcing score`")
    return bias_audit(receipts, groups, k, role=role)


def declared_groups(file: Path) -> dict[str, dict[str, str]]:
    """By category what each lead declared: a CSV with the column `lead` and one column per category.

    An empty cell is "not stated" and counts nowhere. ConfigError names file and line.
    """
    try:
        if file.stat().st_size > _LARGEST_FILE:
            raise ConfigError(f"{file}: larger than {_LARGEST_FILE} bytes; it needs one short line per lead")
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return _read(file, csv.reader(lines, strict=True))
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read ({error.strerror}); check the path") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: is not UTF-8 text; save it as UTF-8") from error
    except csv.Error as error:
        raise ConfigError(f"{file}: is not readable CSV ({error}); write `lead,group` and one line per lead") from error


def _read(file: Path, rows: Iterator[list[str]]) -> dict[str, dict[str, str]]:
    header = [name.strip() for name in next(rows, [])]
    if header[:1] != ["lead"] or len(header) < 2 or len(set(header)) < len(header) or "" in header:
        raise ConfigError(f"{file}:1: the first line must be `lead` and one name per category, such as `lead,group`")
    groups: dict[str, dict[str, str]] = {category: {} for category in header[1:]}
    seen: dict[str, int] = {}
    for number, row in enumerate(rows, start=2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(header):
            raise ConfigError(f"{file}:{number}: {len(row)} cells under {len(header)} columns; write one for each")
        lead = row[0].strip()
        if not lead or lead in seen:
            told = f"{lead} stands on line {seen[lead]} already" if lead else "names no lead"
            raise ConfigError(f"{file}:{number}: {told}; keep one line per lead")
        seen[lead] = number
        for category, cell in zip(header[1:], row[1:], strict=True):
            if cell.strip():
                groups[category][lead] = cell.strip()
    return groups


def strata(leads: Iterable[Lead], name: str, now: datetime, presets: Presets | None = None) -> dict[str, str]:
    """By lead id the declared stratum of each: region band, years of visible practice, or main source.

    ConfigError for any other name: lists are balanced on nothing protected.
    """
    if name not in STRATA:
        raise ConfigError(
            f"no stratum {name!r}; a list can be balanced on {', '.join(STRATA)}, and on nothing protected"
        )
    return {lead.id: _stratum(sound(lead, now)[0], name, now, presets) for lead in leads}


def balanced_list(
    config: Config, store: Store, role: str, name: str, *, limit: int, now: datetime
) -> tuple[Balanced, dict[str, str]]:
    """The top of a role's list balanced on a declared stratum, both orders, and names by lead id; written to the log.

    Nothing is stored: the list itself stays by score. ConfigError for a stratum there is none of.
    """
    receipts = store.ranking(role, section="ranked")
    leads = [lead for lead in store.leads([receipt.lead for receipt in receipts]) if not refuses(lead)]
    groups = strata(leads, name, now)
    found = balanced([receipt for receipt in receipts if receipt.lead in groups], groups, k=limit)
    log = logging.getLogger(__name__)
    log.setLevel(logging.INFO)
    with to_file(config.logs_folder, form=config.logs.format):
        log.info("balanced on %s: %s, %d of %d moved", name, role, len(found.moves), limit)
    return found, {lead.id: lead.name for lead in leads}


def _stratum(lead: Lead, name: str, now: datetime, presets: Presets | None) -> str:
    if name == "region":
        return band(country_of(lead.accounts), presets) or UNKNOWN
    if name == "source":
        work = Counter(one.account.source for one in lead.evidence if one.level > Level.CLAIM)
        return min(work, key=lambda source: (-work[source], source), default=lead.accounts[0].source)
    return _practice(lead, now)


def _practice(lead: Lead, now: datetime) -> str:
    """A band of years since the first visible practice, which is what can be seen of seniority."""
    begun = [one.started_at or one.event_at for one in lead.evidence if one.level >= Level.PRACTICE]
    first = min((at for at in begun if at is not None), default=None)
    if first is None:
        return UNKNOWN
    years = (now - first).days / _DAYS_A_YEAR
    return next((text for limit, text in _YEARS.items() if years < limit), "10 years and more")


_YEARS: Mapping[int, str] = {3: "under 3 years", 6: "3 to 6 years", 10: "6 to 10 years"}
