"""`privacy purge`: what a source brought goes, when the source is switched off for good."""

from typing import Annotated

import typer

from sourcing.commands._edge import AsJson, By, clock, decider, privacy_app, say, store_of


@privacy_app.command("purge")
def privacy_purge(
    ctx: typer.Context,
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="A source that is off, or is no source any more.")],
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Delete everything a source brought; it must be switched off first."""
    from sourcing.privacy.purging import purge
    from sourcing.show import subjects

    with store_of(ctx) as (config, store):
        done = purge(config, store, source, by=decider(by), now=clock())
    say(done, subjects.purged(done, source), as_json)
