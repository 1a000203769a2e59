"""Fetching files: the one module of the imports that asks a network.

A download goes to `NAME.part`, goes on where it stopped, is compared with the length announced, and only then gets
its name. What is half there is never taken for the file.
"""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import httpx

from sourcing.config import Config
from sourcing.crawl import agent
from sourcing.progress import Progress, silent
from spiders._polite.never import never_asked
from storage.errors import ConfigError, Refused, SourcingError
from storage.redaction import Secret

TRIES = 4
REDIRECTS = 5
TIMEOUT = httpx.Timeout(60.0, connect=20.0)
PIECE = 256 * 1024
EVERY = 2.0  # seconds between two lines of progress
KEEP_FREE = 500 * 1024 * 1024  # bytes the disk must have left
MOST_WAIT = 60.0  # seconds of one Retry-After that are waited for

Sleep = Callable[[float], None]


class AbsentError(SourcingError):
    """The file is not there (404, 410): which says nothing of what it would have held."""


class DownloadError(SourcingError):
    """A file could not be fetched whole; what is there of it is kept, the next call goes on."""


class DiskFullError(SourcingError):
    """There is no room for the file."""

    exit_code = 5


def tables(
    folder: Path, files: Mapping[str, str], *, token_env: str, config: Config, progress: Progress = silent
) -> Path:
    """Fetch files by name into a folder, anew each time unless the server says they are unchanged; gives the folder."""
    token = Secret.of(token_env).reveal()
    if not token:
        raise ConfigError(f"no token: set the environment variable {token_env}")
    for name, url in files.items():
        fetch(url, folder / name, agent=agent(config), token=token, renew=True, progress=progress)
    return folder


def fetch(
    url: str,
    target: Path,
    *,
    agent: str,
    token: str = "",
    renew: bool = False,
    progress: Progress = silent,
    sleep: Sleep = time.sleep,
) -> Path:
    """Fetch a file and give its path. One that is there is kept, or with `renew` asked for changes.

    Raises AbsentError (404), Refused (401, 403, 451), DiskFullError, DownloadError when it stays incomplete.
    """
    if target.is_file() and not renew:
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    headers = {"User-Agent": agent, "Accept-Encoding": "identity"}  # a packed body has another length than announced
    with httpx.Client(timeout=TIMEOUT, headers=headers, trust_env=False) as client:
        part = _Part(url, target)
        for attempt in range(TRIES):
            try:
                if _continue(client, part, token, progress):
                    return target
                reason = f"{part.size:,} of {part.total:,} bytes" if part.total else "it ended early"
            except (httpx.TransportError, _AgainError) as error:
                reason = str(error) or type(error).__name__
            if attempt + 1 < TRIES:
                sleep(2.0**attempt)
    raise DownloadError(f"{_shown(url)}: not whole after {TRIES} tries ({reason}); run the same command again to go on")


class _AgainError(Exception):
    """The server asks to come again."""


class _Part:
    """A file on its way, with what the server said of it."""

    def __init__(self, url: str, target: Path) -> None:
        self.url, self.target = url, target
        self.path = target.with_name(f"{target.name}.part")
        self.note = target.with_name(f"{target.name}.source.json")
        self.said: dict[str, str] = _read(self.note)
        self.total: int | None = None

    @property
    def size(self) -> int:
        """Bytes that are there."""
        return self.path.stat().st_size if self.path.is_file() else 0

    @property
    def asked(self) -> dict[str, str]:
        """Headers that ask for the rest, or whether a whole file changed."""
        mark = self.said.get("etag") or self.said.get("last_modified")
        if self.said.get("url") != self.url or not mark:
            return {}
        if self.size:
            return {"Range": f"bytes={self.size}-", "If-Range": mark}
        if self.target.is_file():
            return {"If-None-Match" if "etag" in self.said else "If-Modified-Since": mark}
        return {}

    def begin(self, response: httpx.Response) -> BinaryIO:
        """Open for writing: at the end if the server sends the rest of the same file, else anew."""
        start, self.total = _extent(response)
        goes_on = response.status_code == httpx.codes.PARTIAL_CONTENT and start == self.size
        if response.status_code == httpx.codes.PARTIAL_CONTENT and not goes_on:
            self.drop()
            raise _AgainError("the server sent another part than asked for")
        _require_room(self.path.parent, (self.total or 0) - (self.size if goes_on else 0))
        etag = response.headers.get("etag", "")
        marks = {"etag": "" if etag.startswith("W/") else etag, "last_modified": response.headers.get("last-modified")}
        self.said = {"url": self.url} | {name: mark for name, mark in marks.items() if mark}
        self.note.write_text(json.dumps(self.said), "utf-8")
        return self.path.open("ab" if goes_on else "wb")

    def finish(self) -> bool:
        """Give the file its name if it has the length announced."""
        if self.total is not None and self.size != self.total:
            if self.size > self.total:
                self.drop()
            return False
        with self.path.open("rb+") as file:
            os.fsync(file.fileno())
        self.path.replace(self.target)
        return True

    def drop(self) -> None:
        """Forget what is there."""
        self.path.unlink(missing_ok=True)


def _continue(client: httpx.Client, part: _Part, token: str, progress: Progress) -> bool:
    """One try: ask for what is missing and write it down; whether the file is whole now."""
    with _answer(client, part, token) as response:
        if response.status_code == httpx.codes.NOT_MODIFIED:
            return True
        if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            _, part.total = _extent(response)
            whole = part.size > 0 and part.size == part.total and part.finish()
            if not whole:
                part.drop()
            return whole
        with part.begin(response) as file:
            _write(response, file, part, progress)
    return part.finish()


def _write(response: httpx.Response, file: BinaryIO, part: _Part, progress: Progress) -> None:
    told, done = time.monotonic(), file.tell()
    for piece in response.iter_raw(PIECE):
        file.write(piece)
        done += len(piece)
        if time.monotonic() - told >= EVERY:
            told = time.monotonic()
            of = f" of {part.total / 1e6:,.0f}" if part.total else ""
            progress(f"{part.target.name}: {done / 1e6:,.0f}{of} MB")


@contextmanager
def _answer(client: httpx.Client, part: _Part, token: str) -> Iterator[httpx.Response]:
    """The answer after redirects: at most five, never to plain http, the token only for the first host."""
    secret = {"Authorization": f"Bearer {token}"} if token else {}
    request = client.build_request("GET", _allowed(part.url), headers={**part.asked, **secret})
    first = request.url
    for _ in range(REDIRECTS + 1):
        response = client.send(request, stream=True)
        try:
            if response.next_request is None:
                _check(response, part.url)
                yield response
                return
            request = response.next_request
        finally:
            response.close()
        _allowed(str(request.url))
        if first.scheme == "https" and request.url.scheme != "https":
            raise Refused(f"{_shown(part.url)}: redirects from https to {request.url.scheme}; not followed")
    raise Refused(f"{_shown(part.url)}: more than {REDIRECTS} redirects; not followed")


def _allowed(url: str) -> str:
    try:
        address = httpx.URL(url)
    except httpx.InvalidURL:
        address = httpx.URL("")
    host = address.host.casefold().rstrip(".")
    if address.scheme not in {"http", "https"} or not host:
        raise ConfigError(f"{_shown(url)}: no web address; give one that starts with https://")
    if never_asked(f"{address.scheme}://{host}"):
        raise Refused(f"{_shown(url)}: addresses of {host} are never asked")
    return url


def _check(response: httpx.Response, url: str) -> None:
    status = response.status_code
    if status in {httpx.codes.OK, httpx.codes.PARTIAL_CONTENT, httpx.codes.NOT_MODIFIED, 416}:
        return
    if status in {404, 410}:
        raise AbsentError(f"{_shown(url)}: not there ({status})")
    if status in {401, 403, 451}:
        raise Refused(f"{_shown(url)}: refused ({status}); check the token and whether the terms were accepted")
    if status == httpx.codes.TOO_MANY_REQUESTS or status >= httpx.codes.INTERNAL_SERVER_ERROR:
        wait = response.headers.get("retry-after", "")
        if wait.isdecimal() and float(wait) > MOST_WAIT:
            raise DownloadError(f"{_shown(url)}: asked us to wait {wait} s; run the same command again after that")
        raise _AgainError(f"status {status}")
    raise DownloadError(f"{_shown(url)}: answered {status}")


def _extent(response: httpx.Response) -> tuple[int, int | None]:
    """Where the body starts and how long the whole file is; None: not said."""
    spoken = response.headers.get("content-range", "").removeprefix("bytes").strip()
    if spoken:
        span, _, total = spoken.partition("/")
        start = span.partition("-")[0]
        return int(start) if start.isdecimal() else 0, int(total) if total.isdecimal() else None
    length = response.headers.get("content-length", "")
    return 0, int(length) if length.isdecimal() else None


def _require_room(folder: Path, more: int) -> None:
    free = shutil.disk_usage(folder).free
    if free - more < KEEP_FREE:
        raise DiskFullError(f"{folder}: {free / 1e9:.1f} GB free, {more / 1e9:.1f} GB needed; make room first")


def _read(note: Path) -> dict[str, str]:
    try:
        said = json.loads(note.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): str(value) for name, value in said.items()} if isinstance(said, dict) else {}


def _shown(url: str) -> str:
    """An address without its query, which may hold a signature."""
    return url.partition("?")[0][:200]
