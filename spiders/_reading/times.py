"""Times as sources write them: read strictly, never guessed, within the years in which they can be true."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # older than every source; 1970 and the year 1 are defaults of systems
LATEST = datetime(2100, 1, 1, tzinfo=UTC)  # events are announced ahead; the year 9999 is a default as well
_LOCAL_ORDER = re.compile(r"\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b")
_LEAP = re.compile(r"(T\d{2}:\d{2}):60(?:\.\d+)?")
_MILLISECONDS = 10**11  # larger numbers count those


def _written(value: Any) -> Any:
    """A value as something a time can be read of: the leap second moved on, numbers as seconds."""
    if isinstance(value, bool):
        raise ValueError("bad_date")  # noqa: TRY004 - pydantic turns ValueError into a rejected field
    if isinstance(value, int | float):
        return _counted(value)
    if not isinstance(value, str):
        return value
    if _LOCAL_ORDER.match(value.strip()):
        raise ValueError("ambiguous_date")
    if _LEAP.search(value):
        return datetime.fromisoformat(_LEAP.sub(r"\1:59", value)) + timedelta(seconds=1)
    return value


def _counted(seconds: float) -> datetime:
    if seconds < 0:
        raise ValueError("range")
    try:
        return datetime.fromtimestamp(seconds / 1000 if seconds >= _MILLISECONDS else seconds, UTC)
    except (OverflowError, OSError, ValueError):
        raise ValueError("range") from None


def _plausible(value: datetime) -> datetime:
    """In UTC, which is assumed where no zone is written."""
    try:
        moment = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError:
        raise ValueError("range") from None
    if not EARLIEST <= moment < LATEST:
        raise ValueError("range")
    return moment


Moment = Annotated[datetime, BeforeValidator(_written), AfterValidator(_plausible)]
