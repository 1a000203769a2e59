"""Recorded pages and hostile cases: every page is read, every forbidden address is refused before anything is sent."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from scrapy.http import HtmlResponse, TextResponse

from spiders._polite.addresses import Blocked, objection
from spiders._polite.permission import ROBOTS_PARSED
from spiders._polite.resolving import JudgedResolver
from spiders._web.marks import Marks, read_page, read_resume
from spiders._web.wishes import robots_signal, wishes
from storage.records import Account, Claim, Kind, Link, Origin
from storage.store import Store
from tests.replay import Exchange, Replay, crawl, read_exchanges
from tests.test_addresses import Book, visit

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "recordings"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not (FOLDER / "web").is_dir(), reason="recorded personal sites are not beside the project"),
]
NIGHT = datetime(2026, 11, 25, 3, tzinfo=UTC)
HTML = {"Content-Type": "text/html"}


def rows(name: str) -> list[dict[str, Any]]:
    path = FOLDER / name
    return read_exchanges(path) if path.exists() else []


def cases(category: str) -> list[dict[str, Any]]:
    return [row for row in rows("hostile/cases.jsonl") if row["category"] == category]


def shown(row: dict[str, Any]) -> HtmlResponse:
    return HtmlResponse(row["url"], body=row["body"].encode(), headers=row["headers"], encoding="utf-8")


def pages(name: str) -> list[Marks]:
    found = [row for row in rows(f"web/{name}.jsonl") if row["status"] == 200 and isinstance(row["body"], str)]
    return [read_page(shown(row)) for row in found if "html" in row["headers"].get("content-type", "")]


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        # pages, cards with a name, pages with rel=me, addresses marked rel=me
        ("personal_pages", (27, 20, 3, 11)),
        ("microformats_cases", (51, 68, 2, 9)),
        ("structured_data_pages", (7, 1, 0, 0)),
    ],
)
def test_every_recorded_page_is_read(name: str, facts: tuple[int, int, int, int]) -> None:
    read = pages(name)
    named = sum(card.name is not None for marks in read for card in marks.cards)
    me = [marks.rel_me for marks in read if marks.rel_me]
    assert (len(read), named, len(me), sum(map(len, me))) == facts
    assert not any("@" in url.partition("//")[2].partition("/")[0] for found in me for url in found)


def test_one_recorded_page_asks_not_to_be_kept() -> None:
    found = [row for row in rows("web/personal_pages.jsonl") if isinstance(row["body"], str)]
    assert sum(not wishes(shown(row), NIGHT).keep for row in found) == 1


def test_cards_of_the_reference_cases_have_the_expected_names() -> None:
    expected = {row["url"]: row["expected"] for row in rows("web/microformats_expected.jsonl")}
    compared = 0
    for marks in pages("microformats_cases"):
        items = expected.get(marks.url, {}).get("items", ())
        names = [item["properties"]["name"][0] for item in items if "h-card" in item["type"] and _named(item)]
        found = [card.name for card in marks.cards if card.markup == "h-card"]
        assert [
            name for name in names if " ".join(name.split()) not in {" ".join((f or "").split()) for f in found}
        ] == []
        compared += len(names)
    assert compared > 20


def _named(item: dict[str, Any]) -> bool:
    return isinstance(item["properties"].get("name", [None])[0], str) and bool(item["properties"]["name"][0].strip())


RESUMES = [(3, 15, 3), (1, 8, 3), (3, 17, 4)]  # positions, skills, links


def test_resumes_of_the_standard_hold_no_contacts() -> None:
    read = [
        read_resume(TextResponse(row["url"], body=json.dumps(row["body"]).encode()))
        for row in rows("web/json_resume.jsonl")
    ]
    assert [(len(card.jobs), len(card.skills), len(card.links)) for card in read] == RESUMES
    told = [repr((card.name, card.headline, card.location, card.note, card.jobs)) for card in read]
    assert not any("@" in text or "phone removed" in text for text in told)


def test_recorded_robots_files_speak_of_other_robots() -> None:
    found = [row for row in rows("web/robots_and_humans.jsonl") if row["url"].endswith("robots.txt")]
    assert [robots_signal(row["body"]) for row in found] == [True] * 4


# --- hostile cases -----------------------------------------------------------------------------------------


def test_values_that_are_no_address() -> None:
    for case in cases("url_value"):
        found = objection(case["payload"])
        assert found == (case["expect"]["reason"] or ""), case["id"]


@pytest.mark.parametrize("case", cases("ssrf"), ids=lambda case: case["id"])
def test_forbidden_addresses_are_never_connected_to(case: dict[str, Any], tmp_path: Path) -> None:
    given, reason = case["payload"], case["expect"]["reason"]
    if "dns" in given and "responses" not in given:
        assert _resolving(given["dns"]) == reason
        return
    if reason in (value := objection(given["start"])) and value:
        return  # judged as a value, before it becomes a request
    exchanges, url = [], given["start"]
    for answer in given.get("responses", []):
        headers = HTML | ({"Location": answer["location"]} if "location" in answer else {})
        exchanges.append({"url": url, "status": answer["status"], "headers": headers, "body": answer.get("body", "")})
        url = answer.get("location", url)
    if case["id"] == "ssrf-042":
        exchanges *= 6
    replay, counted, store = visit(tmp_path, given["start"], *exchanges)
    store.close()
    assert replay.unrecorded == []
    if reason == "none":
        assert replay.unused == []
        assert not any(name.startswith("blocked") for name in counted)
    else:
        assert counted[f"blocked:{reason}"] == 1


def _resolving(table: dict[str, list[Any]]) -> str:
    ((host, answers),) = table.items()
    turns = answers if isinstance(answers[0], list) else [answers]

    async def run() -> str:
        resolver = JudgedResolver(frozenset, Book(*turns))
        try:
            for _ in turns:
                await resolver.resolve(host, 443)
        except Blocked as error:
            return error.reason
        return "none"

    return asyncio.run(run())


def night(tmp_path: Path, *exchanges: Exchange, site: str = "https://ada.example/") -> tuple[Replay, Store]:
    url = f"sqlite:///{tmp_path}/night.db"
    Store.upgrade(url)
    origin = Origin(source="github", url="https://github.com/ada", seen_at=NIGHT, spider="github/1")
    links = (Link(url=site, claim=Claim.CLAIMED, field="website"),)
    account = Account(source="github", source_id="1", handle="ada", url="https://github.com/ada", origin=origin)
    with Store.open(url) as store:
        store.save([account.model_copy(update={"name": "Ada Byron", "kind": Kind.PERSON, "links": links})])
    replay = Replay(exchanges)
    lanes = [{"source": "web", "kind": "linked", "target": "sites"}]
    store, _ = crawl("web", replay, lanes=lanes, store_url=url, clock=NIGHT)
    return replay, store


HOME = '<div class="h-card"><b class="p-name">Ada Byron</b> <p class="p-note">{}</p></div><a href="/about">a</a>'


def served(
    robots: dict[str, Any], *, headers: dict[str, str] | None = None, head: str = "", note: str = "x"
) -> list[Exchange]:
    body = f"<html><head>{head}</head><body>{HOME.format(note)}</body></html>"
    page = {"url": "https://ada.example/", "headers": HTML | (headers or {}), "body": body}
    return [{"url": "https://ada.example/robots.txt"} | robots, page]


@pytest.mark.parametrize("case", cases("wish"), ids=lambda case: case["id"])
def test_wishes_of_sites(case: dict[str, Any], tmp_path: Path) -> None:
    given, expect = case["payload"], case["expect"]
    if "github" in given:
        return  # a field of another source
    robots: dict[str, Any] = {"status": given.get("robots_status", 404)}
    if "robots.txt" in given or "robots_bytes" in given:
        text = given.get("robots.txt") or "#" * ROBOTS_PARSED + "\nUser-agent: *\nDisallow: /\n" + "#" * 90_000
        robots = {"status": 200, "body": text}
    name, _, value = given.get("header", "").partition(": ")
    headers = {name: value} if name else {}
    exchanges = served(robots, headers=headers, head=given.get("meta", ""), note=given.get("bio", "x"))
    if given.get("status") == 451:
        exchanges[1] = {**exchanges[1], "status": 451}
    if robots.get("status") == 503:
        exchanges = [exchanges[0]] * 3 + exchanges[1:]
    replay, store = night(tmp_path, *exchanges)
    with store:
        asked = [request.url for request in replay.asked if not request.url.endswith("robots.txt")]
        account = next(store.accounts(source="github"))
        kinds = {one.kind for one in store.evidence([account.key]).get(account.key, ())}
    if "requests" in expect:
        assert asked == []
    if "stored" in expect:
        assert ("page" in kinds) is expect["stored"]
    if "links_followed" in expect:
        assert len(asked) == 1
    if "flag" in expect:
        assert ("no_recruiters" in account.flags) is (expect["flag"] == "no_recruiters")
    if "allowed" in expect and "/" in expect["allowed"]:
        assert asked
