"""People of the fediverse whom accounts of other sources name: their profile at their own server, nothing else.

Nobody is discovered here. A handle found elsewhere is looked up once, at a server the operator listed, and kept only
if its owner wants to be found; who changes their mind is emptied the next time. A row of the profile that the server
verified is the best evidence of all sources that two accounts are one person.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from scrapy import Request
from scrapy.http import Response

from spiders._base import Yielded
from spiders._lookup import Following, withdrawn
from spiders._mastodon import people
from spiders._mastodon.about import REFRESH, AboutMastodon, MastodonOptions
from spiders._polite import gate as _gate
from spiders._polite import limits as _limits
from storage.records import Gone, Known, Origin, Sighting
from storage.text import handle_key


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody to be looked up."""

    name: str  # of the account, without the server
    host: str
    lane: str
    known: Known | None = None

    @property
    def handle(self) -> str:
        """The name everywhere, name@host."""
        return f"{self.name}@{self.host}"


class Mastodon(AboutMastodon, Following):
    """Mastodon and its kin: one look-up per person named elsewhere, without a token."""

    site = "https://joinmastodon.org"
    open_web = True  # servers come and go, and some answer members only
    options: MastodonOptions

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known: dict[str, Known] = {}

    def first(self) -> Iterator[Request]:
        """People known who were not looked up for a while."""
        self.known = {handle_key(known.handle): known for known in self.store.known(self.name)}
        due = self.now() - timedelta(days=self.options.refresh_days)
        late = [known for known in self.known.values() if not known.gone_at and known.last_seen <= due]
        late.sort(key=lambda known: (known.last_seen, known.handle))
        for known in late[: self.options.max_profiles]:
            if self.may_look_up(known.handle):
                yield self.look_up(known.handle, REFRESH, known)

    def may_look_up(self, handle: str) -> bool:
        """Only servers the operator listed are asked."""
        listed = handle.partition("@")[2].lower() in self.options.servers
        self.ledger.skip("server_not_listed", not listed)
        return listed

    def look_up_all(self, handles: Sequence[str]) -> Iterator[Request]:
        """Ask for each by itself."""
        return (self.look_up(handle, self.linked_lane().id) for handle in handles)

    def look_up(self, handle: str, lane: str, known: Known | None = None) -> Request:
        """Ask a person's own server."""
        name, _, host = handle.partition("@")
        member = Member(name, host.lower(), lane, known)
        server = self.options.address.format(server=member.host)
        return self.ask(
            f"{server}/api/v1/accounts/lookup?acct={quote(name)}",
            self.found,
            lane=lane,
            conditional=True,
            on_unchanged=lambda _: self.unchanged(member),
            on_missing=self.missing,
            on_failure=self.failed,
            member=member,
        )

    def found(self, response: Response, member: Member) -> Iterator[Yielded]:
        """A profile: kept if its owner wants to be found."""
        read = self.read_tolerant(response, people.Profile)
        page = self.stamp(f"https://{member.host}/@{read.username}")
        reason = people.reason_to_pass(read)
        if reason is not None:
            self.ledger.skip(reason)
            yield from self.let_be(member, reason)
        elif read.username.casefold() != member.name.casefold():
            self.ledger.skip("another_account")
            yield from self.let_be(member, "another_account")
        else:
            yield people.account(read, member.host, page, self.ledger.skip)

    def unchanged(self, member: Member) -> Iterator[Yielded]:
        """The profile is as it was; who was passed by then is passed by again."""
        if member.known is None:
            yield self.looked_up_in_vain(handle_key(member.handle))
        else:
            yield Sighting(account=member.known.account, handle=member.known.handle, seen_at=self.now())

    def let_be(self, member: Member, reason: str) -> Iterator[Yielded]:
        """Somebody not to be kept: forget what was kept of them, and do not ask again soon."""
        if member.known is not None:
            yield from withdrawn(member.known, reason, self.page(member))
        yield self.looked_up_in_vain(handle_key(member.handle))

    def missing(self, response: Response, member: Member) -> Iterator[Yielded]:
        """No such account (404), or no more (410)."""
        self.ledger.skip("linked_but_not_there" if member.known is None else "left")
        if member.known is not None:
            reason = "suspended" if response.status == 410 else "not_found"
            yield Gone(account=member.known.account, reason=reason, origin=self.page(member))
        yield self.looked_up_in_vain(handle_key(member.handle))

    def failed(self, reason: str) -> Iterator[Yielded]:
        """A server that does not answer strangers, or not at all: it is asked again another night."""
        self.ledger.skip(f"server_failed:{reason}")
        yield from ()

    def page(self, member: Member) -> Origin:
        """The origin of what a profile says: its public page."""
        return self.stamp(f"https://{member.host}/@{member.name}")

    def limits(self, headers: Mapping[str, str], wall: float) -> _gate.Reading | None:
        """Mastodon writes the end of its window as a time."""
        return _limits.spelled(headers, "x-ratelimit", wall=wall)

    def refusal(self, response: Response, headers: Mapping[str, str], wall: float) -> _gate.Refusal | None:
        """A 429 tells when the next window opens."""
        seen = self.limits(headers, wall)
        if response.status == 429 and seen is not None and "retry-after" not in headers:
            return _gate.Refusal(seen.reset_in + 1.0, "budget of the server used up")
        return super().refusal(response, headers, wall) if response.status == 429 else None
