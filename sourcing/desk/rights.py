"""What people ask about their data, as the desk shows and does it: clocks, who is meant, what was done."""

from datetime import datetime
from typing import NamedTuple

from sourcing.config import Config
from sourcing.nightly import active_roles
from sourcing.privacy import clock, erasing, exporting, restricting, subject
from sourcing.privacy.clock import Clocked
from sourcing.privacy.erasing import Erasing
from sourcing.privacy.subject import Found
from storage.errors import ConfigError, UnknownLead
from storage.records import Record
from storage.store import Action, Store

KINDS = ("access", "correct", "restrict", "object", "erase")
LOGGED = 50  # entries of the log on the page


class Rights(Record):
    """The page: open requests by urgency, closed ones, the last entries of the log. Nobody is named."""

    open: tuple[Clocked, ...]
    closed: tuple[Clocked, ...]  # newest first
    log: tuple[Action, ...]  # newest first


class Asking(Record):
    """Somebody who may be meant by what was typed; `problem` where nobody is, or a review must not tell."""

    asked: str
    people: tuple[Found, ...] = ()
    problem: str = ""


class Done(Record):
    """What was done, in one sentence that names nobody."""

    request: int
    said: str


class Handed(NamedTuple):
    """Everything about a person, as a file to be given to them."""

    name: str
    kind: str  # media type
    body: bytes


def rights(store: Store, *, now: datetime) -> Rights:
    """Requests with their clocks, and what was done lately."""
    rows = clock.log(store, now=now)
    waiting = [one for one in rows if one.request.state == "open"]
    closed = [one for one in rows if one.request.state != "open"]
    return Rights(
        open=tuple(sorted(waiting, key=lambda one: (-one.days, one.request.id))),
        closed=tuple(reversed(closed))[:LOGGED],
        log=tuple(store.actions("subject", limit=LOGGED)),
    )


def asking(store: Store, asked: str) -> Asking:
    """Everybody a handle, address, id, name or lead's number may stand for."""
    try:
        return Asking(asked=asked, people=tuple(subject.find(store, asked)))
    except UnknownLead as error:
        return Asking(asked=asked, problem=str(error))


def begin(store: Store, who: str, kind: str, *, by: str, now: datetime) -> Done:
    """Write down that somebody asked: their clock runs from now. ConfigError for an unknown kind or several people."""
    if kind not in KINDS:
        raise ConfigError(f"no request {kind!r}; there are: {', '.join(KINDS)}")
    number = subject.begin(store, subject.the_one(store, who), kind, by=by, at=now)
    return Done(request=number, said=f"Request {number} ({kind}): its clock runs.")


def hide(config: Config, store: Store, who: str, typed: str, *, objects: bool, by: str, now: datetime) -> Done:
    """Hide somebody, because they asked for it or object; ConfigError unless a handle of theirs was typed."""
    person = erasing.confirm(store, who, typed)
    act = restricting.object_to if objects else restricting.restrict
    done = act(config, store, person.called, by=by, now=now)
    left = "; erase the person, or answer it" if objects else ""
    return Done(request=done.request, said=f"Request {done.request}: {done.accounts} accounts are hidden{left}.")


def erase(config: Config, store: Store, who: str, typed: str, *, keep_files: bool, by: str, now: datetime) -> Erasing:
    """Erase somebody for good; ConfigError unless a handle of theirs was typed, AlreadyRunningError beside a night."""
    store.require_key()
    person = erasing.confirm(store, who, typed)
    roles = tuple(active_roles(config))
    return erasing.erase(config, store, person.called, by=by, now=now, keep_files=keep_files, roles=roles)


def answer(store: Store, number: int, why: str, *, refused: bool, by: str, now: datetime) -> Done:
    """Close a request that no act closes by itself; ConfigError without what was answered."""
    if not why.strip():
        raise ConfigError("say what was answered, without naming anybody")
    store.close_request(number, by=by, at=now, outcome=why.strip(), refused=refused)
    return Done(request=number, said=f"Request {number} is {'refused' if refused else 'answered'}.")


def hand_over(config: Config, store: Store, who: str, *, as_json: bool, by: str, now: datetime) -> Handed:
    """Everything stored about somebody, for them; closes their request for access."""
    person = subject.the_one(store, who)
    shown = exporting.export(store, config, person, now=now)
    exporting.note(store, person, shown, by=by, now=now)
    stem = f"about-{(shown.lead or 'account').lower()}-{now:%Y-%m-%d}"
    if as_json:
        return Handed(f"{stem}.json", "application/json", exporting.as_json(shown))
    return Handed(f"{stem}.html", "text/html; charset=utf-8", exporting.page(shown).encode())
