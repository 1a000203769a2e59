"""The vocabulary: skills with their aliases, packages, files and tags, read from `skills.yaml`."""

import hashlib
import re
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator

from scoring.shipped import shipped_table

NO_SKILL = "-"  # id of phrases that hide the names inside them and are no skill themselves
SHIPPED = Path(__file__).with_name("skills.yaml")

_ALIAS = re.compile(r"(?P<text>[^!^{}]+?)\s*(?P<exact>\^)?\s*(?:!\s*\{(?P<context>[^{}]+)\})?")


class Alias(BaseModel):
    """One spelling of a skill or title: `JAX ^ ! {flax, xla}` is exact case and needs a context word."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    text: str
    exact: bool = False
    context: tuple[str, ...] = ()

    @staticmethod
    def parse(written: str) -> "Alias":
        """Read the notation of the data file; ValueError if a mark is malformed."""
        return _alias(written.strip())

    @property
    def common(self) -> bool:
        """Whether this is a common noun, which may take a plural: written in lower case, ends in a letter."""
        return not self.exact and self.text == self.text.lower() and self.text[-1:].isalpha()


@lru_cache(maxsize=20_000)
def _alias(written: str) -> Alias:
    found = _ALIAS.fullmatch(written)
    if found is None:
        raise ValueError(f"alias {written!r}: write it as `NAME`, `NAME ^` or `NAME ! {{word, word}}`")
    context = tuple(word.strip().lower() for word in (found["context"] or "").split(",") if word.strip())
    return Alias(text=found["text"], exact=found["exact"] is not None, context=context)


class Skill(BaseModel):
    """One skill and everything that shows it."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    id: str
    aliases: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()  # kinds of evidence that show it by themselves ("space", "app")
    released: str | None = None  # "2017-01"
    roles: tuple[str, ...] = ()

    @field_validator("aliases")
    @classmethod
    def _readable(cls, aliases: tuple[str, ...]) -> tuple[str, ...]:
        for written in aliases:
            Alias.parse(written)
        return aliases

    def parsed(self) -> list[Alias]:
        """The aliases with their marks read."""
        return [Alias.parse(written) for written in self.aliases]


class Vocabulary(BaseModel):
    """All skills one scorer knows."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    version: int
    skills: tuple[Skill, ...] = Field(min_length=1)

    @property
    def ids(self) -> frozenset[str]:
        """Ids of all skills."""
        return frozenset(skill.id for skill in self.skills)

    @property
    def digest(self) -> str:
        """SHA-256 over the content."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    def get(self, skill: str) -> Skill | None:
        """The skill of this id."""
        return next((known for known in self.skills if known.id == skill), None)

    def extended(self, more: Sequence[Skill]) -> Self:
        """This vocabulary with a profile's own skills; one of the same id replaces the shipped one."""
        if not more:
            return self
        own = {skill.id for skill in more}
        kept = (skill for skill in self.skills if skill.id not in own)
        return self.model_copy(update={"skills": (*kept, *more)})


@cache
def shipped_vocabulary() -> Vocabulary:
    """The vocabulary this version ships, read once."""
    return Vocabulary.model_validate(shipped_table(SHIPPED))
