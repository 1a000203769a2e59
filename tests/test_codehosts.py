"""GitLab and Forgejo: merged changes of projects, profiles, people named elsewhere, second nights, errors."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from spiders import forgejo, gitlab
from spiders._base import SourceSpider
from storage.records import Account, AccountKey, Claim, Kind, Level, Link, Origin
from storage.store import Store
from tests.replay import Exchange, Replay, crawl

START, DAY = datetime(2026, 11, 25, 3, tzinfo=UTC), timedelta(days=1)
LAB, BERG = "https://gitlab.com/api/v4", "https://codeberg.org/api/v1"
CHANGES = f"{LAB}/projects/3/merge_requests?state=merged&order_by=updated_at&sort=desc&per_page=100"
PULLS = f"{BERG}/repos/lab/kit/pulls?state=closed&sort=recentupdate&limit=50"
ADA: dict[str, Any] = {"id": 7, "username": "ada", "name": "Ada Byron", "state": "active"}
FULL: dict[str, Any] = ADA | {
    "bio": "Speech models. ada@ada.example",
    "location": "London",
    "organization": "Firm",
    "job_title": "ML engineer",
    "website_url": "https://ada.example",
    "linkedin": "ada-b",
    "twitter": "@ada_x",
    "github": "adab",
    "public_email": "ada@ada.example",
    "pronouns": "x",
}
BERG_ADA: dict[str, Any] = {
    "id": 7,
    "login": "ada",
    "full_name": "Ada Byron",
    "email": "ada@noreply.example",
    "location": "London",
    "website": "https://ada.example",
    "description": "Speech models",
    "created": "2024-02-12T13:52:32Z",
    "pronouns": "x",
    "visibility": "public",
}
Night = Callable[..., tuple[Replay, Store, SourceSpider]]


def ignore(_: str) -> None:
    """Counters are of no interest."""


def at(day: int) -> str:
    return f"2026-11-{day:02d}T08:00:00Z"


# --- profiles ----------------------------------------------------------------------------------------------


def test_a_gitlab_profile() -> None:
    origin = Origin(source="gitlab", url="https://gitlab.com/ada", seen_at=START, spider="gitlab/1")
    made = gitlab.account(gitlab.User.model_validate(FULL), gitlab.FULL, origin, ignore)
    assert (made.source_id, made.headline, made.company, made.location) == ("7", "ML engineer", "Firm", "London")
    assert [(link.url, link.claim) for link in made.links] == [
        ("https://ada.example", Claim.CLAIMED),
        ("https://www.linkedin.com/in/ada-b", Claim.CLAIMED),
        ("https://x.com/ada_x", Claim.CLAIMED),
        ("https://github.com/adab", Claim.CLAIMED),
    ]
    assert "@ada.example" not in made.model_dump_json()


@pytest.mark.parametrize(
    ("name", "kind"),
    [("project_12_bot_ab", Kind.BOT), ("group_1_bot", Kind.BOT), ("renovate-bot", Kind.BOT), ("robot", Kind.PERSON)],
)
def test_gitlab_bots(name: str, kind: Kind) -> None:
    origin = Origin(source="gitlab", url="https://gitlab.com/x", seen_at=START, spider="gitlab/1")
    assert gitlab.account(gitlab.User(id=1, username=name), gitlab.BRIEF, origin, ignore).kind is kind


def test_a_forgejo_profile() -> None:
    origin = Origin(source="forgejo", url="https://codeberg.org/ada", seen_at=START, spider="forgejo/1")
    made = forgejo.account(forgejo.User.model_validate(BERG_ADA), origin, ignore)
    assert (made.name, made.bio, made.location) == ("Ada Byron", "Speech models", "London")
    assert [link.url for link in made.links] == ["https://ada.example"]
    assert "noreply" not in made.model_dump_json()


# --- nights ------------------------------------------------------------------------------------------------


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    opened: list[Store] = []
    url = f"sqlite:///{tmp_path}/night.db"
    Store.upgrade(url)

    def run(
        source: str, *exchanges: Exchange, at: datetime = START, named: str = "", **options: Any
    ) -> tuple[Replay, Store, SourceSpider]:
        if named:
            with Store.open(url) as before:
                before.save([naming(named)])
        replay = Replay(exchanges)
        kinds = (("contributors", "lab/kit"), ("linked", "accounts"))
        lanes = [{"source": source, "kind": kind, "target": target} for kind, target in kinds]
        store, spider = crawl(source, replay, lanes=lanes, options=options, store_url=url, clock=at)
        opened.append(store)
        assert replay.unused == replay.unrecorded == []
        return replay, store, spider

    yield run
    for store in opened:
        store.close()


def naming(url: str) -> Account:
    origin = Origin(source="github", url="https://github.com/adab", seen_at=START - DAY, spider="github/1")
    link = Link(url=url, claim=Claim.CLAIMED, field="social_accounts")
    return Account(
        source="github", source_id="1", handle="adab", url=origin.url, kind=Kind.PERSON, links=(link,), origin=origin
    )


LAB_PROJECT = {
    "url": f"{LAB}/projects/lab%2Fkit",
    "body": {
        "id": 3,
        "path_with_namespace": "lab/kit",
        "web_url": "https://gitlab.com/lab/kit",
        "topics": ["speech"],
        "star_count": 40,
    },
}
BERG_PROJECT = {
    "url": f"{BERG}/repos/lab/kit",
    "body": {
        "id": 3,
        "full_name": "lab/kit",
        "html_url": "https://codeberg.org/lab/kit",
        "stars_count": 40,
        "language": "Python",
    },
}


def request(day: int, author: Mapping[str, Any] = ADA) -> dict[str, Any]:
    return {"iid": day, "title": "x", "merged_at": at(day), "updated_at": at(day), "author": dict(author)}


def pull(day: int, *, merged: bool = True) -> dict[str, Any]:
    said = {"title": "x", "merged": merged, "updated_at": at(day), "user": BERG_ADA}
    return said | {"merged_at": at(day) if merged else None}


def answer(url: str, *rows: object, following: str = "") -> Exchange:
    headers = {"Link": f'<{following}>; rel="next"'} if following else {}
    return {"url": url, "body": list(rows), "headers": headers}


def given(store: Store, source: str) -> tuple[float, Level]:
    key = AccountKey(source, "7")
    (one,) = store.evidence([key])[key]
    return one.figures["pull_requests"], one.level


def test_merged_changes_make_people_with_what_they_gave(night: Night) -> None:
    page = f"{CHANGES}&page=2"
    _, store, _ = night(
        "gitlab",
        LAB_PROJECT,
        answer(CHANGES, request(20), request(19, {**ADA, "id": 8, "username": "bob"}), following=page),
        answer(page, request(18), request(17)),
        {"url": f"{LAB}/users/7", "body": FULL},
        {"url": f"{LAB}/users/8", "status": 404, "body": {"message": "404 User Not Found"}},
    )
    assert given(store, "gitlab") == (3.0, Level.PRACTICE)
    people = {account.handle: account for account in store.accounts(source="gitlab")}
    assert people["ada"].location == "London"
    gone = {known.handle for known in store.known("gitlab") if known.gone_at}
    assert gone == {"bob"}


def test_an_unchanged_project_costs_one_request_and_news_are_added(night: Night) -> None:
    night("gitlab", LAB_PROJECT, answer(CHANGES, request(20)), {"url": f"{LAB}/users/7", "body": FULL})
    since = f"{CHANGES}&updated_after=2026-11-20T08%3A00%3A00%2B00%3A00"
    second, store, _ = night("gitlab", answer(since, request(20)), at=START + DAY)
    assert len(second.asked) == 1
    assert given(store, "gitlab") == (1.0, Level.ACTIVITY)
    _, store, _ = night("gitlab", answer(since, request(25), request(20)), at=START + 2 * DAY)
    assert given(store, "gitlab") == (2.0, Level.ACTIVITY)


def test_forgejo_lists_whole_profiles_and_stops_where_it_was(night: Night) -> None:
    _, store, _ = night("forgejo", BERG_PROJECT, answer(PULLS, pull(20), pull(19, merged=False), pull(18)))
    assert given(store, "forgejo") == (2.0, Level.ACTIVITY)
    second, store, _ = night(
        "forgejo", answer(PULLS, pull(26), pull(20), pull(18), following=f"{PULLS}&page=2"), at=START + 2 * DAY
    )
    assert len(second.asked) == 1
    assert given(store, "forgejo") == (3.0, Level.PRACTICE)


def test_pages_end_at_the_limit_and_within_the_interface(night: Night) -> None:
    _, _, spider = night("forgejo", BERG_PROJECT, answer(PULLS, pull(20), following=f"{PULLS}&page=2"), max_pages=1)
    assert spider.ledger.skipped["over_max_pages"] == 1
    night("gitlab", LAB_PROJECT, answer(CHANGES, following="https://evil.example/next"))


@pytest.mark.parametrize(("source", "project"), [("gitlab", LAB_PROJECT), ("forgejo", BERG_PROJECT)])
def test_a_project_that_is_not_there_is_said_so(night: Night, source: str, project: Exchange) -> None:
    _, _, spider = night(source, {**project, "status": 404, "body": {"message": "404"}})
    assert spider.ledger.skipped["no_such_project:lab/kit"] == 1
    assert spider.stopped is None


@pytest.mark.parametrize("body", ["<html>", {"message": "x"}, [3]])
def test_an_answer_of_another_shape_is_kept_aside_and_counts_nothing(night: Night, body: object) -> None:
    asked = [{"url": CHANGES, "body": body}] * (1 if body == "<html>" else 2)  # another shape is asked for once more
    _, store, _ = night("gitlab", LAB_PROJECT, *asked)
    assert [row.reason for row in store.quarantined()] == ["bad_json" if body == "<html>" else "unexpected_shape"]
    night(
        "gitlab",
        LAB_PROJECT,
        answer(CHANGES, request(20)),
        {"url": f"{LAB}/users/7", "body": FULL},
        at=START + DAY,
    )


def test_people_named_elsewhere(night: Night) -> None:
    _, store, _ = night(
        "gitlab",
        {**LAB_PROJECT, "status": 404},
        answer(f"{LAB}/users?username=ada", ADA),
        {"url": f"{LAB}/users/7", "body": FULL},
        named="https://gitlab.com/Ada",
    )
    (account,) = store.accounts(source="gitlab")
    assert (account.handle, account.headline) == ("ada", "ML engineer")
    again, _, _ = night("gitlab", {**LAB_PROJECT, "status": 404}, at=START + DAY)
    assert len(again.asked) == 1


@pytest.mark.parametrize(
    ("source", "url", "exchanges"),
    [
        ("gitlab", "https://gitlab.com/ada", [answer(f"{LAB}/users?username=ada")]),
        (
            "gitlab",
            "https://gitlab.com/ada",
            [answer(f"{LAB}/users?username=ada", ADA), {"url": f"{LAB}/users/7", "body": FULL | {"state": "blocked"}}],
        ),
        ("forgejo", "https://codeberg.org/ada", [{"url": f"{BERG}/users/ada", "status": 404, "body": {}}]),
        (
            "forgejo",
            "https://codeberg.org/ada",
            [{"url": f"{BERG}/users/ada", "body": BERG_ADA | {"visibility": "limited"}}],
        ),
    ],
)
def test_names_nobody_has_are_not_asked_again_soon(
    night: Night, source: str, url: str, exchanges: list[Exchange]
) -> None:
    project = {**(LAB_PROJECT if source == "gitlab" else BERG_PROJECT), "status": 404}
    _, store, _ = night(source, project, *exchanges, named=url)
    assert list(store.accounts(source=source)) == []
    again, _, _ = night(source, project, at=START + DAY)
    assert len(again.asked) == 1


def test_limit_headers_of_gitlab_are_understood(night: Night) -> None:
    _, _, spider = night("gitlab", {**LAB_PROJECT, "status": 404})
    headers = {"ratelimit-limit": "600", "ratelimit-remaining": "0", "ratelimit-reset": "1000000060"}
    found = spider.limits(headers, 1_000_000_000.0)
    assert found is not None
    assert (found.limit, found.remaining, found.reset_in) == (600, 0, 60.0)
