"""Looking up people whom accounts of other sources name: when, whom, and whom not again so soon."""

from collections.abc import Collection, Iterator
from datetime import timedelta

from scrapy.exceptions import DontCloseSpider

from spiders._base import SourceSpider
from spiders._card import Options
from spiders._linked import linked_handles
from storage.records import Account, Gone, Item, Known, Lane, LaneState, Origin

KIND = "linked"
PERSONAL = frozenset({"name", "headline", "bio", "location", "company", "links", "figures", "flags", "kind"})


def withdrawn(known: Known, reason: str, origin: Origin) -> Iterator[Item]:
    """Somebody known who does not want to be found any more: what was kept of them is emptied, the account is gone."""
    yield Account(
        source=known.account.source,
        source_id=known.account.source_id,
        handle=known.handle,
        url=origin.url,
        kind=known.kind,
        flags=(reason,),
        observed=PERSONAL,
        origin=origin,
    )
    yield Gone(account=known.account, reason=reason, origin=origin)


class Lookup(SourceSpider):
    """A source (or a phase of one) that follows links found elsewhere; its lane is SOURCE/linked/accounts."""

    AGAIN_DAYS = 30  # until a handle nobody was found behind is looked up again

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self._in_vain: dict[str, str] | None = None  # handle key: when it was looked up, ISO 8601
        self._has_waited = False

    @classmethod
    def linked_lane(cls) -> Lane:
        """The lane of people named elsewhere."""
        return Lane(source=cls.name, kind=KIND, target="accounts")

    @classmethod
    def own_lanes(cls, options: Options) -> list[Lane]:
        """Links found elsewhere are followed whatever the roles say."""
        return [cls.linked_lane()] if getattr(options, "linked", True) else []

    @property
    def follows_links(self) -> bool:
        """Whether this night follows links."""
        return any(lane.kind == KIND for lane in self.lanes)

    def wait_for_links(self) -> None:
        """Raise DontCloseSpider until the others have found whom they will find tonight."""
        try:
            self.wait_for_others()
        except DontCloseSpider:
            self._has_waited = True
            raise
        # Nobody waits for those who follow links, or they would follow them one source after the other.
        self.waiting = True
        if self._has_waited:
            # Sources that waited for each other wake together; those that go on finding people are busy a moment later.
            self._has_waited = False
            raise DontCloseSpider

    def named_elsewhere(self, known: Collection[str]) -> Iterator[str]:
        """Handle keys named elsewhere that are not among `known` and were not looked up in vain lately, sorted."""
        again = (self.now() - timedelta(days=self.AGAIN_DAYS)).isoformat()
        for handle in linked_handles(self.store, self.name, known):
            if self.in_vain.get(handle, "") < again:
                yield handle
            else:
                self.ledger.skip("looked_up_lately")

    @property
    def in_vain(self) -> dict[str, str]:
        """Handles nobody was found behind."""
        if self._in_vain is None:
            kept = self.recall(self.linked_lane().id).get("in_vain", {})
            oldest = (self.now() - timedelta(days=self.AGAIN_DAYS)).isoformat()
            self._in_vain = {handle: at for handle, at in kept.items() if at >= oldest}
        return self._in_vain

    def looked_up_in_vain(self, handle: str) -> LaneState:
        """Remember that there is nobody (to be kept) behind a handle."""
        self.in_vain[handle] = self.now().isoformat()
        return self.remember(self.linked_lane().id, {"in_vain": dict(self.in_vain)})
