"""The nights: what each asked and brought, what was wrong, and one in full."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi import Path as InPath
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from sourcing.desk.nights import NightPage, NightRow, Nights, night_page
from sourcing.review.pictures import Strip, strips
from sourcing.review.state import Desk, TheDesk, shared_by_all
from storage.errors import StoreError

router = APIRouter()
Number = Annotated[int, InPath(ge=1, le=2**31 - 1, description="Number of the night.")]


TheNights = Annotated[Nights, Depends(shared_by_all(Nights, "nights"))]


@router.get("/nights", include_in_schema=False)
def nights_page(request: Request, desk: TheDesk, nights: TheNights) -> HTMLResponse:
    """The last nights as a page."""
    rows = nights.of(desk.config, desk.store)
    return desk.templates.page(
        request, "nights.html", {"rows": rows, "nights": picture(rows), "last": rows[0] if rows else None}
    )


@router.get("/nights/{number}", include_in_schema=False)
def one_page(request: Request, desk: TheDesk, number: Number) -> HTMLResponse:
    """One night as a page."""
    return desk.templates.page(request, "nights_one.html", {"night": _one(desk, number)})


@router.get("/api/nights")
def nights_list(desk: TheDesk, nights: TheNights) -> tuple[NightRow, ...]:
    """The last nights, newest first."""
    return nights.of(desk.config, desk.store)


@router.get("/api/nights/{number}")
def one_night(desk: TheDesk, number: Number) -> NightPage:
    """One night in full."""
    return _one(desk, number)


def picture(rows: Sequence[NightRow]) -> Markup:
    """Requests, new, changed, gone and findings of these nights, oldest first."""
    past = list(reversed(rows))
    measures = [
        Strip("Requests", [row.requests for row in past]),
        Strip("New accounts", [row.new for row in past]),
        Strip("Changed accounts", [row.changed for row in past]),
        Strip("Gone accounts", [row.gone for row in past]),
        Strip("Findings", [len(row.findings) for row in past], warns=True),
    ]
    names = [f"{row.number}, {row.started_at:%-d %b}" for row in past]
    return strips(f"The last {len(past)} nights" if len(past) != 1 else "The last night", names, measures)


def _one(desk: Desk, number: int) -> NightPage:
    try:
        return night_page(desk.config, desk.store, number)
    except StoreError as error:
        raise HTTPException(404, str(error)) from error
