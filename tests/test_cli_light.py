"""Commands that only read load little: how long they take is mostly what they load.

The times themselves are measured by `python -m bench.scale commands`.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.scale.commands import COMMANDS, NOT_MEASURED
from sourcing.commands._edge import READING
from sourcing.nightly import run
from spiders._registry import names
from storage.kept import FOLDER_ENV
from tests.house_of_sourcing import NOW, crawls, done, furnished, people

ROOT = Path(__file__).parent.parent
CRAWLING = frozenset({"scrapy", "twisted", "lxml", "parsel", "aiohttp"})
HEAVY = CRAWLING | {
    *("numpy", "polars", "alembic", "psycopg", "sqlalchemy.dialects.postgresql", "httpx", "fastapi", "jinja2", "rich"),
}
THIN = ("--section", "too_little_evidence")
LISTS = (
    ("nights",),
    ("user", "list"),
    ("exports", "list"),
    ("lead", "show", "L000001"),
    ("identity", "queue", "--json"),
    ("sources",),
    ("decisions",),
    ("worker", "--list"),
    ("retention", "preview"),
    ("retention", "preview", "--days", "400"),
)
PROFILES = (
    ("role", "list"),
    ("role", "lint", "mle", "--no-supply"),
    ("explain", "L000001", "--role", "mle"),
    ("explain", "L000001", "--role", "mle", "--versus", "L000002"),
)
# What is asked of a profile alone, its name and its lanes, is kept: it is not read again.
KEPT = (
    ("plan",),
    ("rank", "mle"),
    ("rank", "mle", "--json"),
    ("rank", "mle", *THIN),
    ("search", "pytorch", "--role", "mle"),
    ("decisions", "--role", "mle"),
    ("notices", "list"),
    ("legal", "show"),
    ("doctor",),
)
MATCHERS = frozenset({"rapidfuzz", "ahocorasick_rs"})


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with a night behind it."""
    folder = tmp_path_factory.mktemp("house")
    with pytest.MonkeyPatch.context() as patched:
        crawls(patched, people(), [done("github"), done("kaggle")])
        run(furnished(folder), now=NOW)
    loaded(folder, ("decide", "L000001", "yes", "--role", "mle", "--by", "grace"))
    for words in (("sources",), ("plan",), ("explain", "L000001", "--role", "mle"), ("rank", "mle", *THIN)):
        loaded(folder, words)  # what is kept between processes is made by the first
    return folder


def loaded(house: Path, words: tuple[str, ...]) -> set[str]:
    """The modules a process has after a command, which must end well."""
    code = (
        f"import sys; sys.argv = ['sourcing', '--config', {str(house)!r}, *{words!r}]\n"
        "import cli\n"
        "try: cli.app()\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "print(*sys.modules, sep='\\n', file=sys.stderr)"
    )
    env = os.environ | {FOLDER_ENV: str(house / "cache")}
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    return set(found.stderr.split())


@pytest.mark.parametrize("words", LISTS, ids=" ".join)
def test_lists_read_no_profile(house: Path, words: tuple[str, ...]) -> None:
    assert loaded(house, words) & (HEAVY | {"yaml", "tomlkit"}) == set()


@pytest.mark.parametrize("words", PROFILES, ids=" ".join)
def test_what_reads_a_profile_computes_no_columns(house: Path, words: tuple[str, ...]) -> None:
    assert loaded(house, words) & HEAVY == set()


@pytest.mark.parametrize("words", KEPT, ids=" ".join)
def test_what_asks_for_a_name_or_lanes_reads_no_profile(house: Path, words: tuple[str, ...]) -> None:
    assert loaded(house, words) & (HEAVY | MATCHERS | {"yaml", "scoring.roles.model"}) == set()


def test_a_plan_loads_no_spider(house: Path) -> None:
    found = loaded(house, ("plan",))
    assert found & {"spiders._base", "spiders._polite.gate", *(f"spiders.{name}" for name in names())} == set()
    assert "spiders._bluesky.about" in found


def test_an_explanation_loads_neither_columns_nor_lists_of_others(house: Path) -> None:
    found = loaded(house, ("explain", "L000001", "--role", "mle"))
    unneeded = ("scoring.columns", "scoring.learn", "scoring.advert", "sourcing.desk", "sourcing.crawl", "spiders._a")
    assert [name for name in found if name.startswith(unneeded)] == []
    assert "yaml" not in found  # the profile was read by the first


@pytest.mark.parametrize("source", names())
def test_what_a_source_says_of_itself_loads_nothing_that_crawls(source: str) -> None:
    code = f"import sys; from spiders._registry import about; about({source!r}); print(*sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(found.stdout.split()) & (HEAVY | MATCHERS | {"yaml", "sqlalchemy", "spiders._base"}) == set()


def test_every_command_that_only_reads_is_measured_or_says_why_not() -> None:
    measured = {" ".join(words[:at]) for words in COMMANDS for at in (1, 2)}
    assert READING - measured == NOT_MEASURED.keys() & READING
    assert NOT_MEASURED.keys() - measured == NOT_MEASURED.keys()


@pytest.mark.parametrize(
    "words", [("due",), ("due", "--json"), ("list", "--json"), ("render", "L000001")], ids=" ".join
)
def test_a_language_asks_for_places_and_nothing_that_finds_likeness(house: Path, words: tuple[str, ...]) -> None:
    assert loaded(house, ("notices", *words)) & (HEAVY | MATCHERS) == set()


def test_a_check_up_loads_what_asks_others_only_where_it_asks(house: Path) -> None:
    found = {name for name in loaded(house, ("doctor",)) if name.startswith("sourcing.doctor.")}
    assert found == {"sourcing.doctor._basics", "sourcing.doctor._check"}


def test_a_search_without_a_role_reads_no_profile(house: Path) -> None:
    assert loaded(house, ("search", "pytorch")) & (HEAVY | MATCHERS | {"yaml"}) == set()


def test_one_command_loads_one_module_of_commands(house: Path) -> None:
    found = {name for name in loaded(house, ("nights",)) if name.startswith("sourcing.commands.")}
    assert found == {"sourcing.commands._edge", "sourcing.commands.nights"}


def test_the_guard_sees_what_is_loaded(house: Path) -> None:
    assert "numpy" in loaded(house, ("rank", "mle", "--set", "impact=0.2"))
