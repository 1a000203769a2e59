"""Commands of joining: resolve, the queue of suggestions, other settings tried."""

from typing import Annotated

import typer

from sourcing.commands._edge import AsJson, By, app, clock, decider, identity_app, say, store_of


@app.command()
def resolve(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Join accounts that are proven to be one person into leads."""
    from sourcing.identity import resolve as join
    from sourcing.lock import alone
    from sourcing.show import nights

    with store_of(ctx) as (config, store), alone(config.folder, store):
        joined = join(store, now=clock(), settings=config.identity)
    say(joined, nights.joins(joined), as_json)


@identity_app.command("queue")
def identity_queue(
    ctx: typer.Context,
    limit: Annotated[int | None, typer.Option(min=1, help="Suggestions shown; default: 2 % of the leads.")] = None,
    ask: Annotated[
        bool, typer.Option("--ask", help="Answer one by one: y same, n different, u unsure, s skip, q quit.")
    ] = False,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """List pairs of leads that may be one person, most worth answering first."""
    from sourcing.identity.waiting import queue
    from sourcing.show import identity as show

    with store_of(ctx) as (config, store):
        rows = queue(store, settings=config.identity, limit=limit)
        if not ask:
            say(rows, show.suggestions(rows), as_json)
            return
        from sourcing.identity.review import VERDICTS, decide
        from sourcing.lock import alone

        for number, row in enumerate(rows, 1):
            typer.echo(show.suggestion(row, number))
            key = _one_key()
            if key == "q":
                return
            if key in VERDICTS:
                with alone(config.folder, store):
                    done = decide(store, row, VERDICTS[key], by=decider(by), now=clock())
                typer.echo(show.decided(done, VERDICTS[key]))


def _one_key() -> str:
    typer.echo("   one person? y/n/u, s skips, q quits: ", nl=False, err=True)
    while (key := typer.getchar().lower()) not in "ynusq" or not key:
        pass
    typer.echo(key, err=True)
    return key


@identity_app.command("what-if")
def identity_what_if(
    ctx: typer.Context,
    changes: Annotated[list[str], typer.Argument(metavar="KEY=VALUE...", help="Settings to try, as in [identity].")],
    save: Annotated[bool, typer.Option("--save", help="Write them into the settings file.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show which joins other weights or thresholds would make and unmake."""
    from sourcing.identity.what_if import changed_settings, read_changes, save_settings, what_if
    from sourcing.show import identity as show

    with store_of(ctx) as (config, store):
        asked = read_changes(changes)
        found = what_if(store, config.identity, changed_settings(config.identity, asked), now=clock())
        say(found, show.what_if(found), as_json)
        if save:
            save_settings(config.path, asked, found.settings)
            typer.echo(f"written to {config.path}; the next run joins by them", err=True)


@identity_app.command("refit")
def identity_refit(
    ctx: typer.Context,
    save: Annotated[bool, typer.Option("--save", help="Write the proposed weights into the settings file.")] = False,
    as_json: AsJson = False,
) -> None:
    """Propose weights from the accounts and judgements of this store, with the joins they would make and unmake."""
    from sourcing.identity.refit import refit
    from sourcing.identity.what_if import save_settings
    from sourcing.show import identity as show

    with store_of(ctx) as (config, store):
        found = refit(store, config.identity, now=clock())
        say(found, show.refit(found), as_json)
        if save and found.changes:
            save_settings(config.path, found.changes, found.effect.settings)
            typer.echo(f"written to {config.path}; the next run joins by them", err=True)
