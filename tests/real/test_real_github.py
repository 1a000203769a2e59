"""GitHub's recorded answers: every call the spider makes is read, and what comes out is compared with facts."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema, parse, validate
from pydantic import TypeAdapter
from scrapy.http import TextResponse

from spiders._github import documents, people
from spiders._github.answers import Contributor, FoundUsers, GraphAnswer, RestProfile
from spiders._github.paging import next_page
from spiders._polite import gate as _gate
from spiders._reading.fields import tolerant
from storage.records import Account, Kind, Origin

SHARED = Path(__file__).resolve().parents[3] / "shared"
FOLDER = SHARED / "recordings" / "github"
SCHEMA = SHARED / "schemas" / "github.graphql"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="recorded answers of GitHub are not beside the project"),
]
ORIGIN = Origin(source="github", url="https://api.github.com", seen_at=datetime(2026, 11, 1, tzinfo=UTC), spider="x/1")
SITE = "https://github.com"


def exchanges(name: str) -> Iterator[dict[str, Any]]:
    with (FOLDER / f"{name}.jsonl").open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines)


def path(exchange: dict[str, Any]) -> str:
    return str(exchange["url"]).partition("?")[0].removeprefix("https://api.github.com")


def profiles(name: str) -> dict[str, Account]:
    """Accounts of all recorded profile answers of a file, by lower-case handle; the last answer wins."""
    found: dict[str, Account] = {}
    for exchange in exchanges(name):
        steps = path(exchange).strip("/").split("/")
        if exchange["status"] != 200 or len(steps) != 2 or steps[0] not in ("users", "user"):
            continue
        body = (
            exchange["body"] if "id" in exchange["body"] else {**exchange["body"], "id": len(found)}
        )  # no ids in bulk
        profile = tolerant(RestProfile, body)[0]
        account = people.rest_account(profile, ORIGIN, SITE)
        found[account.handle.lower()] = account
    return found


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    if not SCHEMA.is_file():
        pytest.skip("GitHub's published schema is not beside the project")
    return build_schema(SCHEMA.read_text("utf-8"), assume_valid=True)


@pytest.mark.parametrize(
    "document",
    [documents.PROBE, documents.lookup(1), documents.lookup(50)]
    + [make(n) for make in (documents.profiles, documents.contributions, documents.merged_changes) for n in (1, 2, 10)],
)
def test_every_document_is_valid_against_the_published_schema(schema: GraphQLSchema, document: str) -> None:
    assert validate(schema, parse(document)) == []


def test_every_recorded_profile_is_read() -> None:
    accounts = profiles("users")
    kinds = [account.kind for account in accounts.values()]
    assert (len(accounts), kinds.count(Kind.ORGANISATION), kinds.count(Kind.BOT)) == (48, 5, 1)
    assert all(account.open_to_work is not False for account in accounts.values())
    counts = Counter(field for account in accounts.values() for field in account.observed)
    assert (counts["created_at"], counts["bio"], counts["links"]) == (46, 45, 46)


# Organisations, a mascot and a bot stand in the clear; facts about people are compared by digest, since
# nothing about a real person enters the repository.
CLEAR = {
    "octocat": ("583231", "person", "The Octocat", "San Francisco", 8, ["https://github.blog"]),
    "jenkinsci": (
        "107424",
        "organisation",
        "Jenkins",
        "Santa Clara, CA",
        2356,
        ["https://jenkins.io", "https://x.com/jenkinsci"],
    ),
    "openframeworks": ("142866", "organisation", "openFrameworks", None, 9, ["http://openframeworks.cc/"]),
    "shipit[bot]": ("32029183", "bot", None, None, 0, []),
}


@pytest.mark.parametrize("handle", CLEAR)
def test_facts_of_recorded_profiles(handle: str) -> None:
    account = profiles("users")[handle]
    links = [link.url for link in account.links]
    seen = (account.source_id, account.kind, account.name, account.location, account.figures["public_repos"], links)
    assert seen == CLEAR[handle]


FACTS_OF_PEOPLE = "19b3568ce2c9bdda"


def test_facts_about_people_by_digest() -> None:
    facts = [
        [a.handle, a.source_id, a.name, a.location, a.company, a.bio, a.open_to_work, [link.url for link in a.links]]
        for _, a in sorted(profiles("users").items())
        if a.kind is Kind.PERSON
    ]
    assert len(facts) == 42
    assert sum(1 for fact in facts if fact[6]) == 6
    assert hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()[:16] == FACTS_OF_PEOPLE


def test_the_bulk_profiles_hold_the_facts_of_their_readme() -> None:
    accounts = profiles("profiles_bulk")
    assert len(accounts) >= 1050
    assert sum(1 for account in accounts.values() if account.open_to_work) == pytest.approx(296, abs=6)
    assert sum(1 for account in accounts.values() if account.bio) == pytest.approx(730, abs=6)
    assert any("no_recruiters" in account.flags for account in accounts.values())


def test_every_recorded_list_of_contributors_is_read() -> None:
    adapter, read = TypeAdapter(list[Contributor]), 0
    for exchange in exchanges("repos"):
        if not path(exchange).endswith("/contributors") or "/stats/" in path(exchange):
            continue
        if exchange["status"] == 204:
            continue
        rows = adapter.validate_python(exchange["body"])
        read += 1
        named = [row for row in rows if row.id is not None]
        assert all(row.login for row in named)
        counts = [row.contributions for row in named]
        assert sorted(counts, reverse=True) == counts
    assert read >= 5


def test_every_recorded_user_search_is_read_and_paged() -> None:
    pages = [e for e in exchanges("search") if path(e) == "/search/users"]
    assert len(pages) == 9
    for exchange in pages:
        page = FoundUsers.model_validate(exchange["body"])
        assert len(page.items) <= 100
        response = TextResponse(exchange["url"], headers=exchange["headers"])
        following = next_page(response)
        assert following is None or following.startswith("https://api.github.com/")
    assert any(next_page(TextResponse(e["url"], headers=e["headers"])) for e in pages)


def test_every_recorded_graphql_answer_is_read() -> None:
    for exchange in exchanges("graphql"):
        answer = GraphAnswer.model_validate(exchange["body"])
        for error in answer.errors:
            assert error.type == "NOT_FOUND"
            assert answer.lost(*error.path, "anything") is not None


def test_refusals_are_told_from_failures_in_every_recorded_form() -> None:
    wall = datetime(2020, 2, 6, 18, 33, 37, tzinfo=UTC).timestamp()
    limited: list[tuple[dict[str, Any], _gate.Refusal | None]] = []
    plain: list[tuple[dict[str, Any], _gate.Refusal | None]] = []
    for exchange in exchanges("limits_errors"):
        body = json.dumps(exchange["body"]).encode() if exchange["body"] is not None else b""
        seen = _gate.refusal(exchange["status"], exchange["headers"], body, wall=wall)
        (limited if seen else plain).append((exchange, seen))
    for exchange, seen in limited:
        assert exchange["status"] in (403, 429)
        assert seen is not None
        if "retry-after" in exchange["headers"]:
            assert seen.wait is not None
            assert 2 <= seen.wait <= 30
    said = {e["body"].get("message", "") for e, _ in plain if e["status"] == 403 and isinstance(e["body"], dict)}
    assert not [message for message in said if "rate limit" in message.lower()]
    dated = [s for e, s in limited if "GMT" in e["headers"].get("retry-after", "")]
    assert [round(s.wait or 0) for s in dated if s] == [8]
    assert len(limited) >= 12


def test_a_304_leaves_the_budget_as_it_was() -> None:
    """Within one window, answers of 304 in a row show the same remainder, the one the answer before them left."""
    windows: dict[str, list[tuple[int, int]]] = {}
    for exchange in exchanges("conditional"):
        if "x-ratelimit-reset" in exchange["headers"]:
            reading = _gate.reading(exchange["headers"], wall=float(exchange["headers"]["x-ratelimit-reset"]))
            assert reading is not None
            seen = (exchange["status"], reading.remaining)
            windows.setdefault(exchange["headers"]["x-ratelimit-reset"], []).append(seen)
    assert [(200, 4988), (304, 4988)] in windows.values()
    assert Counter(seen for window in windows.values() for seen in window)[304, 4867] == 7
