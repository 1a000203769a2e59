"""Owners of listed Python packages, as the package registry names them, joined to collected GitHub accounts.

Enrichment, never discovery: an owner is kept only if the package's repository belongs to a collected GitHub account of
the same name, or a collected GitHub account of that name has work in that repository. All other owners are counted.
"""

import re
from datetime import date
from typing import ClassVar
from urllib.parse import quote

from scrapy.http import Response

from spiders._card import Card, Options
from spiders._packages.answers import Listed, Package
from spiders._packages.owners import PackageOwners, RegistryOptions


class Packages(PackageOwners):
    """The registry of Python packages: who owns those a role names."""

    name = "packages"
    options_model: ClassVar[type[Options]] = RegistryOptions
    asked_name = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")
    person_page = "/user/{user}/"
    package_page = "/project/{name}/"
    states_link = "project_urls"
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
    def package_url(cls, options: RegistryOptions, name: str) -> str:
        """{api}/NAME/json."""
        return f"{options.api}/{quote(name, safe='')}/json"

    @classmethod
    def normal(cls, name: str) -> str:
        """Names in the form of PEP 503."""
        return re.sub(r"[-_.]+", "-", name).lower()

    def listed(self, response: Response) -> Listed:
        """The package an answer describes."""
        return self.read(response, Package).listed()
