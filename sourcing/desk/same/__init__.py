"""Same person? One suggested pair at a time: both sides, what speaks for and against, an answer, and taking it back."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sourcing.desk.same._queue import UNSORTED, Entry, Queue, suggestion
from sourcing.desk.same._sides import KINDS, Pair, compared, hidden, pair
from sourcing.identity.clusters import is_ours
from sourcing.identity.review import decide
from sourcing.identity.review import undo as take_back
from storage.errors import ConfigError
from storage.records import Judgement, Record, Verdict
from storage.store import Store

ANSWERS = {Verdict.SAME: "One person", Verdict.DIFFERENT: "Two people", Verdict.UNSURE: "Cannot be told"}
SITTING = timedelta(hours=12)  # how long an answer is offered to be taken back


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


def _shown(queue: Queue, entries: Sequence[Entry], at: int | None, blind: Collection[str]) -> Pair | None:
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


def answer(queue: Queue, number: int, verdict: Verdict, *, by: str, why: str = "", now: datetime) -> str:
    """Answer a question; gives what was done in a sentence. ConfigError if it was answered meanwhile."""
    with queue.writing() as written:
        item = suggestion(queue.store, Entry(number, 0.0, ()))
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


__all__ = ["ANSWERS", "KINDS", "Last", "Page", "Pair", "Queue", "answer", "compared", "last_answer", "page", "undo"]
