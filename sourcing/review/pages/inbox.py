"""The inbox: who waits, one person at a time in five lines; yes, no, maybe with a reason; undo; blind review."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Header, Query, Request
from fastapi import Path as InPath
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from sourcing.decisions import REASONS, Reason
from sourcing.desk import inbox as desk_inbox
from sourcing.desk.inbox import MOST, SECTIONS, Asked, Inbox, Page, Section
from sourcing.review.blinds import BlindRoles, Hiding, remember
from sourcing.review.state import Actor, Desk, TheDesk, Who, desk_of
from storage.records import Answer, Record

router = APIRouter()
DIGITS = "1234567890"  # second key of a decision; reasons beyond ten are pressed by their letter
LEAD = "^L[0-9]{6,12}$"
MOST_NOTE = 2_000  # code points

RoleName = Annotated[str, InPath(pattern="^[a-z0-9][a-z0-9-]{0,39}$", description="Role profile.")]
LeadId = Annotated[str, Form(pattern=LEAD)]
At = Annotated[str | None, Query(pattern=LEAD, description="The person shown; without one the first.")]
Which = Annotated[Section, Query(description="Section of the inbox.")]
WhichForm = Annotated[Section, Form()]
Partly = Annotated[bool, Header(alias="Desk-Partial", description="Answer with the next card only.")]


class Waiting(Record):
    """How many people wait for a decision."""

    role: str
    title: str
    blind: bool
    counts: Mapping[str, int]  # by section; `most` means that many or more
    most: int = MOST


class Verdict(BaseModel):
    """A decision to make."""

    model_config = ConfigDict(extra="forbid")

    lead: str = Field(pattern=LEAD)
    answer: Answer
    reason: str = Field(default="", max_length=40)
    note: str = Field(default="", max_length=MOST_NOTE)
    section: Section = "new"


class Undoing(BaseModel):
    """A decision to take back."""

    model_config = ConfigDict(extra="forbid")

    decision: int = Field(ge=1, le=2**53)
    section: Section = "new"


def _inbox(request: Request) -> Inbox:
    state = request.app.state
    if not hasattr(state, "inbox"):
        state.inbox = Inbox(desk_of(request).store)
    found = state.inbox
    assert isinstance(found, Inbox)
    return found


TheInbox = Annotated[Inbox, Depends(_inbox)]


def _asked(desk: Desk, who: Actor, role: str, section: Section, blind: frozenset[str]) -> Asked:
    """RoleError for a role there is none of."""
    return Asked(desk.role(role).role, section, who.name, desk.clock(), blind)


@router.get("/", include_in_schema=False)
def home() -> RedirectResponse:
    """The desk opens with the inbox."""
    return RedirectResponse("/inbox", 303)


@router.get("/inbox", include_in_schema=False)
def overview(request: Request, desk: TheDesk, inbox: TheInbox, blinds: BlindRoles) -> HTMLResponse:
    """All active roles with how many wait."""
    values = {"waiting": _waiting(desk, inbox, blinds), "sections": SECTIONS}
    return desk.templates.page(request, "inbox_roles.html", values)


@router.get("/api/inbox", tags=["inbox"])
def all_inboxes(desk: TheDesk, inbox: TheInbox, blinds: BlindRoles) -> list[Waiting]:
    """How many people wait in each section of every active role."""
    return _waiting(desk, inbox, blinds)


def _waiting(desk: Desk, inbox: Inbox, blinds: frozenset[str]) -> list[Waiting]:
    return [
        Waiting(
            role=role.role,
            title=role.name or role.role,
            blind=role.role in blinds,
            counts=desk_inbox.counts(inbox, role.role),
        )
        for role in desk.active()
    ]


@router.get("/inbox/{role}", include_in_schema=False)
def page(
    request: Request,
    desk: TheDesk,
    who: Who,
    inbox: TheInbox,
    role: RoleName,
    blind: Hiding,
    section: Which = "new",
    at: At = None,
    partly: Partly = False,
) -> HTMLResponse:
    """One person of a section."""
    found = desk_inbox.page(inbox, _asked(desk, who, role, section, blind), at)
    return _shown(request, desk, found, partly=partly)


@router.get("/api/inbox/{role}", tags=["inbox"])
def one_inbox(
    desk: TheDesk, who: Who, inbox: TheInbox, role: RoleName, blind: Hiding, section: Which = "new", at: At = None
) -> Page:
    """One person of a section, with who comes before and after."""
    return desk_inbox.page(inbox, _asked(desk, who, role, section, blind), at)


@router.post("/inbox/{role}/decide", include_in_schema=False)
def decide(
    request: Request,
    desk: TheDesk,
    who: Who,
    inbox: TheInbox,
    role: RoleName,
    blind: Hiding,
    lead: LeadId,
    verdict: Annotated[str, Form(pattern="^(yes|no|maybe)(\\.[a-z]{1,20})?$")],
    note: Annotated[str, Form(max_length=MOST_NOTE)] = "",
    section: WhichForm = "new",
    partly: Partly = False,
) -> Response:
    """Decide and go on to the next person."""
    answer, _, reason = verdict.partition(".")
    asked = _asked(desk, who, role, section, blind)
    found = desk_inbox.decide_and_go_on(inbox, asked, lead, answer, reason=reason, note=note)
    said = f"{answer.capitalize()} to {lead}."
    return _shown(request, desk, found, said=said, partly=True) if partly else _go(found, said)


@router.post("/api/inbox/{role}/decisions", tags=["inbox"])
def decide_as_json(desk: TheDesk, who: Who, inbox: TheInbox, role: RoleName, blind: Hiding, body: Verdict) -> Page:
    """Decide on a lead; gives who comes next."""
    asked = _asked(desk, who, role, body.section, blind)
    return desk_inbox.decide_and_go_on(inbox, asked, body.lead, body.answer, reason=body.reason, note=body.note)


@router.post("/inbox/{role}/undo", include_in_schema=False)
def undo(
    request: Request,
    desk: TheDesk,
    who: Who,
    inbox: TheInbox,
    role: RoleName,
    blind: Hiding,
    decision: Annotated[int, Form(ge=1, le=2**53)],
    section: WhichForm = "new",
    partly: Partly = False,
) -> Response:
    """Take back a decision and show the person again."""
    asked = _asked(desk, who, role, section, blind)
    found = _undone(inbox, asked, decision)
    said = "Taken back."
    return _shown(request, desk, found, said=said, partly=True) if partly else _go(found, said)


@router.post("/api/inbox/{role}/undo", tags=["inbox"])
def undo_as_json(desk: TheDesk, who: Who, inbox: TheInbox, role: RoleName, blind: Hiding, body: Undoing) -> Page:
    """Take back a decision; gives the person it was about."""
    return _undone(inbox, _asked(desk, who, role, body.section, blind), body.decision)


def _undone(inbox: Inbox, asked: Asked, decision: int) -> Page:
    row = desk_inbox.undo(inbox.store, asked.role, decision, by=asked.by, now=asked.now)
    return desk_inbox.page(inbox, asked, row.living or row.lead)


@router.post("/inbox/{role}/blind", include_in_schema=False)
def switch_blind(
    request: Request, desk: TheDesk, role: RoleName, on: Annotated[Literal["yes", "no"], Form()]
) -> RedirectResponse:
    """Hide who people are until a decision is made, or show it."""
    answer = RedirectResponse(f"/inbox/{desk.role(role).role}", 303)
    remember(request, answer, role, on=on == "yes")
    return answer


def _go(found: Page, said: str) -> RedirectResponse:
    at = {"at": found.card.lead} if found.card is not None else {}
    return RedirectResponse(f"/inbox/{found.role}?{urlencode({'section': found.section, **at, 'said': said})}", 303)


def _shown(request: Request, desk: Desk, found: Page, *, said: str = "", partly: bool = False) -> HTMLResponse:
    values: dict[str, Any] = {
        "page": found,
        "role": desk.role(found.role),
        "sections": SECTIONS,
        "answers": {answer: _reasons(answer) for answer in (Answer.YES, Answer.NO, Answer.MAYBE)},
    }
    if said:
        values["said"] = said
    return desk.templates.page(request, "inbox_card.html" if partly else "inbox.html", values)


def _reasons(answer: Answer) -> list[tuple[str, Reason]]:
    """The reasons for an answer with the key of each."""
    fitting = [one for one in REASONS.values() if answer in one.answers]
    return [(DIGITS[at] if at < len(DIGITS) else one.key, one) for at, one in enumerate(fitting)]
