"""Programmes and speaker files: names, texts, addresses, forms of talks, and answers that cannot be read."""

from datetime import UTC, datetime
from typing import Any

import pytest

from spiders._events import addresses, people_files, pretalx, programme, sessionize, targets, words
from spiders._events.about import EventRow, EventsOptions
from spiders._events.programme import Speaker, Talk
from spiders._reading.clean import BIO, NAME
from spiders.events import Events
from storage.errors import Unreadable
from storage.records import Claim, Level, Origin

ORIGIN = Origin(source="events", url="https://x.example", seen_at=datetime(2026, 11, 25, tzinfo=UTC), spider="events/1")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Ana Example", "Ana Example"),
        ("Dr. Ana Example", "Ana Example"),
        ("Prof. Dr. rer. nat. Ana Example", "Ana Example"),
        ("Dr.-Ing. Ana Example", "Ana Example"),
        ("Ana Example, PhD", "Ana Example"),
        ("Ana Example (she/her)", "Ana Example"),
        ("Ana Example [they / them] 🚀", "Ana Example"),
        ("🐍 Ana 👩‍🔬 Example", "Ana Example"),
        ("Phil Example", "Phil Example"),
        ("Drew Example", "Drew Example"),
        ("Ingrid Med", "Ingrid Med"),
        ("Anaís Null", "Anaís Null"),
        ("和哉 中込", "和哉 中込"),
        ("  ", None),
        ("🚀", None),
        (None, None),
    ],
)
def test_names_lose_titles_pronouns_and_emoji(written: str | None, shown: str | None) -> None:
    assert words.name(written) == shown


@pytest.mark.parametrize(
    ("name", "organisation"),
    [("Example GmbH", True), ("The Program Committee", True), ("PyDemo Team", True), ("Ana Example", False),
     ("Ag Nes", False), ("Institute Example", False), ("Example Foundation", True), ("Teamy McExample", False)],
)  # fmt: skip
def test_companies_on_stage_are_no_people(name: str, organisation: bool) -> None:
    assert words.is_organisation(name) is organisation


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Reach me at ana@example.org.", "Reach me at ."),
        ("ana [at] example [dot] org", ""),
        ("Call +49 30 1234567890 now", "Call now"),
        ("She/her. Engineer.", "Engineer."),
        ("I am 34 years old and write Rust.", "and write Rust."),
        ("See [my site](https://ana.example/x_(y)) and ![me](https://ana.example/me.jpg)", "See my site and"),
        ("<p>Hello <b>world</b></p>", "Hello world"),
        ("Python 3.14 in 2026", "Python 3.14 in 2026"),
    ],
)
def test_biographies_hold_nothing_private(written: str, kept: str) -> None:
    assert words.bio(written) == (kept or None)


def test_addresses_of_a_text_leave_pictures_out() -> None:
    text = "![me](https://p.example/me.jpg) [c](https://github.com/x){:target='_blank'} and https://b.example/a, ok."
    assert words.addresses(text) == ["https://github.com/x", "https://b.example/a"]


@pytest.mark.parametrize("text", ["a/" * 50_000, "[" * 100_000, "she/" * 25_000, "x@" * 50_000, "![" * 50_000])
def test_long_texts_are_read_in_linear_time(text: str) -> None:
    assert len(words.bio(text) or "") <= BIO
    assert len(words.name(text) or "") <= NAME
    assert words.addresses(text) == []


@pytest.mark.parametrize(
    ("field", "value", "address"),
    [
        ("github", "@anaexample", "https://github.com/anaexample"),
        ("github", "github.com/anaexample", "https://github.com/anaexample"),
        ("github", "https://gitlab.com/ana", "https://gitlab.com/ana"),
        ("linkedin", "ana-example", "https://www.linkedin.com/in/ana-example"),
        ("twitter", "anaexample", "https://x.com/anaexample"),
        ("mastodon", "@ana@social.example", "https://social.example/@ana"),
        ("bluesky", "@ana.example", "https://bsky.app/profile/ana.example"),
        ("website", "ana.example", "https://ana.example"),
        ("website", "none", "none"),
        ("orcid", "0000-0002-1825-0097", "https://orcid.org/0000-0002-1825-0097"),
    ],
)
def test_fields_become_addresses(field: str, value: str, address: str) -> None:
    assert addresses.address(field, value) == address


@pytest.mark.parametrize(
    ("title", "form", "track", "expected"),
    [
        ("On serving", "Talk (long)", "ML", ("talk", Level.PRACTICE)),
        ("On serving", "Keynote", None, ("keynote", Level.RECOGNISED)),
        ("Keynote: on serving", "Talk", None, ("keynote", Level.RECOGNISED)),
        ("Opening keynote", "", None, ("keynote", Level.RECOGNISED)),
        ("Welcome to PyDemo", "keynote", None, ("opening", Level.ACTIVITY)),
        ("X", "Lightning Talk", None, ("lightning", Level.ACTIVITY)),
        ("X", "Hands-on workshop", None, ("tutorial", Level.PRACTICE)),
        ("X", "Panel discussion", None, ("panel", Level.ACTIVITY)),
        ("X", "podcast", None, ("recording", Level.ACTIVITY)),
        ("X", "", "Posters", ("poster", Level.ACTIVITY)),
    ],
)
def test_forms_of_talks(title: str, form: str, track: str | None, expected: tuple[str, Level]) -> None:
    talk = Talk("1", title, "https://x.example", ("p",), form=form, track=track)
    (made,) = programme.evidence(talk, "PyDemo", (), ORIGIN)
    assert (made.tags[0], made.level) == expected


def test_claims_and_mentions_are_told_apart() -> None:
    speaker = Speaker(
        "h/s/A", "A", "https://h.example/a", "Ana", bio="also https://github.com/ana and https://b.example",
        stated=(("github", "https://github.com/ana"), ("website", "ana@example.org"), ("x", "javascript:alert(1)")),
    )  # fmt: skip
    counted: list[str] = []
    made = programme.account(speaker, ORIGIN, counted.append)
    assert [(link.url, link.claim) for link in made.links] == [
        ("https://github.com/ana", Claim.CLAIMED),
        ("https://b.example", Claim.MENTIONED),
    ]
    assert counted == ["link_rejected", "link_rejected"]


@pytest.mark.parametrize(
    ("target", "place", "series"),
    [
        ("pretalx.com/pyconde-2026", ("pretalx.com", "pyconde-2026"), "pyconde"),
        ("https://pretalx.com/pyconde-2026/", ("pretalx.com", "pyconde-2026"), "pyconde"),
        ("talks.example.org:8443/ep2026", ("talks.example.org:8443", "ep2026"), "ep"),
        ("talks.example.org/2026", ("talks.example.org", "2026"), "2026"),
        ("pretalx.com/a;series=b", ("pretalx.com", "a"), "b"),
        ("pretalx.com", None, ""),
        ("pretalx.com/a/b", None, ""),
        ("localhost/a", None, ""),
        ("user@pretalx.com/a", None, ""),
    ],
)
def test_targets_of_pretalx(target: str, place: tuple[str, str] | None, series: str) -> None:
    read = targets.read(target)
    assert targets.installation(read) == place
    if place is not None:
        assert targets.series(read, place[1]) == series


def test_rows_of_the_settings_are_lanes() -> None:
    row = EventRow(
        kind="git", target="club/site", people="_people", talks="_data/events.yaml", name="Club", tags="a, b"
    )
    (lane,) = Events.own_lanes(EventsOptions(events=(row,)))
    read = targets.read(lane.target)
    assert (lane.id.startswith("events/git/club/site;"), targets.repository(read), read.tags) == (
        True,
        "club/site",
        ("a", "b"),
    )
    assert read.setting("talks") == "_data/events.yaml"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("no head", "no_head"),
        ("---\nshort: x\n---\n", "no_name"),
        ("---\na: [\n---\n", "unexpected_shape"),
        ("---\na: &x [1]\nb: *x\n---\n", "yaml_alias"),
        ("---\n!!python/object/apply:os.system ['true']\n---\n", "unexpected_shape"),
    ],
)
def test_files_that_name_nobody(text: str, reason: str) -> None:
    with pytest.raises(Unreadable) as caught:
        people_files.person(text, "x", "club/site", "https://x.example", {}, lambda _: None)
    assert caught.value.reason == reason


@pytest.mark.parametrize("text", ["a: b", "just text", "- a: &x 1\n- *x", "{"])
def test_lists_of_talks_that_are_none(text: str) -> None:
    with pytest.raises(Unreadable):
        list(people_files.talks(text, "club/site", "https://x.example", lambda _: None))


def test_a_moved_talk_is_another_talk_and_days_read_as_times() -> None:
    text = "- {title: A, time: 2026-01-02, speakers: [X]}\n- {title: A, time: 2026-01-03 10:00:00, speakers: [x, 17]}\n"
    first, second = people_files.talks(text, "Club/Site", "https://x.example", lambda _: None)
    assert first.id != second.id
    assert first.at == datetime(2026, 1, 2, tzinfo=UTC)
    assert second.speakers == ("club/site/x", "club/site/17")


def export(**conference: Any) -> pretalx.Export:
    base = {"title": "PyDemo", "days": []}
    return pretalx.Export.model_validate({"schedule": {"version": "1", "conference": base | conference}})


def test_rooms_days_and_questions_in_any_shape() -> None:
    person = {"code": "A1", "name": "Ana", "answers": [
        {"question": "GitHub", "answer": "ana"},
        {"question": {"de": "LinkedIn-Profil"}, "answer": "https://www.linkedin.com/in/ana"},
        {"question": {"question": "Affiliation"}, "answer": "Example"},
        {"question": {"question": {"en": "T-shirt size"}}, "answer": "L"},
        {"question": None, "answer": 3},
    ]}  # fmt: skip
    slot = {"title": "T", "id": 7, "duration": "bad", "date": "2026-04-14T10:00:00+02:00", "persons": [person, {}]}
    counted: list[str] = []
    found = pretalx.programme(
        export(days=[{"rooms": {"A": [slot], "B": []}}, {"index": 2}]), "h.example", "e-26", "e", "https://h.example/e-26",
        counted.append,
    )  # fmt: skip
    (speaker,), (talk,) = found.speakers, found.talks
    assert speaker.stated == (("github", "https://github.com/ana"), ("linkedin", "https://www.linkedin.com/in/ana"))
    assert (speaker.id, speaker.company, speaker.url) == (
        "h.example/e/A1",
        "Example",
        "https://h.example/e-26/speaker/A1/",
    )
    assert (talk.id, talk.url, talk.minutes, talk.at) == (
        "h.example/e-26/7", "https://h.example/e-26/talk/7/", None, datetime(2026, 4, 14, 8, tzinfo=UTC),
    )  # fmt: skip
    assert "unreadable_row:Person" in counted


def test_sessions_without_people_or_of_the_service_are_left_out() -> None:
    people = [{"id": "p1", "firstName": "Ana Example", "lastName": "", "links": [{"url": "https://a.example"}]}]
    rows = [
        {"id": 1, "title": "A", "speakers": ["p1", "p1", "p2"], "startsAt": "2026-01-01T10:00:00"},
        {"id": 2, "title": "B", "speakers": [{"id": "p1", "name": "Ana"}], "categories": [
            {"name": "Session format", "categoryItems": [{"id": 1, "name": "Workshop"}]}]},
        {"id": 3, "title": "C", "speakers": []},
        {"id": 4, "title": "D", "speakers": ["p1"], "isServiceSession": True},
        {"title": "no id"},
    ]  # fmt: skip
    answer = sessionize.Everything(sessions=rows, speakers=people)
    found = sessionize.programme(answer, "Demo", "https://d.example", "x", lambda _: None)
    assert [(talk.id, talk.speakers, talk.form) for talk in found.talks] == [
        ("sessionize.com/x/1", ("sessionize.com/p1",), ""),
        ("sessionize.com/x/2", ("sessionize.com/p1",), "Workshop"),
    ]
    assert found.speakers[0].stated == (("link", "https://a.example"),)
