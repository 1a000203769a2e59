"""What people ask about their data: requests with clocks, who is meant, hiding, erasing, handing over, the log."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from sourcing.desk import rights
from sourcing.desk.rights import KINDS, Asking, Done, Rights
from sourcing.privacy.erasing import Erasing
from sourcing.review.blinds import BlindRoles
from sourcing.review.state import Desk, TheDesk, Who
from sourcing.show import subjects
from storage.errors import ConfigError

router = APIRouter()
MOST_NAME, MOST_WHY = 300, 500  # characters
_KIND = f"^({'|'.join(KINDS)})$"
_BLIND = "a blind review is on in this browser; switch it off in the inbox before you look for somebody"
Name = Annotated[str, Form(min_length=1, max_length=MOST_NAME)]
Typed = Annotated[str, Form(max_length=MOST_NAME)]
Asked = Annotated[str, Query(max_length=MOST_NAME, description="A handle, address, id, full name or lead's number.")]


class NewRequest(BaseModel):
    """Something a person asked for by letter."""

    model_config = ConfigDict(extra="forbid")

    who: str = Field(min_length=1, max_length=MOST_NAME)
    kind: str = Field(pattern=_KIND)


class Hiding(BaseModel):
    """Somebody to hide; `typed` is a handle of theirs, or the lead's number."""

    model_config = ConfigDict(extra="forbid")

    who: str = Field(min_length=1, max_length=MOST_NAME)
    typed: str = Field(max_length=MOST_NAME)
    objects: bool = Field(default=False, description="They object: the request stays open until somebody decides.")


class Erasure(BaseModel):
    """Somebody to erase; `typed` is a handle of theirs, or the lead's number."""

    model_config = ConfigDict(extra="forbid")

    who: str = Field(min_length=1, max_length=MOST_NAME)
    typed: str = Field(max_length=MOST_NAME)
    keep_files: bool = Field(default=False, description="Name exported files, do not delete them.")


class Answered(BaseModel):
    """How a request ends that no act closes; the words name nobody."""

    model_config = ConfigDict(extra="forbid")

    request: int = Field(ge=1, le=2**31 - 1)
    why: str = Field(max_length=MOST_WHY)
    refused: bool = False


class Wanted(BaseModel):
    """Whose data are to be handed over."""

    model_config = ConfigDict(extra="forbid")

    who: str = Field(min_length=1, max_length=MOST_NAME)


@router.get("/rights", include_in_schema=False)
def page(request: Request, desk: TheDesk, blind: BlindRoles, who: Asked = "") -> HTMLResponse:
    """Requests, and whoever is looked for."""
    found = _found(desk, who, blind) if who.strip() else None
    return _page(request, desk, {"found": found})


@router.get("/rights/find", include_in_schema=False)
def found_page(request: Request, desk: TheDesk, blind: BlindRoles, who: Asked = "") -> HTMLResponse:
    """The same page: the address of its JSON twin."""
    return page(request, desk, blind, who)


@router.get("/api/rights", tags=["rights"])
def as_json(desk: TheDesk) -> Rights:
    """Requests with their clocks, and the log; nobody is named."""
    return rights.rights(desk.store, now=desk.clock())


@router.get("/api/rights/find", tags=["rights"])
def find_as_json(desk: TheDesk, blind: BlindRoles, who: Asked = "") -> Asking:
    """Everybody a name may stand for."""
    return _found(desk, who, blind)


@router.post("/rights/request", include_in_schema=False)
def begin(desk: TheDesk, actor: Who, who: Name, kind: Annotated[str, Form(pattern=_KIND)]) -> RedirectResponse:
    """Start the clock of a request."""
    return _back(rights.begin(desk.store, who, kind, by=actor.name, now=desk.clock()))


@router.post("/api/rights/request", tags=["rights"])
def begin_as_json(desk: TheDesk, actor: Who, body: NewRequest) -> Done:
    """Write down that somebody asked for something: its clock runs from now."""
    return rights.begin(desk.store, body.who, body.kind, by=actor.name, now=desk.clock())


@router.post("/rights/hide", include_in_schema=False)
def hide(
    desk: TheDesk, actor: Who, who: Name, typed: Typed = "", objects: Annotated[bool, Form()] = False
) -> RedirectResponse:
    """Hide somebody."""
    return _back(_hide(desk, actor.name, Hiding(who=who, typed=typed, objects=objects)))


@router.post("/api/rights/hide", tags=["rights"])
def hide_as_json(desk: TheDesk, actor: Who, body: Hiding) -> Done:
    """Hide somebody from lists, search, desk and files: asked for, or because they object."""
    return _hide(desk, actor.name, body)


@router.post("/rights/erase", include_in_schema=False)
def erase(
    request: Request,
    desk: TheDesk,
    actor: Who,
    who: Name,
    typed: Typed = "",
    keep_files: Annotated[bool, Form()] = False,
) -> HTMLResponse:
    """Erase somebody, and say what is left to be done by hand."""
    done = _erase(desk, actor.name, Erasure(who=who, typed=typed, keep_files=keep_files))
    return _page(request, desk, {"done": subjects.erased(done).splitlines()})


@router.post("/api/rights/erase", tags=["rights"])
def erase_as_json(desk: TheDesk, actor: Who, body: Erasure) -> Erasing:
    """Erase somebody for good: rows, index, memory of spiders, logs, exports; nights to come leave them out."""
    return _erase(desk, actor.name, body)


@router.post("/rights/answer", include_in_schema=False)
def answer(
    desk: TheDesk,
    actor: Who,
    request: Annotated[int, Form(ge=1, le=2**31 - 1)],
    why: Annotated[str, Form(max_length=MOST_WHY)] = "",
    refused: Annotated[bool, Form()] = False,
) -> RedirectResponse:
    """Close a request."""
    return _back(rights.answer(desk.store, request, why, refused=refused, by=actor.name, now=desk.clock()))


@router.post("/api/rights/answer", tags=["rights"])
def answer_as_json(desk: TheDesk, actor: Who, body: Answered) -> Done:
    """Close a request that no act closes by itself."""
    return rights.answer(desk.store, body.request, body.why, refused=body.refused, by=actor.name, now=desk.clock())


@router.post("/rights/export", include_in_schema=False)
def export(desk: TheDesk, actor: Who, blind: BlindRoles, who: Name) -> Response:
    """Everything about somebody as a page to give to them."""
    return _handed(desk, actor.name, who, blind, as_json=False)


@router.post("/api/rights/export", tags=["rights"])
def export_as_json(desk: TheDesk, actor: Who, blind: BlindRoles, body: Wanted) -> Response:
    """Everything about somebody as data; closes their request for access."""
    return _handed(desk, actor.name, body.who, blind, as_json=True)


def _found(desk: Desk, who: str, blind: frozenset[str]) -> Asking:
    return Asking(asked=who, problem=_BLIND) if blind else rights.asking(desk.store, who)


def _hide(desk: Desk, by: str, body: Hiding) -> Done:
    now = desk.clock()
    return rights.hide(desk.config, desk.store, body.who, body.typed, objects=body.objects, by=by, now=now)


def _erase(desk: Desk, by: str, body: Erasure) -> Erasing:
    now = desk.clock()
    return rights.erase(desk.config, desk.store, body.who, body.typed, keep_files=body.keep_files, by=by, now=now)


def _handed(desk: Desk, by: str, who: str, blind: frozenset[str], *, as_json: bool) -> Response:
    if blind:
        raise ConfigError(_BLIND)
    file = rights.hand_over(desk.config, desk.store, who, as_json=as_json, by=by, now=desk.clock())
    said = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    return Response(file.body, media_type=file.kind, headers=said)


def _page(request: Request, desk: Desk, values: dict[str, object]) -> HTMLResponse:
    shown = {"rights": rights.rights(desk.store, now=desk.clock()), "kinds": KINDS, "found": None, "done": None}
    most = {"most_name": MOST_NAME, "most_why": MOST_WHY}
    return desk.templates.page(request, "rights.html", {**shown, **most, **values})


def _back(done: Done) -> RedirectResponse:
    return RedirectResponse(f"/rights?{urlencode({'said': done.said})}", 303)
