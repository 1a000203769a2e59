"""npm: maintainers who are kept, scoped names, all shapes of a module's answer, no mail address."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from spiders._packages.answers import Module
from storage.records import Account, AccountKey, Claim, Kind, Level, Origin
from storage.store import Store
from tests.replay import Exchange, Replay, crawl

START, DAY = datetime(2026, 11, 25, 3, tzinfo=UTC), timedelta(days=1)
RELEASED = "2026-10-01T08:00:00Z"
API, SITE = "https://modules.example", "https://pages.example"


def module(*names: str, **more: Any) -> dict[str, Any]:
    return {
        "name": "@ada/beam",
        "description": "Decoding. Write to ada@ada.example",
        "keywords": ["speech", "decoding"],
        "repository": {"type": "git", "url": "git+https://github.com/Ada/beam.git"},
        "maintainers": [{"name": name, "email": f"{name}@ada.example"} for name in names],
        "time": {
            "created": "2020-01-01T00:00:00Z",
            "modified": "2026-11-01T00:00:00Z",
            "1.0.0": "2026-10-01T08:00:00Z",
        },
    } | more


def night(folder: Path, body: object, *, target: str = "@ada/beam", status: int = 200) -> tuple[Store, Any]:
    url = f"sqlite:///{folder}/night.db"
    Store.upgrade(url)
    origin = Origin(source="github", url="https://github.com/ada", seen_at=START - DAY, spider="github/1")
    with Store.open(url) as store:
        store.save(
            [Account(source="github", source_id="1", handle="ada", url=origin.url, kind=Kind.PERSON, origin=origin)]
        )
    exchanges: list[Exchange] = [{"url": f"{API}/{target.replace('/', '%2F')}", "status": status, "body": body}]
    replay = Replay(exchanges)
    lanes = [{"source": "npm", "kind": "owners", "target": target}]
    store, spider = crawl("npm", replay, lanes=lanes, options={"api": API, "site": SITE}, store_url=url, clock=START)
    assert replay.unused == replay.unrecorded == []
    return store, spider


def test_a_maintainer_whose_repository_it_is(tmp_path: Path) -> None:
    store, spider = night(tmp_path, module("ada", "stranger"))
    with store:
        (account,) = store.accounts(source="npm")
        assert (account.key, account.url) == (AccountKey("npm", "ada"), f"{SITE}/~ada")
        assert [(link.url, link.claim) for link in account.links] == [("https://github.com/ada", Claim.CLAIMED)]
        (found,) = store.evidence([account.key])[account.key]
    assert (found.source_id, found.level, found.packages) == ("@ada/beam", Level.MAINTAINED, ("@ada/beam",))
    assert (found.url, found.event_at) == (f"{SITE}/package/@ada/beam", datetime(2026, 10, 1, 8, tzinfo=UTC))
    assert found.tags == ("speech", "decoding")
    assert "ada.example" not in found.model_dump_json() + account.model_dump_json()
    assert spider.ledger.skipped["owner_not_collected"] == 1


@pytest.mark.parametrize(
    ("body", "status", "counter"),
    [
        (module(), 200, "ownership_not_given"),
        (module("ada", repository="https://elsewhere.example/ada/beam"), 200, "owner_not_collected"),
        (module("ada", repository=None), 200, "owner_not_collected"),
        ({"error": "Not found"}, 404, "no_such_package:@ada/beam"),
        (module(maintainers="ada"), 200, "unreadable:unexpected_shape"),
        ("<html>", 200, "unreadable:bad_json"),
    ],
)
def test_answers_that_name_nobody(tmp_path: Path, body: object, status: int, counter: str) -> None:
    store, spider = night(tmp_path, body, status=status)
    with store:
        assert list(store.accounts(source="npm")) == []
    assert spider.ledger.skipped[counter] == 1


@pytest.mark.parametrize("target", ["../etc", "a/b", "UPPER", "@scope", "x" * 300])
def test_names_the_registry_cannot_have_are_not_asked(tmp_path: Path, target: str) -> None:
    url = f"sqlite:///{tmp_path}/night.db"
    Store.upgrade(url)
    lanes = [{"source": "npm", "kind": "owners", "target": target}]
    replay = Replay([])
    store, spider = crawl("npm", replay, lanes=lanes, options={"api": API, "site": SITE}, store_url=url, clock=START)
    with store:
        assert (replay.asked, spider.ledger.skipped["lane_not_understood"]) == ([], 1)


@pytest.mark.parametrize(
    ("stated", "repository"),
    [
        ("git+ssh://git@github.com/Lab/Beam.git", ("lab", "beam")),
        ("git://github.com/lab/beam", ("lab", "beam")),
        ("lab/beam", ("lab", "beam")),
        ("github:lab/beam", ("lab", "beam")),
        ("gitlab:lab/beam", None),
        ("https://github.com.evil.example/lab/beam", None),
        ({"type": "git"}, None),
    ],
)
def test_repositories_of_modules(stated: object, repository: tuple[str, str] | None) -> None:
    assert Module.model_validate(module(repository=stated)).listed().repository == repository


def test_an_unpublished_module_has_no_release() -> None:
    gone = {"created": "2020-01-01T00:00:00Z", "unpublished": {"time": "2021-01-01T00:00:00Z"}}
    assert Module.model_validate(module("ada", time=gone)).listed().released_at is None
