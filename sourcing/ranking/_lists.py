"""The list a sourcer reads: receipts in, rows out."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from pydantic import Field

from scoring.said import strongest, weakest
from storage.errors import ConfigError, UnknownLead
from storage.records import Claim, Lead, Part, Receipt, Record
from storage.store import RESTRICTED, Store
from storage.text import display

THIN = "too_little_evidence"
SECTIONS = ("ranked", THIN, "restricted")
MOST_TEXT = 300  # code points of one text in a list
REASONS = 2  # strongest reasons shown per lead
# What people wrote about being found; such leads stay out of every list and file. Who hides ranks at a site
# (progression_opt_out) said nothing of the kind: scoring leaves those ranks out, that is all.
REFUSALS = frozenset({"no_recruiters", "opted_out", RESTRICTED})


class Row(Record):
    """One line of a ranked list; `rank` counts from 1 within the list shown."""

    rank: int
    lead: str
    name: str
    handles: tuple[str, ...]  # "github:octo"
    profiles: tuple[str, ...]
    links: tuple[str, ...] = ()  # addresses the person names as their own
    location: str | None = None
    company: str | None = None
    headline: str | None = None
    open_to_work: bool | None = None
    status: str
    section: str
    total: float
    low: float
    high: float
    coverage: float
    reasons: tuple[str, ...]  # strongest first
    weakest: str
    # Whether the weakest part stands as high as is usual; beside the row, not in it: no file says more for it.
    weakest_is_fine: bool = Field(default=False, exclude=True)
    evidence: tuple[str, ...] = ()  # addresses behind the reasons
    origins: tuple[str, ...] = ()  # where what is said here is from: source, address asked, day it was read
    flags: tuple[str, ...] = ()
    role: str
    role_version: int
    digest: str
    scored_at: datetime


def listing(store: Store, role: str, *, limit: int | None = None, section: str | None = "ranked") -> list[Row]:
    """The ranked rows of a role, best first; leads that refuse recruiters are not in it.

    Those of whom too little is public stand in the order of what asking them would be worth.
    """
    if section == THIN:
        from sourcing.asked import first_asked  # the other lists are there without it

        receipts = first_asked(store, role, limit)
    else:
        receipts = store.ranking(role, limit=limit, section=section)
    leads = {lead.id: lead for lead in store.leads([receipt.lead for receipt in receipts])}
    shown = [(receipt, leads[receipt.lead]) for receipt in receipts if receipt.lead in leads]
    willing = [(receipt, lead) for receipt, lead in shown if not refuses(lead)]
    return [row(rank, lead, receipt) for rank, (receipt, lead) in enumerate(willing, 1)]


def read_section(word: str) -> str | None:
    """The section a user names, None for all; ConfigError lists what there is."""
    if word == "all":
        return None
    if word not in SECTIONS:
        raise ConfigError(f"no section {word!r}; there are: {', '.join(SECTIONS)}, all")
    return word


def receipt_of(store: Store, name: str, role: str) -> tuple[Lead, Receipt]:
    """A lead by any of its names and its latest receipt for a role; UnknownLead if it was never scored."""
    lead = store.lead(name)
    receipt = store.receipt(lead.id, role)
    if receipt is None:
        raise UnknownLead(f"{lead.id} has no score for role {role!r}; make the role active and run `sourcing score`")
    return lead, receipt


def refuses(lead: Lead) -> bool:
    """True if any account of the lead says recruiters are not welcome."""
    return any(not REFUSALS.isdisjoint(account.flags) for account in lead.accounts)


def row(rank: int, lead: Lead, receipt: Receipt) -> Row:
    """One line of a list from a lead and its receipt; texts of people in display form."""
    best = strongest(receipt, REASONS)
    addresses = addresses_of(lead)
    return Row(
        rank=rank,
        lead=lead.id,
        name=clean(lead.name),
        handles=tuple(clean(f"{account.source}:{account.handle}") for account in lead.accounts),
        profiles=tuple(account.url for account in lead.accounts),
        links=tuple(
            dict.fromkeys(link.url for one in lead.accounts for link in one.links if link.claim is not Claim.MENTIONED)
        ),
        location=_first_text(account.location for account in lead.accounts),
        company=_first_text(account.company for account in lead.accounts),
        headline=_first_text(account.headline for account in lead.accounts),
        open_to_work=next((a.open_to_work for a in lead.accounts if a.open_to_work is not None), None),
        status=lead.status,
        section=receipt.section,
        total=receipt.total,
        low=receipt.low,
        high=receipt.high,
        coverage=receipt.coverage,
        reasons=tuple(said(part) for part in best),
        weakest=_weakest(receipt, best),
        weakest_is_fine=(least := weakest(receipt)) is not None and least.effective >= least.neutral,
        evidence=tuple(dict.fromkeys(addresses[one] for part in best for one in part.evidence if one in addresses)),
        origins=tuple(_origins(lead, {one for part in best for one in part.evidence})),
        flags=tuple(sorted({flag for account in lead.accounts for flag in account.flags})),
        role=receipt.role,
        role_version=receipt.role_version,
        digest=receipt.digest,
        scored_at=receipt.scored_at,
    )


def _origins(lead: Lead, shown: Collection[str]) -> Iterable[str]:
    """Where the accounts and the work named are from, each once: source, address asked, day it was read."""
    found = [one.origin for one in lead.accounts] + [one.origin for one in lead.evidence if one.id in shown]
    return dict.fromkeys(f"{one.source} {one.url} {one.seen_at:%Y-%m-%d}" for one in found)


def addresses_of(lead: Lead) -> dict[str, str]:
    """Where the things a receipt names can be looked at: accounts by key, evidence by id."""
    accounts = {str(account.key): account.url for account in lead.accounts}
    return accounts | {evidence.id: evidence.url for evidence in lead.evidence}


def clean(text: str) -> str:
    """A text of somebody else's on one line, in display form."""
    return display(text, limit=MOST_TEXT)[0]


def said(part: Part) -> str:
    """A component and its reason, as lists show them."""
    return clean(f"{part.component}: {part.reason}")


def _first_text(values: Iterable[str | None]) -> str | None:
    """The first stated value, in the order of the accounts."""
    return next((clean(value) for value in values if value), None)


def _weakest(receipt: Receipt, best: Sequence[Part]) -> str:
    """The part that pulls the total down most, unless it is all there is to praise as well."""
    part = weakest(receipt)
    if part is None:
        return "no public evidence found"
    return "nothing else is known" if part in best else said(part)
