"""The role profile: what a sourcer looks for, with weights, lanes and half lives. Unknown keys are errors."""

import hashlib
import math
from collections.abc import Mapping
from functools import cached_property
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from scoring.roles.defaults import COMPONENTS, DEFAULT_LEVELS, DEFAULT_WEIGHTS, LANE_KINDS
from scoring.roles.location import Location, Profile
from scoring.skills import Alias, Skill, Vocabulary, shipped_vocabulary
from storage.records import Lane, Level

Share = Field(ge=0, le=1)


class Title(Profile):
    """A job title looked for; `worth` under 1 marks a near miss, "research engineer (half)"."""

    text: str  # in alias notation: "MLE ^", "CV engineer ! {vision}"
    worth: float = Share

    @cached_property
    def alias(self) -> Alias:
        """The title with its marks read."""
        return Alias.parse(self.text)


class Group(Profile):
    """A must-have: met by any of its skills, or only by all of them."""

    name: str
    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    level: Level = Level.PRACTICE
    weight: float = Field(default=1, gt=0)
    years: int | None = Field(default=None, ge=0)  # asked experience; only the linter reads it

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        if bool(self.any) == bool(self.all):
            raise ValueError("a must-have needs either `any` or `all` with at least one skill")
        return self

    @property
    def skills(self) -> tuple[str, ...]:
        """The skills named."""
        return self.any or self.all


class Nice(Profile):
    """A skill that helps."""

    skill: str
    level: Level = Level.ACTIVITY
    weight: float = Field(default=1, gt=0)


class Seniority(Profile):
    """The level looked for and how far from it one may be."""

    target: Literal["junior", "mid", "senior", "staff", "principal"] = "senior"
    tolerance: int = Field(default=1, ge=0, le=4)


class Language(Profile):
    """A working language."""

    code: str = Field(pattern="^[a-z]{2}$")
    level: Literal["basic", "working", "fluent"] = "working"


class HalfLives(Profile):
    """Months after which evidence counts half."""

    skill: float = Field(default=24, gt=0)
    activity: float = Field(default=12, gt=0)
    paper: float = Field(default=48, gt=0)


class Deductions(Profile):
    """Limits of the penalties, and which are switched off."""

    max_total: float = Field(default=0.10, ge=0, le=0.10)
    off: tuple[Literal["buzzwords", "accuracy_only", "stale"], ...] = ()


class LaneGroup(Profile):
    """Where to look: one kind of lane of one source, with its targets."""

    source: str
    kind: str
    targets: tuple[str, ...] = Field(min_length=1)

    @field_validator("targets", mode="before")
    @classmethod
    def _as_text(cls, targets: object) -> object:
        return [str(target) for target in targets] if isinstance(targets, list) else targets

    @model_validator(mode="after")
    def _known_kind(self) -> Self:
        kinds = LANE_KINDS.get(self.source)
        if kinds is not None and self.kind not in kinds:
            raise ValueError(f"{self.source} has no lane kind {self.kind!r}; it has {', '.join(kinds)}")
        return self


class Role(Profile):
    """A role profile. Scoring refuses one that nobody has confirmed."""

    role: str = Field(pattern="^[a-z0-9][a-z0-9-]{0,39}$")
    version: int = Field(ge=1)
    name: str = ""
    confirmed: bool = False
    titles: tuple[Title, ...] = Field(min_length=1)
    not_titles: tuple[str, ...] = ()
    must_have: tuple[Group, ...] = ()
    nice_to_have: tuple[Nice, ...] = ()
    seniority: Seniority = Field(default_factory=Seniority)
    location: Location = Field(default_factory=Location)
    languages: tuple[Language, ...] = ()
    half_life_months: HalfLives = Field(default_factory=HalfLives)
    levels: Mapping[Level, float] = Field(default_factory=dict)
    weights: Mapping[str, float] = Field(default_factory=dict)
    sources: Mapping[str, float] = Field(default_factory=dict)
    penalties: Deductions = Field(default_factory=Deductions)
    missing: Literal["cohort", "cautious"] = "cohort"
    skills: tuple[Skill, ...] = ()
    lanes: tuple[LaneGroup, ...] = ()

    @field_validator("titles", mode="before")
    @classmethod
    def _short_titles(cls, titles: object) -> object:
        if not isinstance(titles, list):
            return titles
        return [{"text": title, "worth": 1.0} if isinstance(title, str) else title for title in titles]

    @field_validator("nice_to_have", mode="before")
    @classmethod
    def _short_nice(cls, nice: object) -> object:
        return [{"skill": one} if isinstance(one, str) else one for one in nice] if isinstance(nice, list) else nice

    @field_validator("weights")
    @classmethod
    def _known_weights(cls, weights: Mapping[str, float]) -> Mapping[str, float]:
        if unknown := sorted(set(weights) - set(COMPONENTS)):
            raise ValueError(f"no component {unknown[0]!r}; there are {', '.join(COMPONENTS)}")
        if wrong := [name for name, weight in weights.items() if not 0 <= weight < math.inf]:
            raise ValueError(f"the weight of {wrong[0]!r} is {weights[wrong[0]]}: write 0 or more")
        return weights

    @field_validator("levels", "sources")
    @classmethod
    def _shares(cls, shares: Mapping[object, float]) -> Mapping[object, float]:
        if wrong := [key for key, share in shares.items() if not 0 <= share <= 1]:
            raise ValueError(f"{wrong[0]} is {shares[wrong[0]]}: write a number from 0 to 1")
        return shares

    @model_validator(mode="after")
    def _weighs_something(self) -> Self:
        if math.fsum(self._asked_weights().values()) <= 0:
            raise ValueError("all weights are 0 or belong to parts the profile does not ask: give one a weight")
        return self

    def _asked_weights(self) -> dict[str, float]:
        """Weights, with 0 for what the profile does not ask about."""
        asked = {
            "must_have": bool(self.must_have),
            "nice_to_have": bool(self.nice_to_have),
            "location": self.location.asked,
            "language": bool(self.languages),
        }
        given = {**DEFAULT_WEIGHTS, **self.weights}
        return {name: given[name] if asked.get(name, True) else 0.0 for name in COMPONENTS}

    @cached_property
    def normal_weights(self) -> dict[str, float]:
        """Weight per component with a weight, in the fixed order; they sum to 1."""
        asked = self._asked_weights()
        total = math.fsum(asked.values())
        return {name: weight / total for name, weight in asked.items() if weight > 0}

    @cached_property
    def strengths(self) -> dict[int, float]:
        """Strength of evidence per level, 1 to 5."""
        return {int(level): self.levels.get(level, strength) for level, strength in DEFAULT_LEVELS.items()}

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The shipped vocabulary with this profile's own skills."""
        return shipped_vocabulary().extended(self.skills)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the whole profile and the vocabulary it reads with."""
        return hashlib.sha256(f"{self.model_dump_json()}{self.vocabulary.digest}".encode()).hexdigest()

    def lane_list(self) -> list[Lane]:
        """One lane per target, in the order of the file."""
        return [
            Lane(source=group.source, kind=group.kind, target=target, role=self.role)
            for group in self.lanes
            for target in group.targets
        ]
