"""`role reference`: the tables a figure is compared with, and measuring them on one's own people."""

from typing import Annotated

import typer

from sourcing.commands._edge import AsJson, clock, config_of, role_app, say, store_of


@role_app.command("reference")
def role_reference(
    ctx: typer.Context,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Measure the tables on the people of the store and use them from now on.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show the reference tables scores are made with; no night moves them, only --rebuild does."""
    from sourcing.reference import rebuild_tables, tables_of
    from sourcing.show import reference

    if not rebuild:
        found = tables_of(config_of(ctx))
    else:
        with store_of(ctx) as (config, store):
            found = rebuild_tables(config, store, now=clock())
    say(found, reference.tables(found), as_json)
