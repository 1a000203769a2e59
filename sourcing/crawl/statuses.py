"""Which sources can be asked, and if not, why."""

import os
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import ValidationError

from sourcing.cards import due, overdue, terms_age
from sourcing.config import Config
from spiders._registry import load, names
from storage.records import Record
from storage.store import Store

if TYPE_CHECKING:
    from spiders._card import Card, Options

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class SourceStatus(Record):
    """Whether a source can be asked, and if not, why."""

    name: str
    title: str
    usable: bool
    why_not: str = ""
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


def options_of(config: Config, name: str) -> "Options":
    """A source's options, checked by the spider's own model; ConfigError names file, key, value and way out."""
    spider, section = load(name), config.source(name)
    given = {"max_profiles": config.crawl.max_profiles, **section.options}
    given |= {key: getattr(section, key) for key in section.model_fields_set}
    try:
        return spider.options_model.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise config.problem(
            f"[sources.{name}] {key}", first["input"], f"{first['msg']}; see docs/configuration.md"
        ) from error


def sources(config: Config, store: Store | None = None, *, now: datetime | None = None) -> list[SourceStatus]:
    """All sources there are, and which can be asked now."""
    return [_status(config, name, store, now) for name in names()]


def _status(config: Config, name: str, store: Store | None, now: datetime | None) -> SourceStatus:
    card, options = load(name).card, options_of(config, name)
    token = bool(options.token_env and os.environ.get(options.token_env))
    read = max(card.terms_read, options.terms_read or card.terms_read)
    why_not = _why_not(card, options, token=token) or _overdue(name, options, now) or _held(name, store, now)
    return SourceStatus(
        name=name,
        title=card.title,
        usable=not why_not,
        why_not=why_not,
        token_env=options.token_env,
        token_present=token,
        method=card.method,
        terms=card.terms,
        terms_read=read.isoformat(),
        terms_age=terms_age(read, now) if now else None,
        warning=due(name, card.terms, read, now) if now and not why_not and not _at_home(name, options) else "",
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


def usable(name: str, options: "Options", now: datetime | None) -> bool:
    """Whether a source may be asked by its settings and terms, whatever it said to us lately."""
    card = load(name).card
    token = bool(os.environ.get(options.token_env or "-"))
    return not (_why_not(card, options, token=token) or _overdue(name, options, now))


def _why_not(card: "Card", options: "Options", *, token: bool) -> str:
    if options.enabled is False:
        return "switched off (enabled = false)"
    if options.enabled is None and not card.default_on:
        return "off unless switched on (enabled = true)"
    if card.needs_token and not token:
        return f"no token: set the environment variable {options.token_env}"
    return ""


def _overdue(name: str, options: "Options", now: datetime | None) -> str:
    card = load(name).card
    if now is None or _at_home(name, options):
        return ""
    return overdue(card.terms, max(card.terms_read, options.terms_read or card.terms_read), now)


def _at_home(name: str, options: "Options") -> bool:
    """Whether the source's address is this very machine, as in the demo: nobody's terms bind there."""
    return urlsplit(load(name).base(options)).hostname in LOOPBACK


def _held(name: str, store: Store | None, now: datetime | None) -> str:
    held = store.held(name) if store is not None else None
    if held is None or now is None or held[0] <= now:
        return ""
    return f"asked us to wait until {held[0]:%Y-%m-%d %H:%M} UTC ({held[1]})"
