"""What all commands share: the applications they hang on, their common options, how they print and fail."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from storage.errors import SourcingError

if TYPE_CHECKING:
    from sourcing.config import Config
    from sourcing.nightly import NightReport
    from storage.store import Store


# The help lists commands in the order of a day; what is not named here comes after.
DAY = (
    *("init", "doctor", "sources", "plan", "crawl", "import", "resolve", "score", "nightly", "nights"),
    *("rank", "explain", "replay", "decide", "decisions", "review", "export", "digest", "worker", "demo"),
)


class Edge(TyperGroup):
    """The one place where errors raised on purpose become a line and an exit code."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Give the commands in the order of a day."""
        place = {name: at for at, name in enumerate(DAY)}
        return sorted(super().list_commands(ctx), key=lambda name: place.get(name, len(DAY)))

    def invoke(self, ctx: Any) -> Any:  # the context class is Typer's private copy
        """Run a command."""
        try:
            return super().invoke(ctx)
        except SourcingError as error:
            from storage.redaction import redacted

            typer.echo(f"error: {redacted(str(error))}", err=True)
            raise typer.Exit(error.exit_code) from error


PLAIN: dict[str, Any] = {"no_args_is_help": True, "rich_markup_mode": None, "add_completion": False}
app = typer.Typer(
    name="sourcing",
    cls=Edge,
    pretty_exceptions_enable=False,
    help="Find people in public work, join their accounts, rank them with scores one can argue with.",
    **PLAIN,
)


def _group(name: str, text: str) -> typer.Typer:
    group = typer.Typer(help=text, **PLAIN)
    app.add_typer(group, name=name)
    return group


lead_app = _group("lead", "One person and what is known.")
role_app = _group("role", "Role profiles: what is looked for.")
identity_app = _group("identity", "Which accounts are one person: suggestions, settings.")
exports_app = _group("exports", "What left the house, and who was given it.")
notices_app = _group("notices", "Telling people that data about them are held; nothing is sent.")
retention_app = _group("retention", "Terms: what is forgotten when.")
legal_app = _group("legal", "What the controller has to show.")
optout_app = _group("optout", "The opt-out page, and the requests that come back.")
audit_app = _group("audit", "Fairness: what a score follows, and whom a list favours.")
user_app = _group("user", "Who may sign in at the desk, and what they may do.")
privacy_app = _group("privacy", "Sources that are switched off: what they brought goes.")
subject_app = _group("subject", "What people may ask about their data: find, export, correct, hide, erase.")
batch_app = _group("batch", "Tables of Parquet: everybody scored or compared outside the database, here or on Spark.")
db_app = _group("db", "The database: upgrade, check, back up.")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
RoleName = Annotated[
    str, typer.Option("--role", metavar="ROLE", help="Role profile, as `sourcing role list` names it.")
]
LeadName = Annotated[
    str, typer.Argument(metavar="LEAD", help="Lead id, source:handle, handle, profile address or exact name.")
]
By = Annotated[
    str, typer.Option("--by", envvar="SOURCING_USER", metavar="NAME", help="Who decides; default: the login name.")
]
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason, kept with the decision.")]


def clock() -> datetime:
    """The time now; only commands read the clock."""
    return datetime.now(UTC)


def decider(by: str) -> str:
    """Who acts: the name given, else the login name."""
    return by or getpass.getuser()


def config_of(ctx: typer.Context) -> "Config":
    """The settings this command was called with."""
    from sourcing.config import load

    return load(ctx.obj)


# What works with another key than the database was begun with: it only reads, or puts things right.
READING = frozenset(
    {
        *("audit bias", "audit log", "audit proxies", "db backup", "db check", "db compact", "decisions", "explain"),
        *("exports affected", "exports list", "lead show", "legal show", "nights", "notices due", "notices list"),
        *("notices render", "optout build", "plan", "rank", "replay", "retention preview", "search", "sources"),
        *("subject find", "subject log", "subject new-key", "user list"),
    }
)


@contextmanager
def store_of(ctx: typer.Context) -> "Iterator[tuple[Config, Store]]":
    """The settings and the open database; ConfigError where erased people could not be told from others.

    Whatever is not known to only read is refused then, before it begins.
    """
    from storage.store import Store

    config = config_of(ctx)
    with Store.open(config.database_url, key=config.key) as store:
        if ctx.command_path.partition(" ")[2] not in READING:
            store.require_key()
        yield config, store


def say(value: object, text: str, as_json: bool) -> None:
    """Print a result, as text or as JSON."""
    from sourcing.show.text import json_text

    typer.echo(json_text(value) if as_json else text)


def say_night(done: "NightReport", as_json: bool) -> None:
    """Print a night and end with its exit code."""
    from sourcing.show import nights

    say(done, nights.report(done), as_json)
    raise typer.Exit(done.exit_code)
