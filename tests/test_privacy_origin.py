"""Nothing leaves without source and time: a walk over everything that leaves, value by value."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from sourcing.config import Config
from sourcing.export import Wanted, write
from sourcing.export.columns import COLUMNS
from sourcing.export.pack import TO_FILL, write_pack
from sourcing.export.presets import PRESETS
from sourcing.export.push import SYSTEMS
from sourcing.export.writing import FORMATS
from sourcing.privacy.exporting import export as about_person
from sourcing.privacy.subject import Person
from sourcing.ranking import listing
from storage.records import Lead
from storage.store import Store
from tests.house_of_sourcing import NOW, account, furnished, origin, repository
from tests.notice_kit import tell_everybody
from tests.store_kit import scored

# What we compute ourselves, from a receipt that names its evidence; all else is what a source said.
OURS = frozenset(
    {
        *("rank", "section", "lead", "score", "score_low", "score_high", "coverage", "status", "reason_1", "reason_2"),
        *("weakest", "role", "role_version", "scored_at", "flags", "open_to_work", "digest", "total", "low", "high"),
        *("reasons", "origins", "Source", "source", "Notes", "Note", "notes", "External ID", "Tags"),
        *("pack", "number", "range", "known", *TO_FILL),
    }
)
ORIGIN = re.compile(r"^(L\d{6})  (\S+) (https?://\S+) (\d{4}-\d\d-\d\d)$", re.MULTILINE)


class Told(NamedTuple):
    """Something a source said: the words, and the line of origin that goes with them."""

    value: str
    origin: str


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Somebody with accounts at two sources, and work another source told of."""
    config = furnished(tmp_path / "house")
    with Store.open(config.database_url, key=config.key) as store:
        ada = account("github", "ada", company="Example GmbH", links=["https://www.linkedin.com/in/ada-example"])
        ada = ada.model_copy(update={"observed": ada.observed | {"company"}, "name": "Ada Example"})
        kaggle = account("kaggle", "ada").model_copy(update={"headline": "Grandmaster"})
        work = repository("github", "ada").model_copy(update={"origin": origin("npm")})
        store.save([ada, kaggle, work])
        [lead] = store.next_lead_ids(1)
        store.arrange({ada.key: lead, kaggle.key: lead}, at=NOW)
        made = scored(lead, 0.7)
        parts = tuple(part.model_copy(update={"evidence": (work.id,)}) for part in made.parts)
        store.save_receipts([made.model_copy(update={"parts": parts})])
        tell_everybody(store, NOW)
    return config


def lead_of(store: Store) -> Lead:
    return next(iter(store.leads()))


def said(lead: Lead) -> list[Told]:
    """Every word of sources about a lead with the origin it has."""
    found: list[Told] = []
    for one in lead.accounts:
        where = f"{one.origin.source} {one.origin.url} {one.origin.seen_at:%Y-%m-%d}"
        plain = [one.name, one.headline, one.location, one.company, one.url, one.handle, f"{one.source}:{one.handle}"]
        found += [Told(value, where) for value in (*plain, *(link.url for link in one.links)) if value]
    for piece in lead.evidence:
        where = f"{piece.origin.source} {piece.origin.url} {piece.origin.seen_at:%Y-%m-%d}"
        found.append(Told(piece.url, where))
    return found


def untraced(cells: dict[str, str], lead: Lead, origins: set[str]) -> list[tuple[str, str]]:
    """The values of a line that no source said, or whose source and day do not go with it."""
    told = [one for one in said(lead) if one.origin in origins]
    halves = lead.name.rpartition(" ")[::2] if any(one.value == lead.name for one in told) else ()
    found = []
    for name, cell in cells.items():
        if name in OURS or not cell:
            continue
        words = [cell] if any(one.value == cell for one in told) else cell.split(" ")
        if cell in halves:
            continue
        found += [(name, word) for word in words if not any(one.value == word for one in told)]
    return found


def companion_of(path: Path) -> set[str]:
    text = path.with_name(f"{path.name}.about.txt").read_text("utf-8")
    return {f"{source} {url} {day}" for _, source, url, day in ORIGIN.findall(text)}


def lines_of(path: Path, kind: str) -> Iterator[dict[str, str]]:
    """The lines of a file as its reader sees them."""
    if kind == "jsonl":
        for line in path.read_text("utf-8").splitlines()[1:]:
            yield {name: _flat(value) for name, value in json.loads(line).items()}
    else:
        yield from csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline=""))


def _flat(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


FILES = [*((kind, "") for kind in FORMATS if kind not in ("xlsx", "html")), *(("csv", preset) for preset in PRESETS)]


@pytest.mark.parametrize(("kind", "preset"), FILES)
def test_every_value_of_a_file_has_its_source_and_day_beside_it(config: Config, kind: str, preset: str) -> None:
    with Store.open(config.database_url, key=config.key) as store:
        wanted = Wanted(role="mle", by="ann", recipient="Dana", format=kind, preset=preset)
        [path] = write(store, config, wanted, now=NOW).files
        lead = lead_of(store)
        lines = list(lines_of(path, kind))
        assert len(lines) == 1
        assert untraced(lines[0], lead, companion_of(path)) == []
        assert len(companion_of(path)) == 3, "two accounts, and work another source told of"


@pytest.mark.parametrize("kind", ["xlsx", "html"])
def test_other_forms_say_the_same(config: Config, kind: str) -> None:
    """Sheets and pages hold the columns of the CSV; their companion is the same."""
    with Store.open(config.database_url, key=config.key) as store:
        [path] = write(store, config, Wanted(role="mle", by="ann", format=kind), now=NOW).files
        [plain] = write(store, config, Wanted(role="mle", by="ann", format="csv"), now=NOW).files
    assert companion_of(path) == companion_of(plain)
    assert len(companion_of(path)) == 3


@pytest.mark.parametrize("anonymous", [False, True])
def test_of_a_pack_as_well(config: Config, anonymous: bool) -> None:
    with Store.open(config.database_url, key=config.key) as store:
        path = write_pack(store, config, "mle", by="ann", recipient="Dana", anonymous=anonymous, now=NOW).file
        [line] = lines_of(path, "csv")
        origins = set() if anonymous else companion_of(path)
        assert untraced(line, lead_of(store), origins) == []
        assert anonymous or len(origins) == 3


@pytest.mark.parametrize("system", SYSTEMS)
def test_what_is_pushed_is_what_sources_said(config: Config, system: str) -> None:
    """A push goes without a file beside it: what it says has its source and day in the store, for `subject export`."""
    with Store.open(config.database_url, key=config.key) as store:
        lead, [row] = lead_of(store), listing(store, "mle")
        body = SYSTEMS[system](getattr(config.push, system)).body(row)
    ours = {"tags", "sources", "origin", "applications", "postings"}
    cells = {
        f"{name}-{at}": value
        for name, told in body.items()
        if name not in ours
        for at, value in enumerate(_leaves(told))
    }
    joined = {name: value for name, value in cells.items() if ", " in value and name.startswith("headline")}
    parts = {f"{name}-{at}": part for name, value in joined.items() for at, part in enumerate(value.split(", "))}
    assert (
        untraced({**{name: cells[name] for name in cells if name not in joined}, **parts}, lead, set(row.origins)) == []
    )


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from [value] if value else []
    elif isinstance(value, dict):
        yield from (leaf for name, one in value.items() if name != "type" for leaf in _leaves(one))
    elif isinstance(value, list):
        yield from (leaf for one in value for leaf in _leaves(one))


def test_everything_a_person_is_handed_has_source_address_and_time(config: Config) -> None:
    with Store.open(config.database_url, key=config.key) as store:
        lead = lead_of(store)
        shown = about_person(store, config, Person(lead.id, tuple(one.key for one in lead.accounts)), now=NOW)
    assert {fact.source for fact in shown.facts} == {"github", "kaggle", "npm"}
    for fact in shown.facts:
        assert fact.source, fact
        assert fact.url.startswith("https://"), fact
        assert isinstance(fact.seen_at, datetime), fact
        assert fact.spider, fact


Change = Callable[[dict[str, str]], dict[str, str]]
LIES: list[Change] = [
    lambda line: line | {"name": "Somebody Else"},
    lambda line: line | {"phone": "1"},
    lambda line: line | {"profiles": "https://elsewhere.example/ada"},
]


@pytest.mark.parametrize("change", LIES)
def test_the_walk_would_notice(config: Config, change: Change) -> None:
    with Store.open(config.database_url, key=config.key) as store:
        [path] = write(store, config, Wanted(role="mle", by="ann"), now=NOW).files
        [line] = lines_of(path, "csv")
        assert untraced(change(line), lead_of(store), companion_of(path))
        assert untraced(line, lead_of(store), set())


def test_every_column_is_ours_or_said() -> None:
    """A new column has to be thought of: is it computed, or does a source say it?"""
    said_ = {"name", "location", "company", "headline", "profiles", "evidence"}
    assert COLUMNS.keys() <= OURS | said_
