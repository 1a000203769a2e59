"""The server as an ASGI application: routes, and nothing else about the web."""

import asyncio
import time
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from sourcing.demo.server import github_rest, hackernews_api, kaggle_api
from sourcing.demo.server.desk import Desk, Door, Handler
from sourcing.demo.server.exchange import Answer, Question, say
from sourcing.demo.server.faults import RESET
from sourcing.demo.server.github_search import search
from sourcing.demo.sources import venues
from sourcing.demo.world import World

_ROBOTS = "User-agent: *\nDisallow: /private/\n"
_CLOSED = "User-agent: *\nDisallow: /\n"
_REFUSALS = {"missing": 404, "broken": 503}


def application(desk: Desk) -> Starlette:
    """The application over one desk."""

    async def robots(_: Request) -> Response:
        return _robots(desk)

    routes = [_route(desk, *row) for row in _doors(desk)]
    prefixes = ("", "/github", "/kaggle", "/algolia", "/firebase", *(f"/{venue.name}" for venue in venues()))
    routes += [Route(f"{prefix}/robots.txt", robots) for prefix in prefixes]

    async def stats(_: Request) -> Response:
        return JSONResponse(desk.stats())

    async def control(request: Request) -> Response:
        try:
            desk.control(orjson.loads(await request.body()))
        except (ValueError, TypeError) as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse(desk.stats())

    routes += [Route("/_stats", stats), Route("/_control", control, methods=["POST"])]
    return Starlette(routes=routes, exception_handlers={404: _unknown})


def _doors(desk: Desk) -> list[tuple[str, str, Door]]:
    """(method, path, door) of everything that can be asked."""

    def github(path: str, route: str, handler: Handler, resource: str = "github_core") -> tuple[str, str, Door]:
        return "GET", f"/github{path}", Door("github", route, resource, handler)

    def hackernews(path: str, route: str, handler: Handler) -> tuple[str, str, Door]:
        return "GET", path, Door("hackernews", route, path.split("/")[1], handler)

    def rates(_: World, question: Question) -> Answer:
        return _rate_limit(desk, question)

    return [
        ("POST", "/github/graphql", Door("github", "graphql", "github_graphql", _no_handler)),
        github("/rate_limit", "rate_limit", rates),
        github("/search/users", "search_users", search, "github_search"),
        github("/users/{login}", "user", github_rest.user),
        github("/user/{number:int}", "user", github_rest.user),
        github("/users/{login}/social_accounts", "social_accounts", github_rest.social_accounts),
        github("/user/{number:int}/social_accounts", "social_accounts", github_rest.social_accounts),
        github("/users/{login}/repos", "user_repositories", github_rest.user_repositories),
        github("/user/{number:int}/repos", "user_repositories", github_rest.user_repositories),
        github("/repos/{owner}/{name}", "repository", github_rest.repository),
        github("/repositories/{number:int}", "repository", github_rest.repository),
        github("/repos/{owner}/{name}/contributors", "contributors", github_rest.contributors),
        github("/repositories/{number:int}/contributors", "contributors", github_rest.contributors),
        ("POST", "/kaggle/{service}/{method}", Door("kaggle", "call", "kaggle", kaggle_api.call)),
        hackernews("/algolia/search_by_date", "search", hackernews_api.search),
        hackernews("/algolia/search", "search", hackernews_api.search),
        hackernews("/algolia/items/{number:int}", "items", hackernews_api.tree),
        hackernews("/algolia/users/{name}", "users", hackernews_api.found_user),
        hackernews("/firebase/v0/item/{number:int}.json", "item", hackernews_api.item),
        hackernews("/firebase/v0/user/{name}.json", "user", hackernews_api.user),
        hackernews("/firebase/v0/maxitem.json", "maxitem", hackernews_api.newest),
        *(door for venue in venues() for door in venue.doors()),
    ]


def _route(desk: Desk, method: str, path: str, door: Door) -> Route:
    async def endpoint(request: Request) -> Response:
        answer = desk.answer(door, _question(request, await request.body()))
        slow = answer.headers.pop("x-demo-slow", "")
        if slow:
            await asyncio.sleep(float(slow))
        return _CutOff(answer) if answer.headers.pop(RESET, "") else _response(answer)

    return Route(path, endpoint, methods=[method])


class _CutOff(Response):
    """An answer whose connection ends after half of it."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.body, answer.status, answer.headers, answer.media)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's interface
        """Promise all, send half, and end: the server then hangs up."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})


def _question(request: Request, body: bytes) -> Question:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return Question(
        base=str(request.base_url).rstrip("/"),
        path={name: str(value) for name, value in request.path_params.items()},
        query=dict(request.query_params),
        headers=dict(request.headers),
        body=_parsed(body),
        token=token.strip() if scheme.lower() in ("bearer", "token") else "",
        pairs=tuple(request.query_params.multi_items()),
    )


def _parsed(body: bytes) -> Any:
    try:
        return orjson.loads(body) if body else None
    except orjson.JSONDecodeError:
        return None


def _response(answer: Answer) -> Response:
    if answer.status in (204, 304):
        return Response(status_code=answer.status, headers=answer.headers)
    return Response(answer.body, answer.status, answer.headers, answer.media)


def _no_handler(_: World, __: Question) -> Answer:
    raise AssertionError("GraphQL is answered by the desk itself")


def _rate_limit(desk: Desk, question: Question) -> Answer:
    """GET /rate_limit, which costs nothing."""
    named = {}
    for resource in ("core", "search", "graphql"):
        budget = desk.budgets.of(f"github_{resource}", question.token, time.time())
        named[resource] = {"limit": budget.size, "used": budget.used, "remaining": budget.left, "reset": budget.reset}
    answer = say({"resources": named, "rate": named["core"]})
    answer.cost = 0
    return answer


def _robots(desk: Desk) -> Response:
    if desk.robots in _REFUSALS:
        return PlainTextResponse("", _REFUSALS[desk.robots])
    return PlainTextResponse(_CLOSED if desk.robots == "disallow" else _ROBOTS)


async def _unknown(_: Request, __: Exception) -> Response:
    return _response(github_rest.missing())
