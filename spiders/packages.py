"""Owners of listed Python packages, as the package registry names them, joined to collected GitHub accounts.

Enrichment, never discovery: an owner is kept only if the package's repository belongs to a collected GitHub account of
the same name, or a collected GitHub account of that name has work in that repository. All other owners are counted.
"""

import re
from urllib.parse import quote

from scrapy.http import Response

from spiders._packages.about import AboutPackages, RegistryOptions
from spiders._packages.answers import Listed, Package
from spiders._packages.owners import PackageOwners


class Packages(AboutPackages, PackageOwners):
    """The registry of Python packages: who owns those a role names."""

    asked_name = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")
    person_page = "/user/{user}/"
    package_page = "/project/{name}/"
    states_link = "project_urls"

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
