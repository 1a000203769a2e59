"""Which sources can be asked, and if not, why."""

import os
from collections.abc import Iterator
from datetime import datetime

from sourcing.cards import due, overdue, terms_age
from sourcing.config import Config
from sourcing.crawl.checked import Checked, checked, options_of
from storage.records import Record
from storage.store import Store

__all__ = ["SourceStatus", "options_of", "sources", "usable", "warnings"]

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class SourceStatus(Record):
    """Whether a source can be asked, and if not, why."""

    name: str
    title: str
    usable: bool
    why_not: str = ""
    off: bool = False  # by the settings, or by default and nobody switched it on
    token_env: str = ""
    token_present: bool = False
    method: str
    terms: str
    terms_read: str
    terms_age: int | None = None  # days; None without a time to count to
    warning: str = ""  # what the operator should do about it, though it can be asked
    limits: str
    yields: str
    expected_accounts: int = 0
    fresh_days: int = 1
    default_on: bool = True
    why_off: str = ""
    matching: bool = True
    fields: tuple[str, ...]
    exposes: tuple[str, ...] = ()


def sources(config: Config, store: Store | None = None, *, now: datetime | None = None) -> list[SourceStatus]:
    """All sources there are, and which can be asked now."""
    return [_status(name, one, store, now) for name, one in checked(config).items()]


def warnings(config: Config, store: Store, *, now: datetime) -> Iterator[str]:
    """What the operator should do about sources that can be asked now; whether one can is looked up only for these."""
    for name, one in checked(config).items():
        warning = _warning(name, one, now)
        if warning and usable(one, now) and not _held(name, store, now):
            yield warning


def _status(name: str, one: Checked, store: Store | None, now: datetime | None) -> SourceStatus:
    card, token = one.card, bool(one.token_env and os.environ.get(one.token_env))
    why_not = _why_not(one, token=token) or _overdue(one, now) or _held(name, store, now)
    return SourceStatus(
        name=name,
        title=card.title,
        usable=not why_not,
        why_not=why_not,
        off=_off(one),
        token_env=one.token_env,
        token_present=token,
        method=card.method,
        terms=card.terms,
        terms_read=one.read.isoformat(),
        terms_age=terms_age(one.read, now) if now else None,
        warning=_warning(name, one, now) if not why_not else "",
        limits=card.limits,
        yields=card.yields,
        expected_accounts=card.expected_accounts,
        fresh_days=card.fresh_days,
        default_on=card.default_on,
        why_off=card.why_off,
        matching=card.matching,
        fields=card.fields,
        exposes=card.exposes,
    )


def usable(one: Checked, now: datetime | None) -> bool:
    """Whether a source may be asked by its settings and terms, whatever it said to us lately."""
    token = bool(os.environ.get(one.token_env or "-"))
    return not (_why_not(one, token=token) or _overdue(one, now))


def _warning(name: str, one: Checked, now: datetime | None) -> str:
    return "" if now is None or _at_home(one) else due(name, one.card.terms, one.read, now)


def _off(one: Checked) -> bool:
    return not (one.card.default_on if one.enabled is None else one.enabled)


def _why_not(one: Checked, *, token: bool) -> str:
    if one.enabled is False:
        return "switched off (enabled = false)"
    if one.enabled is None and not one.card.default_on:
        return "off unless switched on (enabled = true)"
    if one.card.needs_token and not token:
        return f"no token: set the environment variable {one.token_env}"
    return ""


def _overdue(one: Checked, now: datetime | None) -> str:
    return "" if now is None or _at_home(one) else overdue(one.card.terms, one.read, now)


def _at_home(one: Checked) -> bool:
    """Whether the source's address is this very machine, as in the demo: nobody's terms bind there."""
    return one.host in LOOPBACK


def _held(name: str, store: Store | None, now: datetime | None) -> str:
    held = store.held(name) if store is not None else None
    if held is None or now is None or held[0] <= now:
        return ""
    return f"asked us to wait until {held[0]:%Y-%m-%d %H:%M} UTC ({held[1]})"
