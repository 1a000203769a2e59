"""The ranked list of a role with its filters, and the search over everybody."""

import threading
from functools import cache
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi import Path as InPath
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BeforeValidator

from scoring.places import shipped_gazetteer
from sourcing.desk.board import Boards
from sourcing.desk.filters import Choices, Filters, choices
from sourcing.desk.ranking import CURSOR, Order, Page, page
from sourcing.desk.search import People, search
from sourcing.ranking import SECTIONS
from sourcing.review.blinds import Hiding
from sourcing.review.state import Desk, TheDesk, first_role, shared_by_all
from storage.text import MOST_QUERY

router = APIRouter()
SECTION_WORDS = {"ranked": "Ranked", "too_little_evidence": "Too little public evidence", "restricted": "Restricted"}
SKILLS_OFFERED = 14  # of the role's own, as boxes to tick; any other can be typed
MOST_SKILLS = 12
MOST_PEOPLE = 100

RoleName = Annotated[str, InPath(pattern="^[a-z0-9][a-z0-9-]{0,39}$", description="Role profile.")]
# A form sends empty fields as empty texts.
_empty = BeforeValidator(lambda value: value or 0)
_Word = Annotated[str, Query(max_length=60)]
_Section = Annotated[str, Query(pattern=f"^({'|'.join(SECTIONS)})$")]
_Cursor = Annotated[str, Query(pattern=CURSOR, max_length=100, description="Where an earlier page ended.")]
_Text = Annotated[str, Query(max_length=MOST_QUERY, description='word "a phrase" -not prefix*')]


def _asked(
    q: _Text = "",
    skill: Annotated[list[_Word], Query(max_length=MOST_SKILLS, description="Shown by public work.")] = [],  # noqa: B006  # read only
    place: Annotated[str, Query(max_length=100, description="City, country or region.")] = "",
    overlap: Annotated[float, Query(ge=0, le=24, allow_inf_nan=False), _empty] = 0,
    source: _Word = "",
    status: _Word = "",
    answer: _Word = "",
    least: Annotated[int, Query(ge=0, le=1_000_000, description="Pieces of evidence."), _empty] = 0,
    open_to_work: Annotated[bool, Query(), _empty] = False,
) -> Filters:
    return Filters(
        q=q.strip(),
        skills=tuple(dict.fromkeys(one for one in map(str.strip, skill) if one)),
        place=place.strip(),
        overlap=overlap,
        source=source,
        status=status,
        answer=answer,
        least=least,
        open_to_work=open_to_work,
    )


Asked = Annotated[Filters, Depends(_asked)]


TheBoards = Annotated[Boards, Depends(shared_by_all(Boards, "boards"))]


@cache
def _warm() -> None:
    """Load the tables of places beside the first page; the first who asks for a place would wait seconds."""
    threading.Thread(target=shipped_gazetteer().parse, args=("Lisbon",), daemon=True).start()


@router.get("/ranking", include_in_schema=False)
def first(desk: TheDesk) -> RedirectResponse:
    """To the list of the first active role."""
    return RedirectResponse(f"/ranking/{first_role(desk)}", 303)


@router.get("/ranking/{role}", include_in_schema=False)
def ranked_page(
    request: Request,
    desk: TheDesk,
    boards: TheBoards,
    role: RoleName,
    asked: Asked,
    blind: Hiding,
    section: _Section = "ranked",
    order: Order = "fit",
    cursor: _Cursor = "",
) -> HTMLResponse:
    """The list as a page."""
    _warm()
    profile = desk.role(role)
    found = page(
        desk.store, boards, profile, asked, now=desk.clock(), section=section, order=order, cursor=cursor, blind=blind
    )
    offered = choices(boards.of(desk.store, profile.role), profile)
    values = {
        "role": profile,
        "roles": desk.roles(),
        "blind": blind,
        "page": found,
        "asked": asked,
        "choices": offered,
        "boxes": _boxes(asked, offered),
        "section_words": SECTION_WORDS,
        "chips": _chips(role, asked, found),
        "to": lambda **changes: _address(role, asked, found, **changes),
    }
    return desk.templates.page(request, "ranking.html", values)


@router.get("/api/ranking/{role}")
def ranking(
    desk: TheDesk,
    boards: TheBoards,
    role: RoleName,
    asked: Asked,
    blind: Hiding,
    section: _Section = "ranked",
    order: Order = "fit",
    cursor: _Cursor = "",
) -> Page:
    """One page of the list as JSON."""
    profile = desk.role(role)
    return page(
        desk.store, boards, profile, asked, now=desk.clock(), section=section, order=order, cursor=cursor, blind=blind
    )


@router.get("/api/ranking/{role}/choices")
def ranking_choices(desk: TheDesk, boards: TheBoards, role: RoleName) -> Choices:
    """What the list can be filtered by."""
    profile = desk.role(role)
    return choices(boards.of(desk.store, profile.role), profile)


_Limit = Annotated[int, Query(ge=1, le=MOST_PEOPLE)]
_Role = Annotated[str, Query(pattern="^([a-z0-9][a-z0-9-]{0,39})?$", description="Order people by this role first.")]


@router.get("/search", include_in_schema=False)
def search_page(
    request: Request,
    desk: TheDesk,
    boards: TheBoards,
    blind: Hiding,
    q: _Text = "",
    role: _Role = "",
    limit: _Limit = 25,
) -> HTMLResponse:
    """People found, as a page."""
    found, wrong = None, ""
    if q.strip():
        try:
            found = _people(desk, boards, q, role, limit, blind)
        except ValueError as error:
            wrong = str(error)
    values = {"q": q, "found": found, "wrong": wrong, "roles": desk.roles(), "role": role, "limit": limit}
    return desk.templates.page(request, "ranking_search.html", values, status=422 if wrong else 200)


@router.get("/api/search")
def search_people(
    desk: TheDesk, boards: TheBoards, blind: Hiding, q: _Text, role: _Role = "", limit: _Limit = 25
) -> People:
    """People found, as JSON."""
    try:
        return _people(desk, boards, q, role, limit, blind)
    except ValueError as error:
        raise HTTPException(422, str(error)) from error


def _people(desk: Desk, boards: Boards, q: str, role: str, limit: int, blind: frozenset[str]) -> People:
    if not role:
        return search(desk.store, q, limit=limit, blind=blind)
    name = desk.role(role).role
    return search(desk.store, q, role=name, board=boards.of(desk.store, name), limit=limit, blind=blind)


def _fields(asked: Filters) -> dict[str, Any]:
    """The filters as fields of an address; those that ask nothing are left out."""
    fields = asked.model_dump()
    fields["skill"] = list(fields.pop("skills"))
    for name in ("overlap", "least"):
        fields[name] = f"{fields[name]:g}" if fields[name] else ""
    fields["open_to_work"] = "true" if asked.open_to_work else ""
    return {name: value for name, value in fields.items() if value}


def _address(role: str, asked: Filters, found: Page, **changes: str) -> str:
    fields = {**_fields(asked), "section": found.section, "order": found.order, **changes}
    kept = {name: value for name, value in fields.items() if value not in ("", "ranked", "fit")}
    return f"/ranking/{role}{'?' if kept else ''}{urlencode(kept, doseq=True, errors='replace')}"


def _chips(role: str, asked: Filters, found: Page) -> list[tuple[str, str]]:
    """What is asked, in words, each with the address of the list without it."""
    words = {
        "q": f"“{asked.q}”",
        "place": f"in {asked.place}",
        "overlap": f"{asked.overlap:g} h shared",
        "source": f"at {asked.source}",
        "status": asked.status.replace("_", " "),
        "answer": f"answer: {asked.answer}",
        "least": f"{asked.least}+ pieces of evidence",
        "open_to_work": "open to work",
    }
    empty = Filters()
    chips = []
    for name, text in words.items():
        if getattr(asked, name) != getattr(empty, name):
            chips.append((text, _address(role, asked.model_copy(update={name: getattr(empty, name)}), found)))
    for skill in asked.skills:
        rest = tuple(one for one in asked.skills if one != skill)
        chips.append((f"shows {skill}", _address(role, asked.model_copy(update={"skills": rest}), found)))
    return chips


def _boxes(asked: Filters, offered: Choices) -> list[tuple[str, int, bool]]:
    """Skills to tick: the role's first ones, and whatever is asked already."""
    counts = dict(offered.skills)
    names = dict.fromkeys([*list(counts)[:SKILLS_OFFERED], *asked.skills])
    return [(name, counts.get(name, 0), name in asked.skills) for name in names]
