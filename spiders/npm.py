"""Maintainers of listed JavaScript packages, as npm names them, joined to collected GitHub accounts.

Enrichment, never discovery, under the rule of `spiders/_packages/owners.py`. For roles that build products; the answer
carries mail addresses of maintainers, which are not read.
"""

import re
from urllib.parse import quote

from scrapy.http import Response

from spiders._npm.about import AboutNpm
from spiders._packages.about import RegistryOptions
from spiders._packages.answers import Listed, Module
from spiders._packages.owners import PackageOwners


class Npm(AboutNpm, PackageOwners):
    """The registry of JavaScript packages: who maintains those a role names."""

    asked_name = re.compile(r"(?:@[a-z0-9~-][a-z0-9._~-]{0,100}/)?[a-z0-9~-][a-z0-9._~-]{0,200}")
    person_page = "/~{user}"
    package_page = "/package/{name}"
    states_link = "repository"

    @classmethod
    def package_url(cls, options: RegistryOptions, name: str) -> str:
        """{api}/NAME, the slash of a scope escaped."""
        return f"{options.api}/{quote(name, safe='@')}"

    def listed(self, response: Response) -> Listed:
        """The package an answer describes."""
        return self.read(response, Module).listed()
