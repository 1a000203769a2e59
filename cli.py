"""The command line: parse, call one function, print, exit with a documented code (docs/cli.md).

Results go to standard output, everything else to standard error. Heavy imports stand inside the commands,
so that `--help` answers at once.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from sourcing import __version__
from storage.errors import SourcingError

if TYPE_CHECKING:
    from sourcing.config import Config
    from sourcing.nightly import NightReport
    from storage.store import Store


class Edge(TyperGroup):
    """The one place where errors raised on purpose become a line and an exit code."""

    def invoke(self, ctx: Any) -> Any:  # the context class is Typer's private copy
        """Run a command."""
        try:
            return super().invoke(ctx)
        except SourcingError as error:
            typer.echo(f"error: {error}", err=True)
            raise typer.Exit(error.exit_code) from error


PLAIN: dict[str, Any] = {"no_args_is_help": True, "rich_markup_mode": None, "add_completion": False}
app = typer.Typer(
    name="sourcing",
    cls=Edge,
    pretty_exceptions_enable=False,
    help="Find people in public work, join their accounts, rank them with scores one can argue with.",
    **PLAIN,
)
lead_app = typer.Typer(help="One person and what is known.", **PLAIN)
role_app = typer.Typer(help="Role profiles: what is looked for.", **PLAIN)
identity_app = typer.Typer(help="Which accounts are one person: suggestions, settings.", **PLAIN)
db_app = typer.Typer(help="The database: upgrade, check, back up.", **PLAIN)
app.add_typer(lead_app, name="lead")
app.add_typer(role_app, name="role")
app.add_typer(identity_app, name="identity")
app.add_typer(db_app, name="db")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
RoleName = Annotated[
    str, typer.Option("--role", metavar="ROLE", help="Role profile, as `sourcing role list` names it.")
]
LeadName = Annotated[
    str, typer.Argument(metavar="LEAD", help="Lead id, source:handle, handle, profile address or exact name.")
]


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def main(
    ctx: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option("--config", envvar="SOURCING_CONFIG", metavar="PATH", help="Settings file or its folder."),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", is_eager=True, callback=_say_version)
    ] = False,
) -> None:
    """Find people in public work, join their accounts, rank them with scores one can argue with."""
    del version
    ctx.obj = config
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends like Ctrl-C: night closed, exit 130


def _now() -> datetime:
    return datetime.now(UTC)


def _config(ctx: typer.Context) -> "Config":
    from sourcing.config import load

    return load(ctx.obj)


@contextmanager
def _store(ctx: typer.Context) -> "Iterator[tuple[Config, Store]]":
    from storage.store import Store

    config = _config(ctx)
    with Store.open(config.database_url, key=config.key) as store:
        yield config, store


def _print(value: object, text: str, as_json: bool) -> None:
    from sourcing.show.text import json_text

    typer.echo(json_text(value) if as_json else text)


def _print_night(done: "NightReport", as_json: bool) -> None:
    from sourcing.show import nights

    _print(done, nights.report(done), as_json)
    raise typer.Exit(done.exit_code)


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

    checks = examine(ctx.obj, now=_now(), online=online)
    _print(checks, rest.checks(checks), as_json)
    raise typer.Exit(exit_code(checks))


@app.command()
def plan(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Forecast requests, points and minutes of the next night, per lane."""
    from sourcing.crawl import past_bills, sources
    from sourcing.crawl import plan as forecast
    from sourcing.nightly import active_roles, lanes_of
    from sourcing.show import bills

    with _store(ctx) as (config, store):
        rows, past = forecast(config, store, lanes_of(active_roles(config)), now=_now()), past_bills(store)
        for status in sources(config, store, now=_now()):
            if status.warning:
                typer.echo(f"warning: {status.warning}", err=True)
    _print(rows, bills.planned(rows, past), as_json)


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
            _config(ctx),
            kind,
            path,
            now=_now(),
            by=by or getpass.getuser(),
            columns=columns or (),
            preset=preset,
            settings=settings or (),
            progress=progress,
        )
    _print(done, imports.report(done), as_json)
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

    config = _config(ctx)
    with shown() as progress:
        done = run(config, now=_now(), progress=progress, sources=sources, crawl_only=crawl_only)
    _print_night(done, as_json)


@app.command()
def resolve(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Join accounts that are proven to be one person into leads."""
    from sourcing.identity import resolve as join
    from sourcing.lock import exclusive
    from sourcing.show import nights

    with _store(ctx) as (config, store), exclusive(config.folder):
        joined = join(store, now=_now(), settings=config.identity)
    _print(joined, nights.joins(joined), as_json)


@app.command()
def score(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Score all leads for the active roles."""
    from sourcing.lock import exclusive
    from sourcing.nightly import active_roles
    from sourcing.ranking import score as score_all
    from sourcing.show import rest

    with _store(ctx) as (config, store), exclusive(config.folder):
        done = score_all(store, active_roles(config), now=_now())
    _print(done, rest.scored(done), as_json)


@app.command()
def rank(
    ctx: typer.Context,
    role: Annotated[str, typer.Argument(metavar="ROLE")],
    limit: Annotated[int, typer.Option(min=1, help="Leads shown.")] = 25,
    section: Annotated[
        str, typer.Option(help="ranked, too_little_evidence, restricted or all.", metavar="SECTION")
    ] = "ranked",
    as_json: AsJson = False,
) -> None:
    """List the best leads of a role."""
    from scoring.roles import find_role
    from sourcing.ranking import listing, read_section
    from sourcing.show import lists

    with _store(ctx) as (config, store):
        name = find_role(role, config.roles_folder).role
        rows = listing(store, name, limit=limit, section=read_section(section))
    _print(rows, lists.ranked(rows), as_json)


@app.command()
def explain(ctx: typer.Context, lead: LeadName, role: RoleName, as_json: AsJson = False) -> None:
    """Show how a lead's score for a role comes about, line by line."""
    from scoring.roles import find_role
    from sourcing.ranking import receipt_of
    from sourcing.show import receipts

    with _store(ctx) as (config, store):
        person, receipt = receipt_of(store, lead, find_role(role, config.roles_folder).role)
    _print(receipts.explained_json(person, receipt), receipts.explained(person, receipt), as_json)


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

    with _store(ctx) as (config, store):
        name = find_role(role, config.roles_folder).role
        path = write(store, config, name, format=format, by=by or getpass.getuser(), now=_now())
    _print({"file": path}, str(path), as_json)


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

    with _store(ctx) as (config, store):
        if last:
            looked = last_night(config, store)
            _print(looked, show.looked_back(looked), as_json)
            return
        rows = store.nights(limit)
    _print(rows, show.history(rows), as_json)


@app.command()
def sources(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List all sources: usable or why not, terms and their age, limits, what they give."""
    from sourcing.crawl import sources as statuses
    from sourcing.show import sources as show

    with _store(ctx) as (config, store):
        rows = statuses(config, store, now=_now())
    _print(rows, show.listed(rows), as_json)


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
    _print_night(done, as_json)


@lead_app.command("show")
def lead_show(ctx: typer.Context, lead: LeadName, as_json: AsJson = False) -> None:
    """Show one lead: accounts, why they are one person, public work, status."""
    from sourcing.leads import lead_page
    from sourcing.show import leads

    with _store(ctx) as (_, store):
        page = lead_page(store, lead)
    _print(page, leads.page(page), as_json)


@role_app.command("list")
def role_list(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List the role profiles that can be used."""
    from sourcing.installation import available_roles
    from sourcing.show import rest

    config = _config(ctx)
    paths = available_roles(config)
    rows = [{"role": name, "active": name in config.roles.active, "file": path} for name, path in paths.items()]
    _print(rows, rest.roles(paths, config.roles.active), as_json)


@role_app.command("show")
def role_show(
    ctx: typer.Context, role: Annotated[str, typer.Argument(metavar="ROLE")], as_json: AsJson = False
) -> None:
    """Show a role profile with its normalised weights and lanes."""
    from scoring.roles import find_role
    from sourcing.show import rest

    profile = find_role(role, _config(ctx).roles_folder)
    _print({**profile.model_dump(mode="json"), "normal_weights": profile.normal_weights}, rest.role(profile), as_json)


@role_app.command("lint")
def role_lint(
    ctx: typer.Context, role: Annotated[str, typer.Argument(metavar="ROLE")], as_json: AsJson = False
) -> None:
    """Look for mistakes in a role profile; exit 1 if one is an error."""
    from scoring.roles import find_role, lint
    from sourcing.show import rest

    found = lint(find_role(role, _config(ctx).roles_folder))
    _print(found, rest.findings(found), as_json)
    raise typer.Exit(int(any(finding.severity == "error" for finding in found)))


By = Annotated[
    str, typer.Option("--by", envvar="SOURCING_USER", metavar="NAME", help="Who decides; default: the login name.")
]
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason, kept with the decision.")]


def _decider(by: str) -> str:
    import getpass

    return by or getpass.getuser()


@lead_app.command("merge")
def lead_merge(
    ctx: typer.Context,
    lead: LeadName,
    other: Annotated[str, typer.Argument(metavar="OTHER", help="The lead that is the same person.")],
    by: By = "",
    why: Why = "one person",
    as_json: AsJson = False,
) -> None:
    """Make two leads one; the older id stays, the other becomes its alias."""
    from sourcing.identity.review import merge
    from sourcing.lock import exclusive
    from sourcing.show import identity as show

    with _store(ctx) as (config, store), exclusive(config.folder):
        done = merge(store, lead, other, by=_decider(by), why=why, now=_now())
    _print(done, show.decided(done, "merged"), as_json)


@lead_app.command("split")
def lead_split(
    ctx: typer.Context,
    lead: LeadName,
    accounts: Annotated[list[str], typer.Argument(metavar="ACCOUNT...", help="Accounts to take out, source:handle.")],
    by: By = "",
    why: Why = "not this person",
    as_json: AsJson = False,
) -> None:
    """Take accounts out of a lead; they are never joined to the rest again."""
    from sourcing.identity.review import split
    from sourcing.lock import exclusive
    from sourcing.show import identity as show

    with _store(ctx) as (config, store), exclusive(config.folder):
        done = split(store, lead, accounts, by=_decider(by), why=why, now=_now())
    _print(done, show.decided(done, "split"), as_json)


@lead_app.command("undo")
def lead_undo(
    ctx: typer.Context,
    lead: Annotated[str, typer.Argument(metavar="LEAD", help="The lead, or the number of a judgement.")],
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Take back the last decision about a lead: ids, status and notes are as before."""
    from sourcing.identity.review import undo
    from sourcing.lock import exclusive
    from sourcing.show import identity as show

    with _store(ctx) as (config, store), exclusive(config.folder):
        done = undo(store, lead, by=_decider(by), now=_now())
    _print(done, show.decided(done, "taken back"), as_json)


@identity_app.command("queue")
def identity_queue(
    ctx: typer.Context,
    limit: Annotated[int | None, typer.Option(min=1, help="Suggestions shown; default: 2 % of the leads.")] = None,
    ask: Annotated[
        bool, typer.Option("--ask", help="Answer one by one: y same, n different, u unsure, s skip, q quit.")
    ] = False,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """List pairs of leads that may be one person, most worth answering first."""
    from sourcing.identity.review import VERDICTS, decide, queue
    from sourcing.lock import exclusive
    from sourcing.show import identity as show

    with _store(ctx) as (config, store):
        rows = queue(store, settings=config.identity, limit=limit)
        if not ask:
            _print(rows, show.suggestions(rows), as_json)
            return
        for number, row in enumerate(rows, 1):
            typer.echo(show.suggestion(row, number))
            key = _one_key()
            if key == "q":
                return
            if key in VERDICTS:
                with exclusive(config.folder):
                    done = decide(store, row, VERDICTS[key], by=_decider(by), now=_now())
                typer.echo(show.decided(done, VERDICTS[key]))


def _one_key() -> str:
    typer.echo("   one person? y/n/u, s skips, q quits: ", nl=False, err=True)
    while (key := typer.getchar().lower()) not in "ynusq" or not key:
        pass
    typer.echo(key, err=True)
    return key


@identity_app.command("what-if")
def identity_what_if(
    ctx: typer.Context,
    changes: Annotated[list[str], typer.Argument(metavar="KEY=VALUE...", help="Settings to try, as in [identity].")],
    save: Annotated[bool, typer.Option("--save", help="Write them into the settings file.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show which joins other weights or thresholds would make and unmake."""
    from sourcing.identity.what_if import changed_settings, read_changes, save_settings, what_if
    from sourcing.show import identity as show

    with _store(ctx) as (config, store):
        asked = read_changes(changes)
        found = what_if(store, config.identity, changed_settings(config.identity, asked), now=_now())
        _print(found, show.what_if(found), as_json)
        if save:
            save_settings(config.path, asked, found.settings)
            typer.echo(f"written to {config.path}; the next run joins by them", err=True)


@db_app.command("upgrade")
def db_upgrade(ctx: typer.Context) -> None:
    """Create the database or bring it to this version."""
    from storage.store import Store

    config = _config(ctx)
    applied = Store.upgrade(config.database_url)
    typer.echo(f"{config.database_shown}: {'applied ' + ', '.join(applied) if applied else 'up to date'}")


@db_app.command("check")
def db_check(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Check the database for damage; exit 3 if there is any."""
    with _store(ctx) as (config, store):
        found = store.check()
    _print(found, "\n".join(found) or f"{config.database_shown}: no findings", as_json)
    raise typer.Exit(3 if found else 0)


@db_app.command("backup")
def db_backup(ctx: typer.Context, path: Annotated[Path, typer.Argument(metavar="PATH")]) -> None:
    """Copy the database to a file while it is in use."""
    with _store(ctx) as (_, store):
        typer.echo(store.backup(path))


if __name__ == "__main__":
    app()
