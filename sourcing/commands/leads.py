"""Commands about one lead: show, merge, split, undo."""

from typing import Annotated

import typer

from sourcing.commands._edge import AsJson, By, LeadName, Why, clock, decider, lead_app, say, store_of


@lead_app.command("show")
def lead_show(ctx: typer.Context, lead: LeadName, as_json: AsJson = False) -> None:
    """Show one lead: accounts, why they are one person, public work, status."""
    from sourcing.leads import lead_page
    from sourcing.show import leads

    with store_of(ctx) as (_, store):
        page = lead_page(store, lead)
    say(page, leads.page(page), as_json)


@lead_app.command("merge")
def lead_merge(
    ctx: typer.Context,
    lead: LeadName,
    other: Annotated[str, typer.Argument(metavar="OTHER", help="The lead that is the same person.")],
    by: By = "",
    why: Why = "one person",
    as_json: AsJson = False,
) -> None:
    """Make two leads one; the older id stays, the other becomes its alias."""
    from sourcing.identity.review import merge
    from sourcing.lock import alone
    from sourcing.show import identity as show

    with store_of(ctx) as (config, store), alone(config.folder, store):
        done = merge(store, lead, other, by=decider(by), why=why, now=clock())
    say(done, show.decided(done, "merged"), as_json)


@lead_app.command("split")
def lead_split(
    ctx: typer.Context,
    lead: LeadName,
    accounts: Annotated[list[str], typer.Argument(metavar="ACCOUNT...", help="Accounts to take out, source:handle.")],
    by: By = "",
    why: Why = "not this person",
    as_json: AsJson = False,
) -> None:
    """Take accounts out of a lead; they are never joined to the rest again."""
    from sourcing.identity.review import split
    from sourcing.lock import alone
    from sourcing.show import identity as show

    with store_of(ctx) as (config, store), alone(config.folder, store):
        done = split(store, lead, accounts, by=decider(by), why=why, now=clock())
    say(done, show.decided(done, "split"), as_json)


@lead_app.command("undo")
def lead_undo(
    ctx: typer.Context,
    lead: Annotated[str, typer.Argument(metavar="LEAD", help="The lead, or the number of a judgement.")],
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Take back the last decision about a lead: ids, status and notes are as before."""
    from sourcing.identity.review import undo
    from sourcing.lock import alone
    from sourcing.show import identity as show

    with store_of(ctx) as (config, store), alone(config.folder, store):
        done = undo(store, lead, by=decider(by), now=clock())
    say(done, show.decided(done, "taken back"), as_json)
