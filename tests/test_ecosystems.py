"""ecosyste.ms: which owners are asked about, what becomes work of theirs, rests and odd answers."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from storage.records import Account, AccountKey, Kind, Level, Origin
from storage.store import Store
from tests.replay import Exchange, Replay, crawl

START, DAY = datetime(2026, 11, 25, 3, tzinfo=UTC), timedelta(days=1)
API = "https://index.example/api/v1"
ADA = AccountKey("packages", "ada")
OPTIONS = {"api": API, "registries": {"packages": "python.example"}}


def address(handle: str) -> str:
    return f"{API}/registries/python.example/maintainers/{handle}/packages?per_page=100&sort=downloads&order=desc"


def row(name: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "description": f"{name} for all",
        "keywords_array": ["speech"],
        "registry_url": f"https://registry.example/project/{name}/",
        "downloads": 1200,
        "downloads_period": "last-month",
        "dependent_packages_count": 3,
        "latest_release_published_at": "2026-10-01T08:00:00.000Z",
    } | more


def owner(source: str, handle: str) -> Account:
    origin = Origin(source=source, url=f"https://registry.example/user/{handle}/", seen_at=START, spider=f"{source}/1")
    return Account(source=source, source_id=handle, handle=handle, url=origin.url, kind=Kind.PERSON, origin=origin)


def night(folder: Path, exchanges: Sequence[Exchange], *, at: datetime = START) -> tuple[Store, Any]:
    url = f"sqlite:///{folder}/night.db"
    Store.upgrade(url)
    with Store.open(url) as store:
        store.save([owner("packages", "ada"), owner("npm", "bob")])
    replay = Replay(exchanges)
    lanes = [{"source": "ecosystems", "kind": "linked", "target": "accounts"}]
    store, spider = crawl("ecosystems", replay, lanes=lanes, options=OPTIONS, store_url=url, clock=at)
    assert replay.unused == replay.unrecorded == []
    return store, spider


def test_packages_become_work_of_their_owner(tmp_path: Path) -> None:
    rows = [row("beam"), row("toy", dependent_packages_count=0, downloads_period="total"), row("x", status="removed")]
    store, spider = night(tmp_path, [{"url": address("ada"), "status": 200, "body": rows}])
    with store:
        assert list(store.accounts(source="ecosystems")) == []
        work = {one.title: one for one in store.evidence([ADA])[ADA]}
    assert set(work) == {"beam", "toy"}
    assert (work["beam"].level, work["toy"].level) == (Level.MAINTAINED, Level.PRACTICE)
    assert work["beam"].figures == {"downloads_month": 1200, "dependent_packages": 3}
    assert work["toy"].figures == {"dependent_packages": 0}  # downloads of another period cannot be compared
    assert work["beam"].origin.source == "ecosystems"
    assert spider.ledger.skipped["package_removed"] == 1


def test_an_owner_is_asked_about_once_in_a_while(tmp_path: Path) -> None:
    full: list[Exchange] = [{"url": address("ada"), "status": 200, "body": [row("beam")]}]
    night(tmp_path, full)[0].close()
    store, spider = night(tmp_path, [], at=START + DAY)
    store.close()
    assert spider.ledger.skipped["read_lately"] == 1
    night(tmp_path, full, at=START + 31 * DAY)[0].close()


@pytest.mark.parametrize(
    ("body", "status", "counter"),
    [
        ({"error": "Not Found"}, 404, "owner_not_indexed"),
        ({"error": "what"}, 200, "unreadable:unexpected_shape"),
        (["beam"], 200, "unreadable:unexpected_shape"),
        ([row("")], 200, "unreadable_row:Indexed"),
        ([row("beam", downloads="many")], 200, "unfit_field:downloads"),
        ([row("beam", downloads=-5)], 200, "unfit_field:downloads"),
        ([row("beam", registry_url="javascript:alert(1)")] * 100, 200, "more_packages_not_read"),
    ],
)
def test_odd_answers_are_counted(tmp_path: Path, body: object, status: int, counter: str) -> None:
    asked = [{"url": address("ada"), "status": status, "body": body}]
    store, spider = night(tmp_path, asked * (2 if counter == "unreadable:unexpected_shape" else 1))
    with store:
        pages = [one.url for one in store.evidence([ADA]).get(ADA, [])]
    assert spider.ledger.skipped[counter] == 1
    assert not any(page.startswith("javascript") for page in pages)
