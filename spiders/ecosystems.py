"""All packages of owners found at the registries, with how much they are used, from the open index ecosyste.ms.

Enrichment, never discovery: asked only about owners that `packages` and `npm` keep; what comes out is work of theirs.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from scrapy import Request
from scrapy.http import Response

from spiders._base import Yielded
from spiders._ecosystems.about import AboutEcosystems, EcosystemsOptions
from spiders._lookup import Lookup
from spiders._packages.index import Indexed
from spiders._reading.clean import EXCERPT, TITLE, clean, each
from spiders._reading.contacts import without_contacts
from spiders._reading.shape import loads
from storage.errors import Unreadable
from storage.records import Account, AccountKey, Evidence, LaneState, Level, Origin
from storage.text import web_address

MOST = 100  # packages of one owner that are read; more are counted


class Ecosystems(AboutEcosystems, Lookup):
    """The index of packages: everything an owner maintains."""

    options: EcosystemsOptions

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.read_at: dict[str, str] | None = None  # account key: when its packages were read, ISO 8601
        self.asked: set[AccountKey] = set()

    def first(self) -> Iterable[Request]:
        """Nothing: owners are found by others."""
        return ()

    def when_idle(self) -> Iterable[Request]:
        """Wait for the registries, then ask about every owner that is due."""
        if not self.follows_links:
            return ()
        self.wait_for_links()
        return [self.about(account) for account in self.due()]

    def due(self) -> Iterator[Account]:
        """Owners not read lately and not asked about tonight, sorted."""
        again = (self.now() - timedelta(days=self.options.refresh_days)).isoformat()
        for source in sorted(self.options.registries):
            for account in sorted(self.store.accounts(source=source), key=lambda one: one.key):
                if account.key in self.asked:
                    continue
                self.asked.add(account.key)
                if self.known_at.get(str(account.key), "") < again:
                    yield account
                else:
                    self.ledger.skip("read_lately")

    @property
    def known_at(self) -> dict[str, str]:
        """When each owner was read."""
        if self.read_at is None:
            self.read_at = dict(self.recall(self.linked_lane().id).get("read_at", {}))
        return self.read_at

    def about(self, account: Account) -> Request:
        """The packages of one owner, most used first."""
        registry = quote(self.options.registries[account.source], safe="")
        url = f"{self.options.api}/registries/{registry}/maintainers/{quote(account.handle, safe='')}/packages"
        query = f"?per_page={MOST}&sort=downloads&order=desc"
        return self.ask(
            url + query, self.packages, lane=self.linked_lane().id, on_missing=self.unknown_there, on=account
        )

    def packages(self, response: Response, on: Account) -> Iterator[Yielded]:
        """Every package as work of its owner."""
        rows = loads(response.body)
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            misread = Unreadable("unexpected_shape", "a list of packages was expected")
            raise self.patience.misread(response, misread)
        if len(rows) >= MOST:
            self.ledger.skip("more_packages_not_read")
        for found in each(Indexed, rows, self.ledger.skip):
            if found.status == "removed":
                self.ledger.skip("package_removed")
                continue
            yield self.evidence(on, found, response.url)
        yield self.read_now(on)

    def unknown_there(self, response: Response, on: Account) -> Iterator[Yielded]:
        """The index does not know every owner."""
        del response
        self.ledger.skip("owner_not_indexed")
        yield self.read_now(on)

    def read_now(self, account: Account) -> LaneState:
        """Remember when an owner was read."""
        self.known_at[str(account.key)] = self.now().isoformat()
        return self.remember(self.linked_lane().id, {"read_at": dict(self.known_at)})

    def evidence(self, owner: Account, found: Indexed, url: str) -> Evidence:
        """A package as work: maintained if others depend on it, else practice."""
        page = web_address(found.registry_url or "")
        return Evidence(
            account=owner.key,
            source_id=f"index:{found.name.lower()}",
            kind="package",
            url=page or url,
            title=clean(found.name, TITLE) or found.name[:TITLE],
            text=clean(without_contacts((found.description or "")[:EXCERPT]), EXCERPT),
            event_at=found.latest_release_published_at,
            level=Level.MAINTAINED if found.used else Level.PRACTICE,
            tags=found.tags,
            packages=(found.name.lower(),),
            figures=found.figures,
            origin=Origin(source=self.name, url=page or url, seen_at=self.now(), spider=f"{self.name}/{self.version}"),
        )
