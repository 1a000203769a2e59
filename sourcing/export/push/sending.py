"""One push: who would be sent, who is there already, and the sending itself, one person after the other."""

import os
import time
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime
from types import MappingProxyType

import httpx

from sourcing.config import Config, PushSection
from sourcing.desk.statuses import DO_NOT_CONTACT
from sourcing.export.collisions import Collision, Known
from sourcing.export.push.base import System, There
from sourcing.export.push.client import Client, LostError, RejectedError, Sleep, StopError
from sourcing.export.push.greenhouse import Greenhouse
from sourcing.export.push.lever import Lever
from sourcing.export.push.memory import Memory, key_of
from sourcing.export.stream import Left, lines
from sourcing.export.telling import untold_for
from sourcing.lock import exclusive
from sourcing.ranking import Row
from storage.errors import ConfigError
from storage.records import Record
from storage.redaction import Secret
from storage.store import Store

SYSTEMS: Mapping[str, type[System]] = MappingProxyType({one.name: one for one in (Greenhouse, Lever)})


class Asked(Record):
    """What is to be pushed where, and by whom."""

    system: str
    role: str
    by: str
    to: str = ""  # who asked for it; kept in the ledger
    most: int | None = None  # the best so many


class Planned(Record):
    """Somebody of a push."""

    lead: str
    name: str
    id: str = ""  # in the system, once it is known


class Failed(Record):
    """Somebody who was not sent, why, and the way out."""

    lead: str
    name: str
    why: str


class Pushed(Record):
    """What a push did, or would do."""

    system: str
    role: str
    dry_run: bool
    planned: tuple[Planned, ...] = ()  # would be sent; of a dry run
    sent: tuple[Planned, ...] = ()
    found: tuple[Planned, ...] = ()  # sent earlier, the answer lost: the system has them
    before: tuple[Planned, ...] = ()  # in the ledger already
    failed: tuple[Failed, ...] = ()
    not_tried: int = 0  # after a stop
    stopped: str = ""
    lacks: tuple[str, ...] = ()  # settings a sending needs; of a dry run
    collisions: tuple[Collision, ...] = ()
    left_out: dict[str, int]

    @property
    def exit_code(self) -> int:
        """1 if anybody was not sent who should have been."""
        return int(bool(self.failed or self.stopped))


def push(
    store: Store,
    config: Config,
    asked: Asked,
    *,
    now: datetime,
    dry_run: bool = True,
    sleep: Sleep = time.sleep,
    transport: httpx.BaseTransport | None = None,
) -> Pushed:
    """Hand a role's list over; nothing is asked or written by a dry run. ConfigError for an unknown system or settings.

    AlreadyRunningError beside a night or another push. Restricted people, those who refuse, those marked as not to be
    contacted, those the imported candidates hold and those nobody told yet are never sent: no notice goes with them.
    """
    system = _system(config, asked)
    untold = untold_for(store, config, asked.system)
    rows, before, left = _sorted(store, system, asked, untold)
    plain = Pushed(
        system=asked.system,
        role=asked.role,
        dry_run=dry_run,
        before=before,
        collisions=tuple(left.collisions),
        left_out=dict(left.counts),
    )
    lacks = _lacks(system, asked.role)
    if dry_run:
        return plain.model_copy(update={"planned": tuple(map(_planned, rows)), "lacks": tuple(lacks)})
    if lacks:
        raise ConfigError(f"{config.path}: {'; '.join(lacks)}; see docs/configuration.md")
    with exclusive(config.folder), _client(system, sleep, transport) as client:
        # Read again under the lock: another push may have ended since.
        rows, before, _ = _sorted(store, system, asked, untold_for(store, config, asked.system))
        run = _Push(store, system, client, asked, now)
        run.all(rows)
    return plain.model_copy(update={"before": before, **run.done()})


def _system(config: Config, asked: Asked) -> System:
    if asked.system not in SYSTEMS:
        raise ConfigError(f"no system {asked.system!r} to push to; there are: {', '.join(SYSTEMS)}")
    if not asked.by.strip():
        raise ConfigError("a push names the person who makes it; add --by NAME")
    settings: PushSection = getattr(config.push, asked.system)
    return SYSTEMS[asked.system](settings)


def _lacks(system: System, role: str) -> list[str]:
    settings, name = system.settings, f"[push.{system.name}]"
    found = []
    if not os.environ.get(settings.token_env):
        found.append(f"the environment variable {settings.token_env} holds no token")
    if not settings.user:
        found.append(f"{name} user is empty")
    if system.name == Greenhouse.name and role not in settings.jobs:
        found.append(f"[push.{system.name}.jobs] names no job for {role}")
    return found


def _client(system: System, sleep: Sleep, transport: httpx.BaseTransport | None) -> Client:
    settings = system.settings
    return Client(
        settings.api,
        Secret.of(settings.token_env).reveal(),
        headers=system.headers(),
        max_wait=settings.max_wait,
        sleep=sleep,
        transport=transport,
    )


def _sorted(
    store: Store, system: System, asked: Asked, untold: Collection[str]
) -> tuple[list[Row], tuple[Planned, ...], Left]:
    """Who is to be sent, who was sent before, and who is left out."""
    left = Left([], Counter())
    memory = Memory(store, system.name)
    rows: list[Row] = []
    before: list[Planned] = []
    for row in lines(store, asked.role, left, known=Known.of(store), most=asked.most, untold=untold):
        line = memory.sent(row.lead)
        why = "is marked as not to be contacted" if row.status == DO_NOT_CONTACT else system.why_not(row)
        if line is not None:
            before.append(_planned(row, line.path))
        elif why:
            left.counts[why] += 1
        else:
            rows.append(row)
    return rows, tuple(before), left


def _planned(row: Row, id: str = "") -> Planned:  # noqa: A002  # the record's own word
    return Planned(lead=row.lead, name=row.name, id=id)


class _Push:
    """A push while it runs."""

    def __init__(self, store: Store, system: System, client: Client, asked: Asked, now: datetime) -> None:
        self.system, self.client, self.asked, self.now = system, client, asked, now
        self.memory = Memory(store, system.name)
        nights = store.nights(1)
        self.night = nights[0].number if nights else None
        self.sent: list[Planned] = []
        self.found: list[Planned] = []
        self.failed: list[Failed] = []
        self.not_tried, self.stopped = 0, ""
        self._there: list[There] = []

    def done(self) -> dict[str, object]:
        """What it came to, as fields of a Pushed."""
        return {
            "sent": tuple(self.sent),
            "found": tuple(self.found),
            "failed": tuple(self.failed),
            "not_tried": self.not_tried,
            "stopped": self.stopped,
        }

    def all(self, rows: list[Row]) -> None:
        """Send everybody, until told to stop."""
        for at, row in enumerate(rows):
            try:
                if at == 0:
                    self._look()
                self._one(row)
            except (StopError, LostError) as error:  # LostError: of the first listing, without which nobody is sent
                self.stopped, self.not_tried = str(error), len(rows) - at
                return
            except RejectedError as error:
                self.failed.append(Failed(lead=row.lead, name=row.name, why=str(error)))

    def _look(self) -> None:
        """Ask the system again whom it has; StopError if it answers in another form than expected."""
        try:
            self._there = list(self.system.there(self.client, self.memory.oldest()))
        except RejectedError as error:
            raise StopError(f"the list of people: {error}") from error
        except (KeyError, TypeError, AttributeError) as error:
            raise StopError(f"the list of people has another form than expected ({error!r}); look at `path`") from error

    def _one(self, row: Row) -> None:
        there = self._has(row)
        if there:
            self._note(row, there, self.found)
            return
        key = key_of(self.system.name, row.role, row.lead)
        why = ""
        for _ in range(self.system.settings.attempts):
            there, why = self._tried(row, key)
            if there:
                self._note(row, there, self.sent)
                return
        self.failed.append(Failed(lead=row.lead, name=row.name, why=why))

    def _tried(self, row: Row, key: str) -> tuple[str, str]:
        """The id after one sending, or why there is none as far as one can see."""
        unknown = self.memory.begun(key)  # an earlier sending may still have been carried out
        self.memory.begin(key, self.now)
        try:
            return self._create(row, key), ""
        except (RejectedError, StopError):
            if not unknown:
                self.memory.end(key, self.now)
            raise
        except LostError as error:
            return self._after_a_loss(row), str(error)

    def _create(self, row: Row, key: str) -> str:
        settings = self.system.settings
        answer = self.client.post(settings.path, self.system.body(row), key=key, params=self.system.params())
        return self.system.created(answer)

    def _after_a_loss(self, row: Row) -> str:
        """The id if the system has somebody after all; it is given time, since listings may lag behind."""
        self.client.pause(self.system.settings.back_off)
        try:
            self._look()
        except LostError as error:
            raise StopError(f"neither sending nor looking up is answered: {error}") from error
        return self._has(row)

    def _has(self, row: Row) -> str:
        return next((one.id for one in self._there if one.is_(row)), "")

    def _note(self, row: Row, id: str, into: list[Planned]) -> None:  # noqa: A002  # the record's own word
        to, by = self.asked.to, self.asked.by.strip()
        self.memory.note(row, self.system.body(row), id, by=by, night=self.night, to=to, now=self.now)
        into.append(_planned(row, id))
