"""`audit proxies`, `audit bias`: what a score follows, and whom a selection favours."""

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
    from sourcing.reference import reference_of
    from sourcing.show import audits

    with store_of(ctx) as (config, store):
        profile, tables = find_role(role, config.roles_folder), reference_of(config)
        found = proxy_audit(store.leads(), profile, clock(), swaps=swaps, reference=tables)
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
