"""`audit proxies`, `audit bias`, `audit log`: what a score follows, whom a selection favours, what people did."""

from pathlib import Path
from typing import Annotated

import typer

from sourcing.commands._edge import AsJson, RoleName, audit_app, clock, say, store_of


@audit_app.command("proxies")
def audit_proxies(
    ctx: typer.Context,
    role: RoleName,
    swaps: Annotated[int, typer.Option("--swaps", min=0, metavar="N", help="Leads the swaps are tried on.")] = 500,
    as_json: AsJson = False,
) -> None:
    """Show what a role's scores follow besides the work, and swap names, pronouns, photos, gendered words and places
    of one clock on your own leads; exit 1 if a swap moves a number."""
    from scoring.roles import find_role
    from sourcing.audits import proxy_audit
    from sourcing.progress import seldom
    from sourcing.reference import reference_of
    from sourcing.show import audits

    with store_of(ctx) as (config, store):
        profile, tables = find_role(role, config.roles_folder), reference_of(config)
        progress = seldom(lambda line: typer.echo(line, err=True))
        found = proxy_audit(store, profile, clock(), swaps=swaps, reference=tables, progress=progress)
    say(found, audits.proxies(found), as_json)
    raise typer.Exit(int(found.moved > 0))


@audit_app.command("bias")
def audit_bias(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV: `lead` and one column per category.")],
    role: RoleName,
    top: Annotated[int, typer.Option("--top", min=1, metavar="K", help="How many of the list are selected.")] = 25,
    as_json: AsJson = False,
) -> None:
    """Compare how groups fare in a role's ranking, from a separate file that is read and not kept."""
    from scoring.roles import find_role
    from sourcing.audits import bias
    from sourcing.show import audits

    with store_of(ctx) as (config, store):
        found = bias(store, find_role(role, config.roles_folder).role, file, top)
    say(found, audits.bias(found), as_json)


@audit_app.command("log")
def audit_log(
    ctx: typer.Context,
    action: Annotated[str, typer.Option("--action", metavar="NAME", help='Only these: "export", "subject" …')] = "",
    limit: Annotated[int, typer.Option("--last", min=1, metavar="N", help="How many entries.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List what people did with the data, newest first; entries are chained, `db check` compares."""
    from sourcing.show import subjects

    with store_of(ctx) as (_, store):
        rows = store.actions(action, limit=limit)
    say(rows, subjects.actions(rows), as_json)
