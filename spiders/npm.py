"""Maintainers of listed JavaScript packages, as npm names them, joined to collected GitHub accounts.

Enrichment, never discovery, under the rule of `spiders/_packages/owners.py`. For roles that build products; the answer
carries mail addresses of maintainers, which are not read.
"""

import re
from datetime import date
from typing import ClassVar
from urllib.parse import quote

from scrapy.http import Response

from spiders._card import Card, Options
from spiders._packages.answers import Listed, Module
from spiders._packages.owners import PackageOwners, RegistryOptions


class Npm(PackageOwners):
    """The registry of JavaScript packages: who maintains those a role names."""

    name = "npm"
    options_model: ClassVar[type[Options]] = RegistryOptions
    asked_name = re.compile(r"(?:@[a-z0-9~-][a-z0-9._~-]{0,100}/)?[a-z0-9~-][a-z0-9._~-]{0,200}")
    person_page = "/~{user}"
    package_page = "/package/{name}"
    states_link = "repository"
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

    @classmethod
    def package_url(cls, options: RegistryOptions, name: str) -> str:
        """{api}/NAME, the slash of a scope escaped."""
        return f"{options.api}/{quote(name, safe='@')}"

    def listed(self, response: Response) -> Listed:
        """The package an answer describes."""
        return self.read(response, Module).listed()
