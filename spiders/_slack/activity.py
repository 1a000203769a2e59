"""How often whom was heard in a channel, by day: counts and days only, no word of any message is kept.

What a channel remembers is plain data. Days at its end are counted anew each night, so that a message taken back
within them is not counted any more; replies are kept per thread and read again only when the thread grew.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from spiders._slack.answers import Message
from storage.records import AccountKey, Evidence, Level, Origin

KIND = "channel_activity"
# Subtypes of messages somebody wrote; joins, topics, bots and the like are no contribution.
WRITTEN = frozenset({None, "file_share", "thread_broadcast", "me_message"})

Daily = dict[str, dict[str, list[int]]]  # day → user → [messages, replies, reactions received]
Told = dict[str, Any]  # a thread: its mark and its replies, counted by day


@dataclass(frozen=True, slots=True)
class Heard:
    """What one person did in one channel."""

    user: str
    messages: int
    replies: int
    reactions: int
    days: int
    first: date
    last: date

    @property
    def contributions(self) -> int:
        """Messages and replies."""
        return self.messages + self.replies


def written(message: Message) -> bool:
    """Whether a member wrote this message."""
    return message.user is not None and message.bot_id is None and message.subtype in WRITTEN


def daily(messages: Iterable[Message]) -> Daily:
    """Messages, replies and the reactions to both, by day and member."""
    counted: Daily = defaultdict(dict)
    for message in messages:
        if written(message) and message.user is not None:
            row = counted[message.at.date().isoformat()].setdefault(message.user, [0, 0, 0])
            row[message.is_reply] += 1
            row[2] += sum(reaction.count for reaction in message.reactions)
    return dict(counted)


def mark(parent: Message) -> str:
    """Changes when a thread gets or loses a reply."""
    return f"{parent.reply_count}:{parent.latest_reply or ''}"


class Channel:
    """What is remembered of one channel."""

    def __init__(self, state: Mapping[str, Any]) -> None:
        self.posts: Daily = dict(state.get("posts", {}))
        self.threads: dict[str, Told] = dict(state.get("threads", {}))

    def state(self) -> dict[str, Any]:
        """Plain data for the Store."""
        return {"posts": dict(sorted(self.posts.items())), "threads": dict(sorted(self.threads.items()))}

    def recount(self, messages: Iterable[Message], since: date) -> None:
        """Replace everything from that day on by what was read now."""
        # Replies that were also sent to the channel are counted with their thread.
        read = [message for message in messages if not message.is_reply]
        self.posts = {day: rows for day, rows in self.posts.items() if day < since.isoformat()} | daily(read)
        seen = {message.ts for message in read if message.starts_thread}
        first = datetime(since.year, since.month, since.day, tzinfo=UTC).timestamp()
        self.threads = {ts: told for ts, told in self.threads.items() if ts in seen or float(ts) < first}

    def grown(self, messages: Iterable[Message]) -> list[Message]:
        """Threads whose replies have to be read, busiest first."""
        parents = (message for message in messages if message.starts_thread)
        new = [parent for parent in parents if self.threads.get(parent.ts, {}).get("mark") != mark(parent)]
        return sorted(new, key=lambda parent: (-parent.reply_count, parent.ts))

    def replied(self, parent: Message, messages: Iterable[Message]) -> None:
        """Keep the replies of a thread; its first message is none."""
        counted = daily(message for message in messages if message.ts != parent.ts)
        self.threads[parent.ts] = {"mark": mark(parent), "replies": counted}

    def forget(self, before: date) -> None:
        """Drop what lies before that day."""
        day = before.isoformat()
        self.posts = {at: rows for at, rows in self.posts.items() if at >= day}
        for told in self.threads.values():
            told["replies"] = {at: rows for at, rows in told["replies"].items() if at >= day}
        oldest = datetime(before.year, before.month, before.day, tzinfo=UTC).timestamp()
        self.threads = {ts: told for ts, told in self.threads.items() if told["replies"] or float(ts) >= oldest}

    def erase(self, users: Iterable[str]) -> None:
        """Drop everything of these people."""
        gone = set(users)
        for rows in [*self.posts.values(), *(r for told in self.threads.values() for r in told["replies"].values())]:
            for user in gone & rows.keys():
                del rows[user]

    def heard(self) -> Iterator[Heard]:
        """Sums per member, by id."""
        said: dict[str, list[tuple[str, list[int]]]] = defaultdict(list)
        for counted in (self.posts, *(told["replies"] for told in self.threads.values())):
            for day, rows in counted.items():
                for user, numbers in rows.items():
                    said[user].append((day, numbers))
        for user, found in sorted(said.items()):
            yield _summed(user, found)


def _summed(user: str, found: list[tuple[str, list[int]]]) -> Heard:
    days = sorted({day for day, _ in found})
    messages, replies, reactions = (sum(column) for column in zip(*(numbers for _, numbers in found), strict=True))
    first, last = date.fromisoformat(days[0]), date.fromisoformat(days[-1])
    return Heard(user, messages, replies, reactions, len(days), first, last)


def evidence(key: AccountKey, heard: Heard, channel: str, name: str, url: str, origin: Origin) -> Evidence:
    """What somebody did in a channel, as evidence of activity there."""
    return Evidence(
        account=key,
        source_id=channel,
        kind=KIND,
        url=url,
        title=f"Active in #{name}",
        event_at=_noon(heard.last),
        started_at=_noon(heard.first),
        level=Level.ACTIVITY,
        tags=(name,),
        figures={
            "messages": float(heard.messages),
            "replies": float(heard.replies),
            "reactions": float(heard.reactions),
            "days": float(heard.days),
        },
        origin=origin,
    )


def _noon(day: date) -> datetime:
    """A day as a time; when in the day somebody wrote is nobody's business."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=12)
