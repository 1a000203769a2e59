"""What GitLab says of itself: card and settings."""

from datetime import date
from typing import ClassVar

from pydantic import Field

from spiders._card import Card, Options
from spiders._codehost.about import AboutCodeHost, CodeHostOptions


class GitLabOptions(CodeHostOptions):
    """Settings of the GitLab source."""

    api: str = Field(
        "https://gitlab.com/api/v4", description="base address of the interface; own instances have theirs"
    )
    site: str = Field("https://gitlab.com", description="where people read the profiles")
    token_env: str = Field("GITLAB_TOKEN", description="environment variable that holds the token; works without")


class AboutGitLab(AboutCodeHost):
    """GitLab, or an instance of it."""

    name = "gitlab"
    options_model: ClassVar[type[Options]] = GitLabOptions
    card = Card(
        title="GitLab",
        method="documented interface (version 4), with the operator's own token where there is one",
        terms="https://about.gitlab.com/terms/",
        terms_read=date(2026, 11, 22),
        fields=(
            *("handle", "name", "headline", "bio", "company", "location", "links", "created_at"),
            "merged changes in listed projects: number, first and last",
        ),
        limits="300 profiles in ten minutes, 400 requests a minute to one project; limit headers are obeyed",
        yields="authors of merged changes of the listed projects, some dozen each",
        fresh_days=3,
        exposes=(
            "website, LinkedIn, Twitter, GitHub, ORCID, Bluesky (claimed)",
            "addresses in the biography (claimed where they stand alone, else mentioned)",
        ),
        # The interface is documented for programs; robots.txt speaks of the web pages, which are never asked.
        robots=False,
    )
