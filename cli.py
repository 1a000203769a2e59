"""The command line: parse, call one function, print, exit with a documented code (docs/cli.md).

Results go to standard output, everything else to standard error. The commands stand in `sourcing/commands/`.
"""

from sourcing.process import start_quickly

start_quickly()  # before anything else is loaded: loading is most of what a short command does

import signal
from pathlib import Path
from typing import Annotated

import typer

from sourcing import __version__
from sourcing.commands._edge import app

__all__ = ["app", "main"]


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def main(
    ctx: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option("--config", envvar="SOURCING_CONFIG", metavar="PATH", help="Settings file or its folder."),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", is_eager=True, callback=_say_version)
    ] = False,
) -> None:
    """Find people in public work, join their accounts, rank them with scores one can argue with."""
    del version
    ctx.obj = config
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends like Ctrl-C: night closed, exit 130


if __name__ == "__main__":
    app()
