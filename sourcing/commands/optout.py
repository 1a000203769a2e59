"""Commands for the opt-out page and the requests that come back."""

from pathlib import Path
from typing import Annotated

import typer

from sourcing.commands._edge import AsJson, By, clock, decider, optout_app, say, store_of


@optout_app.command("build")
def optout_build(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write into.")],
    as_json: AsJson = False,
) -> None:
    """Write the page that says who crawls, where and how to object; it has no scripts and loads nothing."""
    from sourcing.privacy.optout import build

    with store_of(ctx) as (config, store):
        path = build(store, config, folder, now=clock())
    say({"file": path}, str(path), as_json)


@optout_app.command("import")
def optout_import(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV with the columns request and who.")],
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Carry out a file of requests: restrict, object, erase; exit 1 if a line could not be used."""
    from sourcing.privacy.optout import acting, read
    from sourcing.show import legal as show

    with store_of(ctx) as (config, store):
        done = read(file, acting(store, config, by=decider(by), now=clock()))
    say(done, show.requests(done), as_json)
    raise typer.Exit(done.exit_code)
