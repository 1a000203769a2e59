"""Looking up people whom accounts of other sources name: when, whom, and whom not again so soon.

`Lookup` is what every such source needs; `Following` adds the usual night: phases of its own, then, round by round
(`_rounds`), whoever is named by then.
"""

from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import timedelta

from scrapy import Request

from spiders._about import LINKED, Follows
from spiders._base import SourceSpider
from storage.records import Account, Gone, Item, Known, LaneState, Origin
from storage.text import handle_key

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


class Lookup(Follows, SourceSpider):
    """A source (or a phase of one) that follows links found elsewhere; its lane is SOURCE/linked/accounts."""

    AGAIN_DAYS = 30  # until a handle nobody was found behind is looked up again

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self._in_vain: dict[str, str] | None = None  # handle key: when it was looked up, ISO 8601
        self._given_out: set[str] = set()  # handle keys of this night
        self._taken = 0  # of the room of this night

    @property
    def follows_links(self) -> bool:
        """Whether this night follows links."""
        return any(lane.kind == LINKED for lane in self.lanes)

    def wait_for_links(self) -> None:
        """For `when_idle`: raise DontCloseSpider until the others are done for now; see `wait_for_others`."""
        self.wait_for_others()

    def named_elsewhere(self, known: Collection[str] = ()) -> Iterator[str]:
        """Handle keys named elsewhere by now, sorted, each once a night.

        Left out are those of stored accounts, those among `known`, and those looked up in vain lately.
        """
        again = (self.now() - timedelta(days=self.AGAIN_DAYS)).isoformat()
        named = self.rounds.named(self.store, self.name)
        here = {handle_key(one.handle) for one in self.store.known(self.name)} if named else set()
        for handle in named:
            if handle in here or handle in known or handle in self._given_out:
                continue
            self._given_out.add(handle)
            if self.in_vain.get(handle, "") < again:
                yield handle
            else:
                self.ledger.skip("looked_up_lately")

    def with_room(self, handles: Iterable[str]) -> list[str]:
        """As many of them as the night has room for (`max_profiles`); the rest is counted and left to the next."""
        wanted, room = list(handles), max(0, self.options.max_profiles - self._taken)
        self.ledger.skip("over_max_profiles", max(0, len(wanted) - room))
        self._taken += min(room, len(wanted))
        return wanted[:room]

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


Phase = Callable[[], Iterable[Request]]


class Following(Lookup):
    """A source with phases of its own, if any, that then looks up people named elsewhere."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.phases: deque[Phase] = deque()

    @abstractmethod
    def look_up_all(self, handles: Sequence[str]) -> Iterable[Request]:
        """Ask for people by their handle keys; what each needs further may be added to `phases`."""

    def may_look_up(self, handle: str) -> bool:
        """Whether a handle can be asked for at all; one that cannot is counted here."""
        del handle
        return True

    def known_besides(self) -> Collection[str]:
        """Handle keys that need no look-up although no stored account bears them."""
        return ()

    def named(self) -> Iterable[Request]:
        """Ask for people whom accounts of other sources name as themselves by now."""
        fit = (handle for handle in self.named_elsewhere(self.known_besides()) if self.may_look_up(handle))
        return self.look_up_all(self.with_room(fit))

    def when_idle(self) -> Iterable[Request]:
        """The next phase that has something to ask; after the last, whoever is named by then."""
        while self.phases:
            requests = list(self.phases[0]())
            self.phases.popleft()
            if requests:
                return requests
        if not self.follows_links:
            return ()
        self.wait_for_links()
        return self.named()
