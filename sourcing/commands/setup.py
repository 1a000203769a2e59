"""Commands around the installation: init, doctor, sources."""

from pathlib import Path
from typing import Annotated

import typer

from sourcing.commands._edge import AsJson, app, clock, say, store_of

ASKED = {
    "name": "Who answers for the data (a person or a firm)",
    "contact": "An address people can write to",
    "purpose": "Why people are looked for, in one sentence",
}
COUNTRIES = "Countries you work and look for people in, with commas (empty: not said)"


@app.command()
def init(
    folder: Annotated[Path, typer.Option("--dir", metavar="DIR", help="Folder of the installation.")] = Path(),
    name: Annotated[str, typer.Option(help="Who answers for the data.")] = "",
    contact: Annotated[str, typer.Option(help="An address people can write to.")] = "",
    purpose: Annotated[str, typer.Option(help="Why people are looked for, in one sentence.")] = "",
    protection: Annotated[
        str, typer.Option("--data-protection-contact", help="Where people write about their data.")
    ] = "",
    basis: Annotated[str, typer.Option("--lawful-basis", help="What permits it; default: the regime's.")] = "",
    weighing: Annotated[str, typer.Option(help="Both sides' interests weighed; default: a draft.")] = "",
    countries: Annotated[
        list[str] | None, typer.Option("--country", help="Where you work and look for people; may be repeated.")
    ] = None,
    regime: Annotated[str, typer.Option(help="gdpr or us: notices, terms, what an export needs.")] = "gdpr",
    lead_days: Annotated[int | None, typer.Option(help="Days a lead is kept; default: the regime's.")] = None,
    contact_url: Annotated[str, typer.Option(help="A page that says who crawls and how to object.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing; take the flags.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing sourcing.toml.")] = False,
) -> None:
    """Write a commented sourcing.toml, make folders and database."""
    from sourcing.config import REQUIRED, Controller
    from sourcing.installation import create, read_rules, refuse_existing, where_the_key_is

    refuse_existing(folder, force=force)
    privacy, retention = read_rules(regime, lead_days)
    given = {"name": name, "contact": contact, "purpose": purpose, "data_protection_contact": protection}
    if not yes:
        for key in REQUIRED:
            given[key] = given[key] or typer.prompt(ASKED[key], err=True)
        if not protection:
            ask = "Where people write about their data"
            given["data_protection_contact"] = typer.prompt(ask, default=given["contact"], err=True)
        countries = countries or _countries(typer.prompt(COUNTRIES, default="", show_default=False, err=True))
    controller = Controller(**given, lawful_basis=basis, weighing=weighing, countries=tuple(countries or ()))
    made = create(folder, controller, contact_url=contact_url, privacy=privacy, retention=retention, force=force)
    for path in made:
        typer.echo(f"made {path}")
    typer.echo(where_the_key_is(folder), err=True)
    typer.echo("next: `sourcing doctor` says what is missing, `sourcing role list` whom it can look for", err=True)


def _countries(answer: str) -> list[str]:
    return [name for one in answer.split(",") if (name := one.strip())]


@app.command()
def doctor(
    ctx: typer.Context,
    online: Annotated[bool, typer.Option("--online", help="Also ask sources for remaining budgets.")] = False,
    deep: Annotated[
        bool,
        typer.Option("--deep", help="Also read the whole database, look at the machine, ask every source a question."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check settings, database, roles, tokens and which sources can be used."""
    from sourcing.doctor import examine, exit_code
    from sourcing.show import rest

    checks = examine(ctx.obj, now=clock(), online=online, deep=deep)
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
