"""Forgetting what is over: every night, and on demand; first a look at what would go.

A purge takes rows away completely and leaves no tombstone. A keyed hash is kept for some time, so that the clocks of
somebody found again go on: the term from the day they were first collected, the time to tell them from where it stood.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from sourcing.config import Config
from sourcing.export.files import companion
from sourcing.privacy import terms
from sourcing.privacy.terms import Fate
from sourcing.regimes import Rules
from storage.records import Instant, Record
from storage.store import ExportRow, Purged, Store

BY = "retention"


class Preview(Record):
    """What would go until a moment, and what goes next."""

    until: Instant
    leads: tuple[Fate, ...]  # soonest first
    counts: Mapping[str, int]  # by reason
    files: tuple[str, ...]  # exported files whose day is over
    unlisted: tuple[str, ...]  # active roles without a list: until there is one, the pool stays


class Forgotten(Record):
    """What a purge took away."""

    counters: Mapping[str, int]  # "pool", "untold", "term": leads; "quarantine", "answers" …: rows; "files", "logs"
    purged: Purged
    unlisted: tuple[str, ...] = ()


def fates(store: Store, config: Config, until: datetime) -> tuple[list[Fate], list[str]]:
    """Who is forgotten until a moment, by lead, and active roles without a list: if there are any, the pool stays."""
    rules, roles = config.rules, config.roles.active
    waiting = terms.unlisted(store, roles)
    if waiting and not store.lead_counts()[1]:
        return [], []
    in_force = rules.model_copy(update={"pool_days": 0}) if waiting else rules
    begun = terms.begun_by(in_force, until)
    over = store.leads_collected_by(begun) if begun is not None else set()
    if not over:
        return [], waiting
    kept = terms.best(store, roles, rules)
    found = (terms.fate(one, kept, in_force) for one in store.lead_times(terms.TWO_WAY, over))
    return [one for one in found if one is not None and one.at <= until], waiting


def preview(store: Store, config: Config, *, now: datetime, days: int = 0) -> Preview:
    """What a purge would take away now, or within some days."""
    until = now + timedelta(days=days)
    found, waiting = fates(store, config, until)
    due = sorted(found, key=lambda one: (one.at, one.lead))
    rows = {name: store.expired_of(before, name) for name, before in _rows_before(config, until).items()}
    counts = Counter(one.why for one in due) + Counter(rows)
    files = tuple(str(path) for path in _expired_files(store, config, until))
    counts["files"], counts["logs"] = len(files), len(list(_old_logs(config, until)))
    return Preview(until=until, leads=tuple(due), counts=_plain(counts), files=files, unlisted=tuple(waiting))


def purge(store: Store, config: Config, *, now: datetime, by: str = BY) -> Forgotten:
    """Take away everything whose term is over, and say so in the log."""
    due, waiting = fates(store, config, now)
    counts = Counter(one.why for one in due)
    purged = _take(store, config.rules, due, now)
    before = _rows_before(config, now)
    takers = {
        "quarantine": store.purge_quarantine,
        "answers": store.purge_answers,
        "events": store.purge_events,
        "memory": store.purge_memory,
    }
    counts.update({name: takers[name](moment) for name, moment in before.items()})
    counts["files"] = _unlink(_expired_files(store, config, now))
    counts["logs"] = _unlink(_old_logs(config, now))
    done = Forgotten(counters=_plain(counts), purged=purged, unlisted=tuple(waiting))
    if done.counters:
        store.log_action("retention.run", by=by, at=now, detail={**done.counters, "accounts": purged.accounts})
    return done


def _take(store: Store, rules: Rules, due: Iterable[Fate], now: datetime) -> Purged:
    """Purge leads: who was in the pool may come back as a lead, whose term or time to tell is over is barred."""
    over: dict[bool, list[str]] = {False: [], True: []}
    for one in due:
        over[one.why != terms.POOL].append(one.lead)
    lasts = memory(rules)
    done = (
        store.purge_accounts(store.members_of(leads), at=now, memory=lasts, over=barred)
        for barred, leads in over.items()
    )
    return sum(done, Purged())


def memory(rules: Rules) -> timedelta | None:
    """For how long a purge is remembered: as long as the longest term it guards; None where there is none."""
    days = max(rules.lead_days, rules.notice_days)
    return timedelta(days=days) if days else None


def _plain(counts: Counter[str]) -> dict[str, int]:
    return {name: count for name, count in sorted(counts.items()) if count}


def _rows_before(config: Config, now: datetime) -> dict[str, datetime]:
    """Kinds of rows that have a term, with the moment before which they are over."""
    rules = config.rules
    days = {"quarantine": rules.quarantine_days, "answers": rules.answer_days, "events": rules.log_days}
    return {name: now - timedelta(days=number) for name, number in days.items() if number} | {"memory": now}


def _expired_files(store: Store, config: Config, now: datetime) -> Iterator[Path]:
    """Exported files still as we wrote them, whose day is over, with their companions; no others."""
    for row in store.exports():
        path = Path(row.path)
        if row.expires_at is None or row.expires_at > now or not path.is_relative_to(config.exports_folder):
            continue
        if path.is_file() and _is_ours(path, row):
            yield path
            yield from (side for side in (companion(path),) if side.is_file())


def _is_ours(path: Path, row: ExportRow) -> bool:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == row.sha256


def _old_logs(config: Config, now: datetime) -> Iterator[Path]:
    if not config.rules.log_days or not config.logs_folder.is_dir():
        return
    oldest = (now - timedelta(days=config.rules.log_days)).timestamp()
    yield from (path for path in sorted(config.logs_folder.iterdir()) if path.is_file() and _age(path) < oldest)


def _age(path: Path) -> float:
    return path.stat().st_mtime


def _unlink(paths: Iterator[Path]) -> int:
    found = list(paths)
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)
