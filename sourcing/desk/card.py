"""A person in five lines: what fits, what is missing, red flags, place and hours, accounts with proof."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from scoring.said import worth_asking
from sourcing.decisions import REASONS
from sourcing.desk.about import Card, Moved, Piece, Proof, Said, Since, Term
from sourcing.desk.blind import Signs
from sourcing.desk.contact import held_of
from sourcing.desk.moved import Difference, difference
from sourcing.desk.statuses import DO_NOT_CONTACT, STATUSES
from sourcing.ranking import REFUSALS, clean, receipt_of
from storage.records import (
    Account,
    AccountKey,
    Decision,
    Evidence,
    Judgement,
    Lead,
    Level,
    Part,
    Receipt,
    Verdict,
)
from storage.store import Store

MOST_TERMS = 4
MOST_WORK = 2  # pieces named for each
MOST_GAPS = 3
LEVELS: Mapping[Level, str] = {
    Level.CLAIM: "claimed",
    Level.ACTIVITY: "activity",
    Level.PRACTICE: "practised",
    Level.RECOGNISED: "recognised by others",
    Level.MAINTAINED: "maintained",
}
_FLAGS: Mapping[str, str] = {
    "bot_like": "looks like a bot",
    "mixed_script": "a word of the name mixes alphabets: check that it is who it seems",
    "instruction_like_text": "the profile holds text that reads like instructions to a machine",
    "name_only": "joined to this source by name only",
}


def card(store: Store, role: str, name: str, *, blind: Collection[str] = ()) -> Card:
    """The card of a living lead; UnknownLead if it was never scored.

    It is hidden while a role in `blind` has scored the lead and nobody has decided on it for that role.
    """
    lead, receipt = receipt_of(store, name, role)
    rows = [row for row in store.decisions_on([lead.id]) if row.role == role and row.undone_at is None]
    standing = rows[0] if rows else None
    known = {one.account: one for one in store.known_of([account.key for account in lead.accounts])}
    gone = {key: one.gone_at for key, one in known.items() if one.gone_at is not None}
    made = _card(lead, receipt, proofs(store, lead, gone), gone)
    made = made.model_copy(update={"held": held_of(store, lead.id, lead.status)})
    if standing is not None:
        keys = [account.key for account in lead.accounts]
        fresh = len(store.work_since(keys, standing.at))
        since = _since(lead, difference(standing, receipt, keys), fresh)
        made = made.model_copy(update={"said": said_of(standing), "since": since})
    return hidden(made, lead, receipt) if store.unanswered(blind, [lead.id]) else made


def _card(lead: Lead, receipt: Receipt, accounts: tuple[Proof, ...], gone: Mapping[AccountKey, datetime]) -> Card:
    work = {one.id: one for one in lead.evidence}
    place = _part(receipt, "location")
    return Card(
        lead=lead.id,
        role=receipt.role,
        name=clean(lead.name),
        status=STATUSES.get(lead.status, lead.status),
        section=receipt.section,
        total=receipt.total,
        low=receipt.low,
        high=receipt.high,
        coverage=receipt.coverage,
        scored_at=receipt.scored_at,
        fit=tuple(term(part, work) for part in _fitting(receipt)),
        gaps=tuple(map(clean, worth_asking(receipt)[:MOST_GAPS])),
        flags=(*(clean(one.reason) for one in receipt.penalties), *_red(lead.accounts, gone)),
        do_not_contact=refusals(lead),
        place=next((clean(one.location) for one in lead.accounts if one.location), None),
        hours=clean(place.reason) if place is not None else "the role asks for no place",
        accounts=accounts,
        sources=tuple(sorted({account.source for account in lead.accounts})),
    )


def _fitting(receipt: Receipt) -> list[Part]:
    """Known parts, largest contribution first; place has a line of its own."""
    known = [part for part in receipt.parts if part.value is not None and part.component != "location"]
    return sorted(known, key=lambda part: (-part.contribution, part.component))[:MOST_TERMS]


def _part(receipt: Receipt, component: str) -> Part | None:
    return next((part for part in receipt.parts if part.component == component), None)


def term(part: Part, work: Mapping[str, Evidence]) -> Term:
    """A component with the best of the work behind it."""
    pieces = tuple(piece(work[one]) for one in part.evidence if one in work)[:MOST_WORK]
    return Term(
        component=part.component,
        contribution=part.contribution,
        weight=part.weight,
        says=clean(part.reason),
        work=pieces,
    )


def piece(one: Evidence) -> Piece:
    """A piece of work with title and address."""
    return Piece(kind=one.kind, level=LEVELS[one.level], at=one.event_at, title=clean(one.title), url=one.url)


def refusals(lead: Lead) -> tuple[str, ...]:
    """Who says that this person is not to be contacted, with where."""
    flagged = [account for account in lead.accounts if not REFUSALS.isdisjoint(account.flags)]
    words = [clean(f"{account.source}: wants no recruiters") for account in flagged]
    return (*words, *(["set by a colleague"] if lead.status == DO_NOT_CONTACT else []))


def warnings(account: Account) -> list[str]:
    """What a reader must know of an account, in words."""
    return [_FLAGS[flag] for flag in account.flags if flag in _FLAGS]


def _red(accounts: Iterable[Account], gone: Mapping[AccountKey, datetime]) -> Iterable[str]:
    for account in accounts:
        yield from (f"{account.source}: {said}" for said in warnings(account))
        if account.key in gone:
            yield f"{account.source}: the account is gone since {gone[account.key]:%d %b %Y}"


def proofs(store: Store, lead: Lead, gone: Mapping[AccountKey, datetime]) -> tuple[Proof, ...]:
    """Every account of a lead with the judgement that ties it to the others."""
    keys = {account.key for account in lead.accounts}
    rows = store.judgements(keys=keys) if len(keys) > 1 else []
    ties = [row for row in rows if row.verdict is Verdict.SAME and row.left in keys and row.right in keys]
    return tuple(_proof(account, ties, gone.get(account.key)) for account in lead.accounts)


def _proof(account: Account, ties: Sequence[Judgement], gone_at: datetime | None) -> Proof:
    own = [row for row in ties if account.key in (row.left, row.right)]
    best = max(own, key=lambda row: (row.bits is None, row.bits or 0.0), default=None)  # a person's word has no bits
    return Proof(
        source=account.source,
        handle=clean(account.handle),
        url=account.url,
        why=clean(best.why) if best is not None else "",
        by=best.by if best is not None else "",
        gone_at=gone_at,
    )


def said_of(row: Decision) -> Said:
    """A decision in words."""
    assert row.id is not None
    reason = REASONS.get(row.reason)
    words = reason.says if reason is not None else row.reason
    return Said(id=row.id, answer=row.answer, reason=words, note=row.note, by=row.by, at=row.at)


def _since(lead: Lead, found: Difference, fresh: int) -> Since | None:
    if not found.notable:
        return None
    work = {one.id: one for one in lead.evidence}
    accounts = {str(account.key) for account in lead.accounts}
    joined = [f"{account.source}:{account.handle} joined" for account in lead.accounts if account.key in found.joined]
    left = [f"an account of {key.source} left" for key in found.left]
    return Since(
        total_before=found.total_before,
        parts=tuple(
            Moved(component=one.component, before=one.before, after=one.after, says=clean(one.says))
            for one in found.parts
        ),
        work=tuple(piece(work[one]) for one in found.cited if one in work),
        fresh=fresh,
        withdrawn=sum(one not in work and one not in accounts for one in found.dropped),
        accounts=tuple(map(clean, (*joined, *left))),
        section="" if found.section == found.section_before else f"{found.section_before} → {found.section}",
    )


def hidden(made: Card, lead: Lead, receipt: Receipt) -> Card:
    """A card that does not say who it is about: no name, handle, place, company, title or address."""
    signs = Signs(lead)
    terms = (
        one.model_copy(update={"says": signs.cut(one.says), "work": tuple(map(nameless, one.work))}) for one in made.fit
    )
    return made.model_copy(
        update={
            "blind": True,
            "name": None,
            "fit": tuple(terms),
            "gaps": tuple(map(signs.cut, made.gaps)),
            "flags": tuple(map(signs.cut, made.flags)),
            "do_not_contact": ("their own word, or a colleague's",) if made.do_not_contact else (),
            "place": None,
            "hours": hidden_hours(receipt),
            "accounts": (),
            "said": made.said.model_copy(update={"note": ""}) if made.said is not None else None,
            "since": _hidden_since(made.since, signs) if made.since is not None else None,
        }
    )


def _hidden_since(since: Since, signs: Signs) -> Since:
    parts = (one.model_copy(update={"says": signs.cut(one.says)}) for one in since.parts if one.component != "location")
    return since.model_copy(update={"parts": tuple(parts), "work": tuple(map(nameless, since.work)), "accounts": ()})


def nameless(one: Piece) -> Piece:
    """A piece of work without what it is called and where it is; of its date the year is left."""
    year = one.at.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0) if one.at else None
    return one.model_copy(update={"title": None, "url": None, "at": year})


def hidden_hours(receipt: Receipt) -> str:
    """How far the working hours asked are shared, without the place."""
    part = _part(receipt, "location")
    if part is None or part.value is None:
        return "working hours not known"
    return f"{part.value:.0%} of what the role asks of place and hours"
