"""What all commands share: the applications they hang on, their common options, how they print and fail."""

import getpass
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command_from_info, get_command_name, get_group_from_info
from typer.models import TyperInfo

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

# Which modules of this folder hold a command or a group of them: only what is called is loaded.
MODULES: Mapping[str, str] = {
    "decide": "decide",
    "undecide": "decide",
    "decisions": "decide",
    "export": "exports",
    "digest": "hand_over",
    "resolve": "identity",
    "plan": "nights",
    "crawl": "nights",
    "import": "nights",
    "nightly": "nights",
    "nights": "nights",
    "demo": "nights",
    "review": "review",
    "score": "scores",
    "rank": "scores",
    "explain": "scores",
    "replay": "scores",
    "search": "search",
    "init": "setup",
    "doctor": "setup",
    "sources": "setup",
    "worker": "worker",
    "lead": "leads",
    "role": "role_lint role_new role_reference role_weights roles",
    "identity": "identity",
    "exports": "exports hand_over",
    "notices": "notices",
    "retention": "retention",
    "legal": "legal",
    "optout": "optout",
    "audit": "audit",
    "user": "users",
    "privacy": "privacy",
    "subject": "subject",
    "batch": "batch",
    "db": "db",
}


class Commands(Mapping[str, Any]):
    """All commands by name, each read and made when it is first asked for."""

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            for module in MODULES[name].split():
                import_module(f"sourcing.commands.{module}")
            self._made[name] = _made(name)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(MODULES)

    def __len__(self) -> int:
        return len(MODULES)


class Edge(TyperGroup):
    """The one place where errors raised on purpose become a line and an exit code."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**(settings | {"commands": Commands()}))

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


GROUPS: dict[str, typer.Typer] = {}  # by name


def _group(name: str, text: str) -> typer.Typer:
    return GROUPS.setdefault(name, typer.Typer(help=text, **PLAIN))


def _made(name: str) -> Any:
    """A command or a group as Typer makes it of what its modules registered."""
    how: dict[str, Any] = {"pretty_exceptions_short": False, "rich_markup_mode": None}
    if name in GROUPS:
        return get_group_from_info(TyperInfo(GROUPS[name], name=name), suggest_commands=True, **how)
    for one in app.registered_commands:
        assert one.callback is not None
        if name == (one.name or get_command_name(one.callback.__name__)):
            return get_command_from_info(one, **how)
    raise KeyError(name)


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
