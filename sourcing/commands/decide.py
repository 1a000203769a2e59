"""Commands of deciding: decide, undecide, decisions."""

from typing import Annotated

import typer

from sourcing.commands._edge import AsJson, By, LeadName, RoleName, app, clock, decider, say, store_of


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
        if role and rows.rows:
            from scoring.roles import find_role
            from sourcing.show import what_if
            from sourcing.weights import calibration

            learned = calibration(store, find_role(role, config.roles_folder))
            text += f"\n{what_if.calibrated(learned)}"
    say(rows.rows, text, as_json)
