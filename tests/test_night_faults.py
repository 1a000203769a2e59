"""Every fault has a named end: through whole nights against a loopback server, on real databases.

The table says what breaks, how the source then ends, and the exit code of the night.
"""

import datetime as dt
import http.server
import ipaddress
import socket
import sqlite3
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sourcing import space
from sourcing.config import Config
from sourcing.demo.process import Serving
from sourcing.nightly import NightReport, run
from storage.errors import StoreError
from storage.store import Store, _engine
from tests.nights_kit import NOW, house, people_found, tokens, web

PEOPLE = 30
SOURCE = "hackernews"
QUICK = {"back_off": 0.0, "max_wait": 3}
DAY = dt.timedelta(days=1)


@pytest.fixture(scope="module")
def server() -> Iterator[Serving]:
    with tokens(), web(PEOPLE) as serving:
        yield serving


@pytest.fixture
def clean(server: Serving) -> Iterator[Serving]:
    """The server without faults, before and after."""
    yield server
    server.control(faults={}, retry=1)


def installation(folder: Path, server: Serving, **more: Any) -> Config:
    options = {SOURCE: QUICK, "kaggle": QUICK}
    return house(folder, server.base, PEOPLE, only=more.pop("only", (SOURCE,)), options=options, **more)


def ended(report: NightReport, source: str = SOURCE) -> tuple[str, str]:
    [outcome] = [one for one in report.night.outcomes if one.source == source]
    return outcome.state, outcome.reason


FAULTS = [
    # what breaks, state, words of the reason, exit code
    ({"502": 1.0}, "failed", "outage: all 5 answers were 5xx", 1),
    ({"reset": 1.0}, "failed", "outage: no answer at all", 1),
    ({"ban": 1.0}, "refused", "blocked: all 1 answers were 403", 6),
    ({"storm": 1.0}, "limit", "secondary limit; 60 s of waiting asked for", 5),
    ({"429": 1.0}, "limit", "asked to wait (status 429)", 5),
    ({"truncated": 1.0}, "partial", "unreadable:bad_json", 1),
    ({"html": 1.0}, "partial", "unreadable:bad_json", 1),
    ({"shape": 1.0}, "partial", "unreadable:unexpected_shape", 1),
    ({"slow": 1.0}, "done", "", 0),
    # Now and then is normal life: the question is asked again.
    ({"502": 0.2, "reset": 0.1, "html": 0.1}, "done", "", 0),
]


@pytest.mark.parametrize(("faults", "state", "words", "code"), FAULTS, ids=["+".join(one[0]) for one in FAULTS])
def test_every_fault_of_a_source_has_a_name_and_a_code(
    tmp_path: Path, clean: Serving, faults: Mapping[str, float], state: str, words: str, code: int
) -> None:
    config = installation(tmp_path, clean)
    clean.control(faults={f"{SOURCE}/{kind}": share for kind, share in faults.items()}, slow=0.05, retry=2)
    report = run(config, now=NOW)
    assert ended(report)[0] == state, report.night.outcomes
    assert words in ended(report)[1]
    assert report.exit_code == code
    assert report.joined is not None  # the night went on to its end


def test_the_others_finish_while_one_is_out(tmp_path: Path, clean: Serving) -> None:
    config = installation(tmp_path, clean, only=(SOURCE, "kaggle"))
    clean.control(faults={f"{SOURCE}/502": 1.0})
    report = run(config, now=NOW)
    assert (ended(report)[0], ended(report, "kaggle")[0], report.exit_code) == ("failed", "done", 1)
    assert report.changes.new > 0
    clean.control(faults={})
    assert run(config, now=NOW + DAY).exit_code == 0


# --- what cannot be reached at all -----------------------------------------------------------------------------


def at(folder: Path, server: Serving, base: str) -> NightReport:
    """A night whose source lies at another address."""
    options = {SOURCE: {**QUICK, "algolia": base, "firebase": f"{base}/v0"}}
    return run(house(folder, server.base, PEOPLE, only=(SOURCE,), options=options, anywhere=True), now=NOW)


def closed_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def test_a_name_that_does_not_exist(tmp_path: Path, server: Serving) -> None:
    report = at(tmp_path, server, "http://nowhere.invalid")
    assert ended(report) == ("failed", "outage: no answer at all to 1 question")
    assert report.night.counters["lost:CannotResolveHostError"] == 1
    assert report.exit_code == 1


def test_a_closed_door(tmp_path: Path, server: Serving) -> None:
    report = at(tmp_path, server, f"http://127.0.0.1:{closed_port()}")
    assert ended(report)[0] == "failed"
    assert report.night.counters["lost:DownloadConnectionRefusedError"] == 1


def test_a_certificate_nobody_vouches_for(tmp_path: Path, server: Serving) -> None:
    with self_signed(tmp_path) as base:
        report = at(tmp_path / "house", server, base)
    assert ended(report)[0] == "failed"
    assert report.exit_code == 1
    assert any(name.startswith("lost:") for name in report.night.counters)


def test_redirects_that_lead_in_a_circle(tmp_path: Path, server: Serving) -> None:
    with plain(_Circle) as base:
        report = at(tmp_path, server, base)
    assert ended(report) == ("partial", "1 answers could not be used, most often blocked:redirects")
    assert report.exit_code == 1


class _Circle(http.server.BaseHTTPRequestHandler):
    """Sends everybody back to where they are."""

    def do_GET(self) -> None:
        self.send_response(302)
        self.send_header("Location", self.path)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def plain(handler: type[http.server.BaseHTTPRequestHandler], wrap: ssl.SSLContext | None = None) -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as held:
        held.handle_error = lambda *_: None  # type: ignore[method-assign]  # a refused handshake is what is tested
        if wrap is not None:
            held.socket = wrap.wrap_socket(held.socket, server_side=True)
        threading.Thread(target=held.serve_forever, daemon=True).start()
        try:
            yield f"{'https' if wrap else 'http'}://127.0.0.1:{held.server_address[1]}"
        finally:
            held.shutdown()


@contextmanager
def self_signed(folder: Path) -> Iterator[str]:
    """A server whose certificate is its own word."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    begin = dt.datetime.now(dt.UTC) - DAY
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(begin + 9 * DAY)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain_text, form = serialization.NoEncryption(), serialization.PrivateFormat.PKCS8
    pem = key.private_bytes(serialization.Encoding.PEM, form, plain_text)
    (folder / "both.pem").write_bytes(pem + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "both.pem")
    with plain(_Circle, context) as base:
        yield base


# --- clocks ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jump", [-86_400.0, 86_400.0], ids=["a day back", "a day forward"])
def test_a_wall_clock_that_jumps_changes_nothing(
    tmp_path: Path, clean: Serving, monkeypatch: pytest.MonkeyPatch, jump: float
) -> None:
    config = installation(tmp_path, clean)
    real, calls = time.time, [0]

    def jumping() -> float:
        calls[0] += 1
        return real() + (jump if calls[0] > 3 else 0.0)

    with monkeypatch.context() as patch:
        patch.setattr(time, "time", jumping)
        report = run(config, now=NOW, until=NOW + dt.timedelta(hours=1))
    assert calls[0] > 3
    assert (ended(report), report.exit_code) == (("done", ""), 0)
    assert report.night.ended_at is not None
    assert report.night.ended_at - report.night.started_at < dt.timedelta(minutes=5)


def test_a_night_that_begins_before_the_last_one_is_no_error(tmp_path: Path, clean: Serving) -> None:
    config = installation(tmp_path, clean)
    run(config, now=NOW)
    report = run(config, now=NOW - DAY)
    assert report.exit_code == 0
    assert report.night.number == 2


# --- the database ----------------------------------------------------------------------------------------------


def test_a_disk_that_is_nearly_full_begins_no_night(
    tmp_path: Path, clean: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = installation(tmp_path, clean)
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=499 * space.MIB))
    with pytest.raises(StoreError, match="499 MiB free, a night needs 500; make room") as caught:
        run(config, now=NOW)
    assert caught.value.exit_code == 3
    with Store.open(config.database_url, key=config.key) as store:
        assert store.nights() == []


def test_a_disk_that_fills_up_ends_the_night_in_order(
    tmp_path: Path, clean: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = installation(tmp_path, clean)
    pages = int(sqlite3.connect(tmp_path / "sourcing.db").execute("PRAGMA page_count").fetchone()[0])
    opened = _engine._sqlite_connect

    def small(connection: sqlite3.Connection, record: object) -> None:
        opened(connection, record)
        connection.execute(f"PRAGMA max_page_count = {pages}")

    with monkeypatch.context() as patch:
        patch.setattr(_engine, "_sqlite_connect", small)
        with pytest.raises(StoreError, match="database or disk is full") as caught:
            run(config, now=NOW)
    assert caught.value.exit_code == 3
    _same_as_undisturbed(config, tmp_path, clean)


def test_a_database_somebody_else_writes_to_for_long(
    tmp_path: Path, clean: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = installation(tmp_path, clean)
    other = sqlite3.connect(tmp_path / "sourcing.db", isolation_level=None)

    def hold(line: str) -> None:
        if line == "crawling":
            other.execute("BEGIN IMMEDIATE")

    monkeypatch.setattr(_engine, "BUSY_SECONDS", 0.1)
    with pytest.raises(StoreError, match="database is locked") as caught:
        run(config, now=NOW, progress=hold)
    assert caught.value.exit_code == 3
    other.close()
    _same_as_undisturbed(config, tmp_path, clean)


@pytest.mark.parametrize("moment", ["first", "when_idle"])
def test_a_database_that_fails_before_anything_is_asked(
    tmp_path: Path, clean: Serving, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    config = installation(tmp_path, clean)

    def gone(self: object) -> None:
        raise StoreError("the connection is closed")

    with monkeypatch.context() as patch:
        patch.setattr(f"spiders.{SOURCE}.HackerNews.{moment}", gone)
        with pytest.raises(StoreError, match="the connection is closed") as caught:
            run(config, now=NOW)
    assert caught.value.exit_code == 3
    _same_as_undisturbed(config, tmp_path, clean)


@pytest.mark.postgres
def test_a_server_that_is_restarted_in_the_middle(tmp_path: Path, clean: Serving, postgres_url: str) -> None:
    Store.upgrade(postgres_url)
    config = installation(tmp_path, clean, database=postgres_url)
    clean.control(faults={f"{SOURCE}/slow": 1.0}, slow=0.3)
    ends = threading.Timer(0.0, _hang_up_all, [postgres_url])

    def restart(line: str) -> None:
        if line == "crawling":
            ends.interval = 0.8
            ends.start()

    # Idle connections are opened anew without a word; one that was writing ends the night, and says so.
    told = ""
    try:
        code = run(config, now=NOW, progress=restart).exit_code
    except StoreError as error:
        code, told = error.exit_code, str(error)
    ends.join()
    assert code == 0 or (code == 3 and ("terminating connection" in told or "closed" in told))
    clean.control(faults={})
    _same_as_undisturbed(config, tmp_path, clean)


def _hang_up_all(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def _same_as_undisturbed(config: Config, folder: Path, server: Serving) -> None:
    """The next night ends well, and with the people of a night nothing happened to."""
    assert run(config, now=NOW + dt.timedelta(hours=1)).exit_code == 0
    quiet = installation(folder / "quiet", server)
    assert run(quiet, now=NOW).exit_code == 0
    assert people_found(config) == people_found(quiet)
    with Store.open(config.database_url, key=config.key) as store:
        assert store.check() == []
