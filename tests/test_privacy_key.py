"""A key that is lost or changed: every command that writes refuses at once, and those that read or mend go on."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from cli import app  # noqa: TID251  tests stand above the top floor
from sourcing.commands._edge import READING
from sourcing.config import Config
from storage.records import AccountKey
from storage.store import Store
from storage.tables import metadata
from tests.house_of_sourcing import NOW, account, furnished, repository
from tests.store_kit import scored

SAID = {"another key": "not the one this database was begun with", "": "the key is missing"}
# Of commands that touch the database: what to write after their names.
WRITE: Mapping[str, tuple[str, ...]] = {
    "batch dump": ("DIR",),
    "batch load": ("DIR", "--role", "mle"),
    "crawl": (),
    "db seal": (),
    "decide": ("github:ada", "yes", "--role", "mle"),
    "digest": ("--send",),
    "export": ("mle",),
    "exports pack": ("mle",),
    "exports push": ("lever", "mle", "--send"),
    "exports return": ("FILE", "--by", "ann"),
    "identity queue": (),
    "identity refit": (),
    "identity what-if": ("join=9",),
    "import": ("linkedin", "FILE"),
    "lead merge": ("github:ada", "github:cy"),
    "lead split": ("github:ada", "github:cy"),
    "lead undo": ("github:ada",),
    "legal ai-act": ("DIR",),
    "nightly": (),
    "notices exempt": ("github:ada", "--why", "met"),
    "notices given": ("github:ada", "--channel", "mail"),
    "optout import": ("FILE",),
    "privacy purge": ("reddit",),
    "resolve": (),
    "retention run": (),
    "review": (),
    "role diff": ("mle",),
    "role reference": ("--rebuild",),
    "role tune": ("mle",),
    "score": (),
    "subject answer": ("1", "--why", "x"),
    "subject correct": ("github:ada", "name", "Ada"),
    "subject erase": ("github:ada", "--yes"),
    "subject export": ("github:ada",),
    "subject object": ("github:ada",),
    "subject request": ("github:ada", "--kind", "access"),
    "subject restrict": ("github:ada",),
    "subject unrestrict": ("github:ada",),
    "undecide": ("github:ada", "--role", "mle"),
    "user add": ("ann",),
    "user disable": ("ann",),
    "user enable": ("ann",),
    "user password": ("ann",),
    "user role": ("ann", "admin"),
    "user share": ("ann", "mle"),
}
READ: Mapping[str, tuple[str, ...]] = {
    "audit bias": ("FILE", "--role", "mle"),
    "audit log": (),
    "audit proxies": ("--role", "mle"),
    "db backup": ("NEW",),
    "db check": (),
    "db compact": (),
    "decisions": ("mle",),
    "explain": ("github:ada", "--role", "mle"),
    "exports affected": ("L000001",),
    "exports list": (),
    "lead show": ("github:ada",),
    "legal show": (),
    "nights": (),
    "notices due": (),
    "notices list": (),
    "notices render": ("github:ada",),
    "optout build": ("DIR",),
    "plan": (),
    "rank": ("mle",),
    "replay": ("1",),
    "retention preview": (),
    "search": ("pytorch",),
    "sources": (),
    "subject find": ("ada",),
    "subject log": (),
    "subject new-key": (),
    "user list": (),
}
# They do not open this installation's database, make or mend one, or report the key as a finding.
ELSEWHERE = frozenset(
    {
        *("batch features", "batch pairs", "batch scores", "db restore", "db upgrade", "demo", "doctor", "init"),
        *("role lint", "role list", "role new", "role show"),
        "worker",  # of PostgreSQL alone; asks for the key before it takes work
    }
)


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """An installation somebody was erased from."""
    config = furnished(tmp_path_factory.mktemp("key") / "house")
    keys = [AccountKey("github", f"id-{name}") for name in ("ada", "bob", "cy")]
    with Store.open(config.database_url, key=config.key) as store:
        store.save([*(account("github", name) for name in ("ada", "bob", "cy")), repository("github", "ada")])
        store.arrange(dict(zip(keys, store.next_lead_ids(3), strict=True)), at=NOW)
        store.save_receipts([scored(lead, 0.5) for lead in store.lead_ids()])
        store.erase(store.subject(keys[1:2]), by="ann", at=NOW)
    return config


@pytest.fixture(params=SAID, ids=["changed", "lost"])
def key(request: pytest.FixtureRequest, config: Config, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Another key, or none."""
    file = config.folder / "sourcing.key"
    kept = file.read_bytes()
    if request.param:
        monkeypatch.setenv("SOURCING_KEY", request.param)
    else:
        monkeypatch.delenv("SOURCING_KEY", raising=False)
        file.unlink()
    yield str(request.param)
    file.write_bytes(kept)
    file.chmod(0o600)


def run(config: Config, command: str, words: tuple[str, ...], folder: Path) -> Any:
    (folder / "file.csv").write_text("request,who\n")
    places = {"DIR": str(folder / "out"), "FILE": str(folder / "file.csv"), "NEW": str(folder / "copy.db")}
    line = ["--config", str(config.path), *command.split(), *(places.get(word, word) for word in words)]
    return CliRunner().invoke(app, line, input="a long enough word\na long enough word\n")


def everything(config: Config) -> str:
    with Store.open(config.database_url) as store, store._read() as connection:
        # Who is at work is noted before anything else, and names nobody.
        tables = [table for table in metadata.sorted_tables if table.name != "running"]
        return str([connection.execute(table.select()).all() for table in tables])


def commands() -> set[str]:
    def walk(group: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
        for name, one in group.commands.items():
            yield from walk(one, (*path, name)) if hasattr(one, "commands") else [" ".join((*path, name))]

    return set(walk(typer.main.get_command(app)))


def test_every_command_was_thought_of() -> None:
    assert READ.keys() == READING
    assert commands() == READ.keys() | WRITE.keys() | ELSEWHERE, "a new command: say here what it does with a wrong key"


@pytest.mark.parametrize("command", WRITE)
def test_what_writes_refuses_before_it_begins(command: str, config: Config, key: str, tmp_path: Path) -> None:
    before = everything(config)
    done = run(config, command, WRITE[command], tmp_path)
    assert (done.exit_code, SAID[key] in done.output) == (2, True), done.output
    assert everything(config) == before
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", READ)
def test_what_reads_goes_on(command: str, config: Config, key: str, tmp_path: Path) -> None:
    done = run(config, command, READ[command], tmp_path)
    assert f"error: {SAID[key]}" not in done.output, done.output
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
