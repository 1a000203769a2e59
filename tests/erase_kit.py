"""What the tests of erasing share: a demo made once, its copies, commands, and a search through all bytes."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import select, text
from typer.testing import CliRunner, Result

from cli import app  # noqa: TID251  tests stand above the top floor
from sourcing.config import DATABASE_ENV, Config, load
from sourcing.demo import run as demo
from storage.records import Account
from storage.store import Store, Subject
from storage.tables import metadata

PEOPLE = 80
ROOT = Path(__file__).parent.parent
_NIGHT = """
import sys
from pathlib import Path
from sourcing.demo.run import run_demo
from tests.erase_kit import on
with on(sys.argv[2]):
    report = run_demo(Path(sys.argv[1]))
print(sum(outcome.counters.get("saved:tombstoned", 0) for outcome in report.night.outcomes))
"""


def command(config: Config, *words: str, given: str | None = None) -> Result:
    """One command of the command line on an installation."""
    return CliRunner().invoke(app, ["--config", str(config.path), *words], input=given, catch_exceptions=False)


def copied(folder: Path, target: Path) -> Config:
    """An installation of one's own, the same as another one; its ledger points to its own files."""
    shutil.copytree(folder, target)
    config = load(target)
    with Store.open(config.database_url, key=config.key) as store, store._write() as connection:
        moved = {"old": str(folder), "new": str(target)}
        connection.execute(text("UPDATE export SET path = replace(path, :old, :new)"), moved)
    return config


def carried(config: Config, url: str) -> None:
    """Carry all rows of a SQLite installation over to an empty PostgreSQL database."""
    Store.upgrade(url)
    with (
        Store.open(config.database_url, key=config.key) as lite,
        Store.open(url, key=config.key) as store,
        lite._read() as here,
        store._write() as there,
    ):
        for table in metadata.sorted_tables:
            if rows := [dict(row) for row in here.execute(select(table)).mappings()]:
                there.execute(table.insert(), rows)
        for table in metadata.sorted_tables:
            if "id" in table.c and table.name not in ("evidence", "lead", "lead_desk"):
                newest = f"(SELECT max(id) FROM {table.name})"
                there.execute(text(f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), {newest})"))


@contextmanager
def on(url: str) -> Iterator[None]:
    """Let the demo and the commands work on another database than the settings name."""
    before, kept = os.environ.get(DATABASE_ENV), demo.ENVIRONMENT[DATABASE_ENV]
    os.environ[DATABASE_ENV] = demo.ENVIRONMENT[DATABASE_ENV] = url
    try:
        yield
    finally:
        demo.ENVIRONMENT[DATABASE_ENV] = kept
        if before is None:
            del os.environ[DATABASE_ENV]
        else:
            os.environ[DATABASE_ENV] = before


def night_apart(folder: Path, url: str) -> int:
    """The next night of a demo in a process of its own; gives how many items were dropped at tombstones.

    Pools of connections that spiders leave open to a server end with it, and with their warnings.
    """
    done = subprocess.run(
        [sys.executable, "-c", _NIGHT, str(folder), url], check=True, capture_output=True, text=True, cwd=ROOT
    )
    return int(done.stdout.splitlines()[-1])


def telling_subject(store: Store) -> Subject:
    """Somebody with several accounts whose handles, ids, names and addresses nobody else has."""
    people = {account.key: account for account in store.accounts()}
    leads = [lead for lead in store.leads(work=()) if len(lead.accounts) > 1]
    for lead in sorted(leads, key=lambda one: (-len(one.accounts), one.id)):
        subject = store.subject([account.key for account in lead.accounts])
        others = [account for key, account in people.items() if key not in subject.naming.keys]
        if not any(_also_says(needle, others) for needle in needles(subject)):
            return subject
    raise AssertionError("nobody in this world is told apart by everything")


def needles(subject: Subject) -> list[str]:
    """What is looked for afterwards: handles, ids, names, websites."""
    found = {said for one in subject.accounts for said in (one.handle, one.source_id, one.name) if said}
    return sorted(one for one in {*found, *subject.naming.sites} if len(one) >= 6)


def _also_says(needle: str, others: Iterable[Account]) -> bool:
    return any(needle.lower() in one.model_dump_json().lower() for one in others)


def found_in_files(folder: Path, wanted: Iterable[str]) -> list[str]:
    """Where bytes of any of these texts stand below a folder; letters of either case."""
    forms = {form for one in wanted for form in (one, one.lower())}
    return sorted(
        f"{path.relative_to(folder)}: {form}"
        for path in folder.rglob("*")
        if path.is_file()
        for body in [path.read_bytes()]
        for form in forms
        if form.encode() in body
    )


def found_in_rows(url: str, wanted: Iterable[str]) -> list[str]:
    """In which tables of a PostgreSQL database a row holds any of these texts."""
    found = []
    with psycopg.connect(url) as connection:
        for table in [*metadata.tables, "alembic_version"]:
            for one in wanted:
                asked = f'SELECT count(*) FROM "{table}" AS r WHERE position(lower(%s) in lower(r::text)) > 0'
                row = connection.execute(asked.encode(), [one]).fetchone()
                if row and row[0]:
                    found.append(f"{table}: {one}")
    return sorted(found)
