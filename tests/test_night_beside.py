"""What may run beside a night: all that writes as one does is kept out, also by a night on another machine."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import app  # noqa: TID251  tests stand above the top floor
from sourcing.lock import exclusive
from storage.store import Store
from tests.house_of_sourcing import furnished

SINCE = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
CONTACTS = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\nAda,Example,,,,,\n"
WRITES = (
    ("nightly",),
    ("crawl",),
    ("import", "linkedin", "contacts.csv"),
    ("resolve",),
    ("score",),
    ("lead", "merge", "L000001", "L000002"),
    ("lead", "split", "L000001", "github:ada"),
    ("lead", "undo", "L000001"),
    ("retention", "run"),
    ("db", "upgrade"),
    ("db", "compact"),
    ("db", "seal"),
)
READS = (
    ("plan",),
    ("nights",),
    ("sources",),
    ("identity", "queue"),
    ("retention", "preview"),
    ("db", "check"),
    ("db", "backup", "copy.db"),
)


@contextmanager
def night_here(house: Path) -> Iterator[None]:
    """A night of this installation."""
    with exclusive(house):
        yield


@contextmanager
def night_elsewhere(url: str) -> Iterator[None]:
    """A night of another machine on the same server."""
    with Store.open(url) as store, store.hold_night(socket.gethostname(), 4711, SINCE):
        yield


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an installation, which is the present one."""
    for name in ("SOURCING_CONFIG", "SOURCING_DATABASE_URL", "GITHUB_TOKEN", "KAGGLE_API_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    furnished(tmp_path)
    (tmp_path / "contacts.csv").write_text(CONTACTS, "utf-8")
    return tmp_path


def code(words: tuple[str, ...]) -> tuple[int, str]:
    """How a command ends, and what it says."""
    done = CliRunner().invoke(app, list(words))
    return done.exit_code, done.stderr


@pytest.mark.parametrize("words", WRITES, ids=" ".join)
def test_what_writes_as_a_night_does_is_kept_out_here(house: Path, words: tuple[str, ...]) -> None:
    with night_here(house):
        ended, said = code(words)
    assert (ended, "another run is at work" in said) == (4, True)


@pytest.mark.parametrize("words", READS, ids=" ".join)
def test_what_only_reads_goes_on(house: Path, words: tuple[str, ...]) -> None:
    with night_here(house):
        assert code(words)[0] in (0, 1)


def test_a_backup_is_never_put_back_beside_a_night(house: Path) -> None:
    assert code(("db", "backup", "copy.db"))[0] == 0
    with night_here(house):
        assert code(("db", "restore", "copy.db"))[0] == 4


@pytest.mark.postgres
def test_a_night_on_another_machine_keeps_the_same_out(
    house: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Store.upgrade(postgres_url)
    monkeypatch.setenv("SOURCING_DATABASE_URL", postgres_url)
    with night_elsewhere(postgres_url):
        told = {words: code(words) for words in WRITES}
        assert code(("plan",))[0] == 0
    assert {words: ended for words, (ended, _) in told.items()} == dict.fromkeys(WRITES, 4)
    assert all("night is at work" in said for _, said in told.values())
    # Once it is over, nothing of it is left.
    assert code(("resolve",))[0] == 0
    assert code(("db", "upgrade"))[0] == 0
