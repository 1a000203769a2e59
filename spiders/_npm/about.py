"""What the registry of JavaScript packages says of itself: card and settings."""

from datetime import date
from typing import ClassVar

from spiders._card import Card, Options
from spiders._packages.about import AboutRegistry, RegistryOptions


class AboutNpm(AboutRegistry):
    """The registry of JavaScript packages: who maintains those a role names."""

    name = "npm"
    options_model: ClassVar[type[Options]] = RegistryOptions
    card = Card(
        title="npm packages",
        method="public interface of the registry, one request a package, no token",
        terms="https://docs.github.com/en/site-policy/github-terms/github-terms-for-additional-products-and-features",
        terms_read=date(2026, 11, 22),
        fields=("handle", "links", "packages: name, description, keywords, last release"),
        limits="none published; two requests a second at most",
        yields="the maintainers of listed packages that are collected GitHub accounts, one or two a package",
        default_on=False,
        why_off="the registry's address is not set; set api and site, and enabled = true",
        fresh_days=14,
        exposes=("github (claimed: same name, and work in the package's repository)",),
        # The interface is what installers ask; robots.txt speaks of the web pages, which are never asked.
        robots=False,
    )
