"""What a community remembers: which posts and comments count, whose they are and when each was last seen to stand.

Ids and days only. A thing its author deleted, a moderator removed, or nobody could check for too long is forgotten.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from spiders._reddit.answers import Thing
from storage.records import AccountKey, Evidence, Level, Origin

KIND = "community_activity"


@dataclass(frozen=True, slots=True)
class Active:
    """What one account did in one community."""

    author: str
    posts: int
    comments: int
    days: int
    first: date
    last: date


class Community:
    """The things of one community that count."""

    def __init__(self, name: str, state: Mapping[str, Any]) -> None:
        self.name = name
        # name of the thing → [author, day, seconds since 1970 of the last check]
        self.things: dict[str, list[Any]] = {key: list(row) for key, row in state.get("things", {}).items()}

    def state(self) -> dict[str, Any]:
        """Plain data for the Store."""
        return {"things": dict(sorted(self.things.items()))}

    def keep(self, thing: Thing, now: datetime) -> None:
        """Count a thing that stands."""
        self.things[thing.name] = [thing.author_fullname, thing.at.date().isoformat(), int(now.timestamp())]

    def checked(self, asked: Iterable[str], standing: Iterable[str], now: datetime) -> int:
        """Of the things asked for keep those that stand; gives how many were forgotten."""
        there, gone = set(standing), 0
        for name in asked:
            if name in there and name in self.things:
                self.things[name][2] = int(now.timestamp())
            elif self.things.pop(name, None) is not None:
                gone += 1
        return gone

    def forget(self, *, before: date, unchecked: datetime) -> int:
        """Drop what is older than the window or was not checked since; gives how many of the latter."""
        day, since = before.isoformat(), int(unchecked.timestamp())
        stale = [name for name, row in self.things.items() if row[2] < since]
        for name in [*stale, *(name for name, row in self.things.items() if row[1] < day)]:
            self.things.pop(name, None)
        return len(stale)

    def erase(self, authors: Iterable[str]) -> None:
        """Drop everything of these accounts."""
        gone = set(authors)
        self.things = {name: row for name, row in self.things.items() if row[0] not in gone}

    def active(self) -> Iterator[Active]:
        """Sums per account, by id."""
        kinds: dict[str, Counter[str]] = defaultdict(Counter)
        days: dict[str, set[str]] = defaultdict(set)
        for name, (author, day, _) in self.things.items():
            kinds[author][name[:2]] += 1
            days[author].add(day)
        for author, seen in sorted(days.items()):
            first, last = date.fromisoformat(min(seen)), date.fromisoformat(max(seen))
            yield Active(author, kinds[author]["t3"], kinds[author]["t1"], len(seen), first, last)


def evidence(key: AccountKey, active: Active, community: str, url: str, origin: Origin) -> Evidence:
    """Counts of one account in one community; that is all there is."""
    return Evidence(
        account=key,
        source_id=community.lower(),
        kind=KIND,
        url=url,
        title=f"Active in r/{community}",
        event_at=_noon(active.last),
        started_at=_noon(active.first),
        level=Level.ACTIVITY,
        tags=(community,),
        figures={
            "posts": float(active.posts),
            "comments": float(active.comments),
            "days": float(active.days),
        },
        origin=origin,
    )


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=12)
