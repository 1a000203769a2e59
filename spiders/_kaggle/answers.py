"""What we read of the answers of Kaggle's official API; everything else is ignored.

Fields at their default are omitted on the wire, so nearly everything is optional; enums travel as names, with or
without the type's prefix, and names we do not know are kept as they are.
"""

import hashlib
import json
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from spiders._reading.times import Moment

TIERS = {"NOVICE": 0, "CONTRIBUTOR": 1, "EXPERT": 2, "MASTER": 3, "GRANDMASTER": 4}
_TIER_NUMBERS = {str(number): name for name, number in TIERS.items()} | {
    "5": "STAFF",
    "11": "ORGANIZATION",
    "21": "RECALC",
}


def _tier(value: Any) -> Any:
    name = str(value).removeprefix("USER_ACHIEVEMENT_TIER_")
    return _TIER_NUMBERS.get(name, name)


Tier = Annotated[str, BeforeValidator(_tier)]
Time = Moment


class Answer(BaseModel):
    """Base: camelCase keys."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Owner(Answer):
    """The account behind a document."""

    id: int
    user_name: str
    display_name: str = ""
    tier: Tier = "NOVICE"
    progression_opt_out: bool = False
    location_sharing_opt_out: bool = False


class UserFacts(Answer):
    """What the search knows of a person; a ranking that is not there means not ranked."""

    user_location: str | None = None
    occupation_organization_name: str | None = None
    grandmaster_tier_level: int | None = None
    competition_ranking: int | None = None
    competition_points: int | None = None
    kernel_ranking: int | None = None
    kernel_points: int | None = None
    dataset_ranking: int | None = None
    dataset_points: int | None = None


class UserDocument(Answer):
    """One hit of the user search."""

    owner_user: Owner
    user_document: UserFacts = Field(default_factory=UserFacts)
    create_time: Time | None = None
    owner_organization: dict[str, Any] | None = None

    @property
    def best_rank(self) -> int | None:
        """The best of the three rankings; None for the unranked and for those who opted out."""
        facts = self.user_document
        ranks = [rank for rank in (facts.competition_ranking, facts.kernel_ranking, facts.dataset_ranking) if rank]
        return min(ranks) if ranks and not self.owner_user.progression_opt_out else None

    @property
    def points(self) -> int:
        """Points of all kinds; they fall by themselves every day and rise only by work."""
        facts = self.user_document
        return (facts.competition_points or 0) + (facts.kernel_points or 0) + (facts.dataset_points or 0)

    @property
    def digest(self) -> str:
        """Changes when the person changed, not when points decay or others overtake."""
        owner, facts = self.owner_user, self.user_document
        said = (
            *(owner.user_name, owner.display_name, owner.tier, owner.progression_opt_out),
            *(facts.user_location, facts.occupation_organization_name, facts.grandmaster_tier_level),
        )
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


class Found(Answer):
    """search.SearchApiService/ListEntities for users."""

    documents: list[dict[str, Any]] = []
    total_documents: int = 0
    next_page_token: str = ""


class Category(Answer):
    """A tag."""

    name: str = ""


class Kernel(Answer):
    """One notebook or script."""

    id: int = 0
    ref: str  # "user/slug"
    title: str = ""
    last_run_time: Time | None = None
    language: str = ""
    kernel_type: str = ""
    is_private: bool = False
    enable_gpu: bool = False
    total_votes: int = 0
    competition_data_sources: list[str] = []
    category_ids: list[str] = []


class Kernels(Answer):
    """kernels.KernelsApiService/ListKernels."""

    kernels: list[dict[str, Any]] = []
    next_page_token: str = ""


class Dataset(Answer):
    """One dataset."""

    id: int = 0
    ref: str
    title: str = ""
    subtitle: str = ""
    description: str = ""
    is_private: bool = False
    last_updated: Time | None = None
    vote_count: int = 0
    download_count: int = 0
    usability_rating: float | None = None
    tags: list[Category] = []


class Datasets(Answer):
    """datasets.DatasetApiService/ListDatasets."""

    datasets: list[dict[str, Any]] = []
    next_page_token: str = ""


class ModelInstance(Answer):
    """One variation of a model."""

    framework: str = ""
    license_name: str = ""


class SharedModel(Answer):
    """One model."""

    id: int = 0
    ref: str
    title: str = ""
    subtitle: str = ""
    description: str = ""
    is_private: bool = False
    publish_time: Time | None = None
    update_time: Time | None = None
    vote_count: int = 0
    instances: list[ModelInstance] = []
    tags: list[Category] = []


class Models(Answer):
    """models.ModelApiService/ListModels."""

    models: list[dict[str, Any]] = []
    next_page_token: str = ""


class Competition(Answer):
    """One competition."""

    id: int = 0
    ref: str  # the slug, in older answers the address
    title: str = ""
    category: str = ""
    deadline: Time | None = None
    team_count: int = 0
    awards_points: bool = False
    tags: list[Category] = []

    @property
    def slug(self) -> str:
        """The competition's own name."""
        return self.ref.rstrip("/").rsplit("/", 1)[-1]


class Competitions(Answer):
    """competitions.CompetitionApiService/ListCompetitions."""

    competitions: list[dict[str, Any]] = []
    next_page_token: str = ""
