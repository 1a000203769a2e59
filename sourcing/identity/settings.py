"""`[identity]` of the settings file: what each kind of evidence is worth, thresholds and limits.

Apart from the model, which needs what scoring a million pairs needs: whoever reads the settings reads only this.
"""

from hashlib import sha256

import orjson
from pydantic import BaseModel, ConfigDict, Field


class Weights(BaseModel):
    """Worth of each kind of evidence in bits; negative ones speak against."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reciprocal: float = 24.0  # two profiles that name each other
    verified: float = 20.0  # the site checked the address
    circle: float = 22.0  # one names the other, who names a third, who names the first
    same_id: float = 24.0  # one id of a third site, confirmed by sites on both sides
    # The next two in a store of 1,000: an address names one account however many there are, so they grow with the store
    # as the prior falls. About 5 in 1,000 claims that nobody else makes are wrong on the synthetic web.
    claimed: float = 19.0  # one profile names the other and nobody else does
    own_page: float = 18.0  # both name one page that bears the name of one who names it
    profile: float = 17.0  # both name one profile at a third site
    site: float = 10.0  # both name one personal page
    handle: float = 21.0  # at most, for one rare handle
    handle_built: float = 16.0  # at most, for a handle made of the other's name
    handle_alike: float = 6.0  # at most, for handles that differ in digits
    name: float = 14.0  # at most, for one rare name
    single_name: float = 2.0  # at most, for a name of one word
    work: float = 8.0  # credited on the same small work under agreeing names
    city: float = 3.0
    country: float = 1.0
    employer: float = 5.0  # at most
    little_known: float = 1.0  # the one that is named is no better known: nobody gains by it
    weak: float = 6.0  # at most, for place and employer together
    two_of_a_source: float = -6.0
    other_name: float = -8.0  # full names that cannot be one
    other_country: float = -3.0


class Settings(BaseModel):
    """`[identity]` of the settings file: thresholds and limits."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    merge: float = Field(0.999, gt=0.5, le=1, description="chance from which weighted evidence joins by itself")
    queue: float = Field(0.8, gt=0, lt=1, description="chance from which a pair is suggested for review")
    queue_share: float = Field(0.02, gt=0, le=1, description="suggestions shown at once, as a share of the leads")
    strict_claims: bool = Field(
        False, description="a one-way link joins only beside a second link or id; a like name or handle is not enough"
    )
    lone: float = Field(
        0.99,
        gt=0.5,
        le=1,
        description="chance from which a link to somebody no better known joins if nothing contradicts; 1: never",
    )
    largest: int = Field(12, ge=2, le=100, description="accounts of one lead; a larger one is refused and shown")
    block: int = Field(60, ge=2, le=1000, description="accounts that share a key and are compared with each other")
    refit_days: int = Field(7, ge=1, description="days after which word counts and prior are taken anew")
    weights: Weights = Weights()

    @property
    def digest(self) -> str:
        """Changes with every number in it."""
        return sha256(orjson.dumps(self.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
