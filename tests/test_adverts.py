"""Adverts to drafts: a table of invented adverts, what always holds, and the profile that is written."""

import string
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.advert import Draft, answerable, answered, draft, knowledge, role_id, written
from scoring.advert.cues import years
from scoring.advert.sentences import sentences
from scoring.engine import Scorer
from scoring.plain_yaml import plain_yaml
from scoring.roles import Role
from scoring.skills import shipped_vocabulary
from storage.errors import RoleError

NOW = datetime(2026, 11, 25, tzinfo=UTC)
CASES: Any = plain_yaml((Path(__file__).parent / "cases" / "adverts.yaml").read_text("utf-8"))
MLOPS = CASES[0]["text"]


def skills(read: Draft) -> set[str]:
    return {skill for wish in (*read.must, *read.nice) for skill in wish.skills}


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_what_an_advert_asks(case: dict[str, Any]) -> None:
    read = draft(case["text"])
    shipped = shipped_vocabulary().ids
    seen = {
        "titles": [title.value for title in read.titles],
        "must": [sorted(w.skills) for w in read.must if case.get("must_own") is None or {*w.skills} <= shipped],
        "must_own": [s for w in read.must for s in w.skills if s not in shipped],
        "nice": [wish.skills[0] for wish in read.nice],
        "seniority": read.seniority.value if read.seniority else None,
        "zones": list(read.where.zones) if read.where else [],
        "overlap": read.overlap.value if read.overlap else None,
        "remote": read.remote[0] if read.remote else None,
        "languages": {one.code: one.level for one in read.languages},
        "near": read.near[0].role if read.near else None,
    }
    wanted = {key: case[key] for key in seen if key in case}
    if "must" in wanted:
        wanted["must"] = [sorted(group) for group in wanted["must"]]
    assert {key: seen[key] for key in wanted} == wanted
    asked = {wish.skills[0]: wish for wish in read.must}
    assert {skill: asked[skill].years for skill in case.get("years", {})} == case.get("years", {})
    assert {skill: int(asked[skill].level) for skill in case.get("level", {})} == case.get("level", {})
    assert skills(read) & {*case.get("never", ())} == set()


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_every_line_has_its_sentence_and_the_profile_can_be_read(case: dict[str, Any]) -> None:
    read = draft(case["text"])
    text = written(read, "some-role", source="advert.txt", base=None)
    role = Role.model_validate(plain_yaml(text))
    assert not role.confirmed
    assert {s for group in role.must_have for s in group.skills} | {n.skill for n in role.nice_to_have} == skills(read)
    assert role.vocabulary.ids >= skills(read)
    lines = text.splitlines()
    drafted = [at for at, line in enumerate(lines) if line.startswith(("  - {name:", "  - {skill:", "  - {code:"))]
    assert all(lines[at - 1].startswith("  # line ") for at in drafted)
    for wish in (*read.must, *read.nice):
        assert wish.sentence in " ".join(case["text"].split("\n")) or wish.sentence in case["text"]


def test_of_a_long_advert_the_beginning_is_read_and_the_rest_is_asked_for() -> None:
    text = "ML Engineer\n\nRequirements:\n- PyTorch\n" + "We are nice. " * 3_000
    found = draft(text + "- COBOL is a must")
    assert [wish.skills for wish in found.must] == [("pytorch",)]
    assert found.questions[-1].text.startswith(f"the last {len(text) + 17 - 20_000:,} characters")
    assert not any("characters" in one.text for one in draft(text[:20_000]).questions)


def test_a_draft_does_not_score() -> None:
    role = Role.model_validate(plain_yaml(written(draft(MLOPS), "ml-ops-x", source="a.md", base="ml-ops")))
    with pytest.raises(RoleError, match="is a draft"):
        Scorer(role, now=NOW)
    assert {lane.source for lane in role.lanes} >= {"github"}


def test_what_is_missing_is_asked_and_answers_settle_it() -> None:
    read = draft("Requirements:\n- Python, must\n- Experience with LangFlow and Feast feature stores")
    assert [key for key, _ in answerable(read)] == ["titles", "seniority", "location", "languages"]
    assert any("LangFlow" in question.text for question in read.questions)
    for key, given_answer in (
        ("titles", "ML Engineer"),
        ("seniority", "Staff"),
        ("location", "Berlin"),
        ("languages", "German"),
    ):
        assert key in {question.key for question in read.questions}
        read = answered(read, key, given_answer)
    role = Role.model_validate(plain_yaml(written(read, "x", source="a.txt", base=None)))
    assert (role.titles[0].text, role.seniority.target) == ("ML Engineer", "staff")
    assert (role.location.time_zones, role.languages[0].code) == (("Europe/Berlin",), "de")
    assert not {"titles", "seniority", "languages"} & {question.key for question in read.questions}


@pytest.mark.parametrize(
    ("key", "given_answer", "hint"),
    [
        ("seniority", "wizard", "junior, mid"),
        ("location", "UTC-3..UTC-8", "western end first"),
        ("location", "Nowhereville-on-Sea", "write UTC"),
        ("languages", "Klingon", "Klingon"),
    ],
)
def test_an_answer_that_cannot_be_read_says_what_can(key: str, given_answer: str, hint: str) -> None:
    with pytest.raises(ValueError, match=hint):
        answered(draft("Hello there"), key, given_answer)


def test_knowledge_no_vocabulary_has_is_told_from_the_sentence() -> None:
    assert "Python" in knowledge("Experience with Python, Docker and Git")
    assert knowledge("") == []
    assert "Docker" in knowledge("Experience with Python, Docker and Git")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("5+ years of", [5]),
        ("three to five years", [3]),
        ("2-4 years", [2]),
        ("25 years", []),
        ("60 years old", []),
        ("1.5 years", []),
        ("mindestens 3 Jahre", []),
        ("mit 3 Jahren", [3]),
    ],
)
def test_years(text: str, found: list[int]) -> None:
    assert years(text) == (found or ([3] if "Jahre" in text else []))


@pytest.mark.parametrize(
    ("name", "expected"),
    [("ML Engineer", "ml-engineer"), ("Ingénieur·e IA / ML", "ingenieur-e-ia-ml"), ("---", ""), ("a" * 60, "a" * 40)],
)
def test_names_of_roles(name: str, expected: str) -> None:
    assert role_id(name) == expected


WORDS = st.sampled_from(
    [
        *("Requirements:\n", "Nice to have\n", "- ", "\n", ", ", " or ", " and ", "must ", "a plus", "not required"),
        *("Python", "Go", "C", "C++", "R&D", "AWS/GCP", "5+ years ", "Remote ", "UTC-5 to UTC+3", "CET ± 99 hours"),
        *(
            "fluent English",
            "Senior ",
            "ML Engineer",
            "(m/f/d)",
            "BSc",
            "# ",
            "**x**",
            "“",
            "\u202e",
            "\x85",
            '"',
            "{",
            "!",
        ),
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300) | st.lists(WORDS, max_size=60).map("".join))
def test_any_text_gives_a_profile_that_can_be_read(text: str) -> None:
    read = draft(text)
    role = Role.model_validate(plain_yaml(written(read, "x", source=text[:50], base=None)))
    assert not role.confirmed
    assert draft(text) == read
    for sentence in sentences(text):
        assert text[sentence.start : sentence.start + len(sentence.text)].replace("\n", " ") == sentence.text


@settings(max_examples=20, deadline=None)
@given(st.lists(st.text(alphabet=string.ascii_letters + " ", min_size=1, max_size=12), max_size=40))
def test_a_must_stays_a_must_whatever_stands_around_it(noise: list[str]) -> None:
    lines = [line for line in noise if not sentences(line) or not line.strip().endswith(":")]
    text = "\n".join(["Requirements:", "- You must know PyTorch.", "We offer:", *lines])
    assert ("pytorch",) in [wish.skills for wish in draft(text).must]


@pytest.mark.parametrize(
    "piece",
    [
        "(",
        "a, ",
        "C++ ",
        "- must\n",
        "x" * 50,
        "1 year ",
        "UTC-5 to ",
        "remote in ",
        "e.g. ",
        "**",
        "# \n",
        "Senior a ",
        "C",
    ],
)
def test_a_wall_of_text_is_read_in_bounded_work(piece: str) -> None:
    """A hundred thousand characters of anything: the number of sentences and wishes stays within its limits."""
    read = draft(piece * (100_000 // len(piece)))
    assert len(read.must) + len(read.nice) <= 200
    assert len(read.unknown) <= 30
