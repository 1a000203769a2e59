"""One question and what becomes of its answer: records, more questions, counters, or the quarantine.

Callbacks of a source see only answers that can be used. Everything else ends here: "not there" and "unchanged" go to
callbacks of their own, failures are counted and handed on, what cannot be read is kept aside.
"""

import json
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, cast

import scrapy
from pydantic import ValidationError
from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from spiders._card import OWN_LEAD_ONLY, Card, Options
from spiders._course.ledger import Ledger
from spiders._polite.addresses import Blocked
from spiders._polite.headers import plain_headers
from spiders._polite.never import NeverAsked
from spiders._reading.again import ASKED, AskAgain
from spiders._reading.bounds import all_bounded
from storage.errors import Unreadable
from storage.records import Account, AccountKey, Evidence, Item, LaneState, Quarantined, Sighting, Validator
from storage.redaction import redacted
from storage.store import Store

Yielded = Item | LaneState | Request
Reader = Callable[..., Iterable[Yielded]]

UNUSABLE = frozenset({"too_large", "broken_encoding"})  # flags `_polite.Unpacked` gives
EXCERPT = 4096  # bytes of an unreadable answer that are kept aside


@dataclass(frozen=True, slots=True)
class Question:
    """Why a request is sent and who reads its answer; travels with the request."""

    lane: str
    then: Reader
    context: Mapping[str, Any] = field(default_factory=dict)
    resource: str = ""  # which budget of the host it is charged to
    cost: int = 1  # what it is expected to take of that budget
    conditional: bool = False
    validator: Validator | None = None
    on_unchanged: Callable[[Mapping[str, object]], Iterable[Yielded]] | None = None
    on_missing: Reader | None = None
    on_failure: Callable[[str], Iterable[Yielded]] | None = None
    own_failures: bool = False  # 5xx and lost answers go to `on_failure` at once instead of being asked again
    credited: bool = True  # accounts in the answer count as found by the lane


def question_of(request: Request | Response) -> Question | None:
    """The question behind a request or an answer; None for requests of Scrapy itself (robots.txt)."""
    found = request.meta.get("question")
    return found if isinstance(found, Question) else None


@dataclass(slots=True)
class Batch:
    """What one answer yielded: records, then what may only be remembered once they are stored."""

    items: list[Item] = field(default_factory=list)
    after: list[LaneState | Validator] = field(default_factory=list)
    unreadable: list[Quarantined] = field(default_factory=list)
    finds: list[tuple[AccountKey, str]] = field(default_factory=list)  # which lane showed which account
    reader: str = ""  # who read the answer: its records are compared with earlier ones of that reader


class Conversation(scrapy.Spider):
    """Asking and hearing; `SourceSpider` adds who asks and what is known."""

    card: ClassVar[Card]
    open_web: ClassVar[bool] = False  # asks sites that nobody promised to be there
    options: Options
    store: Store
    ledger: Ledger
    stopped: tuple[str, str] | None
    leaving: bool  # told to end at once, by a signal

    @property
    def closing(self) -> bool:
        """Whether nothing is sent any more."""
        return self.stopped is not None or self.leaving

    @property
    @abstractmethod
    def token_owner(self) -> str:
        """Digest that tells validators of different tokens apart."""

    @abstractmethod
    def now(self) -> datetime:
        """The time of this run, UTC."""

    @abstractmethod
    def stop(self, state: str, reason: str, *, hold: float = 0.0) -> None:
        """End this source in order."""

    def ask(
        self,
        url: str,
        then: Reader,
        *,
        lane: str,
        resource: str = "",
        post: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        conditional: bool = False,
        on_unchanged: Callable[[Mapping[str, object]], Iterable[Yielded]] | None = None,
        on_missing: Reader | None = None,
        on_failure: Callable[[str], Iterable[Yielded]] | None = None,
        own_failures: bool = False,
        credited: bool = True,
        cost: int = 1,
        priority: int = 0,
        **context: Any,
    ) -> Request:
        """Build a request whose answer goes to `then(response, **context)`.

        `conditional` sends the validators of the last answer; a 304 goes to `on_unchanged(note)`. 404, 410 and 451
        go to `on_missing(response, **context)`. `own_failures` hands 5xx and lost answers to `on_failure(reason)`
        at once instead of asking again. An answer that speaks for several lanes is not `credited` to its own:
        the source says itself who was found by which (`ledger.found`).
        """
        known = self.store.validator(url, self.token_owner) if conditional else None
        question = Question(
            lane=lane,
            then=then,
            context=context,
            resource=resource,
            cost=cost,
            conditional=conditional,
            validator=known,
            on_unchanged=on_unchanged,
            on_missing=on_missing,
            on_failure=on_failure,
            own_failures=own_failures,
            credited=credited,
        )
        return Request(
            url,
            method="GET" if post is None else "POST",
            body=b"" if post is None else json.dumps(post).encode(),
            headers={**(headers or {}), **_asked_before(known), **({} if post is None else JSON)},
            callback=self._arrived,
            errback=self._lost,
            meta={"question": question, "lane": lane, "dont_obey_robotstxt": not self.card.robots},
            priority=priority,
            dont_filter=True,
        )

    def note(self, response: Response, note: Mapping[str, object]) -> None:
        """What a later 304 of this address must be able to give back (the next page, say)."""
        response.meta["note"] = dict(note)

    def _arrived(self, response: Response) -> Iterator[Batch | Request]:
        question = _known_question(response)
        batch = Batch(reader=_reader(question))
        try:
            yield from self._sort(self._dispatch(response, question), batch, question)
        except AskAgain as again:
            self.ledger.skip("retried")
            yield _again(response, again)
        except Unreadable as error:
            batch.unreadable.append(self.note_unreadable(response, error))
            self.heard_nothing(error.reason)
        except ValidationError as error:  # something of the answer fits into no record of ours
            unfit = Unreadable("unfit_record", f"{error.title}: {error.error_count()} problem(s)")
            batch.unreadable.append(self.note_unreadable(response, unfit))
        else:
            if question.conditional and response.status == 200:
                batch.after.extend(self._validators(response))
        batch.finds = self.ledger.take_finds()
        if batch.items or batch.after or batch.unreadable or batch.finds:
            yield batch

    def _sort(self, yielded: Iterable[Yielded], batch: Batch, question: Question) -> Iterator[Request]:
        bill, matching = self.ledger.bill(question.lane), self.card.matching
        try:
            for thing in yielded:
                # By type, not isinstance: of a pydantic class that asks Python code, for every record of a night.
                kind = type(thing)
                if kind is Account:
                    account = cast("Account", thing)
                    self._credit(account, question)
                    batch.items.append(account if matching else _apart(account))
                elif kind is Evidence:
                    bill.evidence += 1
                    batch.items.append(cast("Evidence", thing))
                elif isinstance(thing, Request):
                    yield thing
                elif kind is LaneState:
                    batch.after.append(cast("LaneState", thing))
                else:
                    self._credit(cast("Item", thing), question)
                    batch.items.append(cast("Item", thing))
        finally:
            # What was read before something could not be is kept as well.
            batch.items = all_bounded(batch.items, self.ledger.skip)

    def _credit(self, thing: Item, question: Question) -> None:
        """An account on the lane's bill, and who was found by the lane; seen unchanged counts for the latter."""
        if type(thing) is Account:
            self.ledger.met(question.lane, thing.key, found=question.credited)
        elif isinstance(thing, Sighting) and question.credited:
            self.ledger.found(question.lane, thing.account)

    def _dispatch(self, response: Response, question: Question) -> Iterable[Yielded]:
        status = response.status
        if UNUSABLE & set(response.flags):
            return self._refused_or_failed(response, question)
        if status == 304:
            return self._unchanged(question)
        if status in (200, 202, 204):
            return question.then(response, **question.context)
        if status == 401 and not self.open_web:
            self.stop("refused", f"the token in {self.options.token_env or '(none set)'} was not accepted (401)")
            return ()
        if status in (404, 410, 451) and question.on_missing is not None:
            return question.on_missing(response, **question.context)
        return self._refused_or_failed(response, question)

    def _refused_or_failed(self, response: Response, question: Question) -> Iterable[Yielded]:
        broken = next(iter(UNUSABLE & set(response.flags)), None)
        self.fail(broken or f"status_{response.status}")
        if (response.status == 429 and not self.open_web) or self.stopped is not None:
            return ()
        if question.on_failure is not None:
            return question.on_failure(broken or f"status {response.status}")
        raise Unreadable(broken or f"http_{response.status}", response.url)

    def _unchanged(self, question: Question) -> Iterable[Yielded]:
        if question.validator is None or question.on_unchanged is None:
            return ()
        return question.on_unchanged(question.validator.note)

    def _validators(self, response: Response) -> Iterator[Validator]:
        headers = plain_headers(response)
        if "etag" in headers or "last-modified" in headers:
            yield Validator(
                url=response.meta.get("redirect_urls", [response.request.url if response.request else response.url])[0],
                owner=self.token_owner,
                etag=headers.get("etag"),
                last_modified=headers.get("last-modified"),
                note=response.meta.get("note", {}),
            )

    def _lost(self, failure: Any) -> Iterator[Batch | Request]:
        request: Request = failure.request
        question, batch = _known_question(request), Batch()
        if self.closing and failure.check(IgnoreRequest):
            return
        reason = self._why_lost(failure)
        if failure.check(IgnoreRequest) and question.on_failure is None:
            return
        if question.on_failure is not None:
            yield from self._sort(question.on_failure(reason), batch, question)
        else:
            batch.unreadable.append(self._aside(request.url, f"lost:{reason}", str(failure.value)[:500]))
        yield batch

    def _why_lost(self, failure: Any) -> str:
        if failure.check(NeverAsked):
            reason = str(failure.value.counter)  # counted where it was refused
        elif failure.check(Blocked):
            reason = f"blocked:{failure.value.reason}"
            self.ledger.skip(reason)
        elif failure.check(IgnoreRequest):
            reason = "closed_by_robots"
            self.ledger.skip(reason)
        else:
            reason = LOST.get(failure.type.__name__, failure.type.__name__)
            self.fail(f"lost:{reason}")
        return reason

    def heard_nothing(self, reason: str) -> None:
        """An answer could not be read, for this reason."""

    def fail(self, name: str) -> None:
        """Count an answer that did not come or was of no use; on the open web that is normal life."""
        self.ledger.skip(f"site:{name}" if self.open_web else name)

    def note_unreadable(self, response: Response, error: Unreadable) -> Quarantined:
        """Count an answer that cannot be read and prepare its row for the quarantine."""
        self.fail(f"unreadable:{error.reason}")
        excerpt = response.body[:EXCERPT].decode("utf-8", "replace")
        return self._aside(response.url, error.reason, error.detail, excerpt)

    def _aside(self, url: str, reason: str, detail: str, excerpt: str = "") -> Quarantined:
        said = {"url": redacted(url), "detail": redacted(detail), "excerpt": redacted(excerpt)}
        return Quarantined(source=self.name, seen_at=self.now(), reason=reason, **said)


JSON = {"Content-Type": "application/json"}
LOST = {"DownloadCancelledError": "too_large"}  # what Scrapy calls otherwise


def _again(response: Response, again: AskAgain) -> Request:
    """The question once more."""
    if response.request is None:
        raise again.misread
    return response.request.replace(dont_filter=True, meta={**response.request.meta, ASKED: True})


def _reader(question: Question) -> str:
    return str(getattr(question.then, "__name__", ""))


def _apart(account: Account) -> Account:
    """The account as one that is never joined with others: flagged as such, and without links."""
    flags = tuple(sorted({*account.flags, OWN_LEAD_ONLY}))
    return account.model_copy(update={"flags": flags, "links": ()})


def _asked_before(known: Validator | None) -> dict[str, str]:
    if known is None:
        return {}
    if known.etag:
        return {"If-None-Match": known.etag}
    return {"If-Modified-Since": known.last_modified} if known.last_modified else {}


def _known_question(request: Request | Response) -> Question:
    question = question_of(request)
    if question is None:
        raise TypeError(f"{request.url} was not asked through SourceSpider.ask")
    return question
