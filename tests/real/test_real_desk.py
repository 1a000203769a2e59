"""The hostile payloads kept beside the project on the pages of the desk: no element or attribute more, no 5xx."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from sourcing.config import Config
from sourcing.desk.prepared import prepare
from sourcing.review.serve import Address, refuse_open
from storage.errors import ConfigError
from storage.records import AccountKey, Judgement, Verdict
from storage.store import Store
from tests.desk_kit import HOST, Browser, desk, house
from tests.house_of_sourcing import NOW
from tests.store_kit import person, scored, settle, work

CASES = Path(__file__).parents[3] / "shared" / "recordings" / "hostile" / "cases.jsonl"
OTHER_TEXTS = ("unicode", "url_value", "path_query")
PAGES = ("/leads/L000001", "/inbox/mle?at=L000001", "/ranking/mle", "/search?q=trainer", "/same")
ONE, OTHER = AccountKey("github", "1"), AccountKey("kaggle", "1")
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not CASES.is_file(), reason="no recordings beside the project (../shared/recordings/hostile)"),
]


def cases(*categories: str) -> list[dict[str, Any]]:
    lines = CASES.read_text("utf-8").splitlines() if CASES.is_file() else []
    return [case for case in map(json.loads, lines) if case["category"] in categories]


def furnish(store: Store, text: str) -> None:
    """One person with this text wherever a source can put one, beside another who may be the same."""
    fields = dict.fromkeys(("name", "headline", "bio", "location", "company"), text)
    settle(store, {ONE: "L000001", OTHER: "L000002"})
    store.save([person(ONE, at=1, handle=text or "x", observed=frozenset(fields), **fields)])
    store.save(
        [work(ONE, "w", title=f"trainer {text}", text=f"trainer {text}", tags=(text,) if text else (), url=text or "x")]
    )
    store.save_receipts([scored("L000001", 0.6), scored("L000002", 0.5)], night=None)
    store.add_note("L000001", text or "x", by="ann", at=NOW)
    row = Judgement(
        left=ONE, right=OTHER, verdict=Verdict.SUGGESTED, bits=9.0, by="identity/2", why=text, created_at=NOW,
        evidence=(f"name +3.0: {text} | {text}", f"work +1.0: {text}"),
    )  # fmt: skip
    store.judge([row])
    prepare(store)


def parts(page: str) -> Counter[tuple[str, str]]:
    """Elements and attributes of a page; addresses that lead out count as one kind."""
    tree = html.fromstring(page)
    found: Counter[tuple[str, str]] = Counter()
    for one in tree.iter():
        if isinstance(one.tag, str):
            found[one.tag, ""] += 1
            found.update((one.tag, name) for name in one.attrib)
    return found


def shown(store: Store, config: Config, text: str, pages: tuple[str, ...] = PAGES) -> dict[str, str]:
    furnish(store, text)
    browser = Browser(desk(config, store))
    found = {}
    for page in pages:
        answer = browser.get(page)
        assert answer.status_code == 200, (page, answer.text[-300:])
        found[page] = answer.text
    return found


ROWS = frozenset(
    {"table", "caption", "thead", "tbody", "tr", "th", "td", "div", "small", "span", "li", "bdi", "br", "p"}
)
# A piece of work without a title or address of its own is plain text; with one of http or https it is a link.
LINK = Counter({("a", name): 9 for name in ("", "href", "rel", "target")})


@pytest.mark.parametrize("category", ["html_injection", *OTHER_TEXTS])
def test_texts_stay_texts_on_every_page(category: str, tmp_path: Path, empty_file: Path) -> None:
    def opened(name: str) -> Store:
        file = tmp_path / f"{name}.db"
        file.write_bytes(empty_file.read_bytes())
        return Store.open(f"sqlite:///{file}", key=b"k")

    config, pages = house(tmp_path / "house"), PAGES if category == "html_injection" else PAGES[:1] + PAGES[-1:]
    with opened("plain") as store:
        plain = {page: parts(text) for page, text in shown(store, config, "plain words", pages).items()}
    tried = 0
    for case in cases(category):
        if case["encoding"] != "text":
            continue
        tried += 1
        with opened(case["id"]) as store:
            for page, text in shown(store, config, case["payload"], pages).items():
                more = parts(text) - plain[page] - LINK
                if category != "html_injection":  # a word in it may be a skill, which adds a row; never a kind
                    more = Counter({kind: count for kind, count in more.items() if kind[0] not in ROWS})
                assert not more, (case["id"], page, more)
                tree = html.fromstring(text)
                links = [one.get("href") or "" for one in tree.iter("a") if one.get("target")]
                assert all(one.startswith(("https://", "http://")) for one in links), (case["id"], page)
    assert tried >= 10


def request_cases() -> list[Any]:
    return [pytest.param(case, id=case["id"]) for case in cases("web_ui")]


@pytest.mark.parametrize("case", request_cases())
def test_requests_get_the_status_the_case_expects(case: dict[str, Any], lite: Store, tmp_path: Path) -> None:
    given, wanted = case["payload"], case["expect"]
    if "start" in wanted:
        with pytest.raises(ConfigError):
            refuse_open(Address(given["bind"]), [])
        return
    headers = {name: value.replace("127.0.0.1:8765", HOST) for name, value in given["headers"].items()}
    if "Host" not in headers:
        pytest.skip("the client always names a host; test_desk_guard asks without one")
    browser = Browser(desk(house(tmp_path / "house"), lite))
    answer = browser.ask(given["method"], given["path"], headers=headers)
    # Nothing is erased on these pages, so a change by GET has no route to be refused at.
    accepted = {wanted["status"], 404} if wanted["status"] == 405 else {wanted["status"]}
    assert answer.status_code in accepted
    assert not [name for name in answer.headers if name.startswith("access-control-")]
