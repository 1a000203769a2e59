"""Commands of deciding: decide, undecide, decisions."""

from typing import TYPE_CHECKING, Annotated

import typer

from sourcing.commands._edge import AsJson, By, LeadName, RoleName, app, clock, decider, say, store_of
from storage.errors import RoleError

if TYPE_CHECKING:
    from sourcing.config import Config
    from storage.store import Store


@app.command()
def decide(
    ctx: typer.Context,
    lead: LeadName,
    answer: Annotated[str, typer.Argument(metavar="yes|no|maybe")],
    role: RoleName,
    reason: Annotated[str, typer.Option(metavar="CODE", help="Why; a wrong code lists those there are.")] = "",
    note: Annotated[str, typer.Option(metavar="TEXT", help="More on the reason, in own words.")] = "",
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Decide on a lead for a role; kept with reason, author and the score as it is now."""
    from scoring.roles import find_role
    from sourcing import decisions
    from sourcing.show import decisions as show

    with store_of(ctx) as (config, store):
        name = find_role(role, config.roles_folder).role
        done = decisions.decide(store, lead, name, answer, reason=reason, note=note, by=decider(by), now=clock())
    say(done, show.decided(done), as_json)


@app.command()
def undecide(
    ctx: typer.Context,
    lead: Annotated[str, typer.Argument(metavar="LEAD", help="The lead, or the number of a decision.")],
    role: Annotated[str, typer.Option("--role", metavar="ROLE", help="The role, where a lead is named.")] = "",
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Take back the decision that stands for a lead, or one by its number; the row stays."""
    from sourcing import decisions
    from sourcing.show import decisions as show

    with store_of(ctx) as (_, store):
        done = decisions.undo(store, lead, role, by=decider(by), now=clock())
    say(done, show.undone(done), as_json)


@app.command("decisions")
def decisions_(
    ctx: typer.Context,
    role: Annotated[
        str, typer.Option("--role", metavar="ROLE", help="Only of this role, with what they say of its scores.")
    ] = "",
    lead: Annotated[str, typer.Option("--lead", metavar="LEAD", help="Only on this lead.")] = "",
    all_: Annotated[bool, typer.Option("--all", help="Also those that were taken back.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="Decisions shown.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List decisions, newest first."""
    from sourcing.decisions import listed
    from sourcing.show import decisions as show

    with store_of(ctx) as (config, store):
        rows = listed(store, role or None, lead or None, live=not all_, limit=limit)
        text = show.listed(rows.rows, rows.names)
        if role:
            text += _of_role(config, store, role, some=bool(rows.rows))
    say(rows.rows, text, as_json)


def _of_role(config: "Config", store: "Store", role: str, *, some: bool) -> str:
    """What the decisions say of a role's scores; RoleError for a role nobody ever decided for and that is none."""
    from sourcing.checked_roles import checked_role, why_unknown

    if why_not := why_unknown(config, role):
        if some or store.decisions(role, live=False, limit=1):
            return "\nthere is no profile of this name any more, so nothing is said of its scores"
        raise RoleError(f"nothing was decided for {role!r}: {why_not}")
    if not some:
        return ""
    from sourcing.show import what_if
    from sourcing.weights import calibration

    return f"\n{what_if.calibrated(calibration(store, checked_role(config, role)))}"
