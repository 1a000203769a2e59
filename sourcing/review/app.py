"""The application: pages and their JSON twins behind the guard, errors as pages one can read."""

import getpass
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from pathlib import Path

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from sourcing import __version__
from sourcing.config import Config
from sourcing.desk.attempts import Attempts
from sourcing.desk.board import Boards
from sourcing.desk.counting import Markets, beside
from sourcing.desk.nights import Nights
from sourcing.desk.weights import Scales
from sourcing.review.guard import HEADERS, Guard, allowed_hosts
from sourcing.review.pages import PAGES, PLACES
from sourcing.review.permitted import needs, permitted
from sourcing.review.sign_in import SignIn
from sourcing.review.state import Actor, Desk, desk_of, shared
from storage.errors import SourcingError, UnknownLead
from storage.store import Store

STATIC = Path(__file__).parent / "static"


def create(
    config: Config,
    store: Store,
    *,
    hosts: Collection[str] | None = None,
    https: bool = False,
    behind_proxy: bool = False,
    is_local: bool = True,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> FastAPI:
    """The desk of one installation; `hosts` are the "host:port" names it answers to.

    Where it `is_local` and nobody was ever added, whoever sits at this machine may do everything, by the login name.
    """
    app = FastAPI(
        title="sourcing desk",
        version=__version__,
        openapi_url=None,  # a route of ours, behind the sign-in
        docs_url=None,  # the pages of the library load scripts from other hosts
        redoc_url=None,
        dependencies=[Depends(permitted)],
    )
    app.state.desk = Desk(config, store, clock)
    app.state.shared, app.state.places, app.state.needs = shared, PLACES, needs
    app.state.https, app.state.behind_proxy, app.state.attempts = https, behind_proxy, Attempts()
    app.state.alone = Actor(_login()) if is_local else None
    app.state.boards = Boards()
    app.state.scales, app.state.markets = Scales(app.state.boards), Markets(app.state.boards, beside(config))
    app.state.nights = Nights()
    for page in PAGES:
        app.include_router(page.router)
    app.mount("/static", StaticFiles(directory=STATIC))
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_exception_handler(SourcingError, _said)
    app.add_exception_handler(Exception, _broken)
    app.add_middleware(SignIn, alone=app.state.alone)  # inside the guard
    app.add_middleware(Guard, hosts=hosts or allowed_hosts("127.0.0.1", 8000), https=https)
    return app


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return "desk"


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    heading = {404: "Nothing here", 403: "Not for this account"}.get(error.status_code, "That did not work")
    return _tell(request, heading, str(error.detail), error.status_code)


def _not_understood(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"][1:]) or "the request"
    return _tell(request, "That was not understood", f"{where}: {first['msg']}", 422)


def _said(request: Request, error: Exception) -> Response:
    return _tell(request, "That did not work", str(error), 404 if isinstance(error, UnknownLead) else 409)


def _broken(request: Request, error: Exception) -> Response:
    """A fault of ours: written to the log by the server, told without its insides. No middleware sees this answer."""
    del error
    answer = _tell(request, "Something broke", "the desk could not do this; the log says why", 500)
    answer.headers.update({**HEADERS, "Cache-Control": "no-store"})
    return answer


def _tell(request: Request, heading: str, why: str, status: int) -> Response:
    """An error as a page, or as JSON where JSON was asked for."""
    if request.url.path.startswith("/api/"):
        return JSONResponse({"detail": why}, status)
    return desk_of(request).templates.page(request, "error.html", {"heading": heading, "why": why}, status=status)
