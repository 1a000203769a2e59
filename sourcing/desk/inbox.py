"""The inbox of a role: who is new, who changed since a decision, who is back after a no; deciding and undoing."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from threading import Lock
from typing import Literal, NamedTuple

from sourcing import decisions
from sourcing.desk.about import Card
from sourcing.desk.card import card, refusals
from sourcing.desk.moved import difference, section_of
from sourcing.desk.statuses import DO_NOT_CONTACT
from sourcing.ranking import clean
from storage.errors import ConfigError, UnknownLead
from storage.records import Answer, Decision, Record
from storage.store import Store

NEW = "new"
Section = Literal["new", "changed", "returned"]
SECTIONS: Mapping[Section, str] = {
    "new": "nobody decided yet",
    "changed": "changed since a yes or maybe",
    "returned": "back after a no, because what spoke against them changed",
}
MOST = 300  # people of a section that are counted and walked through at once
UPCOMING = 6
A_SITTING = timedelta(hours=16)  # decisions of one person within it are counted together and can be undone by a key


class Upcoming(Record):
    """Somebody who comes after the one shown."""

    lead: str
    name: str | None  # None in a blind review


class Last(Record):
    """The last decision of somebody, to be undone."""

    id: int
    lead: str
    answer: Answer
    reason: str


class Page(Record):
    """What the inbox shows at one moment."""

    role: str
    section: Section
    blind: bool
    counts: Mapping[str, int]  # by section; `most` means that many or more
    most: int = MOST
    position: int = 0  # of the one shown, from 1; 0 without anybody
    card: Card | None = None
    before: str | None = None  # lead
    after: str | None = None
    upcoming: tuple[Upcoming, ...] = ()
    decided: int = 0  # by this person in this sitting
    last: Last | None = None  # of this person in this sitting


class Asked(NamedTuple):
    """Who looks at which section of which role, and when."""

    role: str
    section: Section
    by: str
    now: datetime
    blind: frozenset[str] = frozenset()  # roles whose undecided people are hidden


class _Back(NamedTuple):
    lead: str
    decision: int
    section: str


class Inbox:
    """The queues of one Store. What was compared is kept until a receipt of the role is written."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._kept: dict[str, tuple[int, tuple[_Back, ...]]] = {}
        self._lock = Lock()

    def queues(self, role: str) -> dict[str, list[str]]:
        """The leads of every section in order, at most MOST each: the new by score, the others by their decision."""
        found: dict[str, list[str]] = {section: [] for section in SECTIONS}
        found[NEW] = [name for name, _ in self.store.undecided(role, limit=MOST, without=(DO_NOT_CONTACT,))]
        back = self._back(role)
        standing = self.store.standing_answers(role, {one.lead for one in back}) if back else {}
        for one in back:
            if standing.get(one.lead) == one.decision and len(found[one.section]) < MOST:
                found[one.section].append(one.lead)
        return found

    def _back(self, role: str) -> tuple[_Back, ...]:
        """All live decisions that ask for a second look, newest first; which of them stand is asked every time."""
        with self._lock:
            written = self.store.receipts_written(role)
            kept = self._kept.get(role)
            if kept is None or kept[0] != written:
                kept = self._kept[role] = (written, _compared(self.store, role))
            return kept[1]


def _compared(store: Store, role: str) -> tuple[_Back, ...]:
    found = []
    for decision, latest, accounts in store.rescored(role):
        section = section_of(decision, difference(decision, latest, accounts))
        if section is not None and decision.id is not None:
            found.append(_Back(latest.lead, decision.id, section))
    return tuple(reversed(found))


def page(inbox: Inbox, asked: Asked, at: str | None = None) -> Page:
    """The person at a place of a section, with who comes before and after; the first one for a lead not in it."""
    return _page(inbox, asked, inbox.queues(asked.role), at)


def counts(inbox: Inbox, role: str) -> dict[str, int]:
    """How many wait in each section, MOST for that many or more."""
    return {section: len(queue) for section, queue in inbox.queues(role).items()}


def decide_and_go_on(inbox: Inbox, asked: Asked, lead: str, answer: str, *, reason: str, note: str = "") -> Page:
    """Decide on a lead as `decide` does, and give who comes next."""
    queues = inbox.queues(asked.role)
    queue = queues[asked.section]
    after = _after(queue, lead)
    decide(inbox.store, lead, asked.role, answer, reason=reason, note=note, by=asked.by, now=asked.now)
    queues = {section: [one for one in some if one != lead] for section, some in queues.items()}
    return _page(inbox, asked, queues, after)


def _page(inbox: Inbox, asked: Asked, queues: Mapping[str, list[str]], at: str | None) -> Page:
    store, queue = inbox.store, queues[asked.section]
    place, shown = _shown(store, asked, queue, at)
    coming = queue[place + 1 : place + 1 + UPCOMING] if shown else []
    names = store.lead_names(set(coming) - store.unanswered(asked.blind, coming))
    since = asked.now - A_SITTING
    return Page(
        role=asked.role,
        section=asked.section,
        blind=asked.role in asked.blind,
        counts={section: len(some) for section, some in queues.items()},
        position=place + 1 if shown else 0,
        card=shown,
        before=queue[place - 1] if shown and place else None,
        after=queue[place + 1] if shown and place + 1 < len(queue) else None,
        upcoming=tuple(Upcoming(lead=one, name=clean(names[one]) if one in names else None) for one in coming),
        decided=store.decided_since(asked.role, asked.by, since),
        last=_last(store.last_decision(asked.role, asked.by, since=since)),
    )


def _last(row: Decision | None) -> Last | None:
    if row is None or row.id is None:
        return None
    return Last(id=row.id, lead=row.lead, answer=row.answer, reason=row.reason)


def _shown(store: Store, asked: Asked, queue: Sequence[str], at: str | None) -> tuple[int, Card | None]:
    """The first at or after a place that can be shown: the list may be older than a merge, an erasure or a refusal."""
    start = queue.index(at) if at in queue else 0
    for place in (*range(start, len(queue)), *range(start)):
        try:
            made = card(store, asked.role, queue[place], blind=asked.blind)
        except UnknownLead:
            continue
        if (made.said is None and not made.do_not_contact) if asked.section == NEW else made.said is not None:
            return place, made
    return 0, None


def _after(queue: Sequence[str], lead: str) -> str | None:
    place = queue.index(lead) + 1 if lead in queue else 0
    return queue[place] if place < len(queue) else None


def decide(
    store: Store, lead: str, role: str, answer: str, *, reason: str, note: str = "", by: str, now: datetime
) -> Decision:
    """Decide on a living lead as `sourcing.decisions.decide` does; ConfigError for a yes to somebody left alone."""
    living = store.living_lead(lead)
    if living != lead:
        raise UnknownLead(f"{lead} was merged into {living} since; look at that one and decide on it")
    if answer == Answer.YES:
        refused = [one for found in store.leads([lead]) for one in refusals(found)]
        if refused:
            raise ConfigError(f"{lead} is not to be contacted ({refused[0]}); decide no, with reason contact")
    return decisions.decide(store, lead, role, answer, reason=reason, note=note, by=by, now=now)


def undo(store: Store, role: str, number: int, *, by: str, now: datetime) -> Decision:
    """Take back a decision for a role; UnknownLead if there is no live one of that number for it."""
    found = store.decision(number)
    if found is None or found.role != role:
        raise UnknownLead(f"no live decision {number} for role {role!r}; reload the page")
    return store.undo_decision(number, by=by, at=now)
