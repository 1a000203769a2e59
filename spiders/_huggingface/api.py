"""What every phase of the Hugging Face spider shares: settings, limits, people known, what is not there."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

from scrapy.http import Response

from spiders._base import Yielded
from spiders._conversation import Question
from spiders._huggingface.about import HuggingFaceOptions
from spiders._huggingface.lanes import Candidate
from spiders._lookup import Following
from spiders._polite import gate as _gate
from spiders._polite import limits as _limits
from spiders._polite.headers import plain_headers
from storage.records import AccountKey, Evidence, Known, LaneState
from storage.text import handle_key

MEMORY = "huggingface/people"
WAITING = "huggingface/waiting"
MOST_WAITING = 20_000  # candidates kept for later nights, those of most interest
# The Hub answers 401 and 403 for what is private, gated or simply not there.
NOT_THERE = frozenset({"RepoNotFound", "RevisionNotFound", "EntryNotFound", "GatedRepo", "DisabledRepo"})


class HubApi(Following):
    """The Hub's interface and the people met through it."""

    options: HuggingFaceOptions

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known: dict[str, Known] = {}  # by durable id
        self.by_handle: dict[str, Known] = {}
        self.sighted: set[AccountKey] = set()
        self.candidates: dict[str, Candidate] = {}  # by handle key
        self.nobody: dict[str, str] = {}  # handle key → when no person was found behind it
        self.missing: dict[str, str] = {}  # durable id → when its overview was missing first
        self.papers_of: dict[str, list[Evidence]] = {}  # durable id → papers that wait for the account

    def recall_people(self) -> None:
        """Take over from the Store who is known, who is no person, who was missing."""
        self.known = {known.account.source_id: known for known in self.store.known(self.name)}
        self.by_handle = {handle_key(known.handle): known for known in self.known.values()}
        kept, oldest = self.recall(MEMORY), self.days_ago(self.options.refresh_days)
        self.nobody = {handle: at for handle, at in kept.get("nobody", {}).items() if at > oldest}
        self.missing = dict(kept.get("missing", {}))

    def keep_people(self) -> None:
        """Remember who is no person and who was missing; between phases nothing is on its way to the Store."""
        state = {"nobody": dict(sorted(self.nobody.items())), "missing": dict(sorted(self.missing.items()))}
        self.store.keep_lane_state(self.remember(MEMORY, state))

    def recall_waiting(self) -> None:
        """Take over whom earlier lists showed and no night came to read: lists are not shown twice."""
        kept = self.recall(WAITING)
        for handle, row in kept.get("people", {}).items():
            if handle not in self.by_handle and handle not in self.nobody:
                self.candidates[handle] = Candidate(**row)
        for number, papers in kept.get("papers", {}).items():
            self.papers_of[number] = [Evidence.model_validate(paper) for paper in papers]
        ready = [paper for number in self.known.keys() & self.papers_of.keys() for paper in self.papers_of.pop(number)]
        self.store.save(ready)

    def waiting_list(self) -> LaneState:
        """Whom lists have shown and nobody has read yet, with the papers that wait for them."""
        ranked = sorted(self.candidates.items(), key=lambda one: (-one[1].interest, one[0]))[:MOST_WAITING]
        papers = {n: [paper.model_dump(mode="json") for paper in some] for n, some in sorted(self.papers_of.items())}
        return self.remember(WAITING, {"people": {handle: asdict(one) for handle, one in ranked}, "papers": papers})

    def days_ago(self, days: int) -> str:
        """That moment as text; texts of moments sort by time."""
        return (self.now() - timedelta(days=days)).isoformat()

    def limits(self, headers: Mapping[str, str], wall: float) -> _gate.Reading | None:
        """The Hub's quota, less what is left to other programs of the same token or address."""
        del wall  # the Hub counts in seconds from now
        seen = _limits.structured(headers)
        return replace(seen, remaining=max(0, seen.remaining - self.options.reserve)) if seen else None

    def refusal(self, response: Response, headers: Mapping[str, str], wall: float) -> _gate.Refusal | None:
        """A 429 tells in its quota header when the next window opens."""
        seen = _limits.structured(headers)
        if response.status == 429 and seen is not None and "retry-after" not in headers:
            return _gate.Refusal(seen.reset_in + 1.0, "quota of this window used up")
        return super().refusal(response, headers, wall)

    def _dispatch(self, response: Response, question: Question) -> Iterable[Yielded]:
        code = plain_headers(response).get("x-error-code", "")
        if response.status in (401, 403) and code in NOT_THERE:
            return super()._dispatch(response.replace(status=404), question)
        return super()._dispatch(response, question)
