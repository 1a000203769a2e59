"""Commands around the installation: init, doctor, sources."""

from pathlib import Path
from typing import Annotated

import typer

from sourcing.commands._edge import AsJson, app, clock, say, store_of


@app.command()
def init(
    folder: Annotated[Path, typer.Option("--dir", metavar="DIR", help="Folder of the installation.")] = Path(),
    name: Annotated[str, typer.Option(help="Who answers for the data.")] = "",
    contact: Annotated[str, typer.Option(help="An address people can write to.")] = "",
    purpose: Annotated[str, typer.Option(help="Why people are looked for, in one sentence.")] = "",
    contact_url: Annotated[str, typer.Option(help="A page that says who crawls and how to object.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing; take the flags.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing sourcing.toml.")] = False,
) -> None:
    """Write a commented sourcing.toml, make folders and database."""
    from sourcing.config import Controller
    from sourcing.installation import create, refuse_existing

    refuse_existing(folder, force=force)
    given = {"name": name, "contact": contact, "purpose": purpose}
    answers = (
        given if yes else {key: value or typer.prompt(f"Controller {key}", err=True) for key, value in given.items()}
    )
    for path in create(folder, Controller(**answers), contact_url=contact_url, force=force):
        typer.echo(f"made {path}")


@app.command()
def doctor(
    ctx: typer.Context,
    online: Annotated[bool, typer.Option("--online", help="Also ask sources for remaining budgets.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check settings, database, roles, tokens and which sources can be used."""
    from sourcing.doctor import examine, exit_code
    from sourcing.show import rest

    checks = examine(ctx.obj, now=clock(), online=online)
    say(checks, rest.checks(checks), as_json)
    raise typer.Exit(exit_code(checks))


@app.command()
def sources(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List all sources: usable or why not, terms and their age, limits, what they give."""
    from sourcing.crawl import sources as statuses
    from sourcing.show import sources as show

    with store_of(ctx) as (config, store):
        rows = statuses(config, store, now=clock())
    say(rows, show.listed(rows), as_json)
