"""Recorded answers of GitLab and Forgejo: every project and user of them is read; limits are understood.

No list of merged changes is among the recordings; `test_codehosts` has invented ones.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from scrapy.http import TextResponse

from spiders import forgejo, gitlab
from spiders._polite import limits as _limits
from spiders._reading.clean import each
from spiders._reading.paging import next_page
from storage.records import Kind, Origin
from tests.replay import read_exchanges

FILE = Path(__file__).resolve().parents[3] / "shared" / "recordings" / "github" / "gitlab_forgejo.jsonl"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not FILE.is_file(), reason="recorded answers of code hosts are not beside the project"),
]
NIGHT = datetime(2026, 11, 25, 3, tzinfo=UTC)


def answers(host: str, *parts: int) -> list[dict[str, Any]]:
    """Good answers of a host whose path has one of these numbers of parts."""
    rows = [row for row in read_exchanges(FILE) if host in row["url"] and row["status"] == 200]
    return [row for row in rows if len(urlsplit(row["url"]).path.strip("/").split("/")) in parts]


def test_projects_of_gitlab() -> None:
    found = [gitlab.Found.model_validate(row["body"]) for row in answers("gitlab.com", 4)]
    assert len(found) == 10
    assert sum(one.star_count for one in found) == STARS
    assert sum(len(one.topics) for one in found) == TOPICS


def test_members_of_gitlab_are_users() -> None:
    rows = [row["body"] for row in read_exchanges(FILE) if "/members/" in row["url"]]
    counted: list[str] = []
    users = [user for body in rows for user in each(gitlab.User, body, counted.append)]
    origin = Origin(source="gitlab", url="https://gitlab.com/x", seen_at=NIGHT, spider="gitlab/1")
    made = [gitlab.account(user, gitlab.BRIEF, origin, counted.append) for user in users]
    assert counted == []
    assert (len(made), sum(one.kind is Kind.PERSON for one in made)) == MEMBERS
    assert all(one.name and one.source_id.isdigit() for one in made)


def test_contributor_lists_of_gitlab_hold_no_accounts() -> None:
    """Why the spider reads merged changes instead."""
    rows = [row["body"] for row in read_exchanges(FILE) if "/repository/contributors" in row["url"]]
    assert rows
    assert {key for body in rows for one in body for key in one} == {
        "name",
        "email",
        "commits",
        "additions",
        "deletions",
    }


def test_limit_headers_and_pages_of_gitlab() -> None:
    rows = [row for row in read_exchanges(FILE) if "ratelimit-remaining" in row["headers"]]
    readings = [
        _limits.spelled(row["headers"], "ratelimit", wall=float(row["headers"]["ratelimit-reset"]) - 30) for row in rows
    ]
    assert len(readings) > 5
    assert all(one is not None and one.limit and one.remaining <= one.limit for one in readings)
    (first,) = [row for row in read_exchanges(FILE) if row["url"].endswith("2396494/members/all")]
    response = TextResponse(first["url"], headers=first["headers"], body=b"[]")
    following = next_page(response, within="https://gitlab.com/api/v4")
    assert following is not None
    assert "page=2" in following


def test_repositories_and_users_of_forgejo() -> None:
    repositories = [forgejo.Repository.model_validate(row["body"]) for row in answers("forgejo", 5)]
    assert len(repositories) == FORGEJO
    users = [row["body"] for row in read_exchanges(FILE) if row["status"] == 200 and row["url"].endswith("/user")]
    users += [row["body"]["owner"] for row in answers("forgejo", 5)]
    counted: list[str] = []
    origin = Origin(source="forgejo", url="https://codeberg.org/x", seen_at=NIGHT, spider="forgejo/1")
    made = [forgejo.account(user, origin, counted.append) for user in each(forgejo.User, users, counted.append)]
    assert counted == []
    assert len(made) == len(users)
    assert all(one.created_at is not None for one in made if one.kind is Kind.PERSON)
    assert not any("noreply" in one.model_dump_json() or "pronouns" in one.model_dump_json() for one in made)


STARS, TOPICS, MEMBERS, FORGEJO = 1819, 4, (35, 35), 8
