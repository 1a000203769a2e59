"""Commands for terms: what would go, and letting it go."""

from typing import Annotated

import typer

from sourcing.commands._edge import AsJson, By, clock, decider, retention_app, say, store_of


@retention_app.command("preview")
def retention_preview(
    ctx: typer.Context,
    days: Annotated[int, typer.Option("--days", min=0, metavar="N", help="Also what goes within so many days.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Show what the next night would forget, and why; nothing is changed."""
    from sourcing.privacy.retention import preview
    from sourcing.show import legal as show

    with store_of(ctx) as (config, store):
        found = preview(store, config, now=clock(), days=days)
    say(found, show.preview(found), as_json)


@retention_app.command("run")
def retention_run(ctx: typer.Context, by: By = "", as_json: AsJson = False) -> None:
    """Forget now what is over; every night does so by itself."""
    from sourcing.lock import exclusive, night_held
    from sourcing.privacy.retention import purge
    from sourcing.ranking import drop_matrices
    from sourcing.show import legal as show

    now = clock()
    with store_of(ctx) as (config, store), exclusive(config.folder), night_held(store, now):
        done = purge(store, config, now=now, by=decider(by))
        drop_matrices(store)
        store.compact()
    say(done, show.forgotten(done), as_json)
