"""The rules an installation keeps: presets per regime, each value of which the settings file may replace.

Not legal advice. "gdpr" follows Articles 5, 14, 17 and 30 of the General Data Protection Regulation; "us" has no notice
clock and keeps records for four years, as California's Civil Rights Council asks of employers; "custom" has no preset,
and every value has to be stated.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

Regime = Literal["gdpr", "us", "custom"]
Days = Field(None, ge=0)
# Article 14(3)(a): told within a reasonable period, at the latest within one month.
LATEST_NOTICE = 30


class Frozen(BaseModel):
    """Base of the models here: frozen, unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Rules(Frozen):
    """The rules in force, all days counted; 0 days: never."""

    regime: Regime
    notice_days: int  # from collection until people have to be told; pending at its end, a lead is erased
    export_needs_notice: bool  # nobody whose notice is pending is handed to another recipient without it
    export_needs_purpose: bool
    export_days: int  # until whoever was given a file has to have deleted it
    best: int  # people of a role's list who are kept although nobody worked with them
    pool_days: int  # from first collection, for all others
    lead_days: int  # from first collection
    contact_days: int  # from the last two-way contact, which is longer
    quarantine_days: int
    answer_days: int  # kept answers of sources
    log_days: int  # night reports and what happened to accounts


class Privacy(Frozen):
    """Section `[privacy]`: the regime, and what is other than its preset."""

    regime: Regime = "gdpr"
    notice_days: int | None = Days
    export_needs_notice: bool | None = None
    export_needs_purpose: bool | None = None
    export_days: int | None = Days


class Retention(Frozen):
    """Section `[retention]`: what is other than the regime's preset."""

    best: int | None = Days
    pool_days: int | None = Days
    lead_days: int | None = Days
    contact_days: int | None = Days
    quarantine_days: int | None = Days
    answer_days: int | None = Days
    log_days: int | None = Days


class _Row(NamedTuple):
    """One rule: what it is under each preset, and what stands behind it in the settings file."""

    gdpr: int | bool
    us: int | bool
    meaning: str


_RULES: Mapping[str, _Row] = {
    "notice_days": _Row(
        30, 0, "days until people have to be told; pending at the end, they are erased (0: no notice clock)"
    ),
    "export_needs_notice": _Row(True, False, "nobody whose notice is pending is given to others without the notice"),
    "export_needs_purpose": _Row(True, True, "an export states what for"),
    "export_days": _Row(90, 365, "days until a file has to be deleted by whoever was given it (0: no date)"),
    "best": _Row(200, 200, "the best so many of each active role are kept although nobody worked with them"),
    "pool_days": _Row(
        7, 0, "days after first collection until all others are forgotten (0: they are kept like the best)"
    ),
    "lead_days": _Row(
        180, 730, "days after first collection until a lead is forgotten; seen again extends nothing (0: never)"
    ),
    "contact_days": _Row(730, 1460, "days after the last two-way contact, where that is later"),
    "quarantine_days": _Row(14, 14, "days until what could not be read is deleted (0: never)"),
    "answer_days": _Row(7, 7, "days until kept answers of sources are deleted (0: never)"),
    "log_days": _Row(180, 1460, "days until night reports, log files and events of accounts are deleted (0: never)"),
}
PRESETS: Mapping[Regime, Rules] = {
    "gdpr": Rules.model_validate({"regime": "gdpr"} | {name: row.gdpr for name, row in _RULES.items()}),
    "us": Rules.model_validate({"regime": "us"} | {name: row.us for name, row in _RULES.items()}),
}
# What stands behind each rule in the settings file and in docs/privacy.md.
MEANING: Mapping[str, str] = {name: row.meaning for name, row in _RULES.items()}
BASIS: Mapping[Regime, str] = {
    "gdpr": "legitimate interests (Article 6(1)(f) GDPR): finding people for open positions in public technical work",
    "us": "business purpose: finding people for open positions in public technical work",
    "custom": "",
}
WEIGHING = (
    "The controller's interest: to find people for a stated position without mass advertising. The people's: not to be "
    "listed without knowing. What limits the harm: only public technical work from permitted interfaces; no special "
    "categories, contact data or private life; most people are forgotten within days; whoever is kept is told, sees "
    "every source, and can object at once; scores never decide."
)


def missing(privacy: Privacy, retention: Retention) -> list[str]:
    """The values regime "custom" needs and the file does not state."""
    stated = _stated(privacy, retention)
    return [name for name in MEANING if privacy.regime == "custom" and name not in stated]


def too_long(rules: Rules) -> str:
    """Why a rule cannot stand under its regime, "" if all can."""
    if rules.regime != "gdpr":
        return ""
    if not 0 < rules.notice_days <= LATEST_NOTICE:
        return f"notice_days = {rules.notice_days}: under gdpr people are told within 1 to {LATEST_NOTICE} days"
    if rules.pool_days > LATEST_NOTICE:
        return f"pool_days = {rules.pool_days}: under gdpr nobody is kept untold for more than {LATEST_NOTICE} days"
    return ""


def rules_of(privacy: Privacy, retention: Retention) -> Rules:
    """The rules in force; `missing` must be empty."""
    preset = PRESETS[privacy.regime].model_dump() if privacy.regime in PRESETS else {}
    return Rules.model_validate(preset | _stated(privacy, retention) | {"regime": privacy.regime})


def _stated(privacy: Privacy, retention: Retention) -> dict[str, object]:
    both = privacy.model_dump(exclude={"regime"}) | retention.model_dump()
    return {name: value for name, value in both.items() if value is not None}
