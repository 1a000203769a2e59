"""Places: a table of hard cases, shared hours in both clock states, and what holds for any text."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.places import Gazetteer, Place, asked_zones, fixed_zone, overlap_hours, same_clock, shipped_gazetteer
from scoring.plain_yaml import plain_yaml

Expected = tuple[str | None, str | None, str, str]


def _table() -> dict[str, Expected | None]:
    rows = plain_yaml((Path(__file__).parent / "cases" / "places.yaml").read_text("utf-8"))
    assert isinstance(rows, dict)
    return {str(text): None if row == "unknown" else (row[0], row[1], row[2], row[3]) for text, row in rows.items()}


def _parse(text: str) -> Place | None:
    return shipped_gazetteer().parse(text)


@pytest.mark.parametrize(("text", "expected"), list(_table().items()), ids=repr)
def test_places_are_read_or_honestly_unknown(text: str, expected: Expected | None) -> None:
    place = _parse(text)
    if expected is None:
        assert place is None
        return
    assert place is not None
    certain = "yes" if len(place.zones) == 1 and place.confidence >= 0.5 else "no"
    assert (place.city, place.country, place.zones[0], certain) == expected


def test_a_contradiction_lowers_confidence() -> None:
    fine, odd = _parse("Lisbon, Portugal (UTC+1)"), _parse("Warsaw, Poland (UTC+5)")
    assert fine is not None
    assert odd is not None
    assert fine.confidence == 1.0
    assert odd.confidence == 0.5


def test_ambiguity_names_no_city() -> None:
    for text in ("Cambridge", "Springfield", "Valencia", "Berlin / Lisbon"):
        place = _parse(text)
        assert place is not None
        assert place.city is None
        assert place.confidence < 0.5


def test_tables_load_on_the_first_question_only() -> None:
    fresh = Gazetteer()
    assert fresh._names is None
    fresh.parse("Berlin")
    assert fresh.names is fresh.names


def test_every_nickname_names_a_city_of_the_gazetteer() -> None:
    assert len(shipped_gazetteer().names.nicknames) > 20


@pytest.mark.parametrize(
    ("zone", "asked", "january", "july"),
    [
        ("Europe/Berlin", ("UTC+01:00",), 8, 7),
        ("Europe/Berlin", ("Europe/Berlin",), 8, 8),
        ("America/New_York", ("Europe/Berlin",), 2, 2),
        ("America/Los_Angeles", ("Europe/Berlin",), 0, 0),
        ("Asia/Kolkata", ("Europe/London",), 2.5, 3.5),
        ("America/Sao_Paulo", ("Europe/Lisbon",), 5, 4),
        ("Pacific/Auckland", ("America/Los_Angeles",), 5, 3),  # round the date line
        ("UTC+05:30", ("UTC+00:00", "UTC+03:00"), 5.5, 5.5),
        ("Australia/Sydney", ("Europe/Berlin",), 0, 0),
    ],
)
def test_shared_hours_in_both_clock_states(zone: str, asked: tuple[str, ...], january: float, july: float) -> None:
    overlap = overlap_hours(zone, asked, 2026)
    assert (overlap.january, overlap.july) == (january, july)
    assert overlap.least == min(january, july)


def test_both_states_are_said_when_they_differ() -> None:
    assert str(overlap_hours("Asia/Kolkata", ("Europe/London",), 2026)) == "2.5 h in January, 3.5 h in July"
    assert str(overlap_hours("Europe/Paris", ("Europe/Berlin",), 2026)) == "8 h"


@pytest.mark.parametrize(
    ("written", "zones"),
    [
        ("UTC-8..UTC-6", ("UTC-08:00", "UTC-07:00", "UTC-06:00")),
        ("UTC+5..UTC+5:30", ("UTC+05:00", "UTC+05:30")),
        ("gmt +2", ("UTC+02:00",)),
        ("Europe/Berlin", ("Europe/Berlin",)),
    ],
)
def test_asked_zones(written: str, zones: tuple[str, ...]) -> None:
    assert asked_zones(written) == zones


@pytest.mark.parametrize("written", ["UTC-3..UTC-8", "Mars/Base", "UTC+99", "", "../etc", "UTC-8..x"])
def test_wrong_zones_say_the_way_out(written: str) -> None:
    with pytest.raises(ValueError, match=r"time zones?.*(write|western end)"):
        asked_zones(written)


def test_offsets_of_the_whole_globe() -> None:
    assert fixed_zone("UTC+14") == "UTC+14:00"
    assert fixed_zone("UTC-12") == "UTC-12:00"
    assert fixed_zone("UTC−3:30") == "UTC-03:30"
    assert fixed_zone("UTC+15") is None
    assert same_clock(("Europe/Berlin", "Europe/Paris"), 2026)
    assert not same_clock(("Europe/Berlin", "Africa/Lagos"), 2026)


@given(st.text(max_size=300))
def test_any_text_gives_a_sound_place_or_none(text: str) -> None:
    place = _parse(text)
    if place is None:
        return
    assert 0 < place.confidence <= 1
    assert place.zones
    for zone in place.zones:
        assert fixed_zone(zone) == zone or ZoneInfo(zone)


@given(
    st.sampled_from(["Berlin", "Paris, TX", "NYC", "Kraków", "東京"]), st.sampled_from(["{}", "  {} ", "{}!", "📍{}"])
)
def test_decoration_changes_nothing(text: str, decoration: str) -> None:
    assert _parse(decoration.format(text)) == _parse(text)
