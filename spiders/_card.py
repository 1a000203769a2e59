"""What a source says of itself before anything is asked: what permits it, its settings, what it will cost."""

from collections.abc import Mapping
from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from storage.records import Forecast, LaneBill

OWN_LEAD_ONLY = "own_lead_only"  # flag of accounts whose source forbids joining them with others


class Card(BaseModel):
    """What permits a source and what it gives; shown by `sourcing sources` and checked by tests."""

    model_config = ConfigDict(frozen=True, extra="forbid")

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
    needs_token: bool = False
    # Documented APIs are governed by their terms; everything else asks robots.txt first.
    robots: bool = True


class Options(BaseModel):
    """Settings every source has; a spider adds its own. Unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    terms_read: date | None = Field(
        None, description="day you read the source's terms; counts if later than its card's"
    )
    enabled: bool | None = Field(None, description="crawl this source; unset: as the source's card says")
    token_env: str = Field("", description="environment variable that holds the token")
    delay: float = Field(0.0, ge=0, description="seconds between two requests to one host")
    concurrency: int = Field(1, ge=1, description="requests out at once per host and resource")
    max_requests: int = Field(20_000, ge=1, description="requests per night")
    max_profiles: int = Field(2_000, ge=1, description="people read in full per night")
    max_wait: float = Field(900.0, ge=0, description="seconds of waiting a source may ask for per night")
    back_off: float = Field(2.0, ge=0, description="seconds before a failed request is asked again, doubling")


def past_forecast(lane: str, past: Mapping[str, LaneBill]) -> Forecast | None:
    """What a lane cost last time, as a forecast; None for a lane never run."""
    bill = past.get(lane)
    if bill is None:
        return None
    return Forecast(
        lane=lane, requests=bill.requests, points=bill.points, minutes=bill.requests / 60, basis="past nights"
    )
