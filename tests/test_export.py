"""Exported files: what spreadsheets must not run, what must not be lost, what must be in the ledger."""

import base64
import csv
import hashlib
import io
import json
import math
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html

from sourcing.config import Config
from sourcing.export import FORMATS, Exported, Wanted, durable, write
from sourcing.export.cells import cell, guard, guarded, shown
from sourcing.export.collisions import Known
from sourcing.export.columns import COLUMNS
from sourcing.export.csv_file import write_csv
from sourcing.export.ledger import affected
from sourcing.export.presets import PRESETS
from sourcing.export.xlsx_file import write_xlsx
from sourcing.imports.ats import PRESETS as IMPORTED
from sourcing.ranking import Row
from sourcing.regimes import Privacy
from storage.errors import ConfigError, StoreError
from storage.records import Account, AccountKey, Claim, Evidence, Kind, Lead, Level, Link, Origin, Part, Receipt
from storage.store import Store
from tests.house_of_sourcing import CONTROLLER

NOW = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
ORIGIN = Origin(source="github", url="https://api.github.com/graphql", seen_at=NOW, spider="github/1")


def table(rows: list[Row]) -> bytes:
    file = io.BytesIO()
    write_csv(rows, file)
    return file.getvalue()


def row(name: str = "Ada", **changes: object) -> Row:
    plain = Row(
        rank=1,
        lead="L000001",
        name=name,
        handles=("github:ada",),
        profiles=("https://github.com/ada",),
        status="new",
        section="ranked",
        total=0.71,
        low=0.6,
        high=0.79,
        coverage=0.64,
        reasons=("must_have: pytorch",),
        weakest="location: unknown",
        role="mle",
        role_version=1,
        digest="d",
        scored_at=NOW,
    )
    return plain.model_copy(update=changes)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Ada Lovelace", "Ada Lovelace"),
        ("=1+1", "'=1+1"),
        ("+49 30", "'+49 30"),
        ("-2", "'-2"),
        ("@ada", "'@ada"),
        ("|calc", "'|calc"),
        ("＝1", "'＝1"),
        ("＋1", "'＋1"),
        ("－1", "'－1"),
        ("＠a", "'＠a"),
        ("  =1", "'=1"),
        ("\u00a0\u3000=1", "'=1"),
        ("\ufeff=1", "'=1"),
        ("\u200b@a", "'@a"),
        ("\t=1", "'=1"),
        ("\tAda", "Ada"),
        ("\nAda", "Ada"),
        ("a=b", "a=b"),
        ("O'Neil", "O'Neil"),
        ("'quoted'", "'quoted'"),
        ("", ""),
        ("00123", "00123"),
        ("Zoë 李", "Zoë 李"),
    ],
)
def test_the_apostrophe_guard(raw: str, expected: str) -> None:
    assert cell(raw) == expected


@pytest.mark.parametrize("raw", ["\t=1", "\r=1", "\n=1", "\tAda", "  =1", "\u200b@a"])
def test_the_guard_alone_holds_for_raw_text(raw: str) -> None:
    assert guard(raw) == f"'{raw}"


@pytest.mark.parametrize(
    ("value", "expected"),
    [(-0.25, "-0.25"), (3, "3"), (None, ""), (True, "yes"), (False, "no"), (("a", "b"), "a b"), (("=a", "b"), "'=a b")],
)
def test_numbers_stay_numbers(value: float | bool | tuple[str, ...] | None, expected: str) -> None:
    assert cell(value) == expected


def test_all_cells_are_quoted_with_crlf_and_doubled_quotes() -> None:
    body = table([row('Ada "the first"')]).decode()
    lines = body.split("\r\n")
    assert lines[0] == ",".join(f'"{name}"' for name in COLUMNS)
    assert '"Ada ""the first"""' in lines[1]
    assert lines[2] == ""
    assert body.count("\n") == body.count("\r\n") == 2


def test_no_column_is_for_addresses_of_mail_or_phones() -> None:
    assert not [name for name in COLUMNS if "mail" in name or "phone" in name]
    assert "section" in COLUMNS


@given(st.text(max_size=60))
def test_no_text_becomes_a_formula_or_breaks_a_row(text: str) -> None:
    [_, read] = csv.reader(io.StringIO(table([row(text)]).decode(), newline=""))
    name = read[list(COLUMNS).index("name")]
    assert len(read) == len(COLUMNS)
    assert not name.lstrip(" \u00a0\u3000\t\r\n\ufeff\u200b").startswith(tuple("=+-@＝＋－＠|"))
    assert "\n" not in name


@given(st.lists(st.text(max_size=30) | st.sampled_from(["=1", "\t=1", " @x", "＝", "a  b", "x" * 40_000, ""])))
def test_columns_say_what_single_cells_say(texts: list[str]) -> None:
    texts = [text.encode("utf-8", "replace").decode() for text in texts]  # a column holds no lone surrogates
    column = pl.Series("text", texts, dtype=pl.String)
    assert guarded(shown(column)).to_list() == [cell(text) for text in texts]
    assert guarded(column).to_list() == [guard(text) for text in texts]


def cells_of(rows: list[Row]) -> list[list[tuple[str, str]]]:
    """Kind and text of every cell of a workbook: "inlineStr" or "n"; a formula would show as its own element."""
    file = io.BytesIO()
    write_xlsx(rows, file)
    with zipfile.ZipFile(file) as archive:
        assert not [name for name in archive.namelist() if "rels" in name and "sheet" in name]  # no links out
        sheet = etree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    assert not sheet.xpath("//*[local-name() = 'f' or local-name() = 'hyperlink']")
    lines = sheet.xpath("//*[local-name() = 'row']")
    return [[(cell.get("t", "n"), "".join(cell.itertext())) for cell in line] for line in lines]


@pytest.mark.parametrize(
    "name", ["=1+1", "@SUM(A1)", "1E5", "MARCH1", "00123", "https://evil.example", "Zoë 李", "<b>&", "x" * 40_000]
)
def test_every_text_of_a_workbook_is_a_string_cell(name: str) -> None:
    header, line = cells_of([row(name)])
    assert [text for _, text in header] == list(COLUMNS)
    kinds = {column: kind for column, (kind, _) in zip(COLUMNS, line, strict=False) if column in ("name", "score")}
    assert kinds == {"name": "inlineStr", "score": "n"}
    shown_name = line[list(COLUMNS).index("name")][1]
    assert shown_name == name if len(name) < 1_000 else len(shown_name) <= 32_767


@given(st.text(max_size=40))
def test_no_text_breaks_a_workbook(text: str) -> None:
    assert len(cells_of([row(text.encode("utf-8", "replace").decode())])) == 2


def stored(store: Store, handle: str, total: float, *, section: str = "ranked", **more: Any) -> None:
    key = AccountKey("github", handle)
    account = Account(
        source="github",
        source_id=handle,
        handle=handle,
        url=f"https://github.com/{handle}",
        kind=Kind.PERSON,
        name=f"=cmd|{handle}",
        observed=frozenset({"name", "kind", "flags", "links"}),
        origin=ORIGIN,
        **more,
    )
    work = Evidence(
        account=key,
        source_id="1",
        kind="repository",
        url="https://github.com/x/y",
        title="y",
        level=Level.PRACTICE,
        origin=ORIGIN,
    )
    store.save([account, work])
    [lead] = store.next_lead_ids(1)
    store.arrange({key: lead}, at=NOW)
    part = Part(
        component="must_have",
        weight=1.0,
        value=total,
        confidence=1.0,
        neutral=0.5,
        effective=total,
        contribution=total,
        reason="pytorch \x1b[31m",
        evidence=(work.id,),
    )
    receipt = Receipt(
        lead=lead,
        role="mle",
        role_version=1,
        digest="d",
        scored_at=NOW,
        total=total,
        low=total,
        high=total,
        coverage=0.5,
        parts=(part,),
        section=section,
    )
    store.save_receipts([receipt])


@pytest.fixture
def config(tmp_path: Path) -> Config:
    # Whose notice is pending is a matter of tests/test_privacy_export.py.
    open_house = Privacy(export_needs_notice=False)
    config = Config(path=tmp_path / "sourcing.toml", controller=CONTROLLER, privacy=open_house)
    Store.upgrade(config.database_url)
    with Store.open(config.database_url) as store:
        stored(store, "ada", 0.9)
        stored(store, "bob", 0.2, section="too_little_evidence")
        stored(store, "eve", 0.8, flags=("no_recruiters",))
        stored(store, "kim", 0.1, section="restricted")
    return config


def export(store: Store, config: Config, **wanted: Any) -> Exported:
    return write(store, config, Wanted(**{"role": "mle", "by": "grace"} | wanted), now=NOW)


def test_a_csv_export_marks_sections_and_leaves_refusers_out(config: Config) -> None:
    with Store.open(config.database_url) as store:
        done = export(store, config)
        [path] = done.files
        assert path == config.exports_folder / "mle-2026-11-25.csv"
        rows = list(csv.DictReader(io.StringIO(path.read_bytes().decode(), newline="")))
        assert [(line["rank"], line["name"], line["section"]) for line in rows] == [
            ("1", "'=cmd|ada", "ranked"),
            ("2", "'=cmd|bob", "too_little_evidence"),
        ]
        assert done.left_out == {"does not want to be contacted": 1}
        assert math.isclose(float(rows[0]["score"]), 0.9)
        assert rows[0]["evidence"] == "https://github.com/x/y"
        assert "\x1b" not in rows[0]["reason_1"]
        [entry] = store.exports()
        assert entry.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        assert (entry.by, len(entry.leads), entry.format, entry.role_version) == ("grace", 2, "csv", 1)


def test_who_is_not_to_be_contacted_is_in_no_file(config: Config) -> None:
    with Store.open(config.database_url) as store:
        [ada] = [lead.id for lead in store.leads() if lead.name == "=cmd|ada"]
        store.set_status(ada, "do_not_contact", by="grace", note="asked by mail", at=NOW)
        done = export(store, config)
        assert done.left_out == {"does not want to be contacted": 2}
        assert ada not in store.exports()[0].leads


def lists_in(config: Config) -> list[Path]:
    """The exported lists, without what lies beside them."""
    return sorted(path for path in config.exports_folder.iterdir() if not path.name.endswith(".about.txt"))


@pytest.mark.parametrize("format_", FORMATS)
def test_the_same_list_again_is_the_same_file(config: Config, format_: str) -> None:
    with Store.open(config.database_url) as store:
        first, second = (export(store, config, format=format_) for _ in range(2))
        assert (first.again, second.again) == (False, True)
        assert (second.files, len(store.exports())) == (first.files, 1)
        other = export(store, config, format=format_, recipient="Dana")
        assert not other.again
        assert [row.recipient for row in store.exports()] == ["", "Dana"]
        assert lists_in(config) == sorted([*first.files, *other.files])
        first.files[0].write_bytes(b"changed by hand")
        third = export(store, config, format=format_)
        assert not third.again
        assert third.files != first.files


def test_json_lines_hold_texts_as_they_are(config: Config) -> None:
    with Store.open(config.database_url) as store:
        [path] = export(store, config, format="jsonl").files
    head, *lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert head["about"]["by"] == "grace"
    assert [line["name"] for line in lines] == ["=cmd|ada", "=cmd|bob"]


def test_a_report_is_one_page_without_scripts(config: Config) -> None:
    with Store.open(config.database_url) as store:
        stored(store, "<img src=x onerror=alert(1)>", 0.95)
        [path] = export(store, config, format="html", purpose="Monday").files
    page = html.document_fromstring(path.read_bytes())
    assert not page.xpath("//script | //img | //iframe | //object | //*[@style] | //@*[starts-with(name(), 'on')]")
    assert all(url.startswith("https://") for url in page.xpath("//a/@href"))
    [policy] = page.xpath("//meta[@http-equiv]/@content")
    style = page.xpath("//style/text()")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert len(page.xpath("//article")) == 3


def test_a_dry_run_writes_nothing(config: Config) -> None:
    with Store.open(config.database_url) as store:
        done = write(store, config, Wanted(role="mle", by="grace", most=1), now=NOW, dry_run=True)
        assert (done.files, done.leads, store.exports()) == ((), 1, [])
    assert not config.exports_folder.exists()


def test_files_that_hold_somebody_are_found_by_any_id_they_had(config: Config) -> None:
    with Store.open(config.database_url) as store:
        export(store, config, most=1)
        [row] = store.exports()
        assert [held.export.id for held in affected(store, row.leads[0])] == [row.id]
        assert affected(store, "L999999") == []
        keep, *_ = sorted(store.lead_ids())
        assert keep == row.leads[0]
        key = next(account.key for lead in store.leads(["L000002"]) for account in lead.accounts)
        export(store, config, recipient="Dana")
        store.arrange({key: keep}, at=NOW)
        assert [held.export.recipient for held in affected(store, keep)] == ["", "Dana"]


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"format": "xml"}, "no export format 'xml'; there are: csv, xlsx, jsonl, html"),
        ({"by": " "}, "--by"),
        ({"preset": "workday"}, "no preset 'workday'; there are: greenhouse"),
        ({"preset": "lever", "format": "xlsx"}, "leave --format out"),
    ],
)
def test_an_export_that_cannot_be_made_writes_nothing(config: Config, wanted: dict[str, str], words: str) -> None:
    with Store.open(config.database_url) as store, pytest.raises(ConfigError, match=words):
        export(store, config, **wanted)
    assert not config.exports_folder.exists()


def candidate(number: str, **changes: Any) -> Account:
    given = {"name": "Ada Lovelace", "company": "Engines", "kind": Kind.PERSON, "origin": ORIGIN, **changes}
    observed = frozenset({"name", "company", "links", "kind"})
    return Account(source="ats", source_id=number, handle=number, url=f"ats:{number}", observed=observed, **given)


def person(**changes: Any) -> Lead:
    given = {"name": "Ada Lovelace", "company": "Engines", "kind": Kind.PERSON, "origin": ORIGIN, **changes}
    account = Account(source="github", source_id="1", handle="ada", url="https://github.com/ada", **given)
    return Lead(id="L000001", accounts=(account,), first_seen=NOW, last_changed=NOW)


def to(url: str) -> tuple[Link, ...]:
    return (Link(url=url, claim=Claim.CLAIMED, field="website"),)


@pytest.mark.parametrize(
    ("known", "met", "by"),
    [
        (candidate("1"), person(), "name and employer"),
        (candidate("1", name="ADA  LOVELACE", company="engines"), person(), "name and employer"),
        (candidate("1", name="Other", links=to("https://GitHub.com/Ada/")), person(), "address"),
        (
            candidate("1", name="O", links=to("https://ada.example/me")),
            person(links=to("http://ada.example/me/")),
            "address",
        ),
        (candidate("1", company="Other"), person(), None),
        (candidate("1", company=None), person(company=None), None),
        (candidate("1", name="Ada"), person(name="Ada"), None),
        (
            candidate("1", name="O", links=to("https://linktr.ee/ada")),
            person(links=to("https://linktr.ee/bob")),
            None,
        ),
        (candidate("1", name="O", links=to("https://github.com/bob")), person(), None),
    ],
)
def test_who_is_known_already(known: Account, met: Lead, by: str | None) -> None:
    found = Known([known]).collision(met)
    assert (found.by if found else None) == by


def test_collisions_are_listed_and_not_exported(config: Config) -> None:
    with Store.open(config.database_url) as store:
        store.save([candidate("greenhouse/7", name="x", links=to("https://github.com/ada"))])
        done = export(store, config)
        assert [(one.name, one.by, one.candidate) for one in done.collisions] == [
            ("=cmd|ada", "address", "greenhouse/7")
        ]
        assert done.leads == 1
        assert export(store, config, include_known=True).leads == 2


def test_presets_name_what_imports_read_back() -> None:
    for name, system in IMPORTED.items():
        columns = set(PRESETS[name].columns)
        read_back = {field for field, spellings in system.items() if columns & set(spellings)}
        assert {"company"} <= read_back
        assert read_back & {"name", "first_name"}
        assert read_back & {"website", "links", "github"}


def test_linkedin_takes_two_hundred_people_with_a_profile() -> None:
    assert list(PRESETS["linkedin"].columns) == ["First Name", "Last Name", "Profile URL"]
    assert PRESETS["linkedin"].needs(row(profiles=("https://www.linkedin.com/in/ada",)))
    assert not PRESETS["linkedin"].needs(row())


def test_a_linkedin_export_is_cut_into_files(config: Config) -> None:
    with Store.open(config.database_url) as store:
        for number in range(5):
            stored(store, f"p{number}", 0.5, links=to(f"https://www.linkedin.com/in/p{number}"))
        with mock.patch.dict(PRESETS, {"linkedin": PRESETS["linkedin"]._replace(most=2)}):
            done = export(store, config, preset="linkedin")
        sizes = [len(list(csv.DictReader(file.read_text("utf-8").splitlines()))) for file in done.files]
    assert (sizes, done.leads) == ([2, 2, 1], 5)
    assert done.left_out["names no LinkedIn profile"] == 2


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    with pytest.raises(StoreError, match="cannot be written"):
        durable(tmp_path / "taken" / "list.csv", b"x")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(StoreError, match="cannot be written"):
        durable(tmp_path / "folder.csv", b"x")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.csv", "taken"]
