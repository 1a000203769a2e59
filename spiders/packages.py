"""Owners of listed Python packages, as the package registry names them, joined to collected GitHub accounts.

Enrichment, never discovery: an owner is kept only if the package's repository belongs to a collected GitHub account of
the same name, or a collected GitHub account of that name has work in that repository. All other owners are counted.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from scrapy import Request
from scrapy.http import Response

from spiders._base import Yielded
from spiders._card import Card, Options, past_forecast
from spiders._clean import EXCERPT, HANDLE, TITLE, clean, clean_tags
from spiders._hackernews.contacts import without_contacts
from spiders._lookup import Lookup
from storage.records import (
    Account,
    AccountKey,
    Claim,
    Evidence,
    Forecast,
    Kind,
    Lane,
    LaneBill,
    LaneState,
    Level,
    Link,
    Withdrawn,
)
from storage.text import handle_key

KIND = "owners"
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")
_REPOSITORY = re.compile(r"https?://(?:www\.)?github\.com/([\w.-]{1,100})/([\w.-]{1,100})(?:[/#?].*)?", re.IGNORECASE)
_TOPIC = "Topic :: "


class PackageOptions(Options):
    """Settings of the package registry."""

    api: str = Field("", description="base address of the registry's JSON interface, as {api}/NAME/json")
    site: str = Field("", description="where people read the profiles, as {site}/user/NAME/")
    delay: float = Field(0.5, ge=0, description="seconds between two requests")
    refresh_days: int = Field(14, ge=1, description="days until a package is read again")


class Role(BaseModel):
    """One person's role in a package."""

    model_config = ConfigDict(extra="ignore")

    role: str
    user: str = Field(min_length=1)


class Ownership(BaseModel):
    """Who owns a package; older answers lack it."""

    model_config = ConfigDict(extra="ignore")

    organization: str | None = None
    roles: tuple[Role, ...] = ()


class Info(BaseModel):
    """What a package says of itself; mail addresses are not read."""

    model_config = ConfigDict(extra="ignore")

    name: str
    summary: str | None = None
    keywords: str | None = None
    classifiers: tuple[str, ...] = ()
    home_page: str | None = None
    project_urls: Mapping[str, str] | None = None


class File(BaseModel):
    """One file of the latest release."""

    model_config = ConfigDict(extra="ignore")

    upload_time_iso_8601: AwareDatetime | None = None


class Package(BaseModel):
    """The answer for one package."""

    model_config = ConfigDict(extra="ignore")

    info: Info
    ownership: Ownership | None = None
    urls: tuple[File, ...] = ()

    @property
    def repository(self) -> tuple[str, str] | None:
        """Owner and name of its GitHub repository, in normal form."""
        stated = [*(self.info.project_urls or {}).values(), self.info.home_page or ""]
        found = next(filter(None, (_REPOSITORY.fullmatch(url.strip()) for url in stated)), None)
        return (found[1].lower(), found[2].lower().removesuffix(".git")) if found else None

    @property
    def released_at(self) -> datetime | None:
        """When the latest release was uploaded."""
        return max((file.upload_time_iso_8601 for file in self.urls if file.upload_time_iso_8601), default=None)

    @property
    def tags(self) -> tuple[str, ...]:
        """Keywords and the last words of its topics."""
        words = re.split(r"[,;]|\s{2,}", self.info.keywords or "")
        topics = (one.rpartition(" :: ")[2] for one in self.info.classifiers if one.startswith(_TOPIC))
        return clean_tags([*words, *topics])


def normal(name: str) -> str:
    """The form in which package names are compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


class Packages(Lookup):
    """The package registry: who owns the packages a role names."""

    name = "packages"
    options_model: ClassVar[type[Options]] = PackageOptions
    options: PackageOptions
    card = Card(
        title="Python packages",
        method="JSON interface of the package registry, one request a package, no token",
        terms="https://policies.python.org/",
        terms_read=date(2026, 11, 22),
        fields=("handle", "links", "packages: name, summary, topics, role, last release"),
        limits="none published; two requests a second at most",
        yields="the owners of listed packages that are collected GitHub accounts, one or two a package",
        default_on=False,
        why_off="the registry's address is not set; set api and site, and enabled = true",
        fresh_days=14,
        exposes=("github (claimed: same name, and work in the package's repository)",),
        # The interface is documented for programs; robots.txt speaks of the web pages, which are never asked.
        robots=False,
    )

    @classmethod
    def base(cls, options: Options) -> str:
        """The registry's address, once it is set."""
        return str(getattr(options, "api", "")) or "https://"

    @classmethod
    def own_lanes(cls, options: Options) -> list[Lane]:
        """None: packages come from roles."""
        del options
        return []

    @classmethod
    def forecast(
        cls, lanes: Sequence[Lane], options: Options, past: Mapping[str, LaneBill], known: int
    ) -> list[Forecast]:
        """One request a package, once in `refresh_days`."""
        del known
        return [
            past_forecast(lane.id, past)
            or Forecast(lane=lane.id, requests=1, minutes=options.delay / 60, basis="first guess")
            for lane in lanes
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.logins: dict[str, Account] = {}  # collected GitHub accounts by handle key
        self.phases: list[Callable[[], Iterable[Request]]] = [self.read_all]

    def first(self) -> Iterable[Request]:
        """Nothing: owners are compared with accounts collected tonight."""
        return ()

    def when_idle(self) -> Iterable[Request]:
        """Wait for the others, then ask for what is due."""
        if not self.phases:
            return ()
        self.wait_for_links()
        return self.phases.pop()()

    def read_all(self) -> Iterator[Request]:
        """Every listed package that was not read lately."""
        people = (one for one in self.store.accounts(source="github") if one.kind is Kind.PERSON)
        self.logins = {handle_key(one.handle): one for one in people}
        due = (self.now() - timedelta(days=self.options.refresh_days)).isoformat()
        for lane in self.lanes:
            if lane.kind != KIND or not _NAME.fullmatch(lane.target):
                self.ledger.skip("lane_not_understood")
            elif self.recall(lane.id).get("read_at", "") > due:
                self.ledger.skip("read_lately")
            else:
                url = f"{self.options.api}/{quote(lane.target, safe='')}/json"
                yield self.ask(url, self.package, lane=lane.id, on_missing=self.missing, on=lane)

    def package(self, response: Response, on: Lane) -> Iterator[Yielded]:
        """Keep the owners who are collected people; take back the role of those who are owners no more."""
        found = self.read(response, Package)
        roles = found.ownership.roles if found.ownership else ()
        if not roles:
            self.ledger.skip("owned_by_organisation" if found.ownership else "ownership_not_given")
        kept = []
        for role in roles:
            if (login := self.login_of(role, found)) is None:
                self.ledger.skip("owner_not_collected")
                continue
            kept.append(role.user.lower())
            yield self.account(role, login)
            yield self.evidence(role, found, on)
        for user in set(self.recall(on.id).get("owners", ())) - set(kept):
            origin = self.stamp(response.url)
            yield Withdrawn(
                account=self.key(user), kind="package", source_id=normal(on.target), reason="no_owner", origin=origin
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

    def login_of(self, role: Role, package: Package) -> Account | None:
        """The collected GitHub account of the same name whose repository it is, or that has work in it."""
        account, repository = self.logins.get(handle_key(role.user)), package.repository
        if account is None or repository is None:
            return None
        if repository[0] == handle_key(account.handle):
            return account
        name = "/".join(repository)
        work = self.store.evidence([account.key]).get(account.key, ())
        return account if any(_is_in(one, name) for one in work) else None

    def account(self, role: Role, login: Account) -> Account:
        """The owner's account at the registry; its name is its id there."""
        origin = self.stamp(f"{self.options.site}/user/{quote(role.user, safe='')}/")
        return Account(
            source=self.name,
            source_id=role.user.lower(),
            handle=clean(role.user, HANDLE) or role.user.lower(),
            url=origin.url,
            kind=Kind.PERSON,
            links=(Link(url=login.url, claim=Claim.CLAIMED, field="project_urls"),),
            observed=frozenset({"links", "kind"}),
            origin=origin,
        )

    def evidence(self, role: Role, package: Package, lane: Lane) -> Evidence:
        """The package as work its owner maintains."""
        origin = self.stamp(f"{self.options.site}/project/{quote(normal(lane.target), safe='')}/")
        return Evidence(
            account=AccountKey(self.name, role.user.lower()),
            source_id=normal(lane.target),
            kind="package",
            url=origin.url,
            title=clean(package.info.name, TITLE) or lane.target,
            text=clean(without_contacts((package.info.summary or "")[:EXCERPT]), EXCERPT),
            event_at=package.released_at,
            level=Level.MAINTAINED,
            tags=package.tags,
            packages=(normal(lane.target),),
            figures={"owner": float(role.role == "Owner")},
            origin=origin,
        )


def _is_in(work: Evidence, repository: str) -> bool:
    return work.kind in ("repository", "contribution", "merged_change") and work.title.lower() == repository
