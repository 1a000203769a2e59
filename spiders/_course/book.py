"""The frontier of a source: every question of a night as a row, and its answer until the night is closed.

What is to be done with an answer is not kept: a source that gets the same answers asks the same questions. So a night
that was cut off begins anew, and each question whose answer is kept gets it at once, without being sent, paced or
charged; what a process that died had asked without hearing is asked again. A question goes by a digest of source,
token, method, address and body, and by which time it is asked.
"""

import os
import re
import socket
import time
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from scrapy import Request
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes

from spiders._conversation import UNUSABLE, question_of
from spiders._polite.headers import plain_items
from storage.store import DONE, FAILED, LEASED, QUEUED, Asked, Kept, Store

KEPT = "kept"  # flag of an answer that was not asked for tonight
NAME = "asked_as"  # key of `Request.meta`: the name of the question's row
ROWS, SECONDS = 200, 1.0  # rows, or seconds, after which questions are written though no answer came
_URL, _FLAGS = ":url", ":flags"  # kept beside the headers, as no header is called
_SECRET_HEADERS = frozenset({"set-cookie", "set-cookie2", "cookie", "authorization", "www-authenticate"})
_OF_TRANSPORT = frozenset({"content-encoding", "transfer-encoding", "content-length", "connection", "keep-alive"})
_SECRET_NAME = re.compile(
    r"token|secret|passw|pwd|auth|api.?key|^key$|^sig$|signature|session|credential|^code$", re.IGNORECASE
)


class Book:
    """The rows of one source tonight; `times` tells questions apart that are asked more than once."""

    def __init__(self, store: Store, source: str, night: int, owner: str) -> None:
        self._store, self._source, self._night, self._owner = store, source, night, owner
        self._kept = set(store.kept(source))
        self._times: Counter[str] = Counter()
        self._open: dict[str, Asked] = {}
        self._unwritten: dict[str, Asked] = {}
        self._since = time.monotonic()
        self._me = f"process {os.getpid()} on {socket.gethostname()}"

    def name(self, request: Request) -> str:
        """The name of a question's row; questions that follow from it (a redirect, another try) bear it as well."""
        known = request.meta.get(NAME)
        if known is None:
            asked = f"{self._source}\n{self._owner}\n{request.method}\n{request.url}".encode()
            digest = blake2b(asked + b"\n" + request.body, digest_size=16).hexdigest()
            self._times[digest] += 1
            known = request.meta[NAME] = f"{digest}/{self._times[digest]}"
        return str(known)

    def has(self, request: Request) -> bool:
        """Whether the answer to a question that was not asked yet is kept."""
        return self.name(request) in self._kept

    def kept(self, request: Request) -> Kept | None:
        """The kept answer, once."""
        name = self.name(request)
        if name not in self._kept:
            return None
        self._kept.discard(name)
        kept = self._store.kept_answer(name)
        question = question_of(request)
        if kept is not None and kept.status == 304 and (question is None or question.validator is None):
            return None  # what it confirms is not known any more
        return kept

    def queue(self, request: Request, worth: float = 0.0, reason: str = "") -> None:
        """A question waits."""
        name = self.name(request)
        before = self._open.get(name)
        if before is not None:
            self._note(before._replace(state=QUEUED, reason=reason))
        elif name not in self._kept:
            lane = str(request.meta.get("lane", "robots"))
            url = shown(request.url)
            self._note(Asked(name, self._night, self._source, lane, request.method, url, worth, QUEUED))

    def lease(self, request: Request, now: datetime) -> None:
        """A question goes out."""
        name = self.name(request)
        if name not in self._open:
            self.queue(request)
        row = self._open.get(name)
        if row is not None:
            self._note(row._replace(state=LEASED, leased_by=self._me, leased_at=now, tries=row.tries + 1, reason=""))

    def answered(self, request: Request, response: Response, *, keep: bool, reason: str = "") -> None:
        """A question was answered: committed before anybody reads the answer; StoreError if that fails."""
        row = self._open.pop(self.name(request), None)
        if row is None:
            return
        state = FAILED if reason else DONE
        row = row._replace(state=state, reason=reason)
        if keep:
            headers = _headers(request, response)
            row = row._replace(status=response.status, headers=headers, body=zlib.compress(response.body, 1))
        self._unwritten[row.key] = row
        if self._is_time():
            self.write()
        else:  # what the others were when is no news yet
            self._store.note_questions([self._unwritten.pop(row.key)])

    def failed(self, request: Request, reason: str, *, again: bool) -> None:
        """A question brought no answer; `again`: it was not sent, and waits."""
        row = self._open.get(self.name(request))
        if row is not None:
            self._note(row._replace(state=QUEUED if again else FAILED, reason=reason))

    def _note(self, row: Asked) -> None:
        self._open[row.key] = self._unwritten[row.key] = row
        if self._is_time():
            self.write()

    def _is_time(self) -> bool:
        return len(self._unwritten) >= ROWS or time.monotonic() - self._since > SECONDS

    def write(self) -> None:
        """Write all that is not written yet, in one transaction."""
        rows, self._unwritten = list(self._unwritten.values()), {}
        self._since = time.monotonic()
        self._store.note_questions(rows)


def shown(url: str) -> str:
    """An address without secrets: no user part, and values of telling names starred out."""
    parts = urlsplit(url)
    netloc = parts.netloc.rpartition("@")[2]
    query = parts.query
    if query:
        pairs = parse_qsl(query, keep_blank_values=True)
        query = urlencode([(name, "***" if _SECRET_NAME.search(name) else value) for name, value in pairs], safe="*")
    if netloc == parts.netloc and query == parts.query:
        return url
    return urlunsplit(parts._replace(netloc=netloc, query=query))


def _headers(request: Request, response: Response) -> Mapping[str, Sequence[str]]:
    kept = {
        name: [value.decode("latin-1") for value in values]
        for raw, values in plain_items(response.headers)
        if (name := raw.decode("latin-1").lower()) not in _SECRET_HEADERS | _OF_TRANSPORT
        and not name.startswith("proxy-")
    }
    first = request.meta.get("redirect_urls", [request.url])[0]
    if response.url != first:
        kept[_URL] = [shown(response.url)]
    if flags := sorted(UNUSABLE.intersection(response.flags)):
        kept[_FLAGS] = flags
    return kept


def response_of(request: Request, kept: Kept) -> Response:
    """The kept answer as the one to this request."""
    named = {name: list(values) for name, values in kept.headers.items() if not name.startswith(":")}
    body = zlib.decompress(kept.body) if kept.body else b""
    url = kept.headers.get(_URL, [request.url])[0]
    if url != request.url:
        request.meta["redirect_urls"] = [request.url]
    headers = Headers(named)
    kind = responsetypes.from_args(headers=headers, url=url, body=body)
    flags = [KEPT, *kept.headers.get(_FLAGS, ())]
    return kind(url=url, status=kept.status, headers=headers, body=body, flags=flags, request=request)
