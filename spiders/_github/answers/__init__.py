"""The few fields read of GitHub's answers. Every model ignores what it does not name; what is needed is required.

For GraphQL a field may be covered by an error: `GraphAnswer.lost` tells which, and `model_fields_set` of a model tells
which fields an answer returned at all. Neither may ever be stored as a value.
"""

from spiders._github.answers.base import Count, GraphAnswer, GraphError, Named, PageInfo, RateLimit, Text, present
from spiders._github.answers.profiles import Person, Pinned, PinnedItems, Readme, SocialAccount, SocialAccounts, Status
from spiders._github.answers.repositories import (
    Entry,
    Folder,
    Languages,
    LanguageShare,
    Release,
    Releases,
    Repositories,
    Repository,
    Showcase,
    Showcases,
    Topic,
    Topics,
    names,
)
from spiders._github.answers.rest import Contributor, FoundUser, FoundUsers, RestProfile
from spiders._github.answers.work import (
    Author,
    ByRepository,
    Contributed,
    Contributions,
    Occurred,
    Owner,
    PullRequest,
    PullRequests,
    WatchedRepository,
    WorkedOn,
)

__all__ = [
    "Author",
    "ByRepository",
    "Contributed",
    "Contributions",
    "Contributor",
    "Count",
    "Entry",
    "Folder",
    "FoundUser",
    "FoundUsers",
    "GraphAnswer",
    "GraphError",
    "LanguageShare",
    "Languages",
    "Named",
    "Occurred",
    "Owner",
    "PageInfo",
    "Person",
    "Pinned",
    "PinnedItems",
    "PullRequest",
    "PullRequests",
    "RateLimit",
    "Readme",
    "Release",
    "Releases",
    "Repositories",
    "Repository",
    "RestProfile",
    "Showcase",
    "Showcases",
    "SocialAccount",
    "SocialAccounts",
    "Status",
    "Text",
    "Topic",
    "Topics",
    "WatchedRepository",
    "WorkedOn",
    "names",
    "present",
]
