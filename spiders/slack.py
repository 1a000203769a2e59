"""Members of the operator's own Slack workspace who help others in its public channels.

Off by default, and nothing is asked without the recorded consent of the workspace's owner. Only allow-listed public
channels are read, through an internal app of that workspace; of messages only counts and days are kept.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from scrapy import Request
from scrapy.http import Response

from spiders._base import Yielded
from spiders._conversation import Question
from spiders._farewell import expired, farewell
from spiders._slack import activity
from spiders._slack.about import AboutSlack
from spiders._slack.answers import Member, MemberProfile
from spiders._slack.members import account, no_member, opted_out
from spiders._slack.reading import WORKSPACE, WorkspaceReading
from storage.errors import Unreadable
from storage.records import Account, AccountKey, Evidence, Item, Known, Sighting

INDEX = "slack/workspace/channels"  # which lanes hold counts
GONE_FOR_GOOD = frozenset({"left", "opted_out"})


class Slack(AboutSlack, WorkspaceReading):
    """Slack: the operator's own workspace, with its owner's consent."""

    site = "https://slack.com"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known: dict[AccountKey, Known] = {}
        self.work: dict[AccountKey, list[Evidence]] = {}
        self.heard_in: dict[AccountKey, list[str]] = {}  # lanes

    def first(self) -> Iterable[Request]:
        """Enter the workspace, if its owner's consent is on record and channels are listed."""
        missing = self.options.consent_missing
        if missing:
            self.stop("refused", f"no consent of the workspace's owner on record: {', '.join(missing)} empty")
            return []
        for lane in self.lanes:
            if lane.kind == "channels" and lane.target in self.options.channels:
                self.wanted[lane.target] = lane.id
            elif lane.kind != "workspace":
                self.ledger.skip("lane_not_allowed")
        return self.enter() if self.wanted else []

    # ---- what to keep -------------------------------------------------------------------------------------------

    def decide(self) -> Iterator[Yielded]:
        """Keep who was heard often enough, take back who left, opted out or fell silent."""
        if not self.members_complete:
            # Without the whole list nobody can be told from somebody who left.
            self.ledger.skip("profile_failed:members_incomplete")
            return
        self.known = {known.account: known for known in self.store.known(self.name) if self._ours(known)}
        self._forget()
        self._collect_work()
        kept = self._heard_enough()
        yield from self._farewells(kept)
        yield from self._expired()
        yield from self._memories()
        yield from self._keep(kept)

    def _ours(self, known: Known) -> bool:
        return known.account.source_id.startswith(f"{self.space.team}.")

    def _forget(self) -> None:
        """Drop what is older than the window and everything of people who are not to be counted."""
        before = self.now().date() - timedelta(days=self.options.window_days)
        heard = {one.user for read in self.channels.values() for one in read.memory.heard()}
        reasons = {user: self._reason(user) for user in heard}
        for reason, count in Counter(reason for reason in reasons.values() if reason).items():
            self.ledger.skip(f"member_{reason}", count)
        for read in self.channels.values():
            read.memory.forget(before)
            read.memory.erase(user for user, reason in reasons.items() if reason)

    def _reason(self, user: str) -> str:
        member = self.members.get(user)
        return no_member(member, self.space.opt_out) if member else "left"

    def _credit(self, thing: Item, question: Question) -> None:
        """People are found where they were heard, whichever answer completed the picture."""
        del question
        if isinstance(thing, Account | Sighting):
            key = thing.key if isinstance(thing, Account) else thing.account
            for lane in self.heard_in.get(key, ()):
                self.ledger.met(lane, key)

    def _collect_work(self) -> None:
        for read in self.channels.values():
            name, number = read.channel.name, read.channel.id
            url = f"{self.space.address}archives/{number}"
            for heard in read.memory.heard():
                key = self.space.key(heard.user)
                made = activity.evidence(key, heard, number, name, url, self.stamp(url))
                self.work.setdefault(key, []).append(made)
                self.heard_in.setdefault(key, []).append(read.lane)

    def _heard_enough(self) -> list[tuple[Member, AccountKey]]:
        """Members to keep, most heard first."""
        sums = {key: sum(w.figures["messages"] + w.figures["replies"] for w in work) for key, work in self.work.items()}
        enough = {key: count for key, count in sums.items() if count >= self.options.min_contributions}
        self.ledger.skip("below_min_contributions", len(sums) - len(enough))
        order = sorted(enough, key=lambda key: (-enough[key], key))
        return [(self.members[key.source_id.partition(".")[2]], key) for key in order]

    def _farewells(self, kept: Iterable[tuple[Member, AccountKey]]) -> Iterator[Item]:
        staying = {key for _, key in kept}
        for key, known in self.known.items():
            if key in staying or known.gone_at is not None:
                continue
            reason = self._reason(key.source_id.partition(".")[2]) or "inactive"
            self.ledger.skip(f"farewell_{reason}")
            yield from farewell(self.store, key, reason, self.space.address, self.stamp(self.space.address))

    def _expired(self) -> Iterator[Item]:
        """Work in channels where somebody is not heard any more, or that are not listed any more."""
        return expired(self.store, {key: self.work[key] for key in self.known if key in self.work}, self.stamp)

    def _memories(self) -> Iterator[Yielded]:
        """Keep the counts; those of channels that are not listed any more are dropped."""
        today, before = self.now().date().isoformat(), set(self.recall(INDEX).get("lanes", ()))
        lanes = {read.lane for read in self.channels.values()}
        for read in self.channels.values():
            last = {"read": today} if read.read else {k: v for k, v in self.recall(read.lane).items() if k == "read"}
            yield self.remember(read.lane, read.memory.state() | last)
        allowed = {lane.id for lane in self.own_lanes(self.options)}
        yield from (self.remember(lane, {}) for lane in sorted(before - allowed))
        yield self.remember(INDEX, {"lanes": sorted((before & allowed) | lanes)})

    # ---- people -------------------------------------------------------------------------------------------------

    def _keep(self, kept: list[tuple[Member, AccountKey]]) -> Iterator[Yielded]:
        """Unchanged members are only seen; of new and changed ones the full profile is asked."""
        self.ledger.skip("over_max_profiles", max(0, len(kept) - self.options.max_profiles))
        for member, key in kept[: self.options.max_profiles]:
            known = self.known.get(key)
            if known and known.gone_at is None and known.markers.get("updated") == str(member.updated):
                yield Sighting(account=key, handle=known.handle, seen_at=self.now())
                yield from self.work[key]
            else:
                yield self._profile(member, key)

    def _profile(self, member: Member, key: AccountKey) -> Request:
        def lost(*_: object) -> Iterator[Yielded]:
            self.ledger.skip("profile_failed")
            return iter(())

        return self.call(
            "users.profile.get",
            self.profiled,
            lane=WORKSPACE,
            given={"user": member.id},
            member=member,
            key=key,
            on_failure=lost,
            on_missing=lambda *_, **__: lost(),
        )

    def profiled(self, response: Response, member: Member, key: AccountKey) -> Iterator[Yielded]:
        """The account with its work, unless the full profile holds the word that says "leave me out"."""
        try:
            answer = self.read_optional(response, MemberProfile)
        except Unreadable:
            self.ledger.skip("profile_failed")
            raise
        profile = answer.profile if answer else member.profile
        if opted_out(profile, self.space.opt_out):
            yield from self._left_out(member, key)
            return
        yield account(member, profile, self.space, self.stamp(self.space.page(member.id)), self.ledger.skip)
        yield from self.work[key]

    def _left_out(self, member: Member, key: AccountKey) -> Iterator[Yielded]:
        self.ledger.skip("member_opted_out")
        for read in self.channels.values():
            read.memory.erase([member.id])
        yield from farewell(self.store, key, "opted_out", self.space.address, self.stamp(self.space.address))
        yield from self._memories()
