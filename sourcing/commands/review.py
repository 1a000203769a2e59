"""`review`: the desk in a browser."""

from pathlib import Path
from typing import Annotated

import typer

from sourcing.commands._edge import app, store_of


@app.command()
def review(
    ctx: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on; others than loopback need TLS.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Port to listen on.")] = 8321,
    names: Annotated[
        list[str] | None, typer.Option("--name", metavar="HOST", help="Further names the page answers to.")
    ] = None,
    certificate: Annotated[Path | None, typer.Option(metavar="FILE", help="TLS certificate chain.")] = None,
    key: Annotated[Path | None, typer.Option(metavar="FILE", help="TLS key.")] = None,
    behind_proxy: Annotated[bool, typer.Option("--behind-proxy", help="A proxy in front speaks TLS.")] = False,
) -> None:
    """Open the desk: inbox, ranking, people, as a local web page."""
    from sourcing.review.serve import Address, run

    address = Address(host, port, tuple(names or ()), certificate, key, behind_proxy)
    with store_of(ctx) as (config, store):
        run(
            config,
            store,
            address,
            ready=lambda: typer.echo(f"the desk is at {address.url} (Ctrl-C ends it)", err=True),
        )
