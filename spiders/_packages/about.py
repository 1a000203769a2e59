"""What registries of packages say of themselves, that of Python packages first."""

from datetime import date
from typing import ClassVar

from pydantic import Field

from spiders._about import Follows
from spiders._card import Card, Options
from storage.records import Lane


class RegistryOptions(Options):
    """Settings of a registry of packages."""

    api: str = Field("", description="base address of the registry's JSON interface")
    site: str = Field("", description="where people read the pages of packages and their owners")
    delay: float = Field(0.5, ge=0, description="seconds between two requests")
    refresh_days: int = Field(14, ge=1, description="days until a package is read again")


class AboutRegistry(Follows):
    """A registry: who owns the packages a role names."""

    turn = 3  # owners are compared with all accounts a night collects, those personal sites lead to included

    @classmethod
    def base(cls, options: Options) -> str:
        """The registry's address, once it is set."""
        return str(getattr(options, "api", "")) or "https://"

    @classmethod
    def own_lanes(cls, options: Options) -> list[Lane]:
        """None: packages come from roles."""
        del options
        return []


class AboutPackages(AboutRegistry):
    """The registry of Python packages: who owns those a role names."""

    name = "packages"
    options_model: ClassVar[type[Options]] = RegistryOptions
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
