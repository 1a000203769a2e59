"""What every request passes before a page sees it: host, origin, sizes; and the headers every answer carries.

The rules are those of a page on a desk that any web site in the same browser may try to reach: a host list against DNS
rebinding, changes only by requests our own pages made (the header method Datasette uses in place of form tokens).
"""

from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BODY = 1024 * 1024  # bytes
MOST_ADDRESS = 8 * 1024  # bytes
SAFE = frozenset({"GET", "HEAD"})
CHANGES = frozenset({"POST", "PUT", "DELETE"})
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer": with it a browser says "Origin: null" of our own forms. Other sites get no referrer either way.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Guard:
    """ASGI middleware; `hosts` are the "host:port" names the page answers to."""

    def __init__(self, app: ASGIApp, hosts: Collection[str], *, https: bool = False) -> None:
        self.app = app
        self.hosts = frozenset(host.lower() for host in hosts)
        self.scheme = "https" if https else "http"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse or hand on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refused = self._refusal(scope)
        if refused is not None:
            await refused(scope, receive, _with_headers(send, scope["path"]))
            return
        await _Bounded(receive, _with_headers(send, scope["path"])).run(self.app, scope)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        headers = Headers(scope=scope)
        named = headers.getlist("host")
        if not named:
            return _no(400, "the request names no host")
        host = named[0].lower() if len(named) == 1 else ""
        if host not in self.hosts:
            return _no(421, "this page answers only to the names it was started with")
        if len(scope["raw_path"] or b"") + len(scope["query_string"]) > MOST_ADDRESS:
            return _no(414, f"the address is over {MOST_ADDRESS} bytes")
        if _length(headers) > MOST_BODY:
            return _no(413, f"the request is over {MOST_BODY} bytes")
        if scope["method"] not in SAFE and self._is_foreign(headers, host):
            return _no(403, "changes are taken from our own pages only; reload the page and try again")
        if scope["method"] not in SAFE | CHANGES:
            return _no(405, "this method is not used here")
        return None

    def _is_foreign(self, headers: Headers, host: str) -> bool:
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site is not None and site not in ("same-origin", "none"):
            return True
        return origin is not None and origin.lower() != f"{self.scheme}://{host}"


def allowed_hosts(host: str, port: int, names: Collection[str] = ()) -> list[str]:
    """The Host headers a server may answer to: loopback's names, or the address given, and names from the settings."""
    local = ["127.0.0.1", "localhost", "[::1]"]
    given = local if host in ("127.0.0.1", "::1", "localhost") else [f"[{host}]" if ":" in host else host]
    here = [f"{name}:{port}" for name in given]
    return here + [name if urlsplit(f"//{name}").port else f"{name}:{port}" for name in names] + list(names)


def _length(headers: Headers) -> int:
    stated = headers.get("content-length", "0")
    return int(stated) if stated.isascii() and stated.isdigit() else MOST_BODY + 1


def _no(status: int, why: str) -> PlainTextResponse:
    return PlainTextResponse(f"{why}\n", status)


class _Bounded:
    """One request whose body is not read on once it is too large, whatever length was stated; answered by 413."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._taken = 0
        self._answered = False

    async def run(self, app: ASGIApp, scope: Scope) -> None:
        try:
            await app(scope, self._read, self._answer)
        except Exception:
            if not self._is_over:
                raise
        if self._is_over and not self._answered:
            await _no(413, f"the request is over {MOST_BODY} bytes")(scope, self._receive, self._send)

    @property
    def _is_over(self) -> bool:
        return self._taken > MOST_BODY

    async def _read(self) -> Message:
        message: Message = {"type": "http.disconnect"}
        if not self._is_over:
            message = await self._receive()
            self._taken += len(message.get("body", b""))
        return {"type": "http.disconnect"} if self._is_over else message

    async def _answer(self, message: Message) -> None:
        """Pass an answer on; one to a request that was cut off is not what the application meant."""
        if self._is_over and not self._answered:
            return
        self._answered = True
        await self._send(message)


def _with_headers(send: Send, path: str) -> Send:
    async def answer(message: Any) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            # People's data is nothing for a cache on disk; our own style and script may stay an hour.
            headers.setdefault("Cache-Control", "max-age=3600" if path.startswith("/static/") else "no-store")
        await send(message)

    return answer
