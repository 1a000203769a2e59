"""Corrections: what a person says of a field, cleaned like what sources say."""

from datetime import datetime

from sourcing.config import Config
from sourcing.lock import exclusive
from sourcing.privacy.subject import begin, the_one
from spiders._reading.clean import BIO, COMPANY, HEADLINE, LOCATION, NAME, clean, clean_lines
from storage.errors import ConfigError
from storage.records import AccountKey, Record
from storage.store import FIELDS, Store

LIMITS = {"name": NAME, "headline": HEADLINE, "bio": BIO, "location": LOCATION, "company": COMPANY}
YES, NO, NOTHING = frozenset({"yes", "true"}), frozenset({"no", "false"}), ""


def read_value(field: str, text: str) -> str | bool | None:
    """A correction as it is stored; "" means that nothing is to stand there. ConfigError for what cannot be one."""
    if field not in FIELDS:
        raise ConfigError(f"{field!r} cannot be corrected; what can: {', '.join(FIELDS)}")
    if field == "open_to_work":
        return _yes_or_no(text)
    limit = LIMITS[field]
    if len(text) > limit:
        raise ConfigError(f"{field}: {len(text):,} characters, the most is {limit:,}; shorten it")
    shown = clean_lines(text, limit) if field == "bio" else clean(text, limit)
    if text.strip() and shown is None:
        raise ConfigError(f"{field}: holds nothing that can be shown; write it in letters")
    return shown


def _yes_or_no(text: str) -> bool | None:
    word = text.strip().casefold()
    if word in YES | NO:
        return word in YES
    if word == NOTHING:
        return None
    raise ConfigError(f"open_to_work = {text!r}; write yes, no, or nothing for unknown")


def concerned(store: Store, keys: tuple[AccountKey, ...], field: str, account: str = "") -> list[AccountKey]:
    """The accounts a correction is laid over: the one named, else all that say something of the field, else the first.

    ConfigError if the person has no such account.
    """
    accounts = list(store.accounts(keys=keys))
    if account:
        named = [one.key for one in accounts if account in (str(one.key), f"{one.source}:{one.handle}")]
        if not named:
            there = ", ".join(f"{one.source}:{one.handle}" for one in accounts)
            raise ConfigError(f"the person has no account {account!r}; there are: {there}")
        return named
    corrected = {one.account for one in store.corrections(keys) if one.field == field}
    saying = [one.key for one in accounts if getattr(one, field) is not None or one.key in corrected]
    return saying or [accounts[0].key]


class Corrected(Record):
    """What was corrected, and the request it was done for."""

    request: int
    field: str
    accounts: tuple[str, ...]


def correct(
    config: Config, store: Store, name: str, field: str, text: str | None, *, account: str, by: str, now: datetime
) -> Corrected:
    """Lay a value over a field of a person, or withdraw what was laid over it (None), and close the request."""
    value = None if text is None else read_value(field, text)
    with exclusive(config.folder):
        person = the_one(store, name)
        keys = concerned(store, person.keys, field, account)
        number = begin(store, person, "correct", by=by, at=now)
        if text is None:
            store.withdraw_correction(keys, field, by=by, at=now)
        else:
            store.correct(keys, field, value, by=by, at=now)
        outcome = "withdrawn" if text is None else "corrected"
        store.close_request(number, by=by, at=now, outcome=outcome, field=field, accounts=len(keys))
    return Corrected(request=number, field=field, accounts=tuple(map(str, keys)))
