"""Commands of collecting: plan, crawl, import, nightly, nights, demo."""

from pathlib import Path
from typing import Annotated

import typer

from sourcing.commands._edge import AsJson, app, clock, config_of, say, say_night, store_of

Until = Annotated[
    str, typer.Option("--until", metavar="TIME", help="When it ends: 06:00 by this machine's clock, or ISO 8601.")
]
Budget = Annotated[
    list[str] | None,
    typer.Option("--budget", metavar="SOURCE=REQUESTS", help="Requests a source may send tonight; several times."),
]


AtOnce = Annotated[
    int | None, typer.Option("--at-once", min=1, max=50, help="Sources a worker asks side by side; default: settings.")
]
LogJson = Annotated[bool, typer.Option("--log-json", help="Write the log as one JSON object a line.")]


@app.command()
def plan(ctx: typer.Context, budget: Budget = None, as_json: AsJson = False) -> None:
    """Forecast requests, points and minutes of the next night, per lane."""
    from sourcing.crawl import outlook, past_bills, read_budgets, warnings, with_budgets
    from sourcing.nightly import active_lanes
    from sourcing.show import bills

    budgets = read_budgets(budget or ())
    with store_of(ctx) as (config, store):
        lanes, past = active_lanes(config), past_bills(store)
        rows = outlook(with_budgets(config, budgets), store, lanes, now=clock())
        for warning in warnings(config, store, now=clock()):
            typer.echo(f"warning: {warning}", err=True)
    say(rows, bills.planned(rows, past), as_json)


@app.command()
def crawl(
    ctx: typer.Context,
    sources: Annotated[list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Only these sources.")] = None,
    until: Until = "",
    budget: Budget = None,
    log_json: LogJson = False,
    as_json: AsJson = False,
) -> None:
    """Collect from all sources, or some, without joining and scoring."""
    from spiders._registry import names

    for name in sources or ():
        if name not in names():
            raise typer.BadParameter(f"no source {name!r}; there are: {', '.join(names())}")
    _run_night(ctx, as_json, until, budget, sources=sources, crawl_only=True, log_json=log_json)


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
def nightly(
    ctx: typer.Context,
    until: Until = "",
    budget: Budget = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, max=64, help="Processes that crawl here, beside `sourcing worker` elsewhere (PostgreSQL)."),
    ] = None,
    at_once: AtOnce = None,
    log_json: LogJson = False,
    as_json: AsJson = False,
) -> None:
    """Run a whole night: plan, crawl, resolve, score, report."""
    _run_night(ctx, as_json, until, budget, log_json=log_json, workers=workers, at_once=at_once)


def _run_night(
    ctx: typer.Context,
    as_json: bool,
    until: str,
    budget: list[str] | None,
    *,
    sources: list[str] | None = None,
    crawl_only: bool = False,
    log_json: bool = False,
    workers: int | None = None,
    at_once: int | None = None,
) -> None:
    from sourcing.config import Logs
    from sourcing.crawl import read_budgets, read_until
    from sourcing.nightly import run
    from sourcing.show.progress import shown

    config, now = config_of(ctx), clock()
    if log_json:
        config = config.model_copy(update={"logs": Logs(format="json")})
    end = read_until(until, now) if until else None
    with shown() as progress:
        done = run(
            config,
            now=now,
            progress=progress,
            sources=sources,
            crawl_only=crawl_only,
            until=end,
            budgets=read_budgets(budget or ()),
            workers=workers,
            at_once=at_once,
        )
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
    from sourcing.show import nights as show
    from sourcing.show.workers import at_work

    with store_of(ctx) as (config, store):
        if last:
            from sourcing.nightly import last_night

            looked = last_night(config, store)
            say(looked, show.looked_back(looked), as_json)
            return
        rows, busy = store.nights(limit), at_work(store.workers())
    say(rows, show.history(rows), as_json)
    if busy:
        typer.echo(busy, err=True)


@app.command()
def demo(
    folder: Annotated[Path, typer.Option("--dir", metavar="DIR", help="Folder of the demo.")] = Path("demo"),
    people: Annotated[int, typer.Option(min=20, max=100_000, help="People invented, on the first call.")] = 2000,
    seed: Annotated[str, typer.Option(help="Seed of the invented world, on the first call.")] = "demo",
    faults: Annotated[str, typer.Option(metavar="KIND:SHARE,…", help="Faults: docs/nights.md lists the kinds.")] = "",
    as_json: AsJson = False,
) -> None:
    """Run a night on an invented web, offline; each further call is the next night."""
    from sourcing.demo.run import read_faults, run_demo
    from sourcing.show.progress import shown

    with shown() as progress:
        done = run_demo(folder, people=people, seed=seed, faults=read_faults(faults), progress=progress)
    say_night(done, as_json)
