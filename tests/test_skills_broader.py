"""Many texts at once, the broader vocabulary, and what checks of role files ask the vocabularies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.skills import Matcher, Skill, Vocabulary, shipped_vocabulary
from scoring.skills.broader import FILE, broader_matcher, broader_terms, broader_vocabulary
from scoring.skills.flat import flat
from scoring.skills.lookup import unknown_skills, unknown_tags
from scoring.skills.vocabulary import NO_SKILL

MATCHER = Matcher(shipped_vocabulary())
PIECES = st.sampled_from(
    [
        *(
            "PyTorch",
            "pytorch",
            "torch",
            "cuda",
            "C++",
            "C#",
            "R",
            "ggplot2",
            "Triton Inference Server",
            "Triton kernel",
        ),
        *(" ", ", ", "/", "+", "++", "#", "_", "\n", "é", "’", "🐍", "𝐏", "İ", "Weights & Biases", "CI/CD", "weights"),
    ]
)
TEXTS = st.lists(st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=30), max_size=12)


@given(TEXTS)
def test_many_texts_are_read_as_one_by_one(texts: list[str]) -> None:
    one_by_one = [MATCHER.words(text) for text in texts]
    assert MATCHER.words_many(texts) == one_by_one
    rows, skills = MATCHER.word_columns(texts)
    assert list(zip(rows, skills, strict=True)) == [(at, m.skill) for at, ms in enumerate(one_by_one) for m in ms]


def test_texts_over_the_bounds_of_blocks_are_read_alike() -> None:
    texts = [f"{'x' * (at % 400)} PyTorch and {'Docker' if at % 3 else 'SQL'}" for at in range(400)]
    assert MATCHER.words_many(texts) == [MATCHER.words(text) for text in texts]


def test_no_spelling_reaches_from_one_text_into_the_next() -> None:
    assert MATCHER.words_many(["about weights &", "biases of all kinds", "Power", "BI"]) == [(), (), (), ()]


@given(st.text(max_size=100) | st.lists(PIECES, max_size=20).map("".join))
def test_flattening_keeps_every_position(text: str) -> None:
    plain = flat(text)
    assert len(plain) == len(text)
    assert all(letter == " " or letter.isalnum() or letter in "_#\x01" for letter in plain)
    # A letter stays where it was: in lower case, unless that has more letters or another place in Unicode.
    assert all(plain[at] in {letter, letter.lower()} for at, letter in enumerate(text) if letter.isalnum())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We use Ansible, Node.js and Ruby on Rails with MongoDB", {"ansible", "node-js", "rails", "mongodb"}),
        ("Go and C code in the cloud", {"go", "c"}),
        ("a go-to-market plan for cloud software", set()),
        ("C level software people, vitamin C, Series C", set()),
        ("R&D of software", set()),
        ("a swift response", set()),
        ("ruby red lips", {"ruby"}),  # a known weakness: adverts write it in any case, so any case counts
        ("go there, spring is here, an express train", set()),
    ],
)
def test_broader_words(text: str, expected: set[str]) -> None:
    assert {match.skill for match in broader_matcher().words(text)} == expected


def test_the_broader_vocabulary_never_touches_the_scored_one() -> None:
    shipped = shipped_vocabulary()
    assert not broader_vocabulary().ids & shipped.ids
    spelled = {alias.text.lower() for skill in shipped.skills for alias in skill.parsed()}
    assert not spelled & {a.text.lower() for s in broader_vocabulary().skills for a in s.parsed() if s.id != NO_SKILL}
    assert len(shipped.skills) == 88


def test_the_broader_file_says_whose_it_is_and_holds_what_it_says() -> None:
    head = " ".join(line for line in FILE.read_text("utf-8").splitlines() if line.startswith("# "))
    assert all(owner in head for owner in ("GitHub, Inc.", "Creative Commons Attribution 4.0", "European Union"))
    assert "SkillSpan" in head
    terms = broader_terms()
    assert len({term.id for term in terms}) == len(terms) > 1_500
    assert sum(bool(term.used) for term in terms) > 1_400
    assert all(term.used or term.left_out for term in terms)
    assert {term.origin for term in terms} == {"github", "esco"}
    role_own = Vocabulary(version=1, skills=tuple(term.skill() for term in terms if term.used))
    assert len(role_own.ids) == sum(bool(term.used) for term in terms)


def test_phrases_hide_the_names_in_them() -> None:
    skills = (Skill(id="go", aliases=("Go ^",)), Skill(id=NO_SKILL, aliases=("go to market",)))
    matcher = Matcher(Vocabulary(version=1, skills=skills))
    assert matcher.words("Go to market") == ()
    assert [match.skill for match in matcher.words("Go to market with Go")] == ["go"]
    assert matcher.words_many(["Go to market", "Go"])[0] == ()


def test_unknown_skills_and_tags_come_with_their_nearest() -> None:
    assert unknown_skills(["pytorch", "pytorhc", "zzz"]) == {"pytorhc": ["pytorch", "python"], "zzz": []}
    found = unknown_tags(["Machine Learning", "rust", "pytroch"])
    assert list(found) == ["pytroch"]
    assert "pytorch" in found["pytroch"]
    own = shipped_vocabulary().extended((Skill(id="cobol", aliases=("COBOL",)),))
    assert unknown_skills(["cobol"], own) == {}
