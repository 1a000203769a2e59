"""Every usable source asked one harmless question: whether it answers, what its robots.txt says, what a token may do.

The question is the host's robots.txt, which is there to be read by programs and costs no budget. Where a source tells
what a token may do, that is asked as well: one that may write is more than this needs.
"""

import socket
import ssl
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx
from protego import Protego

from sourcing import crawl
from sourcing.config import Config
from sourcing.doctor._check import Check, State
from spiders._registry import about
from storage.errors import SourcingError
from storage.redaction import Secret
from storage.store import Store

AT_ONCE = 6  # hosts
MOST_SKEW = timedelta(minutes=2)  # between our clock and a source's; signed requests fail from about five on
MOST_ROBOTS = 512_000  # bytes of a robots.txt that are read (RFC 9309, 2.5)


class Asked(NamedTuple):
    """One source as it is asked."""

    name: str
    url: str  # the address requests go to
    binds: bool  # robots.txt speaks of what is asked
    token: Secret


def reach(config: Config, now: datetime, client: httpx.Client) -> Iterator[Check]:
    """One check per usable source, in their order, and one of the clock."""
    began, agent = time.monotonic(), crawl.agent(config)
    skews: list[timedelta] = []

    def ask(one: Asked) -> list[Check]:
        found, told = _answers(one, client, agent, config.crawl.only_hosts)
        if told is not None:
            skews.append(told - (now + timedelta(seconds=time.monotonic() - began)))
        return [found, *_scopes(one, client, agent, config.crawl.only_hosts)]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for some in list(pool.map(ask, list(_asked(config, now)))):
            yield from some
    if skews:
        yield _skew(sorted(skews)[len(skews) // 2])


def _asked(config: Config, now: datetime) -> Iterator[Asked]:
    for status in _usable(config, now):
        options = crawl.options_of(config, status)
        source = about(status)
        yield Asked(status, source.base(options), source.card.robots, Secret.of(options.token_env or ""))


def _usable(config: Config, now: datetime) -> list[str]:
    """The names of those that can be asked; settings that are wrong are said elsewhere."""
    try:
        with Store.open(config.database_url, key=config.key) as store:
            return [one.name for one in crawl.sources(config, store, now=now) if one.usable]
    except SourcingError:
        pass
    try:
        return [one.name for one in crawl.sources(config, now=now) if one.usable]
    except SourcingError:
        return []


def _answers(one: Asked, client: httpx.Client, agent: str, only: Collection[str]) -> tuple[Check, datetime | None]:
    """Whether the host answers its robots.txt, and the time it tells."""
    host = _host(one.url)
    if not host:
        return _said(one, "ok", "asks whatever hosts people name; none is asked here"), None
    if only and host not in only:
        return _said(one, "warning", f"{host} is not asked: [crawl] only_hosts does not name it"), None
    parts = urlsplit(one.url)
    try:
        answer = client.get(f"{parts.scheme}://{parts.netloc}/robots.txt", headers={"User-Agent": agent})
    except httpx.HTTPError as error:
        return _said(one, "failed", f"{host}: {_why(error)}"), None
    return _said(one, *_judged(one, host, answer, agent)), _date(answer)


def _host(url: str) -> str:
    """The host of an address; "" where it is filled in later."""
    found = urlsplit(url).hostname or ""
    return "" if "{" in found else found


def _judged(one: Asked, host: str, answer: httpx.Response, agent: str) -> tuple[State, str]:
    version = f"{host} answers ({answer.http_version}, {'TLS' if answer.url.scheme == 'https' else 'no TLS'})"
    if answer.status_code >= 500:
        return "failed", f"{host} answers {answer.status_code}; look at the source's status page and try again later"
    if answer.status_code == 429 and one.binds:
        return "failed", f"{host} answers 429 to robots.txt, so nothing there is asked; try again later"
    if not one.binds:
        return "ok", f"{version}; a documented interface, of which robots.txt does not speak"
    if not answer.is_success:
        return "ok", f"{version}; it has no robots.txt"
    rules = Protego.parse(answer.text[:MOST_ROBOTS])
    if not rules.can_fetch(one.url, agent):
        return "failed", f"robots.txt of {host} forbids {one.url}; switch the source off (enabled = false)"
    delay = rules.crawl_delay(agent)
    return "ok", f"{version}; robots.txt permits it" + (f", {delay:g} s apart" if delay else "")


def _said(one: Asked, state: State, detail: str) -> Check:
    return Check(area="sources", name=f"{one.name}, reached", state=state, detail=detail)


def _why(error: httpx.HTTPError) -> str:
    """What kept an answer away, with the way out."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            reason = getattr(cause, "verify_message", "") or getattr(cause, "reason", None) or "no agreement"
            return f"its certificate is not accepted ({reason}); check the clock, ca-certificates and any proxy"
        if isinstance(cause, socket.gaierror):
            return "its name is not found; check the network and the name server"
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time; check network, firewall and proxy"
    return f"no connection ({type(error).__name__}); check network, firewall and proxy"


def _date(answer: httpx.Response) -> datetime | None:
    try:
        return parsedate_to_datetime(answer.headers["date"])
    except (KeyError, ValueError, TypeError):
        return None


def _skew(middle: timedelta) -> Check:
    """Our clock against that of the sources, by the middle of what they say."""
    seconds = middle.total_seconds()
    way = f"{abs(seconds):.0f} s {'behind' if seconds > 0 else 'ahead of'} the sources'"
    if abs(middle) <= MOST_SKEW:
        return Check(area="machine", name="clock beside others", state="ok", detail=f"{way}")
    detail = f"the clock is {way}; set it (timedatectl set-ntp true)"
    return Check(area="machine", name="clock beside others", state="warning", detail=detail)


# --- what a token may do ---------------------------------------------------------------------------------------


def _scopes(one: Asked, client: httpx.Client, agent: str, only: Collection[str]) -> Iterator[Check]:
    """What the source says the token may do; nothing where it says nothing or there is no token."""
    question = _QUESTIONS.get(one.name)
    if question is None or not one.token or (only and _host(one.url) not in only):
        return
    name = f"{one.name}, token"
    try:
        bearer = {"Authorization": f"Bearer {one.token.reveal()}", "User-Agent": agent}
        answer = client.get(f"{one.url}{question.path}", headers=bearer)
        if answer.status_code in (401, 403):
            yield Check(area="sources", name=name, state="failed", detail="refused; make another one and set it anew")
            return
        scopes = question.read(answer.raise_for_status())
    except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError) as error:
        detail = f"what it may do is not known ({type(error).__name__})"
        yield Check(area="sources", name=name, state="warning", detail=detail)
        return
    if scopes is None:
        yield Check(area="sources", name=name, state="ok", detail="accepted; its source does not tell what it may do")
        return
    more = sorted(scope for scope in scopes if not question.enough(scope))
    listed = ", ".join(sorted(scopes)) or "nothing beyond reading what is public"
    problem = f"it may do more than is needed ({', '.join(more)}); make one that only reads" if more else ""
    yield Check(area="sources", name=name, state="warning" if problem else "ok", detail=problem or f"may: {listed}")


class _Question(NamedTuple):
    """How a source tells what a token may do."""

    path: str
    read: Callable[[httpx.Response], frozenset[str] | None]
    enough: Callable[[str], bool]  # whether a scope only reads


def _of_header(name: str) -> Callable[[httpx.Response], frozenset[str] | None]:
    def read(answer: httpx.Response) -> frozenset[str] | None:
        if name not in answer.headers:
            return None  # a fine-grained token says nothing there
        return frozenset(filter(None, (one.strip() for one in answer.headers[name].split(","))))

    return read


def _of_huggingface(answer: httpx.Response) -> frozenset[str] | None:
    return frozenset([str(answer.json()["auth"]["accessToken"]["role"])])


def _of_gitlab(answer: httpx.Response) -> frozenset[str] | None:
    return frozenset(map(str, answer.json()["scopes"]))


# GitHub: docs.github.com "Scopes for OAuth apps"; Hugging Face: whoami-v2; GitLab: "Personal access tokens API".
_QUESTIONS: Mapping[str, _Question] = {
    "github": _Question("/rate_limit", _of_header("x-oauth-scopes"), lambda scope: scope.startswith("read:")),
    "huggingface": _Question("/whoami-v2", _of_huggingface, frozenset({"read", "fineGrained"}).__contains__),
    "gitlab": _Question("/personal_access_tokens/self", _of_gitlab, lambda scope: scope.startswith("read_")),
}
