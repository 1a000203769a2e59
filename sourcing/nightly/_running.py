"""A night while it runs: plan → crawl → resolve → score → report, closed in order whatever ends it."""

import logging
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from scoring.roles import Role
from sourcing import crawl, metrics, ranking
from sourcing.changes import changes_since
from sourcing.config import Config
from sourcing.contributions import contributions
from sourcing.desk.prepared import prepare
from sourcing.export import durable
from sourcing.identity import Joined, resolve
from sourcing.lock import AlreadyRunningError, exclusive, night_held
from sourcing.logs import to_file
from sourcing.nightly._report import NightReport, RoleReport, findings_of
from sourcing.nightly._roles import active_roles, lanes_of
from sourcing.privacy.legal import note_rules
from sourcing.privacy.retention import Forgotten, purge
from sourcing.progress import Expected, Progress, Timed, silent
from sourcing.ranking import Scored
from sourcing.reference import reference_of
from sourcing.space import require_space
from storage.errors import Interrupted, StoreError
from storage.records import Lane, Night, Outcome
from storage.store import Store

log = logging.getLogger(__name__)
TOP = 15  # rows of a role in the report
WATCHED = 200  # ranks remembered from before, to say who moved


class Shared(Protocol):
    """Who has a night crawled by workers."""

    def __call__(self, night: Night, *, progress: Progress, limits: crawl.Limits) -> crawl.Elsewhere:
        """What crawls its sources."""


def run(
    config: Config,
    *,
    now: datetime,
    progress: Progress = silent,
    sources: Sequence[str] | None = None,
    crawl_only: bool = False,
    until: datetime | None = None,
    budgets: Mapping[str, int] | None = None,
    workers: int | None = None,
    at_once: int | None = None,
) -> NightReport:
    """Run a night, or only its crawl; ConfigError without a controller, AlreadyRunningError beside another run.

    `until` is when it shall be over, `budgets` the requests a source may send; both go before the settings. `workers`
    processes crawl, `at_once` sources each, beside those that run elsewhere; None: this process does, unless there are
    some elsewhere. StoreError if there is too little room on a disk, or the database fails: the night then ends in
    order, without a report.
    """
    config.require_controller()
    config = crawl.with_budgets(config, budgets or {})
    until = until or (crawl.read_until(config.crawl.until, now) if config.crawl.until else None)
    roles = active_roles(config)
    require_space(config)
    tokens = [os.environ.get(status.token_env, "") for status in crawl.sources(config)]
    with (
        exclusive(config.folder),
        to_file(config.logs_folder, tokens, form=config.logs.format),
        Store.open(config.database_url, key=config.key) as store,
        night_held(store, now) as hold,
    ):
        store.require_key()
        shared = _shared(config, store, workers, at_once)
        close_unfinished(store, now)
        limits = crawl.limits(store, store.nights(), now=now, until=until, hold=hold)
        timed = Timed(progress)
        report = _Running(config, store, roles, now, timed, limits, shared).night(sources, crawl_only=crawl_only)
        metrics.write(config, store, report, timed.seconds())
        return report


def _shared(config: Config, store: Store, workers: int | None, at_once: int | None) -> Shared | None:
    """How a night is crawled by workers; None where this process crawls it."""
    if not store.is_shared and (workers or 1) == 1:
        return None
    from sourcing import workers as working  # the queue's library takes a while to import

    if workers is not None:
        working.require_server(config, store)
    working.settle(config, store)
    if workers is None and not working.answering(store, config.workers.silence):
        return None
    return partial(working.lead, config, store, workers=workers or 0, at_once=at_once)


def close_unfinished(store: Store, now: datetime) -> int:
    """Close nights that were cut off (crash, power cut); gives how many."""
    cut_off = [night for night in store.nights() if night.ended_at is None]
    for night in cut_off:
        counters = {**night.counters, "cut_off": 1}
        store.finish_night(night.model_copy(update={"ended_at": max(now, night.started_at), "counters": counters}))
    return len(cut_off)


class _Running:
    """A night while it runs: what it has so far, so that a stop loses nothing."""

    def __init__(
        self,
        config: Config,
        store: Store,
        roles: Sequence[Role],
        now: datetime,
        progress: Progress,
        limits: crawl.Limits,
        shared: Shared | None = None,
    ) -> None:
        self.config, self.store, self.roles, self.now, self.progress = config, store, roles, now, progress
        self.limits, self.shared = limits, shared
        self.started = time.monotonic()
        self.outcomes: list[Outcome] = []
        self.forgotten: Forgotten | None = None
        self.counted: dict[str, int] = {}  # what is no source's: accounts forgotten, bytes left
        self.joined: Joined | None = None
        self.scored: Scored | None = None

    def night(self, sources: Sequence[str] | None, *, crawl_only: bool) -> NightReport:
        before = {role.role: _ranks(self.store, role.role) for role in self.roles}
        lanes = lanes_of(self.roles, sources)
        self.progress("planning")
        night = self.store.start_night(self.now, crawl.plan(self.config, self.store, lanes, now=self.now))
        self.progress(Expected.of(night.forecast))
        interrupted = False
        try:
            self._steps(night, sources, lanes, crawl_only=crawl_only)
            crawl.close(self.store, night.number, self.outcomes, [role.role for role in self.roles], now=self.now)
            self._compact()
        except (KeyboardInterrupt, Interrupted):
            interrupted = True
        except BaseException:
            # What failed is told; that the night could then not be closed either is the next one's business.
            with unstoppable(), suppress(StoreError):
                self._finish(night)
            raise
        with unstoppable():
            night = self._finish(night)
        return self._report(night, before, interrupted=interrupted)

    def _steps(self, night: Night, sources: Sequence[str] | None, lanes: list[Lane], *, crawl_only: bool) -> None:
        self.progress("crawling")
        names = list(sources) if sources else None
        shared = self.shared(night, progress=self.progress, limits=self.limits) if self.shared is not None else None
        self.outcomes = crawl.run(
            self.config,
            names,
            night=night.number,
            now=self.now,
            lanes=lanes,
            progress=self.progress,
            limits=self.limits,
            elsewhere=shared,
        )
        if any(outcome.state == "interrupted" for outcome in self.outcomes):
            raise Interrupted("stopped while crawling")
        self._go_on()
        if crawl_only:
            return
        self.progress("forgetting what is over")
        note_rules(self.store, self.config, now=self.now, by="nightly")
        held = self.store.held_by_source()
        self.forgotten = purge(self.store, self.config, now=self.now)
        left = self.store.held_by_source()
        self.counted |= {crawl.FORGOTTEN + name: count - left.get(name, 0) for name, count in held.items()}
        self.progress("joining accounts")
        self.joined = resolve(self.store, now=self.now, settings=self.config.identity)
        self.progress("scoring leads")
        self.scored = ranking.score(
            self.store, self.roles, now=self.now, night=night.number, reference=reference_of(self.config)
        )
        self.progress("preparing the desk")
        prepare(self.store, self.roles, ahead=self.now)

    def _compact(self) -> None:
        """Let the bytes of those who were forgotten leave a SQLite file; a server's tables are for `db compact`."""
        if self.store.is_compact() or self.store.is_shared:
            return
        self.progress("removing the bytes of what was forgotten")
        try:
            self.store.compact()
        except StoreError as error:  # somebody reads: the rows are gone all the same, and the next night tries again
            log.warning("%s", error)
            self.counted["not_compacted"] = 1

    def _go_on(self) -> None:
        """Raise what makes the next step pointless: a database that failed, or a night that is another's by now."""
        failed = next((one.reason for one in self.outcomes if one.reason.startswith(crawl.NOT_STORED)), "")
        if failed:
            raise StoreError(failed)
        if self.limits.hold is not None and self.limits.hold.lost:
            raise AlreadyRunningError(f"{self.limits.hold.lost}; what was collected is stored, the next night goes on")

    def _finish(self, night: Night) -> Night:
        """The night as it ended, written down. Its end is `now` plus the time that passed."""
        ended = self.now + timedelta(seconds=time.monotonic() - self.started)
        done = night.model_copy(
            update={"ended_at": ended, "outcomes": tuple(self.outcomes), "counters": self._counters()}
        )
        self.store.finish_night(done)
        if self.outcomes:
            self.store.forget_spent(done.number + 1)  # outcomes tell it from now on
        return done

    def _counters(self) -> dict[str, int]:
        total: Counter[str] = Counter()
        for outcome in self.outcomes:
            total.update(outcome.counters)
        if self.forgotten is not None:
            total.update({f"purged/{name}": count for name, count in self.forgotten.counters.items()})
        total.update({name: count for name, count in self.counted.items() if count})
        if self.joined is not None:
            total.update({f"identity/{name}": count for name, count in self.joined.counters.items()})
        if self.limits.hold is not None and self.limits.hold.retaken:
            total["lock_retaken"] = self.limits.hold.retaken
        return dict(sorted(total.items()))

    def _report(self, night: Night, before: dict[str, dict[str, int]], *, interrupted: bool) -> NightReport:
        self.progress("writing the report")
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
            limits=self.limits.until,
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
