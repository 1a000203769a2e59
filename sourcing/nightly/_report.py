"""What a night tells: its report, and what looking back at a past one shows."""

from datetime import datetime
from pathlib import Path

from sourcing import crawl
from sourcing.changes import Changes
from sourcing.config import Config
from sourcing.contributions import Contributions, contributions
from sourcing.findings import LOOK_BACK, Finding, findings
from sourcing.identity import Joined
from sourcing.nightly._roles import active_roles
from sourcing.ranking import Row, Scored
from storage.errors import StoreError
from storage.records import Night, Record
from storage.store import Store

# How a night ends on the command line, worst first: the state of any source decides.
EXIT_CODES = {"interrupted": 130, "refused": 6, "failed": 1, "partial": 1, "limit": 5}


class Truth(Record):
    """What an invented world knows: people with an account at any source of the night, and those of them stored."""

    there: int
    known: int


class RoleReport(Record):
    """The top of a role's list, and each lead's rank before the night (None: not among the watched)."""

    role: str
    top: tuple[Row, ...]
    before: tuple[int | None, ...]
    scored: int  # leads with a score for the role
    first_time: bool  # no list of this role existed before the night


class NightReport(Record):
    """What a night did, for the sourcer's desk."""

    night: Night
    interrupted: bool
    seconds: float
    changes: Changes
    joined: Joined | None = None
    scored: Scored | None = None
    findings: tuple[Finding, ...] = ()
    contributions: Contributions | None = None
    truth: Truth | None = None  # in an invented world
    roles: tuple[RoleReport, ...] = ()
    files: tuple[Path, ...] = ()
    limits: str = ""  # when it was to be over, and what was set aside for all that is not crawling

    @property
    def exit_code(self) -> int:
        """What the command line ends with."""
        if self.interrupted:
            return EXIT_CODES["interrupted"]
        states = {outcome.state for outcome in self.night.outcomes}
        return next((code for state, code in EXIT_CODES.items() if state in states), 0)


class LookedBack(Record):
    """A past night in full: what it cost, what was wrong, and what its sources add to each other by now."""

    night: Night
    findings: tuple[Finding, ...]
    contributions: Contributions


def last_night(config: Config, store: Store) -> LookedBack:
    """The last night in full; StoreError if there is none yet."""
    newest = store.nights(1)
    if not newest:
        raise StoreError("no night was run yet; run one with `sourcing nightly`")
    night = newest[0]
    return LookedBack(
        night=night,
        findings=tuple(findings_of(config, store, night)),
        contributions=contributions(store, active_roles(config), night=night.number),
    )


def findings_of(config: Config, store: Store, night: Night) -> list[Finding]:
    """The findings of a night, compared with the nights before it."""
    past = [one for one in store.nights(LOOK_BACK) if one.number < night.number]
    statuses = {status.name: status for status in crawl.sources(config, store, now=night.started_at)}

    def shown(source: str, since: datetime) -> int:
        return sum(one.last_seen >= since for one in store.known(source))

    return findings(night, past, statuses, shown)
