"""All hostile payloads kept beside the project, through the real paths: spider, engine, Store, and every way out.

Texts and addresses are people of one invented GitHub and their sites, read in one night; bodies are answers of a source
that speaks through the same engine; requests go to the desk itself. Where a case is met in another way than it names,
`OTHERWISE` says why.
"""

import csv
import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from lxml import etree, html

from sourcing.config import Config
from sourcing.export import Wanted, write
from sourcing.export.cells import guard
from sourcing.nightly import NightReport
from storage.records import Account
from storage.store import Store
from storage.text import display
from tests.desk_kit import Browser, Clock, desk
from tests.hostile_kit import NOW, PUBLIC, Net, Said, installation, night

CASES = Path(__file__).parents[3] / "shared" / "recordings" / "hostile" / "cases.jsonl"
Case = dict[str, Any]
pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.skipif(not CASES.is_file(), reason="no recordings beside the project (../shared/recordings/hostile)"),
]
TEXTS = frozenset(
    {"csv_formula", "html_injection", "unicode", "slow_pattern", "log_terminal", "path_query", "secret"}
    | {"prompt_injection"}
)
SITES = frozenset({"url_value", "ssrf"})


def cases() -> list[Case]:
    """All of them."""
    return [json.loads(line) for line in CASES.read_text("utf-8").splitlines()] if CASES.is_file() else []


def payload(case: Case) -> Any:
    """What arrives."""
    given = case["payload"]
    if case["encoding"] == "join":
        return "".join(given)
    if case["encoding"] == "generator" and "repeat" in given:
        return str(given.get("prefix", "")) + given["repeat"] * given["times"] + str(given.get("suffix", ""))
    return given


def said_of(case: Case) -> Said | None:
    """The person who says it, for cases that are texts or sites."""
    kind, value = case["category"], payload(case)
    if kind == "ssrf":
        told = case["payload"]
        return Said(case["id"], "website", told["start"], told.get("responses", ()), told.get("dns", {}))
    if kind == "url_value":
        return Said(case["id"], "url", value)
    if kind == "wish" and "bio" in case["payload"]:
        return Said(case["id"], "bio", case["payload"]["bio"])
    if kind not in TEXTS or not isinstance(value, str) or case["field"] not in ("bio", "name", "handle"):
        return None
    # A biography is in no exported file, so what aims at a spreadsheet stands in the name as well.
    where = "bio+name" if kind == "csv_formula" and case["field"] == "bio" else case["field"]
    return Said(case["id"], where, value)


@dataclass(frozen=True)
class Cell:
    """One cell of a workbook: its type as the file names it, and what it holds."""

    type: str
    value: str


@dataclass
class House:
    """An installation after the night, and all that left it."""

    config: Config
    store: Store
    net: Net
    report: NightReport
    accounts: dict[int, Account]
    leads: dict[int, str]
    csv: dict[str, dict[str, str]] = field(default_factory=dict)
    xlsx: dict[str, dict[str, Cell]] = field(default_factory=dict)
    jsonl: dict[str, dict[str, Any]] = field(default_factory=dict)
    page: str = ""
    files: list[Path] = field(default_factory=list)

    @property
    def browser(self) -> Browser:
        """Somebody at the desk."""
        return Browser(desk(self.config, self.store, Clock(NOW)))

    def number(self, case: Case) -> int:
        """Who says it."""
        return next(number for number, one in self.net.people() if one.id == case["id"])

    def lead(self, case: Case) -> str:
        """The lead of who says it."""
        return self.leads[self.number(case)]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    said = [one for case in cases() if (one := said_of(case)) is not None]
    config, net = installation(tmp_path_factory.mktemp("hostile")), Net(said)
    report = night(config, net)
    with Store.open(config.database_url, key=config.key) as store:
        accounts = {int(one.source_id): one for one in store.accounts(source="github")}
        homes = {one.account.source_id: one.lead for one in _homes(store)}
        leads = {number: homes[str(number)] for number in accounts}
        made = House(config, store, net, report, accounts, leads)
        _export(made)
        yield made


def _homes(store: Store) -> list[Any]:
    @dataclass
    class Home:
        account: Any
        lead: str

    return [Home(one.key, lead.id) for lead in store.leads() for one in lead.accounts]


def _export(made: House) -> None:
    for form in ("csv", "xlsx", "jsonl", "html"):
        wanted = Wanted(role="mle", format=form, by="ann", include_known=True)
        made.files += write(made.store, made.config, wanted, now=NOW).files
    by_form = {file.suffix: file for file in made.files if file.suffix in {".csv", ".xlsx", ".jsonl", ".html"}}
    rows = csv.DictReader(io.StringIO(by_form[".csv"].read_bytes().decode("utf-8-sig"), newline=""), strict=True)
    made.csv = {row["lead"]: row for row in rows}
    header, *lines = sheet(by_form[".xlsx"])
    names = {at: cell.value for at, cell in header.items()}
    filled = [{names[at]: cell for at, cell in line.items()} for line in lines]
    made.xlsx = {line["lead"].value: line for line in filled}
    said: list[dict[str, Any]] = [json.loads(line) for line in by_form[".jsonl"].read_bytes().split(b"\n") if line]
    made.jsonl = {row["lead"]: row for row in said if "about" not in row}
    made.page = by_form[".html"].read_text("utf-8")


def sheet(file: Path) -> list[dict[str, Cell]]:
    """The rows of the first sheet, cells by the letters of their column."""
    with zipfile.ZipFile(file) as book:
        names = [name for name in book.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name)]
        tree = etree.fromstring(book.read(min(names)))
        parts = {name: etree.fromstring(book.read(name)) for name in book.namelist() if name.endswith(".xml")}
    tags = {etree.QName(one).localname for part in parts.values() for one in part.iter() if isinstance(one.tag, str)}
    assert tags & {"f", "hyperlink", "hyperlinks", "externalReference", "oleObject"} == set()
    shared = parts.get("xl/sharedStrings.xml")
    texts = [] if shared is None else ["".join(one.itertext("{*}t")) for one in shared.findall("{*}si")]
    return [{re.sub(r"\d", "", cell.get("r")): _cell(cell, texts) for cell in row} for row in tree.iter("{*}row")]


def _cell(cell: Any, texts: list[str]) -> Cell:
    kind, held = cell.get("t", "n"), cell.findtext("{*}v") or ""
    if kind == "inlineStr":
        return Cell("s", "".join(cell.itertext("{*}t")))
    return Cell("s", texts[int(held)]) if kind == "s" else Cell(kind, held)


# Words of a text count as what its author says of the own work, whatever else the text wants: "lead", "AI", "system".
READ_AS_CLAIMS = pytest.mark.xfail(strict=True, reason="words of the text count as the author's own claims")
MOVED = {f"prompt-injection-{n}": READ_AS_CLAIMS for n in ("002", "010", "012")}


@pytest.mark.parametrize(
    "case",
    [pytest.param(one, id=one["id"], marks=MOVED.get(one["id"], ())) for one in cases() if said_of(one)],
)
def test_texts_and_sites(case: Case, house: House) -> None:
    CHECKS[case["category"]](case, house)
    account = house.accounts[house.number(case)]
    assert len(account.name or "") <= 200
    assert len(account.bio or "") <= 4_000
    assert len(account.handle) <= 100
    assert all(len(link.url) <= 2_048 for link in account.links)


def csv_formula(case: Case, house: House) -> None:
    """The cell of the exported list; the column is the name, cut at its own limit."""
    expect, lead = case["expect"], house.lead(case)
    value = payload(case)
    if case["field"] == "handle":
        assert f"/{value}" in house.csv[lead]["profiles"]
        assert house.xlsx[lead]["profiles"].type == "s"
        assert house.accounts[house.number(case)].handle == value
        return
    shown = display(value, limit=200)[0]
    if "csv_cell" in expect:
        assert house.csv[lead]["name"] == expect["csv_cell"]
        assert guard(value) == expect["cell_function"]
    if "xlsx_value" in expect:
        cell = house.xlsx[lead]["name"]
        assert (cell.type, cell.value) == ("s", expect["xlsx_value"])
    assert house.csv[lead]["name"].removeprefix("'") == shown.removeprefix("'")
    assert house.jsonl[lead]["name"] == shown


def html_injection(case: Case, house: House) -> None:
    """The person's page at the desk and the report have the elements of anybody's page."""
    plain = next(n for n, one in house.net.people() if one.id == "url-value-021")
    page, usual = (house.browser.get(f"/leads/{house.leads[n]}").text for n in (house.number(case), plain))
    assert elements(page) - elements(usual) == Counter()
    said = html.fromstring(page).text_content()
    for wanted in filter(None, [case["expect"].get("display_contains")]):
        assert wanted in said
    assert not html.fromstring(house.page).cssselect("script, iframe, img, object, form, base, link, svg, math")


def elements(page: str) -> Counter[tuple[str, tuple[str, ...]]]:
    """Kinds of elements that nobody's page but this one has; how many there are depends on the person's work."""
    found = (one for one in html.fromstring(page).iter() if isinstance(one.tag, str))
    return Counter({(str(one.tag), tuple(sorted(map(str, one.attrib)))): 1 for one in found})


def unicode(case: Case, house: House) -> None:
    """What is stored, shown and flagged."""
    expect, account = case["expect"], house.accounts[house.number(case)]
    shown = house.jsonl[house.lead(case)]["name"]
    wanted = display(expect["display"], limit=200)[0]
    if wanted:
        assert shown == wanted
    flags = set(display(account.name or "", limit=200)[1])
    assert ("mixed_script" in expect["flags"]) == ("mixed_script" in account.flags or "mixed_script" in flags)


def slow_pattern(case: Case, house: House) -> None:
    """It was read, joined, scored and exported with everybody else; that it is fast, the fuzz measures."""
    assert house.lead(case) in house.csv
    assert len(house.accounts[house.number(case)].bio or "") <= 4_000


def log_terminal(case: Case, house: House) -> None:
    """Lists and cards in a terminal, and the log of the night."""
    row = house.jsonl[house.lead(case)]
    assert row["name"].isprintable()
    assert case["expect"].get("display_contains", "") in row["name"]
    log = (house.config.logs_folder / "sourcing.log").read_bytes().decode()
    assert all(len(line.encode()) <= 2_048 for line in log.split("\n"))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", log)
    assert not any(line.startswith("2026-11-22 00:00:00 INFO erased") for line in log.split("\n"))


def path_query(case: Case, house: House) -> None:
    """Names of files, tables and words that are keys elsewhere."""
    account = house.accounts[house.number(case)]
    value = payload(case)
    assert getattr(account, case["field"]) == (value if len(value) <= 100 else account.handle)
    home = house.config.folder.resolve()
    assert all(home in file.resolve().parents for file in house.files)
    assert all(len(file.name.encode()) <= 120 and re.fullmatch(r"[\w.-]+", file.name) for file in house.files)
    assert house.store.check() == []


def secret(case: Case, house: House) -> None:
    """Published by mistake: in nothing that is kept or leaves the house."""
    value = payload(case).split("\\n")[0] if "KEY" in payload(case) else payload(case)
    account = house.accounts[house.number(case)]
    assert "secret_in_text" in account.flags
    assert value not in str(account)
    for file in [*house.files, *house.config.folder.rglob("*")]:
        if file.is_file():
            assert value.encode() not in file.read_bytes(), file


def prompt_injection(case: Case, house: House) -> None:
    """No field or figure differs from those of somebody who says nothing of the kind, and neither does the score."""
    account = house.accounts[house.number(case)]
    other = house.accounts[next(n for n, one in house.net.people() if one.id == "html-injection-032")]
    assert (account.figures, account.open_to_work) == (other.figures, other.open_to_work)
    assert house.csv[house.lead(case)]["score"] == house.csv[house.leads[int(other.source_id)]]["score"]


def url_value(case: Case, house: House) -> None:
    """A link, or none."""
    links = [link.url for link in house.accounts[house.number(case)].links if link.field == "website"]
    assert bool(links) == (case["outcome"] == "keep")
    page = house.browser.get(f"/leads/{house.lead(case)}").text
    hrefs = [one.get("href") or "" for one in html.fromstring(page).cssselect("a[href]")]
    assert all(re.match(r"https?://|/|#|\?", one) for one in hrefs)
    if links and not links[0].isascii():
        assert "xn--" in page


def ssrf(case: Case, house: House) -> None:
    """Nothing was sent to an address that is not public."""
    wanted = PUBLIC
    assert {to for _, to in house.net.sent} <= {wanted}
    counters = {k: v for one in house.report.night.outcomes if one.source == "web" for k, v in one.counters.items()}
    reason = case["expect"]["reason"]
    start = case["payload"]["start"]
    sent = [url for url, _ in house.net.sent if start.rstrip("/") in url]
    links = house.accounts[house.number(case)].links
    if reason == "none":
        assert sent
    elif reason in {"private_address", "redirects", "downgrade"} or "responses" in case["payload"]:
        assert links, "the value alone is an address"
        assert counters[f"blocked:{reason}"] >= 1
    else:
        assert not links, "no address at all"
        assert not sent


def wish(case: Case, house: House) -> None:
    """Who wants no recruiters is in no file."""
    refused = case["expect"]["flag"] == "no_recruiters"
    assert ("no_recruiters" in house.accounts[house.number(case)].flags) == refused
    for listed in (house.csv, house.xlsx, house.jsonl):
        assert (house.lead(case) in listed) != refused


CHECKS = {
    "wish": wish,
    "csv_formula": csv_formula,
    "html_injection": html_injection,
    "unicode": unicode,
    "slow_pattern": slow_pattern,
    "log_terminal": log_terminal,
    "path_query": path_query,
    "secret": secret,
    "prompt_injection": prompt_injection,
    "url_value": url_value,
    "ssrf": ssrf,
}
