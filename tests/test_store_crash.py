"""A save is one transaction: whatever stops it, the database is as before or as after."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from storage.errors import StoreError
from storage.records import AccountKey
from storage.store import Saved, Store
from tests.store_kit import ADA, BO, person, work

WRITER = """
import sys
from storage.records import AccountKey
from storage.store import Store
from tests.store_kit import person, work

with Store.open(sys.argv[1]) as store:
    for batch in range(100_000):
        keys = [AccountKey("github", f"{batch:06d}-{number}") for number in range(20)]
        store.save([item for key in keys for item in (person(key), work(key), work(key, "r2"))])
        print(batch, flush=True)
"""


def test_a_save_that_fails_leaves_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.save([person(ADA)])

    def fail(*_: object) -> None:
        raise RuntimeError("invented failure after the accounts were written")

    with monkeypatch.context() as patch:
        patch.setattr("storage.store._saving.work.write", fail)
        with pytest.raises(RuntimeError):
            store.save([person(ADA, 1, name="Ada"), person(BO, 1), work(BO)])
    assert store.account(ADA) == person(ADA)
    assert store.account(BO) is None
    assert store.save([person(ADA, 1, name="Ada"), person(BO, 1), work(BO)]) == Saved(
        accounts_new=1, accounts_changed=1, evidence_new=1
    )


def test_a_killed_writer_leaves_whole_batches(empty_file: Path, tmp_path: Path) -> None:
    file = tmp_path / "killed.db"
    file.write_bytes(empty_file.read_bytes())
    url = f"sqlite:///{file}"
    writer = subprocess.Popen([sys.executable, "-c", WRITER, url], stdout=subprocess.PIPE, text=True, cwd=Path.cwd())
    assert writer.stdout is not None
    done = [writer.stdout.readline() for _ in range(3)]
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    with Store.open(url) as store:
        assert store.check() == []
        keys = [item.key for item in store.accounts()]
        assert len(keys) % 20 == 0
        assert len(keys) >= 20 * (int(done[-1]) + 1)
        assert [len(works) for works in store.evidence(keys).values()] == [2] * len(keys)
        again = [AccountKey("github", f"{0:06d}-{number}") for number in range(20)]
        assert store.save([person(key) for key in again]) == Saved(accounts_unchanged=20)


def test_two_writers_wait_for_each_other(empty_file: Path, tmp_path: Path) -> None:
    file = tmp_path / "shared.db"
    file.write_bytes(empty_file.read_bytes())
    url = f"sqlite:///{file}"
    writer = subprocess.Popen([sys.executable, "-c", WRITER, url], stdout=subprocess.PIPE, text=True, cwd=Path.cwd())
    assert writer.stdout is not None
    writer.stdout.readline()
    try:
        with Store.open(url) as store:
            for number in range(10):
                assert store.save([person(AccountKey("kaggle", str(number)))]).accounts_new == 1
    finally:
        writer.kill()
        writer.wait()
        writer.stdout.close()


def test_a_reader_does_not_hold_up_a_writer(store: Store) -> None:
    store.save([person(AccountKey("github", f"{number:05d}")) for number in range(1500)])
    for number, known in enumerate(store.known("github")):
        if number % 500 == 0:
            store.save([person(known.account, 1, name="seen while reading")])


def test_what_the_database_says_is_one_line(store: Store) -> None:
    with pytest.raises(StoreError) as raised:
        store.arrange({AccountKey("github", "nobody"): "L000001"}, at=person().origin.seen_at)
    assert "\n" not in str(raised.value)
