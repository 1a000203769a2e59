"""What all records stand on: frozen models, aware times, the immutable name of an account, where a fact came from."""

from datetime import UTC, datetime
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("time without a zone; times are UTC and aware")
    return value.astimezone(UTC)


Instant = Annotated[datetime, AfterValidator(_utc)]


class Record(BaseModel):
    """Base of all records: frozen, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class AccountKey(NamedTuple):
    """The immutable name of an account: the source and the source's own id, never the login."""

    source: str
    source_id: str

    def __str__(self) -> str:
        return f"{self.source}:{self.source_id}"


class Origin(Record):
    """Where a fact came from."""

    source: str
    url: str  # the address asked, without secrets
    seen_at: Instant
    spider: str  # name/version of the spider, "github/1"
