"""Commands of judging: score, rank, explain."""

from typing import Annotated

import typer

from sourcing.commands._edge import AsJson, LeadName, RoleName, app, clock, say, store_of


@app.command()
def score(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Score all leads for the active roles."""
    from sourcing.lock import exclusive
    from sourcing.nightly import active_roles
    from sourcing.ranking import score as score_all
    from sourcing.show import rest

    with store_of(ctx) as (config, store), exclusive(config.folder):
        done = score_all(store, active_roles(config), now=clock())
    say(done, rest.scored(done), as_json)


@app.command()
def rank(
    ctx: typer.Context,
    role: Annotated[str, typer.Argument(metavar="ROLE")],
    limit: Annotated[int, typer.Option(min=1, help="Leads shown.")] = 25,
    section: Annotated[
        str, typer.Option(help="ranked, too_little_evidence, restricted or all.", metavar="SECTION")
    ] = "ranked",
    as_json: AsJson = False,
) -> None:
    """List the best leads of a role."""
    from scoring.roles import find_role
    from sourcing.ranking import listing, read_section
    from sourcing.show import lists

    with store_of(ctx) as (config, store):
        name = find_role(role, config.roles_folder).role
        rows = listing(store, name, limit=limit, section=read_section(section))
    say(rows, lists.ranked(rows), as_json)


@app.command()
def explain(ctx: typer.Context, lead: LeadName, role: RoleName, as_json: AsJson = False) -> None:
    """Show how a lead's score for a role comes about, line by line."""
    from scoring.roles import find_role
    from sourcing.ranking import receipt_of
    from sourcing.show import receipts

    with store_of(ctx) as (config, store):
        person, receipt = receipt_of(store, lead, find_role(role, config.roles_folder).role)
    say(receipts.explained_json(person, receipt), receipts.explained(person, receipt), as_json)
