"""Erasing in the Store: which rows go, what others said, chains and lists that stay whole, on both databases."""

from typing import Any

import pytest
from sqlalchemy import text

from storage.errors import ConfigError
from storage.records import (
    AccountKey,
    Answer,
    Claim,
    Decision,
    LaneState,
    Link,
    Quarantined,
    Validator,
    Verdict,
)
from storage.store import Store
from storage.tables import metadata
from tests.conftest import KEY
from tests.store_kit import BO, CY, day, person, same, scored, settle, sighted, work

HANDLE, SITE, NAME = "ada-lovelace-1815", "https://ada-lovelace.example/", "Ada Quillfeather"
PAGE = f"https://github.com/{HANDLE}"
ADA_ID = AccountKey("github", "77001815")
WEB = Link(url=SITE, claim=Claim.CLAIMED, field="website")

# What an erasure does with every table. A new table has to be thought of here.
GOES = {
    *("account", "account_event", "account_seen", "correction", "decision", "evidence", "handle_history"),
    *("identity_key", "identity_mark", "judgement", "lane_find", "lead", "lead_desk", "lead_member", "lead_note"),
    *("found_again", "notice", "lead_status", "lead_words", "receipt", "restriction"),
}
LOSES_WORDS = {"identity_model", "lane_state", "night", "quarantine", "validator"}
EMPTIED = {"frontier", "frontier_before", "frontier_night", "night_named"}
NAMES_NOBODY = {
    *(
        "forgotten",
        "audit_event",
        "chain_gap",
        "counter",
        "desk_session",
        "desk_share",
        "desk_user",
        "export",
        "key_check",
    ),
    *(
        "list_gap",
        "night_list",
        "night_job",
        "night_order",
        "night_spent",
        "worker",
        "role_version",
        "running",
        "source_hold",
        "subject_request",
        "tombstone",
    ),
}


def ada(at: float = 0, **fields: Any) -> Any:
    told = {"handle": HANDLE, "url": PAGE, "name": NAME, "links": (WEB,), "bio": "I write tests"} | fields
    return person(ADA_ID, at, **told)


@pytest.fixture
def house(store: Store) -> Store:
    """Ada with two accounts in one lead, Bo who speaks of her, decisions, scores, a list, memories."""
    bo = person(
        BO,
        bio=f"with @{HANDLE} and {NAME}",
        links=(Link(url=PAGE, claim=Claim.MENTIONED, field="bio"),),
        name="Bo",
    )
    pieces = [
        work(ADA_ID, "r1", url=f"{PAGE}/r1"),
        work(BO, "c1", kind="merged_change", url=f"{PAGE}/r1/pull/3", title=f"{HANDLE}/r1"),
        work(BO, "c2", kind="post", title="thanks", text=f"thanks to @{HANDLE}!"),
        work(BO, "c3"),
    ]
    store.save([ada(), person(CY, handle="ada-on-kaggle-1815", name=NAME), bo, *pieces])
    store.save([sighted(ADA_ID, 1, handle="ada-king-1815")])
    store.judge([same(ADA_ID, CY), same(ADA_ID, BO, verdict=Verdict.DIFFERENT, by="ann", why=f"not {NAME}")])
    settle(store, {ADA_ID: "L000001", CY: "L000001", BO: "L000002"})
    store.save_receipts([scored("L000001", 0.6), scored("L000002", 0.5)])
    for lead in ("L000001", "L000002"):
        store.set_status(lead, "contacted", by="ann", note=f"like {NAME}", at=day(2))
        store.add_note(lead, f"knows {NAME}", by="ann", at=day(2))
        store.decide(decision(lead))
    night = store.start_night(day(3))
    store.finish_night(night.model_copy(update={"ended_at": day(3.1)}))
    return store


def decision(lead: str) -> Decision:
    keys = (ADA_ID, CY) if lead == "L000001" else (BO, ADA_ID)  # Bo's lead once held her account
    return Decision(
        lead=lead,
        role="mle",
        answer=Answer.YES,
        reason="fit",
        note=f"better than {NAME}",
        by="ann",
        at=day(2.5),
        listed="night 1",
        accounts=keys,
        receipt=scored(lead),
    )


def erase(store: Store, *keys: AccountKey, at: float = 5) -> Any:
    return store.erase(store.subject(keys), by="ann", at=day(at))


def everything(store: Store) -> str:
    with store._read() as connection:
        rows = [repr(tuple(row)) for table in metadata.sorted_tables for row in connection.execute(table.select())]
    return "\n".join(rows).lower()


def test_every_table_was_thought_of() -> None:
    told = GOES | LOSES_WORDS | EMPTIED | NAMES_NOBODY
    assert set(metadata.tables) - told == set(), "say in this file what an erasure does with it, and do it"


def test_no_row_speaks_of_the_erased(house: Store) -> None:
    assert NAME.lower() in everything(house)
    done = erase(house, ADA_ID, CY)
    said = everything(house)
    for word in (HANDLE, "ada-king-1815", "ada-on-kaggle-1815", NAME, "ada-lovelace.example", "77001815"):
        assert word.lower() not in said, word
    assert done.accounts == 2
    assert done.rows["decision"] == 1
    assert done.others > 0
    assert house.check() == []


def test_what_others_did_elsewhere_stays(house: Store) -> None:
    erase(house, ADA_ID, CY)
    assert [one.source_id for one in house.evidence([BO])[BO]] == ["c2", "c3"]
    bo = house.account(BO)
    assert bo is not None
    assert (bo.bio, bo.links) == ("with [erased] and [erased]", ())
    [kept] = house.decisions("mle")
    assert (kept.lead, kept.note, kept.accounts) == ("L000002", "better than [erased]", (BO,))
    assert [one.lead for one in house.ranking("mle")] == ["L000002"]


def test_chains_are_followed_across_an_erasure(house: Store) -> None:
    erase(house, ADA_ID, CY)
    house.decide(decision("L000002").model_copy(update={"answer": Answer.NO, "reason": "depth", "at": day(6)}))
    assert house.check() == []


@pytest.mark.parametrize(
    ("forged", "finding"),
    [
        ("DELETE FROM chain_gap", "does not follow"),
        ("UPDATE chain_gap SET request = 99", "not written with the key"),
        ("UPDATE decision SET note = 'x'", "is not what was written"),
    ],
)
def test_a_chain_without_its_links_is_found(house: Store, forged: str, finding: str) -> None:
    erase(house, ADA_ID, CY)
    house.decide(decision("L000002").model_copy(update={"answer": Answer.NO, "reason": "depth", "at": day(6)}))
    with house._write() as connection:
        connection.execute(text(forged))
    found = house.check()
    assert any(finding in one for one in found), found


def test_a_row_deleted_by_hand_is_found(house: Store) -> None:
    for at, answer in enumerate((Answer.NO, Answer.MAYBE), 6):
        house.decide(decision("L000002").model_copy(update={"answer": answer, "reason": "depth", "at": day(at)}))
    with house._write() as connection:
        connection.execute(text("DELETE FROM decision WHERE id = 2"))
    assert "decision 3 does not follow decision 1" in house.check()


def test_the_log_of_actions_cannot_be_changed(house: Store) -> None:
    erase(house, ADA_ID, CY)
    assert house.actions("subject")[0].action == "subject.erase"
    for verb in ("DELETE FROM audit_event", "UPDATE audit_event SET about = 'x'"):
        with pytest.raises(Exception, match="append only"), house._write() as connection:
            connection.execute(text(verb))
    assert house.check() == []


def test_a_log_cut_off_at_its_end_is_found(lite: Store) -> None:
    lite.log_action("export", by="ann", at=day(1))
    lite.log_action("export", by="ann", at=day(2), detail={"people": 3})
    with lite._write() as connection:
        connection.execute(text("DROP TRIGGER audit_event_no_delete"))
        connection.execute(text("DELETE FROM audit_event WHERE id = 2"))
    assert lite.check() == ["audit_event has 1 entries, 2 were written"]


def test_numbers_of_erased_rows_are_not_given_again(lite: Store) -> None:
    lite.save([ada(), person(BO)])
    settle(lite, {ADA_ID: "L000001", BO: "L000002"})
    lite.save_receipts([scored("L000002", 0.5)])
    lite.save_receipts([scored("L000001", 0.6)])  # the last number
    lite.decide(decision("L000002"))
    lite.decide(decision("L000001").model_copy(update={"at": day(2.7)}))
    erase(lite, ADA_ID)
    assert lite.decide(decision("L000002").model_copy(update={"answer": Answer.NO, "at": day(6)})) == 3
    lite.save_receipts([scored("L000002", 0.4, at=6)])
    with lite._read() as connection:
        assert connection.execute(text("SELECT max(id) FROM receipt")).scalar() == 3
    assert lite.check() == []


MET_AGAIN = [
    ("her id under a new handle", ada(6, handle="somebody-new", url="https://github.com/somebody-new", links=())),
    ("her former handle under a new id", person(AccountKey("github", "5"), 6, handle="ada-king-1815")),
    ("her website at another source", person(AccountKey("kaggle", "8"), 6, handle="else", links=(WEB,))),
    (
        "her profile named as one's own elsewhere",
        person(AccountKey("kaggle", "9"), 6, links=(Link(url=PAGE, claim=Claim.CLAIMED, field="social"),)),
    ),
]


@pytest.mark.parametrize("item", [case[1] for case in MET_AGAIN], ids=[case[0] for case in MET_AGAIN])
def test_the_erased_are_met_again_and_dropped(house: Store, item: Any) -> None:
    erase(house, ADA_ID, CY)
    before = {account.key for account in house.accounts()}
    saved = house.save([item])
    assert saved.tombstoned == 1
    assert {account.key for account in house.accounts()} == before


def test_a_new_account_elsewhere_is_a_new_person(house: Store) -> None:
    """Nothing but its name says whose it is, and names alone identify nobody."""
    erase(house, ADA_ID, CY)
    saved = house.save([person(AccountKey("kaggle", "8"), 6, handle="fresh-start", name=NAME)])
    assert (saved.accounts_new, saved.tombstoned) == (1, 0)


def test_what_others_say_does_not_bring_words_back(house: Store) -> None:
    erase(house, ADA_ID, CY)
    mention = Link(url=PAGE, claim=Claim.MENTIONED, field="bio")
    saved = house.save(
        [
            person(BO, 6, bio=f"with @{HANDLE}", links=(mention,)),
            work(BO, "c9", 6, url=f"{PAGE}/r1/pull/9"),
            work(BO, "c8", 6, kind="post", text=f"@{HANDLE} helped"),
        ]
    )
    assert saved.mentions == 3
    assert HANDLE not in everything(house)


def test_a_website_of_two_people_buries_neither_of_the_others(house: Store) -> None:
    firm = Link(url="https://firm.example/team", claim=Claim.CLAIMED, field="website")
    house.save([ada(4, links=(firm,)), person(BO, 4, links=(firm,), name="Bo")])
    erase(house, ADA_ID, CY)
    saved = house.save([person(BO, 6, links=(firm,), name="Bo"), person(AccountKey("kaggle", "4"), 6, links=(firm,))])
    assert saved.tombstoned == 0


STATES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("names as keys", {"in_vain": {HANDLE: "2026", "bo": "2026"}}, {"in_vain": {"bo": "2026"}}),
    (
        "rows of a thing",
        {"things": {"t1": [HANDLE, "day", 3], "t2": ["bo", "day", 3]}},
        {"things": {"t2": ["bo", "day", 3]}},
    ),
    ("lists of names", {"owners": [HANDLE, "bo", "cy"]}, {"owners": ["bo", "cy"]}),
    ("ids as numbers", {"waiting": [[77001815, "all", 3], [5, "all", 3]]}, {"waiting": [[5, "all", 3]]}),
    (
        "an owner by key",
        {"x.example": {"of": list(ADA_ID), "at": "1"}, "y.example": {"at": "1"}},
        {"y.example": {"at": "1"}},
    ),
    (
        "addresses",
        {"ada-lovelace.example": {"is": "page"}, "bo.example": {"is": "page"}},
        {"bo.example": {"is": "page"}},
    ),
    ("with the source before it", {"read_at": {f"github:{HANDLE}": "1"}}, {"read_at": {}}),
    (
        "a record about her",
        {"people": {"x1": {"handle": HANDLE, "lane": "l"}, "x2": {"handle": "bo"}}},
        {"people": {"x2": {"handle": "bo"}}},
    ),
]


@pytest.mark.parametrize(("kept", "left"), [case[1:] for case in STATES], ids=[case[0] for case in STATES])
def test_memories_of_spiders(house: Store, kept: dict[str, Any], left: dict[str, Any]) -> None:
    house.keep_lane_state(LaneState(lane="github/some/lane", state=kept, updated_at=day(1)))
    erase(house, ADA_ID, CY)
    for again in (False, True):
        if again:  # a spider that met her again wants to remember it
            house.keep_lane_state(LaneState(lane="github/some/lane", state=kept, updated_at=day(6)))
        state = house.lane_state("github/some/lane")
        assert state is not None
        assert state.state == left, again


def test_answers_kept_aside_and_validators(house: Store) -> None:
    def keep(at: float) -> None:
        house.keep_validator(Validator(url=f"https://api.example/u/{HANDLE}.json", owner="", etag="e"))
        house.keep_validator(Validator(url="https://api.example/u/bo.json", owner="", etag="e"))
        rows = [
            Quarantined(source="github", url=f"https://api.example/{HANDLE}", seen_at=day(at), reason="x"),
            Quarantined(
                source="github", url="https://api.example/1", seen_at=day(at), reason="x", excerpt=f'"{HANDLE}"'
            ),
            Quarantined(source="github", url="https://api.example/2", seen_at=day(at), reason="x", excerpt="bo"),
        ]
        house.quarantine(rows)

    keep(1)
    erase(house, ADA_ID, CY)
    for again in (False, True):
        if again:
            keep(6)
        assert house.validator(f"https://api.example/u/{HANDLE}.json", "") is None
        assert house.validator("https://api.example/u/bo.json", "") is not None
        assert {row.url for row in house.quarantined()} == {"https://api.example/2"}


def test_a_lead_that_was_split_forgets_the_other_half(store: Store) -> None:
    store.save([ada(), person(BO), work(ADA_ID, "r1")])
    [number] = store.judge([same(ADA_ID, BO, by="ann")])
    settle(store, {ADA_ID: "L000001", BO: "L000001"})
    receipt = scored("L000001", 0.6)
    part = receipt.parts[0].model_copy(update={"evidence": (f"{ADA_ID}/repository/r1",), "reason": "maintains r1"})
    store.save_receipts([receipt.model_copy(update={"parts": (part,)})])
    night = store.start_night(day(1))
    store.finish_night(night.model_copy(update={"ended_at": day(1.1)}))
    store.undo_judgement(number, by="ann", at=day(2))
    store.arrange({ADA_ID: "L000002"}, at=day(2))
    erase(store, ADA_ID)
    assert str(ADA_ID) not in everything(store)
    again = store.receipt("L000001", "mle")
    assert again is not None
    assert (again.total, again.parts[0].evidence, again.parts[0].reason) == (0.6, (), "[erased]")


def test_an_erasure_needs_the_key(lite: Store) -> None:
    lite.save([ada()])
    settle(lite, {ADA_ID: "L000001"})
    with Store.open(str(lite._engine.url)) as keyless, pytest.raises(ConfigError, match="no key"):
        erase(keyless, ADA_ID)
    assert lite.account(ADA_ID) is not None


def test_a_lost_key_is_told_and_can_be_given_up(lite: Store) -> None:
    lite.save([ada()])
    settle(lite, {ADA_ID: "L000001"})
    erase(lite, ADA_ID)
    with Store.open(str(lite._engine.url), key=b"new") as store:
        assert "not the one this database was begun with" in store.key_problem()
        assert any("not the one" in one for one in store.check())
        with pytest.raises(ConfigError):
            store.require_key()
        assert store.new_key(by="ann", at=day(6)) > 3
        assert store.check() == []
        assert store.save([ada(7)]).accounts_new == 1
    with Store.open(str(lite._engine.url), key=KEY) as store, pytest.raises(ConfigError):
        store.require_key()


def test_a_source_goes_as_a_whole(house: Store) -> None:
    house.keep_lane_state(LaneState(lane="kaggle/users/x", state={"a": 1}, updated_at=day(1)))
    done = house.purge_source("kaggle", by="ann", at=day(5))
    assert (done.accounts, done.leads, done.tombstones) == (1, 0, 0)
    assert [account.source for account in house.accounts()] == ["github", "github"]
    assert house.lane_state("kaggle/users/x") is None
    assert house.check() == []
    assert house.save([person(CY, 6)]).accounts_new == 1, "nobody was buried"


def test_an_interrupted_erasure_changes_nothing(house: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    before = everything(house)

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("storage.store._rights.erasing._close_questions", fail)
    with pytest.raises(KeyboardInterrupt):
        erase(house, ADA_ID, CY)
    assert everything(house) == before
