"""The loopback server, in process: budgets, validators, caps, faults, GraphQL prices, and what it never says."""

import io
import time
import zipfile
from typing import Any

import httpx
import orjson
import pytest

from sourcing.demo.server.budgets import Budget, Limit
from sourcing.demo.server.github_graphql import priced
from sourcing.demo.server.resolvers.pages import page
from sourcing.demo.stock import stock
from spiders._github import documents
from tests.demo_house import a_desk, ask, client, small

CONTRIBUTORS = "/github/repos/pytorch/pytorch/contributors"
ENTITIES = "/kaggle/search.SearchApiService/ListEntities"
BOARD = "/kaggle/competitions.CompetitionApiService/DownloadLeaderboard"


def somebody(world: Any, *, heavy: bool = False) -> dict[str, Any]:
    for index in range(world.cast.size):
        account = world.github(index)
        if account and account["__typename"] == "User" and account["_repositories"] and account["_heavy"] == heavy:
            found: dict[str, Any] = account
            return found
    raise AssertionError("nobody like that")


# ---- GitHub REST ------------------------------------------------------------------------------------------


async def test_headers_count_down_and_304_costs_nothing() -> None:
    async with client(a_desk()) as held:
        first = await held.get(CONTRIBUTORS)
        again = await held.get(CONTRIBUTORS, headers={"if-none-match": first.headers["etag"]})
        third = await held.get("/github/repos/scikit-learn/scikit-learn/contributors")
    lefts = [answer.headers["x-ratelimit-remaining"] for answer in (first, again, third)]
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    assert lefts == ["4999", "4999", "4998"]
    assert first.headers["x-ratelimit-resource"] == "core"
    assert int(first.headers["x-ratelimit-reset"]) > time.time()
    row = first.json()[0]
    assert {"login", "id", "node_id", "type", "contributions"} <= set(row)


async def test_validators_hold_over_days_unless_the_answer_changed() -> None:
    server = a_desk(small(400))
    paths = [f"/github/repos/{host.name}/contributors" for host in stock().hosts if host.fields]
    async with client(server) as held:
        tags = {path: (await held.get(path)).headers.get("etag") for path in paths}
        server.control({"day": 1})
        changed = [
            path
            for path in paths
            if (await held.get(path, headers={"if-none-match": tags[path] or ""})).status_code != 304
        ]
    assert 0 < len(changed) < len(paths) / 3


async def test_budgets_are_per_token_and_end_in_403() -> None:
    server = a_desk(github_core="2/60")
    async with client(server) as held, client(server, authorization="Bearer demo-2") as other:
        answers = [await held.get(CONTRIBUTORS) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 403]
        assert answers[2].headers["x-ratelimit-remaining"] == "0"
        assert (await other.get(CONTRIBUTORS)).status_code == 200
    assert server.stats()["refused"] == {"github_core": 1}


def test_a_window_ends() -> None:
    budget = Budget(Limit(2, 10.0))
    assert [budget.take(1, 0.0), budget.take(1, 1.0), budget.take(1, 9.9)] == [True, True, False]
    assert budget.take(1, 10.0)
    assert (budget.left, budget.reset) == (1, 20)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"authorization": ""}, 401),
        ({"authorization": "Bearer ghx_other"}, 401),
        ({"authorization": "token demo-1"}, 200),
        ({"user_agent": ""}, 403),
        ({"x_github_api_version": "2026-03-10"}, 200),
        ({"x_github_api_version": "1999-01-01"}, 400),
    ],
)
async def test_what_github_insists_on(headers: dict[str, str], status: int) -> None:
    async with client(a_desk(), **headers) as held:
        answer = await held.get(CONTRIBUTORS)
    assert answer.status_code == status
    if status == 200:
        assert answer.headers["x-github-api-version-selected"] == headers.get("x_github_api_version", "2022-11-28")


async def test_pages_follow_links_under_the_durable_address() -> None:
    server = a_desk(small(1_500))
    async with client(server) as held:
        answer = await held.get(CONTRIBUTORS, params={"per_page": 5})
        seen = [row["id"] for row in answer.json()]
        assert "/github/repositories/65600975/contributors?per_page=5&page=2" in answer.headers["link"]
        while "next" in answer.links:
            answer = await held.get(answer.links["next"]["url"])
            seen += [row["id"] for row in answer.json()]
    assert len(seen) == len(set(seen)) == len(server.world.contributors(0))


async def test_only_so_many_contributors_are_tied_to_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sourcing.demo.server.github_rest._TIED", 12)
    server = a_desk(small(1_500))
    async with client(server) as held:
        first = await held.get(CONTRIBUTORS, params={"per_page": 10})
        second = await held.get(first.links["next"]["url"])
    assert len(server.world.contributors(0)) > 12
    assert (len(first.json()), len(second.json()), "next" in second.links) == (10, 2, False)
    counts = [row["contributions"] for row in first.json() + second.json()]
    assert counts == sorted(counts, reverse=True)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/github/repos/pytorch/torchrec/contributors", 301),
        ("/github/repos/demo-lab/empty-repository/contributors", 204),
        ("/github/repos/nobody/nothing/contributors", 404),
        ("/github/repos/iterative/dvc", 301),
        ("/github/users/nobody-here", 404),
        ("/github/user/17", 404),
        ("/github/rate_limit", 200),
        ("/github/nothing/at/all", 404),
        ("/robots.txt", 200),
    ],
)
async def test_other_answers_of_github(path: str, status: int) -> None:
    async with client(a_desk()) as held:
        answer = await held.get(path)
        assert answer.status_code == status
        if status == 301:
            followed = await held.get(answer.headers["location"])
            assert followed.status_code == 200


async def test_profiles_by_login_and_number_agree_with_graphql() -> None:
    server = a_desk()
    account = somebody(server.world)
    async with client(server) as held:
        by_login = (await held.get(f"/github/users/{account['login']}")).json()
        by_number = (await held.get(f"/github/user/{account['databaseId']}")).json()
        repos = await held.get(f"/github/users/{account['login']}/repos", params={"per_page": 100})
        links = await held.get(f"/github/users/{account['login']}/social_accounts")
    assert by_login == by_number
    assert by_login["id"] == account["databaseId"]
    assert by_login["node_id"] == account["id"]
    assert by_login["hireable"] in (True, None)
    assert len(repos.json()) == by_login["public_repos"]
    assert len(links.json()) == len(account["_socials"])


# ---- user search ------------------------------------------------------------------------------------------


async def test_search_caps_at_a_thousand_and_counts_its_own_budget() -> None:
    async with client(a_desk(small(1_300), github_search=5)) as held:
        first = await held.get("/github/search/users", params={"q": "type:user", "per_page": 100})
        tenth = await held.get("/github/search/users", params={"q": "type:user", "per_page": 100, "page": 10})
        beyond = await held.get("/github/search/users", params={"q": "type:user", "per_page": 100, "page": 11})
    assert first.json()["total_count"] > 1_000
    assert 'page=10>; rel="last"' in first.headers["link"]
    assert (len(tenth.json()["items"]), "next" in tenth.links) == (100, False)
    assert (beyond.status_code, "first 1000" in beyond.json()["message"]) == (422, True)
    assert beyond.headers["x-ratelimit-resource"] == "search"
    assert beyond.headers["x-ratelimit-remaining"] == "2"


async def count(held: httpx.AsyncClient, query: str) -> int:
    answer = await held.get("/github/search/users", params={"q": query, "per_page": 1})
    found: int = answer.json()["total_count"]
    return found


async def test_slices_of_a_search_add_up() -> None:
    async with client(a_desk(small(600), github_search=0)) as held:
        whole = await count(held, "type:user")
        for parts in (
            ["created:<2016-01-01", "created:2016-01-01..2020-06-30", "created:>=2020-07-01"],
            ["created:<=2018-03-05", "created:>2018-03-05"],
            ["followers:0", "followers:1..5", "followers:>5"],
            ["followers:0..9", "followers:10..*"],
            ["repos:<3", "repos:3..10", "repos:>10"],
        ):
            assert sum([await count(held, f"type:user {part}") for part in parts]) == whole, parts
        assert await count(held, "location:Berlin type:user") < whole / 5
        assert 0 < await count(held, '"machine learning" type:user') < whole / 2
        assert await count(held, "language:python type:user") > 0


@pytest.mark.parametrize("query", ["", "x" * 257, "planet:mars", "created:soon", "followers:many"])
async def test_bad_searches_are_422(query: str) -> None:
    async with client(a_desk()) as held:
        assert (await held.get("/github/search/users", params={"q": query})).status_code == 422


# ---- GraphQL ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "variables", "points"),
    [
        (documents.PROBE, {"ids": ["x"] * 100}, 2),  # two connections a person
        (documents.contributions(10), {}, 6),
        (documents.merged_changes(10), {}, 1),
        ("{ rateLimit { cost } }", {}, 1),
        ('{ user(login: "x") { repositories(first: 100) { nodes { languages(first: 10) { totalCount } } } } }', {}, 1),
        ('{ user(login: "x") { a: followers { totalCount } b: followers { totalCount } } }', {}, 1),
    ],
)
def test_points_follow_the_published_formula(text: str, variables: dict[str, Any], points: int) -> None:
    assert priced(text, variables).points == points


def test_a_profile_batch_costs_what_its_connections_say() -> None:
    price = priced(documents.profiles(25), {})
    # followers, social accounts, pins, pull requests, repositories, showcase + 30 languages + 30 topics + 5 releases
    assert price.requests == 25 * (6 + 30 + 30 + 5)
    assert price.points == 18


async def test_the_documents_of_the_spider_are_answered() -> None:
    server = a_desk(small(400))
    people = [account for n in range(60) if (account := server.world.github(n)) and account["__typename"] == "User"][
        :25
    ]
    ids = {f"i{n}": account["id"] for n, account in enumerate(people)}
    logins = {f"l{n}": account["login"] for n, account in enumerate(people)}
    windows = {f"f{n}": "2025-11-25T00:00:00Z" for n in range(10)} | {
        f"t{n}": "2026-11-25T00:00:00Z" for n in range(10)
    }
    async with client(server) as held:
        probe = (await ask(held, documents.PROBE, ids=[account["id"] for account in people])).json()
        profiles = (await ask(held, documents.profiles(25), **ids, **logins)).json()
        given = (await ask(held, documents.contributions(10), **{k: ids[k] for k in list(ids)[:10]}, **windows)).json()
        left = {"o0": "pytorch", "n0": "torchrec", "a0": None}
        merged = (await ask(held, documents.merged_changes(1), **left)).json()
    assert [node["login"] for node in probe["data"]["nodes"]] == [account["login"] for account in people]
    assert profiles["data"]["u3"]["databaseId"] == people[3]["databaseId"]
    assert {error["type"] for error in profiles["errors"]} == {"NOT_FOUND"}  # those without a profile README
    assert given["data"]["rateLimit"]["used"] == 1 + 18 + 6
    assert merged["data"]["r0"]["nameWithOwner"] == "meta-pytorch/torchrec"
    stamps = [change["updatedAt"] for change in merged["data"]["r0"]["pullRequests"]["nodes"]]
    assert stamps == sorted(stamps, reverse=True)


async def test_merged_changes_page_to_the_end() -> None:
    server = a_desk(small(2_000))
    cursor, seen = None, []
    async with client(server) as held:
        while True:
            left = {"o0": "pytorch", "n0": "pytorch", "a0": cursor}
            found = (await ask(held, documents.merged_changes(1), **left)).json()["data"]["r0"]["pullRequests"]
            seen += [change["databaseId"] for change in found["nodes"]]
            cursor = found["pageInfo"]["endCursor"]
            if not found["pageInfo"]["hasNextPage"]:
                break
    assert len(seen) == len(set(seen)) == len(server.world.merged(0)) > 100


async def test_missing_nodes_are_errors_with_http_200() -> None:
    server = a_desk(small(400, day=20))
    gone = next(n for n in server.world.past if server.world.cast.people[n].login and server.world.github(n) is None)
    from sourcing.demo.ids import user_node

    number = server.world.cast.github_id(gone)
    living = somebody(server.world)["id"]
    async with client(server) as held:
        answer = await ask(held, documents.PROBE, ids=[living, user_node(number), "D_abcdefgh"])
        single = (await ask(held, '{ node(id: "D_abcdefgh") { id } user(login: "no-body") { id } }')).json()
    body = answer.json()
    assert (answer.status_code, [node is None for node in body["data"]["nodes"]]) == (200, [False, True, True])
    assert [error["path"] for error in body["errors"]] == [["nodes", 1], ["nodes", 2]]
    assert {error["type"] for error in body["errors"] + single["errors"]} == {"NOT_FOUND"}
    assert single["data"] == {"node": None, "user": None}


@pytest.mark.parametrize("odd", [True, False])
async def test_heavy_contributors_exceed_the_limit_of_a_year_only(odd: bool) -> None:
    server = a_desk(small(3_000))
    heavy = (account for n in range(3_000) if (account := server.world.github(n)) and account["_heavy"])
    person = next(account for account in heavy if account["databaseId"] % 2 == odd and account["_given"])
    ask_for = {"i0": person["id"], "t0": "2026-11-25T00:00:00Z"}
    async with client(server) as held:
        year = (await ask(held, documents.contributions(1), **ask_for, f0="2025-11-25T00:00:00Z")).json()
        half = (await ask(held, documents.contributions(1), **ask_for, f0="2026-05-26T00:00:00Z")).json()
    assert year["errors"][0]["type"] == "RESOURCE_LIMITS_EXCEEDED"
    assert year["errors"][0]["path"][:2] == ["u0", "contributionsCollection"]
    if odd:
        assert year["data"]["u0"] is None
    else:
        assert year["data"]["u0"]["contributionsCollection"]["totalCommitContributions"] == 0
    assert "errors" not in half
    assert half["data"]["u0"] is not None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('{ user(login: "x") { repositories { nodes { id } } } }', "MISSING_PAGINATION_BOUNDARIES"),
        ('{ user(login: "x") { repositories(first: 101) { nodes { id } } } }', "EXCESSIVE_PAGINATION"),
        ("{ nothing }", None),
        ("{", None),
    ],
)
async def test_calls_that_cannot_run_say_why(text: str, kind: str | None) -> None:
    async with client(a_desk()) as held:
        answer = await ask(held, text)
    assert answer.status_code == 200
    assert answer.json()["errors"][0].get("type") == kind


async def test_too_big_a_call_is_cut_off_and_charged() -> None:
    server = a_desk()
    account = somebody(server.world)
    names = {f"i{n}": account["id"] for n in range(100)} | {f"l{n}": account["login"] for n in range(100)}
    async with client(server) as held:
        answer = await ask(held, documents.profiles(100), **names)
    assert answer.status_code == 502
    assert answer.headers["x-ratelimit-used"] == "142"
    assert server.stats()["timeouts"] == {"github_graphql": 1}


async def test_an_empty_graphql_budget_is_an_error_with_http_200() -> None:
    async with client(a_desk(github_graphql="1/60")) as held:
        answers = [await ask(held, "{ rateLimit { remaining } }") for _ in range(2)]
    assert answers[0].json() == {"data": {"rateLimit": {"remaining": 0}}}
    assert answers[1].status_code == 200
    assert answers[1].json()["errors"][0]["type"] == "RATE_LIMIT"
    assert answers[1].headers["x-ratelimit-remaining"] == "0"


@pytest.mark.parametrize("size", [1, 3, 7])
def test_pages_of_a_connection_hold_everything_once(size: int) -> None:
    items, cursor, seen = list(range(7)), None, []
    while True:
        found = page(items, size, cursor)
        seen += found["nodes"]
        cursor = found["pageInfo"]["endCursor"]
        if not found["pageInfo"]["hasNextPage"]:
            break
    assert seen == items


# ---- Kaggle -----------------------------------------------------------------------------------------------


async def test_kaggle_users_by_tier_place_number_and_name() -> None:
    server = a_desk(small(1_500))
    async with client(server) as held:

        async def found(**filters: Any) -> list[dict[str, Any]]:
            rows, token = [], ""
            while True:
                asked = {"filters": {"documentTypes": ["USER"], **filters}, "pageSize": 20, "pageToken": token}
                body = (await held.post(ENTITIES, json=asked)).json()
                rows += body.get("documents", [])
                token = body.get("nextPageToken", "")
                if not token:
                    return rows

        masters = await found(userFilters={"tier": "MASTER"})
        place = next(row["userDocument"]["userLocation"] for row in masters if "userLocation" in row["userDocument"])
        there = await found(userFilters={"userLocations": [place]})
        by_number = await found(userFilters={"userIds": [masters[0]["id"]]})
        by_name = await found(query=masters[0]["ownerUser"]["userName"])
        ranked = await found(userFilters={"requireRankingForType": "USER_ACHIEVEMENT_TYPE_COMPETITIONS"})
        nobody = await held.post(ENTITIES, json={"filters": {"documentTypes": ["USER"], "query": "no such person"}})
    assert len(masters) > 20
    assert {row["ownerUser"]["tier"] for row in masters} == {"MASTER"}
    assert {row["userDocument"]["userLocation"] for row in there} == {place}
    assert [row["id"] for row in by_number] == [masters[0]["id"]]
    assert masters[0]["id"] in [row["id"] for row in by_name]
    assert all("competitionRanking" in row["userDocument"] for row in ranked)
    assert not any(row["ownerUser"]["progressionOptOut"] for row in masters + ranked)
    assert nobody.json() == {}


async def test_kaggle_work_and_leaderboards() -> None:
    server = a_desk(small(1_500))
    async with client(server) as held:
        listed = await held.post("/kaggle/competitions.CompetitionApiService/ListCompetitions", json={"pageSize": 10})
        rows = listed.json()["competitions"]
        slug = rows[3]["ref"].rpartition("/")[2]
        board = await held.post(BOARD, json={"competitionName": slug})
        missing = await held.post(BOARD, json={"competitionName": "nothing"})
        grandmaster = max(server.world.kaggle.people, key=lambda person: person.tier)
        kernels = await held.post("/kaggle/kernels.KernelsApiService/ListKernels", json={"user": grandmaster.kaggle})
        unknown = await held.post("/kaggle/kernels.KernelsApiService/Nothing", json={})
        closed = await held.post(ENTITIES, json={}, headers={"authorization": ""})
    with zipfile.ZipFile(io.BytesIO(board.content)) as archive:
        text = archive.read(archive.namelist()[0]).decode()
    assert text.startswith(
        "\ufeffRank,TeamId,TeamName,LastSubmissionDate,Score,SubmissionCount,TeamMemberUserNames\n0,"
    )
    assert rows[3]["teamCount"] == len(text.splitlines()) - 2
    assert [row["deadline"] for row in rows] == sorted((row["deadline"] for row in rows), reverse=True)
    assert (missing.status_code, unknown.status_code, closed.status_code) == (404, 404, 401)
    assert kernels.json()["kernels"][0]["ref"].startswith(f"{grandmaster.kaggle}/")


async def test_kaggle_limits_say_how_long_to_wait() -> None:
    async with client(a_desk(kaggle="1/30")) as held:
        await held.post(ENTITIES, json={})
        answer = await held.post(ENTITIES, json={})
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 31
    assert answer.json()["error"]["status"] == "RESOURCE_EXHAUSTED"


# ---- Hacker News ------------------------------------------------------------------------------------------


async def test_the_monthly_thread_is_found_and_read_through_both_doors() -> None:
    server = a_desk(small(1_500))
    async with client(server) as held:
        asked = {"tags": "story,author_whoishiring", "query": '"who wants to be hired"'}
        hits = (await held.get("/algolia/search_by_date", params=asked)).json()["hits"]
        every = (await held.get("/algolia/search_by_date", params={"tags": "story,author_whoishiring"})).json()
        tree = (await held.get(f"/algolia/items/{hits[0]['objectID']}")).json()
        story = (await held.get(f"/firebase/v0/item/{hits[0]['objectID']}.json")).json()
        post = tree["children"][0]
        author = (await held.get(f"/firebase/v0/user/{post['author']}.json")).json()
        nobody = await held.get("/firebase/v0/user/NoBody.json")
        nothing = await held.get("/firebase/v0/item/1.json")
    assert all("Who wants to be hired" in hit["title"] for hit in hits)
    assert every["nbHits"] == 3 * len(hits)  # employers and freelancers are decoys
    assert story["kids"] == [child["id"] for child in tree["children"]]
    assert any(child["children"] for child in tree["children"])
    assert post["id"] in author["submitted"]
    assert (nobody.json(), nothing.json()) == (None, None)


async def test_removed_posts_vanish_or_say_so() -> None:
    server = a_desk(small(1_500, day=10))
    removed = [p for p, past in server.world.past.items() if any(change.kind == "remove" for change in past)]
    texts = {item.by: item for item in server.world.threads.items.values()}
    posts = [texts[server.world.cast.people[index].hn] for index in removed]
    assert {post.deleted for post in posts} == {True, False}
    async with client(server) as held:
        for post in posts:
            shown = (await held.get(f"/firebase/v0/item/{post.id}.json")).json()
            found = await held.get(f"/algolia/items/{post.id}")
            assert found.status_code == (404 if post.deleted else 200)
            assert shown.get("deleted", False) == post.deleted
            assert post.deleted or "emoved" in shown["text"]


# ---- faults and switches ----------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["seconds", "date", "message", "limited_by"])
async def test_secondary_limits_come_in_all_forms(form: str) -> None:
    server = a_desk()
    server.control({"secondary": [form]})
    async with client(server) as held:
        limited, after = await held.get(CONTRIBUTORS), await held.get(CONTRIBUTORS)
    assert limited.status_code in (403, 429)
    assert "secondary rate limit" in limited.json()["message"]
    assert ("retry-after" in limited.headers) == (form in ("seconds", "date"))
    assert int(limited.headers["x-ratelimit-remaining"]) > 0
    assert after.headers["x-ratelimit-used"] == "1"


async def test_faults_come_at_their_rate_and_are_counted() -> None:
    server = a_desk(faults={"429": 0.1, "502": 0.1, "truncated": 0.1, "missing_field": 0.1})
    statuses: list[int] = []
    unreadable = lacking = 0
    async with client(server) as held:
        for _ in range(200):
            answer = await held.get(CONTRIBUTORS)
            statuses.append(answer.status_code)
            if answer.status_code == 200:
                try:
                    lacking += any("id" not in row or "login" not in row for row in answer.json())
                except ValueError:
                    unreadable += 1
    faults = server.stats()["faults"]["github"]
    assert statuses.count(502) == faults["502"]
    assert len([status for status in statuses if status in (403, 429)]) == faults["429"]
    assert unreadable == faults["truncated"]
    assert lacking == faults["missing_field"]
    assert all(8 <= number <= 34 for number in faults.values())


async def test_slow_answers_wait() -> None:
    server = a_desk(faults={"slow": 1.0})
    server.control({"slow": 0.0})
    async with client(server) as held:
        answer = await held.get(CONTRIBUTORS)
    assert answer.status_code == 200
    assert "x-demo-slow" not in answer.headers
    assert server.stats()["faults"] == {"github": {"slow": 1}}


@pytest.mark.parametrize(
    ("robots", "status", "text"),
    [
        ("allow", 200, "Disallow: /private/"),
        ("disallow", 200, "Disallow: /\n"),
        ("missing", 404, ""),
        ("broken", 503, ""),
    ],
)
async def test_robots_can_be_switched(robots: str, status: int, text: str) -> None:
    server = a_desk(small(20))
    server.control({"robots": robots})
    async with client(server) as held:
        answers = [await held.get(f"{prefix}/robots.txt") for prefix in ("", "/github", "/kaggle")]
    assert {answer.status_code for answer in answers} == {status}
    assert all(text in answer.text for answer in answers)


async def test_switches_over_http() -> None:
    server = a_desk()
    async with client(server) as held:
        done = await held.post("/_control", json={"day": 2, "faults": {"502": 1.0}, "limits": {"kaggle": "3/1"}})
        broken = await held.get(CONTRIBUTORS)
        wrong = [
            (await held.post("/_control", json=order)).status_code
            for order in (
                {"nothing": 1},
                {"robots": "x"},
                {"faults": {"fire": 1}},
                {"limits": {"moon": 1}},
                {"limits": {"kaggle": "x"}},
            )
        ]
        figures = (await held.get("/_stats")).json()
    assert done.json()["day"] == 2
    assert broken.status_code == 502
    assert wrong == [400] * 5
    assert figures["requests"] == {"github": {"contributors": 1}}
    assert figures["by_source"] == {"github": 1}
    assert figures["cpu_seconds"] > 0


async def test_no_answer_holds_truth_or_a_private_key() -> None:
    server = a_desk(small(400))
    account = somebody(server.world)
    async with client(server) as held:
        answers = [
            await held.get(f"/github/users/{account['login']}"),
            await held.get(f"/github/users/{account['login']}/repos"),
            await held.get(CONTRIBUTORS),
            await held.get("/github/search/users", params={"q": "type:user"}),
            await ask(held, documents.profiles(1), i0=account["id"], l0=account["login"]),
            await held.post(ENTITIES, json={"filters": {"documentTypes": ["USER"]}}),
            await held.get("/firebase/v0/maxitem.json"),
        ]
    words = {"fit", "seniority", "skills", "field", "person", "truth", "heavy", "active", "index", "theme"}
    for answer in answers:
        names = set(_names(orjson.loads(answer.content)))
        assert not names & words
        assert not [name for name in names if name.startswith("_")]


def _names(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(name for inner in value.values() for name in _names(inner))]
    return [name for inner in value for name in _names(inner)] if isinstance(value, list) else []
