"""`role lint`: mistakes in a role profile."""

from typing import Annotated

import typer

from sourcing.commands._edge import AsJson, config_of, role_app, say


@role_app.command("lint")
def role_lint(
    ctx: typer.Context, role: Annotated[str, typer.Argument(metavar="ROLE")], as_json: AsJson = False
) -> None:
    """Look for mistakes in a role profile; exit 1 if one is an error."""
    from scoring.roles import find_role, lint
    from sourcing.show import rest

    found = lint(find_role(role, config_of(ctx).roles_folder))
    say(found, rest.findings(found), as_json)
    raise typer.Exit(int(any(finding.severity == "error" for finding in found)))
