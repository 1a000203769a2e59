"""The eight promises of the product, each through the real commands, on an invented web, on both databases.

Nights run in a process of their own with the real crawling engine; other commands in this one. One small installation
is made per database and copied for whoever changes it.
"""

import json
import re
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
import tomlkit
from sqlalchemy import text
from typer.testing import CliRunner, Result

from cli import app  # noqa: TID251  tests stand above the top floor
from scoring.fairness.swaps import SWAPS
from sourcing.commands import audit, exports, legal, nights, notices, retention, scores, subject
from sourcing.config import Config, load
from storage.records import Lead
from storage.store import Store
from storage.tables import lane_state, metadata, validator
from tests.conftest import postgres_database
from tests.erase_kit import found_in_files, found_in_rows, needles, telling_subject
from tests.promises_kit import HEALTH, MAIL, Stage, Told, installation, sourcing

PEOPLE = 20
START = datetime(2026, 11, 25, 2, tzinfo=UTC)
KEY = "invented key"
TIMED = (audit, exports, legal, nights, notices, retention, scores, subject)
ADDRESS = re.compile(r"(?<![\w.+%@/-])[\w.+%-]{1,64}@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}")
BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


class House(NamedTuple):
    """An installation, and where its rows are."""

    folder: Path
    url: str
    server: str  # of PostgreSQL; "" for SQLite
    spoiled: bool = False  # its web says what must not be stored

    @property
    def config(self) -> Config:
        return load(self.folder)

    @property
    def told(self) -> Told:
        """What the web of the last night was asked and said."""
        return Told.model_validate_json((self.folder.parent / "told.json").read_bytes())

    def night(self, *, days: float = 0, day: int = 0, words: Sequence[str] = ("nightly",)) -> tuple[int, str]:
        """A night some days after the first one, on a day of the world; gives exit code and all it said."""
        stage = Stage(
            at=START + timedelta(days=days),
            people=PEOPLE,
            day=day,
            spoiled=self.spoiled,
            told=self.folder.parent / "told.json",
        )
        done = sourcing(self.folder / "sourcing.toml", self.url, stage, *words)
        return done.returncode, done.stdout + done.stderr

    def counters(self) -> dict[str, int]:
        """What the last night counted, over all its sources."""
        with self.store() as store:
            last = store.nights(1)[0]
        total = dict(last.counters)
        for outcome in last.outcomes:
            for name, count in outcome.counters.items():
                total[name] = total.get(name, 0) + count
        return total

    def store(self) -> Store:
        return Store.open(self.url, key=KEY.encode())

    def forget_answers(self) -> None:
        """Have the next night ask everybody for everything again, instead of only for what changed."""
        with self.store() as store, store._write() as connection:
            for table in (validator, lane_state):
                connection.execute(table.delete())

    def found(self, wanted: Sequence[str]) -> list[str]:
        """Where any of these texts stands: in all files, and in all rows of PostgreSQL."""
        rows = found_in_rows(self.url, wanted) if self.server else []
        return [*found_in_files(self.folder, wanted), *rows]

    def everything(self) -> str:
        """All rows as text."""
        with self.store() as store, store._read() as connection:
            return "\n".join(
                repr(tuple(row)) for one in metadata.sorted_tables for row in connection.execute(one.select())
            )


class Commands:
    """The command line in this process, on one installation, at any time."""

    def __init__(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        self.house, self.monkeypatch = house, monkeypatch
        monkeypatch.setenv("SOURCING_DATABASE_URL", house.url)
        monkeypatch.setenv("SOURCING_KEY", KEY)
        monkeypatch.setenv("SOURCING_USER", "ann")

    def __call__(self, *words: str, days: float = 0, exit_code: int = 0) -> Result:
        for module in TIMED:
            self.monkeypatch.setattr(module, "clock", lambda: START + timedelta(days=days))
        done = CliRunner().invoke(app, ["--config", str(self.house.folder), *words], catch_exceptions=False)
        assert done.exit_code == exit_code, done.output
        return done

    def json(self, *words: str, **more: Any) -> Any:
        return json.loads(self(*words, "--json", **more).stdout)


@pytest.fixture(scope="module")
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def made(request: pytest.FixtureRequest, kind: str, folder: Path, *, spoiled: bool = False) -> Iterator[House]:
    """An installation after its first night."""
    path = installation(folder / "house", PEOPLE)
    if kind == "sqlite":
        yield _first(House(path.parent, f"sqlite:///{path.parent / 'sourcing.db'}", "", spoiled))
        return
    server = str(request.getfixturevalue("postgres"))
    with postgres_database(server, "template0") as url:
        Store.upgrade(url)
        yield _first(House(path.parent, url, server, spoiled))


def _first(house: House) -> House:
    code, said = house.night()
    assert code == 0, said
    return house


@pytest.fixture(scope="module")
def first(request: pytest.FixtureRequest, kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The installation nobody changes."""
    yield from made(request, kind, tmp_path_factory.mktemp("promises"))


@pytest.fixture(scope="module")
def spoiled(request: pytest.FixtureRequest, kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One whose sources say of people what must not be stored."""
    yield from made(request, kind, tmp_path_factory.mktemp("spoiled"), spoiled=True)


@pytest.fixture
def own(first: House, tmp_path: Path) -> Iterator[House]:
    """An installation of one's own, the same as the first."""
    folder = tmp_path / "house"
    shutil.copytree(first.folder, folder)
    if not first.server:
        yield first._replace(folder=folder, url=f"sqlite:///{folder / 'sourcing.db'}")
        return
    name = first.url.partition("?")[0].rpartition("/")[2]
    with postgres_database(first.server, name) as url:
        yield first._replace(folder=folder, url=url)


@pytest.fixture
def run(own: House, monkeypatch: pytest.MonkeyPatch) -> Commands:
    return Commands(own, monkeypatch)


def merged(house: House) -> Lead:
    """The lead with the most accounts."""
    with house.store() as store:
        return max(store.leads(), key=lambda one: len(one.accounts))


both = pytest.mark.parametrize("kind", BOTH, indirect=True)


@both
def test_1_crawl_erase_crawl_again_and_nothing_is_left(own: House, run: Commands) -> None:
    with own.store() as store:
        person = telling_subject(store)
    wanted, key = needles(person), str(person.accounts[0].key)
    run("export", "mle")
    run("exports", "pack", "mle")
    run("subject", "export", key)
    run("batch", "dump", str(own.folder / "dump"))
    before = own.found(wanted)
    places = {line.partition(":")[0].partition("/")[0] for line in before}
    assert places >= {"logs", "exports", "account" if own.server else "sourcing.db"}, places

    done = run.json("subject", "erase", key, "--yes")
    assert (done["compacted"], done["copies"]["left"], len(done["copies"]["deleted"])) == (True, [], 1)
    assert own.found(wanted) == []
    assert not list((own.folder / "dump").rglob("*.parquet")), "packed: no search through bytes would find them"

    own.forget_answers()
    code, said = own.night(days=1, day=1)
    assert code == 0, said
    assert own.counters()["saved:tombstoned"] > 0
    assert own.found(wanted) == []
    run("db", "check")


@both
def test_2_thirty_days_untold_are_the_end_and_no_term_is_renewed(own: House, run: Commands) -> None:
    def there() -> set[str]:
        with own.store() as store:
            return {str(account.key) for account in store.accounts()}

    told = merged(own)
    mine = {str(account.key) for account in told.accounts}
    assert mine < there()
    run("notices", "given", told.id, "--channel", "e-mail", days=1)
    own.forget_answers()
    assert own.night(days=30)[0] == 0
    assert own.counters()["purged/untold"] >= 1
    assert there() == mine

    own.forget_answers()
    assert own.night(days=31)[0] == 0
    assert own.counters()["saved:not_again"] > 0
    assert there() == mine
    run("subject", "find", next(iter(needles_of(own, told))), days=31)
    [end] = run.json("retention", "preview", "--days", "149", days=31)["leads"]
    assert (end["lead"], end["why"]) == (told.id, "term")
    assert datetime.fromisoformat(end["at"]) - timedelta(days=180) == told.first_seen

    assert run.json("retention", "run", days=180.1)["counters"]["term"] == 1
    own.forget_answers()
    assert own.night(days=181)[0] == 0
    assert there() == set()
    assert own.counters()["saved:not_again"] > 0


def needles_of(house: House, lead: Lead) -> list[str]:
    with house.store() as store:
        return needles(store.subject([account.key for account in lead.accounts]))


@both
def test_3_an_access_export_names_every_source_address(own: House, run: Commands) -> None:
    lead = merged(own)
    assert len({account.source for account in lead.accounts}) > 1
    told = run.json("subject", "export", lead.id)
    urls = {fact["url"] for fact in told["facts"]}
    assert all(urls)
    assert urls >= {account.origin.url for account in lead.accounts}
    assert urls >= {piece.origin.url for piece in lead.evidence}
    [data, page] = [Path(line) for line in run("subject", "export", lead.id).stdout.splitlines()]
    shown = page.read_text("utf-8").replace("&amp;", "&")
    assert [url for url in urls if url not in shown or url not in data.read_text("utf-8")] == []

    with own.store() as store, store._write() as connection:
        connection.execute(
            text("UPDATE account SET origin_url = '' WHERE key = :key"), {"key": str(lead.accounts[0].key)}
        )
    said = run("subject", "export", lead.id, exit_code=3).output
    assert "has no address of its source" in said


@both
def test_4_who_somebody_is_moves_no_score(own: House, run: Commands) -> None:
    run("subject", "correct", merged(own).id, "bio", "She is a mother of models; her code trains them. (she/her)")
    found = run.json("audit", "proxies", "--role", "mle")
    assert (found["moved"], found["differences"]) == (0, [])
    assert found["swapped"] == found["people"] > 5
    assert found["changed"].keys() == SWAPS.keys()
    assert [name for name, count in found["changed"].items() if not count] == [], (
        "a swap that changed nobody proves nothing"
    )


@both
def test_5_a_health_statement_is_nowhere(spoiled: House) -> None:
    assert spoiled.told.statements > 10
    assert spoiled.counters()["special_category_removed"] > 5
    with spoiled.store() as store:
        assert any(account.bio for account in store.accounts() if account.source == "github"), "only the sentence goes"
    assert spoiled.found([HEALTH, "diabetes"]) == []


@both
def test_6_no_address_of_a_committer_is_anywhere(spoiled: House) -> None:
    assert spoiled.told.addresses > 100
    assert spoiled.counters()["contact_removed"] > 5
    assert spoiled.found([MAIL]) == []
    assert set(ADDRESS.findall(spoiled.everything())) <= {spoiled.config.controller.contact}
    with spoiled.store() as store:
        assert sum(account.source == "github" for account in store.accounts()) > 2


@both
def test_7_without_a_controller_nobody_is_asked(own: House, run: Commands) -> None:
    path = own.folder / "sourcing.toml"
    whole = tomlkit.parse(path.read_text("utf-8"))
    for missing in ("name", "contact", "purpose"):
        document = tomlkit.parse(tomlkit.dumps(whole))
        document["controller"][missing] = ""
        path.write_text(tomlkit.dumps(document), "utf-8")
        for words in (("nightly",), ("crawl",)) if missing == "name" else (("crawl",),):
            code, said = own.night(days=1, words=words)
            assert (code, own.told.requests, missing in said) == (2, 0, True), said
    run("import", "linkedin", str(path), exit_code=2)


@both
def test_8_a_ranking_is_rebuilt_from_the_log(own: House, run: Commands) -> None:
    stood = [(row["lead"], row["total"]) for row in run.json("rank", "mle", "--limit", "100")]
    assert len(stood) > 5
    [past] = run.json("replay", "1")
    assert (past["same"], past["difference"]) == (True, "")
    assert [tuple(line) for line in past["top"]] == stood[: len(past["top"])]

    _nudge(own)
    [changed] = run.json("replay", "1", exit_code=1)
    assert (changed["same"], bool(changed["difference"])) == (False, True)


def _nudge(house: House) -> None:
    """Somebody changes a number of a past list by hand."""
    order = "UPDATE receipt SET total = total + 0.0000000001 WHERE id = (SELECT min(id) FROM receipt)"
    if house.server:
        with psycopg.connect(house.url, autocommit=True) as connection:
            connection.execute(order)
        return
    raw = sqlite3.connect(house.url.removeprefix("sqlite:///"))
    with raw:
        raw.execute(order)
    raw.close()
