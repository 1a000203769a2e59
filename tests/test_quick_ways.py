"""What is left out for most answers and texts because it would find nothing there: the long way finds the same."""

import itertools
import json
import logging
import pickle
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfile
from typing import Any
from unittest.mock import patch

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError
from scrapy import Request
from scrapy.http import Response

from spiders._course.book import Book
from spiders._drift.shapes import ACCOUNT_FIELDS, FIGURE, WORK_FIELDS, carried
from spiders._reading import contacts, shape
from spiders._reading.wishes import NO_RECRUITERS, OPEN_TO_WORK, still_kept, with_wishes
from storage import records, redaction
from storage.errors import Unreadable
from storage.records import Account, Record, changed
from storage.store import DONE, LEASED, QUEUED, Store
from storage.text import _special, _wishes, availability, minor, refusal, without_special
from storage.text._factors import AnyOf, Patterns
from tests.replay import Replay, crawl
from tests.store_kit import ADA, BO, day, origin, person, sighted, state, work
from tests.test_polite import CLOCK, HOST, LANE, OpenToy

# --- answers ----------------------------------------------------------------------------------------------------

_SPACES = st.sampled_from(["", "", "", " ", "\n ", "\t"])
_STRINGS = st.sampled_from(
    [
        *('"a"', '"b"', '"":"', '":"', '"\\":"', '"a\\" :"', '"x: y"', '"https://a.example"', '"é"', '"😀"', '""'),
        *('"\\ud83d\\ude00"', '"\\ud83d"', '"\\u0041"', '"12345678901234567890"', '"\\\\ud83d"', '" "'),
    ]
)
_NUMBERS = st.sampled_from(
    [
        *("0", "-0", "-0.0", "1", "1.0", "1e3", "0.1", "123456789012345678", "9223372036854775807", "1e308"),
        *("9223372036854775808", "-9223372036854775808", "-9223372036854775809", "123456789012345678901234"),
        *("1e999", "-1e999", "NaN", "Infinity", "0.12345678901234567890", "5e-324", "18446744073709551616"),
    ]
)


@st.composite
def _objects(draw: st.DrawFn, values: st.SearchStrategy[str]) -> str:
    pairs = draw(st.lists(st.tuples(_STRINGS, _SPACES, _SPACES, values), max_size=4))
    return "{" + ",".join(f"{name}{before}:{after}{value}" for name, before, after, value in pairs) + "}"


def _lists(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(values, max_size=3).map(lambda some: "[" + ", ".join(some) + "]")


_WORDS = st.sampled_from(["true", "false", "null", "nul", "{", '{"a":1,"a":2}', '{"a" :1,"a":":2"}'])
_BODIES = st.recursive(_STRINGS | _NUMBERS | _WORDS, lambda inner: _objects(inner) | _lists(inner), max_leaves=12)


def _outcome(read: Callable[[bytes], tuple[Any, int, bytes]], body: bytes) -> tuple[object, ...]:
    try:
        data, replaced, _ = read(body)
    except Unreadable as error:
        return error.reason, error.detail
    return repr(data), replaced > 0  # repr tells 1 from 1.0 and 0.0 from -0.0


def _nested(levels: int) -> str:
    return "[" * levels + "]" * levels


@given(_BODIES)
@example('{"a" :1,"a":":2"}')
@example(_nested(shape.DEPTH))
@example(_nested(shape.DEPTH + 1))
@example("{" + ",".join(f'"k{n}":0' for n in range(shape.MOST_KEYS + 1)) + "}")
@example("[" + "0," * shape.MOST_ITEMS + "0]")
@example("<html>log in</html>")
@example("")
def test_an_ordinary_body_is_read_as_one_that_is_read_with_care(text: str) -> None:
    body = text.encode()
    quick, careful = _outcome(shape._read, body), _outcome(shape._with_care, body)
    if quick != careful:  # an emoji written as a whole pair of escapes needs no care, and is read with it
        assert quick[0] == careful[0]
    assert _outcome(shape._read, b"\xef\xbb\xbf" + body) == quick


@given(_BODIES)
def test_what_is_handed_on_says_what_was_read(text: str) -> None:
    body = text.encode()
    try:
        data = shape.loads(body)
    except Unreadable as error:
        with pytest.raises(Unreadable, match=re.escape(error.reason)):
            shape.checked(body)
    else:
        assert repr(json.loads(shape.checked(body))) == repr(data)


def test_bytes_that_are_no_text_are_told_as_such() -> None:
    with pytest.raises(Unreadable, match="bad_encoding"):
        shape.loads(b'{"a":"\xff"}')


def test_ordinary_answers_do_take_the_quick_way() -> None:
    body = json.dumps({"rows": [{"id": n, "url": f"https://a.example/{n}", "tags": ["a", "b"]} for n in range(40)]})
    assert shape._ordinary(body.encode()) == json.loads(body)
    assert shape._ordinary(json.dumps(json.loads(body), indent=1).encode()) == json.loads(body)


# --- texts of people --------------------------------------------------------------------------------------------

CASES = Path(__file__).parent / "cases" / "special.yaml"
_ENDS_AND_ODDS = st.sampled_from(
    [
        *(
            ". ",
            "! ",
            "… ",
            "。",
            "；",
            "\n",
            " \n\n",
            " | ",
            "|",
            ";",
            "; ",
            " - ",
            " – ",
            "/",
            " / ",
            " • ",
            ", ",
            ",",
        ),
        *(" 🎉 ", "🎉", " ☕️", "  ", "\t", "\xa0", " \xa0| ", "\u2003", "'", "’", "`", "(", ")", "~", " ~ ", "»", "-"),
        *("10. Klasse", ".", "?", "\ufe0f", "é", "e\u0301", "ﬁ", "İ", "ß", "\ud800", "\x00", "_", "10.", "Ⅷ"),
    ]
)


def _sentences() -> list[str]:
    """Sentences of the product's own table, flat."""
    found: list[str] = []

    def walk(one: Any) -> None:
        if isinstance(one, str):
            found.append(one)
        elif isinstance(one, dict | list):
            for inner in one.values() if isinstance(one, dict) else one:
                walk(inner)

    walk(yaml.safe_load(CASES.read_text("utf-8")))
    return [one for one in found if " " in one]


_TOLD = _sentences()
_PARTS = st.sampled_from([*_TOLD, *itertools.islice(sorted({w for one in _TOLD for w in one.split()}), 600)])
_SAID = st.sampled_from(
    ["Recruiters, please don't contact me", "No recruiters", "Open to work from May", "Looking for a job?", "I'm 16"]
)
TEXTS = st.lists(_PARTS | _ENDS_AND_ODDS | _SAID | st.text(max_size=4), max_size=8).map("".join)


@contextmanager
def the_long_way() -> Iterator[None]:
    """Nothing is left out because a first look says it would find nothing."""

    def maybe(*_: object) -> bool:
        return True

    with patch.object(AnyOf, "met_in", lambda self, _: self._sets), patch.object(Patterns, "may_be_in", maybe):
        yield


@given(TEXTS)
@example(". ".join(_TOLD))
def test_a_first_look_at_a_whole_text_misses_nothing(text: str) -> None:
    ways = (without_special, minor, refusal, availability)
    quick = [way.__wrapped__(text) for way in ways]
    with the_long_way():
        assert [way.__wrapped__(text) for way in ways] == quick


def test_the_first_look_does_leave_texts_out() -> None:
    with patch.object(_special, "_pieces", side_effect=AssertionError), patch.object(_wishes, "_sentences", None):
        for text in ("Trains and serves invented models.", "Software engineer, coder, PhD student", "Full-stack dev"):
            assert without_special.__wrapped__(text) == (text, 0)
            assert [way.__wrapped__(text) for way in (minor, refusal, availability)] == [None] * 3


@given(TEXTS)
@example("one. two | three;  four 🎉 five - six – seven\n\neight….  nine 。 ten")
def test_sentences_end_where_the_pattern_says(text: str) -> None:
    quick = [one.span() for one in _special._ends(text)]
    assert quick == [one.span() for one in _special._ENDS.finditer(text)]


@given(TEXTS)
@example("\n")
@example("__a__\n")
def test_white_space_and_edges_go_as_the_patterns_say(text: str) -> None:
    assert _special._spaced(text) == re.sub(r"\s+", " ", text)
    inner = _special._FROM_WORD_TO_WORD.search(text)
    assert (inner[0] if inner else "") == re.sub(r"^[\W_]+|(?<=[^\W_])[\W_]+$", "", text)


_MAIL = st.sampled_from(
    [
        *(
            "ada@example.org",
            "ada (at) example dot org",
            "ada at gmail.com",
            "ada AT example dot org",
            "ada @ example.com",
        ),
        *("+49 170 1234567", "٠١٧٠ ١٢٣٤٥٦٧٨", "(212) 555-0199", "[at]", "<@>", "{ at }", "@ada", " at ", "\nat\t", "1"),
        *("+1 212 555 0199", "0170-1234567", "00491701234", "0", "12", "345", "-", ".", "2026-11-01", "212) 555", "+"),
        *("Ada", "at", "a", "@", "data at scale", "\xa0at\xa0", " aT ", "(", "é"),
    ]
)


@given(st.lists(_MAIL | _ENDS_AND_ODDS, max_size=8).map("".join))
def test_addresses_and_numbers_go_as_the_patterns_say(text: str) -> None:
    mail = [contacts._SURE, contacts._BRACKETED, contacts._SPOKEN]
    expected, count = text, 0
    for pattern in mail:
        expected, found = pattern.subn(contacts.SEE_POST, expected)
        count += found
    assert contacts.without_mail(text) == (expected, count)
    assert contacts.without_phones(text) == contacts._PHONE.subn(contacts.SEE_POST, text)
    both, phones = contacts._PHONE.subn(contacts.SEE_POST, expected)
    assert contacts.without_mail_and_phones(text) == (both, count + phones)


_TOKENS = st.sampled_from(
    [
        *("ghp_", "gho_", "github_pat_", "glpat-", "hf_", "KGAT_", "xoxb-", "xoxe-", "AKIA", "ASIA", "sk-", "AIza"),
        *("a" * 20, "A" * 16, "0" * 32, "b-_" * 12, "person-1", " ", ".", "A", "gh", "é"),
    ]
)


@given(st.lists(_TOKENS, max_size=6).map("".join))
def test_published_secrets_go_as_the_patterns_say(text: str) -> None:
    assert redaction.without_published(text) == redaction.SHAPES.sub(redaction.HIDDEN, text)


# --- records ----------------------------------------------------------------------------------------------------

_BIOS = st.sampled_from(
    [None, "", "Builds things.", "No recruiters, please.", "Open to work from May.", "No recruiters. Open to work."]
)


def _account(bio: str | None, covers: frozenset[str], *, bo: bool) -> Account:
    return person(BO if bo else ADA, bio=bio, observed=covers)


_ACCOUNTS = st.builds(
    _account,
    _BIOS,
    st.sampled_from([frozenset[str](), frozenset({"bio"}), frozenset({"bio", "flags"})]),
    bo=st.booleans(),
)


@given(st.lists(st.lists(_ACCOUNTS, max_size=3), max_size=4), st.sets(st.sampled_from([NO_RECRUITERS, OPEN_TO_WORK])))
def test_wishes_are_taken_back_where_one_stands(answers: list[list[Account]], stored: set[str]) -> None:
    quick, slow = ({f"{ADA}/wish/{wish}" for wish in stored} for _ in range(2))
    found = [one for answer in answers for one in with_wishes(answer, kept=quick)]
    each = [one for answer in answers for one in answer]
    assert found == [one for account in each for one in still_kept(with_wishes([account]), slow)]
    assert quick == slow


@pytest.mark.parametrize("said", list(itertools.permutations(["Builds things.", "No recruiters, please.", None])))
def test_a_batch_leaves_what_it_left_when_every_wish_was_taken_back(
    empty_file: Path, tmp_path: Path, said: Sequence[str | None]
) -> None:
    answers = [[person(at=at, bio=bio, observed=frozenset({"bio", "flags"}))] for at, bio in enumerate(said)]
    kept: set[str] = set()
    batches = ([with_wishes(one, kept=kept) for one in answers], [with_wishes(one) for one in answers])
    left = []
    for number, batch in enumerate(batches):
        file = tmp_path / f"{number}.db"
        copyfile(empty_file, file)
        with Store.open(f"sqlite:///{file}") as store:
            store.save([one for items in batch for one in items])
            left.append(state(store, [ADA]))
    assert left[0] == left[1]


def test_what_a_record_carries_is_every_field_that_says_something() -> None:
    facts: dict[str, Any] = {"bio": "", "open_to_work": False, "links": (), "figures": {"stars": 0, "forks": 2}}
    full = person(**facts, name="Ada", created_at=day(0))
    done = work(text="", tags=("a",), event_at=day(0), figures={"stars": 3})
    for record, names in ((full, ACCOUNT_FIELDS), (done, WORK_FIELDS)):
        said = {name: None for name in names if getattr(record, name) not in (None, (), "")}
        assert carried(record) == said | {FIGURE + name: n for name, n in record.figures.items() if n}
    assert "open_to_work" in carried(full), "no is an answer"


_RECORDS = [
    (person(bio="a"), {"observed": frozenset({"bio"}), "flags": ("x",)}),
    (work(text="a"), {"text": None}),
    (sighted(), {"handle": "ada"}),
    (origin(), {}),
]


@pytest.mark.parametrize(("record", "changes"), _RECORDS)
def test_a_changed_record_is_what_pydantic_copies(record: Record, changes: dict[str, object]) -> None:
    before, made, copied = record.model_dump(), changed(record, changes), record.model_copy(update=changes)
    assert made == copied
    assert made.model_fields_set == copied.model_fields_set
    assert made.model_dump_json() == copied.model_dump_json()
    assert pickle.loads(pickle.dumps(made)) == copied.model_copy()
    assert record.model_dump() == before
    with pytest.raises(ValidationError, match="frozen"):
        made.origin = None  # type: ignore[attr-defined]  # that is what is tested


def test_records_hold_nothing_that_a_change_would_lose() -> None:
    kinds = [one for one in vars(records).values() if isinstance(one, type) and issubclass(one, Record)]
    assert len(kinds) > 20
    for one in kinds:
        assert one.model_config.get("extra") == "forbid"
        assert not one.__private_attributes__


# --- the crawl --------------------------------------------------------------------------------------------------


def test_an_answer_is_kept_at_once_and_what_others_wait_for_a_little_later(lite: Store) -> None:
    number = lite.start_night(day(0)).number
    book = Book(lite, "toy", number, "")
    one, *others = [Request(f"{HOST}/{n}") for n in range(4)]
    for request in (one, *others):
        book.queue(request)
        book.lease(request, day(0))
    book.answered(one, Response(one.url, body=b"{}"), keep=True)
    assert lite.questions(number) == {"toy": {DONE: 1}}
    assert lite.kept("toy") == {book.name(one)}
    book.write()
    assert lite.questions(number) == {"toy": {DONE: 1, LEASED: 3}}


def test_questions_that_wait_are_written_with_an_answer_once_it_is_time(lite: Store) -> None:
    number = lite.start_night(day(0)).number
    book = Book(lite, "toy", number, "")
    one, other = Request(f"{HOST}/1"), Request(f"{HOST}/2")
    book.queue(one)
    book.queue(other)
    with patch("spiders._course.book.SECONDS", -1.0):
        book.answered(one, Response(one.url, body=b"{}"), keep=True)
    assert lite.questions(number) == {"toy": {DONE: 1, QUEUED: 1}}


def test_nothing_is_logged_of_single_answers(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    with caplog.at_level(logging.DEBUG):
        asked = _crawl(tmp_path, {"Referrer-Policy": "unsafe-url"})
    assert [request.url for request in asked] == [f"{HOST}/a", f"{HOST}/b"]
    assert not [one.message for one in caplog.records if one.levelno == logging.DEBUG and HOST in one.getMessage()]


def test_no_answer_makes_us_say_where_we_came_from(tmp_path: Path) -> None:
    *_, last = _crawl(tmp_path, {"Referrer-Policy": "unsafe-url"})
    assert "Referer" not in last.headers


def _crawl(tmp_path: Path, headers: dict[str, str]) -> list[Request]:
    """Two pages, the second of which the first one names; gives what was asked."""
    first = {"url": f"{HOST}/a", "body": {"people": ["ada"], "more": "/b"}, "headers": headers}
    replay = Replay([first, {"url": f"{HOST}/b", "body": {"people": ["bo"]}}])
    url = f"sqlite:///{tmp_path}/night.db"
    store, _ = crawl(OpenToy, replay, lanes=[LANE], options={"pages": ["/a"]}, store_url=url, clock=CLOCK)
    store.close()
    return list(replay.asked)
