"""Same person? One pair per page, both sides next to each other, three answers, and taking one back."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from sourcing.desk import same
from sourcing.desk.same import ANSWERS, Page, Queue
from sourcing.review.blinds import Hiding
from sourcing.review.state import TheDesk, Who, desk_of
from storage.records import Verdict

router = APIRouter()
KEYS = {Verdict.SAME: "y", Verdict.DIFFERENT: "n", Verdict.UNSURE: "u"}
MOST_WHY = 500  # code points
_MOST = 2**53
_At = Annotated[int | None, Query(ge=1, le=_MOST, description="Number of a question; without one the first.")]
_WORDS = "^(same|different|unsure)$"


class Answered(BaseModel):
    """An answer to a question."""

    model_config = ConfigDict(extra="forbid")

    question: int = Field(ge=1, le=_MOST)
    verdict: str = Field(pattern=_WORDS)
    why: str = Field(default="", max_length=MOST_WHY)


class TakenBack(BaseModel):
    """An answer to take back."""

    model_config = ConfigDict(extra="forbid")

    judgement: int = Field(ge=1, le=_MOST)


def _queue(request: Request) -> Queue:
    """The queue all readers share."""
    state, desk = request.app.state, desk_of(request)
    if not hasattr(state, "same"):
        state.same = Queue(desk.store, desk.config.identity, desk.config.folder)
    found = state.same
    assert isinstance(found, Queue)
    return found


TheQueue = Annotated[Queue, Depends(_queue)]


@router.get("/same", include_in_schema=False)
def pair_page(
    request: Request, desk: TheDesk, who: Who, queue: TheQueue, blind: Hiding, at: _At = None
) -> HTMLResponse:
    """One pair as a page."""
    found = same.page(queue, at, by=who.name, now=desk.clock(), blind=blind)
    answers = [(verdict.value, words, KEYS[verdict]) for verdict, words in ANSWERS.items()]
    values = {"page": found, "answers": answers, "most_why": MOST_WHY}
    return desk.templates.page(request, "same.html", values)


@router.get("/api/same", tags=["same person"])
def one_pair(desk: TheDesk, who: Who, queue: TheQueue, blind: Hiding, at: _At = None) -> Page:
    """One pair of leads that may be one person."""
    return same.page(queue, at, by=who.name, now=desk.clock(), blind=blind)


@router.post("/same/decide", include_in_schema=False)
def decide(
    desk: TheDesk,
    who: Who,
    queue: TheQueue,
    question: Annotated[int, Form(ge=1, le=_MOST)],
    verdict: Annotated[str, Form(pattern=_WORDS)],
    why: Annotated[str, Form(max_length=MOST_WHY)] = "",
    after: Annotated[int | None, Form(ge=1, le=_MOST)] = None,
) -> RedirectResponse:
    """Answer and go on to the next pair."""
    said = same.answer(queue, question, Verdict(verdict), by=who.name, why=why, now=desk.clock())
    return _back(after, said)


@router.post("/api/same/decide", tags=["same person"])
def decide_as_json(desk: TheDesk, who: Who, queue: TheQueue, blind: Hiding, body: Answered) -> Page:
    """Answer a question; gives the next one."""
    same.answer(queue, body.question, Verdict(body.verdict), by=who.name, why=body.why, now=desk.clock())
    return same.page(queue, None, by=who.name, now=desk.clock(), blind=blind)


@router.post("/same/undo", include_in_schema=False)
def undo(desk: TheDesk, who: Who, queue: TheQueue, judgement: Annotated[int, Form(ge=1, le=_MOST)]) -> RedirectResponse:
    """Take an answer back and show the pair again."""
    return _back(same.undo(queue, judgement, by=who.name, now=desk.clock()), "Taken back.")


@router.post("/api/same/undo", tags=["same person"])
def undo_as_json(desk: TheDesk, who: Who, queue: TheQueue, blind: Hiding, body: TakenBack) -> Page:
    """Take an answer back; gives the pair it was about."""
    at = same.undo(queue, body.judgement, by=who.name, now=desk.clock())
    return same.page(queue, at, by=who.name, now=desk.clock(), blind=blind)


def _back(at: int | None, said: str) -> RedirectResponse:
    return RedirectResponse("/same?" + urlencode({**({"at": at} if at else {}), "said": said}), 303)
