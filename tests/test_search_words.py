"""The words of a text, the query language, and where a text answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.text import Query, Term, answers, display, document, marked, read_query, words
from storage.text._search import GAP, MOST_OF_ONE, MOST_WORDS


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("PyTorch, Kubernetes!", ["pytorch", "kubernetes"]),
        ("scikit-learn", ["scikit", "learn"]),
        ("C++17 and C#/.NET, F#", ["cplusplus", "17", "and", "csharp", "dotnet", "fsharp"]),
        ("asp.net", ["asp", "net"]),
        ("Müller Łukasz", ["muller", "łukasz"]),
        ("ＦＵＬＬ ｗｉｄｔｈ", ["full", "width"]),
        ("snake_case __init__ ___", ["snake_case", "__init__"]),
        ("नमस्ते दुनिया", ["नमस्ते", "दुनिया"]),
        ("機械学習", ["機械学習"]),
        ("1E5 00123 v2.0", ["1e5", "00123", "v2", "0"]),
        ("🎉 +++ #", []),
        ("a\x00b \ud800 \u202e", ["ab"]),
    ],
)
def test_words(text: str, found: list[str]) -> None:
    assert words(text) == found


@given(st.text(max_size=60))
def test_words_hold_nothing_a_database_would_read_as_its_own_language(text: str) -> None:
    for word in words(text):
        assert word
        assert word.strip("_")
        assert not set(word) & set(" '\"\\:*&|!<>()\x00")


TWO = Query((Term(("machine", "learning")), Term(("go",))))


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("pytorch", Query((Term(("pytorch",)),))),
        ('"machine learning" go', TWO),
        ("machine-learning Go", TWO),
        ("go go GO", Query((Term(("go",)),))),
        ('go -java -"visual basic"', Query((Term(("go",)),), (Term(("java",)), Term(("visual", "basic"))))),
        ("pyto*", Query((Term(("pyto",), prefix=True),))),
        ("scikit-le*", Query((Term(("scikit", "le"), prefix=True),))),
        ("go -ja*", Query((Term(("go",)),), (Term(("ja",), prefix=True),))),
        ('"open quote', Query((Term(("open", "quote")),))),
        ("AND OR NOT NEAR", Query(tuple(Term((word,)) for word in ("and", "or", "not", "near")))),
        ("C++ .NET", Query((Term(("cplusplus",)), Term(("dotnet",))))),
        ("go 🎉", Query((Term(("go",)),))),
    ],
)
def test_queries(text: str, query: Query) -> None:
    assert read_query(text) == query


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "at least one word"),
        ('"" *', "at least one word"),
        ("-java", "beside what you do not want"),
        ("a*", "at least 2 letters"),
        ("a " * 101, "over 200 characters"),
        (" ".join(f"w{at}" for at in range(13)), "over 12 words"),
    ],
)
def test_queries_that_ask_nothing_or_too_much(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_query(text)


@given(st.text(max_size=200))
def test_any_text_is_a_query_or_told_why_not(text: str) -> None:
    asked = any(words(part) for part in text.split())
    try:
        query: Query | None = read_query(text)
    except ValueError:
        query = None
    assert query is None or (query.wanted and asked)


def test_no_phrase_reaches_from_one_text_into_the_next() -> None:
    found, cut = document(["deep", "learning deep", None, "", "deep"])
    assert found == ["deep", GAP, "learning", "deep", GAP]
    assert not cut
    assert not answers(Term(("deep", "learning")), found)


def test_a_person_with_too_many_words_is_cut_and_told() -> None:
    found, cut = document(f"word{at}" for at in range(MOST_WORDS))
    assert cut
    assert len(found) == MOST_WORDS


def test_a_word_said_too_often_is_kept_a_number_of_times() -> None:
    found, _ = document([" ".join(["go"] * 1000)])
    assert found.count("go") == MOST_OF_ONE


@pytest.mark.parametrize(
    ("text", "query", "hits"),
    [
        ("We write C++ and Rust", "c++", ["C++"]),
        (
            "Machine-learning, machine <b>learning</b>",
            '"machine learning"',
            ["Machine", "learning"],
        ),
        ("PyTorch and pytest", "pyto*", ["PyTorch"]),
        ("learning machine", '"machine learning"', []),
        ("Müller’s models", "muller", ["Müller’s"]),
        ("Ada Müller", "müller", ["Müller"]),
        ("no hit", "absent", []),
    ],
)
def test_marks(text: str, query: str, hits: list[str]) -> None:
    parts = marked(text, read_query(query), 200)
    assert "".join(part.text for part in parts) == text
    assert [part.text for part in parts if part.hit] == hits


@given(st.text(max_size=300), st.sampled_from(["go", "aa bb", '"a b"', "a0*"]), st.integers(20, 80))
def test_marks_only_cut_and_never_change(text: str, query: str, limit: int) -> None:
    shown = display(text, limit=1000)[0]
    parts = [part.text for part in marked(text, read_query(query), limit) if part.text not in ("… ", " …")]
    assert "".join(parts) in shown


def test_an_excerpt_shows_the_first_hit() -> None:
    text = "before " * 50 + "needle" + " after" * 50
    parts = marked(text, read_query("needle"), 60)
    assert [part.text for part in parts if part.hit] == ["needle"]
    assert parts[0].text == "… "
    assert parts[-1].text == " …"
    assert sum(len(part.text) for part in parts) <= 70
