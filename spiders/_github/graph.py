"""Asking GitHub: REST headers, GraphQL documents, what an answer covers, and when it says "not now"."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import ValidationError
from scrapy import Request
from scrapy.http import Response

from spiders._base import SourceSpider, Yielded
from spiders._github import people
from spiders._github.about import GitHubOptions
from spiders._github.answers import GraphAnswer, Person
from spiders._github.people import Candidate
from spiders._polite import gate as _gate
from spiders._reading.fields import Model, tolerant
from storage.errors import Unreadable
from storage.records import Account, Kind, Known, Lane

# Quotes inside JSON strings are escaped, so text of a profile can never look like this.
RATE_LIMITED = re.compile(rb'"type"\s*:\s*"RATE_LIMITED"')
REST_HEADERS = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}


class GraphSpider(SourceSpider):
    """What all parts of the GitHub spider share: asking, reading, and whom the lanes have shown."""

    options: GitHubOptions

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known: dict[str, Known] = {}
        self.candidates: dict[str, Candidate] = {}
        self.to_triage: dict[str, Candidate] = {}
        self.lists: dict[str, Lane] = {}  # lists of contributors that wait for the merged changes of their repository

    def graph(
        self,
        document: str,
        variables: Mapping[str, object],
        then: Callable[..., Iterable[Yielded]],
        *,
        lane: str,
        cost: int,
        on_failure: Callable[[str], Iterable[Yielded]] | None = None,
        **context: Any,
    ) -> Request:
        """A GraphQL request; `cost` are the points it is expected to take."""
        return self.ask(
            self.options.graphql or f"{self.options.api}/graphql",
            then,
            lane=lane,
            resource="graphql",
            post={"query": document, "variables": dict(variables)},
            on_failure=on_failure,
            own_failures=on_failure is not None,
            cost=cost,
            **context,
        )

    def answer(self, response: Response) -> GraphAnswer:
        """Read a GraphQL answer and put its points on the lane's bill; Unreadable when it holds no data at all."""
        answer = self.read(response, GraphAnswer)
        self.ledger.bill(response.meta["lane"]).points += answer.cost
        for error in answer.errors:
            self.ledger.skip(f"graphql_error:{error.type or 'untyped'}")
        if answer.data is None:
            message = answer.errors[0].message if answer.errors else "no data"
            raise self.patience.misread(response, Unreadable("graphql_no_data", message[:300]))
        return answer

    def refusal(self, response: Response, headers: Mapping[str, str], wall: float) -> _gate.Refusal | None:
        """GraphQL says "not now" with status 200 and an error."""
        if response.status == 200 and response.request is not None and response.request.method == "POST":
            if RATE_LIMITED.search(response.body):
                reading = _gate.reading(headers, wall=wall)
                return _gate.Refusal(reading.reset_in + 1.0 if reading else None, "points used up")
            if len(response.body) < 2000 and b"secondary rate limit" in response.body:
                after = headers.get("retry-after")
                return _gate.Refusal(_gate.seconds(after, wall=wall) if after else None, "secondary limit")
        return super().refusal(response, headers, wall)

    def _person(
        self, answer: GraphAnswer, path: tuple[str | int, ...], node: Mapping[str, Any]
    ) -> tuple[Person | None, frozenset[str]]:
        """The person and the GraphQL names of the fields the answer covers."""
        returned = {name: value for name, value in node.items() if not answer.lost(*path, name)}
        person, rejected = self.shape(Person, returned, f"profile of {node.get('login', 'somebody')}")
        return person, frozenset(returned.keys() - set(rejected))

    def shape(self, model: type[Model], node: Mapping[str, Any], what: str) -> tuple[Model | None, tuple[str, ...]]:
        """One part of an answer as a model, and the fields that did not fit; None when a needed one does not."""
        try:
            shaped, rejected = tolerant(model, node)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            self.ledger.skip(f"unreadable_part:{model.__name__}.{'.'.join(map(str, first['loc']))}")
            self.logger.info("%s: %s", what, first["msg"])
            return None, ()
        for name in rejected:
            self.ledger.skip(f"field_rejected:{name}")
        return shaped, rejected

    def meet(
        self, login: str, user_id: int, node_id: str, type_name: str, interest: float, response: Response
    ) -> Account:
        """Note somebody a lane has shown and return the little that is known."""
        key = str(user_id)
        candidate = self.candidates.setdefault(key, Candidate(key, node_id, login))
        candidate.interest += interest
        known = self.known.get(key)
        if people.kind_of(type_name, login) is not Kind.PERSON:
            self.ledger.skip("not_a_person")
        elif known is None or "updated_at" not in known.markers:
            self.to_triage[key] = candidate
        return people.found(
            login, user_id, node_id, type_name, self.seen(response), self.options.site, candidate.interest
        )
