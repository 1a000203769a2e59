"""The demo: an installation on the invented web, one night per call, through the very code of a real night.

The first call makes the folder; each further one advances the world by a day. Only the base addresses in its
`sourcing.toml` tell the difference, and tokens are handed over in this process's environment alone.
"""

import os
import socket
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import orjson
import tomlkit
from pydantic import ValidationError

from sourcing import export, nightly
from sourcing.config import DATABASE_ENV, FILE_NAME, KEY_ENV, Controller, load
from sourcing.demo.process import serving
from sourcing.demo.server.faults import rates
from sourcing.demo.sources import venues
from sourcing.demo.truth import keys
from sourcing.demo.world import World
from sourcing.installation import furnish, text
from sourcing.nightly import NightReport, Truth
from sourcing.progress import Progress, silent
from spiders._registry import names
from storage.errors import ConfigError
from storage.records import AccountKey, Record
from storage.secret import FILE_NAME as KEY_FILE
from storage.secret import make_key
from storage.store import Store

WORLD_FILE = "world.json"
HOUR = 2  # nights begin at two in the morning, UTC
ROLE = "mle"
LISTING = "writing the list, counting who was found"  # what the demo does once the night is over
CONTROLLER = Controller(
    name="Demo", contact="demo@sourcing.example", purpose="showing a night on people who do not exist"
)
CONTACT_URL = "https://sourcing.example/demo"
# What a real night would take from the environment: no real token, key or database may meet the demo.
ENVIRONMENT = {
    "GITHUB_TOKEN": "demo-github",
    "KAGGLE_API_TOKEN": "demo-kaggle",
    "no_proxy": "127.0.0.1",
    "NO_PROXY": "127.0.0.1",
    DATABASE_ENV: "",
    KEY_ENV: "demo",
}


class DemoWorld(Record):
    """What a demo folder remembers: its world and day, and the port its addresses were stored with."""

    seed: str
    people: int
    anchor: date  # the world's day 0: when the folder was made
    day: int = 0
    attempt: int = 0  # a night that was cut off begins again, a minute later
    night_done: bool = False
    port: int = 0  # 0: not served yet

    @property
    def now(self) -> datetime:
        """The start of this day's night."""
        begin = datetime(self.anchor.year, self.anchor.month, self.anchor.day, HOUR, tzinfo=UTC)
        return begin + timedelta(days=self.day, minutes=self.attempt)


def run_demo(
    folder: Path,
    *,
    people: int = 2000,
    seed: str = "demo",
    faults: Mapping[str, float] | None = None,
    limits: Mapping[str, object] | None = None,
    roles: Sequence[str] = (ROLE,),
    progress: Progress = silent,
) -> NightReport:
    """Run the folder's next night and export its list; ConfigError if the folder holds something else.

    `people` and `seed` count on the first call only; `faults` are shares of requests by kind, `limits` other
    budgets of sources than theirs; `roles` are the profiles the night works for, the first one exported. An interrupted
    night is run again on the same day.
    """
    started = time.monotonic()
    world = _next_world(folder, people=people, seed=seed)
    progress(f"inventing {world.people} people (seed {world.seed}), day {world.day}")
    with (
        within_environment(),
        serving(
            anchor=world.anchor,
            seed=world.seed,
            people=world.people,
            day=world.day,
            port=_free_or_any(world.port),
            faults=faults,
            limits=limits,
        ) as server,
    ):
        world = _keep(folder, world.model_copy(update={"port": int(server.base.rpartition(":")[2])}))
        report = _night(folder, world, server.base, roles, progress)
    if not report.interrupted:
        _keep(folder, world.model_copy(update={"night_done": True}))
    return report.model_copy(update={"seconds": time.monotonic() - started})


def read_faults(words: str) -> dict[str, float]:
    """Shares of requests that go wrong, from "429:0.02,502:0.01"; ConfigError lists the kinds."""
    try:
        return rates(words)
    except ValueError as error:
        raise ConfigError(f"--faults {words!r}: {error}; write KIND:SHARE,KIND:SHARE") from error


def _next_world(folder: Path, *, people: int, seed: str) -> DemoWorld:
    path = folder / WORLD_FILE
    if not path.exists():
        _refuse_foreign(folder)
        return DemoWorld(seed=seed, people=people, anchor=datetime.now(UTC).date())
    try:
        world = DemoWorld.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise ConfigError(f"{path}: cannot be read; remove the folder {folder} to start a new demo") from error
    if not world.night_done:
        return world.model_copy(update={"attempt": world.attempt + 1})
    return world.model_copy(update={"day": world.day + 1, "attempt": 0, "night_done": False})


def _refuse_foreign(folder: Path) -> None:
    """A real installation must never be pointed at the demo's server."""
    if (folder / FILE_NAME).exists():
        raise ConfigError(f"{folder} holds a real installation; name another folder with --dir")


def _free_or_any(port: int) -> int:
    """The port of the last night if nobody took it: what is remembered per address stays true; else 0, any port."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError:
            return 0
    return port


def _keep(folder: Path, world: DemoWorld) -> DemoWorld:
    body = orjson.dumps(world.model_dump(mode="json"), option=orjson.OPT_INDENT_2)
    export.durable(folder / WORLD_FILE, body)
    return world


def environment() -> dict[str, str]:
    """The variables a demo runs with: its own, and an invented token for every source."""
    return ENVIRONMENT | {name: token for venue in venues() for name, token in venue.environment.items()}


@contextmanager
def within_environment() -> Iterator[None]:
    """This process has the demo's variables for as long as the with-block lasts."""
    given = environment()
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _night(folder: Path, world: DemoWorld, base: str, roles: Sequence[str], progress: Progress) -> NightReport:
    path = folder / FILE_NAME
    path.write_text(settings(world, base, roles), encoding="utf-8")
    make_key(folder / KEY_FILE, ENVIRONMENT[KEY_ENV])  # for commands on the folder after the night
    furnish(path)
    config = load(path)
    report = nightly.run(config, now=world.now, progress=progress)
    if report.interrupted:
        return report
    progress(LISTING)
    with Store.open(config.database_url, key=config.key) as store:
        number = report.night.number
        wanted = export.Wanted(role=roles[0], by="demo", include_known=True)
        files = export.write(store, config, wanted, now=world.now, night=number).files
        known = {account.key for account in store.accounts()}
    return report.model_copy(update={"files": (*report.files, *files), "truth": _truth(world, known)})


def _truth(kept: DemoWorld, known: Collection[AccountKey]) -> Truth:
    """How many people there are on that day, and of how many an account is known; companies and bots are none."""
    world = World(kept.seed, kept.people, kept.anchor, kept.day)
    people = [person for person in world.cast.people if person.field.id not in {"bot", "organisation"}]
    accounts = [set(keys(world, person)) for person in people]
    return Truth(there=sum(map(bool, accounts)), known=sum(not one.isdisjoint(known) for one in accounts))


def settings(world: DemoWorld, base: str, roles: Sequence[str] = (ROLE,)) -> str:
    """The commented settings file of a real installation, with the demo's addresses in it."""
    document = tomlkit.parse(text(CONTROLLER, CONTACT_URL))
    document["crawl"]["max_profiles"] = max(2000, world.people)
    document["crawl"]["only_hosts"] = ["127.0.0.1"]
    document["roles"]["active"] = list(roles)
    addresses: dict[str, dict[str, object]] = {
        "github": {"api": f"{base}/github"},
        "kaggle": {"api": f"{base}/kaggle"},
        "hackernews": {"algolia": f"{base}/algolia", "firebase": f"{base}/firebase/v0"},
    }
    addresses |= {venue.name: dict(venue.options(base)) for venue in venues()}
    # A source nobody plays here would ask the real one.
    addresses |= {name: {"enabled": False} for name in names() if name not in addresses}
    for source, options in addresses.items():
        # The pauses real sites are owed would only make people wait for their own machine.
        document["sources"].setdefault(source, tomlkit.table()).update({**options, "delay": 0, "back_off": 0.05})
    return tomlkit.dumps(document)
