"""Telling people that we hold data about them (Article 14 GDPR): who is due, what is said, what was done.

The product sends nothing: it writes the text, and a person sends it and says so. An exemption takes a reason and a
second person. Whoever is still pending when the time is over is erased that night.
"""

import hashlib
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice
from urllib.parse import quote

from sourcing.config import Config
from sourcing.privacy import terms
from sourcing.privacy.languages import FOLDER, known, languages_of
from storage.errors import ConfigError
from storage.records import Instant, Lead, Record
from storage.store import LeadTimes, NoticeRow, Store
from storage.text import match_key

GIVEN, PROPOSED, EXEMPT, PENDING, ERASED = "given", "proposed", "exempt", "pending", "erased"
STATES = (PENDING, GIVEN, EXEMPT)
LINES = ("why", "controller", "purpose", "weighing", "categories")
FIELDS = ("name", "headline", "bio", "location", "company", "links", "open_to_work", "created_at", "figures")


class Due(Record):
    """A lead and its notice."""

    lead: str
    name: str
    state: str  # pending, given, exempt
    collected_at: Instant
    due_at: Instant | None = None  # while it is pending
    days_left: int | None = None
    languages: tuple[str, ...] = ()
    proposed_by: str = ""  # who proposed an exemption nobody confirmed yet
    refuses: bool = False  # asks not to be contacted: nobody writes to them, they are erased when the time is over


class Text(Record):
    """A notice as it is to be sent."""

    lead: str
    languages: tuple[str, ...]
    subject: str
    body: str
    sources: tuple[str, ...]  # accounts it names

    @property
    def digest(self) -> str:
        """SHA-256 of the text."""
        return hashlib.sha256(self.body.encode()).hexdigest()


class Listed(Record):
    """Leads by the state of their notice, with how many were erased untold."""

    rows: tuple[Due, ...]
    counts: Mapping[str, int]


def due(store: Store, config: Config, *, now: datetime, within: int | None = None) -> list[Due]:
    """Whom to tell, most urgent first: leads that are pending, of those due within some days if asked.

    People in the pool are not in it: they are forgotten before anybody has to be told.
    """
    return first_due(store, config, now=now, within=within)[0]


def first_due(
    store: Store, config: Config, *, now: datetime, within: int | None = None, most: int | None = None
) -> tuple[list[Due], int]:
    """The first so many of those `due` gives, and how many there are."""
    leads = _past_pool(store, config)
    untold = (one for one in leads.values() if _state(one) == PENDING)
    ends = {one.lead: (end - now).days for one in untold if (end := terms.notice_due(one, config.rules)) is not None}
    chosen = sorted((left, name) for name, left in ends.items() if within is None or left <= within)
    rows = {row.lead: row for row in _rows(store, config, {name: leads[name] for _, name in chosen[:most]}, now)}
    return [rows[name] for _, name in chosen[:most]], len(chosen)


def listed(
    store: Store,
    config: Config,
    *,
    now: datetime,
    states: Sequence[str] = STATES,
    most: int | None = None,
    languages: bool = True,
) -> Listed:
    """Leads by the state of their notice, the first so many by id; counts are of all of them, in all states.

    Without `languages` nobody finds out in which they read.
    """
    leads = _past_pool(store, config)
    counts = Counter(map(_state, leads.values()))
    counts[ERASED] = sum(int(str(action.detail.get("untold", 0))) for action in store.actions("retention.run"))
    chosen = {name: one for name, one in leads.items() if _state(one) in states}
    rows = _rows(store, config, dict(islice(chosen.items(), most)), now, languages=languages)
    return Listed(rows=rows, counts=dict(counts))


def _past_pool(store: Store, config: Config) -> dict[str, LeadTimes]:
    """The leads past the pool, where there is one, by id."""
    kept = terms.best(store, config.roles.active, config.rules)
    return {one.lead: one for one in terms.past_pool(store, kept, config.rules)}


def _rows(
    store: Store, config: Config, leads: Mapping[str, LeadTimes], now: datetime, *, languages: bool = True
) -> tuple[Due, ...]:
    people = store.leads(leads, work=())
    return tuple(_due(store, config, one, leads[one.id], now, languages_of(one) if languages else ()) for one in people)


def read_states(words: Sequence[str]) -> tuple[str, ...]:
    """The states a user names, all without one; ConfigError lists what there is."""
    for word in words:
        if word not in STATES:
            raise ConfigError(f"no state {word!r}; there are: {', '.join(STATES)}")
    return tuple(words) or STATES


def read_day(day: datetime | None, lead: Lead, now: datetime) -> datetime:
    """When a notice was given; ConfigError for a day to come, or one before the lead was collected."""
    if day is None:
        return now
    if day > now or day.date() < lead.first_seen.date():
        raise ConfigError(f"--on {day:%Y-%m-%d}: give a day between {lead.first_seen:%Y-%m-%d} and today")
    return day


def pending(store: Store, config: Config) -> frozenset[str]:
    """The leads nobody told yet although somebody has to."""
    return frozenset(
        one.lead for one in store.lead_times(terms.TWO_WAY) if terms.notice_due(one, config.rules) is not None
    )


def render(store: Store, config: Config, lead: Lead, languages: Sequence[str] = ()) -> Text:
    """The notice of a lead, in the language of the profile or in those asked for; ConfigError for an unknown one."""
    chosen = tuple(languages) or languages_of(lead)
    for name in chosen:
        if name not in known():
            raise ConfigError(f"no notice in {name!r}; there are: {', '.join(known())}")
    config.require_controller()
    values = _values(store, config, lead)
    parts = [_in(name, lead, values) for name in chosen]
    return Text(
        lead=lead.id,
        languages=chosen,
        subject=_words(chosen[0])["subject"],
        body=f"\n\n{'-' * 60}\n\n".join(parts) + "\n",
        sources=tuple(str(one.key) for one in lead.accounts),
    )


def give(
    store: Store, config: Config, lead: Lead, *, channel: str, by: str, at: datetime, languages: Sequence[str] = ()
) -> NoticeRow:
    """Note that a lead was told; ConfigError without a channel or if nobody may write to them."""
    if not channel.strip():
        raise ConfigError("say how the notice was given; add --channel TEXT")
    text = render(store, config, lead, languages)
    row = NoticeRow(
        lead=lead.id,
        state=GIVEN,
        by=by,
        at=at,
        channel=channel.strip(),
        language=" ".join(text.languages),
        digest=text.digest,
        sources=text.sources,
    )
    store.add_notice(row, action="notice.given")
    return row


def exempt(store: Store, lead: Lead, *, why: str, by: str, at: datetime) -> NoticeRow:
    """Propose that a lead need not be told; somebody else has to confirm it.

    ConfigError without a reason, or from somebody who is no user where there are users.
    """
    if not why.strip():
        raise ConfigError("an exemption needs a reason in writing; add --why TEXT")
    row = NoticeRow(lead=lead.id, state=PROPOSED, by=_signatory(store, by), at=at, reason=why.strip())
    store.add_notice(row, action="notice.exempt")
    return row


def confirm(store: Store, lead: Lead, *, by: str, at: datetime) -> NoticeRow:
    """Confirm an exemption somebody else proposed; ConfigError if nobody did, or only oneself.

    Where the desk has users, both have to be among them: a name somebody makes up is no second person.
    """
    proposed = [row for row in store.notices(lead.id) if row.state == PROPOSED]
    if not proposed:
        raise ConfigError(
            f"nobody proposed to exempt {lead.id}; do so with `sourcing notices exempt {lead.id} --why …`"
        )
    last, second = proposed[-1], _signatory(store, by)
    if match_key(last.by) == match_key(second):
        raise ConfigError(f"{by} proposed it; an exemption takes a second person")
    if store.has_users() and store.user(last.by) is None:
        raise ConfigError(f"{last.by} proposed it and is no user of the desk; have a user propose it again")
    reason = f"{last.reason} (proposed by {last.by})"
    row = NoticeRow(lead=lead.id, state=EXEMPT, by=second, at=at, reason=reason)
    store.add_notice(row, action="notice.exempt")
    return row


def _signatory(store: Store, by: str) -> str:
    """Who signs for an exemption: a user who may change things where there are users, else any name."""
    from sourcing.desk.people import RIGHTS, may  # with the library of passwords, which reading a notice needs not

    if not store.has_users():
        return by
    user = store.user(by.strip().casefold())
    if user is None or user.disabled_at is not None:
        raise ConfigError(
            f"{by!r} is no user of the desk; an exemption is signed by users, `sourcing user list` shows them"
        )
    if not may(user.role, RIGHTS):
        raise ConfigError(f"{user.name} is {user.role} and may not sign an exemption; an admin or a sourcer does")
    return user.name


def _state(times: LeadTimes) -> str:
    return times.notice if times.notice in (GIVEN, EXEMPT) else PENDING


def _due(store: Store, config: Config, lead: Lead, times: LeadTimes, now: datetime, languages: tuple[str, ...]) -> Due:
    end = terms.notice_due(times, config.rules)
    proposed = [row.by for row in store.notices(lead.id) if row.state == PROPOSED] if times.notice == PROPOSED else []
    return Due(
        lead=lead.id,
        name=lead.name,
        state=_state(times),
        collected_at=times.collected_at,
        due_at=end,
        days_left=(end - now).days if end else None,
        languages=languages,
        proposed_by=proposed[-1] if proposed else "",
        refuses=times.refuses,
    )


# --- the text --------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=16)
def _words(language: str) -> dict[str, str]:
    read = tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))
    return {**{f"field_{name}": text for name, text in read.pop("fields").items()}, **read}


def _values(store: Store, config: Config, lead: Lead) -> dict[str, str]:
    controller, rules = config.controller, config.rules
    first = store.first_collected(lead.id)
    end = first + timedelta(days=rules.lead_days)
    named = {row.recipient for row in store.exports() if lead.id in row.leads and row.recipient}
    return {
        "name": lead.name,
        "controller": controller.name,
        "contact": controller.contact,
        "rights_contact": controller.rights_contact,
        "purpose": controller.purpose,
        "basis": config.lawful_basis,
        "weighing": config.weighing,
        "collected": f"{first:%Y-%m-%d}",
        "recipients": ", ".join(sorted({*controller.recipients, *named})),
        "until": f"{end:%Y-%m-%d}" if rules.lead_days else "–",
        "object": controller.rights_contact,
        "code": lead.id,
        "link": f"mailto:{quote(controller.rights_contact, safe='@')}?subject={quote(f'OBJECT {lead.id}')}",
        "page": config.crawl.contact_url,
    }


def _in(language: str, lead: Lead, values: Mapping[str, str]) -> str:
    words = _words(language)
    own = dict(values) | {"categories": ", ".join(_categories(lead, words))}
    own["recipients"] = values["recipients"] or _filled(words["nobody"], own)
    lines = [_filled(words["greeting"], own), *(_filled(words[name], own) for name in LINES)]
    lines.append("\n".join([_filled(words["sources"], own), *_addresses(lead)]))
    rest = ["recipients", *(["retention"] if own["until"] != "–" else []), "score", "rights", "object"]
    lines += [_filled(words[name], own) for name in (*rest, *(["page"] if own["page"] else []))]
    return "\n\n".join(lines)


def _filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its values; a sentence that ends twice ends once."""
    return text.format_map(values).replace("..", ".")


def _categories(lead: Lead, words: Mapping[str, str]) -> Iterator[str]:
    yield words["field_handle"]
    for name in FIELDS:
        if any(getattr(one, name) not in (None, (), {}) for one in lead.accounts):
            yield words[f"field_{name}"]
    if kinds := sorted({one.kind.replace("_", " ") for one in lead.evidence}):
        yield words["field_work"].format(kinds=", ".join(kinds))
    yield words["field_score"]


def _addresses(lead: Lead) -> Iterator[str]:
    """Every source with its address, and those of work that came from elsewhere."""
    for account in lead.accounts:
        yield f"- {account.source}: {account.url}"
    known_sources = {account.source for account in lead.accounts}
    others = {(one.origin.source, one.url) for one in lead.evidence if one.origin.source not in known_sources}
    yield from (f"- {source}: {url}" for source, url in sorted(others))
