"""Notes sealed at rest: nothing readable in the file, refused without the key, keys that change."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Text, cast, select
from typer.testing import CliRunner

from cli import app  # noqa: TID251  tests stand above the top floor
from storage.errors import ConfigError
from storage.sealed import KEY_ENV, MARK, is_current, new_key, seal, unseal
from storage.store import Store
from storage.tables import lead_note
from tests.house_of_sourcing import NOW, account, furnished

SECRET = "call +49 30 1234567 after six"
ONE, TWO = new_key(), new_key()


def noted(store: Store) -> str:
    store.save([account("github", "ada")])
    [lead] = store.next_lead_ids(1)
    store.arrange({account("github", "ada").key: lead}, at=NOW)
    store.add_note(lead, SECRET, by="grace", at=NOW)
    store.set_status(lead, "contacted", by="grace", note=SECRET, at=NOW)
    return lead


def raw(store: Store) -> str:
    with store._read() as connection:
        return str(connection.execute(select(cast(lead_note.c.text, Text))).scalar_one())


def test_what_is_written_is_sealed_and_read_as_it_was(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_ENV, ONE)
    lead = noted(store)
    assert raw(store).startswith(MARK)
    assert SECRET not in raw(store)
    assert [note.text for note in store.notes(lead)] == [SECRET]
    assert [change.note for change in store.status_history(lead)] == [SECRET]
    assert store.sealed() == (2, 2)
    assert store.check() == []


def test_a_lost_key_is_told_and_nothing_is_lost(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_ENV, ONE)
    lead = noted(store)
    monkeypatch.delenv(KEY_ENV)
    with pytest.raises(ConfigError, match=KEY_ENV):
        store.notes(lead)
    monkeypatch.setenv(KEY_ENV, TWO)
    for act in (lambda: store.notes(lead), store.reseal):
        with pytest.raises(ConfigError, match="another key"):
            act()
    monkeypatch.setenv(KEY_ENV, ONE)
    assert [note.text for note in store.notes(lead)] == [SECRET]


def test_keys_change_and_sealing_ends(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    lead = noted(store)  # plain, from before
    assert raw(store) == SECRET
    for keys in (ONE, f"{TWO},{ONE}", TWO):
        monkeypatch.setenv(KEY_ENV, keys)
        assert store.reseal() == (2 if keys != TWO else 0)
        assert [note.text for note in store.notes(lead)] == [SECRET]
        assert store.sealed() == (2, 2)
    assert store.reseal(plain=True) == 2
    monkeypatch.delenv(KEY_ENV)
    assert raw(store) == SECRET
    assert (store.sealed(), store.reseal(), store.check()) == ((2, 2), 0, [])


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200))
def test_every_text_comes_back(text: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(KEY_ENV, ONE)
        stored = seal(text)
        assert unseal(stored) == text
        assert is_current(stored)
        patch.setenv(KEY_ENV, TWO)
        assert not is_current(stored)


def test_a_plain_text_is_never_taken_for_a_sealed_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_ENV, raising=False)
    with pytest.raises(ConfigError, match="other words"):
        seal(f"{MARK}x")
    monkeypatch.setenv(KEY_ENV, "no key")
    with pytest.raises(ConfigError, match="--new-key"):
        seal("x")


def test_through_the_command_no_byte_of_it_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = furnished(tmp_path)
    with Store.open(config.database_url, key=config.key) as store:
        noted(store)
    made = CliRunner().invoke(app, ["--config", str(config.path), "db", "seal", "--new-key"])
    monkeypatch.setenv(KEY_ENV, made.stdout.strip())
    done = CliRunner().invoke(app, ["--config", str(config.path), "db", "seal"])
    assert (done.exit_code, done.stdout.startswith("2 of 2 notes")) == (0, True)
    files = [path.read_bytes() for path in tmp_path.glob("sourcing.db*")]
    assert not [body for body in files if SECRET.encode() in body]
