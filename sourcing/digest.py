"""The morning's news per role, told by mail or chat: names, lead ids and reasons; no address, handle or contact data.

Every recipient has a memory of its own: whoever could not be reached hears everything missed the next time, whoever was
hears nothing twice, and nobody more than once a night.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from apprise import Apprise, AppriseAsset, NotifyFormat

from sourcing import ranking
from sourcing.config import Config
from sourcing.desk.inbox import Inbox
from sourcing.desk.statuses import DO_NOT_CONTACT
from sourcing.lock import exclusive
from sourcing.nightly import active_roles
from sourcing.ranking import Row
from storage.errors import ConfigError, StoreError, UnknownLead
from storage.records import LaneState, Record
from storage.redaction import Secret
from storage.store import Store

KINDS: Mapping[str, str] = {
    "new": "new among the best",
    "changed": "changed since a yes or maybe",
    "returned": "back after a no, because what spoke against them changed",
}
REASONS = 3  # per person
_HIDDEN = "…"
_ADDRESS = re.compile(r"\S*(?:@|://|www\.)\S*|(?:[\w-]+\.)+[a-z]{2,}/\S*|(?:\+|\b00)\d[\d ()/.-]{5,}\d", re.IGNORECASE)


class Person(Record):
    """Somebody there is news of, without anything that leads to a profile."""

    lead: str
    name: str
    total: float
    reasons: tuple[str, ...]


class News(Record):
    """One kind of news of a role; `more` people are not named."""

    role: str
    kind: str
    people: tuple[Person, ...]
    more: int = 0


class Digest(Record):
    """What one recipient has not heard yet."""

    night: int
    news: tuple[News, ...]
    told: bool = False  # this recipient had the digest of this night already


class Sent(Record):
    """How a sending ended: recipients are counted, since their addresses hold secrets."""

    digests: tuple[Digest, ...]  # per recipient
    sent: int = 0
    quiet: int = 0  # nothing new for them
    told: int = 0  # had one this night
    failed: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """1 if somebody could not be reached."""
        return int(bool(self.failed))


def recipients(config: Config) -> list[str]:
    """The addresses of the environment, each once."""
    return [Secret(one).reveal() for one in dict.fromkeys(Secret.of(config.digest.to_env).reveal().split())]


def previews(store: Store, config: Config) -> list[Digest]:
    """What each recipient has not heard yet, everything where none is named; StoreError before the first night."""
    morning = _morning(store, config)
    return [_digest(config, one, store, morning) for one in recipients(config) or [""]]


def _digest(config: Config, recipient: str, store: Store, morning: "_Morning") -> Digest:
    memory = _memory(store, recipient)
    if memory.night >= morning.night:
        return Digest(night=morning.night, news=(), told=True)
    unheard = [(role, kind, _unheard(store, rows, memory, role, kind)) for role, kind, rows in morning.rows]
    return Digest(
        night=morning.night,
        news=tuple(_news(role, kind, rows, config.digest.most) for role, kind, rows in unheard if rows),
    )


class _Memory(Record):
    """What a recipient heard: per role and kind, leads. `night`: of the last digest."""

    night: int = 0
    heard: Mapping[str, tuple[str, ...]] = {}


class _Morning(Record):
    """Everything there is to tell, whoever heard it: role, kind and rows."""

    night: int
    rows: tuple[tuple[str, str, tuple[Row, ...]], ...]


def _morning(store: Store, config: Config) -> _Morning:
    ended = [night.number for night in store.nights() if night.ended_at is not None]
    if not ended:
        raise StoreError("no night has ended yet; run one with `sourcing nightly`")
    inbox = Inbox(store)
    rows = [one for role in active_roles(config) for one in _of_role(store, inbox, role.role, config.digest.top)]
    return _Morning(night=max(ended), rows=tuple(rows))


def _of_role(store: Store, inbox: Inbox, role: str, top: int) -> Iterator[tuple[str, str, tuple[Row, ...]]]:
    queues = inbox.queues(role)
    undecided = set(queues["new"])
    yield role, "new", tuple(row for row in ranking.listing(store, role, limit=top) if row.lead in undecided)
    for kind in ("changed", "returned"):
        yield role, kind, tuple(row for lead in queues[kind] if (row := _tellable(store, role, lead)))


def _tellable(store: Store, role: str, lead: str) -> Row | None:
    """The row of somebody decided on before; None if they must not be shown around or are gone since."""
    try:
        found, receipt = ranking.receipt_of(store, lead, role)
    except UnknownLead:
        return None
    row = ranking.row(1, found, receipt)
    hidden = row.status == DO_NOT_CONTACT or row.section == "restricted" or ranking.refuses(found)
    return None if hidden else row


def _unheard(store: Store, rows: Sequence[Row], memory: _Memory, role: str, kind: str) -> list[Row]:
    """Rows of people not heard of, neither under their id nor under one merged into it."""
    heard = set(memory.heard.get(f"{role}/{kind}", ()))
    return [row for row in rows if heard.isdisjoint(store.once_called(row.lead))]


def _news(role: str, kind: str, rows: Sequence[Row], most: int) -> News:
    people = tuple(_person(row) for row in rows[:most])
    return News(role=role, kind=kind, people=people, more=len(rows) - len(people))


def _person(row: Row) -> Person:
    handles = {handle.partition(":")[2].casefold() for handle in row.handles}
    name = "" if row.name.casefold().lstrip("@") in handles else _quiet(row.name, handles)
    reasons = tuple(_quiet(reason, handles) for reason in row.reasons[:REASONS])
    return Person(lead=row.lead, name=name, total=row.total, reasons=reasons)


def _quiet(text: str, handles: set[str]) -> str:
    """A text without addresses, telephone numbers, and paths that hold a handle of the person."""
    words = _ADDRESS.sub(_HIDDEN, text).split()
    return " ".join(_HIDDEN if "/" in word and _parts(word) & handles else word for word in words)


def _parts(path: str) -> set[str]:
    return set(re.split(r"[/(),;:\"']", path.casefold()))


def _lane(recipient: str) -> str:
    # Hashed: the address holds passwords.
    return f"digest/{hashlib.sha256(recipient.encode()).hexdigest()[:32]}"


def _memory(store: Store, recipient: str) -> _Memory:
    state = store.lane_state(_lane(recipient)) if recipient else None
    return _Memory.model_validate(dict(state.state)) if state else _Memory()


def _remember(store: Store, recipient: str, morning: _Morning, now: datetime, *, night: int) -> None:
    """New people are remembered for good; the others for as long as they wait, so that a later change is told again."""
    before = _memory(store, recipient).heard
    heard = dict(before)
    for role, kind, rows in morning.rows:
        place, leads = f"{role}/{kind}", [row.lead for row in rows]
        heard[place] = tuple(dict.fromkeys([*(before.get(place, ()) if kind == "new" else ()), *leads]))
    memory = _Memory(night=night, heard=heard)
    store.keep_lane_state(LaneState(lane=_lane(recipient), state=memory.model_dump(mode="json"), updated_at=now))


def send(store: Store, config: Config, text_of: Callable[[Digest], str], *, now: datetime) -> Sent:
    """Tell every recipient what they have not heard; ConfigError without an address, or for one that cannot be read.

    AlreadyRunningError beside a night or another sending.
    """
    addresses = recipients(config)
    if not addresses:
        raise ConfigError(f"{config.digest.to_env} names no address; put one there, as apprise writes them")
    channels = [_channel(config, at, address) for at, address in enumerate(addresses, 1)]
    with exclusive(config.folder):  # two at once would tell everybody twice
        return _send(store, config, text_of, list(zip(addresses, channels, strict=True)), now)


def _send(
    store: Store,
    config: Config,
    text_of: Callable[[Digest], str],
    channels: Sequence[tuple[str, Apprise]],
    now: datetime,
) -> Sent:
    morning = _morning(store, config)
    digests, failed, counts = [], [], Counter[str]()
    for at, (address, channel) in enumerate(channels, 1):
        made = _digest(config, address, store, morning)
        digests.append(made)
        ended = _tell(store, address, channel, made, morning, text_of(made), now)
        counts[ended] += 1
        if ended == "failed":
            failed.append(f"address {at} of {config.digest.to_env} was not reached; it is tried again next time")
    numbers = {key: counts[key] for key in ("sent", "quiet", "told")}
    return Sent(digests=tuple(digests), failed=tuple(failed), **numbers)


def _tell(
    store: Store, address: str, channel: Apprise, made: Digest, morning: _Morning, text: str, now: datetime
) -> str:
    """How it ended for one recipient: told, quiet, sent or failed."""
    if made.told:
        return "told"
    if not made.news:
        _remember(store, address, morning, now, night=_memory(store, address).night)
        return "quiet"
    if not channel.notify(body=text, title=f"Sourcing, night {made.night}", body_format=NotifyFormat.TEXT):
        return "failed"
    _remember(store, address, morning, now, night=morning.night)
    return "sent"


def _channel(config: Config, at: int, address: str) -> Apprise:
    """A way to one recipient; ConfigError says which address is wrong without showing it."""
    channel = Apprise(asset=AppriseAsset(app_id="sourcing", app_desc="sourcing", app_url="", async_mode=False))
    if not channel.add(address):
        raise ConfigError(f"{config.digest.to_env}: address {at} is none apprise can read; correct it")
    return channel
