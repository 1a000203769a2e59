"""What holds for any stream of answers: the Store is a fold over them, however they are cut into batches."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.records import Account, AccountKey, Item
from storage.store import Store
from tests.store_kit import gone, person, sighted, state, withdrawn, work

KEYS = [AccountKey("github", "1"), AccountKey("github", "2"), AccountKey("kaggle", "1")]
OFTEN = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

keys = st.sampled_from(KEYS)
days = st.integers(0, 9)
words = st.sampled_from(["x", "y", "ß", "\x00", "名前"])
FIELDS = {
    "handle": words.filter(lambda text: text != "\x00"),
    "name": st.none() | words,
    "bio": st.none() | words,
    "open_to_work": st.none() | st.booleans(),
    "figures": st.dictionaries(st.sampled_from(["stars", "followers"]), st.sampled_from([0.0, 1.0])),
    "flags": st.sampled_from([(), ("no_recruiters",), ("b", "a")]),
    "markers": st.dictionaries(st.sampled_from(["m", "n"]), words, max_size=2),
    "observed": st.frozensets(st.sampled_from(["name", "bio", "open_to_work", "flags", "kind"])),
}
fields = st.fixed_dictionaries({}, optional=FIELDS)
items: st.SearchStrategy[Item] = st.one_of(
    st.builds(lambda key, at, given: person(key, at, **given), keys, days, fields),
    st.builds(lambda key, at, title: work(key, at=at, title=title), keys, days, words),
    st.builds(lambda key, at, handle: sighted(key, at, handle), keys, days, FIELDS["handle"]),
    st.builds(gone, keys, days),
    st.builds(lambda key, at: withdrawn(key, at=at), keys, days),
)


@contextmanager
def fresh(template: Path) -> Iterator[Store]:
    with TemporaryDirectory() as folder:
        file = shutil.copy(template, Path(folder) / "copy.db")
        with Store.open(f"sqlite:///{file}") as opened:
            yield opened


def after(template: Path, batches: Sequence[Sequence[Item]]) -> dict[str, Any]:
    with fresh(template) as store:
        for batch in batches:
            store.save(batch)
        assert store.check() == []
        return state(store, KEYS)


def cut(stream: Sequence[Item], at: Sequence[int]) -> list[Sequence[Item]]:
    edges = [0, *sorted({min(place, len(stream)) for place in at}), len(stream)]
    return [stream[left:right] for left, right in pairwise(edges)]


def known_first(stream: Sequence[Item]) -> list[Item]:
    """Put an answer about every account first, since work of unknown accounts is not kept."""
    return [*(person(key, 0) for key in KEYS), *stream]


@OFTEN
@given(st.lists(items, max_size=12), st.lists(st.integers(0, 15), max_size=4))
def test_any_split_into_batches_gives_the_same_state(empty_file: Path, stream: list[Item], at: list[int]) -> None:
    whole = known_first(stream)
    assert after(empty_file, cut(whole, at)) == after(empty_file, [whole])


@OFTEN
@given(st.lists(items, max_size=12))
def test_saving_twice_changes_nothing(empty_file: Path, stream: list[Item]) -> None:
    whole = [item for item in known_first(stream) if isinstance(item, Account)]
    newest = {item.key: item for item in sorted(whole, key=lambda item: item.origin.seen_at)}
    once = [whole, list(newest.values())]
    assert after(empty_file, [*once, list(newest.values())]) == after(empty_file, once)


@OFTEN
@given(st.permutations([*(person(key, 0) for key in KEYS), *(work(key, name) for key in KEYS for name in "ab")]))
def test_the_order_of_different_items_does_not_matter(empty_file: Path, stream: list[Item]) -> None:
    ordered = sorted(stream, key=str)
    assert after(empty_file, [stream]) == after(empty_file, [ordered])


@OFTEN
@given(fields, fields)
def test_an_answer_never_overwrites_what_it_does_not_cover(
    empty_file: Path, first: dict[str, Any], second: dict[str, Any]
) -> None:
    with fresh(empty_file) as store:
        key = KEYS[0]
        store.save([person(key, 0, **first)])
        before = store.account(key)
        answer = person(key, 1, **second)
        store.save([answer])
        stored = store.account(key)
    assert before is not None
    assert stored is not None
    for name in ("name", "bio", "open_to_work"):
        if name not in answer.observed and getattr(answer, name) is None:
            assert getattr(stored, name) == getattr(before, name)
    assert stored.figures == {**before.figures, **answer.figures}
    assert stored.observed >= before.observed | answer.observed


@OFTEN
@given(st.lists(items, max_size=12))
def test_seen_times_are_in_order(empty_file: Path, stream: list[Item]) -> None:
    with fresh(empty_file) as store:
        store.save(known_first(stream))
        for key in KEYS:
            (known,) = [item for item in store.known(key.source) if item.account == key]
            assert known.first_seen <= known.last_seen
            names = store.handles(key)
            assert names[-1][0] == known.handle
            assert [since for _, since in names] == sorted(since for _, since in names)


@pytest.mark.postgres
def test_both_databases_end_in_the_same_state(postgres_url: str, empty_file: Path) -> None:
    stream: list[Item] = [
        *(person(key, 0, name="x", bio="y") for key in KEYS),
        *(work(key, name) for key in KEYS for name in "ab"),
        person(KEYS[0], 2, handle="new", observed={"bio"}),
        sighted(KEYS[1], 3, m="1"),
        gone(KEYS[2], 4),
        withdrawn(KEYS[0], "a", 5),
    ]
    Store.upgrade(postgres_url)
    with Store.open(postgres_url) as store:
        for item in stream:
            store.save([item])
        there = state(store, KEYS)
    assert after(empty_file, [stream]) == there
