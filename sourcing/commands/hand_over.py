"""Commands that hand over by themselves: a push into another system, the digest of the morning."""

from typing import Annotated

import typer

from sourcing.commands._edge import AsJson, By, app, clock, decider, exports_app, say, store_of


@exports_app.command("push")
def exports_push(
    ctx: typer.Context,
    system: Annotated[str, typer.Argument(metavar="SYSTEM", help="greenhouse or lever.")],
    role: Annotated[str, typer.Argument(metavar="ROLE")],
    most: Annotated[int, typer.Option("--top", min=1, metavar="N", help="Only the best so many.")] = 25,
    to: Annotated[str, typer.Option("--to", metavar="NAME", help="Whom it is for; stands in the ledger.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run/--send", help="Only say who would be sent, or send.")] = True,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Send a role's best to an applicant tracking system, each person once; exit 1 if some were not sent."""
    from scoring.roles import find_role
    from sourcing.export.push import Asked, push
    from sourcing.show import hand_over as show

    with store_of(ctx) as (config, store):
        name = find_role(role, config.roles_folder).role
        asked = Asked(system=system, role=name, by=decider(by), to=to, most=most)
        done = push(store, config, asked, now=clock(), dry_run=dry_run)
    say(done, show.pushed(done), as_json)
    raise typer.Exit(done.exit_code)


@app.command("digest")
def digest_(
    ctx: typer.Context,
    send: Annotated[bool, typer.Option("--send", help="Send it; without, it is only printed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Tell what is new per role, by mail or chat, at most once a night; exit 1 if somebody was not reached."""
    from sourcing import digest
    from sourcing.show import hand_over as show

    with store_of(ctx) as (config, store):
        if send:
            done = digest.send(store, config, show.digest, now=clock())
            say(done, show.sent(done), as_json)
            raise typer.Exit(done.exit_code)
        made = digest.previews(store, config)
    say(made, "\n\n".join(dict.fromkeys(map(show.digest, made))), as_json)
