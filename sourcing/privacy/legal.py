"""The record of processing (Article 30), the weighing and the impact assessment, with the installation's own numbers.

Not legal advice: the controller decides, and answers for it. What is still thin is named.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sourcing import crawl, imports
from sourcing.config import Config
from sourcing.privacy import notices
from sourcing.regimes import Rules
from storage.records import Instant, Record
from storage.store import Store

SHORT = 40  # characters below which a purpose or a weighing says too little
# Fields no source may bring; records have no place for them, and sentences that state them are cut.
NEVER = (
    *("photo", "gender", "pronouns", "birth date", "age", "ethnic origin", "religion", "politics", "union", "health"),
    *("sexual orientation", "family", "home address", "telephone", "e-mail from commits", "salary"),
    *("private messages", "people under eighteen"),
)
SECURITY = (
    "roles with least rights at the desk, sign-in with Argon2 hashes, sessions that end",
    "an append-only log chained by hash, checked by `sourcing db check`",
    "secrets in the environment only; no telemetry; no third party is asked but the sources",
    "erasure in one transaction, with keyed tombstones",
)


class SourceHeld(Record):
    """One source: what permits it, what is kept, how much of it there is."""

    name: str
    title: str
    method: str
    terms: str
    terms_read: str
    fields: tuple[str, ...]
    accounts: int


class Recipient(Record):
    """Who was given data, from the ledger of exports."""

    name: str
    files: int
    people: int  # different leads
    purposes: tuple[str, ...]
    last: Instant


class Processing(Record):
    """The record of processing of one installation."""

    made_at: Instant
    controller: str
    contact: str
    data_protection_contact: str
    countries: tuple[str, ...]
    purpose: str
    lawful_basis: str
    weighing: str
    rules: Rules
    sources: tuple[SourceHeld, ...]
    never_stored: tuple[str, ...]
    accounts: int
    leads: int
    pool: int  # of the leads, people not past the first stage
    notices: Mapping[str, int]  # leads by the state of their notice
    left_out: Mapping[str, int]  # of the last nights: special categories, minors, fields not on a card
    recipients: tuple[Recipient, ...]
    security: tuple[str, ...]
    thin: tuple[str, ...]


def processing(store: Store, config: Config, *, now: datetime) -> Processing:
    """The record of processing, read from settings, cards, database and ledger."""
    controller, rules = config.controller, config.rules
    accounts, leads = store.lead_counts()
    told = notices.listed(store, config, now=now, states=())
    return Processing(
        made_at=now,
        controller=controller.name,
        contact=controller.contact,
        data_protection_contact=controller.rights_contact,
        countries=controller.countries,
        purpose=controller.purpose,
        lawful_basis=config.lawful_basis,
        weighing=config.weighing,
        rules=rules,
        sources=tuple(_sources(store, config)),
        never_stored=NEVER,
        accounts=accounts,
        leads=leads,
        pool=leads - sum(told.counts.get(state, 0) for state in notices.STATES),
        notices=told.counts,
        left_out=_left_out(store),
        recipients=tuple(_recipients(store)),
        security=SECURITY,
        thin=tuple(thin(config)),
    )


def thin(config: Config) -> Iterator[str]:
    """What the record still lacks, one sentence each with the way out."""
    controller = config.controller
    for name in controller.missing:
        yield f"[controller] {name} is empty: nothing is crawled before it is filled in"
    if 0 < len(controller.purpose.strip()) < SHORT:
        yield "[controller] purpose is very short: name the positions and why public work is looked at"
    if not controller.data_protection_contact.strip():
        yield "[controller] data_protection_contact is empty: the general contact is named instead"
    if not controller.countries:
        yield "[controller] countries is empty: which authority is competent cannot be seen from it"
    if len(controller.weighing.strip()) < SHORT:
        yield "[controller] weighing is the shipped draft: write down your own"
    if not controller.lawful_basis.strip():
        yield "[controller] lawful_basis is the regime's: confirm it in your own words"
    if not config.crawl.contact_url:
        yield "[crawl] contact_url is empty: build a page with `sourcing optout build` and name its address"
    if not config.key:
        yield "there is no key: tombstones cannot be written, so an objection cannot be kept"


def _sources(store: Store, config: Config) -> Iterator[SourceHeld]:
    """Sources that are on, and all others something is stored of."""
    held = store.held_by_source()
    used = {one.name: one for one in crawl.sources(config) if one.usable or one.name in held}
    for name, one in used.items():
        yield SourceHeld(accounts=held.get(name, 0), **{key: getattr(one, key) for key in _TOLD})
    for name in imports.names():
        if name in held and name not in used:
            card = imports.load(name).card
            told = {key: getattr(card, key) for key in _TOLD if key not in ("name", "terms_read")}
            yield SourceHeld(name=name, accounts=held[name], terms_read=str(card.terms_read), **told)


_TOLD = ("name", "title", "method", "terms", "terms_read", "fields")


def _left_out(store: Store, nights: int = 30) -> dict[str, int]:
    total: Counter[str] = Counter()
    for night in store.nights(nights):
        total.update({name: count for name, count in night.counters.items() if name.startswith(_COUNTED)})
    return dict(sorted(total.items()))


_COUNTED = (
    *("special_category_removed", "contact_removed", "minor", "not_on_card"),
    *("saved:tombstoned", "saved:not_again", "purged/"),
)


def _recipients(store: Store) -> Iterator[Recipient]:
    rows = [row for row in store.exports() if row.recipient]
    for name in sorted({row.recipient for row in rows}):
        own = [row for row in rows if row.recipient == name]
        yield Recipient(
            name=name,
            files=len(own),
            people=len({lead for row in own for lead in row.leads}),
            purposes=tuple(sorted({row.purpose for row in own if row.purpose})),
            last=max(row.at for row in own),
        )


class Chapter(Record):
    """A part of the impact assessment."""

    title: str
    sentences: tuple[str, ...]


def assessment(record: Processing) -> Sequence[Chapter]:
    """The impact assessment (Article 35(7)) as a template filled with the numbers of a record of processing."""
    rules = record.rules
    kinds = ", ".join(one.title for one in record.sources) or "none yet"
    given = ", ".join(one.name for one in record.recipients) or "nobody so far"
    return (
        Chapter(
            title="What is done, and what for",
            sentences=(
                f"{record.controller or 'The controller'} looks for people in public technical work: {record.purpose}.",
                f"{record.accounts} accounts of {record.leads} people, {record.pool} of them in the pool.",
                f"Sources: {kinds}. Recipients: {given}.",
                "People are ranked by published rules (systematic evaluation, Article 35(3)(a)); a person decides.",
            ),
        ),
        Chapter(
            title="Necessity and proportion",
            sentences=(
                f"Lawful basis: {record.lawful_basis}.",
                f"Weighing: {record.weighing}",
                f"Of each source only listed fields are kept; never kept: {', '.join(record.never_stored)}.",
                f"Left out in the last 30 nights: {_counted(record.left_out)}.",
                _terms(rules),
            ),
        ),
        Chapter(
            title="Risks to people",
            sentences=(
                "Not knowing that they are listed: "
                + (
                    f"notice within {rules.notice_days} days, else erased." if rules.notice_days else "no notice clock!"
                ),
                f"Notices: {_counted(record.notices)}.",
                "A wrong join of two people: automatic joins only on proof, all can be undone, each says why.",
                "A score taken for ability: lists say what it measures; unknown is neutral; nobody is rejected by it.",
                "Unfair treatment: no protected data in scores; `sourcing audit proxies` and `audit bias` measure it.",
                "Data in the wrong hands: see the measures below.",
            ),
        ),
        Chapter(title="Measures", sentences=tuple(f"{one[0].upper()}{one[1:]}." for one in record.security)),
        Chapter(
            title="To be filled in by the controller",
            sentences=(
                "Advice of the data protection officer, if there is one: …",
                "Views of the people concerned or their representatives (Article 35(9)): …",
                "Decision, date and signature: …",
                *(f"Thin: {one}." for one in record.thin),
            ),
        ),
    )


def _terms(rules: Rules) -> str:
    pool = f"{rules.pool_days} days for most people" if rules.pool_days else "no shorter term for the pool"
    lead = f"{rules.lead_days} days from first collection for the others" if rules.lead_days else "no term for leads"
    return (
        f"Terms: {pool}, {lead}, {rules.contact_days} days from the last two-way contact; seen again extends nothing."
    )


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "nothing"


def note_rules(store: Store, config: Config, *, now: datetime, by: str) -> None:
    """Write controller and rules to the log when they changed since they were last written."""
    said = {
        "controller": config.controller.model_dump(mode="json"),
        "rules": config.rules.model_dump(mode="json"),
    }
    before = store.actions("legal.changed", limit=1)
    if not before or dict(before[0].detail) != said:
        store.log_action("legal.changed", by=by, at=now, about=str(config.path.name), detail=said)
