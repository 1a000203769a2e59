"""One night: plan → crawl → resolve → score → report. Each step can be run again and continues where it was.

A source that fails is an outcome, not an end: the others go on. A stop by the user or the system at any
moment closes the night as interrupted; a night that never got that far is closed by the next one.
"""

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from scoring.roles import Role, find_role
from sourcing import crawl, ranking
from sourcing.changes import Changes, changes_since
from sourcing.config import Config
from sourcing.contributions import Contributions, contributions
from sourcing.desk.prepared import prepare
from sourcing.export import durable
from sourcing.findings import LOOK_BACK, Finding, findings
from sourcing.identity import Joined, resolve
from sourcing.lock import exclusive
from sourcing.logs import to_file
from sourcing.progress import Progress, silent
from sourcing.ranking import Row, Scored
from sourcing.reference import reference_of
from storage.errors import Interrupted, StoreError
from storage.records import Lane, Night, Outcome, Record
from storage.store import Store

TOP = 15  # rows of a role in the report
WATCHED = 200  # ranks remembered from before, to say who moved
GOOD = frozenset({"done", "skipped"})
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


def lanes_of(roles: Sequence[Role], sources: Sequence[str] | None = None) -> list[Lane]:
    """The lanes of all roles, each once, limited to some sources if given."""
    lanes = {lane.id: lane for role in roles for lane in role.lane_list()}
    return [lane for lane in lanes.values() if not sources or lane.source in sources]


def active_roles(config: Config) -> list[Role]:
    """The role profiles a night works for; RoleError if one is missing or wrong."""
    return [find_role(name, config.roles_folder) for name in config.roles.active]


def run(
    config: Config,
    *,
    now: datetime,
    progress: Progress = silent,
    sources: Sequence[str] | None = None,
    crawl_only: bool = False,
) -> NightReport:
    """Run a night, or only its crawl; ConfigError without a controller, AlreadyRunningError beside another run."""
    config.require_controller()
    roles = active_roles(config)
    tokens = [os.environ.get(status.token_env, "") for status in crawl.sources(config)]
    with (
        exclusive(config.folder),
        to_file(config.logs_folder, tokens),
        Store.open(config.database_url, key=config.key) as store,
    ):
        close_unfinished(store, now)
        return _Running(config, store, roles, now, progress).night(sources, crawl_only=crawl_only)


def close_unfinished(store: Store, now: datetime) -> int:
    """Close nights that were cut off (crash, power cut); gives how many."""
    cut_off = [night for night in store.nights() if night.ended_at is None]
    for night in cut_off:
        counters = {**night.counters, "cut_off": 1}
        store.finish_night(night.model_copy(update={"ended_at": max(now, night.started_at), "counters": counters}))
    return len(cut_off)


class _Running:
    """A night while it runs: what it has so far, so that a stop loses nothing."""

    def __init__(self, config: Config, store: Store, roles: Sequence[Role], now: datetime, progress: Progress) -> None:
        self.config, self.store, self.roles, self.now, self.progress = config, store, roles, now, progress
        self.started = time.monotonic()
        self.outcomes: list[Outcome] = []
        self.joined: Joined | None = None
        self.scored: Scored | None = None

    def night(self, sources: Sequence[str] | None, *, crawl_only: bool) -> NightReport:
        before = {role.role: _ranks(self.store, role.role) for role in self.roles}
        lanes = lanes_of(self.roles, sources)
        self.progress("planning")
        night = self.store.start_night(self.now, crawl.plan(self.config, self.store, lanes, now=self.now))
        interrupted = False
        try:
            self._steps(night, sources, lanes, crawl_only=crawl_only)
        except (KeyboardInterrupt, Interrupted):
            interrupted = True
        finally:
            with unstoppable():
                night = self._finish(night)
        return self._report(night, before, interrupted=interrupted)

    def _steps(self, night: Night, sources: Sequence[str] | None, lanes: list[Lane], *, crawl_only: bool) -> None:
        self.progress("crawling")
        names = list(sources) if sources else None
        self.outcomes = crawl.run(
            self.config, names, night=night.number, now=self.now, lanes=lanes, progress=self.progress
        )
        if any(outcome.state == "interrupted" for outcome in self.outcomes):
            raise Interrupted("stopped while crawling")
        if crawl_only:
            return
        self.progress("joining accounts")
        self.joined = resolve(self.store, now=self.now, settings=self.config.identity)
        self.progress("scoring leads")
        self.scored = ranking.score(
            self.store, self.roles, now=self.now, night=night.number, reference=reference_of(self.config)
        )
        self.progress("preparing the desk")
        prepare(self.store, self.roles)

    def _finish(self, night: Night) -> Night:
        """The night as it ended, written down. Its end is `now` plus the time that passed."""
        ended = self.now + timedelta(seconds=time.monotonic() - self.started)
        done = night.model_copy(
            update={"ended_at": ended, "outcomes": tuple(self.outcomes), "counters": self._counters()}
        )
        self.store.finish_night(done)
        return done

    def _counters(self) -> dict[str, int]:
        total: Counter[str] = Counter()
        for outcome in self.outcomes:
            total.update(outcome.counters)
        if self.joined is not None:
            total.update({f"identity/{name}": count for name, count in self.joined.counters.items()})
        return dict(sorted(total.items()))

    def _report(self, night: Night, before: dict[str, dict[str, int]], *, interrupted: bool) -> NightReport:
        leads = self.scored.leads if self.scored else 0
        roles = [_role_report(self.store, name, seen, leads) for name, seen in before.items() if self.scored]
        report = NightReport(
            night=night,
            interrupted=interrupted,
            seconds=time.monotonic() - self.started,
            changes=changes_since(self.store, night.started_at),
            joined=self.joined,
            scored=self.scored,
            findings=tuple(findings_of(self.config, self.store, night)),
            contributions=contributions(self.store, self.roles, night=night.number),
            roles=tuple(roles),
        )
        path = self.config.logs_folder / f"night-{night.number:04d}.json"
        durable(path, report.model_dump_json(indent=1).encode())
        return report.model_copy(update={"files": (path,)})


def _ranks(store: Store, role: str) -> dict[str, int]:
    return {row.lead: row.rank for row in ranking.listing(store, role, limit=WATCHED)}


def _role_report(store: Store, role: str, before: dict[str, int], leads: int) -> RoleReport:
    top = ranking.listing(store, role, limit=TOP)
    return RoleReport(
        role=role,
        top=tuple(top),
        before=tuple(before.get(row.lead) for row in top),
        scored=leads,
        first_time=not before,
    )


@contextmanager
def unstoppable() -> Iterator[None]:
    """Hold Ctrl-C and SIGTERM back while a night is written down; a second press must not undo the first."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    kept: dict[int, Callable[..., object] | int | None] = {
        number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
