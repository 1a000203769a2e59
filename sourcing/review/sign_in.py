"""Who asks: a signed-in person, or whoever sits at this machine as long as nobody was ever added."""

from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sourcing.desk import people
from sourcing.desk.people import LASTS
from sourcing.review.state import NOBODY, Actor, desk_of

_OPEN = frozenset({"/sign-in"})
_STATIC = "/static/"


class SignIn:
    """ASGI middleware: knows who asks, and lets nobody unknown past the sign-in page and the style sheets.

    `alone` is who everybody is while there are no users; None where others can reach the desk.
    """

    def __init__(self, app: ASGIApp, *, alone: Actor | None) -> None:
        self.app = app
        self.alone = alone

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on with the actor, or send to the sign-in page."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        is_open = scope["path"] in _OPEN or scope["path"].startswith(_STATIC)
        actor = NOBODY if is_open else await run_in_threadpool(self._actor, request)
        if actor is None:
            await _refusal(request)(scope, receive, send)
            return
        request.state.actor = actor
        await self.app(scope, receive, send)

    def _actor(self, request: Request) -> Actor | None:
        desk = desk_of(request)
        if self.alone is not None and not desk.store.has_users():
            return self.alone
        token = request.cookies.get(cookie_name(is_secure(request)), "")
        user = people.signed_in(desk.store, token, now=desk.clock()) if token else None
        if user is None:
            return None
        shares = {share.role: share.contacts for share in user.shares}
        return Actor(user.name, user.role, signed_in=True, shares=shares)


def _refusal(request: Request) -> Response:
    if request.url.path.startswith("/api/"):
        return JSONResponse({"detail": "sign in first, at /sign-in"}, 401)
    if request.method not in ("GET", "HEAD"):
        return RedirectResponse("/sign-in?said=" + quote("Nothing was changed: sign in first."), 303)
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse("/sign-in" if wanted == "/" else f"/sign-in?next={quote(wanted[:500], safe='/')}", 303)


def is_secure(request: Request) -> bool:
    """Whether people reach the desk by https, ours or a proxy's."""
    return bool(request.app.state.https)


def cookie_name(secure: bool) -> str:
    """The name of the cookie; with the prefix a browser takes it only from this very host over https."""
    return "__Host-desk" if secure else "desk"


def keep(request: Request, answer: Response, token: str) -> None:
    """Put a token into the browser."""
    secure = is_secure(request)
    answer.set_cookie(
        cookie_name(secure),
        token,
        max_age=int(LASTS.total_seconds()),
        path="/",
        secure=secure,
        httponly=True,
        samesite="strict",
    )


def forget(request: Request, answer: Response) -> None:
    """Take the token out of the browser."""
    secure = is_secure(request)
    answer.delete_cookie(cookie_name(secure), path="/", secure=secure, httponly=True, samesite="strict")


def address_of(request: Request) -> str:
    """Where an attempt comes from; a stated proxy's last entry is believed, nothing a visitor can write."""
    if request.app.state.behind_proxy:
        forwarded = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
        if forwarded:
            return forwarded
    return request.client.host if request.client else ""
