"""Times of the invented world: whole seconds since 1970, UTC, and their two spellings."""

from datetime import UTC, date, datetime

DAY = 86_400


def midnight(day: date) -> int:
    """Seconds since 1970 at the start of that day, UTC."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def stamp(seconds: int) -> str:
    """RFC 3339 with whole seconds, as GitHub writes it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def stamp_ms(seconds: int) -> str:
    """RFC 3339 with milliseconds, as Kaggle and Algolia write it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def seconds(text: str) -> int:
    """Back from an RFC 3339 text; a day alone is its midnight. ValueError if it is neither."""
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
