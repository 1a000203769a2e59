"""`search`: people by what their profiles and their public work say."""

from typing import TYPE_CHECKING, Annotated

import typer

from sourcing.commands._edge import AsJson, app, say, store_of

if TYPE_CHECKING:
    from sourcing.config import Config


@app.command(context_settings={"ignore_unknown_options": True})  # -word is a word here
def search(
    ctx: typer.Context,
    words: Annotated[
        list[str], typer.Argument(metavar="WORDS...", help='All of them: word, "a phrase", prefix*; -word: none of it.')
    ],
    role: Annotated[
        str, typer.Option("--role", metavar="ROLE", help="Look among the best scored for this role first.")
    ] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="People shown.")] = 25,
    as_json: AsJson = False,
) -> None:
    """Find people by the words of their profiles and of their public work."""
    from sourcing.desk.search import query_of
    from sourcing.desk.search import search as find
    from sourcing.show import found

    if wrong := next((one for one in words if one.startswith("--")), None):
        raise typer.BadParameter(f"no option {wrong}; to leave people out write one minus: -word")
    with store_of(ctx) as (config, store):
        name = _known(role, config) if role else None
        try:
            people = find(store, query_of(words), role=name, limit=limit)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from error
    say(people, found.people(people), as_json)


def _known(role: str, config: "Config") -> str:
    """The name of a role that is there; RoleError for another."""
    from sourcing.checked_roles import checked_role

    return checked_role(config, role).role
