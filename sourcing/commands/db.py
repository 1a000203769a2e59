"""Commands of the database: upgrade, check, compact, backup, restore, seal."""

from pathlib import Path
from typing import Annotated

import typer

from sourcing.commands._edge import AsJson, clock, config_of, db_app, decider, say, store_of


@db_app.command("upgrade")
def db_upgrade(ctx: typer.Context) -> None:
    """Create the database or bring it to this version."""
    from sourcing.lock import exclusive, server_held
    from storage.store import Store

    config = config_of(ctx)
    with exclusive(config.folder), server_held(config.database_url):
        applied = Store.upgrade(config.database_url)
    typer.echo(f"{config.database_shown}: {'applied ' + ', '.join(applied) if applied else 'up to date'}")


@db_app.command("check")
def db_check(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Check the database for damage; exit 3 if there is any."""
    with store_of(ctx) as (config, store):
        found = store.check()
    say(found, "\n".join(found) or f"{config.database_shown}: no findings", as_json)
    raise typer.Exit(3 if found else 0)


@db_app.command("compact")
def db_compact(ctx: typer.Context) -> None:
    """Rewrite the files so that no bytes of deleted rows are left in them."""
    from sourcing.lock import alone

    with store_of(ctx) as (config, store), alone(config.folder, store):
        store.compact()
    typer.echo(f"{config.database_shown}: only what is there is in the files")


@db_app.command("backup")
def db_backup(
    ctx: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A file that is not there yet.")],
    as_json: AsJson = False,
) -> None:
    """Copy the database while it is in use, open the copy and compare it; nothing is overwritten."""
    from sourcing.show import backups as show

    with store_of(ctx) as (_, store):
        made = store.backup(path)
        # An erasure must be able to say which copies there are from before.
        store.log_action("db.backup", by=decider(""), at=clock(), about=str(path.absolute()))
    say(made, show.made(made), as_json)


@db_app.command("restore")
def db_restore(
    ctx: typer.Context, path: Annotated[Path, typer.Argument(metavar="FILE", help="What `db backup` wrote.")]
) -> None:
    """Put a backup in the place of a SQLite database that is not there."""
    from sourcing.desk.kept import forget
    from sourcing.lock import exclusive
    from sourcing.show import backups as show
    from storage.store import Store

    config = config_of(ctx)
    with exclusive(config.folder):
        rows = Store.restore(config.database_url, path)
    forget(config.database_url)  # columns kept of the database that was there say nothing of this one
    typer.echo(show.restored(config.database_shown, rows))
    typer.echo(show.AFTER, err=True)


@db_app.command("seal")
def db_seal(
    ctx: typer.Context,
    key: Annotated[bool, typer.Option("--new-key", help="Only print a new key.")] = False,
    plain: Annotated[bool, typer.Option("--open", help="Open all notes for good; then take the key away.")] = False,
    as_json: AsJson = False,
) -> None:
    """Seal all notes with the first key of SOURCING_CONTACT_KEY, or open them."""
    from sourcing.lock import alone
    from storage.sealed import KEY_ENV, new_key

    if key:
        typer.echo(new_key())
        return
    with store_of(ctx) as (config, store), alone(config.folder, store):
        changed = store.reseal(plain=plain)
        store.compact()
        count, current = store.sealed()
    said = {"notes": count, "current": current, "changed": changed}
    how = "plain" if plain else f"as {KEY_ENV} asks"
    say(said, f"{changed} of {count} notes written anew, {how}", as_json)
