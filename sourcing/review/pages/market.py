"""The market of a role: where its people are, what the must-haves leave, who found them, what the nights brought."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from markupsafe import Markup

from scoring.roles import Funnel
from sourcing.contributions import Contributions, Share
from sourcing.desk.counting import Markets, Seen
from sourcing.desk.market import Counted, Market, Pool, coarse
from sourcing.review.blinds import Hiding
from sourcing.review.pages import nights
from sourcing.review.pages.nights import TheNights
from sourcing.review.pages.ranking import RoleName
from sourcing.review.pictures import Bar, Column, Span, Step, bars, columns, dots, funnel
from sourcing.review.state import TheDesk, first_role, shared_by_all

router = APIRouter()
_EVERY = 3  # hours between named columns


TheMarkets = Annotated[Markets, Depends(shared_by_all(Markets, "markets"))]


@router.get("/market", include_in_schema=False)
def first(desk: TheDesk) -> RedirectResponse:
    """To the market of the first active role."""
    return RedirectResponse(f"/market/{first_role(desk)}", 303)


@router.get("/market/{role}", include_in_schema=False)
def market_page(
    request: Request, desk: TheDesk, markets: TheMarkets, past: TheNights, role: RoleName, blind: Hiding
) -> HTMLResponse:
    """The market as a page of pictures."""
    profile = desk.role(role)
    seen = _seen(markets.of(desk.store, profile, clock=desk.clock), blind)
    rows = past.of(desk.config, desk.store)
    values = {
        "role": profile,
        "roles": desk.roles(),
        "seen": seen,
        "market": seen.market,
        "pictures": _pictures(seen.market) if seen.market else {},
        "nights": nights.picture(rows) if rows else None,
        "last": rows[0] if rows else None,
    }
    return desk.templates.page(request, "market.html", values)


@router.get("/api/market/{role}")
def market(desk: TheDesk, markets: TheMarkets, role: RoleName, blind: Hiding) -> Seen:
    """The market as figures; `market` is null while the first count is under way."""
    return _seen(markets.of(desk.store, desk.role(role), clock=desk.clock), blind)


def _seen(found: Seen, blind: frozenset[str]) -> Seen:
    return found.model_copy(update={"market": coarse(found.market)}) if blind and found.market is not None else found


def _pictures(market: Market) -> dict[str, Any]:
    found = market.coverage
    return {
        "countries": _places("People by country", "Country", market.pool.countries),
        "cities": _places("People by city", "City", market.pool.cities),
        "clocks": _clocks(market.pool),
        "funnel": _funnel(market.supply),
        "sources": _shares("People by source", "Source", found.sources),
        "lanes": _shares("People by lane", "Lane", found.lanes),
        "estimate": _estimate(found),
    }


def _places(title: str, head: str, rows: tuple[Counted, ...]) -> Markup:
    return bars(title, [Bar(row.name, row.people) for row in rows], (head, "People"), most=10)


def _clocks(pool: Pool) -> Markup:
    rows = [Column(clock.name, clock.people, clock.enough, clock.name.removeprefix("UTC")) for clock in pool.clocks]
    return columns("People by time zone", rows, ("Clock", "People"), marks=pool.asked, every=_EVERY, first=2)


def _funnel(found: Funnel) -> Markup:
    steps = [Step(step.group, step.so_far, step.alone, step.asks) for step in found.steps]
    return funnel("What the must-haves leave", found.people, steps)


def _shares(title: str, head: str, rows: tuple[Share, ...]) -> Markup:
    drawn = [Bar(row.name, row.people, row.only, f"{row.people:,}, {row.only:,} only here") for row in rows]
    return bars(title, drawn, (head, "People", "Only here"), most=12)


def _estimate(found: Contributions) -> Markup | None:
    spans = [
        Span(row.role, row.known, row.total, row.low, row.high)
        for row in found.estimates
        if row.total is not None and row.low is not None and row.high is not None
    ]
    head = ("Role", "Known", "Probably there", "At least (95 %)", "At most (95 %)")
    return dots("How many people there probably are", spans, head) if spans else None
