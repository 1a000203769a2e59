"""Commands of the database: upgrade, check, back up."""

from pathlib import Path
from typing import Annotated

import typer

from sourcing.commands._edge import AsJson, config_of, db_app, say, store_of


@db_app.command("upgrade")
def db_upgrade(ctx: typer.Context) -> None:
    """Create the database or bring it to this version."""
    from storage.store import Store

    config = config_of(ctx)
    applied = Store.upgrade(config.database_url)
    typer.echo(f"{config.database_shown}: {'applied ' + ', '.join(applied) if applied else 'up to date'}")


@db_app.command("check")
def db_check(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Check the database for damage; exit 3 if there is any."""
    with store_of(ctx) as (config, store):
        found = store.check()
    say(found, "\n".join(found) or f"{config.database_shown}: no findings", as_json)
    raise typer.Exit(3 if found else 0)


@db_app.command("backup")
def db_backup(ctx: typer.Context, path: Annotated[Path, typer.Argument(metavar="PATH")]) -> None:
    """Copy the database to a file while it is in use."""
    with store_of(ctx) as (_, store):
        typer.echo(store.backup(path))
