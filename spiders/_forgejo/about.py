"""What Codeberg (Forgejo) says of itself: card and settings."""

from datetime import date
from typing import ClassVar

from pydantic import Field

from spiders._card import Card, Options
from spiders._codehost.about import AboutCodeHost, CodeHostOptions


class ForgejoOptions(CodeHostOptions):
    """Settings of the Forgejo source."""

    api: str = Field("https://codeberg.org/api/v1", description="base address of the instance's interface")
    site: str = Field("https://codeberg.org", description="where people read the profiles")
    token_env: str = Field("FORGEJO_TOKEN", description="environment variable that holds the token; works without")


class AboutForgejo(AboutCodeHost):
    """Codeberg by default, or another Forgejo."""

    name = "forgejo"
    options_model: ClassVar[type[Options]] = ForgejoOptions
    card = Card(
        title="Codeberg (Forgejo)",
        method="documented interface (version 1), with the operator's own token where there is one",
        terms="https://codeberg.org/Codeberg/org/src/branch/main/TermsOfUse.md",
        terms_read=date(2026, 11, 22),
        fields=(
            *("handle", "name", "bio", "location", "links", "created_at"),
            "merged changes in listed projects: number, first and last",
        ),
        limits="set by the instance and not published; one request at a time, one a second",
        yields="few people; of use for the links between accounts",
        fresh_days=14,
        exposes=("website (claimed)", "addresses in the description (claimed where they stand alone, else mentioned)"),
        # The interface is documented for programs; robots.txt speaks of the web pages, which are never asked.
        robots=False,
    )
