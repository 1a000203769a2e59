"""Asking the sources whether they know the repositories, tags and tasks a role names: a few requests, no people."""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from scoring.roles import Finding, Role
from scoring.roles.lint import Name, names_in, suggestion, warning
from sourcing import crawl
from sourcing.config import Config
from spiders._polite.never import never_asked
from storage.errors import Unreadable
from storage.redaction import Secret

SECONDS = 10.0  # for one answer
MOST_BYTES = 8 * 1024 * 1024
_REPOSITORIES_AT_ONCE = 50
_TAGS_AT_ONCE = 20  # names in one address


def unknown_names(config: Config, role: Role, *, client: httpx.Client | None = None) -> list[Finding]:
    """N1 by asking: one finding per name a source does not know or calls otherwise, and per source not asked."""
    named = names_in(role)
    headers = {"User-Agent": crawl.agent(config)}
    with client or httpx.Client(timeout=SECONDS, trust_env=False, headers=headers) as asking:
        desk = _Desk(config, asking)
        return [
            *desk.answers("github", desk.repositories, [name for name in named if name.kind == "repository"]),
            *desk.answers("stackexchange", desk.tags, [name for name in named if name.kind == "tag"]),
            *desk.answers("huggingface", desk.tasks, [name for name in named if name.kind == "task"]),
        ]


class _Desk:
    """Asks the three sources at their configured addresses."""

    def __init__(self, config: Config, client: httpx.Client) -> None:
        self.config = config
        self.client = client

    def answers(self, source: str, ask: Any, names: Sequence[Name]) -> list[Finding]:
        """The findings of one source; what hinders asking is a finding too."""
        if not names:
            return []
        found: list[Finding] = []
        try:
            found.extend(ask(names))
        except (httpx.HTTPError, Unreadable) as error:
            reason = str(error) or type(error).__name__
            found.append(warning("N1", f"{source}: not all of {len(names)} names checked ({reason}); try again later"))
        return found

    def repositories(self, names: Sequence[Name]) -> Iterator[Finding]:
        """GitHub: all repositories in a few documents; a renamed one answers under its new name."""
        options: Any = crawl.options_of(self.config, "github")
        token = Secret.of(options.token_env).reveal()
        if not token:
            yield warning("N1", f"github: {len(names)} repositories not checked; set a token in {options.token_env}")
            return
        for some in _batches(names, _REPOSITORIES_AT_ONCE):
            document = repository_document([name.text for name in some])
            answer = self._json(
                "POST",
                options.graphql or f"{options.api}/graphql",
                headers={"Authorization": f"Bearer {token}"},
                json={"query": document},
            )
            data = _mapping(answer, "data")
            for at, name in enumerate(some):
                found = data.get(f"r{at}")
                called = found.get("nameWithOwner", "") if isinstance(found, dict) else None
                yield from _named(name, called)

    def tags(self, names: Sequence[Name]) -> Iterator[Finding]:
        """Stack Exchange: the tags of a site, twenty at a time; a synonym answers under the tag it stands for."""
        options: Any = crawl.options_of(self.config, "stackexchange")
        key = Secret.of(options.token_env).reveal()
        by_site, wait = sorted(names, key=_site), 0
        for site, of_site in groupby(by_site, key=_site):
            for some in _batches(list(of_site), _TAGS_AT_ONCE):
                if wait:
                    raise Unreadable("backoff", f"the source asks to wait {wait} seconds")
                path = ";".join(quote(name.text.partition("/")[2], safe="") for name in some)
                query = {"site": site, "pagesize": "100", **({"key": key} if key else {})}
                answer = self._json("GET", f"{options.api}/tags/{path}/info", params=query)
                held = {item.get("name") for item in _items(answer)}
                for name in some:
                    yield from () if name.text.partition("/")[2] in held else _named(name, None)
                wait = answer.get("backoff", 0)

    def tasks(self, names: Sequence[Name]) -> Iterator[Finding]:
        """Hugging Face: its list of tasks."""
        options: Any = crawl.options_of(self.config, "huggingface")
        known = self._json("GET", f"{options.api}/tasks")
        for name in names:
            yield from () if name.text in known else _named(name, None)

    def _json(self, method: str, url: str, **more: Any) -> dict[str, Any]:
        """A JSON object; Unreadable for anything else, too much of it, or a host that is not to be asked."""
        host = urlsplit(url).hostname or ""
        only = self.config.crawl.only_hosts
        if never_asked(url) or (only and host not in only):
            raise Unreadable("host", f"{host} is not to be asked")
        with self.client.stream(method, url, **more) as answer:
            answer.raise_for_status()
            body = b""
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > MOST_BYTES:
                    raise Unreadable("too_large", f"more than {MOST_BYTES} bytes")
        try:
            content = httpx.Response(200, content=body).json()
        except ValueError as error:
            raise Unreadable("json", "the answer is no JSON") from error
        if not isinstance(content, dict):
            raise Unreadable("json", "the answer is no JSON object")
        return content


def repository_document(names: Sequence[str]) -> str:
    """One GraphQL document that asks for all of these repositories, r0, r1 …"""
    asked = (name.partition("/") for name in names)
    fields = [
        f"r{at}: repository(owner: {json.dumps(owner)}, name: {json.dumps(name)}) {{ nameWithOwner }}"
        for at, (owner, _, name) in enumerate(asked)
    ]
    return "query { " + " ".join(fields) + " }"


def _named(name: Name, called: str | None) -> Iterable[Finding]:
    if called is None:
        return [warning("N1", f"{name.kind} '{name.text}' is unknown to its source{suggestion(name)}")]
    if called.lower() != name.text.lower():
        return [warning("N1", f"{name.kind} '{name.text}' is called {called} now; write that")]
    return []


def _site(name: Name) -> str:
    return name.text.partition("/")[0]


def _mapping(answer: dict[str, Any], key: str) -> dict[str, Any]:
    held = answer.get(key)
    if not isinstance(held, dict):
        raise Unreadable("answer", f"holds no {key}")
    return held


def _items(answer: dict[str, Any]) -> list[dict[str, Any]]:
    items = answer.get("items")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise Unreadable("answer", "holds no items")
    return items


def _batches(names: Sequence[Name], size: int) -> Iterator[Sequence[Name]]:
    return (names[at : at + size] for at in range(0, len(names), size))
