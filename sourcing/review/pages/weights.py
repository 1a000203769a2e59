"""Weights as sliders: tried on everybody at once, saved as a new version of the profile with author and reason."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Header, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from sourcing.desk.people import WEIGHTS, may
from sourcing.desk.weighing import Saved, Weighing, save, weighing
from sourcing.desk.weights import Scales, Tryout
from sourcing.review.blinds import Hiding
from sourcing.review.pages.ranking import RoleName
from sourcing.review.state import Desk, TheDesk, Who, first_role, shared_by_all
from storage.errors import ConfigError, SourcingError

router = APIRouter()
MOST_WHY = 300  # code points

Partly = Annotated[bool, Header(alias="Desk-Partial", description="Answer with the list only.")]
# A form sends empty fields as empty texts: where nothing is written, the weight stays as it is.
Amount = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False, description="Points; one hundred are the whole.")]
Point = Annotated[Amount | None, BeforeValidator(lambda value: None if value == "" else value)]


class Points(BaseModel):
    """Weights by component, in points; those left out stay as they are."""

    model_config = ConfigDict(frozen=True)

    must_have: Point = None
    nice_to_have: Point = None
    title: Point = None
    impact: Point = None
    activity: Point = None
    seniority: Point = None
    operations: Point = None
    explainability: Point = None
    business: Point = None
    curiosity: Point = None
    collaboration: Point = None
    location: Point = None
    language: Point = None

    def given(self) -> dict[str, float]:
        """Those that were said."""
        return {name: value for name in Points.model_fields if (value := getattr(self, name)) is not None}


class Saving(Points):
    """Weights to save as a new version."""

    version: int = Field(ge=0, le=2**31, description="The version they were chosen for.")
    why: str = Field(
        min_length=1, max_length=MOST_WHY, pattern=r"\S", description="The reason, for who reads it later."
    )


TheScales = Annotated[Scales, Depends(shared_by_all(Scales, "scales"))]


@router.get("/weights", include_in_schema=False)
def first(desk: TheDesk) -> RedirectResponse:
    """To the weights of the first active role."""
    return RedirectResponse(f"/weights/{first_role(desk)}", 303)


@router.get("/weights/{role}", include_in_schema=False)
def weights_page(
    request: Request,
    desk: TheDesk,
    scales: TheScales,
    who: Who,
    role: RoleName,
    points: Annotated[Points, Query()],
    blind: Hiding,
    partly: Partly = False,
) -> HTMLResponse:
    """Sliders and list as a page; or the list alone."""
    given = points.given()
    values, status = _tried(desk, scales, role, given, blind), 200
    if values["wrong"]:
        status = 409
    if partly:
        return desk.templates.page(request, "weights_list.html", values, status=200)
    state = _state(request, desk, role, given if not values["wrong"] else {})
    values |= {"state": state, "roles": desk.roles(), "given": given, "may_save": may(who.role, WEIGHTS)}
    return desk.templates.page(request, "weights.html", values, status=status)


@router.post("/weights/{role}", include_in_schema=False)
def save_form(desk: TheDesk, who: Who, role: RoleName, asked: Annotated[Saving, Form()]) -> Response:
    """Save from the page."""
    saved = _save(desk, who.name, role, asked)
    said = f"Version {saved.version} is saved. The next night scores with it."
    return RedirectResponse(f"/weights/{role}?{urlencode({'said': said})}", 303)


@router.get("/api/weights/{role}")
def weights(request: Request, desk: TheDesk, role: RoleName, points: Annotated[Points, Query()]) -> Weighing:
    """The weights as they stand, what the profile's check says under these points, and the versions so far."""
    return _state(request, desk, role, points.given())


@router.post("/api/weights/{role}/try")
def try_weights(desk: TheDesk, scales: TheScales, role: RoleName, points: Points, blind: Hiding) -> Tryout:
    """What other weights make of the list; nothing is written."""
    return scales.tried(desk.store, desk.role(role), points.given(), now=desk.clock(), blind=blind)


@router.post("/api/weights/{role}")
def save_weights(desk: TheDesk, who: Who, role: RoleName, asked: Saving) -> Saved:
    """Save weights as the next version of the profile."""
    return _save(desk, who.name, role, asked)


def _tried(desk: Desk, scales: Scales, name: str, given: dict[str, float], blind: frozenset[str]) -> dict[str, Any]:
    """The list under these points; where they are no weights, the list as it stands and what is wrong."""
    role, wrong, now = desk.role(name), "", desk.clock()
    try:
        tried = scales.tried(desk.store, role, given, now=now, blind=blind)
    except ConfigError as error:
        tried, wrong = scales.tried(desk.store, role, {}, now=now, blind=blind), str(error)
    return {"role": role, "tried": tried, "wrong": wrong, "blind": blind}


def _state(request: Request, desk: Desk, name: str, given: dict[str, float]) -> Weighing:
    market = request.app.state.markets.held(name)
    known = market.supply if market is not None else None
    return weighing(desk.config, desk.store, desk.role(name), given, supply=known, now=desk.clock())


def _save(desk: Desk, by: str, name: str, asked: Saving) -> Saved:
    role = desk.role(name)
    if role.version != asked.version:
        raise HTTPException(409, f"version {role.version} was saved meanwhile; look at it before saving another")
    try:
        return save(desk.config, desk.store, role, asked.given(), by=by, why=asked.why, now=desk.clock())
    except SourcingError as error:
        raise HTTPException(409, str(error)) from error
