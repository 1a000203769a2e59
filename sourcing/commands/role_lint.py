"""`role lint`: mistakes in a role profile, the people there are for it, names no source knows."""

from typing import Annotated

import typer

from sourcing.commands._edge import AsJson, clock, config_of, role_app, say


@role_app.command("lint")
def role_lint(
    ctx: typer.Context,
    role: Annotated[str, typer.Argument(metavar="ROLE")],
    supply: Annotated[
        bool, typer.Option("--supply/--no-supply", help="Count the known leads that meet each must-have.")
    ] = True,
    online: Annotated[
        bool, typer.Option("--online", help="Ask the sources for the repositories, tags and tasks named.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Look for mistakes in a role profile, and how many known leads it leaves; exit 1 if one is an error."""
    from sourcing.role_check import check_role
    from sourcing.show import funnel, rest

    found = check_role(config_of(ctx), role, now=clock(), supply=supply, online=online)
    known = funnel.funnel(found.supply) if found.supply else f"supply not counted: {found.supply_skipped}"
    say(found, f"{rest.findings(found.findings)}\n\n{known}", as_json)
    raise typer.Exit(int(any(finding.severity == "error" for finding in found.findings)))
