"""Accounts of sources that forbid joining: a lead of their own whatever anybody publishes, claims or decides."""

from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

import pytest

from sourcing.identity import resolve
from spiders._card import OWN_LEAD_ONLY
from spiders._linked import linked_handles
from spiders._registry import load, names
from storage.records import Account, AccountKey, Claim, Judgement, Link, Origin, Verdict
from storage.store import Store
from tests.replay import read_exchanges

RECORDINGS = Path(__file__).parent / "recordings"
START = datetime(2026, 11, 1, 2, tzinfo=UTC)
PAGES = {"github": "https://github.com/ada", "kaggle": "https://www.kaggle.com/ada"}


def account(source: str, *links: str, alone: bool = False, claim: Claim = Claim.VERIFIED) -> Account:
    return Account(
        source=source,
        source_id="7",
        handle="ada",
        url=PAGES[source],
        name="Ada Example",
        location="Oslo",
        links=tuple(Link(url=link, claim=claim, field="website") for link in links),
        flags=(OWN_LEAD_ONLY,) if alone else (),
        observed=frozenset({"links", "flags", "kind"}),
        origin=Origin(source=source, url=PAGES[source], seen_at=START, spider=f"{source}/1"),
    )


def groups(store: Store) -> list[set[str]]:
    leads: dict[str, set[str]] = {}
    for key, lead in store.clusters().items():
        leads.setdefault(lead, set()).add(key.source)
    return sorted(leads.values(), key=sorted)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    Store.upgrade(url := f"sqlite:///{tmp_path}/x.db")
    return Store.open(url)


@pytest.mark.parametrize("alone", [("github",), ("kaggle",), ("github", "kaggle")])
def test_links_both_ways_join_others_and_not_these(store: Store, alone: tuple[str, ...]) -> None:
    with store:
        store.save([account("github", PAGES["kaggle"]), account("kaggle", PAGES["github"])])
        resolve(store, now=START)
        assert groups(store) == [{"github", "kaggle"}]
        store.save(
            [
                account("github", PAGES["kaggle"], alone="github" in alone),
                account("kaggle", PAGES["github"], alone="kaggle" in alone),
            ]
        )
        resolve(store, now=START)
        assert groups(store) == [{"github"}, {"kaggle"}]


def test_a_persons_word_does_not_join_them_either(store: Store) -> None:
    with store:
        items = [account("github", alone=True), account("kaggle")]
        store.save(items)
        for left, right in combinations((item.key for item in items), 2):
            said = {"verdict": Verdict.SAME, "bits": 99.0, "by": "a person", "why": "sure", "created_at": START}
            store.judge([Judgement.model_validate({"left": left, "right": right} | said)])
        resolve(store, now=START)
        assert groups(store) == [{"github"}, {"kaggle"}]


def test_nothing_is_followed_from_them(store: Store) -> None:
    with store:
        store.save([account("kaggle", PAGES["github"], alone=True)])
        assert linked_handles(store, "github", ()) == []
        store.save([account("kaggle", PAGES["github"])])
        assert linked_handles(store, "github", ()) == ["ada"]


def test_reddit_is_such_a_source() -> None:
    assert [name for name in names() if not load(name).card.matching] == ["reddit"]


@pytest.mark.parametrize("source", [name for name in names() if not load(name).card.matching])
def test_every_account_of_such_a_source_says_so_and_publishes_no_links(source: str) -> None:
    expected = read_exchanges(RECORDINGS / f"{source}.jsonl")[0]["expected"]
    accounts = [row for row in expected if row["record"] == "Account"]
    assert accounts
    assert all(OWN_LEAD_ONLY in row["flags"] and not row.get("links") for row in accounts)


def test_the_flag_is_no_part_of_the_key() -> None:
    assert account("github", alone=True).key == account("github").key == AccountKey("github", "7")
