"""Commands of the people of the desk: user add, list, role, password, share, disable, enable."""

import sys
from typing import Annotated

import typer

from sourcing.commands._edge import AsJson, By, clock, config_of, decider, say, store_of, user_app

UserName = Annotated[str, typer.Argument(metavar="NAME", help="Name to sign in with.")]
FromInput = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input instead of asking.")
]


@user_app.command("add")
def user_add(
    ctx: typer.Context,
    name: UserName,
    role: Annotated[
        str, typer.Option("--as", metavar="ROLE", help="admin, sourcer, hiring_manager, auditor or reader.")
    ] = "sourcer",
    stdin: FromInput = False,
    by: By = "",
) -> None:
    """Let somebody sign in at the desk; from the first one on everybody has to."""
    from sourcing.desk import people

    with store_of(ctx) as (_, store):
        first = not store.has_users()
        people.add(store, name, role, _password(name, stdin), by=decider(by), now=clock())
    typer.echo(f"{name} may sign in as {role}: {people.ROLES[role]}")
    if first:
        typer.echo("from now on everybody has to sign in at the desk", err=True)


@user_app.command("list")
def user_list(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List who may sign in, as what, and which lists are shared with them."""
    from sourcing.show import users as show

    with store_of(ctx) as (_, store):
        rows = show.rows(store.users(), store.open_sessions(now=clock()))
    say(rows, show.listed(rows), as_json)


@user_app.command("role")
def user_role(
    ctx: typer.Context, name: UserName, role: Annotated[str, typer.Argument(metavar="ROLE", help="What they are now.")]
) -> None:
    """Let somebody do other things; they have to sign in again."""
    from sourcing.desk import people

    with store_of(ctx) as (_, store):
        people.set_role(store, name, role)
    typer.echo(f"{name} is {role}: {people.ROLES[role]}")


@user_app.command("password")
def user_password(ctx: typer.Context, name: UserName, stdin: FromInput = False) -> None:
    """Give somebody another password; they have to sign in again."""
    from sourcing.desk import people

    with store_of(ctx) as (_, store):
        people.set_password(store, name, _password(name, stdin), now=clock())
    typer.echo(f"{name} has another password")


@user_app.command("disable")
def user_disable(ctx: typer.Context, name: UserName, by: By = "") -> None:
    """Let somebody in no more; what they decided stays under their name."""
    from sourcing.desk import people

    with store_of(ctx) as (_, store):
        people.disable(store, name, by=decider(by), now=clock())
    typer.echo(f"{name} may not sign in any more")


@user_app.command("enable")
def user_enable(ctx: typer.Context, name: UserName) -> None:
    """Let a disabled person in again."""
    with store_of(ctx) as (_, store):
        store.enable_user(name)
    typer.echo(f"{name} may sign in again")


@user_app.command("share")
def user_share(
    ctx: typer.Context,
    name: UserName,
    role: Annotated[str, typer.Argument(metavar="ROLE", help="Role profile whose list is shared.")],
    contacts: Annotated[bool, typer.Option("--contacts", help="Also where its people can be reached.")] = False,
    off: Annotated[bool, typer.Option("--off", help="Take the list back.")] = False,
    by: By = "",
) -> None:
    """Share the list of a role with a hiring manager, or take it back."""
    from scoring.roles import find_role
    from sourcing.desk import people

    with store_of(ctx) as (_, store):
        if off:
            found = store.unshare(name, role)
            typer.echo(f"{role} is {'no longer' if found else 'not'} shared with {name}")
            return
        list_ = find_role(role, config_of(ctx).roles_folder).role
        people.share(store, name, list_, contacts=contacts, by=decider(by), now=clock())
    typer.echo(f"{name} sees and judges {list_}{', with contacts' if contacts else ', without contacts'}")


def _password(name: str, stdin: bool) -> str:
    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt(f"password of {name}", hide_input=True, confirmation_prompt=True, err=True))
