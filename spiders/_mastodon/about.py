"""What Mastodon says of itself: card, settings, and what its night takes."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import ClassVar

from pydantic import Field

from spiders._about import Follows
from spiders._card import Card, Options
from spiders._course.past import Past, Work
from storage.records import Lane

REFRESH = "mastodon/refresh/known"
# Servers of practitioners. The largest ones are left out: their terms forbid automated reading (not verified).
SERVERS = (
    *("fosstodon.org", "hachyderm.io", "sigmoid.social", "techhub.social", "mathstodon.xyz", "fediscience.org"),
    *("mas.to", "mastodon.acm.org", "data-folks.masto.host", "vis.social", "indieweb.social", "mstdn.social"),
)


class MastodonOptions(Options):
    """Settings of the Mastodon source."""

    servers: tuple[str, ...] = Field(SERVERS, description="servers that may be asked; each has its own terms")
    address: str = Field("https://{server}", description="address of a server")
    delay: float = Field(1.0, ge=0, description="seconds between two requests to one server")
    refresh_days: int = Field(7, ge=1, description="days until a known profile is looked up again")


class AboutMastodon(Follows):
    """Mastodon and its kin: one look-up per person named elsewhere."""

    name = "mastodon"
    options_model: ClassVar[type[Options]] = MastodonOptions
    card = Card(
        title="Mastodon",
        method="public interface of each listed server, one look-up per handle found elsewhere, no token",
        terms="https://docs.joinmastodon.org/api/",
        terms_read=date(2026, 11, 22),
        fields=("handle", "name", "bio", "location", "links", "created_at", "followers", "number of posts"),
        limits="300 requests in five minutes and server; one a second at most",
        yields="as many people as others name, less those who do not wish to be found",
        fresh_days=7,
        exposes=(
            "rows of the profile (verified where the linked page links back, else claimed)",
            "any address in the biography (claimed where it stands alone, else mentioned)",
        ),
    )

    @classmethod
    def base(cls, options: Options) -> str:
        """The form of a server's address; no token belongs to it."""
        return str(getattr(options, "address", ""))

    @classmethod
    def expects(cls, lanes: Sequence[Lane], options: Options, past: Past) -> Iterable[Work]:
        """One request per new handle, and one per person known who is due."""
        due = past.due(getattr(options, "refresh_days", 7))
        return [*(Work(lane.id, first=10) for lane in lanes), Work(REFRESH, first=0, due=due)]
