"""Bodies on a real connection: packed beyond measure, torn, mislabelled, endless, slow."""

import gzip
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from tests.hostile.answers import CLOCK
from tests.hostile.cases import Case, body_of
from tests.replay import crawl, temporary_store
from tests.test_polite import LANE, OpenToy

MIB = 1024 * 1024
GOOD = b'{"people": ["ada"]}'
TIMEOUT = 1  # seconds, in place of the sixty that are usual
# The names the contract gives its reasons, beside those under which the answers are set aside.
REASONS = {
    "too_large": {"too_large", "lost:too_large"},
    "bad_encoding": {"bad_json", "bad_encoding", "broken_encoding"},  # what there is of a torn one is unpacked
    "too_large_or_protocol": {
        "lost:DownloadFailedError",
        "too_large",
        "lost:too_large",
        "bad_json",
        "lost:ResponseDataLossError",
    },
    "timeout": {"lost:DownloadTimeoutError"},
}


class Pages(BaseHTTPRequestHandler):
    """Serves one hostile body at `/case`, a good one elsewhere."""

    protocol_version = "HTTP/1.1"
    stop: ClassVar[threading.Event] = threading.Event()
    headers_: ClassVar[dict[str, str]] = {}
    parts: ClassVar[Any] = None

    def do_GET(self) -> None:
        hostile = self.path == "/case"
        self.send_response(200)
        given = {"Content-Length": str(len(GOOD))} | {"Content-Type": "application/json"}
        for name, value in ({**self.headers_, "Content-Type": "application/json"} if hostile else given).items():
            self.send_header(name, value)
        self.end_headers()
        self.close_connection = hostile
        try:
            for part in self.parts() if hostile else [GOOD]:
                self.wfile.write(part)
                self.wfile.flush()
        except OSError:
            self.close_connection = True  # the other side had enough

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Real(OpenToy):
    """The toy at an address of this machine."""

    def page(self, path: str) -> Any:
        return self.ask(str(self.options.api) + path, self.people, lane="toy/pages/a")


def compression(case: Case, folder: Path) -> None:
    """The hostile answer is set aside with its reason, the next one is read, and memory stays within its bound."""
    del folder
    expect = case["expect"]
    headers, parts = _answer(case["payload"])
    with _serving(headers, parts) as base:
        start = _resting()
        reasons, people = _night(base)
        peak = _peak()
    assert people == ["ada"]
    assert len(reasons) == 1, reasons
    assert reasons[0] in REASONS[expect["reason"]], reasons
    if peak is not None and "peak_extra_memory_mib_max" in expect:
        assert peak - (start or 0) <= expect["peak_extra_memory_mib_max"] * MIB


def too_large(case: Case, folder: Path) -> None:
    """A plain body beyond the limit."""
    del folder
    body = body_of(case)
    with _serving({"Content-Length": str(len(body))}, lambda: iter([body])) as base:
        reasons, people = _night(base)
    assert people == ["ada"]
    assert set(reasons) <= REASONS[case["expect"]["reason"]]
    assert len(reasons) == 1


def _night(base: str) -> tuple[list[str], list[str]]:
    gated = {"DOWNLOAD_HANDLERS": dict.fromkeys(("http", "https"), "spiders._polite.resolving.GatedHandler")}
    options = {"api": base, "pages": ["/case", "/good"]}
    settings = {**gated, "DOWNLOAD_TIMEOUT": TIMEOUT}
    store, spider = crawl(
        Real, [], lanes=[LANE], options=options, store_url=temporary_store(), clock=CLOCK, settings=settings
    )
    with store:
        assert spider.stopped is None
        return [one.reason for one in store.quarantined()], [one.handle for one in store.accounts()]


@contextmanager
def _serving(headers: dict[str, str], parts: Any) -> Iterator[str]:
    Pages.stop.clear()
    Pages.headers_, Pages.parts = headers, staticmethod(parts)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        Pages.stop.set()
        server.shutdown()
        server.server_close()


def _answer(told: dict[str, Any]) -> tuple[dict[str, str], Any]:
    """Headers, and what gives the body piece by piece."""
    if "slow_bytes_per_second" in told:
        return {"Content-Length": "1000"}, lambda: _drip(1 / told["slow_bytes_per_second"] / 10)
    if "sent" in told:
        return {"Content-Length": str(told["content_length"])}, lambda: iter([b'{"people": ["' + b"x" * told["sent"]])
    packed = {"Content-Encoding": told["content_encoding"]}
    if "body" in told:
        return packed, lambda: iter([str(told["body"]).encode()])
    if told.get("truncated"):
        return packed, lambda: iter([gzip.compress(GOOD * 100)[:60]])
    return packed, lambda: _zeros(told["content_encoding"], told["zeros"])


def _drip(seconds: float) -> Iterator[bytes]:
    while not Pages.stop.wait(seconds):
        yield b" "


def _zeros(encoding: str, size: int) -> Iterator[bytes]:
    """So many zeros, packed: the same packed MiB over and over where the format allows, so that nobody holds them."""
    if encoding == "gzip, gzip":
        yield gzip.compress(b"".join(_deflated(31, size // 16)))
    elif encoding in ("gzip", "deflate"):
        yield from _deflated(31 if encoding == "gzip" else 15, size)
    else:
        yield _packed(encoding, size)


def _deflated(kind: int, size: int) -> Iterator[bytes]:
    packer = zlib.compressobj(9, zlib.DEFLATED, kind)
    yield packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    yield again * (size // MIB - 1)


@cache
def _packed(encoding: str, size: int) -> bytes:
    """In one of the newer formats; a frame of zeros is short, whatever its size."""
    if encoding == "br":
        packer = pytest.importorskip("brotli", reason="no brotli on this platform").Compressor(quality=1)
        return b"".join([*(packer.process(bytes(MIB)) for _ in range(size // MIB)), packer.finish()])
    packer = pytest.importorskip("backports.zstd", reason="no zstd on this platform").ZstdCompressor(level=1)
    return b"".join([*(packer.compress(bytes(MIB)) for _ in range(size // MIB)), packer.flush()])


def _resting() -> int | None:
    """Bytes this process holds, with the mark of its peak set back; None where the system does not tell."""
    try:
        Path("/proc/self/clear_refs").write_text("5", "ascii")
        return _held("VmRSS")
    except OSError:
        return None


def _peak() -> int | None:
    try:
        return _held("VmHWM")
    except OSError:
        return None


def _held(name: str) -> int:
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))
