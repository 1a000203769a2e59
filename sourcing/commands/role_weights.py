"""Commands about a role's weights: diff, tune."""

from typing import Annotated

import typer

from sourcing.commands._edge import AsJson, By, clock, decider, role_app, say, store_of

Reason = Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason, kept with the version.")]


@role_app.command("diff")
def role_diff(
    ctx: typer.Context,
    old: Annotated[str, typer.Argument(metavar="OLD", help="A role, role@version or file.")],
    new: Annotated[
        str, typer.Argument(metavar="[NEW]", help="Another; left out, OLD is held against the saved one.")
    ] = "",
    weights: Annotated[
        list[str] | None, typer.Option("--set", metavar="COMPONENT=NUMBER", help="A weight of NEW, changed.")
    ] = None,
    role: Annotated[str, typer.Option("--role", metavar="ROLE", help="The saved role to compare with.")] = "",
    top: Annotated[int, typer.Option(min=1, help="Rows of the list that count as its top.")] = 25,
    full: Annotated[bool, typer.Option("--full", help="Read everybody again: as slow as scoring.")] = False,
    save: Annotated[bool, typer.Option("--save", help="Write NEW as the role's next version.")] = False,
    by: By = "",
    why: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Show what other weights would do to a role's list; nothing is written unless --save is given."""
    from sourcing.lock import alone
    from sourcing.reference import reference_of
    from sourcing.show import what_if
    from sourcing.weights import pair, save_pair, tried

    with store_of(ctx) as (config, store):
        both = pair(store, config.roles_folder, old, new, weights or (), role)
        found = tried(
            store, both.present.role, both.changed.role, now=clock(), full=full, top=top, reference=reference_of(config)
        )
        say(found, what_if.tried(found), as_json)
        if save:
            with alone(config.folder, store):
                done = save_pair(config, store, both, by=decider(by), why=why, now=clock())
            typer.echo(what_if.saved(done), err=True)


@role_app.command("tune")
def role_tune(
    ctx: typer.Context,
    role: Annotated[str, typer.Argument(metavar="ROLE")],
    freeze: Annotated[
        list[str] | None, typer.Option("--freeze", metavar="COMPONENT", help="Weights that must not move.")
    ] = None,
    accept: Annotated[bool, typer.Option("--accept", help="Write the proposal as the role's next version.")] = False,
    by: By = "",
    why: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Ask whether past decisions speak for other weights; the usual answer is keep."""
    from scoring.roles import find_role
    from sourcing import weights
    from sourcing.lock import alone
    from sourcing.reference import reference_of
    from sourcing.show import what_if

    with store_of(ctx) as (config, store):
        profile = find_role(role, config.roles_folder)
        found = weights.tune(store, profile, now=clock(), frozen=freeze or (), reference=reference_of(config))
        say(found, what_if.tuned(found), as_json)
        if accept:
            with alone(config.folder, store):
                done = weights.accept(config, store, profile, found, by=decider(by), why=why, now=clock())
            typer.echo(what_if.saved(done), err=True)
