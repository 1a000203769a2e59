"""The page of a lead: work by year, claims beside proof, scores as pictures, history, notes, origins."""

from typing import Annotated, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi import Path as InPath
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from sourcing.desk import notes
from sourcing.desk.about import Person, Score
from sourcing.desk.person import person
from sourcing.desk.statuses import STATUSES, set_status
from sourcing.review.blinds import Hiding
from sourcing.review.permitted import narrowed
from sourcing.review.state import Actor, Desk, TheDesk, Who
from storage.store import Note

router = APIRouter()
LeadId = Annotated[str, InPath(pattern="^L[0-9]{6,12}$", description="Id of a lead.")]
_ROLE = "^([a-z0-9][a-z0-9-]{0,39})?$"
_Status = Annotated[str, Form(pattern="^[a-z_]{1,40}$")]
BAR, ROW, LEFT, RIGHT = 270, 26, 120, 90  # of the picture, in its own units


class NewNote(BaseModel):
    """A note to write."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=notes.MOST)


class NewStatus(BaseModel):
    """A status to give."""

    model_config = ConfigDict(extra="forbid")

    status: str = Field(pattern="^[a-z_]{1,40}$", description=", ".join(STATUSES))
    note: str = Field(default="", max_length=notes.MOST)
    role: str = Field(default="", pattern=_ROLE, description="What for; unstated, it is the person's own.")
    override: bool = Field(default=False, description="Although somebody else is in touch; the note says why.")


class Bar(NamedTuple):
    """One component in the picture: the track is its weight, the bar what it adds, the tick what is usual."""

    label: str
    y: float
    track: float
    length: float
    tick: float
    known: bool
    figure: str


class Picture(NamedTuple):
    """A score drawn: lengths in units of the picture."""

    width: float
    height: float
    left: float
    bars: tuple[Bar, ...]


@router.get("/leads/{lead}", include_in_schema=False, response_model=None)
def page(request: Request, desk: TheDesk, who: Who, lead: LeadId, blind: Hiding) -> HTMLResponse | RedirectResponse:
    """Everything about one person; the address of a merged lead leads to the one it is now."""
    living = desk.store.living_lead(lead)
    if living != lead:
        return RedirectResponse(f"/leads/{living}", 303)
    found = _person(desk, who, lead, blind)
    pictures = {score.role: picture(score) for score in found.scores}
    roles = desk.active()
    values = {"one": found, "pictures": pictures, "statuses": STATUSES, "most_note": notes.MOST, "roles": roles}
    return desk.templates.page(request, "person.html", values)


@router.get("/api/leads/{lead}", tags=["leads"])
def one_lead(desk: TheDesk, who: Who, lead: LeadId, blind: Hiding) -> Person:
    """Everything about one person; blind, without what tells who it is."""
    return _person(desk, who, lead, blind)


def _person(desk: Desk, who: Actor, lead: str, blind: frozenset[str]) -> Person:
    return narrowed(person(desk.store, lead, desk.active(), now=desk.clock(), blind=blind), who)


@router.post("/leads/{lead}/status", include_in_schema=False)
def change_status(
    desk: TheDesk,
    who: Who,
    lead: LeadId,
    status: _Status,
    note: Annotated[str, Form(max_length=notes.MOST)] = "",
    role: Annotated[str, Form(pattern=_ROLE)] = "",
    override: Annotated[bool, Form()] = False,
) -> RedirectResponse:
    """Give the lead another status."""
    name = desk.role(role).role if role else ""
    set_status(desk.store, lead, status, by=who.name, note=note, role=name, override=override, now=desk.clock())
    return _back(lead, f"Status: {STATUSES[status]}.")


@router.post("/api/leads/{lead}/status", tags=["leads"])
def change_status_as_json(desk: TheDesk, who: Who, lead: LeadId, body: NewStatus, blind: Hiding) -> Person:
    """Give a lead a status; the history keeps every one."""
    role, now = desk.role(body.role).role if body.role else "", desk.clock()
    set_status(desk.store, lead, body.status, by=who.name, note=body.note, role=role, override=body.override, now=now)
    return _person(desk, who, lead, blind)


@router.post("/leads/{lead}/notes", include_in_schema=False)
def add_note(
    desk: TheDesk, who: Who, lead: LeadId, text: Annotated[str, Form(max_length=notes.MOST)]
) -> RedirectResponse:
    """Write a note."""
    notes.add(desk.store, lead, text, by=who.name, now=desk.clock())
    return _back(lead, "Note kept.")


@router.post("/api/leads/{lead}/notes", tags=["leads"])
def add_note_as_json(desk: TheDesk, who: Who, lead: LeadId, body: NewNote) -> Note:
    """Write a note on a lead."""
    return notes.add(desk.store, lead, body.text, by=who.name, now=desk.clock())


@router.post("/leads/{lead}/notes/{number}/strike", include_in_schema=False)
def strike_note(
    desk: TheDesk, who: Who, lead: LeadId, number: Annotated[int, InPath(ge=1, le=2**53)]
) -> RedirectResponse:
    """Strike a note; it stays to be read."""
    notes.strike(desk.store, lead, number, by=who.name, now=desk.clock())
    return _back(lead, "Note struck.")


@router.post("/api/leads/{lead}/notes/{number}/strike", tags=["leads"])
def strike_note_as_json(desk: TheDesk, who: Who, lead: LeadId, number: Annotated[int, InPath(ge=1, le=2**53)]) -> Note:
    """Strike a note of a lead; it stays to be read."""
    return notes.strike(desk.store, lead, number, by=who.name, now=desk.clock())


def _back(lead: str, said: str) -> RedirectResponse:
    return RedirectResponse(f"/leads/{lead}?{urlencode({'said': said})}", 303)


def picture(score: Score) -> Picture:
    """The parts of a score as bars; the longest track is the largest weight."""
    most = max((part.weight for part in score.parts), default=1.0) or 1.0
    bars = tuple(
        Bar(
            label=part.component.replace("_", " "),
            y=at * ROW,
            track=round(BAR * part.weight / most, 1),
            length=round(BAR * part.contribution / most, 1),
            tick=round(BAR * part.weight * part.neutral / most, 1),
            known=part.known,
            figure=f"{part.contribution:.2f}",
        )
        for at, part in enumerate(score.parts)
    )
    return Picture(LEFT + BAR + RIGHT, len(bars) * ROW, LEFT, bars)
