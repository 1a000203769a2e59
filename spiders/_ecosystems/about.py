"""What the index of packages says of itself: card, settings, and what its night takes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import ClassVar

from pydantic import Field

from spiders._about import Follows
from spiders._card import Card, Options
from spiders._course.past import Past, Work
from storage.records import Lane


class EcosystemsOptions(Options):
    """Settings of the index of packages."""

    api: str = Field("https://packages.ecosyste.ms/api/v1", description="base address of the interface")
    registries: Mapping[str, str] = Field(
        {}, description="what the index calls the registry of a source: packages, npm"
    )
    linked: bool = Field(True, description="ask about owners the registries gave")
    delay: float = Field(0.75, ge=0, description="seconds between two requests; 5,000 an hour are allowed")
    refresh_days: int = Field(30, ge=1, description="days until an owner is read again")


class AboutEcosystems(Follows):
    """ecosyste.ms: everything an owner maintains."""

    turn = 4  # after the registries, whose owners it is asked about
    name = "ecosystems"
    options_model: ClassVar[type[Options]] = EcosystemsOptions
    card = Card(
        title="ecosyste.ms",
        method="public interface of the index, one request an owner, no token",
        terms="https://ecosyste.ms/terms",
        terms_read=date(2026, 11, 22),
        fields=("packages: name, description, keywords, downloads, dependents, last release",),
        limits="5,000 requests an hour; one in 0.75 s at most",
        yields="the other packages of owners the registries gave, with their use; no accounts",
        default_on=False,
        why_off="the index's names of the registries are not set; set registries, and enabled = true",
        fresh_days=31,
        exposes=("nothing: packages of accounts known already",),
        # A documented interface, whose robots.txt allows everything.
        robots=False,
    )

    @classmethod
    def expects(cls, lanes: Sequence[Lane], options: Options, past: Past) -> Iterable[Work]:
        """One request an owner, once in `refresh_days`."""
        days = timedelta(days=getattr(options, "refresh_days", 30))
        edge = (past.now - days).isoformat()
        return [
            Work(one.id, first=20, due=sum(at <= edge for at in (past.recall(one.id).get("read_at") or {}).values()))
            for one in lanes
        ]
