"""Every source has one recorded conversation with invented people; it is played through the real engine.

REWRITE_RECORDINGS=1 rewrites the expected records of each recording; read the difference before keeping it.
"""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from spiders._course.past import Past
from spiders._registry import load, names
from storage import records
from storage.records import Account, Evidence, Gone, LaneState, Record, Sighting, Validator, Withdrawn
from storage.store import Store
from tests.replay import Replay, crawl, read_exchanges

FOLDER = Path(__file__).parent / "recordings"


@pytest.mark.parametrize("source", names())
def test_recording_gives_expected_records(source: str, tmp_path: Path) -> None:
    path = FOLDER / f"{source}.jsonl"
    assert path.exists(), f"{source} has no recording; see CONTRIBUTING, how to add a source"
    card, *exchanges = read_exchanges(path)
    url, replay = f"sqlite:///{tmp_path}/night.db", Replay(exchanges)
    _save_known(url, card.get("known", []))
    store, _ = crawl(source, replay, lanes=card["lanes"], options=card["options"], store_url=url, clock=card["clock"])
    with store:
        found = list(stored(store, source))
    assert replay.unrecorded == []
    assert replay.unused == []
    if os.environ.get("REWRITE_RECORDINGS") == "1":
        _rewrite(path, card | {"expected": found}, exchanges)
        return
    assert found == card["expected"]


@pytest.mark.parametrize("source", names())
def test_source_says_what_it_is(source: str) -> None:
    spider = load(source)
    assert spider.name == source
    assert spider.card.fields
    assert spider.card.terms.startswith("https://")
    assert spider.base(spider.options_model.model_validate({})).startswith("https://")


@pytest.mark.parametrize("source", names())
def test_forecast_covers_every_lane_of_the_recording(source: str) -> None:
    spider = load(source)
    lanes = [records.Lane.model_validate(lane) for lane in read_exchanges(FOLDER / f"{source}.jsonl")[0]["lanes"]]
    forecast = spider.forecast(lanes, spider.options_model.model_validate({}), Past(datetime(2026, 11, 25, tzinfo=UTC)))
    assert {one.lane for one in forecast} >= {lane.id for lane in lanes}
    assert sum(one.requests for one in forecast) > 0
    assert all(one.requests >= 0 and one.minutes >= 0 for one in forecast)


def stored(store: Store, source: str) -> Iterator[dict[str, Any]]:
    """Everything stored of a source as plain data without times of seeing, in a fixed order."""
    accounts = sorted(store.accounts(source=source), key=lambda account: account.key)
    work = store.evidence({account.key for account in accounts})
    for account in accounts:
        yield _plain(account)
        yield from map(_plain, sorted(work.get(account.key, ()), key=lambda one: (one.kind, one.source_id)))
    # Sources that enrich add work to accounts of other sources.
    of_others = store.evidence({account.key for account in store.accounts() if account.source != source})
    added = (one for work in of_others.values() for one in work if one.origin.spider.startswith(f"{source}/"))
    yield from map(_plain, sorted(added, key=lambda one: one.id))
    for row in store.quarantined():
        yield {"record": "Quarantined", "url": row.url, "reason": row.reason}


def _plain(record: Account | Evidence) -> dict[str, Any]:
    data = record.model_dump(mode="json", exclude_defaults=True)
    data["origin"].pop("seen_at")
    if "observed" in data:
        data["observed"] = sorted(data["observed"])
    return {"record": type(record).__name__, **data}


def _save_known(url: str, known: list[dict[str, Any]]) -> None:
    Store.upgrade(url)
    with Store.open(url) as store:
        for data in known:
            record = _record(data)
            if isinstance(record, LaneState):
                store.keep_lane_state(record)
            elif isinstance(record, Validator):
                store.keep_validator(record)
            elif isinstance(record, Account | Evidence | Sighting | Gone | Withdrawn):
                store.save([record])


def _record(data: dict[str, Any]) -> Record:
    fields = dict(data)
    made: type[Record] = getattr(records, fields.pop("record"))
    return made.model_validate(fields)


def _rewrite(path: Path, card: dict[str, Any], exchanges: list[dict[str, Any]]) -> None:
    lines = (json.dumps(line, ensure_ascii=False) for line in (card, *exchanges))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
