"""What sourcers decide: yes, no or maybe on a lead for a role, with a reason and the score they saw.

Every decision is a row. A new one does not replace the old one, an undone one stays with who undid it; of those that
are live the last one stands. Decisions belong to leads as statuses do: they go where the lead's id goes in a merge and
come back when the merge is undone. After a split they stay with the id they were said of, and the part that left it
shows them as said before.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from sourcing.ranking import clean, receipt_of, refuses
from storage.errors import ConfigError, UnknownLead
from storage.records import Answer, Decision, Lead, Receipt, Record
from storage.store import Store


class Reason(NamedTuple):
    """Why somebody was chosen or not. `fit`: it speaks of the person's work, so weights may learn from it."""

    code: str
    key: str  # one key of the keyboard
    says: str
    answers: tuple[Answer, ...]
    fit: bool = True


_YES, _NO, _MAYBE = Answer.YES, Answer.NO, Answer.MAYBE
REASONS: Mapping[str, Reason] = {
    reason.code: reason
    for reason in (
        Reason("fit", "f", "the work shown fits the role", (_YES, _MAYBE)),
        Reason("rare", "r", "something rare that the role needs", (_YES, _MAYBE)),
        Reason("skills", "s", "what the role needs does not show", (_NO, _MAYBE)),
        Reason("depth", "d", "shows, but not deep enough", (_NO, _MAYBE)),
        Reason("level", "l", "too senior or too junior", (_NO, _MAYBE)),
        Reason("impact", "i", "too little that others use", (_NO, _MAYBE)),
        Reason("thin", "t", "too little public evidence to tell", (_NO, _MAYBE), fit=False),
        Reason("place", "p", "working hours or place do not match", (_NO, _MAYBE), fit=False),
        Reason("language", "g", "working language does not match", (_NO, _MAYBE), fit=False),
        Reason("known", "k", "known already: hired, in talks, or asked before", (_NO, _MAYBE), fit=False),
        Reason("contact", "c", "does not want to be contacted", (_NO,), fit=False),
        Reason("person", "w", "the accounts are not one person", (_NO, _MAYBE), fit=False),
        Reason("other", "o", "something else; say it in the note", (_YES, _NO, _MAYBE), fit=False),
    )
}
_USUAL = {Answer.YES: "fit", Answer.MAYBE: "other"}  # where no reason is given


class History(Record):
    """What was decided about a lead for a role."""

    lead: str
    standing: Decision | None  # the last live one
    rows: tuple[Decision, ...]  # all of the lead, newest first, undone ones too
    before_split: tuple[Decision, ...] = ()  # live ones said of another lead while it held accounts of this one


def decide(
    store: Store,
    name: str,
    role: str,
    answer: str,
    *,
    reason: str = "",
    note: str = "",
    by: str,
    now: datetime,
    listed: str = "",
) -> Decision:
    """Write a decision on a lead as it is scored now; the same one again gives the one that stands.

    ConfigError for an unknown answer or reason, and for a yes to somebody who does not want to be contacted;
    UnknownLead for a lead that was never scored or was merged away.
    """
    said = _answer(answer)
    code = _reason(said, reason)
    if not by.strip():
        raise ConfigError("a decision names the person who makes it; add --by NAME")
    lead, receipt = receipt_of(store, name, role)
    _refuse_alias(name, lead)
    if said is Answer.YES and refuses(lead):
        raise ConfigError(f"{lead.id} does not want to be contacted by recruiters; decide no, with reason contact")
    decision = Decision(
        lead=lead.id,
        role=role,
        answer=said,
        reason=code,
        note=note.strip(),
        by=by.strip(),
        at=now,
        listed=listed or list_of(store, role, receipt),
        accounts=tuple(account.key for account in lead.accounts),
        receipt=receipt,
        living=lead.id,
    )
    id_ = store.decide(decision)
    return next(one for one in store.decisions(role, lead=lead.id) if one.id == id_)


def _answer(word: str) -> Answer:
    try:
        return Answer(word)
    except ValueError:
        raise ConfigError(f"no answer {word!r}; there are: {', '.join(Answer)}") from None


def _reason(answer: Answer, code: str) -> str:
    fitting = [one.code for one in REASONS.values() if answer in one.answers]
    if not code and answer in _USUAL:
        return _USUAL[answer]
    if code not in fitting:
        given = f"no reason {code!r} for {answer}" if code else f"{answer} needs a reason"
        raise ConfigError(f"{given}; there are: {', '.join(fitting)}")
    return code


def _refuse_alias(name: str, lead: Lead) -> None:
    """An id that is an alias now was read before the merge: what was read is not what would be decided on."""
    if name != lead.id and name.startswith("L") and name[1:].isdecimal():
        raise UnknownLead(f"{name} was merged into {lead.id} since; look at that one and decide on it")


def list_of(store: Store, role: str, receipt: Receipt) -> str:
    """The list a decision made now was read in: the last night's, else the day the lead was scored."""
    nights = store.night_lists(role)
    return f"night {nights[-1][0]}" if nights else f"scored {receipt.scored_at:%Y-%m-%d}"


def undo(store: Store, name: str, role: str = "", *, by: str, now: datetime) -> Decision:
    """Take back a decision by its number, or the one that stands of a lead for a role; the row stays.

    UnknownLead if there is none, ConfigError if a lead is named without the role.
    """
    if name.isdecimal():
        return store.undo_decision(int(name), by=by, at=now)
    if not role:
        raise ConfigError(f"name the role of the decision on {name!r} with --role, or the number of a decision")
    lead = store.lead(name)
    standing = history(store, lead, role).standing
    if standing is None or standing.id is None:
        raise UnknownLead(f"nobody decided on {lead.id} for role {role!r}; `sourcing decisions` lists what there is")
    return store.undo_decision(standing.id, by=by, at=now)


def history(store: Store, lead: Lead, role: str) -> History:
    """What was decided about a lead for a role, with what was said of a lead it was split from."""
    rows = store.decisions(role, lead=lead.id, live=False)
    own = {account.key for account in lead.accounts}
    before = [one for one in store.decisions(role) if one.living != lead.id and not own.isdisjoint(one.accounts)]
    standing = next((one for one in rows if one.undone_at is None), None)
    return History(lead=lead.id, standing=standing, rows=tuple(rows), before_split=tuple(before))


class Listed(Record):
    """Decisions with the names of the people they are about."""

    rows: tuple[Decision, ...]
    names: Mapping[str, str]  # by living lead


def listed(
    store: Store, role: str | None = None, name: str | None = None, *, live: bool = True, limit: int | None = None
) -> Listed:
    """Decisions, newest first, of one role or one lead if asked; UnknownLead for a name nobody has."""
    lead = store.lead(name).id if name is not None else None
    rows = store.decisions(role, lead=lead, live=live, limit=limit)
    people = store.leads({one.living or one.lead for one in rows}, work=())
    return Listed(rows=tuple(rows), names={one.id: clean(one.name) for one in people})


def standing(rows: Iterable[Decision]) -> dict[str, Decision]:
    """The decision that stands for each living lead, from live ones of one role, newest first."""
    found: dict[str, Decision] = {}
    for one in rows:
        found.setdefault(one.living or one.lead, one)
    return found


def speaks_of_fit(decision: Decision) -> bool:
    """Whether a decision says something of the person's work; a clash of places or a hire elsewhere does not."""
    reason = REASONS.get(decision.reason)
    return reason is not None and reason.fit and decision.answer is not Answer.MAYBE


def chosen(rows: Collection[Decision]) -> dict[str, bool]:
    """Of each living lead whether it was chosen, from decisions that speak of fit; newest first."""
    return {lead: one.answer is Answer.YES for lead, one in standing(rows).items() if speaks_of_fit(one)}
