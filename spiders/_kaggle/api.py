"""What every phase of the Kaggle spider shares: settings, calls, refusals, and keeping a person."""

from collections.abc import Iterator, Mapping
from typing import Any

from scrapy import Request
from scrapy.http import Response

from spiders._base import SourceSpider, Yielded
from spiders._kaggle import people, work
from spiders._kaggle.about import KaggleOptions
from spiders._kaggle.answers import UserDocument
from spiders._kaggle.memory import Memory
from spiders._kaggle.people import Person
from spiders._polite import gate as _gate
from storage.records import AccountKey, Evidence, Kind, Known
from storage.text import handle_key

MEMORY = "kaggle/leaderboards/read"
REFUSALS = 3  # in a row end the night: Kaggle publishes no numbers, so we go by what it says
HOLD = 6 * 3600.0  # seconds; the next night may ask again
UNRANKED = 10**9


class KaggleApi(SourceSpider):
    """The official API and the people met through it."""

    options: KaggleOptions

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.memory = Memory({})
        self.known: dict[AccountKey, Known] = {}
        self.people: dict[str, Person] = {}  # by handle key
        self.met: set[AccountKey] = set()
        self.shortlist: dict[AccountKey, tuple[UserDocument, str]] = {}
        self.downloads: set[str] = set()
        self.lookups = 0
        self.refused_in_a_row = 0

    def recall_people(self) -> None:
        """Take over from the Store who is known and which leaderboards were read."""
        self.memory = Memory(self.recall(MEMORY))
        self.known = {known.account: known for known in self.store.known(self.name)}
        self.people = {handle_key(known.handle): Person.known(known) for known in self.known.values()}

    def refusal(self, response: Response, headers: Mapping[str, str], wall: float) -> _gate.Refusal | None:
        """Three refusals in a row end the night."""
        refused = super().refusal(response, headers, wall)
        self.refused_in_a_row = self.refused_in_a_row + 1 if refused else 0
        if refused and self.refused_in_a_row >= REFUSALS:
            self.stop(
                "limit", f"refused {REFUSALS} times in a row: {refused.reason}", hold=max(HOLD, refused.wait or 0)
            )
        return refused

    def call(self, method: str, body: Mapping[str, object], then: Any, *, lane: str, **more: Any) -> Request:
        """One call of the API."""
        return self.ask(f"{self.options.api}/{method}", then, lane=lane, post=body, **more)

    def person(self, document: UserDocument, lane: str) -> Iterator[Yielded]:
        """Keep a person; whoever changed since their work was read goes on the shortlist."""
        account = people.account(document, self.options.site, self.stamp(self.page(document)), self.ledger.skip)
        if account.kind is Kind.ORGANISATION:
            self.ledger.skip("organisation")
            return
        known = self.known.get(account.key)
        before = Person.known(known) if known else None
        opted_out, mark = document.owner_user.progression_opt_out, before.work if before else ""
        self.people[handle_key(account.handle)] = Person(account.key, account.handle, opted_out, mark)
        self.met.add(account.key)
        yield account
        if opted_out and before and not before.opted_out:
            yield from self.without_ranks(account.key)
        if people.has_new_work(document, mark):
            self.shortlist.setdefault(account.key, (document, lane))

    def without_ranks(self, key: AccountKey) -> Iterator[Evidence]:
        """What was kept of somebody who now opted out, without rank and medal."""
        for kept in self.store.evidence([key]).get(key, ()):
            if kept.kind == "competition":
                yield work.without_rank(kept, self.stamp(kept.url))

    def page(self, document: UserDocument) -> str:
        """Where people read the profile; it is linked, never asked."""
        return f"{self.options.site}/{document.owner_user.user_name}"
