"""What spiders remember of people: gone with a purge as with an erasure, and never of somebody erased."""

from datetime import timedelta

from sqlalchemy import insert

from storage.records import AccountKey, LaneState, Validator
from storage.store import Store
from storage.tables import lane_state, night_named, validator
from tests.house_of_sourcing import NOW, account

ADA, BOB = AccountKey("github", "5831815"), AccountKey("github", "id-bob")
LATER = NOW + timedelta(days=8)


def filled(store: Store) -> None:
    ada = account("github", "ada-lovelace-1815").model_copy(update={"source_id": ADA.source_id})
    store.save([ada, account("github", "bob"), account("kaggle", "rust")])
    store.arrange({ADA: "L000001", BOB: "L000002", AccountKey("kaggle", "id-rust"): "L000003"}, at=NOW)
    state = {
        "seen": {"ada-lovelace-1815": "2026-11-01", "bob": "2026-11-02", "5831815": 3},
        "people": [["github", ADA.source_id], ["github", BOB.source_id]],
        "tag": "rust",
    }
    store.keep_lane_state(LaneState(lane="github/contributors/x", state=state, updated_at=NOW))
    store.keep_lane_state(LaneState(lane="github/followers/ada-lovelace-1815", state={"n": 1}, updated_at=NOW))
    urls = ("https://api.github.com/users/ada-lovelace-1815", "https://api.github.com/users/bob")
    for url in urls:
        store.keep_validator(Validator(url=url, owner="", etag="x"))
    row = {"night": 1, "round": 1, "source": "github", "handles": ["Ada-Lovelace-1815", "bob", "cy"]}
    with store._write() as connection:
        connection.execute(insert(night_named), [row])


def everything(store: Store) -> str:
    with store._read() as connection:
        rows = [connection.execute(table.select()).all() for table in (lane_state, validator, night_named)]
    return str(rows).lower()


def test_a_purge_takes_people_out_of_what_is_remembered_and_leaves_the_rest(store: Store) -> None:
    filled(store)
    gone = store.purge_accounts([ADA], at=LATER, memory=timedelta(days=180))
    assert (gone.accounts, gone.memories) == (1, 4)
    said = everything(store)
    assert "ada-lovelace" not in said
    assert ADA.source_id not in said
    assert all(word in said for word in ("'bob'", "users/bob", "'cy'", BOB.source_id))


def test_a_handle_of_one_source_is_a_word_of_another(store: Store) -> None:
    """ "rust" is somebody at Kaggle, and a tag at GitHub."""
    filled(store)
    before = store.lane_state("github/contributors/x")
    store.purge_accounts([AccountKey("kaggle", "id-rust")], at=LATER)
    assert store.lane_state("github/contributors/x") == before


def test_nobody_erased_is_noted_as_named_again(store: Store) -> None:
    filled(store)
    store.erase(store.subject([ADA]), by="ann", at=LATER)
    assert "ada-lovelace" not in everything(store)
    store.keep_named(2, 1, {"github": ["ada-lovelace-1815", "bob"], "kaggle": ["ada-lovelace-1815"]})
    assert store.named_in(2) == {1: {"github": ["bob"], "kaggle": ["ada-lovelace-1815"], "": []}}
