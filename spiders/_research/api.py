"""What all phases of the research source share: settings, keys, paces, budgets, and whom a night has met."""

import os
from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response

from spiders import _settings
from spiders._polite import gate as _gate
from spiders._research import people
from spiders._research.about import ResearchOptions
from spiders._research.keys import Key, KeyHolder
from spiders._research.openalex import Work
from spiders._research.people import Candidate
from storage.records import Known, Sighting

OPENALEX, ARXIV, CROSSREF, SEMANTICSCHOLAR = "openalex", "arxiv", "crossref", "semanticscholar"


class ResearchApi(KeyHolder):
    """Asking four interfaces at their own paces."""

    options: ResearchOptions
    custom_settings: dict[Any, Any] | None = {  # noqa: RUF012 - Scrapy's interface
        "DOWNLOADER_MIDDLEWARES": {**_settings.DOWNLOADER_MIDDLEWARES, "spiders._research.keys.Keys": 640},
        # arXiv answers Atom, the others JSON whatever is asked for.
        "DEFAULT_REQUEST_HEADERS": {"Accept": "*/*", "Accept-Encoding": "gzip, deflate"},
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known: dict[str, Known] = {}
        self.candidates: dict[str, Candidate] = {}
        self.code: dict[str, tuple[str, ...]] = {}  # DOI → addresses of code its paper names
        self.lists_asked = 0

    def keys(self) -> dict[str, Key]:
        """OpenAlex takes its key in the address, Semantic Scholar in a header."""
        options = self.options
        return {
            urlsplit(options.api).netloc: Key(options.token_env, parameter="api_key"),
            urlsplit(options.semanticscholar).netloc: Key(options.semanticscholar_key_env, header="x-api-key"),
        }

    def authorization(self, url: str, secret: str) -> str | None:
        """No interface here is signed in the Authorization header."""
        del url, secret
        return None

    def pause(self, resource: str) -> float:
        """Each interface has its own pace."""
        options = self.options
        paces = {
            ARXIV: options.arxiv_delay,
            CROSSREF: options.crossref_delay,
            SEMANTICSCHOLAR: options.semanticscholar_delay,
        }
        return paces.get(resource, options.delay)

    def refusal(self, response: Response, headers: Mapping[str, str], wall: float) -> _gate.Refusal | None:
        """At OpenAlex 429 is "the day's budget is used up" and 403 "too fast"; elsewhere as everywhere."""
        if urlsplit(response.url).netloc != urlsplit(self.options.api).netloc or response.status not in (403, 429):
            return super().refusal(response, headers, wall)
        after = _gate.seconds(headers["retry-after"], wall=wall) if "retry-after" in headers else None
        if response.status == 429 and (after is None or after > self.options.max_wait):
            self.stop("limit", "the day's budget at OpenAlex is used up", hold=self.until_midnight())
        return _gate.Refusal(after if after is not None else 2.0, f"asked to wait (status {response.status})")

    def until_midnight(self) -> float:
        """Seconds until the next day, UTC, when OpenAlex counts anew."""
        tomorrow = datetime.combine(self.now().date() + timedelta(days=1), time(), self.now().tzinfo)
        return (tomorrow - self.now()).total_seconds()

    @property
    def lists_left(self) -> int:
        """Paid list calls this night may still make."""
        return (self.options.lists if self.token_owner else self.options.lists_without_key) - self.lists_asked

    def list_call(self, query: str, then: Any, *, lane: str, **more: Any) -> Iterator[Request]:
        """One paid call at OpenAlex, as long as the night may."""
        if self.lists_left <= 0:
            self.ledger.skip("over_list_calls")
            return
        self.lists_asked += 1
        yield self.ask(f"{self.options.api}/{query}", then, lane=lane, resource=OPENALEX, **more)

    def has_key(self, variable: str) -> bool:
        """Whether a key is set."""
        return bool(os.environ.get(variable, "")) if variable else False

    def meet(self, work: Work, lane: str) -> Iterator[Sighting]:
        """Remember the leading authors of a work; those known are seen again."""
        for own, authorship in people.leading(work, self.ledger.skip):
            known = self.known.get(own)
            if own not in self.candidates:
                self.candidates[own] = Candidate(own, lane)
                if known is not None:
                    self.candidates[own].recall(known.markers)
                    yield Sighting(account=known.account, handle=known.handle, seen_at=self.now())
            if known is not None:
                self.ledger.met(lane, known.account)
            self.candidates[own].also_in.add(lane)
            self.candidates[own].add(work, authorship)
