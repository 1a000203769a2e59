"""GitHub's REST answers: profiles, links, repositories, contributors, renamed addresses."""

from typing import Any
from urllib.parse import urlencode

from sourcing.demo.ids import user_node
from sourcing.demo.server.exchange import Answer, Question, say
from sourcing.demo.works import Record
from sourcing.demo.world import World

# Bodies name the real API, so that they (and their ETags) do not depend on the port; Link and Location do not.
_API = "https://api.github.com"
_DOCS = "https://docs.github.com/rest"
_TIED = 500  # only so many author addresses are tied to accounts


def missing() -> Answer:
    """404."""
    return say({"message": "Not Found", "documentation_url": _DOCS, "status": "404"}, 404)


def invalid(message: str) -> Answer:
    """422."""
    return say({"message": message, "documentation_url": f"{_DOCS}/search/search", "status": "422"}, 422)


def moved(question: Question, number: int, tail: str = "") -> Answer:
    """301 to the durable address of a repository."""
    query = f"?{urlencode(question.query)}" if question.query else ""
    to = f"{question.base}/github/repositories/{number}{tail}{query}"
    body = {
        "message": "Moved Permanently",
        "url": to,
        "documentation_url": "https://docs.github.com/v3/#http-redirects",
    }
    return say(body, 301, location=to)


def sizes(question: Question) -> tuple[int, int]:
    """(page, per_page); bad values count as absent."""
    page, per_page = (question.query.get(name, "") for name in ("page", "per_page"))
    return max(1, int(page)) if page.isdigit() else 1, min(100, int(per_page)) if per_page.isdigit() else 30


def paged(question: Question, path: str, rows: list[Any], total: int, show: Any, wrap: Any = None) -> Answer:
    """One page of rows with its Link header; `total` caps what can be paged through."""
    page, size = sizes(question)
    last = max(1, -(-total // size))
    body = [show(row) for row in rows[(page - 1) * size : min(page * size, total)]]
    answer = say(wrap(body) if wrap else body)
    rels = {"prev": page - 1, "next": page + 1, "last": last, "first": 1}
    if page >= last:
        del rels["next"], rels["last"]
    if page == 1:
        del rels["prev"], rels["first"]
    links = [f'<{question.base}/github{path}?{_query(question, number)}>; rel="{rel}"' for rel, number in rels.items()]
    if links:
        answer.headers["link"] = ", ".join(links)
    return answer


def _query(question: Question, page: int) -> str:
    return urlencode({**question.query, "page": str(page)})


# ---- accounts ---------------------------------------------------------------------------------------------


def simple(login: str, number: int, kind: str) -> Record:
    """The short form of an account that lists hold."""
    url = f"{_API}/users/{login}"
    return {
        "login": login,
        "id": number,
        "node_id": user_node(number, kind),
        "avatar_url": f"https://avatars.example/u/{number}?v=4",
        "gravatar_id": "",
        "url": url,
        "html_url": f"https://github.com/{login}",
        "followers_url": f"{url}/followers",
        "following_url": f"{url}/following{{/other_user}}",
        "gists_url": f"{url}/gists{{/gist_id}}",
        "starred_url": f"{url}/starred{{/owner}}{{/repo}}",
        "subscriptions_url": f"{url}/subscriptions",
        "organizations_url": f"{url}/orgs",
        "repos_url": f"{url}/repos",
        "events_url": f"{url}/events{{/privacy}}",
        "received_events_url": f"{url}/received_events",
        "type": kind,
        "user_view_type": "public",
        "site_admin": False,
    }


def user(world: World, question: Question) -> Answer:
    """GET /users/{login} and /user/{id}."""
    found = _account(world, question)
    if found is None:
        return missing()
    public = [repo for repo in found["_repositories"] if not repo["isPrivate"]]
    return say(
        simple(found["login"], found["databaseId"], found["__typename"])
        | {key: found[key] for key in ("name", "company")}
        | {"blog": found["websiteUrl"] or "", "location": found["location"], "email": None}
        | {"hireable": found["isHireable"] or None, "bio": found["bio"]}
        | {"twitter_username": found["twitterUsername"], "public_repos": len(public), "public_gists": 0}
        | {"followers": found["_followers"], "following": found["_following"]}
        | {"created_at": found["createdAt"], "updated_at": found["updatedAt"]},
        last_modified=found["updatedAt"],
    )


def _account(world: World, question: Question) -> Record | None:
    number = question.path.get("number")
    if number is not None:
        return world.by_number(int(number))
    return world.by_login(question.path["login"])


def social_accounts(world: World, question: Question) -> Answer:
    """GET /users/{login}/social_accounts."""
    found = _account(world, question)
    if found is None:
        return missing()
    rows = [{"provider": row["provider"].lower(), "url": row["url"]} for row in found["_socials"]]
    return paged(question, f"/user/{found['databaseId']}/social_accounts", rows, len(rows), dict)


def user_repositories(world: World, question: Question) -> Answer:
    """GET /users/{login}/repos, by full name as GitHub does."""
    found = _account(world, question)
    if found is None:
        return missing()
    rows = sorted(found["_repositories"], key=lambda repo: repo["name"].lower())
    path = f"/user/{found['databaseId']}/repos"
    return paged(question, path, rows, len(rows), _repository)


# ---- repositories -----------------------------------------------------------------------------------------


def _repository(repo: Record) -> Record:
    owner = repo["owner"]
    return {
        "id": repo["databaseId"],
        "node_id": repo["id"],
        "name": repo["name"],
        "full_name": repo["nameWithOwner"],
        "private": False,
        "owner": simple(owner["login"], owner["databaseId"], owner["__typename"]),
        "html_url": repo["url"],
        "description": repo["description"],
        "fork": repo["isFork"],
        "url": f"{_API}/repos/{repo['nameWithOwner']}",
        "created_at": repo["createdAt"],
        "updated_at": repo["updatedAt"],
        "pushed_at": repo["pushedAt"],
        "stargazers_count": repo["stargazerCount"],
        "forks_count": repo["forkCount"],
        "language": (repo["primaryLanguage"] or {}).get("name"),
        "archived": repo["isArchived"],
        "license": _licence(repo),
        "topics": repo["_topics"],
        "default_branch": "main",
    }


def _licence(repo: Record) -> Record | None:
    licence = repo["licenseInfo"]
    return None if licence is None else {"spdx_id": licence["spdxId"], "name": licence["name"]}


def _found(world: World, question: Question, tail: str = "") -> Record | Answer:
    """The repository asked for, or the answer that says where it is or that it is not."""
    number = question.path.get("number")
    if number is not None:
        return world.repository_by_number(int(number)) or missing()
    name = f"{question.path['owner']}/{question.path['name']}"
    found = world.repository(question.path["owner"], question.path["name"])
    if found is None:
        return missing()
    if found["nameWithOwner"].lower() != name.lower():
        return moved(question, found["databaseId"], tail)
    return found


def repository(world: World, question: Question) -> Answer:
    """GET /repos/{owner}/{name} and /repositories/{id}."""
    found = _found(world, question)
    return found if isinstance(found, Answer) else say(_repository(found))


def contributors(world: World, question: Question) -> Answer:
    """GET /repos/{owner}/{name}/contributors, most commits first; 204 for an empty repository."""
    found = _found(world, question, "/contributors")
    if isinstance(found, Answer):
        return found
    host = world.host_index(found["nameWithOwner"])
    rows = _owner_alone(world, found) if host is None else world.contributors(host)
    if not rows:
        return Answer(b"", 204)
    path, total = f"/repositories/{found['databaseId']}/contributors", min(len(rows), _TIED)
    return paged(question, path, rows, total, lambda row: _contributor(world, row))


def _owner_alone(world: World, repo: Record) -> list[tuple[int, int]]:
    index = world.logins.get(repo["owner"]["login"].lower())
    return [] if index is None or repo["isFork"] else [(index, 1 + repo["databaseId"] % 90)]


def _contributor(world: World, row: tuple[int, int]) -> Record:
    index, commits = row
    person = world.cast.people[index]
    made = simple(world.login(index), world.cast.github_id(index), person.kind)
    return made | {"contributions": commits}
