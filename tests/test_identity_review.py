"""Decisions of people: merging, splitting, taking back; whatever the order, the rows that stand decide."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sourcing.identity import Settings, resolve
from sourcing.identity.review import decide, merge, queue, split, undo
from sourcing.identity.what_if import changed_settings, read_changes, save_settings, what_if
from storage.errors import ConfigError
from storage.records import AccountKey, Verdict
from storage.store import ExportRow, Store
from tests.identity_kit import PAGES, account, day, house, partition

KG = PAGES["kaggle"].format("quillfeather")
SOURCES = sorted(PAGES)


def crowd(store: Store, count: int = 6) -> list[AccountKey]:
    """Accounts of different people, each a lead with a status of its own."""
    rows = [
        account(SOURCES[n % 4], n, f"person{n:03d}x", at=n / 10, name=f"Person{'abcdefgh'[n]} Somebody")
        for n in range(count)
    ]
    store.save(rows)
    resolve(store, now=day(1))
    for number, row in enumerate(rows):
        lead = store.fellows([row.key])[row.key]
        store.set_status(lead, f"status{number}", by="ann", note=f"note {number}", at=day(1 + number / 10))
    store.record_export(
        ExportRow(role="mle", format="csv", path="x", sha256="0", leads=tuple(store.lead_ids()), by="ann", at=day(1))
    )
    return [row.key for row in rows]


def state(store: Store) -> dict[str, Any]:
    """Everything that is said of leads, without times of change."""
    [export] = store.exports()
    return {
        "clusters": store.clusters(),
        "leads": {one.id: (one.name, one.status, [item.key for item in one.accounts]) for one in store.leads()},
        "aliases": {name: store.lead(name).id for name in export.leads},
        "history": {name: store.status_history(name) for name in export.leads},
        "findings": store.check(),
    }


ACTS = st.lists(
    st.tuples(st.sampled_from(["merge", "split", "undo", "night"]), st.integers(0, 5), st.integers(0, 5)), max_size=10
)


def act(store: Store, keys: list[AccountKey], step: tuple[str, int, int], number: int) -> None:
    verb, one, other = step
    now = day(2 + number)
    try:
        if verb == "merge":
            merge(store, str(keys[one]), str(keys[other]), by="ann", why="same", now=now)
        elif verb == "split":
            split(store, str(keys[one]), [str(keys[one])], by="ann", why="not", now=now)
        elif verb == "undo":
            undo(store, str(keys[one]), by="ben", now=now)
        else:
            resolve(store, now=now, settings=Settings(refit_days=100))
    except ConfigError:
        pass


@given(steps=ACTS)
@settings(max_examples=60, deadline=None)
def test_what_stands_decides_and_nothing_else(steps: list[tuple[str, int, int]]) -> None:
    with house() as played, house() as fresh:
        keys = crowd(played)
        for number, step in enumerate(steps):
            act(played, keys, step, number)
        crowd(fresh)
        rows = [row for row in played.judgements() if row.by == "ann"]
        fresh.judge([row.model_copy(update={"id": None}) for row in rows])
        resolve(fresh, now=day(50))
        assert state(played) == state(fresh)


@given(steps=ACTS)
@settings(max_examples=30, deadline=None)
def test_undoing_everything_restores_everything(steps: list[tuple[str, int, int]]) -> None:
    with house() as store:
        keys = crowd(store)
        before = state(store)
        for number, step in enumerate(steps):
            act(store, keys, step, number)
        while rows := [row for row in store.judgements() if row.by == "ann"]:
            undo(store, str(rows[-1].id), by="ben", now=day(60))
        assert state(store) == before


def test_a_merge_keeps_the_older_id_and_its_undoing_gives_everything_back(store: Store) -> None:
    keys = crowd(store)
    before = state(store)
    done = merge(store, str(keys[1]), str(keys[0]), by="ann", why="met her", now=day(3))
    [lead] = done.leads
    assert lead == before["clusters"][keys[0]]
    assert store.lead(before["clusters"][keys[1]]).id == lead
    assert store.lead(lead).status == "status1", "what was said last of either"
    assert resolve(store, now=day(4)).merged == 0
    assert sorted(undo(store, lead, by="ben", now=day(5)).leads) == sorted(before["clusters"][key] for key in keys[:2])
    assert state(store) == before


def test_a_split_holds_against_proof_and_can_be_taken_back(store: Store) -> None:
    gh = PAGES["github"].format("ada")
    store.save([account("github", 1, "ada", says=[KG]), account("kaggle", 1, "quillfeather", says=[gh])])
    resolve(store, now=day(0))
    [lead] = store.lead_ids()
    split(store, lead, ["kaggle:quillfeather"], by="ann", why="another", now=day(1))
    assert len(partition(store)) == 2
    assert resolve(store, now=day(2), full=True).judgements_new == 0
    assert len(partition(store)) == 2
    undo(store, lead, by="ann", now=day(3))
    assert store.lead_ids() == [lead]
    assert resolve(store, now=day(4), full=True).judgements_new == 0


def test_merging_two_of_one_source_is_a_persons_right(store: Store) -> None:
    keys = crowd(store)
    merge(store, str(keys[0]), str(keys[4]), by="ann", why="her second account", now=day(3))
    assert frozenset({keys[0], keys[4]}) in partition(store)


def test_what_cannot_be_decided_says_why(store: Store) -> None:
    keys = crowd(store)
    with pytest.raises(ConfigError, match="nothing to merge"):
        merge(store, str(keys[0]), str(keys[0]), by="ann", why="", now=day(3))
    with pytest.raises(ConfigError, match="leave one in it"):
        split(store, str(keys[0]), [str(keys[0])], by="ann", why="", now=day(3))
    with pytest.raises(ConfigError, match="has no account nobody"):
        split(store, str(keys[0]), ["nobody"], by="ann", why="", now=day(3))
    with pytest.raises(ConfigError, match="nobody decided anything"):
        undo(store, str(keys[0]), by="ann", now=day(3))
    with pytest.raises(ConfigError, match="no live judgement 99"):
        undo(store, "99", by="ann", now=day(3))
    with pytest.raises(ConfigError, match="a name of ours"):
        merge(store, str(keys[0]), str(keys[1]), by="identity/9", why="", now=day(3))
    merge(store, str(keys[0]), str(keys[1]), by="ann", why="", now=day(3))
    split(store, str(keys[0]), [str(keys[1])], by="ann", why="", now=day(4))
    with pytest.raises(ConfigError, match=r"judged different by ann \(judgement \d+\); take that back first"):
        merge(store, str(keys[0]), str(keys[1]), by="ann", why="", now=day(5))


def test_nobody_joins_what_its_source_forbids_to_join(store: Store) -> None:
    rows = [account("github", 1, "ada"), account("kaggle", 1, "bob", flags=("own_lead_only",))]
    store.save(rows)
    resolve(store, now=day(0))
    with pytest.raises(ConfigError, match="kaggle:1 may not be joined"):
        merge(store, "github:1", "kaggle:1", by="ann", why="", now=day(1))


def test_the_queue_is_short_sorted_and_answered_with_one_key(store: Store) -> None:
    name = "Maarten Oosterhuis"
    rows = [
        account("github", 1, "quillfeather", name=name),
        account("kaggle", 1, "quillfeather", name=name),
        account("hackernews", 1, "quillfeather", name=name),
        account("github", 2, "lanternotter"),
        account("kaggle", 2, "lanternotter"),
    ]
    store.save(rows)
    resolve(store, now=day(0))
    assert len(queue(store)) == 1, "two in a hundred, at least one"
    items = queue(store, limit=9)
    assert len(items) == 3, "who are one if both others say so need not be asked"
    assert [item.gain for item in items] == sorted((item.gain for item in items), reverse=True)
    pair = next(item for item in items if {item.row.left, item.row.right} == {rows[0].key, rows[1].key})
    assert any(text.startswith("name +") for text in pair.row.evidence)
    decide(store, pair, Verdict.SAME, by="ann", now=day(1))
    assert len(partition(store)) == 4
    items = queue(store, limit=9)
    assert len(items) == 2, "one per pair of leads"
    other = next(item for item in items if len(item.left.accounts) + len(item.right.accounts) == 3)
    decide(store, other, Verdict.DIFFERENT, by="ann", now=day(2))
    assert len(queue(store, limit=9)) == 1
    decide(store, queue(store)[0], Verdict.UNSURE, by="ann", now=day(3))
    assert queue(store) == []
    resolve(store, now=day(4), full=True)
    assert queue(store) == []


def test_what_if_shows_the_difference_and_writes_nothing(store: Store, tmp_path: Any) -> None:
    store.save([account("github", 1, "quillfeather", says=[KG]), account("kaggle", 1, "quillfeather")])
    resolve(store, now=day(0))
    rows = store.judgements(live=False)
    asked = read_changes(["strict_claims=true", "weights.site=12"])
    found = what_if(store, Settings(), changed_settings(Settings(), asked), now=day(1))
    assert (len(found.appear), len(found.vanish), found.joined, found.suggested) == (0, 1, 1, (0, 1))
    back = what_if(store, found.settings, Settings(), now=day(1))
    assert (len(back.appear), len(back.vanish)) == (1, 0)
    assert store.judgements(live=False) == rows
    file = tmp_path / "sourcing.toml"
    file.write_text("# ours\n[crawl]\nmax_profiles = 7 # few\n")
    save_settings(file, asked, found.settings)
    assert file.read_text().startswith("# ours\n[crawl]\nmax_profiles = 7 # few\n")
    assert "strict_claims = true" in file.read_text()


@pytest.mark.parametrize("text", ["merge", "=1", "merge="])
def test_what_if_wants_key_and_value(text: str) -> None:
    with pytest.raises(ConfigError, match="KEY=VALUE"):
        read_changes([text])


@pytest.mark.parametrize(
    "changes", [{"nothing": "1"}, {"weights": "1"}, {"weights.nothing": "1"}, {"other.merge": "1"}]
)
def test_what_if_knows_its_settings(changes: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="there are: merge"):
        changed_settings(Settings(), changes)
    with pytest.raises(ConfigError, match="merge = '7'"):
        changed_settings(Settings(), {"merge": "7"})
