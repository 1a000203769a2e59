"""Downloads against a server on this machine: resume, length, changes, redirects, refusals."""

import gzip
import hashlib
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from sourcing.imports import _download
from sourcing.imports._download import AbsentError, DiskFullError, DownloadError, fetch
from storage.errors import ConfigError, Refused
from tests.imports_kit import House, table
from tests.test_imports_gh_archive import event, lines
from tests.test_imports_meta_kaggle import DUMP

BODY = bytes(range(256)) * 4_000


class Quiet(ThreadingHTTPServer):
    """Says nothing when a client hangs up."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing."""


class Server:
    """A server that answers what the test says, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.answer: Callable[[BaseHTTPRequestHandler, int], None] = whole
        held = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                held.asked.append({"path": self.path, **{k.lower(): v for k, v in self.headers.items()}})
                held.answer(self, len(held.asked))

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.http = Quiet(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/file.gz"
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()


def respond(
    to: BaseHTTPRequestHandler, body: bytes, status: int = 200, length: int | None = None, **headers: str
) -> None:
    to.send_response(status)
    to.send_header("Content-Length", str(len(body) if length is None else length))
    for name, value in headers.items():
        to.send_header(name.replace("_", "-"), value)
    to.end_headers()
    to.wfile.write(body)
    if length is not None and length != len(body):
        to.close_connection = True


def whole(to: BaseHTTPRequestHandler, _: int) -> None:
    """The file, or the part asked for, or that it has not changed."""
    start = to.headers.get("Range", "").removeprefix("bytes=").removesuffix("-")
    if to.headers.get("If-None-Match") == '"v1"':
        to.send_response(304)
        to.end_headers()
    elif start and to.headers.get("If-Range") == '"v1"':
        span = f"bytes {start}-{len(BODY) - 1}/{len(BODY)}"
        respond(to, BODY[int(start) :], 206, ETag='"v1"', Content_Range=span)
    else:
        respond(to, BODY, ETag='"v1"')


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.http.shutdown()
    made.http.server_close()


def get(server: Server, folder: Path, **more: Any) -> Path:
    return fetch(server.url, folder / "down" / "file.gz", agent="test/1", sleep=lambda _: None, **more)


def same(path: Path) -> bool:
    return hashlib.sha256(path.read_bytes()).digest() == hashlib.sha256(BODY).digest()


def test_a_file_is_fetched_once(server: Server, tmp_path: Path) -> None:
    path = get(server, tmp_path)
    assert same(path)
    assert (server.asked[0]["user-agent"], server.asked[0]["accept-encoding"]) == ("test/1", "identity")
    get(server, tmp_path)
    assert len(server.asked) == 1
    assert sorted(file.name for file in path.parent.iterdir()) == ["file.gz", "file.gz.source.json"]


def test_with_renew_the_server_is_asked_for_changes(server: Server, tmp_path: Path) -> None:
    get(server, tmp_path)
    assert same(get(server, tmp_path, renew=True))
    assert server.asked[1]["if-none-match"] == '"v1"'


def test_a_cut_download_goes_on_where_it_stopped(server: Server, tmp_path: Path) -> None:
    def cut(to: BaseHTTPRequestHandler, number: int) -> None:
        if number == 1:
            respond(to, BODY[:300_000], length=len(BODY), ETag='"v1"')
        else:
            whole(to, number)

    server.answer = cut
    assert same(get(server, tmp_path))
    assert 0 < int(server.asked[1]["range"].removeprefix("bytes=").removesuffix("-")) <= 300_000


def test_a_stopped_download_goes_on_with_the_next_call(server: Server, tmp_path: Path) -> None:
    server.answer = lambda to, _: respond(to, BODY[:1000], length=len(BODY), ETag='"v1"')
    with pytest.raises(DownloadError, match="not whole after 4 tries"):
        get(server, tmp_path)
    assert not (tmp_path / "down" / "file.gz").exists()
    server.answer = whole
    assert same(get(server, tmp_path))


def test_a_file_that_changed_meanwhile_begins_anew(server: Server, tmp_path: Path) -> None:
    def changed(to: BaseHTTPRequestHandler, number: int) -> None:
        if number == 1:
            respond(to, b"old" * 1000, length=9000, ETag='"v0"')
        else:
            whole(to, number)

    server.answer = changed
    assert same(get(server, tmp_path))


def test_a_part_that_was_not_asked_for_is_not_glued_on(server: Server, tmp_path: Path) -> None:
    def wrong(to: BaseHTTPRequestHandler, number: int) -> None:
        if number == 1:
            respond(to, BODY[:1000], length=len(BODY), ETag='"v1"')
        elif number == 2:
            respond(to, BODY[5:], 206, ETag='"v1"', Content_Range=f"bytes 5-{len(BODY) - 1}/{len(BODY)}")
        else:
            whole(to, number)

    server.answer = wrong
    assert same(get(server, tmp_path))


def test_a_whole_part_needs_no_more(server: Server, tmp_path: Path) -> None:
    get(server, tmp_path)
    path = tmp_path / "down" / "file.gz"
    path.rename(f"{path}.part")
    server.answer = lambda to, _: respond(to, b"", 416, Content_Range=f"bytes */{len(BODY)}")
    assert same(get(server, tmp_path))


STATUS = [
    (404, AbsentError, "not there", 1),
    (410, AbsentError, "not there", 1),
    (401, Refused, "check the token", 1),
    (403, Refused, "refused", 1),
    (451, Refused, "refused", 1),
    (400, DownloadError, "answered 400", 1),
    (500, DownloadError, "status 500", 4),
    (429, DownloadError, "status 429", 4),
]


@pytest.mark.parametrize(("status", "error", "said", "asked"), STATUS, ids=[str(case[0]) for case in STATUS])
def test_refusals(server: Server, tmp_path: Path, status: int, error: type[Exception], said: str, asked: int) -> None:
    server.answer = lambda to, _: respond(to, b"no", status)
    with pytest.raises(error, match=said):
        get(server, tmp_path)
    assert len(server.asked) == asked
    assert not (tmp_path / "down" / "file.gz").exists()


def test_a_long_wait_is_left_to_the_user(server: Server, tmp_path: Path) -> None:
    server.answer = lambda to, _: respond(to, b"", 429, Retry_After="3600")
    with pytest.raises(DownloadError, match="asked us to wait 3600 s"):
        get(server, tmp_path)
    assert len(server.asked) == 1


def test_the_token_stays_with_its_host(server: Server, tmp_path: Path) -> None:
    other = Server()
    server.answer = lambda to, _: respond(to, b"", 302, Location=other.url + "?signature=s")
    try:
        assert same(get(server, tmp_path, token="canary"))
    finally:
        other.http.shutdown()
        other.http.server_close()
    assert server.asked[0]["authorization"] == "Bearer canary"
    assert "authorization" not in other.asked[0]
    assert "canary" not in "".join(path.read_text("latin-1") for path in (tmp_path / "down").iterdir())


def test_redirects_have_an_end(server: Server, tmp_path: Path) -> None:
    server.answer = lambda to, _: respond(to, b"", 302, Location=server.url)
    with pytest.raises(Refused, match="more than 5 redirects"):
        get(server, tmp_path)
    assert len(server.asked) == 6


NEVER = ["https://www.linkedin.com/in/ada", "http://LINKEDIN.com./x", "https://media.licdn.com/x"]


@pytest.mark.parametrize("url", NEVER)
def test_linkedin_is_never_asked(url: str, tmp_path: Path, server: Server) -> None:
    with pytest.raises(Refused, match="never asked"):
        fetch(url, tmp_path / "x", agent="test/1")
    server.answer = lambda to, _: respond(to, b"", 302, Location=url)
    with pytest.raises(Refused, match="never asked"):
        get(server, tmp_path)


@pytest.mark.parametrize("url", ["ftp://example.org/x", "file:///etc/passwd", "https://", "http://[::1", "x"])
def test_what_is_no_web_address(url: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no web address"):
        fetch(url, tmp_path / "x", agent="test/1")


def test_a_full_disk_is_said_before_anything_is_written(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_download, "KEEP_FREE", 10**18)
    with pytest.raises(DiskFullError, match="make room first"):
        get(server, tmp_path)


def test_progress_is_shown(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_download, "EVERY", 0.0)
    said: list[str] = []
    get(server, tmp_path, progress=said.append)
    assert said[-1] == "file.gz: 1 of 1 MB"


# ---- the kinds that fetch ------------------------------------------------------------------------------------------


def test_the_latest_dump_is_fetched_and_read(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = {f"/{name}.csv": table(rows).encode() for name, rows in DUMP.items()}

    def answer(to: BaseHTTPRequestHandler, _: int) -> None:
        respond(to, tables[to.path], ETag=f'"{to.path}"')

    server.answer = answer
    monkeypatch.setenv("KAGGLE_API_TOKEN", "canary")
    house, base = House(tmp_path), server.url.rpartition("/")[0]
    done = house.bring("meta_kaggle", Path("latest"), settings=[f"files={base}/{{file}}"])
    assert (done.saved.accounts_new, done.saved.evidence_new) == (3, 2)
    assert {one["path"] for one in server.asked} == set(tables)
    assert all(one["authorization"] == "Bearer canary" for one in server.asked)
    assert not any(b"canary" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_a_day_of_the_archive_with_hours_that_are_not_there(server: Server, tmp_path: Path) -> None:
    one = gzip.compress(lines([event(7)]))

    def answer(to: BaseHTTPRequestHandler, _: int) -> None:
        if to.path.endswith(("-3.json.gz", "-23.json.gz")):
            respond(to, one)
        else:
            respond(to, b"", 404)

    server.answer = answer
    house, base = House(tmp_path), server.url.rpartition("/")[0]
    given = ["repositories=example/trainer", f"base={base}"]
    done = house.bring("gh_archive", Path("2026-11-24"), settings=given)
    assert [one["path"] for one in server.asked] == [f"/2026-11-24-{hour}.json.gz" for hour in range(24)]
    assert (done.state, done.counters["hour_absent"], list(house.accounts("github"))) == ("partial", 22, ["7"])
    house.bring("gh_archive", Path("2026-11-24-3"), settings=given)
    assert len(server.asked) == 24  # what is there is not asked for again
