"""Same person? One suggested pair at a time: both sides, what speaks for and against, an answer, and taking it back."""

import re
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from sourcing.desk.about import Piece
from sourcing.desk.card import nameless, piece, refusals
from sourcing.identity.clusters import is_ours
from sourcing.identity.review import Suggestion, between, capacity, decide, ranked, sifted
from sourcing.identity.review import undo as take_back
from sourcing.identity.settings import Settings
from sourcing.lock import alone
from sourcing.ranking import clean
from storage.errors import ConfigError
from storage.records import Account, Judgement, Lead, Record, Verdict
from storage.store import Store

ANSWERS = {Verdict.SAME: "One person", Verdict.DIFFERENT: "Two people", Verdict.UNSURE: "Cannot be told"}
MOST_WORK = 4  # pieces shown of each side
UNSORTED = -1  # as a number of rows written: what comes back has to be sorted in
SITTING = timedelta(hours=12)  # how long an answer is offered to be taken back
_LINE = re.compile(r"(?s)([a-z_]+) ([+-][0-9.]+): (.*)")  # as sourcing.identity.telling writes them
KINDS = {  # what was compared, in words; others by their own name
    "reciprocal": "they name each other",
    "verified": "a profile named, checked by the site",
    "claimed": "a profile named as their own",
    "circle": "they name each other by way of a third",
    "same_id": "one confirmed id",
    "own_page": "one page named by both that bears a name of theirs",
    "profile": "one page named by both",
    "site": "one site named by both",
    "name": "the name",
    "handle": "the handle",
    "handle_alike": "the handle without digits",
    "handle_built": "a handle made of the name",
    "work": "shared work",
    "place": "the place",
    "employer": "the employer",
    "little_known": "the one named is no better known",
    "two_of_a_source": "two live accounts at one source",
    "other_name": "names that cannot be one",
    "other_country": "two countries",
}
FIELDS = ("name", "headline", "location", "company", "bio")


class Compared(Record):
    """One kind of evidence with what it compared."""

    kind: str
    bits: float  # above zero it speaks for one person
    left: str = ""
    right: str = ""
    both: tuple[str, ...] = ()  # values that are not one of each side


class Known(Record):
    """An account of a side; blind, it is the source alone."""

    source: str
    handle: str | None
    url: str | None


class Stated(Record):
    """A field as each account of a side states it, once each."""

    field: str
    values: tuple[str, ...]


class Side(Record):
    """One of the two leads."""

    lead: str
    name: str | None  # None in a blind review
    status: str
    do_not_contact: tuple[str, ...]
    accounts: tuple[Known, ...]
    stated: tuple[Stated, ...]
    first_seen: datetime
    works: int
    work: tuple[Piece, ...]  # the strongest of it


class Pair(Record):
    """A question: are these two one person?

    Blind, it says what kinds of things were compared and not with which values: one side's would tell the other's.
    """

    blind: bool = False
    number: int  # of the judgement that suggests it
    left: Side
    right: Side
    chance: float  # in [0,1]
    bits: float
    why: str
    evidence: tuple[Compared, ...]  # strongest first
    more: int  # further suggestions between the same two


class Last(Record):
    """The last answer somebody gave, to be taken back."""

    number: int
    verdict: str
    about: str


class Page(Record):
    """The pair shown, and its neighbours in the queue."""

    waiting: int
    position: int  # from 1; 0 if nobody waits
    pair: Pair | None
    before: int | None = None  # numbers of judgements
    after: int | None = None
    last: Last | None = None


class _Entry(NamedTuple):
    number: int
    chance: float
    more: tuple[int, ...]


class Queue:
    """The questions in the order of the identity queue, kept until somebody else writes judgements."""

    def __init__(self, store: Store, settings: Settings, folder: Path) -> None:
        self.store = store
        self._settings = settings
        self._folder = folder
        self._lock = threading.Lock()
        self._newest = -1
        self._entries: list[_Entry] = []

    def entries(self) -> list[_Entry]:
        """What is open; made anew only if judgements were written that this queue does not know of."""
        newest = self.store.newest_judgement()
        with self._lock:
            if newest != self._newest:
                self._entries, self._newest = self._made(), newest
            return list(self._entries)

    def _made(self) -> list[_Entry]:
        rows = self.store.suggestions()
        where = self.store.fellows({key for row in rows for key in (row.left, row.right)})
        pairs = between(rows, where)
        every = ranked(pairs, self.store.totals_of({lead for pair in pairs for lead in pair}))
        found = sifted(self.store, every, where).asked
        most = capacity(self.store, self._settings)
        return [
            _Entry(one.rows[0].id or 0, one.chance, tuple(row.id or 0 for row in one.rows[1:])) for one in found[:most]
        ]

    def drop(self, number: int) -> None:
        """Forget a question that is none any more."""
        with self._lock:
            self._entries = [one for one in self._entries if one.number != number]

    @contextmanager
    def writing(self) -> Iterator[list[int]]:
        """One answer at a time, and none while a night joins accounts; the list takes how many rows were written."""
        with self._lock, alone(self._folder, self.store):
            before = self.store.newest_judgement()
            known = before == self._newest
            written: list[int] = []
            yield written
            after = self.store.newest_judgement()
            # Numbers are given in order: if all new ones are ours, nothing else happened.
            self._newest = after if known and after - before == sum(written) else -1


def page(queue: Queue, at: int | None, *, by: str, now: datetime, blind: Collection[str] = ()) -> Page:
    """The question of a number, or the first that is still one.

    It is hidden if nobody has decided on one of the two for a role in `blind`.
    """
    entries = queue.entries()
    found = _shown(queue, entries, at, blind)
    numbers = [one.number for one in queue.entries()]
    last = last_answer(queue.store, by, now)
    if found is None:
        return Page(waiting=len(numbers), position=0, pair=None, last=last)
    place = numbers.index(found.number) if found.number in numbers else 0
    return Page(
        waiting=len(numbers),
        position=place + 1,
        pair=found,
        before=numbers[place - 1] if place else None,
        after=numbers[place + 1] if place + 1 < len(numbers) else None,
        last=last,
    )


def _shown(queue: Queue, entries: Sequence[_Entry], at: int | None, blind: Collection[str]) -> Pair | None:
    """From the place asked for on, then from the start, the first question that is still one."""
    numbers = [one.number for one in entries]
    start = numbers.index(at) if at in numbers else 0
    for entry in (*entries[start:], *entries[:start]):
        item = suggestion(queue.store, entry)
        if item is not None:
            both = {item.left.id, item.right.id}
            return hidden(pair(item)) if queue.store.unanswered(blind, both) else pair(item)
        queue.drop(entry.number)
    return None


def suggestion(store: Store, entry: _Entry) -> Suggestion | None:
    """The two leads of a question as they are now; None if it was answered or the two are one."""
    row = store.judgement(entry.number)
    if row is None or row.verdict is not Verdict.SUGGESTED or row.undone_at is not None:
        return None
    where = store.fellows({row.left, row.right})
    left, right = where.get(row.left), where.get(row.right)
    if left is None or right is None or left == right:
        return None
    leads = {lead.id: lead for lead in store.leads({left, right})}
    return Suggestion(left=leads[left], right=leads[right], row=row, chance=entry.chance, gain=0.0)


def pair(item: Suggestion) -> Pair:
    """Both sides of a suggestion with everything compared, in words."""
    row = item.row
    return Pair(
        number=row.id or 0,
        left=side(item.left),
        right=side(item.right),
        chance=item.chance,
        bits=row.bits or 0.0,
        why=clean(row.why),
        evidence=tuple(map(compared, row.evidence)),
        more=len(item.more),
    )


def hidden(shown: Pair) -> Pair:
    """A question that does not say who it is about."""
    kinds = (one.model_copy(update={"left": "", "right": "", "both": ()}) for one in shown.evidence)
    sides = {"left": _nameless(shown.left), "right": _nameless(shown.right)}
    return shown.model_copy(update={"blind": True, "why": "", "evidence": tuple(kinds), **sides})


def _nameless(one: Side) -> Side:
    return one.model_copy(
        update={
            "name": None,
            "do_not_contact": ("their own word, or a colleague's",) if one.do_not_contact else (),
            "accounts": tuple(known.model_copy(update={"handle": None, "url": None}) for known in one.accounts),
            "stated": (),
            "work": tuple(map(nameless, one.work)),
        }
    )


def compared(line: str) -> Compared:
    """A line of evidence taken apart; one of an unknown form is shown whole."""
    found = _LINE.fullmatch(line)
    if found is None:
        return Compared(kind=clean(line), bits=0.0)
    kind, bits, values = found.groups()
    parts = tuple(map(clean, values.split(" | ")))
    words = KINDS.get(kind, kind.replace("_", " "))
    if len(parts) == 2 and kind not in _OF_BOTH:
        return Compared(kind=words, bits=float(bits), left=parts[0], right=parts[1])
    return Compared(kind=words, bits=float(bits), both=parts)


_OF_BOTH = frozenset({"reciprocal", "verified", "circle", "claimed", "same_id", "own_page", "profile", "site", "work"})


def side(lead: Lead) -> Side:
    """One lead as it stands beside the other."""
    best = sorted(lead.evidence, key=lambda one: (-one.level, one.id))[:MOST_WORK]
    return Side(
        lead=lead.id,
        name=clean(lead.name),
        status=lead.status,
        do_not_contact=refusals(lead),
        accounts=tuple(Known(source=one.source, handle=clean(one.handle), url=one.url) for one in lead.accounts),
        stated=tuple(stated for field in FIELDS if (stated := _stated(lead.accounts, field)).values),
        first_seen=lead.first_seen,
        works=len(lead.evidence),
        work=tuple(map(piece, best)),
    )


def _stated(accounts: Sequence[Account], field: str) -> Stated:
    values = (getattr(account, field) for account in accounts)
    return Stated(field=field, values=tuple(dict.fromkeys(clean(value) for value in values if value)))


def answer(queue: Queue, number: int, verdict: Verdict, *, by: str, why: str = "", now: datetime) -> str:
    """Answer a question; gives what was done in a sentence. ConfigError if it was answered meanwhile."""
    with queue.writing() as written:
        item = suggestion(queue.store, _Entry(number, 0.0, ()))
        if item is None:
            raise ConfigError(f"question {number} is none any more: it was answered, or the two are one; go on")
        done = decide(queue.store, item, verdict, by=by, why=why.strip(), now=now)
        written.append(len(done.rows))
    queue.drop(number)
    return f"{ANSWERS[verdict]}: {item.left.id} and {item.right.id}."


def undo(queue: Queue, number: int, *, by: str, now: datetime) -> int | None:
    """Take back the answer a judgement is part of; gives the number of the question it was, if it is one again."""
    row = queue.store.judgement(number)
    if row is None or row.undone_at is not None or is_ours(row):
        raise ConfigError(f"no answer {number} that stands; nothing was taken back")
    with queue.writing() as written:
        take_back(queue.store, str(number), by=by, now=now)
        written.append(UNSORTED)
    again = queue.store.judgements(keys={row.left, row.right})
    asked = [one for one in again if one.verdict is Verdict.SUGGESTED and {row.left, row.right} & {one.left, one.right}]
    return next((one.id for one in asked if (one.left, one.right) == (row.left, row.right)), _first(asked))


def _first(rows: Sequence[Judgement]) -> int | None:
    return rows[0].id if rows else None


def last_answer(store: Store, by: str, now: datetime) -> Last | None:
    """The last answer of somebody in this sitting that stands."""
    row = store.last_judgement(by, since=now - SITTING)
    if row is None:
        return None
    where = store.fellows({row.left, row.right})
    leads = dict.fromkeys(lead for key in (row.left, row.right) if (lead := where.get(key)))
    return Last(number=row.id or 0, verdict=ANSWERS.get(row.verdict, str(row.verdict)), about=" and ".join(leads))
