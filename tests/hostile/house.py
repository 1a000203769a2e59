"""One installation after a night on which all hostile texts were said, and everything that left it."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from lxml import etree
from typer.testing import CliRunner

from cli import app  # noqa: TID251  tests stand above the top floor
from sourcing.config import Config
from sourcing.export import Wanted, write
from sourcing.nightly import NightReport
from storage.records import Account
from storage.store import Store
from tests.desk_kit import Browser, Clock, desk
from tests.hostile.cases import Case, cases, payload
from tests.hostile_kit import MARK, NOW, Net, Said, installation, night

ROLE = "mle"
PLAIN, SILENT = "plain", "silent"  # who says what everybody says, and who says nothing
BESIDE = "+"  # behind the id of a case: the same payload beside plain words
TEXTS = frozenset({"csv_formula", "html_injection", "unicode", "slow_pattern", "log_terminal", "path_query", "secret"})


def said_of(case: Case) -> Iterator[Said]:
    """Who says it, for cases that are texts, addresses or sites."""
    kind, value, told = case["category"], payload(case), case["payload"]
    if kind == "ssrf":
        yield Said(case["id"], "website", told["start"], told.get("responses", ()), told.get("dns", {}))
    elif kind == "url_value":
        yield Said(case["id"], "url", value)
    elif kind == "prompt_injection":
        yield Said(case["id"], "bio", value)
        yield Said(case["id"] + BESIDE, "bio", f"{MARK}\n{value}")
    elif kind in ("wish", "score_abuse", "identity_abuse"):
        yield from _told(case["id"], told)
    elif kind in TEXTS and isinstance(value, str) and case["field"] in ("bio", "name", "handle"):
        # A biography is in no exported file, so what aims at a spreadsheet stands in the name as well.
        yield Said(case["id"], "bio+name" if kind == "csv_formula" and case["field"] == "bio" else case["field"], value)


def _told(name: str, told: Any) -> Iterator[Said]:
    """A record of somebody: what they say in a biography, that they say nothing, what sort of account it is."""
    profile = told.get("github", {}) if isinstance(told, dict) else {}
    if "bio" in told:
        yield Said(name, "bio", told["bio"])
    elif "hireable" in profile:
        yield Said(name, "hireable", profile["hireable"])
    elif "type" in profile:
        yield Said(name, "type", profile["type"])


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
    csv: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    xlsx: dict[str, dict[str, Cell]] = field(default_factory=dict)
    jsonl: dict[str, dict[str, Any]] = field(default_factory=dict)
    page: str = ""
    files: list[Path] = field(default_factory=list)

    @property
    def browser(self) -> Browser:
        """Somebody at the desk."""
        return Browser(desk(self.config, self.store, Clock(NOW)))

    def number(self, name: str) -> int:
        """Who says it, by the id of the case."""
        return next(number for number, one in self.net.people() if one.id == name)

    def account(self, name: str) -> Account:
        """The account of who says it."""
        return self.accounts[self.number(name)]

    def lead(self, name: str) -> str:
        """The lead of who says it."""
        return self.leads[self.number(name)]

    @cached_property
    def ranked(self) -> str:
        """The list of everybody in a terminal."""
        return self.terminal("rank", ROLE, "--limit", "1000")

    def terminal(self, *words: str) -> str:
        """What a command prints."""
        done = CliRunner().invoke(app, ["--config", str(self.config.path), *words])
        assert done.exit_code == 0, done.output
        return done.output


def furnished(folder: Path) -> Iterator[House]:
    """The night itself, then all exports."""
    said = [one for case in cases() for one in said_of(case)]
    said += [Said(PLAIN, "bio", MARK), Said(SILENT, "bio", None)]
    config, net = installation(folder), Net(said)
    report = night(config, net)
    with Store.open(config.database_url, key=config.key) as store:
        accounts = {int(one.source_id): one for one in store.accounts(source="github")}
        homes = {one.key.source_id: lead.id for lead in store.leads() for one in lead.accounts}
        leads = {number: homes[str(number)] for number in accounts if str(number) in homes}
        made = House(config, store, net, report, accounts, leads)
        _export(made)
        yield made


def _export(made: House) -> None:
    for form in ("csv", "xlsx", "jsonl", "html"):
        wanted = Wanted(role=ROLE, format=form, by="ann", include_known=True)
        made.files += write(made.store, made.config, wanted, now=NOW).files
    by_form = {file.suffix: file for file in made.files if file.suffix in {".csv", ".xlsx", ".jsonl", ".html"}}
    text = by_form[".csv"].read_bytes().decode("utf-8-sig")
    for row in csv.DictReader(io.StringIO(text, newline=""), strict=True):
        made.csv.setdefault(row["lead"], []).append(row)
    header, *lines = sheet(by_form[".xlsx"])
    names = {at: cell.value for at, cell in header.items()}
    filled = [{names[at]: cell for at, cell in line.items()} for line in lines]
    made.xlsx = {line["lead"].value: line for line in filled}
    said: list[dict[str, Any]] = [json.loads(line) for line in by_form[".jsonl"].read_bytes().split(b"\n") if line]
    made.jsonl = {row["lead"]: row for row in said if "about" not in row}
    made.page = by_form[".html"].read_text("utf-8")


def sheet(file: Path) -> list[dict[str, Cell]]:
    """The rows of the first sheet, cells by the letters of their column; no formula and no link anywhere."""
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
