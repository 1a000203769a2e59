"""Commands about role profiles: list, show."""

from typing import Annotated

import typer

from sourcing.commands._edge import AsJson, config_of, role_app, say


@role_app.command("list")
def role_list(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List the role profiles that can be used."""
    from sourcing.installation import available_roles
    from sourcing.show import rest

    config = config_of(ctx)
    paths = available_roles(config)
    rows = [{"role": name, "active": name in config.roles.active, "file": path} for name, path in paths.items()]
    say(rows, rest.roles(paths, config.roles.active), as_json)


@role_app.command("show")
def role_show(
    ctx: typer.Context, role: Annotated[str, typer.Argument(metavar="ROLE")], as_json: AsJson = False
) -> None:
    """Show a role profile with its normalised weights and lanes."""
    from scoring.roles import find_role
    from sourcing.show import rest

    profile = find_role(role, config_of(ctx).roles_folder)
    say({**profile.model_dump(mode="json"), "normal_weights": profile.normal_weights}, rest.role(profile), as_json)
