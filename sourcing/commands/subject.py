"""Rights of people about their data: find, export, correct, restrict, object, erase, and proof of what was done."""

from pathlib import Path
from typing import Annotated

import typer

from sourcing.commands._edge import AsJson, By, clock, decider, say, store_of, subject_app

Name = Annotated[
    str, typer.Argument(metavar="NAME", help="A handle, source:handle, address, id, full name or lead's number.")
]
KINDS = ("access", "correct", "restrict", "object", "erase")


@subject_app.command("find")
def subject_find(ctx: typer.Context, name: Name, as_json: AsJson = False) -> None:
    """List everybody a name may stand for, with accounts."""
    from sourcing.privacy.subject import find
    from sourcing.show import subjects

    with store_of(ctx) as (_, store):
        people = find(store, name)
    say(people, subjects.found(people), as_json)


@subject_app.command("request")
def subject_request(
    ctx: typer.Context,
    name: Name,
    kind: Annotated[str, typer.Option("--kind", metavar="KIND", help="access, correct, restrict, object or erase.")],
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Write down that a person asked for something: its clock runs from now."""
    from sourcing.privacy.subject import begin, the_one
    from storage.errors import ConfigError

    if kind not in KINDS:
        raise ConfigError(f"no request {kind!r}; there are: {', '.join(KINDS)}")
    with store_of(ctx) as (_, store):
        number = begin(store, the_one(store, name), kind, by=decider(by), at=clock())
    say({"request": number}, f"request {number}", as_json)


@subject_app.command("export")
def subject_export(
    ctx: typer.Context,
    name: Name,
    folder: Annotated[
        Path | None, typer.Option("--to", metavar="DIR", help="Where the files go; default: the exports folder.")
    ] = None,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Write everything stored about a person, as JSON and as a page to read; --json prints it instead."""
    from sourcing.privacy import exporting
    from sourcing.privacy.subject import the_one

    now = clock()
    with store_of(ctx) as (config, store):
        person = the_one(store, name)
        shown = exporting.export(store, config, person, now=now)
        files = () if as_json else exporting.write(shown, folder or config.exports_folder)
        exporting.note(store, person, shown, by=decider(by), now=now)
    say(shown, "\n".join(map(str, files)), as_json)


@subject_app.command("correct")
def subject_correct(
    ctx: typer.Context,
    name: Name,
    field: Annotated[
        str, typer.Argument(metavar="FIELD", help="name, headline, bio, location, company or open_to_work.")
    ],
    value: Annotated[str, typer.Argument(metavar="VALUE", help='What the person says; "" for nothing.')] = "",
    account: Annotated[
        str, typer.Option("--account", metavar="ACCOUNT", help="Only for this account, source:handle.")
    ] = "",
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Let what sources say stand again.")] = False,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Lay what a person says over what sources say; later crawls do not change it."""
    from sourcing.privacy.correcting import correct

    with store_of(ctx) as (config, store):
        text = None if withdraw else value
        done = correct(config, store, name, field, text, account=account, by=decider(by), now=clock())
    say(done, f"request {done.request}: {field} of {', '.join(done.accounts) or 'no account'}", as_json)


@subject_app.command("restrict")
def subject_restrict(ctx: typer.Context, name: Name, by: By = "", as_json: AsJson = False) -> None:
    """Hide a person from lists, search, desk and files; what is stored stays, nothing new is added."""
    from sourcing.privacy.restricting import restrict

    with store_of(ctx) as (config, store):
        done = restrict(config, store, name, by=decider(by), now=clock())
    say(done, f"request {done.request}: {done.accounts} accounts hidden", as_json)


@subject_app.command("unrestrict")
def subject_unrestrict(ctx: typer.Context, name: Name, by: By = "", as_json: AsJson = False) -> None:
    """Show a hidden person again."""
    from sourcing.privacy.restricting import unrestrict

    with store_of(ctx) as (config, store):
        shown = unrestrict(config, store, name, by=decider(by), now=clock())
    say({"accounts": shown}, f"{shown} accounts shown again", as_json)


@subject_app.command("object")
def subject_object(ctx: typer.Context, name: Name, by: By = "", as_json: AsJson = False) -> None:
    """Take an objection: the person is hidden at once, and the clock runs until `erase` or `answer`."""
    from sourcing.privacy.restricting import object_to

    with store_of(ctx) as (config, store):
        done = object_to(config, store, name, by=decider(by), now=clock())
    say(done, f"request {done.request}: {done.accounts} accounts hidden; erase the person, or answer it", as_json)


@subject_app.command("answer")
def subject_answer(
    ctx: typer.Context,
    request: Annotated[int, typer.Argument(metavar="REQUEST", help="Its number, as `subject log` shows it.")],
    outcome: Annotated[str, typer.Option("--why", metavar="TEXT", help="What was answered; names nobody.")],
    refuse: Annotated[bool, typer.Option("--refuse", help="The request was refused.")] = False,
    by: By = "",
) -> None:
    """Close a request that no command closes by itself."""
    with store_of(ctx) as (_, store):
        store.close_request(request, by=decider(by), at=clock(), outcome=outcome, refused=refuse)
    typer.echo(f"request {request}: {'refused' if refuse else 'done'}")


@subject_app.command("erase")
def subject_erase(
    ctx: typer.Context,
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing: for scripts.")] = False,
    keep_files: Annotated[bool, typer.Option("--keep-files", help="Name exported files, do not delete them.")] = False,
    by: By = "",
    as_json: AsJson = False,
) -> None:
    """Erase a person for good: rows, index, memory of spiders, logs, exports; later crawls leave them out.

    Exit 3 if the bytes could not leave the database's files yet.
    """
    from sourcing.nightly import active_roles
    from sourcing.privacy.erasing import confirm, erase
    from sourcing.show import subjects

    with store_of(ctx) as (config, store):
        store.require_key()
        if not yes:
            confirm(store, name, typer.prompt("Type a handle of the person, or the lead's number", err=True))
        roles = tuple(active_roles(config))
        done = erase(config, store, name, by=decider(by), now=clock(), keep_files=keep_files, roles=roles)
    say(done, subjects.erased(done), as_json)
    raise typer.Exit(0 if done.compacted else 3)


@subject_app.command("log")
def subject_log(
    ctx: typer.Context,
    account: Annotated[
        str, typer.Option("--about", metavar="ACCOUNT", help="Only about this account, source:id, even if erased.")
    ] = "",
    waiting: Annotated[bool, typer.Option("--open", help="Only what waits.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what was asked and done, and how long it may take, without naming anybody."""
    from sourcing.privacy.clock import clocked
    from sourcing.show import subjects
    from storage.errors import ConfigError
    from storage.records import AccountKey

    source, _, number = account.partition(":")
    if account and not number:
        raise ConfigError(f"{account!r} is no account; write source:id, as `subject find` shows it")
    with store_of(ctx) as (_, store):
        asked = AccountKey(source, number) if account else None
        rows = [clocked(one, clock()) for one in store.requests(open_only=waiting, account=asked)]
    say(rows, subjects.log(rows), as_json)


@subject_app.command("new-key")
def subject_new_key(
    ctx: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", help="Give up all tombstones.")] = False,
    by: By = "",
) -> None:
    """Begin anew with another key when the former one is lost: everybody erased so far may be collected again."""
    from storage.errors import ConfigError

    with store_of(ctx) as (_, store):
        if not yes:
            raise ConfigError(
                f"{store.tombstones()} tombstones would be given up, and erased people could come back with the next "
                "crawl; look for the former key first, then add --yes"
            )
        lost = store.new_key(by=decider(by), at=clock())
    typer.echo(f"{lost} tombstones given up; the database is bound to the key at hand")
