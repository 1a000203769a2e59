"""Command of a worker: take part in nights that are run elsewhere."""

from typing import Annotated

import typer

from sourcing.commands._edge import AsJson, app, clock, config_of, say, store_of
from sourcing.commands.nights import AtOnce


@app.command()
def worker(
    ctx: typer.Context,
    at_once: AtOnce = None,
    sources: Annotated[
        str, typer.Option("--sources", metavar="NAME,…", help="Take only these sources, divided by commas.")
    ] = "",
    until_idle: Annotated[bool, typer.Option("--until-idle", help="End when nothing is left to do.")] = False,
    listing: Annotated[bool, typer.Option("--list", help="Show the workers there are instead.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take sources of nights that `sourcing nightly` runs on any machine (PostgreSQL), until told to stop."""
    from sourcing.show import workers as show

    if listing:
        with store_of(ctx) as (config, store):
            rows = store.workers()
        say(rows, show.listed(rows, config.workers.silence), as_json)
        return
    from sourcing import workers  # with all that crawls

    wanted = tuple(name for part in sources.split(",") if (name := part.strip()))
    ended = workers.work(
        config_of(ctx),
        now=clock(),
        at_once=at_once,
        sources=wanted,
        until_idle=until_idle,
        progress=lambda line: typer.echo(line, err=True),
    )
    say({"ended": ended}, show.left(ended), as_json)
