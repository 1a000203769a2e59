"""Invented people for the scoring tests: one builder per record, with defaults that say nothing."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from storage.records import Account, AccountKey, Evidence, Kind, Lead, Level, Origin

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
ORIGIN = Origin(source="github", url="https://api.example.org/x", seen_at=NOW, spider="test/1")


def ago(months: float) -> datetime:
    """A time this many months before now."""
    return NOW - timedelta(days=months * 30.4375)


def account(
    source: str = "github",
    source_id: str = "1",
    *,
    handle: str = "ada",
    name: str | None = "Ada Invented",
    headline: str | None = None,
    bio: str | None = None,
    location: str | None = None,
    figures: Mapping[str, float] | None = None,
    flags: tuple[str, ...] = (),
) -> Account:
    """An account; `figures` as the source's spider names them."""
    return Account(
        source=source,
        source_id=source_id,
        handle=handle,
        url=f"https://{source}.example.org/{handle}",
        kind=Kind.PERSON,
        name=name,
        headline=headline,
        bio=bio,
        location=location,
        figures=figures or {},
        flags=flags,
        origin=ORIGIN,
    )


def work(
    source_id: str = "1",
    kind: str = "repository",
    *,
    source: str = "github",
    owner: str = "ada",
    of: str = "1",
    title: str = "thing",
    text: str | None = None,
    months: float | None = 1,
    started: float | None = None,
    level: Level = Level.PRACTICE,
    tags: tuple[str, ...] = (),
    packages: tuple[str, ...] = (),
    files: tuple[str, ...] = (),
    figures: Mapping[str, float] | None = None,
) -> Evidence:
    """A piece of work of account `of`, done `months` ago, lying under `owner`'s name."""
    return Evidence(
        account=AccountKey(source, of),
        source_id=source_id,
        kind=kind,
        url=f"https://{source}.example.org/{owner}/{title.replace(' ', '-')}",
        title=title,
        text=text,
        event_at=None if months is None else ago(months),
        started_at=None if started is None else ago(started),
        level=level,
        tags=tags,
        packages=packages,
        files=files,
        figures=figures or {},
        origin=ORIGIN,
    )


def lead(*evidence: Evidence, accounts: tuple[Account, ...] | None = None, lead_id: str = "L000001") -> Lead:
    """A lead of these pieces of work; without accounts it has one silent GitHub account."""
    return Lead(
        id=lead_id,
        accounts=accounts or (account(),),
        evidence=evidence,
        first_seen=ago(1),
        last_changed=NOW,
    )
