"""Commands for what the controller has to show."""

from pathlib import Path
from typing import Annotated

import typer

from sourcing.commands._edge import AsJson, clock, legal_app, say, store_of


@legal_app.command("show")
def legal_show(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Print the record of processing, the weighing and the impact assessment, with what is still thin."""
    from sourcing.privacy import legal
    from sourcing.show import legal as show

    with store_of(ctx) as (config, store):
        record = legal.processing(store, config, now=clock())
    chapters = legal.assessment(record)
    say({"record": record, "assessment": chapters}, show.processing(record, chapters), as_json)


@legal_app.command("ai-act")
def legal_ai_act(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write into.")],
    figures: Annotated[Path, typer.Option("--figures", metavar="DIR", help="Where benches left their results.")] = Path(
        "bench/results"
    ),
    as_json: AsJson = False,
) -> None:
    """Write the documents the AI Act asks of a high-risk system, with open duties and their dates."""
    from sourcing.privacy.ai_act import write

    with store_of(ctx) as (config, store):
        made = write(store, config, folder, figures=figures, now=clock())
    say({"files": made}, "\n".join(map(str, made)), as_json)
