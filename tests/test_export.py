"""Exported files: what spreadsheets must not run, what must not be lost, what must be in the ledger."""

import csv
import hashlib
import io
import json
import math
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sourcing.config import Config
from sourcing.export import durable, write
from sourcing.export.csv_file import COLUMNS, cell, guard, table
from sourcing.ranking import Row
from storage.errors import ConfigError, StoreError
from storage.records import Account, AccountKey, Evidence, Kind, Level, Origin, Part, Receipt
from storage.store import Store

NOW = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
ORIGIN = Origin(source="github", url="https://api.github.com/graphql", seen_at=NOW, spider="github/1")


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


def stored(store: Store, handle: str, total: float, *, section: str = "ranked", flags: tuple[str, ...] = ()) -> None:
    key = AccountKey("github", handle)
    account = Account(
        source="github",
        source_id=handle,
        handle=handle,
        url=f"https://github.com/{handle}",
        kind=Kind.PERSON,
        name=f"=cmd|{handle}",
        flags=flags,
        observed=frozenset({"name", "kind", "flags"}),
        origin=ORIGIN,
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
    config = Config(path=tmp_path / "sourcing.toml")
    Store.upgrade(config.database_url)
    with Store.open(config.database_url) as store:
        stored(store, "ada", 0.9)
        stored(store, "bob", 0.2, section="too_little_evidence")
        stored(store, "eve", 0.8, flags=("no_recruiters",))
        stored(store, "kim", 0.1, section="restricted")
    return config


def test_a_csv_export_marks_sections_and_leaves_refusers_out(config: Config) -> None:
    with Store.open(config.database_url) as store:
        path = write(store, config, "mle", format="csv", by="grace", now=NOW)
        assert path == config.exports_folder / "mle-2026-11-25.csv"
        rows = list(csv.DictReader(io.StringIO(path.read_bytes().decode(), newline="")))
        assert [(line["name"], line["section"]) for line in rows] == [
            ("'=cmd|ada", "ranked"),
            ("'=cmd|bob", "too_little_evidence"),
            ("'=cmd|kim", "restricted"),
        ]
        assert math.isclose(float(rows[0]["score"]), 0.9)
        assert rows[0]["evidence"] == "https://github.com/x/y"
        assert "\x1b" not in rows[0]["reason_1"]
        [entry] = store.exports()
        assert entry.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        assert (entry.by, len(entry.leads), entry.format) == ("grace", 3, "csv")


def test_a_second_export_of_a_day_gets_a_name_of_its_own(config: Config) -> None:
    with Store.open(config.database_url) as store:
        first = write(store, config, "mle", format="jsonl", by="grace", now=NOW)
        second = write(store, config, "mle", format="jsonl", by="grace", now=NOW)
    assert [first.name, second.name] == ["mle-2026-11-25.jsonl", "mle-2026-11-25-2.jsonl"]
    lines = [json.loads(line) for line in second.read_text("utf-8").splitlines()]
    assert [line["lead"] for line in lines] == sorted(line["lead"] for line in lines if line["total"])[:1] + [
        line["lead"] for line in lines[1:]
    ]
    assert lines[0]["name"] == "=cmd|ada"
    assert sorted(path.name for path in config.exports_folder.iterdir()) == [second.name, first.name]


@pytest.mark.parametrize(
    ("format_", "by", "words"),
    [("xml", "grace", "no export format 'xml'; there are: csv, jsonl"), ("csv", " ", "--by")],
)
def test_an_export_that_cannot_be_made_writes_nothing(config: Config, format_: str, by: str, words: str) -> None:
    with Store.open(config.database_url) as store, pytest.raises(ConfigError, match=words):
        write(store, config, "mle", format=format_, by=by, now=NOW)
    assert not config.exports_folder.exists()


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    with pytest.raises(StoreError, match="cannot be written"):
        durable(tmp_path / "taken" / "list.csv", b"x")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(StoreError, match="cannot be written"):
        durable(tmp_path / "folder.csv", b"x")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.csv", "taken"]
