"""Everything stored about a person, for that person: values with their origin, scores with their arithmetic.

What a request for access must be answered with is listed in article 15 of the GDPR; answers without the sources were
among the faults of the French authority's decision SAN-2024-020.
"""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import orjson
from markupsafe import Markup

from sourcing.config import Config, Controller
from sourcing.export.files import durable
from sourcing.export.ledger import affected
from sourcing.html import environment
from sourcing.privacy.subject import Person, begin
from storage.errors import StoreError
from storage.records import Account, AccountKey, Decision, Evidence, Instant, Judgement, Receipt, Record, RoleVersion
from storage.store import Correction, ExportRow, Note, Request, StatusChange, Store

FOLDER = Path(__file__).parent / "templates"
OWN_WORD = "from the person"  # source of a corrected value
_PLAIN = ("handle", "url", "kind", "name", "headline", "bio", "location", "company", "open_to_work", "created_at")
_ACCOUNT = (*_PLAIN, "expires_at", "links", "figures", "flags", "markers")
_WORK = ("url", "title", "text", "event_at", "started_at", "level", "tags", "packages", "files", "figures")


class Fact(Record):
    """One value with where it is from."""

    about: str  # the account or the piece of work
    field: str
    value: object
    source: str
    url: str  # the address it was read at
    seen_at: Instant
    spider: str = ""


class Score(Record):
    """One score, with the profile it was made with."""

    receipt: Receipt
    latest: bool
    role_digest: str = ""  # of the role profile of that version, where it is kept


class Collected(Record):
    """One account, and when and how it was met."""

    account: str
    first_seen: Instant
    last_seen: Instant
    lanes: tuple[str, ...]  # which searches showed it
    restricted: str = ""


class SubjectExport(Record):
    """Everything stored about one person."""

    made_at: Instant
    controller: Controller
    lead: str | None
    collected: tuple[Collected, ...]
    facts: tuple[Fact, ...]
    corrections: tuple[Correction, ...]
    joins: tuple[Judgement, ...]  # why the accounts are taken for one person, undone ones too
    scores: tuple[Score, ...]
    decisions: tuple[Decision, ...]
    statuses: tuple[StatusChange, ...]
    notes: tuple[Note, ...]
    exports: tuple[ExportRow, ...]
    requests: tuple[Request, ...]

    @property
    def sources(self) -> list[tuple[str, str]]:
        """Source and address of every answer that said something, each once, in order."""
        return sorted({(fact.source, fact.url) for fact in self.facts})


def export(store: Store, config: Config, person: Person, *, now: datetime) -> SubjectExport:
    """Everything about a person; StoreError names a value without the address of its source."""
    accounts = list(store.accounts(keys=person.keys))
    corrections = store.corrections(person.keys, live=False)
    work = store.evidence(person.keys)
    facts = [fact for one in accounts for fact in _of_account(store, one, corrections)]
    facts += [fact for some in work.values() for one in some for fact in _of_work(one)]
    _require_addresses(facts)
    leads = [person.lead] if person.lead else []
    held = affected(store, person.lead) if person.lead else []
    others = {row.id: row.model_copy(update={"leads": ()}) for row in (one.export for one in held)}
    return SubjectExport(
        made_at=now,
        controller=config.controller,
        lead=person.lead,
        collected=tuple(_collected(store, person)),
        facts=tuple(facts),
        corrections=tuple(corrections),
        joins=tuple(_joins(store, person)),
        scores=tuple(_scores(store, leads)),
        decisions=tuple(store.decisions_on(leads)) if leads else (),
        statuses=tuple(store.status_history(leads[0])) if leads else (),
        notes=tuple(store.notes(leads[0])) if leads else (),
        exports=tuple(others.values()),
        requests=tuple(_requests(store, person)),
    )


def _of_account(store: Store, account: Account, corrections: Sequence[Correction]) -> Iterator[Fact]:
    live = {one.field: one for one in corrections if one.account == account.key and one.withdrawn_at is None}
    for name in _ACCOUNT:
        value = getattr(account, name)
        if name in live:
            yield _corrected(account, live[name])
        if value not in (None, (), {}) and name not in live:
            yield _fact(str(account.key), name, value, account)
        elif name in live and live[name].said is not None:
            yield _fact(str(account.key), f"{name} (as the source says)", live[name].said, account)
    for handle, since in store.handles(account.key)[:-1]:
        yield _fact(str(account.key), "former handle", {"handle": handle, "since": since}, account)
    for event in store.events(key=account.key):
        said = {"event": event.event, "detail": event.detail, "at": event.at}
        yield _fact(str(account.key), "what happened", said, account)


def _corrected(account: Account, one: Correction) -> Fact:
    return Fact(
        about=str(account.key),
        field=one.field,
        value=one.value,
        source=OWN_WORD,
        url=account.url,
        seen_at=one.at,
        spider=f"entered by {one.by}",
    )


def _fact(about: str, field: str, value: object, item: Account | Evidence) -> Fact:
    origin = item.origin
    plain = _as_plain(value)
    return Fact(
        about=about,
        field=field,
        value=plain,
        source=origin.source,
        url=origin.url,
        seen_at=origin.seen_at,
        spider=origin.spider,
    )


def _as_plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_as_plain(one) for one in value]
    return value.model_dump(mode="json") if isinstance(value, Record) else value


def _of_work(piece: Evidence) -> Iterator[Fact]:
    for name in _WORK:
        value = getattr(piece, name)
        if value not in (None, (), {}):
            yield _fact(piece.id, name, value, piece)


def _require_addresses(facts: Sequence[Fact]) -> None:
    for fact in facts:
        if not fact.url.strip() or not fact.source.strip():
            raise StoreError(
                f"{fact.about}: {fact.field} has no address of its source; look at the spider {fact.spider or '?'}"
            )


def _collected(store: Store, person: Person) -> Iterator[Collected]:
    hidden = store.restricted(person.keys)
    lanes: dict[object, list[str]] = {}
    for find in store.finds_of(person.keys):
        lanes.setdefault(find.account, []).append(find.lane)
    for known in store.known_of(person.keys):
        key = known.account
        yield Collected(
            account=str(key),
            first_seen=known.first_seen,
            last_seen=known.last_seen,
            lanes=tuple(lanes.get(key, ())),
            restricted=hidden.get(key, ""),
        )


def _scores(store: Store, leads: Sequence[str]) -> Iterator[Score]:
    versions: dict[str, dict[int, RoleVersion]] = {}
    for receipt, latest in store.all_receipts(leads):
        known = versions.setdefault(receipt.role, {})
        if not known:
            known |= {one.version: one for one in store.role_versions(receipt.role)}
        kept = known.get(receipt.role_version)
        yield Score(receipt=receipt, latest=latest, role_digest=kept.digest if kept else "")


def _joins(store: Store, person: Person) -> Iterator[Judgement]:
    """What was judged of the accounts; of accounts of other people only that there was one (GDPR 15(4))."""
    for row in store.judgements(live=False, keys=person.keys):
        other = row.right if row.left in person.keys else row.left
        if other in person.keys:
            yield row
            continue
        hidden = AccountKey("another", "account")
        pair = {"left": hidden, "right": row.right} if other == row.left else {"left": row.left, "right": hidden}
        yield row.model_copy(update={**pair, "why": "compared with an account of somebody else", "evidence": ()})


def _requests(store: Store, person: Person) -> Iterator[Request]:
    found = {one.id: one for key in person.keys for one in store.requests(account=key)}
    yield from (found[number] for number in sorted(found))


def page(shown: SubjectExport) -> str:
    """The export as one page: no script, nothing loaded from anywhere."""
    style = (FOLDER / "subject.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        environment(FOLDER)
        .get_template("subject.html")
        .render(
            shown=shown,
            style=Markup(style),  # noqa: S704  our own file, and escaping it would change its digest
            digest=f"sha256-{digest}",
        )
    )


def as_json(shown: SubjectExport) -> bytes:
    """The export as data."""
    return orjson.dumps(shown.model_dump(mode="json"), option=orjson.OPT_INDENT_2)


def write(shown: SubjectExport, folder: Path) -> tuple[Path, Path]:
    """Write the export as JSON and as a page; StoreError if the folder cannot be written."""
    stem = f"about-{(shown.lead or 'account').lower()}-{shown.made_at:%Y-%m-%dT%H%M%S}"
    return durable(folder / f"{stem}.json", as_json(shown)), durable(folder / f"{stem}.html", page(shown).encode())


def note(store: Store, person: Person, shown: SubjectExport, *, by: str, now: datetime) -> int:
    """Close the person's request for access, and give its number."""
    number = begin(store, person, "access", by=by, at=now)
    store.close_request(number, by=by, at=now, outcome="given", values=len(shown.facts), scores=len(shown.scores))
    return number
