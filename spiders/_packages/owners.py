"""What every registry of packages does: read the listed ones, keep owners whose work is known, count all others.

Packages are read beside everything else of the night; their owners are compared once the others are done.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import quote

from scrapy import Request
from scrapy.http import Response

from spiders._base import Yielded
from spiders._lookup import Lookup
from spiders._packages.about import AboutRegistry, RegistryOptions
from spiders._packages.answers import Listed, Owner
from spiders._reading.clean import EXCERPT, HANDLE, TITLE, clean
from spiders._reading.contacts import without_contacts
from storage.records import (
    Account,
    AccountKey,
    Claim,
    Evidence,
    Kind,
    Lane,
    LaneState,
    Level,
    Link,
    Withdrawn,
)
from storage.text import handle_key

KIND = "owners"


class PackageOwners(AboutRegistry, Lookup):
    """A registry: who owns the packages a role names."""

    options: RegistryOptions
    asked_name: ClassVar[re.Pattern[str]]  # names the registry can have
    person_page: ClassVar[str]  # under `site`, with {user}
    package_page: ClassVar[str]  # under `site`, with {name}
    states_link: ClassVar[str]  # the field that leads to the repository

    @classmethod
    def package_url(cls, options: RegistryOptions, name: str) -> str:
        """Where the registry describes a package."""
        raise NotImplementedError

    def listed(self, response: Response) -> Listed:
        """The package an answer describes."""
        raise NotImplementedError

    @classmethod
    def normal(cls, name: str) -> str:
        """The form in which the registry's names are compared."""
        return name.lower()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.logins: dict[str, Account] = {}  # collected GitHub accounts by handle key
        self.read_tonight: list[tuple[Lane, Listed, str]] = []  # with the address of the answer

    def first(self) -> Iterator[Request]:
        """Every listed package that was not read lately: what they say depends on nobody."""
        due = (self.now() - timedelta(days=self.options.refresh_days)).isoformat()
        for lane in self.lanes:
            if lane.kind != KIND or not self.asked_name.fullmatch(lane.target):
                self.ledger.skip("lane_not_understood")
            elif self.recall(lane.id).get("read_at", "") > due:
                self.ledger.skip("read_lately")
            else:
                url = self.package_url(self.options, lane.target)
                yield self.ask(url, self.package, lane=lane.id, on_missing=self.missing, on=lane)

    def package(self, response: Response, on: Lane) -> Iterable[Yielded]:
        """Take note of what a package says, until the others are done."""
        self.read_tonight.append((on, self.listed(response), response.url))
        return ()

    def when_idle(self) -> Iterable[Request]:
        """Wait for the others, then compare the owners with all accounts collected by then."""
        if not self.read_tonight:
            return ()
        self.wait_for_links()
        people = (one for one in self.store.accounts(source="github") if one.kind is Kind.PERSON)
        self.logins = {handle_key(one.handle): one for one in people}
        for on, found, url in sorted(self.read_tonight, key=lambda one: one[0].id):
            self.tell(self.owners(found, url, on), lane=on.id, reader=self.package.__name__)
        self.read_tonight = []
        return ()

    def owners(self, found: Listed, url: str, on: Lane) -> Iterator[Yielded]:
        """Keep the owners who are collected people; take back the role of those who are owners no more."""
        if found.nobody:
            self.ledger.skip(found.nobody)
        kept = []
        for owner in found.owners:
            if (login := self.login_of(owner, found)) is None:
                self.ledger.skip("owner_not_collected")
                continue
            kept.append(owner.user.lower())
            yield self.account(owner, login)
            yield self.evidence(owner, found, on)
        for user in sorted(set(self.recall(on.id).get("owners", ())) - set(kept)):
            yield Withdrawn(
                account=self.key(user),
                kind="package",
                source_id=self.normal(on.target),
                reason="no_owner",
                origin=self.stamp(url),
            )
        yield self.read_now(on, kept)

    def missing(self, response: Response, on: Lane) -> Iterator[Yielded]:
        """A package that is not there is said so, and asked again when it is due."""
        del response
        self.ledger.skip(f"no_such_package:{on.target}")
        yield self.read_now(on, self.recall(on.id).get("owners", []))

    def read_now(self, lane: Lane, owners: Sequence[str]) -> LaneState:
        """Remember when a package was read and whom it gave."""
        return self.remember(lane.id, {"read_at": self.now().isoformat(), "owners": list(owners)})

    def login_of(self, owner: Owner, package: Listed) -> Account | None:
        """The collected GitHub account of the same name whose repository it is, or that has work in it."""
        account, repository = self.logins.get(handle_key(owner.user)), package.repository
        if account is None or repository is None:
            return None
        if repository[0] == handle_key(account.handle):
            return account
        name = "/".join(repository)
        work = self.store.evidence([account.key]).get(account.key, ())
        return account if any(_is_in(one, name) for one in work) else None

    def account(self, owner: Owner, login: Account) -> Account:
        """The owner's account at the registry; its name is its id there."""
        origin = self.stamp(self.options.site + self.person_page.format(user=quote(owner.user, safe="")))
        return Account(
            source=self.name,
            source_id=owner.user.lower(),
            handle=clean(owner.user, HANDLE) or owner.user.lower(),
            url=origin.url,
            kind=Kind.PERSON,
            links=(Link(url=login.url, claim=Claim.CLAIMED, field=self.states_link),),
            observed=frozenset({"links", "kind"}),
            origin=origin,
        )

    def evidence(self, owner: Owner, package: Listed, lane: Lane) -> Evidence:
        """The package as work its owner maintains."""
        name = self.normal(lane.target)
        origin = self.stamp(self.options.site + self.package_page.format(name=quote(name, safe="@/")))
        return Evidence(
            account=AccountKey(self.name, owner.user.lower()),
            source_id=name,
            kind="package",
            url=origin.url,
            title=clean(package.name, TITLE) or lane.target,
            text=clean(without_contacts(package.summary[:EXCERPT]), EXCERPT),
            event_at=package.released_at,
            level=Level.MAINTAINED,
            tags=package.tags,
            packages=(name,),
            figures={"owner": float(owner.role == "Owner")},
            origin=origin,
        )


def _is_in(work: Evidence, repository: str) -> bool:
    return work.kind in ("repository", "contribution", "merged_change") and work.title.lower() == repository
