"""Why a lead has its score, what would move it, and what makes the difference to another lead."""

from collections.abc import Mapping

from scoring import sums
from scoring.calibration import Calibration, percentile
from scoring.engine import Scorer, replay
from scoring.reference import Reference, Usual, shipped_reference
from scoring.roles import Role
from scoring.what_if import Example, TermDifference, examples, versus
from sourcing.ranking import addresses_of, clean, receipt_of
from sourcing.weights import calibration
from storage.errors import ConfigError
from storage.records import Lead, Part, Receipt, Record
from storage.store import Store


class ExplainedPart(Record):
    """One component: what it adds, and how that stands against the median of the role's cohort."""

    part: Part
    usual: float  # the cohort's median; 0.5 until one is known
    above_usual: float  # contribution less what the median would contribute
    links: tuple[str, ...]  # addresses of at most three pieces of evidence


class Standing(Record):
    """Where a total stands: the share of yes such totals had where that is known, else the percentile of the list."""

    percentile: float | None  # share of the ranked leads below it; None outside that list
    share: float | None  # from decisions; None until the calibration holds
    calibration: Calibration


class Explained(Record):
    """A receipt with everything that explains it; the parts less the penalties are the total within 1e-9."""

    lead: str
    name: str
    receipt: Receipt
    replayed: float  # the total, computed anew from the stored parts
    gap: float  # of the parts less the penalties to the total, before it is cut at 0 and 1
    cohort: bool  # whether a median is known for the role
    parts: tuple[ExplainedPart, ...]  # largest contribution first
    missing: tuple[str, ...]  # "component: what"
    examples: tuple[Example, ...]  # single pieces of work that would add most
    evidence: Mapping[str, str]  # addresses by id
    standing: Standing | None = None
    outdated: str = ""  # why the receipt is not what scoring would say today


class Versus(Record):
    """Two leads, and the terms that make the difference between them, largest first."""

    left: Explained
    right: Explained
    terms: tuple[TermDifference, ...]
    difference: float  # of the totals, left less right
    warning: str = ""  # where the two were not scored alike


def explain(store: Store, role: Role, name: str, *, reference: Reference | None = None) -> Explained:
    """Explain the latest receipt of a lead; UnknownLead if there is none. `reference` as in scoring."""
    lead, receipt = receipt_of(store, name, role.role)
    scorer = Scorer(role, receipt.scored_at, reference)
    outdated = "" if scorer.digest == receipt.digest else _outdated(role, receipt)
    more = tuple(examples(lead, scorer))
    found = explained(lead, receipt, role, more, reference)
    standing = _standing(store, role, receipt)
    return found.model_copy(update={"standing": standing, "outdated": outdated})


def explained(
    lead: Lead, receipt: Receipt, role: Role, more: tuple[Example, ...] = (), reference: Reference | None = None
) -> Explained:
    """The explanation of a receipt; nothing is read from the database."""
    addresses = addresses_of(lead)
    used = {id_ for part in receipt.parts for id_ in part.evidence}
    used |= {id_ for penalty in receipt.penalties for id_ in penalty.evidence}
    whole = sums.added(part.contribution for part in receipt.parts) - sums.added(p.amount for p in receipt.penalties)
    known = (reference or shipped_reference()).cohorts.get(receipt.role, {})
    ordered = sorted(receipt.parts, key=lambda part: (-part.contribution, part.component))
    return Explained(
        lead=lead.id,
        name=clean(lead.name),
        receipt=receipt,
        replayed=replay(receipt),
        gap=sums.clipped(whole) - receipt.total,
        cohort=bool(known),
        parts=tuple(_part(part, role, known, addresses) for part in ordered),
        missing=tuple(clean(f"{part.component}: {one}") for part in receipt.parts for one in part.missing),
        examples=more,
        evidence={id_: url for id_, url in addresses.items() if id_ in used},
    )


def _part(part: Part, role: Role, known: Mapping[str, Usual], addresses: Mapping[str, str]) -> ExplainedPart:
    # What a cautious profile counts for the unknown is not the median; that stands in the table.
    cautious = role.missing == "cautious"
    usual = known.get(part.component, Usual()).p50 if cautious else part.neutral
    return ExplainedPart(
        part=part,
        usual=usual,
        above_usual=part.contribution - part.weight * usual,
        links=tuple(addresses.get(one, one) for one in part.evidence),
    )


def _outdated(role: Role, receipt: Receipt) -> str:
    if role.version != receipt.role_version:
        return f"scored with version {receipt.role_version} of the profile; the saved one is version {role.version}"
    return "the profile or the tables changed since; `sourcing score` brings it up to date"


def _standing(store: Store, role: Role, receipt: Receipt) -> Standing:
    learned = calibration(store, role)
    below = percentile(*store.place(role.role, receipt.total)) if receipt.section == "ranked" else None
    return Standing(percentile=below, share=learned.share(receipt.total), calibration=learned)


def compare_leads(
    store: Store, role: Role, left: str, right: str, *, reference: Reference | None = None, whole: bool = True
) -> Versus:
    """Two leads term by term; ConfigError if both names are one lead.

    Unless `whole` nothing is scored: examples, standing and what is outdated are left out of both explanations.
    """

    def told(name: str) -> Explained:
        if whole:
            return explain(store, role, name, reference=reference)
        return explained(*receipt_of(store, name, role.role), role, reference=reference)

    one, other = map(told, (left, right))
    if one.lead == other.lead:
        raise ConfigError(f"{left!r} and {right!r} are both {one.lead}; name two leads")
    alike = one.receipt.digest == other.receipt.digest
    versions = f"{one.receipt.role_version} and {other.receipt.role_version}"
    return Versus(
        left=one,
        right=other,
        terms=tuple(versus(one.receipt, other.receipt)),
        difference=one.receipt.total - other.receipt.total,
        warning="" if alike else f"scored by different tables or versions ({versions}); run `sourcing score` first",
    )
