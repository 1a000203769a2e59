"""Which lane is said to have shown whom: from answers to the Store, for every source's recording."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from spiders._course.ledger import Ledger
from spiders._drift import Drift
from spiders._pipeline import StorePipeline
from spiders._registry import load, names
from storage.records import Lane
from storage.store import Store
from tests.replay import Replay, crawl, read_exchanges
from tests.store_kit import ADA, BO, person
from tests.test_recordings import FOLDER, _save_known


def test_each_find_is_handed_over_once() -> None:
    ledger = Ledger()
    ledger.met("a", ADA)
    ledger.met("a", ADA)
    ledger.found("b", ADA)
    ledger.met("a", BO, found=False)
    assert ledger.take_finds() == [(ADA, "a"), (ADA, "b")]
    ledger.found("b", ADA)
    assert ledger.take_finds() == []
    assert ledger.bill("a").accounts == 2


@pytest.mark.parametrize("source", names())
def test_finds_name_lanes_of_the_run_and_accounts_of_the_store(source: str, tmp_path: Path) -> None:
    card, *exchanges = read_exchanges(FOLDER / f"{source}.jsonl")
    url = f"sqlite:///{tmp_path}/night.db"
    _save_known(url, card.get("known", []))
    store, _ = crawl(
        source, Replay(exchanges), lanes=card["lanes"], options=card["options"], store_url=url, clock=card["clock"]
    )
    with store:
        finds, stored = list(store.finds()), {account.key for account in store.accounts()}
    lanes = {f"{lane['source']}/{lane['kind']}/{lane['target']}" for lane in card["lanes"]}
    assert {find.lane for find in finds} <= lanes
    assert {find.account for find in finds} <= stored
    if source in {"github", "kaggle", "hackernews", "huggingface", "stackexchange", "events"}:
        assert finds, "a source that discovers people says by which lane"


def test_authors_of_merged_changes_are_found_by_the_lane_of_their_repository(tmp_path: Path) -> None:
    card, *exchanges = read_exchanges(FOLDER / "github.jsonl")
    url = f"sqlite:///{tmp_path}/night.db"
    store, _ = crawl(
        "github", Replay(exchanges), lanes=card["lanes"], options=card["options"], store_url=url, clock=card["clock"]
    )
    with store:
        found = {find.account for find in store.finds() if "/merged_authors/" in find.lane}
        work = store.evidence({account.key for account in store.accounts()})
    assert found == {key for key, done in work.items() if any(one.kind == "merged_change" for one in done)} != set()


def test_a_find_that_comes_before_its_account_waits(lite: Store) -> None:
    spider = SimpleNamespace(
        name="github",
        store=lite,
        night=1,
        lanes=[Lane(source="github", kind="search", target="ml")],
        ledger=Ledger(),
        drift=Drift(),
        now=lambda: datetime(2026, 11, 25, tzinfo=UTC),
        card=load("github").card,
    )
    pipeline = StorePipeline(SimpleNamespace(spider=spider))  # type: ignore[arg-type]  # all it looks at
    lane = spider.lanes[0].id
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("spiders._pipeline.spider_of", lambda crawler: crawler.spider)
        pipeline._finds = [(ADA, lane), (BO, "github/profiles")]
        pipeline.flush()
        assert list(lite.finds()) == []
        pipeline._taken = [[person(ADA)]]
        pipeline.flush()
    assert [(find.account, find.lane) for find in lite.finds()] == [(ADA, lane)]
    assert pipeline._finds == []
