"""Answers of ecosyste.ms: all packages of one maintainer, with how much they are used.

Which maintainer fields there are was read in its source; those of packages are from memory, so each is optional and
one that does not fit is left out and counted.
"""

from pydantic import BaseModel, ConfigDict, Field

from spiders._reading.clean import clean_tags
from spiders._reading.times import Moment


class Indexed(BaseModel):
    """One package of a maintainer."""

    model_config = ConfigDict(extra="ignore")

    name: str = Field(min_length=1)
    description: str | None = None
    keywords_array: tuple[str, ...] | None = None
    repository_url: str | None = None
    registry_url: str | None = None
    downloads: float | None = Field(None, ge=0)
    downloads_period: str | None = None
    dependent_packages_count: float | None = Field(None, ge=0)
    dependent_repos_count: float | None = Field(None, ge=0)
    latest_release_published_at: Moment | None = None
    status: str | None = None

    @property
    def figures(self) -> dict[str, float]:
        """What is known of its use; downloads only by month, others cannot be compared."""
        known = {
            "downloads_month": self.downloads if self.downloads_period == "last-month" else None,
            "dependent_packages": self.dependent_packages_count,
            "dependent_repositories": self.dependent_repos_count,
        }
        return {name: value for name, value in known.items() if value is not None}

    @property
    def used(self) -> bool:
        """Whether others depend on it."""
        return bool(self.dependent_packages_count or self.dependent_repos_count)

    @property
    def tags(self) -> tuple[str, ...]:
        """Its keywords."""
        return clean_tags(self.keywords_array or ())
