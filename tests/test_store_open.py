"""Opening, upgrading, checking and copying a database."""

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, inspect, text

from storage.errors import ConfigError, StoreError
from storage.migrations.run import configuration
from storage.store import Store
from storage.tables import HEAD, evidence, is_ours, metadata
from tests.store_kit import ADA, person, work


def test_upgrade_creates_and_then_has_nothing_to_do(database_url: str) -> None:
    assert Store.upgrade(database_url)[-1] == HEAD
    assert Store.upgrade(database_url) == []
    with Store.open(database_url) as store:
        assert store.schema() == (HEAD, HEAD)
        assert store.check() == []


# The index by a marker is of an expression and of SQLite alone: no part of the tables, and nothing can compare it.
UNCOMPARED = pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index account_read")


@UNCOMPARED
def test_migrations_make_the_tables_of_the_code(store: Store) -> None:
    with store._read() as connection:
        opts = {"compare_type": True, "target_metadata": metadata, "include_object": is_ours}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, metadata) == []


@UNCOMPARED
def test_indexes_of_some_rows_are_of_those_the_code_names(store: Store) -> None:
    meant = {index.name: index.info.get("where", "") for table in metadata.tables.values() for index in table.indexes}
    with store._read() as connection:
        look = inspect(connection)
        made = {
            index["name"]: str(index.get("dialect_options", {}).get(f"{connection.dialect.name}_where", "")).strip("()")
            for table in metadata.tables
            for index in look.get_indexes(table)
            if index["name"] in meant
        }
    assert made == meant
    assert sum(where != "" for where in meant.values()) == 4


def test_the_code_names_the_newest_migration() -> None:
    assert ScriptDirectory.from_config(configuration()).get_current_head() == HEAD


def test_no_database_is_told_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="sourcing db upgrade"):
        Store.open(f"sqlite:///{tmp_path / 'none.db'}")
    assert list(tmp_path.iterdir()) == [], "nothing is created by looking"


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no folder"):
        Store.upgrade(f"sqlite:///{tmp_path / 'no' / 'where.db'}")


def test_an_empty_database_is_not_ours_yet(database_url: str, tmp_path: Path) -> None:
    (tmp_path / "sourcing.db").touch()
    with pytest.raises(StoreError, match="no tables of ours; create them with `sourcing db upgrade`"):
        Store.open(database_url)


@pytest.mark.parametrize(("revision", "way_out"), [("0000", "run `sourcing db upgrade`"), ("9999", "install")])
def test_behind_and_ahead(database_url: str, revision: str, way_out: str) -> None:
    Store.upgrade(database_url)
    with Store.open(database_url) as store, store._write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})
    with pytest.raises(StoreError, match=way_out) as raised:
        Store.open(database_url)
    assert "\n" not in str(raised.value)


def test_a_newer_database_is_not_touched_by_upgrade(database_url: str) -> None:
    Store.upgrade(database_url)
    with Store.open(database_url) as store, store._write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer"):
        Store.upgrade(database_url)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    file = tmp_path / "letter.db"
    file.write_text("Dear Ada, " * 500)
    for verb in (Store.open, Store.upgrade):
        with pytest.raises(StoreError, match=r"not a database.*put a backup back"):
            verb(f"sqlite:///{file}")
    assert file.read_text() == "Dear Ada, " * 500


@pytest.mark.parametrize(
    "url", ["", "sourcing.db", "mysql://u@h/x", "sqlite://", "sqlite:///:memory:", "sqlite+aiosqlite:///x"]
)
def test_an_address_of_no_database_we_speak(url: str) -> None:
    with pytest.raises(ConfigError, match=r"\[database\] url"):
        Store.open(url)


def test_messages_never_hold_the_password(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as raised:
        Store.open(f"postgresql://ada:hunter2@/x?host={tmp_path}")
    assert "hunter2" not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_check_finds_what_is_wrong(lite: Store) -> None:
    lite.save([person(ADA), work()])
    raw = sqlite3.connect(lite._engine.url.database or "")
    raw.execute("DELETE FROM account")
    raw.commit()
    raw.close()
    assert lite.check() == [
        "account_seen.account points to account rows that do not exist: 1",
        "evidence.account points to account rows that do not exist: 1",
    ]


def test_a_failed_upgrade_leaves_the_old_schema(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(connection: object) -> list[str]:
        connection.execute(text("CREATE TABLE half (x INTEGER)"))  # type: ignore[attr-defined]  # a connection
        raise StoreError("invented")

    monkeypatch.setattr("storage.migrations.run.migrate", fail)
    url = f"sqlite:///{tmp_path / 'half.db'}"
    with pytest.raises(StoreError, match="invented"):
        Store.upgrade(url)
    raw = sqlite3.connect(tmp_path / "half.db")
    assert raw.execute("SELECT name FROM sqlite_master").fetchall() == []
    raw.close()


def test_sqlite_is_set_up_as_promised(lite: Store) -> None:
    asked = {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 1, "busy_timeout": 30_000}
    with lite._read() as connection:
        told = {name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in asked}
    assert told == asked


def test_foreign_keys_hold(store: Store) -> None:
    with pytest.raises(StoreError), store._write() as connection:
        connection.execute(insert(evidence), [dict.fromkeys((c.name for c in evidence.columns), None)])
