"""A night on a code host: people whose changes were merged into listed projects, and people named elsewhere.

It goes in phases: merged changes of the projects, newest first, down to where the last night stopped; profiles not
read for a while; then people whom accounts of other sources name. A project without news costs one request. Lists of
contributors are not asked: they hold e-mail addresses instead of accounts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from scrapy import Request
from scrapy.http import Response

from spiders._base import Yielded
from spiders._codehost.about import READ
from spiders._codehost.listing import ProjectLanes
from spiders._polite import gate as _gate
from spiders._polite import limits as _limits
from storage.records import Account, Gone, Kind, Known


class CodeHost(ProjectLanes):
    """Base of the code hosts: each says how its interface is asked and what its answers mean."""

    def limits(self, headers: Mapping[str, str], wall: float) -> _gate.Reading | None:
        """`RateLimit-*` headers, as GitLab sends them."""
        return _limits.spelled(headers, "ratelimit", wall=wall)

    # --- phases ------------------------------------------------------------------------------------------------

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.phases.append(self.profiles)

    def profiles(self) -> Iterator[Request]:
        """People never read or not for a while, those met longest ago first."""
        due = (self.now() - timedelta(days=self.options.refresh_days)).isoformat()
        known = [one for one in self.everybody() if not one.gone_at and one.kind is not Kind.BOT]
        late = sorted((one for one in known if one.markers.get(READ, "") <= due), key=_longest_ago)
        self.ledger.skip("over_max_profiles", max(0, len(late) - self.options.max_profiles))
        for one in late[: self.options.max_profiles]:
            yield self.ask(
                self.profile_at(one), self.refreshed, lane=self.refresh_lane(), on_missing=self.left, known=one
            )

    def everybody(self) -> Iterable[Known]:
        """People stored and people met tonight."""
        stored = {one.account.source_id: one for one in self.store.known(self.name)}
        return {**self.met, **stored}.values()

    def look_up_all(self, handles: Sequence[str]) -> Iterator[Request]:
        """Ask for each by itself."""
        for handle in handles:
            yield self.ask(
                self.name_at(handle), self.looked_up, lane=self.linked_lane().id, on_missing=self.nobody, handle=handle
            )

    # --- people ------------------------------------------------------------------------------------------------

    def refreshed(self, response: Response, known: Known) -> Iterator[Yielded]:
        """A profile read again."""
        found = self.profile(response)
        if found is not None:
            yield self.marked(found)
        else:
            yield from self.left(response, known)

    def left(self, response: Response, known: Known) -> Iterator[Yielded]:
        """Somebody who is not there any more, or hides."""
        del response
        self.ledger.skip("left")
        origin = self.stamp(f"{self.options.site}/{known.handle}")
        yield Gone(account=known.account, reason="not_found", origin=origin)

    def looked_up(self, response: Response, handle: str) -> Iterator[Yielded]:
        """Somebody named elsewhere."""
        found = self.profile(response)
        if found is not None:
            yield self.marked(found)
        else:
            yield from self.nobody(response, handle)

    def nobody(self, response: Response, handle: str) -> Iterator[Yielded]:
        """A handle nobody (to be kept) has."""
        del response
        self.ledger.skip("linked_but_not_there")
        yield self.looked_up_in_vain(handle)

    def marked(self, account: Account) -> Account:
        """The account with when its profile was read."""
        return account.model_copy(update={"markers": {**account.markers, READ: self.now().isoformat()}})


def _longest_ago(one: Known) -> tuple[str, str]:
    return one.markers.get(READ, ""), one.account.source_id
