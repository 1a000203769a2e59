"""What a source says of itself before anything is asked: what permits it, its settings, what it will cost."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

EVERYTHING, WORK = "everything", "work"  # of a source, in `not_exported`
OWN_LEAD_ONLY = "own_lead_only"  # flag of accounts whose source forbids joining them with others


class Card(BaseModel):
    """What permits a source and what it gives; shown by `sourcing sources` and checked by tests."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    title: str
    method: str  # the interface used
    terms: str  # address of the terms that permit it
    terms_read: date
    fields: tuple[str, ...]  # the only fields kept
    limits: str
    yields: str  # what one night normally brings
    default_on: bool = True
    why_off: str = ""  # the reason where it is off by default
    expected_accounts: int = 0  # a night that brings fewer from a full set of lanes is a finding
    fresh_days: int = 1  # how old the newest fact of a healthy source may be
    exposes: tuple[str, ...] = ()  # sources and addresses its profiles link to, with the strength of the claim
    # Some owners forbid joining their accounts with others: such an account is a lead of its own, always.
    matching: bool = True
    not_exported: tuple[str, ...] = ()  # fields of an account, WORK or EVERYTHING: what its terms keep in the house
    export_note: str = ""  # what whoever is given a file has to keep to
    needs_token: bool = False
    # Documented APIs are governed by their terms; everything else asks robots.txt first.
    robots: bool = True


class Options(BaseModel):
    """Settings every source has; a spider adds its own. Unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    terms_read: date | None = Field(
        None, description="day you read the source's terms; counts if later than its card's"
    )
    enabled: bool | None = Field(None, description="crawl this source; unset: as the source's card says")
    token_env: str = Field("", description="environment variable that holds the token")
    delay: float = Field(0.0, ge=0, description="seconds between two requests to one host")
    concurrency: int = Field(1, ge=1, description="requests out at once per host and resource")
    max_requests: int = Field(20_000, ge=1, description="requests per night")
    max_profiles: int = Field(2_000, ge=1, description="people read in full per night")
    given_up: tuple[str, ...] = Field((), description="fields the source no longer gives: their absence is believed")
    max_wait: float = Field(900.0, ge=0, description="seconds of waiting a source may ask for per night")
    back_off: float = Field(2.0, ge=0, description="seconds before a failed request is asked again, doubling")
