"""Cards: complete, dated, and what happens when the reading of the terms grows old."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from sourcing import crawl
from sourcing.cards import STOP_DAYS, WARN_DAYS, cards, due, overdue, problems, strengths, terms_age
from sourcing.config import Config, load
from sourcing.doctor import examine
from sourcing.show.sources import listed
from sourcing.show.sources_page import PAGE, page
from spiders._card import Card
from spiders._registry import load as load_source
from spiders._registry import names
from storage.records import Claim, Lane
from storage.store import Store
from tests.house_of_sourcing import NOW, furnished

READ = date(2026, 1, 1)
TERMS = "https://forum.example.org/terms"
WHOLE = Card(
    title="Forum",
    method="API",
    terms=TERMS,
    terms_read=READ,
    fields=("handle",),
    limits="none",
    yields="some",
    exposes=("website: claimed",),
)


@pytest.mark.parametrize("source", names())
def test_every_card_is_complete(source: str) -> None:
    card = load_source(source).card
    assert problems(card) == []
    assert card.terms_read <= NOW.date()


@pytest.mark.parametrize(
    ("facts", "lacks"),
    [
        ({"terms": "http://forum.example.org"}, "terms"),
        ({"terms": ""}, "terms"),
        ({"fields": ()}, "fields"),
        ({"limits": " "}, "limits"),
        ({"yields": ""}, "yields"),
        ({"method": ""}, "method"),
        ({"title": ""}, "title"),
        ({"default_on": False}, "why_off"),
        ({"why_off": "reasons"}, "why_off"),
        ({"exposes": ()}, "exposes"),
        ({"exposes": ("website",)}, "exposes"),
    ],
)
def test_what_a_card_lacks_is_named(facts: dict[str, object], lacks: str) -> None:
    [problem] = problems(WHOLE.model_copy(update=facts))
    assert problem.startswith(lacks)


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"default_on": False, "why_off": "needs consent"},
        {"matching": False, "exposes": ()},
        {"exposes": ("nothing: no field for it",)},
    ],
)
def test_complete_cards(facts: dict[str, object]) -> None:
    assert problems(WHOLE.model_copy(update=facts)) == []


def test_strengths_of_links() -> None:
    assert strengths("sites: verified; others are mentioned") == (Claim.VERIFIED, Claim.MENTIONED)
    assert strengths("website") == ()


@pytest.mark.parametrize(
    ("days", "warns", "stops"),
    [
        (0, False, False),
        (WARN_DAYS, False, False),
        (WARN_DAYS + 1, True, False),
        (STOP_DAYS, True, False),
        (STOP_DAYS + 1, False, True),
        (2000, False, True),
        (-3, False, False),
    ],
)
def test_terms_grow_old(days: int, warns: bool, stops: bool) -> None:
    now = NOW
    read = now.date() - timedelta(days=days)
    warning, stop = due("forum", TERMS, read, now), overdue(TERMS, read, now)
    assert (bool(warning), bool(stop)) == (warns, stops)
    assert all(TERMS in said and str(days) in said and "terms_read" in said for said in (warning, stop) if said)
    assert terms_age(read, now) == max(days, 0)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.setenv("GITHUB_TOKEN", "t")
    monkeypatch.delenv("SOURCING_DATABASE_URL", raising=False)
    return furnished(tmp_path)


def status(config: Config, days: int, name: str = "github") -> crawl.SourceStatus:
    now = NOW + timedelta(days=days)
    return next(row for row in crawl.sources(config, now=now) if row.name == name)


def test_a_source_with_old_terms_warns_then_stops(config: Config) -> None:
    fresh, old, too_old = (status(config, days) for days in (0, WARN_DAYS + 10, STOP_DAYS + 10))
    assert (fresh.usable, fresh.warning) == (True, "")
    assert old.usable
    assert "github: its terms were last read" in old.warning
    assert not too_old.usable
    assert "its terms were last read" in too_old.why_not


@pytest.mark.parametrize("days", [0, WARN_DAYS - 10, WARN_DAYS + 10, STOP_DAYS + 10])
def test_warnings_alone_are_those_of_the_list(config: Config, days: int) -> None:
    now = NOW + timedelta(days=days)
    with Store.open(config.database_url) as store:
        for held in (False, True):
            rows = [row.warning for row in crawl.sources(config, store, now=now) if row.warning]
            assert list(crawl.warnings(config, store, now=now)) == rows
            assert bool(rows) == (days == WARN_DAYS + 10)
            if not held:
                store.hold_source("bluesky", now + timedelta(hours=1), "said so")


def test_it_is_skipped_with_the_reason_and_not_planned(config: Config) -> None:
    later = NOW + timedelta(days=STOP_DAYS + 10)
    lanes = [Lane(source="github", kind="search", target="x")]
    [outcome] = crawl.run(config, ["github"], night=1, now=later, lanes=lanes)
    assert outcome.state == "skipped"
    assert "last read" in outcome.reason
    with Store.open(config.database_url) as store:
        assert [row for row in crawl.plan(config, store, lanes, now=later) if row.lane.startswith("github")] == []
        assert [row for row in crawl.plan(config, store, lanes, now=NOW) if row.lane.startswith("github")] != []


def test_who_read_the_terms_again_says_so_in_the_settings(config: Config) -> None:
    later = NOW + timedelta(days=STOP_DAYS + 10)
    settings = config.path.read_text().replace("[sources.github]", f"[sources.github]\nterms_read = {later.date()}")
    config.path.write_text(settings)
    assert status(load(config.path), STOP_DAYS + 10).usable
    assert status(load(config.path), STOP_DAYS + 10).terms_read == later.date().isoformat()


def test_nobodys_terms_bind_on_this_very_machine(config: Config) -> None:
    settings = config.path.read_text().replace(
        "[sources.github]", '[sources.github]\napi = "http://127.0.0.1:9/github"'
    )
    config.path.write_text(settings)
    assert status(load(config.path), STOP_DAYS + 10).usable


def test_the_check_up_warns(config: Config) -> None:
    later = NOW + timedelta(days=WARN_DAYS + 10)
    check = next(one for one in examine(config.path, now=later) if one.name == "github")
    assert check.state == "warning"
    assert "last read" in check.detail


def test_the_list_shows_every_card(config: Config) -> None:
    rows = crawl.sources(config, now=NOW + timedelta(days=WARN_DAYS + 10))
    shown = listed(rows)
    for name, card in cards().items():
        assert f"\n{name}  {card.title}  " in shown
        assert card.terms in shown.replace("\n           ", "")
    assert "WARNING github" in shown
    assert "off    by default:" in shown
    assert "days ago" in shown


def test_the_page_is_current() -> None:
    assert PAGE.read_text("utf-8") == page(), "run `python -m sourcing.show.sources_page` and look at the difference"


def test_the_page_has_every_source_and_its_links() -> None:
    text = page()
    for name, card in cards().items():
        assert f"\n### {name}: {card.title}\n" in text
        assert all(f"| `{name}` | {line}" in text for line in card.exposes if "|" not in line)
