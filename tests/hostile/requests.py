"""Requests to the desk, and words that are a language elsewhere: searches and settings."""

from pathlib import Path

import pytest

from scoring.roles import find_role
from sourcing.config import load
from sourcing.review.serve import Address, refuse_open
from storage.errors import ConfigError, RoleError
from storage.records import AccountKey
from storage.store import Store
from tests.desk_kit import HOST, Browser, Clock, desk, furnish, house
from tests.hostile.cases import Case
from tests.house_of_sourcing import NOW
from tests.store_kit import person
from tests.test_desk_guard import raw

LONGEST = 8_000  # characters of an address; the case's is longer
# Where the desk answers otherwise, and as safely: no such page at all, another refusal of a request without a host.
ALIKE = {405: {405, 404}, 400: {400, 421}}


def web_ui(case: Case, folder: Path) -> None:
    """One raw request."""
    asked, expect = case["payload"], case["expect"]
    if "bind" in asked:
        with pytest.raises(ConfigError) as caught:
            refuse_open(Address(asked["bind"]), [] if asked["auth"] is None else [object()])
        assert f"refused, exit {caught.value.exit_code}" == expect["start"]
        return
    with _store(folder) as store:
        furnish(store)
        app = desk(house(folder / "house"), store)
        given = {name: value for name, value in asked["headers"].items() if name != "Host"}
        host = asked["headers"].get("Host", "").replace("127.0.0.1:8765", HOST) or None
        path, _, query = asked["path"].partition("?")
        # Addresses are limited as a whole; the test client sends the query apart.
        target = path + "a" * len(query) if len(asked["path"]) > LONGEST else path
        answer = raw(app, asked["method"], target.encode(), {**given, "host": host})
    assert answer[0]["status"] in ALIKE.get(expect["status"], {expect["status"]})
    cors = [name for name, _ in answer[0]["headers"] if name.decode().lower().startswith("access-control-")]
    assert len(cors) == expect.get("cors_headers", 0)


def words(case: Case, folder: Path) -> None:
    """A search of the desk, or a line of a file the installation reads."""
    (_search if case["field"] == "search" else _settings)(case, folder)


def _search(case: Case, folder: Path) -> None:
    expect = case["expect"]
    with _store(folder) as store:
        furnish(store)
        said = AccountKey("github", "77")
        store.save([person(said, handle="literal", name="Literal", bio=f"I write {case['payload']} often")])
        store.arrange({said: "L000077"}, at=NOW)
        browser = Browser(desk(house(folder / "house"), store, Clock(NOW)))
        answer = browser.get("/search", params={"q": case["payload"]})
        everybody = browser.get("/search", params={"q": "%"})
    assert answer.status_code == 200
    shown = "Traceback" in answer.text or "syntax" in answer.text.lower()
    assert shown is expect.get("error_shown", False)
    if expect.get("matches_literally"):
        assert everybody.text.count("/leads/L") == 0, "a wildcard is no word"
        assert answer.text.count("/leads/L00000") == 0


def _settings(case: Case, folder: Path) -> None:
    expect, config = case["expect"], house(folder / "house")
    if "error" in expect:
        config.path.write_text(config.path.read_text("utf-8") + f"\n[{case['payload']}]\nx = 1\n", "utf-8")
        with pytest.raises(ConfigError) as caught:
            load(config.path)
        assert expect["error"] == f"unknown key, exit {caught.value.exit_code}"
        assert case["payload"] in str(caught.value)
        return
    (config.roles_folder / "own.yaml").write_text(f"role: {case['payload']}\n", "utf-8")
    with pytest.raises(RoleError):
        find_role("own", config.roles_folder)


def _store(folder: Path) -> Store:
    url = f"sqlite:///{folder}/requests.db"
    Store.upgrade(url)
    return Store.open(url)
