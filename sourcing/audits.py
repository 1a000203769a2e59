"""Audits of an installation's own leads: proxies behind a score, bias by declared groups, strata."""

import csv
import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from scoring.engine import Scorer
from scoring.fairness.beside import Beside
from scoring.fairness.bias import BiasAudit, bias_audit
from scoring.fairness.proxies import ProxyAudit, proxies
from scoring.fairness.slates import STRATA, UNKNOWN, Balanced, balanced
from scoring.fairness.swaps import SWAPS, Difference, differences
from scoring.places import Presets, band
from scoring.reference import Reference
from scoring.roles import Role
from sourcing.config import Config
from sourcing.logs import to_file
from sourcing.progress import Progress, silent
from sourcing.ranking import beside_scores
from storage.errors import ConfigError
from storage.records import Lead
from storage.store import Store

MOST_DIFFERENCES = 50  # kept in a report; the counts are of all
_LARGEST_FILE = 10_000_000  # bytes
_DAYS_A_YEAR = 365.25
_EVERY = 50  # leads between two lines of progress


def proxy_audit(
    store: Store,
    role: Role,
    now: datetime,
    *,
    swaps: int = 500,
    reference: Reference | None = None,
    progress: Progress = silent,
) -> ProxyAudit:
    """What the totals of a role follow, and whether a swap moves a number of the first `swaps` leads."""
    scorer = Scorer(role, now, reference)
    progress("reading what scores should not follow")
    known = beside_scores(store)
    leads = [name.decode() for name in known.leads.tolist()]
    totals = _totals(store, scorer, leads, progress)
    tried = leads[:swaps]
    moved, changed = _moved(store, scorer, tried, progress)
    progress("comparing orders")
    return ProxyAudit(
        role=role.role,
        people=len(leads),
        proxies=proxies([totals[lead] for lead in leads], list(known.facts(now))),
        swapped=len(tried),
        changed=dict(changed),
        moved=len(moved),
        differences=tuple(moved[:MOST_DIFFERENCES]),
    )


def _totals(store: Store, scorer: Scorer, leads: Sequence[str], progress: Progress) -> dict[str, float]:
    """The totals of these leads: as they are stored, where a receipt says what a new one would."""
    stale = set(store.to_score(scorer.role.role, scorer.digest, since=scorer.setting.month))
    found = {one.lead: one.total for one in store.placed(scorer.role.role) if one.lead not in stale}
    missing = [lead for lead in leads if lead not in found]
    for at, lead in enumerate(store.leads(missing)):
        if at % _EVERY == 0:
            progress(f"scoring {at} of {len(missing)} without a receipt of now")
        found[lead.id] = scorer.score(lead).total
    return found


def _moved(
    store: Store, scorer: Scorer, leads: Sequence[str], progress: Progress
) -> tuple[list[Difference], Counter[str]]:
    """The numbers swaps moved, and by swap how many leads it changes."""
    moved: list[Difference] = []
    changed = Counter(dict.fromkeys(SWAPS, 0))
    for at, lead in enumerate(store.leads(leads)):
        if at % _EVERY == 0:
            progress(f"swapping {at} of {len(leads)}")
        for name, found in _swapped(scorer, lead):
            changed[name] += 1
            moved += found
    return moved, changed


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


def strata(known: Beside, name: str, now: datetime, presets: Presets | None = None) -> dict[str, str]:
    """By lead id the declared stratum of each: region band, years of visible practice, or main source.

    ConfigError for any other name: lists are balanced on nothing protected.
    """
    if name not in STRATA:
        raise ConfigError(
            f"no stratum {name!r}; a list can be balanced on {', '.join(STRATA)}, and on nothing protected"
        )
    leads = (lead.decode() for lead in known.leads.tolist())
    return dict(zip(leads, _strata(known, name, now, presets), strict=True))


def balanced_list(
    config: Config, store: Store, role: str, name: str, *, limit: int, now: datetime
) -> tuple[Balanced, dict[str, str]]:
    """The top of a role's list balanced on a declared stratum, both orders, and names by lead id; written to the log.

    Nothing is stored: the list itself stays by score. ConfigError for a stratum there is none of.
    """
    known = beside_scores(store)
    groups = strata(known, name, now)
    for refusing in known.leads[known.refuses].tolist():
        del groups[refusing.decode()]
    found = balanced([one for one in store.placed(role, section="ranked") if one.lead in groups], groups, k=limit)
    log = logging.getLogger(__name__)
    log.setLevel(logging.INFO)
    with to_file(config.logs_folder, form=config.logs.format):
        log.info("balanced on %s: %s, %d of %d moved", name, role, len(found.moves), limit)
    return found, store.lead_names([*found.by_score, *found.balanced])


def _strata(known: Beside, name: str, now: datetime, presets: Presets | None) -> Iterator[str]:
    if name == "seniority":
        return map(_practice, known.days(known.begun, now))
    if name == "source":
        return (source or UNKNOWN for source in known.texts("source"))
    bands = {country: band(country, presets) or UNKNOWN for country in (*known.names, None)}
    return (bands[country] for country in known.texts("country"))


def _practice(days: int | None) -> str:
    """A band of years since the first visible practice, which is what can be seen of seniority."""
    if days is None:
        return UNKNOWN
    return next((text for limit, text in _YEARS.items() if days / _DAYS_A_YEAR < limit), "10 years and more")


_YEARS: Mapping[int, str] = {3: "under 3 years", 6: "3 to 6 years", 10: "6 to 10 years"}
