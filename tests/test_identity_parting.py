"""Why joins are taken back: each said in plain words, and none counted that still holds."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sourcing.identity import Joined, Settings, resolve
from sourcing.identity.parting import Parted, parted
from sourcing.show.nights import joins
from storage.records import Account, AccountKey, Kind, Verdict
from tests.identity_kit import ACCOUNTS, PAGES, account, bystanders, day, house

GH, KG = PAGES["github"].format("quillfeather"), PAGES["kaggle"].format("quillfeather")
NAME = {"name": "Maarten Oosterhuis"}


def github(at: float = 0, says: Sequence[str] = (KG,), **fields: Any) -> Account:
    return account("github", 1, "quillfeather", at=at, says=says, **(NAME | fields))


def kaggle(at: float = 0, says: Sequence[str] = (), **fields: Any) -> Account:
    return account("kaggle", 1, "quillfeather", at=at, says=says, **(NAME | fields))


def second(before: Sequence[Account], after: Sequence[Any]) -> Joined:
    """What the second night finds, one join having been made in the first."""
    with house() as store:
        store.save(before)
        assert resolve(store, now=day(0)).judgements_new == 1
        store.save(after)
        done = resolve(store, now=day(1))
        assert store.check() == []
        return done


BOTH = (github(), kaggle())
LYON: dict[str, Any] = {"location": "Lyon, France"}
MONTREAL: dict[str, Any] = {"location": "Montreal, Canada"}


@pytest.mark.parametrize(
    ("before", "after", "why", "asked"),
    [
        (BOTH, [github(1, ())], "neither profile names the other any more", True),
        (BOTH, [github(1, name="Perpetua Nkemelu")], "the full names cannot be one (Perpetua Nkemelu | Maarten", True),
        (BOTH, [github(1, kind=Kind.BOT)], "github:quillfeather may not be joined with anybody", False),
        (
            (github(**LYON), kaggle(**LYON)),
            [github(1, **MONTREAL)],
            "two countries (Montreal, Canada | Lyon, France)",
            True,
        ),
        (
            (github(**LYON), kaggle(says=[GH], **MONTREAL)),
            [kaggle(1, **MONTREAL)],
            ": only one of the two names the other now; it is",
            True,
        ),
        (
            BOTH,
            [account("github", 2, "thief", at=1, says=[KG])],
            "that address tells nobody any more: others name it too, or it has had another owner",
            True,
        ),
    ],
)
def test_a_join_that_no_longer_holds_says_why(
    before: Sequence[Account], after: Sequence[Account], why: str, asked: bool
) -> None:
    done = second(before, after)
    [one] = done.parted
    assert (one.left, one.right, one.asked) == (github().key, kaggle().key, asked)
    assert one.why.startswith("github:quillfeather and kaggle:quillfeather are joined no longer: ")
    assert why in one.why
    assert one.why.endswith("; it is a question for the queue now") == asked
    assert (done.judgements_undone, done.restated) == (1, 0)
    assert "1 taken back" in joins(done)
    assert one.why in joins(done)


def test_who_becomes_well_known_is_named_as_the_reason() -> None:
    claim = account("github", 1, "cinder", says=[PAGES["kaggle"].format("wxyzab")])
    target = account("kaggle", 1, "wxyzab", figures={"competition_points": 4.0})
    with house() as store:
        store.save([*bystanders(), claim, target])
        assert resolve(store, now=day(0)).judgements_new == 1
        store.save([account("kaggle", 1, "wxyzab", at=1, figures={"competition_points": 400.0})])
        [one] = resolve(store, now=day(1)).parted
    assert "the one named is better known now than the one that names it; it is a question" in one.why


def test_accounts_that_are_not_stored_any_more_are_named_by_their_keys() -> None:
    with house() as store:
        store.save([github(), kaggle()])
        resolve(store, now=day(0))
        [row] = store.judgements()
    why = "github:1 and kaggle:1 are joined no longer: one of them is not known any more"
    assert parted(row, None, {}) == Parted(left=row.left, right=row.right, why=why, asked=False)


def test_what_is_joined_for_other_reasons_is_no_loss_and_no_gain() -> None:
    done = second((github(**LYON), kaggle(says=[GH], **LYON)), [github(1, **MONTREAL)])
    assert (done.judgements_new, done.judgements_undone, done.restated) == (0, 0, 1), "proof stands, the place does not"
    assert done.parted == ()


def test_a_new_model_restates_and_takes_nothing_back() -> None:
    with house() as store:
        store.save([github(), kaggle(), account("github", 3, "lanternotter"), account("kaggle", 3, "lanternotter")])
        first = resolve(store, now=day(0))
        assert (first.judgements_new, first.suggested) == (1, 1)
        again = resolve(store, now=day(1), settings=Settings(queue=0.7, weights={"handle": 13.9, "claimed": 18.5}))
        assert (again.judgements_new, again.judgements_undone, again.suggested, again.withdrawn) == (0, 0, 0, 0)
        assert again.restated == 2


def test_a_suggestion_that_falls_away_is_no_join_taken_back() -> None:
    with house() as store:
        store.save([account("github", 3, "lanternotter"), account("kaggle", 3, "lanternotter")])
        assert resolve(store, now=day(0)).suggested == 1
        store.save([account("kaggle", 3, "otherwise", at=1)])
        done = resolve(store, now=day(1))
        assert (done.judgements_undone, done.withdrawn, done.parted) == (0, 1, ())


@given(nights=st.lists(st.lists(ACCOUNTS, min_size=1, max_size=5), min_size=1, max_size=4), full=st.booleans())
@settings(max_examples=60, deadline=None)
def test_joins_made_and_taken_back_are_the_difference_of_two_nights(nights: list[list[Account]], full: bool) -> None:
    with house() as store:
        resolve(store, now=day(0), settings=Settings(refit_days=100))
        before: set[tuple[AccountKey, AccountKey]] = set()
        for number, night in enumerate(nights):
            seen = day(number)
            rows = (one.model_copy(update={"origin": one.origin.model_copy(update={"seen_at": seen})}) for one in night)
            store.save(list(rows))
            done = resolve(store, now=day(number + 0.5), settings=Settings(refit_days=100), full=full)
            after = {(row.left, row.right) for row in store.judgements() if row.verdict is Verdict.SAME}
            assert {(row.left, row.right) for row in done.joins} == after - before
            assert {(one.left, one.right) for one in done.parted} == before - after
            assert all("joined no longer: " in one.why and "less than before" not in one.why for one in done.parted)
            before = after
