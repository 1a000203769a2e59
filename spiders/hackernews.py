"""People who ask to be found in the monthly threads "Ask HN: Who wants to be hired?" on Hacker News.

Each night asks the search for the threads and each fresh thread once, whole; a person's profile is asked only
when their posts changed. A post that is edited away, deleted or gone is taken back the same night.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from scrapy import Request
from scrapy.http import Response

from spiders._base import SourceSpider, Yielded
from spiders._hackernews.about import AboutHackerNews, HackerNewsOptions
from spiders._hackernews.answers import Hit, Hits, Thread, User
from spiders._hackernews.candidates import (
    LIFE,
    Candidate,
    Standing,
    account,
    by_author,
    emptied,
    evidence,
    key,
    standing,
)
from spiders._hackernews.state import Memory, SeenPost
from spiders._reading.clean import each
from storage.errors import Unreadable
from storage.records import Item, Origin, Sighting, Withdrawn

TITLE = re.compile(
    r"Ask HN: (Who wants to be hired\? \((?:January|February|March|April|May|June|July|August|September|October"
    r"|November|December) \d{4}\))"
)
OWNER = "whoishiring"  # the account that opens the threads
OPEN = timedelta(days=31)  # how long after its start a thread takes posts, at most
MEMORY = "hackernews/posts"
EMPTIED = 0.1  # a thread that lost nine posts in ten is an outage of the search, not ninety people changing their mind
PAGE = 50  # threads per search answer; three threads a month come from the same account


class HackerNews(AboutHackerNews, SourceSpider):
    """Hacker News: candidates' threads through its public interfaces, without a token."""

    site = "https://news.ycombinator.com"
    options: HackerNewsOptions

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lane = ""
        self.memory = Memory({})
        self.marks: dict[str, str] = {}
        self.standing: list[Standing] = []
        self.threads_asked: set[int] = set()
        self.threads_read: set[int] = set()
        self.outstanding = 0

    def first(self) -> Iterable[Request]:
        """Ask for the threads once; the widest lane holds all others."""
        lanes = [lane for lane in self.lanes if lane.kind == "threads" and lane.target.isdigit()]
        self.ledger.skip("lane_not_understood", len(self.lanes) - len(lanes))
        if lanes:
            lane = max(lanes, key=lambda lane: int(lane.target))
            self.lane = lane.id
            self.memory = Memory(self.recall(MEMORY))
            self.marks = {k.account.source_id: k.markers.get("posts", "") for k in self.store.known(self.name)}
            wanted = quote('"who wants to be hired"')
            search = f"search_by_date?tags=story,author_{OWNER}&query={wanted}&hitsPerPage={PAGE}"
            yield self.ask(f"{self.options.algolia}/{search}", self.found, lane=lane.id, count=int(lane.target))

    def found(self, response: Response, count: int) -> Iterator[Yielded]:
        """Ask for the newest threads that can still hold fresh posts."""
        rows = each(Hit, self.read(response, Hits).hits, self.ledger.skip)
        hits = [hit for hit in rows if hit.author == OWNER and TITLE.fullmatch(hit.title or "")]
        newest = sorted(hits, key=lambda hit: hit.at, reverse=True)[:count]
        fresh = {hit.id for hit in newest if self.now() - hit.at <= LIFE + OPEN}
        self.ledger.skip("thread_expired", len(newest) - len(fresh))
        bill = self.ledger.bill(self.lane)
        bill.promised, bill.found = count, len(newest)
        self.threads_asked, self.outstanding = fresh, len(fresh)
        yield from map(self.ask_thread, sorted(fresh, reverse=True))
        if not fresh:
            yield from self.decide()

    def ask_thread(self, thread: int) -> Request:
        """One answer holds the whole tree."""
        return self.ask(
            f"{self.options.algolia}/items/{thread}",
            self.thread,
            lane=self.lane,
            on_missing=lambda _: self.unread("missing"),
            on_failure=self.unread,
        )

    def thread(self, response: Response) -> Iterator[Yielded]:
        """Keep the standing posts of a candidates' thread; after the last thread it is known who stands where."""
        try:
            self.take(self.read(response, Thread))
        except Unreadable:
            yield from self.settle()
            raise
        yield from self.settle()

    def take(self, thread: Thread) -> None:
        """Keep the standing posts of a thread that is what its title says."""
        title = TITLE.fullmatch(thread.title or "")
        if title is None or thread.author != OWNER:
            raise Unreadable("no_candidates_thread", f"{thread.id}: {thread.title!r} by {thread.author!r}")
        if len(thread.children) < self.memory.posts(thread.id) * EMPTIED:
            raise Unreadable("thread_emptied", f"{thread.id} holds {len(thread.children)} posts")
        self.threads_read.add(thread.id)
        self.standing += standing(thread, title[1], self.now(), self.post, self.ledger.skip)

    def unread(self, reason: str) -> Iterator[Yielded]:
        """A thread that brought no answer: what it held is neither confirmed nor taken back tonight."""
        self.ledger.skip(f"thread_unread:{reason}")
        yield from self.settle()

    def settle(self) -> Iterator[Yielded]:
        """Count an answered thread; the last one opens the decisions."""
        self.outstanding -= 1
        if self.outstanding == 0:
            yield from self.decide()

    def decide(self) -> Iterator[Yielded]:
        """Unchanged authors are only seen, changed ones are asked for, vanished posts are taken back."""
        candidates = by_author(self.standing)
        yield from self.taken_back({one.author for one in candidates})
        unread = self.threads_asked - self.threads_read
        held = {seen.author for seen in self.memory.seen() if seen.thread in unread}
        changed = []
        for one in candidates:
            self.remember_posts(one)
            if one.author in held:
                # With one of their threads unread, a post could seem gone that is not.
                self.ledger.skip("author_left_for_next_night")
            elif self.marks.get(one.author) == one.mark:
                yield Sighting(account=key(one.author), handle=one.author, seen_at=self.now())
            else:
                changed.append(one)
        self.ledger.skip("over_max_profiles", max(0, len(changed) - self.options.max_profiles))
        yield self.remember(MEMORY, self.memory.state())
        yield from map(self.ask_profile, changed[: self.options.max_profiles])

    def remember_posts(self, candidate: Candidate) -> None:
        """Keep where an author's posts stand, so that their absence is noticed."""
        for one in candidate.posts:
            self.memory.keep(SeenPost(one.thread, one.comment.id, candidate.author, one.comment.at))

    def taken_back(self, authors: set[str]) -> Iterator[Item]:
        """Remembered posts that stand no more, and the accounts that lost their last one."""
        ids, bereft = {one.comment.id for one in self.standing}, set()
        for seen in list(self.memory.seen()):
            expired = self.now() - seen.at > LIFE
            if seen.id in ids or not (expired or seen.thread in self.threads_read):
                continue
            self.memory.forget(seen)
            bereft.add(seen.author)
            reason = "expired" if expired else "removed_by_author"
            yield Withdrawn(
                account=key(seen.author), kind="post", source_id=str(seen.id), reason=reason, origin=self.post(seen.id)
            )
        for author in sorted(bereft - authors - {seen.author for seen in self.memory.seen()}):
            known = self.store.account(key(author))
            if known is not None:
                yield emptied(known, self.stamp(self.profile(author)))

    def ask_profile(self, candidate: Candidate) -> Request:
        """Ask what the author says of themself."""
        return self.ask(
            f"{self.options.firebase}/user/{quote(candidate.author, safe='')}.json",
            self.user,
            lane=self.lane,
            candidate=candidate,
            on_missing=self.user,
            on_failure=lambda _: self.records(candidate, None, settled=False),
        )

    def user(self, response: Response, candidate: Candidate) -> Iterator[Item]:
        """Join profile and posts; a name HN does not know any more answers null."""
        missing = response.status != 200 or response.body.strip() == b"null"
        yield from self.records(candidate, None if missing else self.read(response, User), settled=True)

    def records(self, candidate: Candidate, user: User | None, *, settled: bool) -> Iterator[Item]:
        """The account with one piece of evidence per post; unless `settled` the next night asks again."""
        found = account(candidate, user, self.profile(candidate.author), self.ledger.skip)
        yield found if settled else found.model_copy(update={"markers": {}})
        yield from evidence(candidate)

    def profile(self, author: str) -> str:
        """Where people read the profile."""
        return f"{self.options.site}/user?id={quote(author, safe='')}"

    def post(self, number: int) -> Origin:
        """The origin of what a post says: its public address."""
        return self.stamp(f"{self.options.site}/item?id={number}")
