"""How active accounts are in allow-listed communities of Reddit: counts only, each account a lead of its own.

Off by default, and nothing is asked without the operator's statement that Reddit approved the use. Reddit forbids to
match its accounts with others: they carry a flag that keeps them out of every join, publish no links here, and nothing
found elsewhere is looked up. What was deleted there, or could not be checked for two days, is dropped first of all.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from scrapy import Request
from scrapy.http import Response

from spiders._base import Yielded
from spiders._card import OWN_LEAD_ONLY
from spiders._conversation import Question
from spiders._farewell import expired
from spiders._reading.clean import HANDLE, clean
from spiders._reddit import memory
from spiders._reddit.about import RECHECK, AboutReddit
from spiders._reddit.answers import About, Listing, Thing, Token
from spiders._reddit.deletions import INDEX, Deletions
from spiders._reddit.memory import Community
from storage.errors import Unreadable
from storage.records import Account, AccountKey, Evidence, Item, Kind

FIELDS = frozenset({"kind", "name", "flags", "figures", "links"})
MACHINES = frozenset({"automoderator", "remindmebot", "sneakpeekbot"})


class Reddit(AboutReddit, Deletions):
    """Reddit: the Data API with the operator's own approved app."""

    site = "https://www.reddit.com"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.work: dict[AccountKey, list[Evidence]] = {}
        self.active_in: dict[AccountKey, list[str]] = {}  # lanes
        self.met: dict[str, str] = {}  # author → name, of tonight

    # ---- before anything is asked ---------------------------------------------------------------------------

    def first(self) -> Iterable[Request]:
        """Drop what may not stay, then sign in, if the approval is stated."""
        self.recall_accounts()
        missing = self.options.approval_missing
        self.drop_overdue(everything=bool(missing) or not self.options.communities)
        if missing:
            self.stop("refused", f"no statement of Reddit's approval: {', '.join(missing)} empty")
            return []
        self._open_communities()
        if not self.communities and not self.known:
            return []
        self.steps.extend((self.recheck, self.discover, self.decide))
        self.open += 1
        return [self.sign_in(self.entered, lane=RECHECK)]

    def _open_communities(self) -> None:
        allowed = {name.casefold() for name in self.options.communities}
        for lane in (lane for lane in self.lanes if lane.kind != "recheck"):
            name = lane.target.removeprefix("r/")
            if lane.kind != "communities" or name.casefold() not in allowed:
                self.ledger.skip("lane_not_allowed")
                continue
            self.communities[lane.id] = Community(name, self.recall(lane.id))
        for community in self.communities.values():
            stale = community.forget(before=self._window(), unchecked=self.overdue())
            self.ledger.skip("thing_not_rechecked", stale)

    def _window(self) -> date:
        return self.now().date() - timedelta(days=self.options.window_days)

    def entered(self, response: Response) -> Iterator[Yielded]:
        """Keep the token for this run."""
        self.signed_in(self.read(response, Token).access_token)
        yield from self.settle()

    # ---- who is active --------------------------------------------------------------------------------------

    def discover(self) -> Iterator[Yielded]:
        """Ask every community for its newest posts and comments."""
        for lane in self.communities:
            for kind in ("new", "comments"):
                yield self.page(lane, kind, "", 1)

    def page(self, lane: str, kind: str, after: str, number: int) -> Request:
        """One page of a community, newest first."""
        given = {"limit": 100} | ({"after": after} if after else {})
        path = f"/r/{quote(self.communities[lane].name, safe='')}/{kind}"
        return self.part(
            path, self.listed, lane=lane, given=given, on_missing=self.no_community, at=(lane, kind, number)
        )

    def no_community(self, _: Response, at: tuple[str, str, int]) -> Iterator[Yielded]:
        """A name Reddit does not know, or closed."""
        self.ledger.skip(f"community_not_found:{self.communities[at[0]].name[:40]}")
        yield from ()

    def listed(self, response: Response, at: tuple[str, str, int]) -> Iterator[Yielded]:
        """Count a page, and go on while it holds only what is new and recent."""
        lane, kind, number = at
        community, things = self.communities[lane], self.things(response)
        known = sum(thing.name in community.things for thing in things)
        recent = [thing for thing in things if thing.at.date() >= self._window()]
        for thing in recent:
            reason = self._no_contribution(thing, community)
            if reason:
                self.ledger.skip(reason)
            else:
                community.keep(thing, self.now())
                self.met[str(thing.author_fullname)] = str(thing.author)
        after = self.read(response, Listing).data.after
        if after and not known and len(recent) == len(things) and number < self.options.pages:
            yield self.page(lane, kind, after, number + 1)

    def _no_contribution(self, thing: Thing, community: Community) -> str:
        """Why a thing does not count, "" if it does."""
        name = (thing.author or "").casefold()
        reasons = {
            "thing_deleted": not thing.stands,
            "author_unknown": not thing.author_fullname,
            "author_bot": name in MACHINES or name.endswith(("bot", "_mod", "moderator")),
            "thing_of_moderators": bool(thing.distinguished) or thing.stickied,
            "other_community": thing.subreddit.casefold() != community.name.casefold(),
        }
        return next((reason for reason, holds in reasons.items() if holds), "")

    # ---- what to keep ---------------------------------------------------------------------------------------

    def decide(self) -> Iterator[Yielded]:
        """Keep the active, take back who is not any more; new ones are asked whether they hide."""
        sums = self._sums()
        enough = {key for key, count in sums.items() if count >= self.options.min_contributions}
        self.ledger.skip("below_min_contributions", len(sums) - len(enough))
        for key in [key for key in self.confirmed if key in self.known and key not in enough]:
            yield from self.say_farewell(key, "inactive")
        yield from self._expired()
        yield from self._memories()
        order = sorted(enough & (self.known.keys() | self._new()), key=lambda key: (-sums[key], key))
        self.ledger.skip("over_max_profiles", max(0, len(order) - self.options.max_profiles))
        for key in order[: self.options.max_profiles]:
            yield from self._keep(key)

    def _credit(self, thing: Item, question: Question) -> None:
        """People are found where they are active, whichever answer completed the picture."""
        del question
        if isinstance(thing, Account):
            for lane in self.active_in.get(thing.key, ()):
                self.ledger.met(lane, thing.key)

    def _sums(self) -> Counter[AccountKey]:
        sums: Counter[AccountKey] = Counter()
        for lane, community in self.communities.items():
            url = f"{self.options.site}/r/{community.name}/"
            for active in community.active():
                key = self.named(active.author)
                sums[key] += active.posts + active.comments
                made = memory.evidence(key, active, community.name, url, self.stamp(url))
                self.work.setdefault(key, []).append(made)
                self.active_in.setdefault(key, []).append(lane)
                self.ledger.bill(lane).found = len(community.things)
        return sums

    def _new(self) -> set[AccountKey]:
        """Authors seen tonight; of others no name is known to ask for."""
        return {self.named(author) for author in self.met}

    def _keep(self, key: AccountKey) -> Iterator[Yielded]:
        known = self.known.get(key)
        name = self.met.get(self.ids[key]) or self.confirmed.get(key)
        asked = known.markers.get("asked", "") if known else ""
        if name is None:
            return  # not confirmed tonight: it stays as it is, until it is overdue
        if known and asked > (self.now().date() - timedelta(days=self.options.profile_days)).isoformat():
            yield self._account(key, name, asked)
            yield from self.work[key]
        else:
            path = f"/user/{quote(name, safe='')}/about"
            lost = self._unasked
            yield self.call(path, self.asked, lane=RECHECK, key=key, on_missing=self.hidden, on_failure=lost)

    def _unasked(self, _: str) -> Iterator[Yielded]:
        self.ledger.skip("profile_failed")
        return iter(())

    def asked(self, response: Response, key: AccountKey) -> Iterator[Yielded]:
        """Keep an account that neither hides from robots nor is suspended."""
        about = self.read(response, About).data
        if about.hide_from_robots or about.is_suspended:
            yield from self.hidden(response, key)
            return
        if f"t2_{about.id}" != self.ids[key]:
            raise Unreadable("other_account", response.url)
        yield self._account(key, about.name, self.now().date().isoformat())
        yield from self.work[key]

    def hidden(self, _: Response, key: AccountKey) -> Iterator[Yielded]:
        """Nothing is kept of somebody who hides, was suspended or is gone."""
        self.ledger.skip("account_hides")
        for community in self.communities.values():
            community.erase([self.ids[key]])
        yield from self.say_farewell(key, "hidden")
        yield from self._memories()

    def _account(self, key: AccountKey, name: str, asked: str) -> Account:
        page = f"{self.options.site}/user/{quote(name, safe='')}"
        return Account(
            source=self.name,
            source_id=key.source_id,
            handle=f"redditor-{key.source_id[:8]}",
            url=page,
            kind=Kind.PERSON,
            name=clean(name, HANDLE),
            flags=(OWN_LEAD_ONLY,),
            markers={"asked": asked, "id": self.ids[key]},
            observed=FIELDS,
            origin=self.stamp(page),
        )

    def _expired(self) -> Iterator[Item]:
        return expired(self.store, {key: self.work[key] for key in self.known if key in self.work}, self.stamp)

    def _memories(self) -> Iterator[Yielded]:
        """Keep the counts; those of communities that are not read any more are dropped."""
        before = set(self.recall(INDEX).get("lanes", ()))
        for lane, community in self.communities.items():
            yield self.remember(lane, community.state())
        yield from (self.remember(lane, {}) for lane in sorted(before - self.communities.keys()))
        yield self.remember(INDEX, {"lanes": sorted(self.communities)})
