"""The lanes of a forum: its directory of members, and what is answered in a category."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from scrapy import Request
from scrapy.http import Response

from spiders._about import LINKED
from spiders._base import Yielded
from spiders._discourse import people, work
from spiders._discourse.answers import Directory, OpenTopic, Post, Row, Topic, Topics
from spiders._discourse.forum import ForumAsking
from spiders._discourse.forums import Place, target
from spiders._discourse.people import Seen
from spiders._reading.clean import each
from storage.errors import Unreadable
from storage.records import Lane

KINDS = frozenset({"directory", "category"})
SOLVED_WORTH = 5.0  # a solution counts as so many likes when profiles are chosen


class TopicReading(ForumAsking):
    """Directories and categories."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wanted: dict[str, list[tuple[Lane, str]]] = {}
        self.unread: dict[str, dict[int, None]] = {}  # topics of a lane whose answers are still out
        self.later: dict[str, list[int]] = {}  # topics of a lane left for the next night
        self.bumped: dict[str, str] = {}  # until when a lane was read in earlier nights
        self.newest: dict[str, str] = {}  # until when it is read tonight
        self.in_part: set[str] = set()  # lanes whose list was not read to its end last time
        self.orders: dict[str, set[str]] = {}  # of the directory of a lane, those not read to their end

    def sort_lanes(self) -> None:
        """Lanes by forum; a forum that is not listed is never asked."""
        for lane in self.lanes:
            found = target(lane.target) if lane.kind in KINDS else None
            if found is None or (lane.kind == "category") != bool(found[1]):
                self.ledger.skip("lane_not_understood", lane.kind != LINKED)
            elif found[0] not in self.places:
                self.fail(f"unreadable:forum_not_listed {found[0]}")
            else:
                self.wanted.setdefault(found[0], []).append((lane, found[1]))

    def lanes_of(self, place: Place) -> Iterator[Request]:
        """The first requests of a forum's lanes."""
        for lane, category in self.wanted.get(place.host, ()):
            yield from self.category(place, lane.id, category) if category else self.directory(place, lane.id)

    # --- the directory -----------------------------------------------------------------------------------------

    def directory(self, place: Place, lane: str) -> Iterator[Request]:
        """The most liked members, and those with most solutions, every few days."""
        due = (self.now().date() - timedelta(days=self.options.directory_every_days)).isoformat()
        if str(self.recall(lane).get("read", "")) > due:
            return
        orders = ("likes_received", *(("solutions",) if place.forum.solved else ()))
        self.orders[lane] = set(orders)
        for order in orders:
            yield self.ask_directory(place, lane, order, 0)

    def ask_directory(self, place: Place, lane: str, order: str, page: int) -> Request:
        """One page of fifty members."""
        path = f"/directory_items.json?period={self.options.period}&order={order}&page={page}"
        context = {"order": order, "page": page}
        done = partial(self.directory_done, lane, order) if order == "solutions" else lambda _: ()
        return self.get(place, path, self.directory_read, lane=lane, conditional=False, on_failure=done, **context)

    def directory_read(self, response: Response, place: Place, order: str, page: int) -> Iterator[Yielded]:
        """Keep the members above the threshold; the order says where to stop."""
        answer, lane = self.read(response, Directory), response.meta["lane"]
        rows = list(each(Row, answer.directory_items, self.ledger.skip))
        if order == "likes_received" and page == 0 and not answer.directory_items:
            raise Unreadable("empty_directory", place.host)
        kept = [row for row in rows if self.enough(row, order)]
        bill = self.ledger.bill(lane)
        bill.found = (bill.found or 0) + len(kept)
        for row in kept:
            yield from self.listed(place, row)
        if len(kept) == len(rows) and not answer.is_last(page) and page + 1 < self.options.directory_pages:
            yield self.ask_directory(place, lane, order, page + 1)
        else:
            yield from self.directory_done(lane, order)

    def directory_done(self, lane: str, order: str, _: str = "") -> Iterator[Yielded]:
        """One order was read; after the last one the lane is (a forum may know no solutions)."""
        self.orders[lane].discard(order)
        if not self.orders[lane]:
            yield self.remember(lane, {"read": self.now().date().isoformat()})

    def enough(self, row: Row, order: str) -> bool:
        """Whether a row is above the threshold of its order."""
        return row.likes_received >= self.options.min_likes if order == "likes_received" else bool(row.solutions)

    def listed(self, place: Place, row: Row) -> Iterator[Yielded]:
        """One member with their activity."""
        member = row.member
        if member is None:
            self.ledger.skip("row_without_name")
            return
        origin = self.stamp(f"https://{place.host}/u?period={self.options.period}")
        worth = row.likes_received + SOLVED_WORTH * (row.solutions or 0)
        for account in self.meet(place, Seen.of_member(row.id, member), worth, origin):
            yield account
            key = people.key(place.host, row.id)
            yield work.activity(place, row, self.options.period, key, self.now(), origin)

    # --- a category --------------------------------------------------------------------------------------------

    def category(self, place: Place, lane: str, slug: str) -> Iterator[Request]:
        """The topics of a category that moved since the last night."""
        number = self.layouts[place.host].categories.get(slug)
        if number is None:
            self.fail(f"unreadable:category_unknown {place.host}/{slug}")
            return
        memory = self.recall(lane)
        self.bumped[lane] = str(memory.get("bumped", ""))
        self.later[lane] = [int(topic) for topic in memory.get("pending", ())]
        self.in_part |= {lane} if memory.get("in_part") else set()
        yield self.ask_category(place, lane, f"/c/{slug}/{number}.json", slug, 0, [])

    def ask_category(self, place: Place, lane: str, path: str, slug: str, page: int, chosen: list[int]) -> Request:
        """One page of thirty topics, the last moved first."""
        return self.get(
            place,
            f"{path}?page={page}",
            self.category_read,
            lane=lane,
            # What an unchanged page holds was chosen by a night that was cut off, and is forgotten.
            conditional=lane not in self.in_part,
            on_unchanged=lambda _: self.open_topics(place, lane, slug, chosen),
            on_failure=lambda _: self.category_cut(place, lane, slug, chosen),
            listing=path,
            slug=slug,
            page=page,
            chosen=chosen,
        )

    def category_read(
        self, response: Response, place: Place, listing: str, slug: str, page: int, chosen: list[int]
    ) -> Iterator[Yielded]:
        """Choose the topics worth opening; go on until those of the last night come."""
        found, lane = self.read(response, Topics).topic_list, response.meta["lane"]
        since = self.since(lane)
        topics = [one for one in each(Topic, found.topics, self.ledger.skip) if not one.pinned and one.bumped_at]
        fresh = [one for one in topics if one.bumped_at and one.bumped_at > since]
        chosen = [*chosen, *(one.id for one in fresh if one.promising)]
        if page == 0 and fresh:
            newest = max(one.bumped_at for one in fresh if one.bumped_at)
            self.newest[lane] = newest.isoformat()
        if found.more_topics_url and fresh and len(fresh) == len(topics) and page + 1 < self.options.category_pages:
            yield self.remember(lane, {**self.recall(lane), "in_part": True})
            yield self.ask_category(place, lane, listing, slug, page + 1, chosen)
        else:
            yield from self.open_topics(place, lane, slug, chosen)

    def category_cut(self, place: Place, lane: str, slug: str, chosen: list[int]) -> Iterator[Yielded]:
        """A page did not come: open what was found, and go back as far once more next time."""
        self.newest.pop(lane, None)
        return self.open_topics(place, lane, slug, chosen)

    def since(self, lane: str) -> datetime:
        """When the last topic moved that was seen in earlier nights."""
        last = self.bumped.get(lane)
        return datetime.fromisoformat(last) if last else self.now() - timedelta(days=self.options.first_days)

    def open_topics(self, place: Place, lane: str, slug: str, chosen: Iterable[int]) -> Iterator[Yielded]:
        """Open the chosen topics and those left from earlier nights, as many as a night may."""
        todo = list(dict.fromkeys((*self.later[lane], *chosen)))
        tonight, self.later[lane] = todo[: self.options.topics_per_night], todo[self.options.topics_per_night :]
        self.ledger.skip("topic_left_for_next_night", len(self.later[lane]))
        self.unread[lane] = dict.fromkeys(tonight)
        yield self.remember(lane, {"bumped": self.newest.get(lane, self.bumped[lane]), "pending": todo})
        for topic in tonight:
            yield self.ask_topic(place, lane, slug, topic)

    def ask_topic(self, place: Place, lane: str, slug: str, topic: int) -> Request:
        """The first twenty posts of a topic."""
        settle = partial(self.settle, lane, topic)
        return self.get(
            place,
            f"/t/{topic}.json",
            self.topic_read,
            lane=lane,
            slug=slug,
            number=topic,
            on_unchanged=lambda _: settle(),
            on_missing=lambda *_, **__: settle(),
            on_failure=lambda reason: settle(again=not reason.startswith("closed")),
        )

    def topic_read(self, response: Response, place: Place, slug: str, number: int) -> Iterator[Yielded]:
        """Keep the answers somebody was thanked for, and who gave them."""
        lane = response.meta["lane"]
        try:
            topic = self.read(response, OpenTopic)
        except Unreadable:
            yield from self.settle(lane, number)
            raise
        origin = self.stamp(place.post(topic.id, 1).removesuffix("/1"))
        self.ledger.skip("post_not_read", max(0, topic.posts_count - len(topic.post_stream.posts)))
        for post in each(Post, topic.post_stream.posts, self.ledger.skip):
            if not work.thanked(post, topic) or post.user_deleted:
                continue
            worth = post.likes + SOLVED_WORTH * work.accepted(post, topic)
            for account in self.meet(place, Seen.of_post(post), worth, origin):
                yield account
                yield work.answer(place, slug, topic, post, people.key(place.host, post.user_id), origin)
        yield from self.settle(lane, number)

    def settle(self, lane: str, topic: int, *, again: bool = False) -> Iterator[Yielded]:
        """A topic was answered: those still out and those left over are remembered, so that a limit takes none back."""
        self.unread[lane].pop(topic, None)
        if again:
            self.later[lane].append(topic)
        pending = [*self.unread[lane], *self.later[lane]]
        yield self.remember(lane, {"bumped": self.newest.get(lane, self.bumped[lane]), "pending": pending})
