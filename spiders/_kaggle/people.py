"""User documents to accounts, honouring what a person opted out of."""

from dataclasses import dataclass

from spiders._kaggle.answers import TIERS, UserDocument
from spiders._reading.clean import COMPANY, HANDLE, LOCATION, NAME, Count, clean, flags_of
from storage.records import Account, AccountKey, Kind, Known, Origin
from storage.text import handle_key

SOURCE = "kaggle"
SCORED_FROM = 2  # tier 1 says nothing since July 2025: everybody was lifted to it
FIELDS = frozenset({"name", "location", "company", "created_at", "kind", "flags", "figures"})


@dataclass(frozen=True, slots=True)
class Person:
    """What the night knows of somebody: who they are, whether ranks may be kept, when their work was last read."""

    key: AccountKey
    handle: str
    opted_out: bool
    work: str = ""  # mark of the document when notebooks, datasets and models were last read

    @classmethod
    def known(cls, known: Known) -> "Person":
        """Somebody of an earlier night."""
        opted_out = known.markers.get("progression") == "opted_out"
        return cls(known.account, known.handle, opted_out, known.markers.get("work", ""))


def work_mark(document: UserDocument) -> str:
    """What the document said when the work was read: identity and points."""
    return f"{document.digest}:{document.points}"


def has_new_work(document: UserDocument, mark: str) -> bool:
    """Whether the work must be read again: the person changed, or points rose (they only fall by themselves)."""
    digest, _, points = mark.partition(":")
    return digest != document.digest or not points.isdecimal() or document.points > int(points)


def account(document: UserDocument, site: str, origin: Origin, count: Count) -> Account:
    """The account of a user document."""
    owner, facts = document.owner_user, document.user_document
    name, company = clean(owner.display_name, NAME), clean(facts.occupation_organization_name, COMPANY)
    location = None if owner.location_sharing_opt_out else clean(facts.user_location, LOCATION)
    handle = clean(owner.user_name, HANDLE) or str(owner.id)
    return Account(
        source=SOURCE,
        source_id=str(owner.id),
        handle=handle,
        url=f"{site}/{handle}",
        kind=_kind(document),
        name=name,
        location=location,
        company=company,
        created_at=document.create_time,
        figures=_figures(document, count),
        flags=tuple(sorted({*_flags(document), *flags_of(name, company, location)})),
        markers={"progression": "opted_out" if owner.progression_opt_out else "shown"},
        observed=FIELDS,
        origin=origin,
    )


def equal_handle(document: UserDocument, handle: str) -> bool:
    """Whether the document is of the account called so; the search also finds names that only look alike."""
    return handle_key(document.owner_user.user_name) == handle_key(handle)


def _kind(document: UserDocument) -> Kind:
    organisation = document.owner_user.tier == "ORGANIZATION" or document.owner_organization is not None
    return Kind.ORGANISATION if organisation else Kind.PERSON


def _flags(document: UserDocument) -> list[str]:
    owner = document.owner_user
    said = {
        "progression_opt_out": owner.progression_opt_out,
        "location_opt_out": owner.location_sharing_opt_out,
        "kaggle_staff": owner.tier == "STAFF",  # staff is no rank above grandmaster
    }
    return [flag for flag, holds in said.items() if holds]


def _figures(document: UserDocument, count: Count) -> dict[str, float]:
    owner, facts = document.owner_user, document.user_document
    if owner.progression_opt_out:
        count("progression_opt_out")
        return {}
    if owner.tier not in TIERS and owner.tier not in ("STAFF", "ORGANIZATION", "RECALC"):
        count(f"unknown_tier:{owner.tier[:40]}")
    figures = {
        "tier": TIERS.get(owner.tier),
        "grandmaster_level": facts.grandmaster_tier_level or None,
        "competition_ranking": facts.competition_ranking,
        "competition_points": facts.competition_points,
        "notebook_ranking": facts.kernel_ranking,
        "notebook_points": facts.kernel_points,
        "dataset_ranking": facts.dataset_ranking,
        "dataset_points": facts.dataset_points,
    }
    if (figures["tier"] or 0) < SCORED_FROM:
        del figures["tier"]
    return {name: float(value) for name, value in figures.items() if value is not None and value >= 0}
