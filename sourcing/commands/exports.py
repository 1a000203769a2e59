"""Commands that carry lists out."""

from typing import Annotated

import typer

from sourcing.commands._edge import AsJson, app, clock, say, store_of


@app.command()
def export(
    ctx: typer.Context,
    role: Annotated[str, typer.Argument(metavar="ROLE")],
    format: Annotated[str, typer.Option(metavar="FORMAT", help="csv or jsonl.")] = "csv",  # noqa: A002  the option's name
    by: Annotated[
        str, typer.Option(envvar="SOURCING_USER", metavar="NAME", help="Who exports; default: the login name.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Write a role's ranked list to the exports folder and the ledger."""
    import getpass

    from scoring.roles import find_role
    from sourcing.export import write

    with store_of(ctx) as (config, store):
        name = find_role(role, config.roles_folder).role
        path = write(store, config, name, format=format, by=by or getpass.getuser(), now=clock())
    say({"file": path}, str(path), as_json)
