"""Copies outside the database: an erasure finds each that holds the person, deletes ours and names the others."""

import gzip
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from sourcing.config import Config
from sourcing.privacy.copies import DOWNLOADS, LIST, clear_copies, note_folder
from storage.records import AccountKey
from storage.store import Naming, Store
from tests.erase_kit import command
from tests.house_of_sourcing import NOW, account, furnished, repository

ADA = AccountKey("github", "id-ada")


@pytest.fixture
def config(tmp_path: Path) -> Config:
    config = furnished(tmp_path / "house")
    with Store.open(config.database_url, key=config.key) as store:
        ada = account("github", "ada", name="Ada Quillfeather")
        store.save([ada, account("github", "bob"), *(repository("github", one) for one in ("ada", "bob"))])
        store.arrange({ADA: "L000001", AccountKey("github", "id-bob"): "L000002"}, at=NOW)
    return config


def run(config: Config, *words: str) -> Any:
    done = command(config, *words)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def dumped(config: Config, tmp_path: Path) -> list[Path]:
    """A dump, and pairs made from it."""
    folders = [tmp_path / name for name in ("dump", "pairs", "other")]
    run(config, "batch", "dump", str(folders[0]), "--json")
    run(config, "batch", "pairs", str(folders[0]), str(folders[1]), "--json")
    return folders[:2]


def test_a_dump_that_holds_the_person_is_deleted(config: Config, tmp_path: Path) -> None:
    dump, pairs = dumped(config, tmp_path)
    (dump / "note.txt").write_text("mine")
    said = run(config, "subject", "erase", "github:ada", "--yes", "--by", "ann", "--json")
    assert [Path(one.removeprefix("file://")) for one in said["copies"]["deleted"]] == [dump]
    assert [path.name for path in dump.rglob("*") if path.is_file()] == ["note.txt"]
    assert (pairs / "manifest.json").is_file()  # two people of other names: no pair to compare
    assert str(dump) not in (config.folder / LIST).read_text()
    assert run(config, "subject", "erase", "github:bob", "--yes", "--by", "ann", "--json")["copies"]["deleted"] == []


def test_with_keep_files_it_is_named(config: Config, tmp_path: Path) -> None:
    dump, _ = dumped(config, tmp_path)
    done = command(config, "subject", "erase", "github:ada", "--yes", "--keep-files", "--by", "ann")
    assert f"holds the person, delete it: file://{dump}" in done.output
    assert (dump / "manifest.json").is_file()


def test_a_folder_that_cannot_be_read_is_named(config: Config, tmp_path: Path) -> None:
    dump, _ = dumped(config, tmp_path)
    (dump / "manifest.json").write_text("{}")
    said = run(config, "subject", "erase", "github:ada", "--yes", "--by", "ann", "--json")
    assert [one.endswith("/dump") for one in said["copies"]["unread"]] == [True]


def test_nothing_is_noted_where_nothing_was_written(config: Config, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "x.parquet").write_bytes(b"x")
    assert command(config, "batch", "dump", str(tmp_path / "mine")).exit_code == 2
    assert not (config.folder / LIST).exists()


def test_files_somebody_brought_are_named_and_left(config: Config, tmp_path: Path) -> None:
    head = "First Name,Last Name,URL,Position\n"
    with_her, without = tmp_path / "Connections.csv", tmp_path / "Others.csv"
    with_her.write_text(
        head + "Ada,Quillfeather,https://www.linkedin.com/in/ada-q,Engineer of https://github.com/ada\n"
    )
    without.write_text(head + "Kim,Other,https://www.linkedin.com/in/kim-other,Engineer\n")
    for path in (with_her, without):
        assert command(config, "import", "linkedin", str(path), "--by", "ann").exit_code == 0
    said = run(config, "subject", "erase", "github:ada", "--yes", "--by", "ann", "--json")
    assert said["copies"]["left"] == [str(with_her)]
    assert with_her.exists()


NAMING = Naming(
    keys=frozenset({ADA}),
    handles=frozenset({"ada"}),
    words=frozenset({"ada", "id-ada"}),
    sites=frozenset({"github.com/ada"}),
    names=frozenset({"Ada Quillfeather"}),
)


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ('{"actor": {"login": "Ada"}}', True),
        ("1,ada,x", True),
        ("https://github.com/ada/x", True),
        ("ADA QUILLFEATHER", True),
        ('{"id": "id-ada"}', True),
        ("canada, adapter, ada-2", False),
        ("", False),
    ],
)
@pytest.mark.parametrize("packing", ["plain", "gzip", "zip"])
def test_what_was_fetched_is_deleted_where_it_names_the_person(
    config: Config, text: str, held: bool, packing: str
) -> None:
    file = config.folder / DOWNLOADS / "gh_archive" / "2026-11-24-3.json.gz"
    file.parent.mkdir(parents=True)
    body = ("x " * 700_000 + text).encode()
    if packing == "zip":
        with zipfile.ZipFile(file, "w") as packed:
            packed.writestr("a.csv", body)
    else:
        file.write_bytes(gzip.compress(body, 1) if packing == "gzip" else body)
    with Store.open(config.database_url, key=config.key) as store:
        kept = clear_copies(config, store, NAMING, (), keep=True)
        done = clear_copies(config, store, NAMING, (), keep=False)
    assert (kept.left, done.deleted, file.exists()) == (((str(file),),) * 2 if held else ((), ())) + (not held,)


def test_a_broken_archive_is_named(config: Config) -> None:
    file = config.folder / DOWNLOADS / "x.json.gz"
    file.parent.mkdir()
    file.write_bytes(gzip.compress(b"x" * 9000)[:30])
    with Store.open(config.database_url, key=config.key) as store:
        assert clear_copies(config, store, NAMING, (), keep=False).unread == (str(file),)


def test_an_address_is_noted_once(config: Config, tmp_path: Path) -> None:
    for _ in range(2):
        note_folder(config, str(tmp_path / "dump"))
    assert (config.folder / LIST).read_text() == f"file://{tmp_path / 'dump'}\n"
    assert (config.folder / LIST).stat().st_mode & 0o777 == 0o600
