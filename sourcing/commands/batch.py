"""Commands of batch work: tables out of the database, work on them, results back."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from sourcing.commands._edge import AsJson, RoleName, batch_app, clock, config_of, say, store_of

if TYPE_CHECKING:
    from scoring.reference import Reference
    from scoring.roles import Role
    from sourcing.engine.choosing import Engine
    from sourcing.engine.folder import Draft, Folder
    from sourcing.progress import Progress

EVERY = 2.0  # seconds between two lines of progress
Source = Annotated[str, typer.Argument(metavar="IN", help="A folder of tables: a path or an address of fsspec.")]
Target = Annotated[str, typer.Argument(metavar="OUT", help="Where to write: a path or an address, s3://bucket/name.")]
EngineName = Annotated[
    str, typer.Option("--engine", metavar="NAME", help="local, spark-local[2] or spark://host:7077; default: settings.")
]
Replace = Annotated[bool, typer.Option("--replace", help="Write over a finished folder.")]


@batch_app.command("dump")
def batch_dump(ctx: typer.Context, target: Target, replace: Replace = False, as_json: AsJson = False) -> None:
    """Write accounts, evidence and members of all leads, and what identity compares, as tables.

    The folder holds personal data: an erasure deletes it where it was written, but no copy of it. Delete it when the
    work is done.
    """
    from sourcing.engine.dump import dump
    from sourcing.engine.folder import Draft
    from sourcing.privacy.copies import note_folder
    from sourcing.show import batch as show

    with store_of(ctx) as (config, store):
        draft = Draft(target, replace=replace)
        note_folder(config, target)
        done = dump(store, draft, now=clock(), settings=config.identity, progress=_progress())
    say(done, show.dumped(done), as_json)
    typer.echo(show.KEEP, err=True)


@batch_app.command("features")
def batch_features(
    ctx: typer.Context,
    source: Source,
    target: Target,
    role: RoleName,
    engine: EngineName = "",
    replace: Replace = False,
    as_json: AsJson = False,
) -> None:
    """From a dump: the receipt of every lead for a role, its coverage of skills, its counts of work."""
    from sourcing.engine import stages
    from sourcing.engine.dump import dumped_at

    profile, reference = _judged_by(ctx, role)
    with _work(ctx, source, target, engine, replace, as_json) as (chosen, folder, draft):
        at = dumped_at(folder)
        for stage in stages.features(profile, at, reference):
            chosen.run(stage, folder, draft)
        draft.finish(kind="features", at=at.isoformat(), role=profile.role, role_version=profile.version)


@batch_app.command("scores")
def batch_scores(
    ctx: typer.Context,
    source: Source,
    target: Target,
    role: RoleName,
    engine: EngineName = "",
    replace: Replace = False,
    as_json: AsJson = False,
) -> None:
    """From features: every lead's total under today's weights of the role, with its parts."""
    from sourcing.engine import stages
    from sourcing.engine.dump import require_role

    profile, reference = _judged_by(ctx, role)
    with _work(ctx, source, target, engine, replace, as_json) as (chosen, folder, draft):
        require_role(folder, profile)
        chosen.run(stages.scores(profile, reference), folder, draft)
        draft.finish(kind="scores", role=profile.role, role_version=profile.version)


@batch_app.command("pairs")
def batch_pairs(
    ctx: typer.Context,
    source: Source,
    target: Target,
    engine: EngineName = "",
    replace: Replace = False,
    as_json: AsJson = False,
) -> None:
    """From a dump: every pair of accounts that may be one person, with bits, zone and evidence; nothing is joined."""
    from sourcing.engine.dump import model_of

    with _work(ctx, source, target, engine, replace, as_json) as (chosen, folder, draft):
        model = model_of(folder)
        chosen.pairs(folder, draft, model)
        draft.finish(kind="pairs", model=model.number, digest=model.digest)


@batch_app.command("load")
def batch_load(ctx: typer.Context, source: Source, role: RoleName, as_json: AsJson = False) -> None:
    """Take the receipts of features into the database; leads that vanished or were scored since keep what they have."""
    from sourcing.engine.dump import load
    from sourcing.engine.folder import Folder
    from sourcing.lock import alone
    from sourcing.show import batch as show

    profile, reference = _judged_by(ctx, role)
    with store_of(ctx) as (config, store), alone(config.folder, store):
        done = load(store, Folder(source), profile, now=clock(), reference=reference)
    say(done, show.loaded(done), as_json)


@contextmanager
def _work(
    ctx: typer.Context, source: str, target: str, name: str, replace: bool, as_json: bool
) -> "Iterator[tuple[Engine, Folder, Draft]]":
    """The engine asked for, what it reads and where it writes; the tables that were written are told at the end."""
    from sourcing.engine.choosing import engine
    from sourcing.engine.dump import tables_in
    from sourcing.engine.folder import Draft, Folder, opened
    from sourcing.privacy.copies import note_folder
    from sourcing.show import batch as show
    from storage.errors import ConfigError

    config = config_of(ctx)
    wanted = name or config.engine.name
    folder = Folder(source)
    if opened(source)[1] == opened(target)[1]:
        raise ConfigError(f"{target}: is read from; name another folder to write to")
    with engine(wanted, _progress()) as chosen:
        draft = Draft(target, replace=replace)
        note_folder(config, target)
        yield chosen, folder, draft
    made = tables_in(Folder(target))
    say(made, show.tables(made), as_json)


def _judged_by(ctx: typer.Context, name: str) -> "tuple[Role, Reference]":
    """The profile of a role, and the reference tables of the installation."""
    from scoring.roles import find_role
    from sourcing.reference import reference_of

    config = config_of(ctx)
    return find_role(name, config.roles_folder), reference_of(config)


def _progress() -> "Progress":
    """Lines to standard error, one in two seconds at most: parts may be many thousands."""
    told = 0.0

    def tell(line: str) -> None:
        nonlocal told
        if time.monotonic() - told >= EVERY:
            told = time.monotonic()
            typer.echo(line, err=True)

    return tell
