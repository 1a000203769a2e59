"""GitHub's pure parts: documents, batch sizes, shards, packages, and what becomes of an answer."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from graphql import parse
from hypothesis import given
from hypothesis import strategies as st

from spiders._github import documents, people, work
from spiders._github.answers import (
    Contributions,
    GraphAnswer,
    Person,
    Repository,
    RestProfile,
    Showcase,
)
from spiders._github.batches import BatchSize
from spiders._github.packages import packages_in
from spiders._github.shards import FIRST_DAY, FOLLOWERS, Shard, settle
from storage.records import AccountKey, Claim, Kind, Level, Origin

NOW = datetime(2026, 11, 1, 6, tzinfo=UTC)
ORIGIN = Origin(source="github", url="https://github.com/ada-example", seen_at=NOW, spider="github/1")
KEY = AccountKey("github", "1")
SITE = "https://github.com"


@pytest.mark.parametrize("count", [1, 7, 25])
@pytest.mark.parametrize("make", [documents.profiles, documents.contributions, documents.merged_changes])
def test_documents_parse_at_every_size(make: object, count: int) -> None:
    assert callable(make)
    text = make(count)
    assert len(parse(text).definitions) <= 2
    assert f"u{count - 1}:" in text or f"r{count - 1}:" in text


def test_documents_never_ask_for_what_must_not_be_kept() -> None:
    every = documents.PROBE + documents.profiles(1) + documents.contributions(1) + documents.merged_changes(1)
    for word in ("email", "pronouns", "avatarUrl", "organizations", "stargazers(", "followers(first"):
        assert word not in every


@pytest.mark.parametrize(
    ("counts", "points"),
    [
        ({"probes": 100}, 2),
        ({"profiles": 25}, 18),  # 25 · (5 + 30 · 2 + 5) / 100
        ({"contributions": 10}, 6),
        ({"repositories": 10}, 1),
        ({}, 1),
    ],
)
def test_prices_follow_the_published_formula(counts: dict[str, int], points: int) -> None:
    assert documents.points(**counts) == points


def test_batch_size_halves_and_never_returns_to_what_failed() -> None:
    size = BatchSize(25, 50)
    size.failed(25)
    assert size.size == 12
    for _ in range(200):
        size.worked()
    assert size.size == 24
    size.failed(1)
    assert size.size == 1


@given(st.lists(st.booleans(), max_size=200))
def test_batch_size_stays_in_bounds(answers: list[bool]) -> None:
    size = BatchSize(25, 50)
    for good in answers:
        size.worked() if good else size.failed(size.size)
        assert 1 <= size.size <= 50


# --- shards ----------------------------------------------------------------------------------------------------


@given(
    st.dates(FIRST_DAY, date(2026, 11, 1)).flatmap(
        lambda low: st.tuples(st.just(low), st.dates(low, date(2026, 11, 1)))
    )
)
def test_splitting_covers_every_day_once(days: tuple[date, date]) -> None:
    since, until = days
    parts = Shard(since=since, until=until).split(date(2026, 11, 1))
    if since == until:
        assert [part.followers for part in parts] == list(FOLLOWERS)
        assert {(part.since, part.until) for part in parts} == {(since, until)}
        return
    first, second = parts
    assert (first.since, second.until) == (since, until)
    assert first.until is not None
    assert second.since == first.until + timedelta(days=1)


def test_a_band_of_followers_on_one_day_cannot_be_split() -> None:
    assert Shard(since=date(2020, 1, 1), until=date(2020, 1, 1), followers=(0, 0)).split(date(2026, 1, 1)) == []


@pytest.mark.parametrize(
    ("shard", "query"),
    [
        (Shard(), "nlp location:Lisbon type:user"),
        (
            Shard(since=date(2012, 1, 2), until=date(2013, 3, 4)),
            "nlp location:Lisbon type:user created:2012-01-02..2013-03-04",
        ),
        (
            Shard(since=date(2012, 1, 2), until=date(2012, 1, 2), followers=(101, None)),
            "nlp location:Lisbon type:user created:2012-01-02..2012-01-02 followers:>=101",
        ),
    ],
)
def test_queries_of_shards(shard: Shard, query: str) -> None:
    assert shard.query("nlp location:Lisbon") == query


def test_a_shard_adds_up_its_pages_and_says_when_it_was_cut() -> None:
    shard = settle(Shard(), 1400, 100, "https://api.example/next")
    shard = settle(shard, 1400, 100, None)
    assert (shard.found, shard.promised, shard.closed, shard.cut) == (200, 1400, True, True)


# --- packages --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "toml", "names"),
    [
        ("torch==2.9\nscikit_learn >=1.4 # trees\n-r other.txt\n--index x\n", False, ["torch", "scikit-learn"]),
        ("ray[serve]>=2\nPyYAML;python_version<'3.12'\n", False, ["ray", "pyyaml"]),
        ("git+https://code.example/x.git\nname @ https://code.example/y.whl\n", False, ["name"]),
        ("", False, []),
        ('[project]\ndependencies = ["torch>=2", "mlflow"]\n', True, ["torch", "mlflow"]),
        ('[tool.poetry.dependencies]\npython = "^3.11"\njax = "*"\n', True, ["jax"]),
        ('[dependency-groups]\ndev = ["pytest", {include-group = "x"}]\n', True, ["pytest"]),
        ("[project\nbroken", True, []),
        ('project = "a string, not a table"', True, []),
    ],
)
def test_packages(text: str, toml: bool, names: list[str]) -> None:
    assert packages_in(text, toml=toml) == names


def test_packages_of_one_file_are_bounded() -> None:
    assert len(packages_in("\n".join(f"package-{n}" for n in range(5000)), toml=False)) == 200


# --- people ----------------------------------------------------------------------------------------------------


def person(**fields: object) -> Person:
    return Person.model_validate({"databaseId": 1, "id": "U_1", "login": "ada-example", **fields})


def test_a_field_an_error_covers_is_not_observed() -> None:
    answer = GraphAnswer.model_validate(
        {
            "data": {"u0": {}},
            "errors": [{"type": "RESOURCE_LIMITS_EXCEEDED", "path": ["u0", "bio"], "message": "too much"}],
        }
    )
    assert answer.lost("u0", "bio", "anything below")
    assert not answer.lost("u0", "name")
    assert not answer.lost("u0")
    account = people.account(person(name="Ada"), frozenset({"name"}), ORIGIN, SITE)
    assert account.observed == {"handle", "kind", "name"}


def test_absent_unknown_and_stated_are_three_things() -> None:
    full = person(bio=None, isHireable=False)
    account = people.account(full, frozenset({"bio", "isHireable"}), ORIGIN, SITE)
    assert account.bio is None
    assert "bio" in account.observed  # the source says there is none
    assert account.open_to_work is None  # an empty tick box is no "no"
    assert "location" not in account.observed  # nobody asked


def test_links_say_how_strong_they_are() -> None:
    full = person(
        bio="See https://ada.example/talks. and (https://other.example/x)",
        websiteUrl="ada.example",
        twitterUsername="ada",
        socialAccounts={"nodes": [{"provider": "GENERIC", "url": "https://kaggle.com/ada"}, None]},
    )
    links = {link.url: link.claim for link in people.links(full)}
    assert links["https://kaggle.com/ada"] is Claim.CLAIMED
    assert links["https://x.com/ada"] is Claim.CLAIMED
    assert links["https://ada.example/talks"] is Claim.MENTIONED
    assert "https://other.example/x" in links
    assert any(url.startswith("https://ada.example") and claim is Claim.CLAIMED for url, claim in links.items())


@pytest.mark.parametrize(
    ("type_name", "login", "kind"),
    [
        ("User", "ada", Kind.PERSON),
        ("User", "renovate[bot]", Kind.BOT),
        ("User", "lab-bot", Kind.BOT),
        ("User", "abbott", Kind.PERSON),
        ("User", "botond", Kind.PERSON),
        ("Bot", "anything", Kind.BOT),
        ("Organization", "lab", Kind.ORGANISATION),
        ("Mannequin", "x", Kind.UNKNOWN),
    ],
)
def test_kinds(type_name: str, login: str, kind: Kind) -> None:
    assert people.kind_of(type_name, login) is kind


def repository(**fields: object) -> Repository:
    base = {"databaseId": 9, "name": "engine", "nameWithOwner": "ada/engine", "url": "https://github.com/ada/engine"}
    return Repository.model_validate({**base, "primaryLanguage": {"name": "Python"}, **fields})


LONG = {"createdAt": "2023-01-01T00:00:00Z", "pushedAt": "2026-01-01T00:00:00Z"}
RELEASED = Showcase.model_validate({"databaseId": 9, "releases": {"totalCount": 5, "nodes": []}})


@pytest.mark.parametrize(
    ("node", "files", "level"),
    [
        (repository(), None, Level.PRACTICE),
        (repository(primaryLanguage=None), None, Level.ACTIVITY),
        (repository(name="awesome-mlops"), None, Level.ACTIVITY),
        (repository(description="A curated list of papers", stargazerCount=9000), RELEASED, Level.ACTIVITY),
        (repository(stargazerCount=500, **LONG), RELEASED, Level.MAINTAINED),
        (repository(stargazerCount=500, **LONG), None, Level.PRACTICE),
        (repository(stargazerCount=99, **LONG), RELEASED, Level.PRACTICE),
        (repository(stargazerCount=500, isArchived=True, **LONG), RELEASED, Level.PRACTICE),
    ],
)
def test_levels_of_repositories(node: Repository, files: Showcase | None, level: Level) -> None:
    assert work.repository(KEY, node, files, False, ORIGIN).level is level


def test_files_of_a_repository_become_packages_and_signs() -> None:
    files = Showcase.model_validate(
        {
            "databaseId": 9,
            "tree": {"entries": [{"name": "Dockerfile", "type": "blob"}, {"name": "notes.txt", "type": "blob"}]},
            "workflows": {"entries": [{"name": "deploy.yml"}]},
            "requirements": {"text": "torch\nmlflow>=2\n"},
            "project": {"text": '[project]\ndependencies = ["torch", "fastapi"]'},
        }
    )
    kept = work.repository(KEY, repository(), files, True, ORIGIN)
    assert kept.packages == ("torch", "mlflow", "fastapi")
    assert kept.files == ("Dockerfile", ".github/workflows/deploy.yml")
    assert kept.figures["pinned"] == 1


def window(rows: Sequence[dict[str, object]], commits: int = 0) -> Contributions:
    return Contributions.model_validate(
        {
            "totalCommitContributions": commits,
            "totalPullRequestContributions": 0,
            "totalPullRequestReviewContributions": 0,
            "totalIssueContributions": 0,
            "restrictedContributionsCount": 0,
            "commitContributionsByRepository": rows,
            "pullRequestContributionsByRepository": [],
            "pullRequestReviewContributionsByRepository": [],
        }
    )


def row(owner: str, count: int, *, number: int = 7, day: int = 1, **fields: object) -> dict[str, object]:
    repo = {
        "databaseId": number,
        "nameWithOwner": f"{owner}/tool",
        "url": f"https://github.com/{owner}/tool",
        "owner": {"login": owner},
        **fields,
    }
    seen = {"totalCount": count, "nodes": [{"occurredAt": f"2026-05-{day:02d}T00:00:00Z"}]}
    return {"repository": repo, "contributions": seen}


def test_work_in_own_private_and_forked_repositories_is_no_contribution() -> None:
    rows = [row("Ada-Example", 50), row("lab", 4, isPrivate=True), row("lab", 4, isFork=True)]
    assert list(work.contributions(KEY, "ada-example", [window(rows)], ORIGIN)) == []


def test_windows_of_one_year_add_up() -> None:
    parts = [window([row("lab", 7, day=3)], commits=7), window([row("lab", 5, day=9)], commits=5)]
    (kept,) = work.contributions(KEY, "ada-example", parts, ORIGIN)
    assert kept.figures["commits"] == 12
    assert kept.level is Level.RECOGNISED
    assert kept.event_at == datetime(2026, 5, 9, tzinfo=UTC)
    assert work.yearly(parts)["commits_year"] == 12


def test_rest_profile_observes_only_what_it_returned() -> None:
    profile = RestProfile.model_validate(
        {"login": "ada", "id": 5, "type": "User", "name": None, "hireable": None, "bio": "No recruiters, please"}
    )
    account = people.rest_account(profile, ORIGIN, SITE)
    assert account.observed == {"handle", "kind", "flags", "name", "bio", "open_to_work"}
    assert account.open_to_work is None
    assert account.flags == ("no_recruiters",)
