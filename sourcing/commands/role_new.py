"""`role new`: a job advert becomes the draft of a role profile."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sourcing.commands._edge import AsJson, config_of, role_app, say

if TYPE_CHECKING:
    from scoring.advert import Draft


@role_app.command("new")
def role_new(
    ctx: typer.Context,
    advert: Annotated[
        Path, typer.Option("--from", metavar="FILE", help="The advert: text, Markdown, HTML, PDF or DOCX.")
    ],
    name: Annotated[str, typer.Option(metavar="NAME", help="The role's name; default: made from the title.")] = "",
    base: Annotated[
        str, typer.Option(metavar="ROLE", help="Shipped role whose lanes to start with, or none; default: the nearest.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Draft a role profile from a job advert; you read, answer and confirm it."""
    from sourcing.adverts import lanes_from, new_file, read, store
    from sourcing.show import adverts as show

    folder = config_of(ctx).roles_folder
    draft = read(advert)
    lender = lanes_from(draft, base)
    if not as_json and sys.stdin.isatty() and sys.stderr.isatty():
        draft = _asked(draft)
    path = new_file(draft, folder, name)
    store(draft, path, advert=advert, base=lender)
    for question in draft.questions:
        typer.echo(f"question: {question.key}: {question.text}", err=True)
    say(show.as_json(draft, path, path.stem, lender), show.drafted(draft, path, lender), as_json)


def _asked(draft: "Draft") -> "Draft":
    """Ask what the advert leaves open and can be said in a word; an empty answer leaves the question in the file."""
    from scoring.advert import answerable, answered

    for key, text in answerable(draft):
        while given := typer.prompt(text, default="", show_default=False, err=True).strip():
            try:
                draft = answered(draft, key, given)
                break
            except ValueError as error:
                typer.echo(str(error), err=True)
    return draft
