"""Bodies no reader should meet: cut short by the real connection, unpacked within bounds, read in one way or not."""

import gzip
import threading
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AliasChoices, AliasPath, BaseModel, Field, ValidationError
from scrapy.http import HtmlResponse

from spiders._reading import shape as _json
from spiders._reading.bounds import HELD_BACK, bounded
from spiders._reading.clean import each
from spiders._reading.fields import WrittenInt, tolerant, unread
from spiders._reading.times import Moment
from spiders._web.marks import read_page
from storage.errors import Unreadable
from storage.records import Account, Claim, Link, Origin
from storage.store import Store
from tests.replay import crawl, temporary_store
from tests.test_polite import LANE, OpenToy

MIB = 1024 * 1024
CLOCK = datetime(2026, 11, 25, 3, tzinfo=UTC)


def zeros(kind: int, mebibytes: int) -> bytes:
    """So many MiB of zeros, packed: one packed MiB over and over, so that nobody has to hold them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, kind)
    head = packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    return head + again * (mebibytes - 1)


BODIES: dict[str, tuple[dict[str, str], bytes]] = {
    "/gzip": ({"Content-Encoding": "gzip"}, zeros(31, 1024)),
    "/deflate": ({"Content-Encoding": "deflate"}, zeros(15, 1024)),
    "/twice": ({"Content-Encoding": "gzip, gzip"}, gzip.compress(zeros(31, 64))),
    "/cut": ({"Content-Encoding": "gzip"}, gzip.compress(b'{"people": ["ada"]}' * 100)[:60]),
    "/label": ({"Content-Encoding": "gzip"}, b"not gzip"),
    "/plain": ({}, b'{"people": ["' + b"x" * (9 * MIB) + b'"]}'),
    "/good": ({}, b'{"people": ["ada"]}'),
}


class Pages(BaseHTTPRequestHandler):
    """Serves the bodies; `/slow` gives a byte now and then."""

    protocol_version = "HTTP/1.1"
    stop: ClassVar[threading.Event] = threading.Event()

    def do_GET(self) -> None:
        headers, body = BODIES.get(self.path, ({}, b""))
        self.send_response(200)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) or 1_000))
        self.end_headers()
        try:
            self.wfile.write(body) if body else self._drip()
        except OSError:
            self.close_connection = True  # the other side had enough

    def _drip(self) -> None:
        while not self.stop.wait(0.1):
            self.wfile.write(b" ")
            self.wfile.flush()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    Pages.stop.set()
    server.shutdown()
    server.server_close()


class Real(OpenToy):
    """The toy at an address of this machine."""

    def page(self, path: str) -> Any:
        return self.ask(str(self.options.api) + path, self.people, lane="toy/pages/a")


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/gzip", "too_large"),
        ("/deflate", "too_large"),
        ("/twice", "too_large"),
        ("/cut", "bad_json"),  # what there is of it is unpacked, and is no JSON
        ("/label", "broken_encoding"),
        ("/plain", "lost:too_large"),
        ("/slow", "lost:DownloadTimeoutError"),
    ],
)
def test_bodies_beyond_their_limits_are_set_aside_and_the_night_goes_on(base: str, path: str, reason: str) -> None:
    gated = {"DOWNLOAD_HANDLERS": dict.fromkeys(("http", "https"), "spiders._polite.resolving.GatedHandler")}
    store, spider = crawl(
        Real,
        [],
        lanes=[LANE],
        options={"api": base, "pages": [path, "/good"]},
        store_url=temporary_store(),
        clock=CLOCK,
        settings={**gated, "DOWNLOAD_TIMEOUT": 1},
    )
    with store:
        assert [one.handle for one in store.accounts()] == ["ada"]
        assert [one.reason for one in store.quarantined()] == [reason]
    assert spider.stopped is None


# ---- JSON -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"[" * 100_000, "too_deep"),
        (b"[" * 65 + b"]" * 65, "too_deep"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "bad_json"),
        (b'{"a": 1, "a": 2}', "duplicate_key"),
        (b"", "empty"),
        (b" \n", "empty"),
        (b'{"a": "\xff"}', "bad_encoding"),
        (b"<!DOCTYPE html><title>Sign in</title>", "login_page"),
        (b"<html>maintenance</html>", "bad_json"),
        (b"{" + b",".join(b'"k%d": 1' % n for n in range(10_001)) + b"}", "too_many_keys"),
        (b"[" + b"1," * 100_000 + b"1]", "too_many_items"),
    ],
)
def test_json_that_is_read_in_no_way(body: bytes, reason: str) -> None:
    for read in (_json.loads, _json.checked):
        with pytest.raises(Unreadable) as caught:
            read(body)
        assert caught.value.reason == reason


def test_json_at_its_limits_is_read() -> None:
    assert _json.loads(b"[" * 64 + b"]" * 64)
    assert len(_json.loads(b"[" + b"1," * 99_999 + b"1]")) == 100_000
    assert _json.loads(b'\xef\xbb\xbf{"login": "a"}') == {"login": "a"}


@pytest.mark.parametrize("number", [b"NaN", b"-Infinity", b"1e999", b"9" * 400, b"9223372036854775808"])
def test_numbers_that_fit_nowhere_fit_no_field(number: bytes) -> None:
    class Row(BaseModel):
        a: int | float | str | None = None
        b: int = 0

    body = _json.checked(b'{"a": ' + number + b', "b": 7}')
    with pytest.raises(ValidationError):
        Row.model_validate_json(body)
    assert tolerant(Row, _json.loads(body)) == (Row(b=7), ("a",))


def test_half_a_pair_costs_one_character_and_not_the_answer() -> None:
    assert _json.loads(_json.checked(rb'["a\ud800b", "\ud83d\ude00"]')) == ["a\ufffdb", "😀"]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(),
        lambda a: st.lists(a) | st.dictionaries(st.text(), a),
    )
)
def test_whatever_json_writes_is_read_as_it_was(data: Any) -> None:
    import json

    cleaned = json.loads(json.dumps(data).encode("utf-8", "surrogatepass"))
    if "\\ud" not in json.dumps(data).lower():
        assert _json.loads(json.dumps(data).encode()) == cleaned


@pytest.mark.parametrize(
    "page", ["<a href=x <a \x00=1>", "<a \x01\x0b='1' href=/x>", "\x00", "<a href\n\n\x05a href=<a >"]
)
def test_control_characters_in_mark_up_are_no_mark_up(page: str) -> None:
    read_page(HtmlResponse("https://ada.example/", body=page.encode(), encoding="utf-8"))


# ---- records --------------------------------------------------------------------------------------------------


class Person(BaseModel):
    """A record with optional numbers."""

    login: str
    followers: int | None = None
    score: float | None = None
    number: WrittenInt | None = None
    joined: Moment | None = None


@pytest.mark.parametrize(
    ("given_", "unfit"),
    [
        ({"followers": "12"}, ("followers",)),
        ({"followers": True}, ("followers",)),
        ({"score": "0.5"}, ("score",)),
        ({"followers": 12, "score": 1}, ()),
        ({"number": "12"}, ()),
        ({"joined": "yesterday"}, ("joined",)),
        ({"followers": {"a": 1}, "joined": 0}, ("followers", "joined")),
    ],
)
def test_nothing_is_guessed(given_: dict[str, Any], unfit: tuple[str, ...]) -> None:
    record, rejected = tolerant(Person, {"login": "ada", **given_})
    assert set(rejected) == set(unfit)
    assert all(getattr(record, name) is None for name in unfit)


class Tagged(Person):
    """A person with lists, some of whose names are written otherwise."""

    topics: tuple[str, ...] | None = None
    works: tuple[Person, ...] = ()
    shown: str | None = Field(None, alias="displayName")
    place: str | None = Field(None, validation_alias=AliasChoices("city", AliasPath("address", "city")))


@pytest.mark.parametrize(
    ("given_", "topics", "unfit"),
    [
        ([1, None, {"x": 1}, "nlp"], ("nlp",), ("topics[]",) * 3),
        (["nlp", "cv"], ("nlp", "cv"), ()),
        ([1, 2], None, ("topics",)),  # another kind of list: unknown, not empty
        ("nlp", None, ("topics",)),
        ([], (), ()),
    ],
)
def test_items_of_lists_that_do_not_fit_are_left_out(
    given_: Any, topics: tuple[str, ...] | None, unfit: tuple[str, ...]
) -> None:
    record, rejected = tolerant(Tagged, {"login": "ada", "topics": given_})
    assert (record.topics, rejected) == (topics, unfit)


def test_of_a_list_of_records_only_whole_items_are_left_out() -> None:
    record, rejected = tolerant(Tagged, {"login": "ada", "works": [{"login": "a"}, None]})
    assert (len(record.works), rejected) == (1, ("works[]",))
    record, rejected = tolerant(Tagged, {"login": "ada", "works": [{"login": "a"}, {"login": 7}]})
    assert (record.works, rejected) == ((), ("works",))


def test_names_nobody_reads() -> None:
    told = {"login": "a", "displayName": "A", "city": "B", "address": {}, "pronouns": "x", "__proto__": {}}
    assert sorted(unread(Tagged, told)) == ["__proto__", "pronouns"]
    assert unread(Tagged, ["login"]) == []


def test_rows_that_are_no_objects_are_counted() -> None:
    counted: list[str] = []
    rows: Any = [{"login": "ada"}, "text", None, 7, [], {"login": None}]
    assert [one.login for one in each(Person, rows, counted.append)] == ["ada"]
    assert counted == ["unreadable_row:Person"] * 5


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-11-22", "2026-11-22T00:00:00+00:00"),
        ("2026-11-22T10:00:00", "2026-11-22T10:00:00+00:00"),
        ("2026-11-22T10:00:00+14:00", "2026-11-21T20:00:00+00:00"),
        (1763805600, "2025-11-22T10:00:00+00:00"),
        (1763805600000, "2025-11-22T10:00:00+00:00"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00+00:00"),
        *((bad, None) for bad in ("2026-02-30T00:00:00Z", "22/11/2026", "yesterday", -1, True, 10**30)),
        *(
            (bad, None)
            for bad in ("9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "1970-01-01", "0001-01-01T00:00+14:00")
        ),
    ],
)
def test_times_are_read_strictly(written: Any, read: str | None) -> None:
    record, rejected = tolerant(Person, {"login": "ada", "joined": written})
    assert record.joined == (datetime.fromisoformat(read) if read else None)
    assert rejected == (() if read else ("joined",))


def account(**facts: Any) -> Account:
    origin = Origin(source="github", url="https://x.example", seen_at=CLOCK, spider="github/1")
    plain = Account(source="github", source_id="1", handle="ada", url="https://x.example/ada", origin=origin)
    return plain.model_copy(update=facts)


def test_a_record_is_bounded_whatever_its_reader_let_through() -> None:
    counted: list[str] = []
    links = tuple(Link(url=f"https://x.example/{n}", claim=Claim.CLAIMED, field="website") for n in range(60))
    given_ = account(
        handle="h" * 300,
        bio="b" * 9_000,
        figures={"followers": -5.0, "karma": -5.0, "stars": float("inf"), "views": 1e30, "commits": 3.0},
        observed=frozenset({"figures", "created_at"}),
        created_at=datetime(1970, 1, 1, tzinfo=UTC),
        links=links,
    )
    one = bounded(given_, counted.append)
    assert isinstance(one, Account)
    assert (len(one.handle), len(one.bio or ""), len(one.links)) == (100, 4_000, 50)
    assert one.figures == {"karma": -5.0, "commits": 3.0}
    assert (one.created_at, one.observed) == (None, frozenset())
    assert {"truncated:handle", "truncated:bio", "figure_rejected:followers", "range:created_at"} <= set(counted)
    assert bounded(account(bio="as it is"), counted.append) == account(bio="as it is")


def test_published_tokens_are_cut_out_and_flagged() -> None:
    token = "hf" + "_" + "EXAMPLE" + "2" * 25
    one = bounded(account(bio=f"Use {token} please"), lambda _: None)
    assert isinstance(one, Account)
    assert (one.bio, one.flags) == ("Use *** please", (HELD_BACK,))


def test_the_stores_of_this_file_are_sound(lite: Store) -> None:
    lite.save([bounded(account(bio="\ud800\x00"), lambda _: None)])
    assert lite.check() == []
