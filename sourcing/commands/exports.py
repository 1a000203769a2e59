"""Commands that carry lists out: export, and the ledger of what was."""

from pathlib import Path
from typing import Annotated

import typer

from sourcing.commands._edge import AsJson, By, app, clock, decider, exports_app, say, store_of


@app.command()
def export(
    ctx: typer.Context,
    role: Annotated[str, typer.Argument(metavar="ROLE")],
    format: Annotated[  # noqa: A002  the option's name
        str, typer.Option(metavar="FORMAT", help="csv, xlsx, jsonl or html.")
    ] = "csv",
    preset: Annotated[
        str, typer.Option(metavar="NAME", help="Columns of greenhouse, lever, ashby, opencats or linkedin.")
    ] = "",
    recipient: Annotated[str, typer.Option("--to", metavar="NAME", help="Who is given the file.")] = "",
    purpose: Annotated[str, typer.Option(metavar="TEXT", help="What for; default: the controller's purpose.")] = "",
    most: Annotated[int | None, typer.Option("--top", min=1, metavar="N", help="Only the best so many.")] = None,
    include_known: Annotated[
        bool, typer.Option("--include-known", help="Also candidates the imported system has already.")
    ] = False,
    with_notice: Annotated[
        bool, typer.Option("--with-notice", help="Also people not told yet, their notice beside the file.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say who would be in it.")] = False,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Write a role's list to the exports folder and the ledger; the same list again gives the same file."""
    from scoring.roles import find_role
    from sourcing.export import Wanted, write
    from sourcing.show import exports as show

    with store_of(ctx) as (config, store):
        wanted = Wanted(
            role=find_role(role, config.roles_folder).role,
            format=format,
            preset=preset,
            by=decider(by),
            recipient=recipient,
            purpose=purpose,
            most=most,
            include_known=include_known,
            with_notice=with_notice,
        )
        done = write(store, config, wanted, now=clock(), dry_run=dry_run)
    say(done, show.exported(done), as_json)


@exports_app.command("list")
def exports_list(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List what was exported: when, by whom, to whom, which role version."""
    from sourcing.show import exports as show

    with store_of(ctx) as (_, store):
        rows = store.exports()
    say(rows, show.ledger(rows), as_json)


@exports_app.command("affected")
def exports_affected(
    ctx: typer.Context,
    lead: Annotated[str, typer.Argument(metavar="LEAD", help="Lead id; that of somebody erased works too.")],
    as_json: AsJson = False,
) -> None:
    """List the files that hold a person, and who was given them."""
    from sourcing.export.ledger import affected
    from sourcing.show import exports as show

    with store_of(ctx) as (_, store):
        held = affected(store, lead)
    say(held, show.held(held), as_json)


@exports_app.command("pack")
def exports_pack(
    ctx: typer.Context,
    role: Annotated[str, typer.Argument(metavar="ROLE")],
    recipient: Annotated[str, typer.Option("--to", metavar="NAME", help="Who is asked.")] = "",
    anonymous: Annotated[
        bool, typer.Option("--anonymous", help="Without names, places, employers and addresses.")
    ] = False,
    with_notice: Annotated[
        bool, typer.Option("--with-notice", help="Also people not told yet, their notice beside the file.")
    ] = False,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Write ten people of a role's list for somebody to judge; the file comes back with `exports return`."""
    from scoring.roles import find_role
    from sourcing.export.pack import write_pack
    from sourcing.show import exports as show

    with store_of(ctx) as (config, store):
        done = write_pack(
            store,
            config,
            find_role(role, config.roles_folder).role,
            by=decider(by),
            recipient=recipient,
            anonymous=anonymous,
            with_notice=with_notice,
            now=clock(),
        )
    say(done, show.packed(done), as_json)


@exports_app.command("return")
def exports_return(
    ctx: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The pack, its decision column filled in.")],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who filled it in.")],
    as_json: AsJson = False,
) -> None:
    """Take the decisions of a pack that came back; exit 1 if some lines cannot be used."""
    from sourcing.export.pack import read_pack
    from sourcing.show import exports as show

    with store_of(ctx) as (_, store):
        done = read_pack(store, path, by=by, now=clock())
    say(done, show.returned(done), as_json)
    raise typer.Exit(int(bool(done.refused)))
