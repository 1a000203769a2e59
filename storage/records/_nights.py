"""Nightly runs: where to look, what it was expected to cost, what it did cost."""

from collections.abc import Mapping

from pydantic import Field

from storage.records._base import Instant, Record


class Lane(Record):
    """One discovery strategy of a source for a role; `target` is what the spider of that source reads."""

    source: str
    kind: str  # contributors, merged_authors, search, leaderboard, threads …
    target: str
    role: str = ""

    @property
    def id(self) -> str:
        """Stable id, "github/contributors/pytorch/pytorch"."""
        return f"{self.source}/{self.kind}/{self.target}"


class LaneState(Record):
    """What a lane remembers between nights; `state` is the spider's own plain data (cursors, shards)."""

    lane: str
    state: Mapping[str, object]
    updated_at: Instant


class Forecast(Record):
    """What a lane is expected to cost."""

    lane: str
    requests: int
    points: int = 0
    minutes: float
    basis: str  # "past nights", "after its first night", "counted", "like lanes" or "first guess"


class LaneBill(Record):
    """What a lane did cost and yield in one night."""

    lane: str
    requests: int = 0
    counted: int = 0  # of these, how many cost budget (304 answers do not)
    points: int = 0
    refused: int = 0
    accounts: int = 0
    evidence: int = 0
    promised: int | None = None  # results the source announced
    found: int | None = None  # results it delivered


class Validator(Record):
    """What makes a request conditional. Kept per token, since answers vary by it."""

    url: str
    owner: str  # digest of the token used, "" without
    etag: str | None = None
    last_modified: str | None = None
    note: Mapping[str, object] = Field(
        default_factory=dict
    )  # what a 304 must be able to give back (e.g. the next page)


class Shape(Record):
    """What the records of one kind, read by one reader of a source, carried in one night.

    `fields`: per field how many accounts carried it (a figure of zero carries nothing), and the median of a number.
    """

    seen: int  # accounts
    fields: Mapping[str, tuple[int, float | None]] = Field(default_factory=dict)


class LimitLeft(Record):
    """What the limit headers of a source last said of one budget of theirs."""

    host: str
    resource: str  # the source's own name of it, "" where it has only one
    limit: int | None
    remaining: int
    reset_at: Instant


class Outcome(Record):
    """How one source ended in one night."""

    source: str
    state: str  # done, partial, failed, refused, limit, skipped, interrupted
    reason: str = ""
    seconds: float = 0.0
    requests: int = 0
    accounts: int = 0  # different accounts seen
    bills: tuple[LaneBill, ...] = ()
    counters: Mapping[str, int] = Field(default_factory=dict)  # everything skipped, by name
    version: int = 0  # of the spider; nights of another version are no measure for its fields
    shapes: Mapping[str, Shape] = Field(default_factory=dict)  # "reader:kind" → what its records carried
    limits: tuple[LimitLeft, ...] = ()
    answers: Mapping[str, int] = Field(default_factory=dict)  # "all", "403", "429", "5xx", "challenge"
    drift: tuple[str, ...] = ()  # why fields, or all of the source, were not believed


class Night(Record):
    """One nightly run."""

    number: int
    started_at: Instant
    ended_at: Instant | None = None
    forecast: tuple[Forecast, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    counters: Mapping[str, int] = Field(default_factory=dict)
