"""What the source of personal sites says of itself: card, settings, and what its night takes."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import ClassVar

from pydantic import Field

from spiders._about import Follows
from spiders._card import Card, Options
from spiders._course.past import LATENCY, Past, Work
from storage.records import Lane

LANE = Lane(source="web", kind="linked", target="sites")
MEMORY = "web/sites"


class WebOptions(Options):
    """Settings of the personal sites."""

    delay: float = Field(5.0, ge=0, description="seconds between two requests to one site")
    revisit_days: int = Field(30, ge=1, description="days after which a site is read again")
    max_profiles: int = Field(500, ge=1, description="sites visited per night")
    allow: tuple[str, ...] = Field(
        (), description='exact "host:port" pairs that may be asked although they are not on the open internet'
    )
    stand_in: str = Field(
        "", description="address of a server asked instead of every site, as {stand_in}/{host}/{path}"
    )


class AboutWeb(Follows):
    """Personal sites, read for what their owners say of themselves."""

    turn = 2  # who a page belongs to is decided when all who name it are known, as far as that goes
    name = "web"
    options_model: ClassVar[type[Options]] = WebOptions
    card = Card(
        title="Personal sites",
        method="pages of sites that a collected account names as its own; mark-up only (rel=me, h-card, schema.org, "
        "JSON Résumé)",
        terms="https://www.rfc-editor.org/rfc/rfc9309",
        terms_read=date(2026, 11, 22),
        fields=(
            *("address", "name", "headline", "bio", "company", "location", "links", "no_recruiters"),
            *("page: what the person says, skills", "resume: positions without contacts, skills"),
        ),
        limits="one request in five seconds and site, at most five a site and month, robots.txt and its extensions",
        yields="facts in mark-up on some of the sites visited, and the accounts their owners name there",
        exposes=("accounts anywhere: claimed in mark-up, verified where site and account name each other",),
        fresh_days=30,
    )

    @classmethod
    def base(cls, options: Options) -> str:
        """No address of its own: sites are found in accounts."""
        return str(getattr(options, "stand_in", "")) or "https://"

    @classmethod
    def own_lanes(cls, options: Options) -> list[Lane]:
        """One lane: the sites accounts name."""
        del options
        return [LANE]

    @classmethod
    def expects(cls, lanes: Sequence[Lane], options: Options, past: Past) -> Iterable[Work]:
        """Two requests a site and its robots.txt, for sites new or not read for long."""
        days = timedelta(days=getattr(options, "revisit_days", 30))
        due = sum(past.now - datetime.fromisoformat(kept["at"]) >= days for kept in past.recall(MEMORY).values())
        return [Work(lane.id, first=3 * min(options.max_profiles, 200), due=due, each=3) for lane in lanes]

    @classmethod
    def pace(cls, options: Options, lanes: Sequence[Lane]) -> float:
        """Twenty sites are asked side by side."""
        del lanes
        return max(options.delay, LATENCY) / 20
