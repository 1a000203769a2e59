"""Profiles of those met tonight or read long ago, where a forum's robots.txt allows them; the whole spider."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import quote

from scrapy import Request
from scrapy.http import Response

from spiders._base import Yielded
from spiders._discourse import people
from spiders._discourse.about import PROFILES
from spiders._discourse.answers import Profile, User
from spiders._discourse.forum import Layout
from spiders._discourse.forums import SOURCE, Place
from spiders._discourse.topics import TopicReading
from spiders._farewell import farewell
from spiders._polite.headers import plain_headers
from spiders._reading.clean import each
from storage.records import AccountKey, Gone, Sighting


class Discourse(TopicReading):
    """Base of forums: a subclass lists them in `forums` and has the card."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.phases.append(self.profiles)
        self.left: dict[str, int] = {}

    def first(self) -> Iterable[Request]:
        """The lanes of every forum, once its layout is known."""
        self.recall_all()
        self.left = dict.fromkeys(self.places, self.options.profiles_per_forum)
        self.sort_lanes()
        for host in self.wanted:
            yield from self.open_forum(self.places[host], self.lanes_of)

    # --- profiles ----------------------------------------------------------------------------------------------

    def profiles(self) -> Iterator[Request]:
        """Profiles not read lately, those thanked most first, so many per forum."""
        due = (self.now().date() - timedelta(days=self.options.refresh_days)).isoformat()
        stale = [key for key, (_, read) in self.known.items() if read and read <= due and key not in self.met]
        new = [key for key in self.met.keys() | self.cut_off if self.known.get(key, ("", ""))[1] <= due]
        new.sort(key=lambda key: (-self.met[key].worth if key in self.met else 0.0, key))
        for key in (*new, *sorted(stale)):
            place = self.places.get(key.source_id.rpartition("/")[0])
            if place is not None and self.may_read(place.host):
                name = self.met[key].username if key in self.met else self.known[key][0].rpartition("/")[2]
                yield self.ask_profile(place, name, key, PROFILES)

    def may_read(self, host: str) -> bool:
        """Whether one more profile of a forum is read tonight."""
        read = sum(self.options.profiles_per_forum - left for left in self.left.values())
        if self.left[host] <= 0 or read >= self.options.max_profiles:
            self.ledger.skip("profile_left_for_next_night")
            return False
        self.left[host] -= 1
        return True

    def may_look_up(self, handle: str) -> bool:
        """Only forums of this night are asked, each for so many profiles."""
        host = handle.partition("/")[0]
        return host in self.places and self.may_read(host)

    def look_up_all(self, handles: Sequence[str]) -> Iterator[Request]:
        """Ask for each by itself."""
        for host, _, username in (handle.partition("/") for handle in handles):
            yield self.ask_profile(self.places[host], username, None, self.linked_lane().id)

    def ask_profile(self, place: Place, username: str, key: AccountKey | None, lane: str) -> Request:
        """One profile; robots.txt decides whether it is really asked."""
        hidden = partial(self.hidden, place, username, key, "profile_hidden")
        return self.get(
            place,
            f"/u/{quote(username, safe='')}.json",
            self.profile_read,
            lane=lane,
            username=username,
            key=key,
            on_missing=lambda *_, **__: hidden(),
            on_unchanged=lambda _: self.hidden(place, username, key, ""),
        )

    def profile_read(
        self, response: Response, place: Place, username: str, key: AccountKey | None
    ) -> Iterator[Yielded]:
        """Keep a profile, unless its owner, its forum or the answer itself says otherwise."""
        for user in each(User, [self.read(response, Profile).user], self.ledger.skip):
            why = self.why_not(response, user, place, key)
            if why:
                yield from self.hidden(place, username, key, why)
                continue
            markers = {"read": self.now().date().isoformat()}
            labels = self.layout(place.host).labels
            origin = self.stamp(place.page(user.username))
            yield people.full(place, user, labels, markers, origin, self.ledger.skip)

    def why_not(self, response: Response, user: User, place: Place, key: AccountKey | None) -> str:
        """Why nothing of a profile is kept; "" if it may be."""
        seen = people.Seen(user.id, user.username, staff=bool(user.admin or user.moderator))
        if key is not None and key != people.key(place.host, user.id):
            return "profile_of_another"
        if user.profile_hidden or user.suspended_till:
            return "profile_hidden" if user.profile_hidden else "suspended"
        if not seen.somebody or (seen.staff and self.options.skip_staff):
            return "staff" if seen.somebody else "nobody"
        return "profile_not_to_be_kept" if self.unwanted(plain_headers(response).get("x-robots-tag", "")) else ""

    def unwanted(self, tag: str) -> bool:
        """Whether an answer asks not to be kept. Forums mark all profiles "noindex", which speaks of search pages."""
        words = {word.strip() for word in tag.lower().replace(":", ",").split(",")}
        return bool(words & {"none", "noai"}) or ("noindex" in words and not self.options.keep_noindex)

    def hidden(self, place: Place, username: str, key: AccountKey | None, why: str) -> Iterator[Yielded]:
        """A profile that shows nothing (new) is not asked for again before it would be read anew."""
        self.ledger.skip(why, bool(why))
        name, today = people.handle(place.host, username), self.now().date().isoformat()
        if key is None:
            yield self.looked_up_in_vain(name)
            return
        yield Sighting(account=key, handle=name, markers={"read": today}, seen_at=self.now())
        if why == "suspended":
            yield from self.dropped(place, key)
        elif why and key in self.earlier and (kept := self.store.account(key)) is not None:
            # Of whom this night met nothing was read there, so what is hidden is unknown and not empty.
            yield people.emptied(kept, self.stamp(f"https://{place.host}"))

    def dropped(self, place: Place, key: AccountKey) -> Iterator[Yielded]:
        """Nothing stays of somebody who was suspended."""
        origin = self.stamp(f"https://{place.host}")
        kept = list(farewell(self.store, key, "suspended", origin.url, origin))
        yield from kept or [Gone(account=key, reason="suspended", origin=origin)]

    def layout(self, host: str) -> Layout:
        """What is known of a forum's site, tonight or from earlier."""
        if host not in self.layouts:
            kept = self.recall(f"{SOURCE}/forum/{host}")
            self.layouts[host] = Layout(kept.get("categories", {}), kept.get("labels", {}))
        return self.layouts[host]
