"""The deep check-up: the machine under the installation, and one harmless question to every source."""

import json
import os
import shutil
import socket
import sqlite3
import ssl
import threading
import zoneinfo
from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from typer.testing import CliRunner

from cli import app as commands  # noqa: TID251  tests stand above the top floor
from sourcing import crawl
from sourcing.config import load
from sourcing.doctor import Check, _machine, examine, exit_code
from spiders import _registry as registry
from storage.store import Store
from tests.house_of_sourcing import NOW, furnished

TOKEN = "canary-7d1f-0000"


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("SOURCING_DATABASE_URL", raising=False)
    for name in ("HF_TOKEN", "GITLAB_TOKEN", "KAGGLE_API_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    furnished(tmp_path)
    for path in (*tmp_path.rglob("*"), tmp_path):
        path.chmod(0o700 if path.is_dir() else 0o600)
    return tmp_path


Answer = Callable[[httpx.Request], httpx.Response]


class Web:
    """Answers in place of all sources, and what was asked."""

    def __init__(self, answer: Answer | None = None) -> None:
        self.asked: list[httpx.Request] = []
        self._answer = answer or (lambda _: httpx.Response(200, text="User-agent: *\nDisallow: /private\n"))
        self._lock = threading.Lock()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            self.asked.append(request)
        return self._answer(request)

    @property
    def client(self) -> httpx.Client:
        return httpx.Client(transport=httpx.MockTransport(self))


def deep(house: Path, web: Web | None = None) -> list[Check]:
    return examine(house, now=NOW, deep=True, client=(web or Web()).client)


def found(checks: list[Check], name: str) -> Check:
    (one,) = [check for check in checks if check.name == name]
    return one


def usable(house: Path) -> list[str]:
    return [one.name for one in crawl.sources(load(house), now=NOW) if one.usable]


# ---- who is asked ---------------------------------------------------------------------------------------------


def test_nobody_is_asked_without_deep(house: Path) -> None:
    web = Web()
    checks = examine(house, now=NOW, client=web.client)
    assert web.asked == []
    assert not [check for check in checks if check.area == "machine" or "reached" in check.name]


def test_every_usable_source_is_asked_once_and_harmlessly(house: Path) -> None:
    web = Web()
    checks = deep(house, web)
    reached = [check for check in checks if check.name.endswith(", reached")]
    assert [check.name.removesuffix(", reached") for check in reached] == usable(house)
    assert len(reached) > 8
    assert {check.state for check in reached} == {"ok"}
    robots = [request for request in web.asked if request.url.path == "/robots.txt"]
    others = {request.url.path for request in web.asked if request.url.path != "/robots.txt"}
    assert others == {"/rate_limit"}, "only where a token's budget or reach is told"
    assert {request.method for request in web.asked} == {"GET"}
    named = [check for check in reached if "whatever hosts people name" not in check.detail]
    assert len(robots) == len(named)
    assert all("sourcing-crawler/" in request.headers["User-Agent"] for request in robots)
    assert all("Authorization" not in request.headers for request in robots), "a token goes where it is for"
    assert exit_code([check for check in checks if check.area == "sources"]) == 0
    assert TOKEN not in json.dumps([check.model_dump() for check in checks])


def test_no_host_is_asked_that_the_settings_do_not_name(house: Path) -> None:
    file = house / "sourcing.toml"
    file.write_text(file.read_text().replace("[crawl]", '[crawl]\nonly_hosts = ["dev.to"]', 1))
    web = Web()
    checks = deep(house, web)
    assert {request.url.host for request in web.asked if request.url.path == "/robots.txt"} == {"dev.to"}
    assert found(checks, "github, reached").state == "warning"
    assert "only_hosts" in found(checks, "github, reached").detail


# ---- what is said of an answer --------------------------------------------------------------------------------


def raising(error: Exception, cause: Exception | None = None) -> Answer:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/robots.txt":
            raise error from cause
        return httpx.Response(200, json={"resources": {}})

    return answer


def robots(status: int, text: str = "") -> Answer:
    return lambda request: httpx.Response(status, text=text) if "robots" in request.url.path else httpx.Response(404)


NOT_TRUSTED = ssl.SSLCertVerificationError(1, "CERTIFICATE_VERIFY_FAILED")
OUTCOMES: tuple[tuple[str, Answer, str, str], ...] = (
    ("discourse", robots(200, "User-agent: *\nAllow: /\nCrawl-delay: 3"), "ok", "permits it, 3 s apart"),
    ("discourse", robots(200, "User-agent: *\nDisallow: /"), "failed", "forbids https://discuss.pytorch.org"),
    ("discourse", robots(200, "User-agent: sourcing-crawler\nDisallow: /"), "failed", "switch the source off"),
    ("discourse", robots(404), "ok", "has no robots.txt"),
    ("discourse", robots(503), "failed", "answers 503"),
    ("discourse", robots(429), "failed", "nothing there is asked"),
    ("forem", robots(503), "failed", "status page"),
    ("forem", robots(200, "User-agent: *\nDisallow: /"), "ok", "documented interface"),
    ("forem", raising(httpx.ConnectTimeout("slow")), "failed", "no answer in time"),
    ("forem", raising(httpx.ConnectError("x"), socket.gaierror(-2, "x")), "failed", "name is not found"),
    ("forem", raising(httpx.ConnectError("x"), NOT_TRUSTED), "failed", "certificate is not accepted"),
    ("forem", raising(httpx.ConnectError("refused")), "failed", "no connection (ConnectError)"),
    ("forem", raising(httpx.RemoteProtocolError("half")), "failed", "no connection (RemoteProtocolError)"),
)


@pytest.mark.parametrize(("source", "answer", "state", "words"), OUTCOMES)
def test_what_an_answer_means(house: Path, source: str, answer: Answer, state: str, words: str) -> None:
    check = found(deep(house, Web(answer)), f"{source}, reached")
    assert (check.state, words in check.detail) == (state, True), check.detail
    assert exit_code([check]) == (1 if state == "failed" else 0)


@pytest.mark.parametrize(
    ("behind", "state", "words"),
    [
        (0, "ok", "0 s"),
        (90, "ok", "90 s behind"),
        (600, "warning", "600 s behind"),
        (-600, "warning", "600 s ahead of"),
    ],
)
def test_the_clock_beside_those_of_the_sources(house: Path, behind: int, state: str, words: str) -> None:
    date = format_datetime(NOW + timedelta(seconds=behind), usegmt=True)
    web = Web(lambda _: httpx.Response(200, headers={"date": date}))
    check = found(deep(house, web), "clock beside others")
    assert check.state == state
    assert words in check.detail or behind == 0


def test_without_any_date_nothing_is_said_of_the_clocks(house: Path) -> None:
    web = Web(lambda _: httpx.Response(200, headers={"date": "yesterday"}))
    assert not [check for check in deep(house, web) if check.name == "clock beside others"]


# ---- tokens ---------------------------------------------------------------------------------------------------

WHOAMI = "/api/whoami-v2"
SELF = "/api/v4/personal_access_tokens/self"
SCOPES: tuple[tuple[str, str, httpx.Response, str, str], ...] = (
    ("github", "/rate_limit", httpx.Response(200, headers={"x-oauth-scopes": ""}), "ok", "nothing beyond reading"),
    ("github", "/rate_limit", httpx.Response(200, headers={"x-oauth-scopes": "read:user"}), "ok", "may: read:user"),
    ("github", "/rate_limit", httpx.Response(200, headers={"x-oauth-scopes": "repo, read:org"}), "warning", "(repo)"),
    ("github", "/rate_limit", httpx.Response(200), "ok", "does not tell"),
    ("github", "/rate_limit", httpx.Response(401), "failed", "refused"),
    ("github", "/rate_limit", httpx.Response(502), "warning", "not known"),
    ("huggingface", WHOAMI, httpx.Response(200, json={"auth": {"accessToken": {"role": "read"}}}), "ok", "may: read"),
    ("huggingface", WHOAMI, httpx.Response(200, json={"auth": {"accessToken": {"role": "write"}}}), "warning", "write"),
    ("huggingface", WHOAMI, httpx.Response(200, json=[]), "warning", "not known"),
    ("gitlab", SELF, httpx.Response(200, json={"scopes": ["read_api"]}), "ok", "may: read_api"),
    ("gitlab", SELF, httpx.Response(200, json={"scopes": ["api", "read_user"]}), "warning", "(api)"),
)


@pytest.mark.parametrize(("source", "path", "said", "state", "words"), SCOPES)
def test_what_a_token_may_do(
    house: Path,
    monkeypatch: pytest.MonkeyPatch,
    source: str,
    path: str,
    said: httpx.Response,
    state: str,
    words: str,
) -> None:
    monkeypatch.setenv({"github": "GITHUB_TOKEN", "huggingface": "HF_TOKEN", "gitlab": "GITLAB_TOKEN"}[source], TOKEN)
    web = Web(lambda request: said if request.url.path == path else httpx.Response(200))
    checks = deep(house, web)
    check = found(checks, f"{source}, token")
    assert (check.state, words in check.detail) == (state, True), check.detail
    asked = [request for request in web.asked if request.url.path == path]
    host = urlsplit(registry.load(source).base(crawl.options_of(load(house), source))).hostname
    assert {(request.url.host, request.headers["Authorization"]) for request in asked} == {(host, f"Bearer {TOKEN}")}
    assert TOKEN not in str(checks)


# ---- the machine ----------------------------------------------------------------------------------------------


def machine(house: Path, now: Any = NOW) -> dict[str, Check]:
    return {check.name: check for check in _machine.machine(load(house), now)}


def test_a_sound_machine_is_fine(house: Path) -> None:
    checks = machine(house)
    assert {name: check.detail for name, check in checks.items() if check.state == "failed"} == {}
    assert set(checks) >= {"clock", "time zones", "disk", "permissions", "certificates", "SQLite", "libraries"}


def test_a_clock_before_the_last_night_or_the_version_is_found(house: Path) -> None:
    assert machine(house, NOW - timedelta(days=900))["clock"].state == "failed"
    config = load(house)
    with Store.open(config.database_url) as store:
        store.start_night(NOW + timedelta(days=30), [])
    check = machine(house)["clock"]
    assert (check.state, "timedatectl" in check.detail) == ("failed", True)
    assert exit_code([check]) == 2


def test_a_disk_without_room_is_found(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = shutil._ntuple_diskusage(10**9, 10**9, 0)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    (house / "sourcing.db").write_bytes(b"x" * 3 * 2**20)
    checks = machine(house)
    assert checks["disk"].state == "failed"
    assert "make room" in checks["disk"].detail
    assert (checks["room for a backup"].state, "no room for a copy" in checks["room for a backup"].detail) == (
        "warning",
        True,
    )


@pytest.mark.skipif(os.name != "posix", reason="permissions of files are those of POSIX")
def test_what_others_can_read_is_found(house: Path) -> None:
    assert machine(house)["permissions"].state == "ok"
    (house / "sourcing.db").chmod(0o644)
    check = machine(house)["permissions"]
    assert check.state == "warning"
    assert f"chmod -R go-rwx {house / 'sourcing.db'}" in check.detail


@pytest.mark.skipif(os.name != "posix", reason="owners of files are those of POSIX")
def test_what_belongs_to_somebody_else_is_found(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert machine(house)["owner"].state == "warning"


def test_missing_rules_of_time_zones_are_found(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = zoneinfo.ZoneInfo

    def absent(name: str) -> zoneinfo.ZoneInfo:
        if name != "UTC":
            raise zoneinfo.ZoneInfoNotFoundError(name)
        return real(name)

    monkeypatch.setattr(zoneinfo, "ZoneInfo", absent)
    check = machine(house)["time zones"]
    assert (check.state, "tzdata" in check.detail) == ("failed", True)


def test_no_authorities_are_found(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Empty:
        def cert_store_stats(self) -> dict[str, int]:
            return {"x509_ca": 0}

    monkeypatch.setattr(ssl, "create_default_context", Empty)
    paths = ssl.DefaultVerifyPaths(None, None, "", "", "", "")  # type: ignore[arg-type]  # none is there
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: paths)
    check = machine(house)["certificates"]
    assert (check.state, "ca-certificates" in check.detail) == ("failed", True)


def test_an_old_or_bare_sqlite_is_found(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 22, 0))
    assert "too old" in machine(house)["SQLite"].detail
    monkeypatch.undo()
    monkeypatch.setattr(_machine, "_has_search", lambda: False)
    assert "FTS5" in machine(house)["SQLite"].detail


def test_libraries_of_other_versions_are_named(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "requires", lambda _: ["httpx<0.1", "nobody-has-this", 'pytest<1; extra == "dev"'])
    check = machine(house)["libraries"]
    assert check.state == "warning"
    assert "httpx<0.1 (here: " in check.detail
    assert "nobody-has-this (here: none)" in check.detail
    assert "pytest" not in check.detail


# ---- the command ----------------------------------------------------------------------------------------------


def test_the_command_gives_json_and_the_code(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client = Web(robots(503)).client
    monkeypatch.setattr(httpx, "Client", lambda **_: client)
    done = CliRunner().invoke(commands, ["--config", str(house), "doctor", "--deep", "--json"])
    rows = json.loads(done.stdout)
    states = {row["name"]: row["state"] for row in rows}
    assert states["forem, reached"] == "failed"
    assert done.exit_code in (1, 2), "2 where the machine of the tests itself is unfit"
