"""Everything known of one person: work by year, claims beside proof, scores, history, where every field came from."""

from collections.abc import Collection, Mapping
from datetime import datetime

from scoring.engine import Scorer
from scoring.roles import Role
from sourcing.desk import card as cards
from sourcing.desk.about import Fact, Lane, PartRow, Person, Route, Score, Twin, Year
from sourcing.desk.blind import Signs
from sourcing.desk.contact import held_of
from sourcing.desk.history import history
from sourcing.desk.timeline import skills, timeline
from sourcing.ranking import clean
from storage.errors import UnknownLead
from storage.records import Account, Decision, Judgement, Lead, Receipt, Verdict
from storage.store import Find, Store

_FIELDS = ("name", "headline", "bio", "location", "company", "open_to_work", "created_at", "expires_at")


def person(store: Store, name: str, roles: Collection[Role], *, now: datetime, blind: Collection[str] = ()) -> Person:
    """The page of a living lead; UnknownLead if there is none of that id.

    It is hidden while a role in `blind` has scored the lead and nobody has decided on it for that role.
    """
    lead = next(store.leads([store.living_lead(name)]), None)
    if lead is None:
        raise UnknownLead(f"no lead {name!r}; the ranking lists those there are")
    rows = store.decisions_on([lead.id])
    standing = _standing(rows)
    receipts = {role.role: found for role in roles if (found := store.receipt(lead.id, role.role)) is not None}
    made = _person(store, lead, rows, now, blind).model_copy(
        update={
            "scores": tuple(
                _score(lead, role, receipts[role.role], standing, now) for role in roles if role.role in receipts
            ),
            "skills": skills(lead, next(iter(roles), None), now),
        }
    )
    return hidden(made, lead, receipts) if store.unanswered(blind, [lead.id]) else made


def _standing(rows: Collection[Decision]) -> dict[str, Decision]:
    found: dict[str, Decision] = {}
    for row in rows:
        if row.undone_at is None:
            found.setdefault(row.role, row)
    return found


def _person(store: Store, lead: Lead, rows: Collection[Decision], now: datetime, blind: Collection[str]) -> Person:
    keys = [account.key for account in lead.accounts]
    gone = {one.account: one.gone_at for one in store.known_of(keys) if one.gone_at is not None}
    return Person(
        lead=lead.id,
        name=clean(lead.name),
        status=lead.status,
        held=held_of(store, lead.id, lead.status),
        do_not_contact=cards.refusals(lead),
        headline=_first(lead, "headline"),
        place=_first(lead, "location"),
        company=_first(lead, "company"),
        open_to_work=next((one.open_to_work for one in lead.accounts if one.open_to_work is not None), None),
        first_seen=lead.first_seen,
        last_changed=lead.last_changed,
        accounts=cards.proofs(store, lead, gone),
        years=timeline(lead.evidence, now),
        skills=(),
        scores=(),
        history=history(store, lead, rows),
        notes=tuple(store.notes(lead.id)),
        routes=_routes(lead),
        facts=tuple(fact for account in lead.accounts for fact in _facts(account)),
        found=tuple(_lane(one) for one in store.finds_of(keys)),
        twins=_twins(store, lead, blind),
    )


def _first(lead: Lead, field: str) -> str | None:
    return next((clean(value) for account in lead.accounts if (value := getattr(account, field))), None)


def _score(lead: Lead, role: Role, receipt: Receipt, standing: Mapping[str, Decision], now: datetime) -> Score:
    work = {one.id: one for one in lead.evidence}
    parts = sorted(receipt.parts, key=lambda part: (-part.contribution, part.component))
    row = standing.get(role.role)
    return Score(
        role=role.role,
        title=role.name or role.role,
        total=receipt.total,
        low=receipt.low,
        high=receipt.high,
        coverage=receipt.coverage,
        section=receipt.section,
        scored_at=receipt.scored_at,
        role_version=receipt.role_version,
        outdated=Scorer(role, now).digest != receipt.digest if role.confirmed else True,
        parts=tuple(
            PartRow(
                component=part.component,
                weight=part.weight,
                contribution=part.contribution,
                effective=part.effective,
                neutral=part.neutral,
                known=part.value is not None,
                says=clean(part.reason),
                missing=tuple(map(clean, part.missing)),
                work=tuple(cards.piece(work[one]) for one in part.evidence if one in work),
            )
            for part in parts
        ),
        penalties=tuple(clean(f"{one.reason} (−{one.amount:.2f})") for one in receipt.penalties),
        said=cards.said_of(row) if row is not None else None,
    )


def _routes(lead: Lead) -> tuple[Route, ...]:
    """Profiles and the addresses published on them, each once; mail addresses are never stored."""
    found: dict[str, Route] = {}
    for account in lead.accounts:
        found.setdefault(account.url, Route(url=account.url, where=f"{account.source} profile", claim="profile"))
    for account in lead.accounts:
        for link in account.links:
            if not link.url.lower().startswith(("http://", "https://")):
                continue
            where = f"{account.source}, {link.field.replace('_', ' ')}"
            found.setdefault(link.url, Route(url=link.url, where=where, claim=link.claim))
    return tuple(found.values())


def _facts(account: Account) -> list[Fact]:
    values: dict[str, object] = {"handle": account.handle} | {field: getattr(account, field) for field in _FIELDS}
    values |= {"warning": "; ".join(cards.warnings(account)) or None}
    return [
        Fact(
            field=field.replace("_", " "),
            value=_value(value),
            account=f"{account.source}:{clean(account.handle)}",
            url=account.origin.url,
            seen_at=account.origin.seen_at,
            spider=account.origin.spider,
        )
        for field, value in values.items()
        if value is not None
    ]


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:%d %b %Y}" if isinstance(value, datetime) else clean(str(value))


def _lane(find: Find) -> Lane:
    source, _, rest = find.lane.partition("/")
    kind, _, target = rest.partition("/")
    return Lane(source=source, kind=kind.replace("_", " "), target=clean(target), night=find.night)


def _twins(store: Store, lead: Lead, blind: Collection[str]) -> tuple[Twin, ...]:
    """Those who may be the same person; why is left out of who is hidden, it compares what both say."""
    own = {account.key for account in lead.accounts}
    rows = [row for row in store.judgements(keys=own) if row.verdict is Verdict.SUGGESTED]
    where = store.fellows({key for row in rows for key in (row.left, row.right)})
    best: dict[str, Judgement] = {}
    for row in sorted(rows, key=lambda row: -(row.bits or 0.0)):
        for other in {where.get(row.left, ""), where.get(row.right, "")} - {lead.id, ""}:
            best.setdefault(other, row)
    hidden_ones = store.unanswered(blind, best)
    names = store.lead_names(best.keys() - hidden_ones)
    return tuple(
        Twin(
            lead=other,
            name=clean(names[other]) if other in names else None,
            why="" if other in hidden_ones else clean(row.why),
            judgement=row.id or 0,
        )
        for other, row in best.items()
    )


def hidden(made: Person, lead: Lead, receipts: Mapping[str, Receipt]) -> Person:
    """A page that does not say who it is about; what could is left out, our own sentences are cut."""
    signs = Signs(lead)
    return made.model_copy(
        update={
            "blind": True,
            "name": None,
            "do_not_contact": ("their own word, or a colleague's",) if made.do_not_contact else (),
            "headline": None,
            "place": None,
            "company": None,
            "accounts": (),
            "years": tuple(_hidden_year(year) for year in made.years),
            "skills": tuple(
                one.model_copy(update={"skill": signs.cut(one.skill), "work": tuple(map(cards.nameless, one.work))})
                for one in made.skills
            ),
            "scores": tuple(_hidden_score(one, signs, receipts[one.role]) for one in made.scores),
            "history": tuple(
                one.model_copy(update={"note": "", "what": signs.cut(one.what)})
                for one in made.history
                if not one.what.startswith("account ")
            ),
            "notes": (),
            "routes": (),
            "facts": (),
            "found": tuple(one.model_copy(update={"target": ""}) for one in made.found),
            "twins": (),
        }
    )


def _hidden_year(year: Year) -> Year:
    entries = (
        one.model_copy(update={"piece": cards.nameless(one.piece), "tags": (), "figures": ()}) for one in year.entries
    )
    return year.model_copy(update={"entries": tuple(entries)})


def _hidden_score(score: Score, signs: Signs, receipt: Receipt) -> Score:
    parts = (
        one.model_copy(
            update={
                "says": cards.hidden_hours(receipt) if one.component == "location" else signs.cut(one.says),
                "missing": tuple(map(signs.cut, one.missing)),
                "work": tuple(map(cards.nameless, one.work)),
            }
        )
        for one in score.parts
    )
    said = score.said.model_copy(update={"note": ""}) if score.said is not None else None
    penalties = tuple(map(signs.cut, score.penalties))
    return score.model_copy(update={"parts": tuple(parts), "penalties": penalties, "said": said})
