"""Signing in and out, who one is, and the description of the JSON interface."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from sourcing.desk import people
from sourcing.desk.attempts import Attempts
from sourcing.review.sign_in import address_of, cookie_name, forget, is_secure, keep
from sourcing.review.state import TheDesk, Who
from storage.records import Record

router = APIRouter()
MOST_NEXT = 2_000
# A path of ours: a second slash or a backslash would name another host.
_PATH = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")
WRONG = "Name and password do not go together, or the account is closed."


class Me(Record):
    """Who is signed in, and what they may do."""

    name: str
    role: str
    signed_in: bool
    may: tuple[str, ...]
    lists: tuple[str, ...] | None  # None: all


@router.get("/sign-in", include_in_schema=False, response_model=None)
def page(
    request: Request,
    desk: TheDesk,
    next: Annotated[str, Query(max_length=MOST_NEXT)] = "",  # noqa: A002  # the field's name
) -> HTMLResponse | RedirectResponse:
    """The form; where nobody was ever added there is nothing to sign in to."""
    if request.app.state.alone is not None and not desk.store.has_users():
        return RedirectResponse("/", 303)
    return _form(request, desk, {"next": _ours(next)})


@router.post("/sign-in", include_in_schema=False)
def sign_in(
    request: Request,
    desk: TheDesk,
    name: Annotated[str, Form(max_length=200)],
    password: Annotated[str, Form(max_length=people.LONGEST)],
    next: Annotated[str, Form(max_length=MOST_NEXT)] = "",  # noqa: A002  # the field's name
) -> Response:
    """Open a session, or show the form again."""
    attempts = request.app.state.attempts
    assert isinstance(attempts, Attempts)
    name, address = name.strip().lower(), address_of(request)
    values = {"next": _ours(next), "name": name}
    wait = attempts.take(name, address)
    if wait > 0:
        said = f"Too many attempts; try again in {int(wait // 60) + 1} minutes."
        answer = _form(request, desk, {**values, "wrong": said}, status=429)
        answer.headers["Retry-After"] = str(int(wait) + 1)
        return answer
    user = people.known(desk.store, name, password)
    if user is None:
        return _form(request, desk, {**values, "wrong": WRONG}, status=401)
    attempts.succeeded(name, address)
    _end(request, desk)
    made = people.sign_in(desk.store, user, now=desk.clock())
    done = RedirectResponse(_ours(next) or "/", 303)
    keep(request, done, made.token)
    return done


@router.post("/sign-out", include_in_schema=False)
def sign_out(request: Request, desk: TheDesk) -> RedirectResponse:
    """End the session."""
    _end(request, desk)
    answer = RedirectResponse("/sign-in?said=Signed+out.", 303)
    forget(request, answer)
    return answer


@router.get("/api/me", tags=["desk"])
def me(who: Who) -> Me:
    """Who asks, and what they may do."""
    granted = sorted(people.MAY.get(who.role, ()))
    lists = None if people.ALL_LISTS in granted else tuple(sorted(who.shares))
    return Me(name=who.name, role=who.role, signed_in=who.signed_in, may=tuple(granted), lists=lists)


@router.get("/api/openapi.json", include_in_schema=False)
def openapi(request: Request) -> JSONResponse:
    """The JSON interface as OpenAPI."""
    return JSONResponse(request.app.openapi())


def _end(request: Request, desk: TheDesk) -> None:
    token = request.cookies.get(cookie_name(is_secure(request)))
    if token:
        people.sign_out(desk.store, token)


def _ours(path: str) -> str:
    return path if _PATH.fullmatch(path) else ""


def _form(request: Request, desk: TheDesk, values: dict[str, Any], *, status: int = 200) -> HTMLResponse:
    return desk.templates.page(request, "sign_in.html", {"name": "", "wrong": "", **values}, status=status)
