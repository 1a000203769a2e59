"""Night after night: looking at what changed gives what looking at everything gives."""

from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sourcing.identity import Settings, resolve
from storage.records import Account, AccountKey, Gone, Origin, Sighting, Verdict
from storage.store import Store
from tests.identity_kit import ACCOUNTS, PAGES, account, bystanders, day, house, partition, said

NIGHTS = st.lists(st.lists(ACCOUNTS, min_size=1, max_size=5), min_size=1, max_size=4)
GH, KG = PAGES["github"].format("quillfeather"), PAGES["kaggle"].format("quillfeather")


def at(one: Account, number: float) -> Account:
    return one.model_copy(update={"origin": one.origin.model_copy(update={"seen_at": day(number)})})


def play(store: Store, nights: Sequence[Sequence[Account]], settings_: Settings, goners: Sequence[int] = ()) -> None:
    for number, night in enumerate(nights):
        store.save([at(one, number) for one in night])
        if number in goners and night:
            origin = Origin(source=night[0].source, url="https://x.example", seen_at=day(number + 0.5), spider="x/1")
            store.save([Gone(account=night[0].key, reason="not_found", origin=origin)])
        resolve(store, now=day(number + 0.6), settings=settings_)


@given(nights=NIGHTS, goner=st.integers(0, 3), cap=st.sampled_from([2, 3, 60]))
@settings(max_examples=120, deadline=None)
def test_looking_at_changes_gives_what_looking_at_everything_gives(
    nights: list[list[Account]], goner: int, cap: int
) -> None:
    settings_ = Settings(block=cap, refit_days=100)
    with house() as store:
        resolve(store, now=day(0), settings=settings_)
        play(store, nights, settings_, [goner])
        once = said(store.judgements()), partition(store)
        again = resolve(store, now=day(20), settings=settings_, full=True)
        assert (said(store.judgements()), partition(store)) == once
        assert (again.judgements_new, again.judgements_undone, again.suggested, again.leads_new) == (0, 0, 0, 0)
        assert store.check() == []


@given(nights=NIGHTS)
@settings(max_examples=25, deadline=None)
def test_looking_at_changes_gives_the_same_where_it_is_known_who_is_well_known(nights: list[list[Account]]) -> None:
    settings_ = Settings(refit_days=100)
    with house() as store:
        store.save(bystanders())
        resolve(store, now=day(0), settings=settings_)
        play(store, nights, settings_)
        once = said(store.judgements()), partition(store)
        resolve(store, now=day(20), settings=settings_, full=True)
        assert (said(store.judgements()), partition(store)) == once


def test_who_becomes_well_known_is_joined_by_a_lone_claim_no_longer() -> None:
    claim = account("github", 1, "cinder", says=[PAGES["kaggle"].format("wxyzab")])
    with house() as store:
        store.save(bystanders())
        resolve(store, now=day(0))
        store.save([at(one, 1) for one in (claim, account("kaggle", 1, "wxyzab", figures={"competition_points": 4.0}))])
        assert resolve(store, now=day(1)).judgements_new == 1
        store.save([at(account("kaggle", 1, "wxyzab", figures={"competition_points": 400.0}), 2)])
        done = resolve(store, now=day(2))
        assert (done.judgements_new, done.judgements_undone, done.suggested) == (0, 1, 1)


@given(nights=NIGHTS, seed=st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_the_order_of_arrival_does_not_matter(nights: list[list[Account]], seed: int) -> None:
    latest = {one.key: one for night in nights for one in night}
    settings_ = Settings(refit_days=100)
    outcomes = []
    for order in (sorted(latest), Random(seed).sample(sorted(latest), len(latest))):
        with house() as store:
            resolve(store, now=day(0), settings=settings_)
            play(store, [[latest[key]] for key in order], settings_)
            outcomes.append((said(store.judgements()), partition(store)))
    assert outcomes[0] == outcomes[1]


def test_a_night_looks_at_few() -> None:
    with house() as store:
        store.save([account("github", n, f"person{n:04d}x") for n in range(300)])
        assert resolve(store, now=day(0)).looked_at == 300
        assert resolve(store, now=day(1)).looked_at == 0
        store.save([account("kaggle", 1, "person0007x", at=1)])
        assert resolve(store, now=day(1)).looked_at == 1


def test_a_new_rival_takes_a_claim_back() -> None:
    with house() as store:
        store.save([account("github", 1, "quillfeather", says=[KG]), account("kaggle", 1, "quillfeather")])
        assert resolve(store, now=day(0)).judgements_new == 1
        store.save([account("github", 2, "thief", at=1, says=[KG])])
        done = resolve(store, now=day(1))
        assert (done.judgements_undone, len(partition(store))) == (1, 3)
        assert done.counters["generic_target"] == 2


def test_a_claim_waits_until_its_claimant_is_seen_again() -> None:
    with house() as store:
        store.save([account("github", 1, "quill"), account("kaggle", 1, "quillfeather", says=[GH])])
        resolve(store, now=day(0))
        store.save([account("github", 1, "quillfeather", at=1)])
        assert resolve(store, now=day(1)).judgements_new == 0
        store.save([Sighting(account=AccountKey("kaggle", "1"), handle="quillfeather", seen_at=day(2))])
        assert resolve(store, now=day(2)).judgements_new == 1
        assert resolve(store, now=day(3)).looked_at == 0


def test_other_settings_look_at_everything_again() -> None:
    with house() as store:
        store.save([account("github", 1, "quillfeather", says=[KG]), account("kaggle", 1, "quillfeather")])
        resolve(store, now=day(0))
        strict = resolve(store, now=day(1), settings=Settings(strict_claims=True))
        assert (strict.judgements_undone, strict.suggested) == (1, 1)
        assert [row.verdict for row in store.judgements()] == [Verdict.SUGGESTED]
        model = store.identity_model()
        assert model is not None
        assert (model.number, model.fitted_at) == (2, day(1))


# --- the Store's own verbs, on both databases ----------------------------------------------------------------------


def test_keys_are_kept_and_found(store: Store) -> None:
    one, two = account("github", 1, "a1x"), account("kaggle", 1, "b1x")
    store.save([one, two])
    store.set_identity_keys({one.key: {("name", -5), ("handle", 7)}, two.key: {("name", -5)}})
    assert store.identity_keys([one.key, two.key]) == {one.key: {("name", -5), ("handle", 7)}, two.key: {("name", -5)}}
    assert store.key_sizes([-5, 7, 9]) == {-5: 2, 7: 1}
    assert store.carriers([-5]) == {one.key, two.key}
    store.set_identity_keys({one.key: {("handle", 7)}})
    assert store.key_sizes([-5]) == {-5: 1}
    assert (store.key_sizes([]), store.carriers([]), store.identity_keys([])) == ({}, set(), {})


def test_what_was_looked_at_is_looked_at_again_when_it_changes(store: Store) -> None:
    one, two = account("github", 1, "a1x"), account("kaggle", 1, "b1x")
    store.save([one, two])
    assert store.unresolved() == [one.key, two.key]
    store.mark_resolved([one.key, two.key], waiting=[two.key])
    assert store.unresolved() == [two.key]
    store.mark_resolved([two.key])
    assert store.unresolved() == []
    store.save([account("github", 1, "a2x", at=1)])
    assert store.unresolved() == [one.key]
    store.mark_resolved([one.key])
    store.forget_resolved([two.key])
    assert store.unresolved() == [two.key]
    store.forget_resolved()
    assert len(store.unresolved()) == 2


def test_what_identity_reads(store: Store) -> None:
    one = account("github", 1, "a1x")
    store.save([one])
    store.save([account("github", 1, "a2x", at=1)])
    assert [handle for handle, _ in store.renamed()[one.key]] == ["a1x", "a2x"]
    assert store.renamed([one.key]) == store.renamed()
    assert store.works() == {}
    [known] = store.known_of([one.key])
    assert (known.first_seen, known.last_seen, known.gone_at) == (day(0), day(1), None)
    store.arrange({one.key: "L000001"}, at=day(1))
    assert store.fellows([one.key]) == {one.key: "L000001"}
    assert store.born([one.key]) == {one.key: "L000001"}
    assert (store.lead_counts(), store.best_totals()) == ((1, 1), {})


@pytest.mark.parametrize("count", [0, 1])
def test_nothing_to_resolve(store: Store, count: int) -> None:
    store.save([account("github", n, f"only{n}x") for n in range(count)])
    done = resolve(store, now=day(0))
    assert (done.accounts, done.leads, done.judgements_new) == (count, count, 0)


def test_what_a_partner_claims_elsewhere_is_looked_up() -> None:
    second = PAGES["github"].format("second")
    with house() as store:
        store.save(
            [
                account("kaggle", 1, "kagglerx"),
                account("github", 1, "quillfeather", says=[PAGES["kaggle"].format("kagglerx")]),
                account("github", 2, "second"),
                account("hackernews", 1, "quillfeather", says=[GH, second]),
            ]
        )
        assert resolve(store, now=day(0)).counters["claims_several_accounts"] == 2
        store.save([account("kaggle", 1, "kagglerx", at=1, name="New Name")])
        assert resolve(store, now=day(1)).judgements_new == 0
        assert len(partition(store)) == 4
