"""The desk every request passes: budgets, faults, counting; then the handler of its route answers."""

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLError

from sourcing.demo.chance import Chance
from sourcing.demo.clock import stamp
from sourcing.demo.server.budgets import Budget, Budgets
from sourcing.demo.server.exchange import Answer, Question, say
from sourcing.demo.server.faults import Faults, checked
from sourcing.demo.server.github_graphql import formatted, priced, run
from sourcing.demo.server.kaggle_api import refused
from sourcing.demo.world import World

Handler = Callable[[World, Question], Answer]
ROBOTS = ("allow", "disallow", "missing", "broken")
_VERSIONS = ("2022-11-28", "2026-03-10")
_GOOD = "demo"  # tokens beginning with it are good


@dataclass(frozen=True, slots=True)
class Door:
    """One route: whose it is, which budget it uses, how it is named in the figures."""

    source: str
    route: str
    resource: str
    handler: Handler
    limits: Callable[[Budget], Mapping[str, str]] | None = None  # the headers in which its source tells what is left


@dataclass
class Desk:
    """The state of the server."""

    world: World
    budgets: Budgets
    faults: Faults
    work: int = 3_000_000  # nodes × points above which a GraphQL call runs into GitHub's time limit
    robots: str = "allow"  # or disallow, missing, broken
    counts: Counter[str] = field(default_factory=Counter)

    def answer(self, door: Door, question: Question) -> Answer:
        """The answer with its headers; everything is counted."""
        now = time.time()
        self.counts[f"requests/{door.source}/{door.route}"] += 1
        answer = self._answer(door, question, now)
        self.counts[f"status/{door.source}/{answer.status}"] += 1
        self.counts[f"bytes/{door.source}"] += len(answer.body)
        return answer

    def _answer(self, door: Door, question: Question, now: float) -> Answer:
        stopped = _turned_away(door, question)
        if stopped is not None:
            return self._dressed(door, question, stopped, None)
        budget = self.budgets.of(door.resource, question.token, now)
        fault = self._fault(door, now)
        if isinstance(fault, Answer):
            return self._dressed(door, question, fault, budget)
        answer = self._within_budget(door, question, budget, now)
        if fault and answer.status == 200:
            answer = self.faults.spoil(fault, answer)
        if fault == "slow":
            answer.headers["x-demo-slow"] = str(self.faults.slow)
        return self._dressed(door, question, answer, budget)

    def _fault(self, door: Door, now: float) -> Answer | str:
        if door.source == "github" and self.faults.pending:
            return self.faults.secondary(self.faults.pending.pop(0), now)
        kind = self.faults.draw(door.source)
        if kind:
            self.counts[f"faults/{door.source}/{kind}"] += 1
        return self.faults.instead(kind, door.source, now) or kind

    def _within_budget(self, door: Door, question: Question, budget: Budget, now: float) -> Answer:
        if budget.limit.units and budget.used >= budget.limit.units:
            return self._exhausted(door, budget, now)
        if door.resource == "github_graphql":
            return self._graphql(question, budget, now)
        answer = door.handler(self.world, question)
        if door.source == "github" and answer.status == 200 and door.resource == "github_core":
            answer = _conditional(question, answer)
        if answer.status != 304 and answer.cost:
            budget.take(answer.cost, now)
            self.counts[f"counted/{door.resource}"] += answer.cost
        return answer

    def _graphql(self, question: Question, budget: Budget, now: float) -> Answer:
        body = question.body if isinstance(question.body, dict) else {}
        text, variables = str(body.get("query") or ""), body.get("variables") or {}
        try:
            price = priced(text, variables)
        except GraphQLError as error:
            budget.take(1, now)
            return say({"errors": [formatted(error)]})
        budget.take(price.points, now)
        self.counts["points/github_graphql"] += price.points
        if price.nodes * price.points > self.work:
            budget.take(price.points, now)  # GitHub charges extra for calls that ran out of time
            self.counts["timeouts/github_graphql"] += 1
            return say({"message": "We couldn't respond to your request in time. Sorry about that."}, 502)
        rate = {"cost": price.points, "limit": budget.size, "remaining": budget.left, "used": budget.used}
        return say(run(self.world, text, variables, rate | {"resetAt": stamp(budget.reset), "nodeCount": price.nodes}))

    def _exhausted(self, door: Door, budget: Budget, now: float) -> Answer:
        self.counts[f"refused/{door.resource}"] += 1
        if door.resource == "github_graphql":
            error = {"type": "RATE_LIMIT", "code": "graphql_rate_limit", "message": "API rate limit already exceeded"}
            return say({"errors": [error]})
        if door.source == "github":
            return say({"message": "API rate limit exceeded for user ID 1."}, 403)
        wait = str(max(1, round(budget.until - now + 0.5)))
        body = {"error": {"code": 429, "message": "Too many requests", "status": "RESOURCE_EXHAUSTED"}}
        return say(body, 429, retry_after=wait)

    def _dressed(self, door: Door, question: Question, answer: Answer, budget: Budget | None) -> Answer:
        """The answer with the headers its source sends."""
        if door.source == "github":
            answer.headers |= _github_headers(door, question, budget, self.counts.total())
        if door.limits is not None and budget is not None:
            answer.headers |= door.limits(budget)
        if answer.status in (403, 429):
            self.counts[f"turned_away/{door.source}/{answer.status}"] += 1
        return answer

    # ---- figures and switches -----------------------------------------------------------------------------

    def stats(self) -> dict[str, Any]:
        """Everything counted since the start, nested by the parts of the names; CPU in seconds."""
        nested: dict[str, Any] = {}
        for name, count in sorted(self.counts.items()):
            *outer, last = name.split("/", 2)
            held = nested
            for part in outer:
                held = held.setdefault(part, {})
            held[last] = count
        requests = nested.get("requests", {})
        by_source = {source: sum(routes.values()) for source, routes in requests.items()}
        return nested | {"by_source": by_source, "cpu_seconds": time.process_time(), "day": self.world.day}

    def control(self, order: Mapping[str, Any]) -> None:
        """Sets what the order names, see `Serving.control`. ValueError for an unknown switch."""
        for name, value in order.items():
            if name == "day":
                self.world = self.world if value == self.world.day else self.world.on(int(value))
            elif name == "faults":
                self.faults.shares = checked(value)
            elif name == "limits":
                self.budgets.change(value)
            elif name == "secondary":
                self.faults.pending = list(value)
            elif name == "robots" and value in ROBOTS:
                self.robots = value
            elif name in ("retry", "slow"):
                setattr(self.faults, name, value)
            elif name == "work":
                self.work = int(value)
            elif name == "reset":
                self.counts.clear()
            else:
                raise ValueError(f"switch {name!r} is unknown")


def desk(world: World, limits: Mapping[str, object], faults: Mapping[str, float]) -> Desk:
    """A desk with these settings."""
    budgets = Budgets()
    budgets.change(limits)
    return Desk(world, budgets, Faults(Chance(world.cast.seed, "faults"), checked(faults)))


def _turned_away(door: Door, question: Question) -> Answer | None:
    """The answer to a request without what the source insists on."""
    if door.source == "github":
        if not question.headers.get("user-agent"):
            return Answer(b"Request forbidden by administrative rules.", 403, media="text/html")
        if not question.token.startswith(_GOOD):
            return say({"message": "Bad credentials", "documentation_url": "https://docs.github.com/rest"}, 401)
        version = question.headers.get("x-github-api-version", _VERSIONS[0])
        if version not in _VERSIONS:
            return say({"message": f"API version {version} is not supported"}, 400)
    if door.source == "kaggle" and not question.token.startswith(_GOOD):
        return refused("Unauthenticated", 401, "UNAUTHENTICATED")
    return None


def _conditional(question: Question, answer: Answer) -> Answer:
    """The answer with its ETag, or 304 if the client holds it; tags differ by token, as `vary` says."""
    tag = f'W/"{hashlib.sha256(question.token.encode() + answer.body).hexdigest()}"'
    if question.headers.get("if-none-match") == tag:
        answer = Answer(b"", 304, answer.headers, answer.media, 0)
    answer.headers |= {"etag": tag, "cache-control": "private, max-age=60, s-maxage=60"}
    return answer


def _github_headers(door: Door, question: Question, budget: Budget | None, number: int) -> dict[str, str]:
    headers = {
        "server": "github.com",
        "vary": "Accept, Authorization, Cookie, X-GitHub-OTP,Accept-Encoding, Accept, X-Requested-With",
        "x-github-media-type": "github.v4" if door.resource == "github_graphql" else "github.v3; format=json",
        "x-github-api-version-selected": question.headers.get("x-github-api-version", _VERSIONS[0]),
        "x-github-request-id": f"DE40:{number:06X}:DE40:{number * 7919 % 16**6:06X}",
    }
    if budget is not None:
        headers |= {
            "x-ratelimit-limit": str(budget.size),
            "x-ratelimit-remaining": str(budget.left),
            "x-ratelimit-used": str(budget.used),
            "x-ratelimit-reset": str(budget.reset),
            "x-ratelimit-resource": door.resource.removeprefix("github_"),
        }
    return headers
