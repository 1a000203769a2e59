"""Places: a table of hard cases, shared hours in both clock states, and what holds for any text."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.scoring.places import Expected, abroad, right, table, tally
from scoring.places import (
    Gazetteer,
    Place,
    asked_zones,
    band,
    fixed_zone,
    overlap_hours,
    read_presets,
    same_clock,
    shipped_gazetteer,
    shipped_presets,
    team_hours,
)

# What the table asks and the reader does not give; whoever mends one takes it out.
MISREAD = {"Georgetown", "Saint Louis", "Springfield (the Simpsons one)"}
SILENT = {
    "BER",
    "Bangolore",
    "Isreal",
    "Kenyan in Berlin",
    "Moving to Lisbon",
    "Nederlands",
    "Phillipines",
    "Tampa Bay Area",
    "서울 강남구",
}


def _parse(text: str) -> Place | None:
    return shipped_gazetteer().parse(text)


def test_places_are_read_as_a_careful_reader_would() -> None:
    answers = {text: (_parse(text), expected) for text, expected in table().items()}
    assert {text for text, (place, wanted) in answers.items() if place is not None and not right(place, wanted)} == (
        MISREAD
    )
    assert {text for text, (place, wanted) in answers.items() if place is None and wanted is not None} == SILENT


def test_the_table_meets_its_bars() -> None:
    found = tally(table())
    assert found.strings >= 500
    assert found.accuracy >= 0.97
    assert found.abroad <= 0.01


def test_the_judge_of_the_table_can_fail() -> None:
    berlin = Place(city="Berlin", country="DE", zones=("Europe/Berlin",), confidence=0.9, why="")
    said = Expected("Berlin", "DE", "Europe/Paris", "yes")
    assert right(berlin, said)
    assert not right(berlin.model_copy(update={"city": "Köln"}), said)
    assert not right(berlin.model_copy(update={"zones": ("Europe/London",)}), said)
    assert not right(berlin.model_copy(update={"confidence": 0.4}), said)
    assert not right(berlin, said._replace(certain="no"))
    assert not right(berlin, None)
    assert not right(berlin, said._replace(country=None, certain="any"))
    assert abroad(berlin, None)
    assert abroad(berlin, said._replace(country=None))
    assert not abroad(berlin.model_copy(update={"country": None}), said)


def test_candidates_say_what_may_be_meant() -> None:
    for text in ("Cambridge", "Georgia", "Kochi", "USA"):
        place = _parse(text)
        assert place is not None
        assert len(place.candidates) > 1
        assert abs(sum(one.share for one in place.candidates) - 1) < 1e-9
        assert [one.share for one in place.candidates] == sorted((o.share for o in place.candidates), reverse=True)
    cambridge = _parse("Cambridge")
    assert cambridge is not None
    assert {one.country for one in cambridge.candidates} >= {"GB", "US"}
    berlin = _parse("Berlin")
    assert berlin is not None
    assert [(one.city, one.country, one.share) for one in berlin.candidates] == [("Berlin", "DE", 1.0)]


def test_presets_are_sound_and_name_bands() -> None:
    presets = shipped_presets()
    assert {"latam-near-shore", "western-europe", "central-eastern-europe", "india"} <= set(presets)
    official = shipped_gazetteer().names.official
    assert {country for preset in presets.values() for country in preset.countries} <= set(official)
    assert (band("AR"), band("DE"), band("IN"), band("AQ"), band(None)) == (
        "latam-near-shore",
        "western-europe",
        "india",
        "elsewhere",
        None,
    )


@pytest.mark.parametrize("content", [[], "x", {"a": {}}, {"a": {"time_zones": ["UTC+99"]}}, {"a": {"zones": ["UTC"]}}])
def test_wrong_presets_are_refused(content: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_presets(content)


@pytest.mark.parametrize(
    ("zone", "team", "january", "july"),
    [
        ("Europe/Berlin", "09:00-17:00", 8, 8),
        ("Europe/Lisbon", "09:00-17:00", 7, 7),
        ("Europe/Lisbon", "10-18", 8, 8),
        ("America/Sao_Paulo", "12:00-20:00", 7, 6),
        ("Asia/Kolkata", "07:30-11:30", 4, 4),
        ("Asia/Tokyo", "00:00-24:00", 8, 8),
    ],
)
def test_shared_hours_with_the_hours_a_team_works(zone: str, team: str, january: float, july: float) -> None:
    assert overlap_hours(zone, ("Europe/Berlin",), 2026, team_hours(team)) == (january, july)


@pytest.mark.parametrize("written", ["", "9", "18:00-10:00", "09:00-25:00", "nine to five", "10:00-10:00"])
def test_wrong_team_hours_say_the_way_out(written: str) -> None:
    with pytest.raises(ValueError, match=r"team hours .*write them as 10:00-18:00"):
        team_hours(written)


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
