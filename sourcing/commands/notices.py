"""Commands for telling people that data about them are held; none of them sends anything."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from sourcing.commands._edge import AsJson, By, LeadName, clock, decider, notices_app, say, store_of

Languages = Annotated[
    list[str] | None, typer.Option("--language", metavar="CODE", help="en, de, fr, es, pt, pl; default: as they read.")
]


@notices_app.command("due")
def notices_due(
    ctx: typer.Context,
    within: Annotated[
        int | None, typer.Option("--within", min=0, metavar="DAYS", help="Only those due by then.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List whom to tell, most urgent first; whoever is still pending at the end is erased that night."""
    from sourcing.privacy import notices
    from sourcing.show import legal as show

    with store_of(ctx) as (config, store):
        most = None if as_json else show.MOST_ROWS
        rows, count = notices.first_due(store, config, now=clock(), within=within, most=most)
    say(rows, show.due(rows, count), as_json)


@notices_app.command("list")
def notices_list(
    ctx: typer.Context,
    state: Annotated[
        list[str] | None, typer.Option("--state", metavar="STATE", help="pending, given or exempt; may be repeated.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List leads by the state of their notice, and count all, with those erased untold."""
    from sourcing.privacy import notices
    from sourcing.show import legal as show

    chosen = notices.read_states(state or [])
    with store_of(ctx) as (config, store):
        # The table shows the first leads, and no languages: to tell those takes longer than all the rest.
        most = None if as_json else show.MOST_ROWS
        found = notices.listed(store, config, now=clock(), states=chosen, most=most, languages=as_json)
    say(found, show.notices(found), as_json)


@notices_app.command("render")
def notices_render(ctx: typer.Context, lead: LeadName, language: Languages = None, as_json: AsJson = False) -> None:
    """Write the notice of a lead, in the language of the profile, else in English and that of the country."""
    from sourcing.privacy import notices
    from sourcing.show import legal as show

    with store_of(ctx) as (config, store):
        text = notices.render(store, config, store.lead(lead), language or ())
    say(text, show.notice(text), as_json)


@notices_app.command("given")
def notices_given(
    ctx: typer.Context,
    lead: LeadName,
    channel: Annotated[str, typer.Option("--channel", metavar="TEXT", help="How: e-mail, message at a site …")] = "",
    on: Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="When; default: now.")] = None,
    language: Languages = None,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Note that a lead was told."""
    from sourcing.privacy import notices

    with store_of(ctx) as (config, store):
        found = store.lead(lead)
        at = notices.read_day(on.replace(tzinfo=UTC) if on else None, found, clock())
        row = notices.give(store, config, found, channel=channel, by=decider(by), at=at, languages=language or ())
    say(row, f"{row.lead}: given by {row.by} ({row.channel})", as_json)


@notices_app.command("exempt")
def notices_exempt(
    ctx: typer.Context,
    lead: LeadName,
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason, in writing.")] = "",
    confirmed: Annotated[bool, typer.Option("--confirm", help="Confirm what somebody else proposed.")] = False,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Propose that a lead need not be told, or confirm it as a second person."""
    from sourcing.privacy import notices

    with store_of(ctx) as (_, store):
        found = store.lead(lead)
        if confirmed:
            row = notices.confirm(store, found, by=decider(by), at=clock())
        else:
            row = notices.exempt(store, found, why=why, by=decider(by), at=clock())
    say(row, f"{row.lead}: {row.state} by {row.by}", as_json)
