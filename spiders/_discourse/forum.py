"""Asking one forum among many: what its site says, when it is left alone for the night, who is met there."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar

from scrapy import Request
from scrapy.http import Response

from spiders._base import Yielded
from spiders._discourse import people
from spiders._discourse.answers import Category, Site, UserField
from spiders._discourse.forums import SOURCE, DiscourseOptions, Forum, Place, places
from spiders._discourse.people import Seen
from spiders._lookup import Following
from spiders._polite import gate as _gate
from spiders._polite.addresses import Blocked
from spiders._polite.gate import MAX_WAIT, SECONDARY_WAIT
from spiders._reading.clean import each
from spiders._reading.shape import loads
from storage.errors import Unreadable
from storage.records import AccountKey, Origin

Reader = Callable[..., Iterable[Yielded]]


@dataclass(frozen=True, slots=True)
class Layout:
    """What a forum's site says of itself: its categories by slug, and the labels of its own profile fields."""

    categories: Mapping[str, int] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Met:
    """Somebody met tonight, whose profile may be read."""

    username: str
    worth: float


class ForumAsking(Following):
    """Many forums at once, each with a pause, a patience and an end of its own."""

    options: DiscourseOptions
    forums: ClassVar[tuple[Forum, ...]]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places: dict[str, Place] = {}
        self.layouts: dict[str, Layout] = {}
        self.closed: set[str] = set()
        self.waits: dict[str, float] = defaultdict(float)  # seconds of waiting a forum asked for tonight
        self.known: dict[AccountKey, tuple[str, str]] = {}  # handle, and the day the profile was read
        self.met: dict[AccountKey, Met] = {}
        self.earlier: set[AccountKey] = set()  # stored by nights before
        self.cut_off: set[AccountKey] = set()  # met by a part of this night that never came to their profiles

    def recall_all(self) -> None:
        """Take over who is known and which forums may be asked."""
        self.places = places(self.forums, self.options)
        for known in self.store.known(self.name):
            read = known.markers.get("read", "")
            self.known[known.account] = (known.handle, read)
            if not self.is_new(known):
                self.earlier.add(known.account)
            elif not read and not known.gone_at:
                self.cut_off.add(known.account)

    # --- asking ------------------------------------------------------------------------------------------------

    def get(self, place: Place, path: str, then: Reader, *, lane: str, **more: Any) -> Request:
        """One request to a forum; a forum that gives validators is asked only for what changed."""
        more.setdefault("on_failure", lambda _: ())
        more.setdefault("conditional", True)
        return self.ask(f"{place.address}{path}", then, lane=lane, place=place, **more)

    def sent(self, request: Request) -> None:
        """Let nothing out to a forum that is closed for tonight."""
        place = self.place_of(request.url)
        if place is not None and place.host in self.closed:
            raise Blocked("forum_closed", request.url)
        super().sent(request)

    def refusal(self, response: Response, headers: Mapping[str, str], wall: float) -> _gate.Refusal | None:
        """Whether a forum says "not now"; one that says it too often, or bans us, is left alone for tonight."""
        refused, place = super().refusal(response, headers, wall), self.place_of(response.url)
        if place is None:
            return refused
        if refused is None:
            if response.status == 403 and not response.body.lstrip().startswith((b"{", b"[")):
                self.leave(place.host, "status 403 without an error of the forum: the address seems banned")
            return None
        wait = refused.wait if refused.wait is not None else _wait_of(response)
        self.waits[place.host] += wait
        if self.waits[place.host] > self.options.forum_wait:
            self.leave(place.host, f"{self.waits[place.host]:.0f} s of waiting asked for")
            return None
        return _gate.Refusal(wait, refused.reason)

    def place_of(self, url: str) -> Place | None:
        """The forum an address belongs to; None for robots.txt, which is Scrapy's own question."""
        if url.endswith("/robots.txt"):
            return None
        return next((place for place in self.places.values() if url.startswith(f"{place.address}/")), None)

    def leave(self, host: str, why: str) -> None:
        """Ask a forum nothing more tonight; the others go on."""
        if host not in self.closed:
            self.closed.add(host)
            self.fail(f"unreadable:forum_closed {host} ({why})")

    # --- the site ----------------------------------------------------------------------------------------------

    def open_forum(self, place: Place, then: Callable[[Place], Iterable[Yielded]]) -> Iterator[Any]:
        """Go on with a forum once its layout is known; it is read anew every few weeks."""
        lane = f"{SOURCE}/forum/{place.host}"
        kept = self.recall(lane)
        due = (self.now().date() - timedelta(days=self.options.refresh_days)).isoformat()
        if str(kept.get("read", "")) > due:
            self.layouts[place.host] = Layout(kept["categories"], kept["labels"])
            yield from then(place)
        else:
            # No validator: an unchanged layout is no reason to go on without it.
            yield self.get(place, "/site.json", self.site_read, lane=lane, conditional=False, next_step=then)

    def site_read(
        self, response: Response, place: Place, next_step: Callable[[Place], Iterable[Yielded]]
    ) -> Iterator[Yielded]:
        """Keep the categories everybody may read and the labels of profile fields."""
        site = self.read(response, Site)
        categories = each(Category, site.categories, self.ledger.skip)
        fields = each(UserField, site.user_fields, self.ledger.skip)
        layout = Layout(
            {one.slug: one.id for one in categories if one.slug and not one.read_restricted},
            {str(one.id): one.name for one in fields},
        )
        self.layouts[place.host] = layout
        today = self.now().date().isoformat()
        kept = {"read": today, "categories": dict(layout.categories), "labels": dict(layout.labels)}
        yield self.remember(f"{SOURCE}/forum/{place.host}", kept)
        yield from next_step(place)

    # --- people ------------------------------------------------------------------------------------------------

    def meet(self, place: Place, seen: Seen, worth: float, origin: Origin) -> Iterator[Yielded]:
        """Keep somebody met in a list or topic; `worth` decides whose profile is read first."""
        if not self.welcome(seen):
            return
        key = people.key(place.host, seen.number)
        before = self.met.get(key, Met("", 0.0))
        self.met[key] = Met(seen.username, before.worth + worth)
        yield people.thin(place, seen, origin, new=key not in self.known)

    def welcome(self, seen: Seen) -> bool:
        """Whether somebody is kept at all."""
        if not seen.somebody:
            self.ledger.skip("nobody")
            return False
        if seen.staff and self.options.skip_staff:
            self.ledger.skip("staff")
            return False
        return True


def _wait_of(response: Response) -> float:
    """Seconds a 429 names in its body alone."""
    try:
        return min(MAX_WAIT, max(0.0, float(loads(response.body)["extras"]["wait_seconds"])))
    except (Unreadable, ValueError, KeyError, TypeError, AttributeError):
        return float(SECONDARY_WAIT)
