"""What every request to the desk passes before a page sees it, and what every answer carries."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, HTTPException, Request

from sourcing.review.guard import HEADERS, MOST_ADDRESS, MOST_BODY, allowed_hosts
from storage.store import Store
from tests.desk_kit import HOST, Browser, desk, furnish, house

CHUNK = 64 * 1024
FIELD = b'--x\r\nContent-Disposition: form-data; name="text"; filename="x"\r\n\r\n'


@pytest.fixture
def app(lite: Store, tmp_path: Path) -> FastAPI:
    furnish(lite)
    return desk(house(tmp_path / "house"), lite)


@pytest.fixture
def browser(app: FastAPI) -> Browser:
    return Browser(app)


def raw(
    app: FastAPI, method: str, path: bytes, headers: dict[str, str | None], chunks: tuple[bytes, ...] = ()
) -> list[Any]:
    """One request as a server hands it on, without a client that tidies the path or states a length."""
    rest = list(chunks)
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": rest.pop(0), "more_body": True} if rest else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    given = [(name.lower().encode(), value.encode()) for name, value in {"host": HOST, **headers}.items() if value]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "path": path.decode(),
        "raw_path": path,
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "headers": given,
        "client": ("127.0.0.1", 5),
        "server": ("127.0.0.1", 8000),
    }
    asyncio.run(app(scope, receive, send))
    return [*sent, len(rest)]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        (HOST, 200),
        ("127.0.0.1:8000".upper(), 200),
        ("evil.example", 421),
        ("127.0.0.1", 421),
        ("127.0.0.1:9", 421),
        ("127.0.0.1:8000.evil.example", 421),
        ("evil.example:8000", 421),
        ("", 421),
    ],
)
def test_only_its_own_names_are_answered(browser: Browser, host: str, status: int) -> None:
    assert browser.get("/inbox", headers={"host": host}).status_code == status


def test_a_request_without_a_host(app: FastAPI) -> None:
    assert raw(app, "GET", b"/inbox", {"host": None})[0]["status"] == 400


def test_two_host_headers_are_none(app: FastAPI) -> None:
    async def run() -> int:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"http://{HOST}") as client:
            answer = await client.get("/inbox", headers=[("host", HOST), ("host", "evil.example")])
            return answer.status_code

    assert asyncio.run(run()) == 421


def test_names_of_loopback_and_of_a_proxy() -> None:
    assert allowed_hosts("127.0.0.1", 8321) == ["127.0.0.1:8321", "localhost:8321", "[::1]:8321"]
    assert allowed_hosts("10.0.0.5", 443, ["desk.example"]) == ["10.0.0.5:443", "desk.example:443", "desk.example"]
    assert "desk.example:8443" in allowed_hosts("::", 443, ["desk.example:8443"])


OWN = f"http://{HOST}"
CHANGES: tuple[tuple[dict[str, str], bool], ...] = (
    ({}, True),
    ({"sec-fetch-site": "same-origin", "origin": OWN}, True),
    ({"sec-fetch-site": "none"}, True),
    ({"origin": OWN.upper()}, True),
    ({"sec-fetch-site": "same-site"}, False),
    ({"sec-fetch-site": "cross-site"}, False),
    ({"sec-fetch-site": ""}, False),
    ({"origin": "null"}, False),
    ({"origin": "http://evil.example"}, False),
    ({"origin": "https://127.0.0.1:8000"}, False),
    ({"origin": "http://127.0.0.1:8001"}, False),
    ({"origin": f"{OWN}.evil.example"}, False),
    ({"origin": "http://evil.example", "sec-fetch-site": "same-origin"}, False),
)


@pytest.mark.parametrize(("headers", "taken"), CHANGES)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_changes_come_from_our_own_pages(browser: Browser, headers: dict[str, str], taken: bool, method: str) -> None:
    answer = browser.ask(method, "/leads/L000001/notes", headers=headers, data={"text": "met at a meetup"})
    wanted = 303 if method == "POST" else 405
    assert answer.status_code == (wanted if taken else 403)
    notes = browser.get("/api/leads/L000001").json()["notes"]
    assert len(notes) == (1 if taken and method == "POST" else 0)


def test_reading_is_no_change_wherever_it_comes_from(browser: Browser) -> None:
    headers = {"sec-fetch-site": "cross-site", "origin": "http://evil.example"}
    answer = browser.get("/inbox", headers=headers)
    assert answer.status_code == 200
    assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "CONNECT", "PATCH", "PROPFIND", "FOO"])
def test_other_methods_are_not_used(browser: Browser, method: str) -> None:
    for origin, status in ((None, 405), (OWN, 405), ("http://evil.example", 403)):
        headers = {"access-control-request-method": "POST"} | ({"origin": origin} if origin else {})
        answer = browser.ask(method, "/inbox", headers=headers)
        assert answer.status_code == status
        assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_long_addresses(browser: Browser) -> None:
    room = MOST_ADDRESS - len("/inbox") - len("x=")
    assert browser.get("/inbox?x=" + "a" * room).status_code == 200
    assert browser.get("/inbox?x=" + "a" * (room + 1)).status_code == 414
    assert browser.get("/" + "a" * MOST_ADDRESS).status_code == 414


@pytest.mark.parametrize("length", [str(MOST_BODY + 1), "9" * 40, "-1", "1e3", "²"])
def test_a_stated_length_that_is_too_much_or_none(app: FastAPI, length: str) -> None:
    sent = raw(app, "POST", b"/leads/L000001/notes", {"content-length": length}, (b"x",))
    assert (sent[0]["status"], sent[-1]) == (413, 1), "nothing is read"


@pytest.mark.parametrize(
    ("path", "kind", "start"),
    [
        (b"/leads/L000001/notes", "application/x-www-form-urlencoded", b"text="),
        (b"/leads/L000001/notes", "multipart/form-data; boundary=x", FIELD),
        (b"/api/leads/L000001/notes", "application/json", b'{"text":"'),
    ],
)
def test_a_body_without_a_stated_length_is_cut_off(app: FastAPI, path: bytes, kind: str, start: bytes) -> None:
    chunks = (start, *[b"a" * CHUNK] * (MOST_BODY // CHUNK + 8))
    sent = raw(app, "POST", path, {"content-type": kind, "transfer-encoding": "chunked"}, chunks)
    assert sent[0]["status"] == 413
    assert sent[-1] >= 6, "the rest is not read"
    assert [message["type"] for message in sent[:-1]].count("http.response.start") == 1
    assert Browser(app).get("/api/leads/L000001").json()["notes"] == []


def test_a_body_of_the_most_is_read(browser: Browser) -> None:
    answer = browser.post("/leads/L000001/notes", data={"text": "a" * (MOST_BODY - 10)})
    assert answer.status_code == 422, "read, and too long for a note"


@pytest.mark.parametrize(
    "path",
    [
        b"/static/../app.py",
        b"/static/%2e%2e/app.py",
        b"/static/..%2fapp.py",
        b"/static/..%5capp.py",
        b"/static//etc/passwd",
        b"/static/....//app.py",
        b"/static/%00",
        b"/static/",
        b"/static",
        b"/static/%2e%2e%2ftemplates%2fbase.html",
    ],
)
def test_nothing_outside_of_the_static_folder(app: FastAPI, path: bytes) -> None:
    from urllib.parse import unquote

    for seen in {path, unquote(path.decode()).encode()}:
        sent = raw(app, "GET", seen, {})
        assert sent[0]["status"] in (303, 307, 404, 405), seen
        assert b"import" not in b"".join(message.get("body", b"") for message in sent[1:-1])


def answers(app: FastAPI, browser: Browser) -> Iterator[tuple[str, httpx.Response]]:
    """One answer of each way a request can end."""

    @app.get("/broken")
    def broken(request: Request) -> None:
        raise RuntimeError(f"with an inside: {request.url}")

    @app.get("/busy")
    def busy() -> None:
        raise HTTPException(503, "busy")

    yield "page", browser.get("/inbox")
    yield "json", browser.get("/api/inbox")
    yield "redirect", browser.get("/")
    yield "static", browser.get("/static/desk.css")
    yield "no file", browser.get("/static/none.css")
    yield "nothing here", browser.get("/none")
    yield "no api", browser.get("/api/none")
    yield "not understood", browser.get("/inbox/mle?section=none")
    yield "no role", browser.get("/inbox/none")
    yield "no lead", browser.get("/leads/L999999")
    yield "a method", browser.post("/inbox")
    yield "foreign", browser.post("/inbox", headers={"origin": "null"})
    yield "host", browser.get("/inbox", headers={"host": "evil.example"})
    yield "broken", browser.get("/broken")
    yield "busy", browser.get("/busy")


def test_every_answer_carries_the_policy(app: FastAPI, browser: Browser) -> None:
    seen = {}
    for name, answer in answers(app, browser):
        seen[name] = answer.status_code
        for header, value in HEADERS.items():
            assert answer.headers.get(header) == value, (name, header)
        assert answer.headers["cache-control"] == ("max-age=3600" if "static" in answer.url.path else "no-store"), name
        assert not [one for one in answer.headers if one.startswith("access-control-")], name
    assert seen["broken"] == 500
    assert seen["page"] == seen["json"] == seen["static"] == 200
    assert "unsafe" not in HEADERS["Content-Security-Policy"]
    assert HEADERS["Content-Security-Policy"].startswith("default-src 'none'")


def test_a_fault_of_ours_tells_nothing_of_its_inside(app: FastAPI, browser: Browser) -> None:
    found = dict(answers(app, browser))["broken"]
    assert "with an inside" not in found.text
    assert "Traceback" not in found.text


@pytest.mark.parametrize("text", ["\x00", "\ud800", "a" * 5000, "<script>", "..", "%", "\r\nset-cookie: a=b"])
def test_odd_parameters_never_break_a_page(browser: Browser, text: str) -> None:
    from urllib.parse import quote

    word = quote(text, errors="surrogatepass")
    for path in (
        f"/inbox?said={word}",
        f"/inbox/{word}",
        f"/leads/{word}",
        f"/same?at={word}",
        f"/sign-in?next={word}",
    ):
        answer = browser.get(path)
        assert answer.status_code < 500, path
        assert "<script>" not in answer.text.replace('<script type="module"', "")
        assert "set-cookie" not in answer.headers
