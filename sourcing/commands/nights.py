"""Commands of collecting: plan, crawl, import, nightly, nights, demo."""

from pathlib import Path
from typing import Annotated

import typer

from sourcing.commands._edge import AsJson, app, clock, config_of, say, say_night, store_of


@app.command()
def plan(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Forecast requests, points and minutes of the next night, per lane."""
    from sourcing.crawl import past_bills, sources
    from sourcing.crawl import plan as forecast
    from sourcing.nightly import active_roles, lanes_of
    from sourcing.show import bills

    with store_of(ctx) as (config, store):
        rows, past = forecast(config, store, lanes_of(active_roles(config)), now=clock()), past_bills(store)
        for status in sources(config, store, now=clock()):
            if status.warning:
                typer.echo(f"warning: {status.warning}", err=True)
    say(rows, bills.planned(rows, past), as_json)


@app.command()
def crawl(
    ctx: typer.Context,
    sources: Annotated[list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Only these sources.")] = None,
    as_json: AsJson = False,
) -> None:
    """Collect from all sources, or some, without joining and scoring."""
    from spiders._registry import names

    for name in sources or ():
        if name not in names():
            raise typer.BadParameter(f"no source {name!r}; there are: {', '.join(names())}")
    _run_night(ctx, as_json, sources=sources, crawl_only=True)


@app.command("import")
def import_(
    ctx: typer.Context,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="Kind of file; docs/imports.md lists them.")],
    path: Annotated[Path, typer.Argument(metavar="PATH", help="File, folder, or what is to be fetched first.")],
    columns: Annotated[
        list[str] | None, typer.Option("--map", metavar="FIELD=COLUMN", help="Which column a field is in.")
    ] = None,
    preset: Annotated[str, typer.Option(metavar="NAME", help="Columns of a well-known system.")] = "",
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Settings of the kind of file.")
    ] = None,
    by: Annotated[
        str, typer.Option(envvar="SOURCING_USER", metavar="NAME", help="Who imports; default: the login name.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Bring a file into the database: dumps, archives, contacts, candidates."""
    import getpass

    from sourcing import imports
    from sourcing.show.progress import shown

    with shown() as progress:
        done = imports.run(
            config_of(ctx),
            kind,
            path,
            now=clock(),
            by=by or getpass.getuser(),
            columns=columns or (),
            preset=preset,
            settings=settings or (),
            progress=progress,
        )
    say(done, imports.report(done), as_json)
    raise typer.Exit(done.exit_code)


@app.command()
def nightly(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Run a whole night: plan, crawl, resolve, score, report."""
    _run_night(ctx, as_json)


def _run_night(
    ctx: typer.Context, as_json: bool, *, sources: list[str] | None = None, crawl_only: bool = False
) -> None:
    from sourcing.nightly import run
    from sourcing.show.progress import shown

    config = config_of(ctx)
    with shown() as progress:
        done = run(config, now=clock(), progress=progress, sources=sources, crawl_only=crawl_only)
    say_night(done, as_json)


@app.command()
def nights(
    ctx: typer.Context,
    limit: Annotated[int, typer.Option(min=1, help="Nights shown.")] = 20,
    last: Annotated[
        bool, typer.Option("--last", help="The last night in full: bills, findings, contributions.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List past nights, newest first, or the last one in full."""
    from sourcing.nightly import last_night
    from sourcing.show import nights as show

    with store_of(ctx) as (config, store):
        if last:
            looked = last_night(config, store)
            say(looked, show.looked_back(looked), as_json)
            return
        rows = store.nights(limit)
    say(rows, show.history(rows), as_json)


@app.command()
def demo(
    folder: Annotated[Path, typer.Option("--dir", metavar="DIR", help="Folder of the demo.")] = Path("demo"),
    people: Annotated[int, typer.Option(min=20, max=100_000, help="People invented, on the first call.")] = 2000,
    seed: Annotated[str, typer.Option(help="Seed of the invented world, on the first call.")] = "demo",
    faults: Annotated[
        str, typer.Option(metavar="KIND:SHARE,…", help="Faults: 429, 502, truncated, missing_field, slow.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Run a night on an invented web, offline; each further call is the next night."""
    from sourcing.demo.run import read_faults, run_demo
    from sourcing.show.progress import shown

    with shown() as progress:
        done = run_demo(folder, people=people, seed=seed, faults=read_faults(faults), progress=progress)
    say_night(done, as_json)
