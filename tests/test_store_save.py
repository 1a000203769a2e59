"""What `Store.save` keeps, and what it never overwrites."""

from typing import Any

import pytest

from storage.records import Account, AccountKey, Claim, Item, Kind, Link
from storage.store import Saved, Store
from tests.store_kit import ADA, BO, CY, day, gone, person, sighted, withdrawn, work

SITE = Link(url="https://ada.example/", claim=Claim.CLAIMED, field="website")
FULL: dict[str, Any] = {
    "kind": Kind.PERSON,
    "name": "Ada Example",
    "headline": "Engineer",
    "bio": "Trains models",
    "location": "Springfield",
    "company": "Example Works",
    "open_to_work": False,
    "created_at": day(-900),
    "expires_at": day(90),
    "links": (SITE,),
    "figures": {"followers": 3.0},
    "flags": ("mixed_script",),
    "markers": {"node_id": "U_1", "updated_at": "a"},
}
COVERED = frozenset(FULL) - {"figures", "markers"}


def full(at: float = 0, **fields: Any) -> Account:
    return person(ADA, at, **(FULL | {"observed": COVERED} | fields))


def test_what_is_saved_comes_back_whole(store: Store) -> None:
    ada, paper = full(), work(text="Line\nline", event_at=day(-3), tags=("nlp",), figures={"stars": 4.0})
    assert store.save([paper, ada]) == Saved(accounts_new=1, evidence_new=1)
    assert store.account(ADA) == ada
    assert store.evidence([ADA, BO]) == {ADA: [paper]}
    assert store.account(BO) is None


def test_saving_twice_changes_nothing(store: Store) -> None:
    items: list[Item] = [full(), work(), person(BO)]
    store.save(items)
    assert store.save(items) == Saved(accounts_unchanged=2, evidence_unchanged=1)
    assert store.events() == []


def test_unchanged_content_moves_last_seen_only(store: Store) -> None:
    store.save([full(0), work(at=0)])
    assert store.save([full(1), work(at=1)]) == Saved(accounts_unchanged=1, evidence_unchanged=1)
    (known,) = store.known("github")
    assert (known.first_seen, known.last_seen) == (day(0), day(1))
    assert store.account(ADA) == full(0), "the origin is where this content was first read"
    assert store.touched(day(0.5)) == set()


PARTIAL: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("nothing covered", {}, {}),
    ("covered and empty is absent", {"observed": {"bio"}}, {"bio": None}),
    ("covered and changed", {"observed": {"bio"}, "bio": "Moved"}, {"bio": "Moved"}),
    ("a value counts as covered", {"location": "Shelbyville"}, {"location": "Shelbyville"}),
    ("links covered and empty", {"observed": {"links"}}, {"links": ()}),
    ("not stated any more", {"observed": {"open_to_work"}}, {"open_to_work": None}),
    ("a stated no is a value", {"observed": {"open_to_work"}, "open_to_work": False}, {}),
    ("kind not covered stays", {"observed": {"name"}, "name": "Ada Example"}, {}),
    ("kind covered", {"observed": {"kind"}, "kind": Kind.BOT}, {"kind": Kind.BOT}),
    ("figures merge per key", {"figures": {"stars": 9.0}}, {"figures": {"followers": 3.0, "stars": 9.0}}),
    ("figures are updated", {"figures": {"followers": 4.0}}, {"figures": {"followers": 4.0}}),
    ("figures covered are replaced", {"observed": {"figures"}, "figures": {"stars": 9.0}}, {"figures": {"stars": 9.0}}),
    ("flags not covered add up", {"flags": ("bot_like",)}, {"flags": ("bot_like", "mixed_script")}),
    ("flags covered are replaced", {"observed": {"flags"}}, {"flags": ()}),
]


@pytest.mark.parametrize(("answer", "expected"), [case[1:] for case in PARTIAL], ids=[case[0] for case in PARTIAL])
def test_partial_answers_never_overwrite(store: Store, answer: dict[str, Any], expected: dict[str, Any]) -> None:
    store.save([full(0)])
    store.save([person(ADA, 1, **answer)])
    stored = store.account(ADA)
    assert stored is not None
    kept = FULL | expected
    del kept["markers"]
    assert {name: getattr(stored, name) for name in kept} == kept


def test_a_first_partial_answer_knows_what_it_does_not_know(store: Store) -> None:
    store.save([person(ADA, 0, name="Ada", observed={"name", "bio"})])
    stored = store.account(ADA)
    assert stored is not None
    assert stored.observed == {"name", "bio"}


def test_an_older_answer_fills_gaps_but_overwrites_nothing(store: Store) -> None:
    store.save([person(ADA, 5, handle="new", bio="new", figures={"stars": 2.0})])
    store.save([person(ADA, 3, handle="old", bio="old", name="Ada", figures={"stars": 1.0, "followers": 7.0})])
    stored = store.account(ADA)
    assert stored is not None
    assert (stored.handle, stored.bio, stored.name) == ("new", "new", "Ada")
    assert stored.figures == {"stars": 2.0, "followers": 7.0}
    assert stored.origin.seen_at == day(5)
    assert store.events() == []


def test_an_older_answer_about_work_says_nothing(store: Store) -> None:
    store.save([person(), work(at=5, title="new")])
    assert store.save([work(at=4, title="old")]) == Saved(evidence_unchanged=1)
    assert store.evidence([ADA])[ADA][0].title == "new"


def test_a_rename_keeps_the_account_and_its_history(store: Store) -> None:
    store.save([person(ADA, 0, handle="ada")])
    saved = store.save([person(ADA, 1, handle="lovelace"), person(ADA, 2, handle="countess")], night=7)
    assert (saved.accounts_changed, saved.events) == (1, 2)
    assert store.handles(ADA) == [("ada", day(0)), ("lovelace", day(1)), ("countess", day(2))]
    assert [(event.event, event.detail) for event in store.events(key=ADA)] == [
        ("renamed", "ada → lovelace"),
        ("renamed", "lovelace → countess"),
    ]
    assert store.handles(BO) == []


def test_a_handle_taken_over_is_another_account(store: Store) -> None:
    store.save([person(ADA, 0, handle="ada")])
    store.save([person(ADA, 1, handle="ada-old"), person(BO, 1, handle="ada")])
    assert [item.handle for item in store.accounts(source="github")] == ["ada-old", "ada"]


def test_a_sighting_under_a_new_handle_is_a_rename(store: Store) -> None:
    store.save([full(0)])
    saved = store.save([sighted(ADA, 1, handle="lovelace", updated_at="b")])
    assert (saved.sightings, saved.events) == (1, 1)
    stored = store.account(ADA)
    assert stored is not None
    assert (stored.handle, stored.name) == ("lovelace", "Ada Example")
    assert stored.markers == {"node_id": "U_1", "updated_at": "b"}


def test_a_sighting_keeps_content_and_moves_markers(store: Store) -> None:
    store.save([full(0)])
    store.save([sighted(ADA, 2, updated_at="b")])
    (known,) = store.known("github")
    assert known.last_seen == day(2)
    assert known.markers == {"node_id": "U_1", "updated_at": "b"}
    store.save([sighted(ADA, 1, updated_at="late")])
    (known,) = store.known("github")
    assert (known.last_seen, known.markers["updated_at"]) == (day(2), "b")


def test_gone_and_returned(store: Store) -> None:
    store.save([full(0), work()])
    assert store.save([gone(ADA, 1, "suspended")]).events == 1
    assert store.save([gone(ADA, 2)]) == Saved(), "gone once is gone"
    assert [known.gone_at for known in store.known("github")] == [day(1)]
    assert store.account(ADA) == full(0), "nothing is erased by it"
    assert store.save([sighted(ADA, 3)]).events == 1
    assert [known.gone_at for known in store.known("github")] == [None]
    assert [(event.event, event.detail, event.at) for event in store.events()] == [
        ("gone", "suspended", day(1)),
        ("returned", "", day(3)),
    ]
    assert store.events(since=day(2)) == store.events()[1:]


def test_an_old_404_says_nothing_about_a_later_sighting(store: Store) -> None:
    store.save([full(2)])
    store.save([gone(ADA, 1)])
    assert [known.gone_at for known in store.known("github")] == [None]


def test_a_wish_to_be_left_alone_is_an_event(store: Store) -> None:
    store.save([full(0, flags=())])
    store.save([full(1, flags=("no_recruiters",))])
    assert [event.event for event in store.events()] == ["opted_out"]


def test_withdrawn_work_is_deleted_at_once(store: Store) -> None:
    store.save([person(), work(), work(name="r2")])
    assert store.save([withdrawn(at=1), withdrawn(name="never")]) == Saved(withdrawn=1)
    assert [item.source_id for item in store.evidence([ADA])[ADA]] == ["r2"]
    assert store.touched(day(1)) == {ADA}
    assert store.save([work(at=2)]) == Saved(evidence_new=1), "its author may publish it again"


def test_work_taken_back_and_published_again_in_one_batch(store: Store) -> None:
    store.save([person(), work()])
    store.save([withdrawn(at=1), work(at=2)])
    assert [item.source_id for item in store.evidence([ADA])[ADA]] == ["r1"]


def test_items_of_unknown_accounts_are_counted_not_stored(store: Store) -> None:
    items: list[Item] = [work(), work(name="r2"), sighted(), gone(), withdrawn()]
    assert store.save(items) == Saved(unknown_account=5)
    assert store.evidence([ADA]) == {}


def test_changed_work_touches_its_account(store: Store) -> None:
    store.save([person(ADA), person(BO), work(ADA), work(BO)])
    store.save([work(ADA, at=3, title="renamed"), work(BO, at=3)])
    assert store.touched(day(2)) == {ADA}
    assert store.touched(day(0)) == {ADA, BO}


def test_the_same_id_of_two_sources_is_two_accounts(store: Store) -> None:
    store.save([person(ADA), person(CY), work(ADA), work(CY)])
    assert [item.key for item in store.accounts()] == [ADA, CY]
    assert [item.key for item in store.accounts(source="kaggle")] == [CY]
    assert [item.key for item in store.accounts(source="kaggle", keys=[ADA, CY])] == [CY]
    assert len(store.evidence([ADA, CY])) == 2


def test_strange_ids_and_texts_are_kept(store: Store) -> None:
    keys = [
        AccountKey("github", text) for text in ("null", "true", "1e5", "a:b", "x/y", "'; DROP TABLE account;--", "✓")
    ]
    store.save([person(key, handle=key.source_id, name="Robert'); DROP TABLE leads;--") for key in keys])
    assert {item.key for item in store.accounts()} == set(keys)
    assert {item.handle for item in store.accounts()} == {key.source_id for key in keys}


def test_text_no_database_stores_is_mended(store: Store) -> None:
    store.save([person(name="A\x00da\ud800", markers={"m": "\x00x"}), work(title="\udfff", tags=("a\x00",))])
    stored = store.account(ADA)
    assert stored is not None
    assert (stored.name, stored.markers) == ("Ada\ufffd", {"m": "x"})
    (paper,) = store.evidence([ADA])[ADA]
    assert (paper.title, paper.tags) == ("\ufffd", ("a",))
    assert store.save([person(name="A\x00da\ud800")]).accounts_unchanged == 1


def test_figures_that_are_no_numbers_are_left_out(store: Store) -> None:
    store.save([person(figures={"stars": float("nan"), "forks": float("inf"), "followers": 2.0})])
    stored = store.account(ADA)
    assert stored is not None
    assert stored.figures == {"followers": 2.0}


def test_an_empty_batch_is_nothing(store: Store) -> None:
    assert store.save([]) == Saved()


def test_accounts_come_in_pages(store: Store) -> None:
    keys = [AccountKey("github", f"{number:05d}") for number in range(2003)]
    assert store.save([person(key) for key in keys]).accounts_new == len(keys)
    assert [item.key for item in store.accounts()] == keys
    assert [item.account for item in store.known("github")] == keys
    assert len(list(store.accounts(keys=keys))) == len(keys)


def test_counts_add_up() -> None:
    assert Saved(events=1, gone=2) + Saved(events=3) == Saved(events=4, gone=2)
