"""What members did as evidence: answers others thanked them for, and their activity over some months."""

from datetime import datetime, timedelta

from spiders._discourse.answers import OpenTopic, Post, Row
from spiders._discourse.forums import Place
from spiders._reading.clean import TITLE, clean, clean_tags
from storage.records import AccountKey, Evidence, Level, Origin

LIKED = 3  # likes from which an answer counts as recognised by others
ACTIVE = 10  # likes in a period from which activity is practice
SOLVED = 3  # solutions in a period from which it is recognised
DAYS = {"weekly": 7, "monthly": 30, "quarterly": 91, "yearly": 365}


def thanked(post: Post, topic: OpenTopic) -> bool:
    """Whether a post answers and somebody said so; a question is no answer, however liked."""
    return (
        post.post_number > 1 and post.post_type == 1 and not post.hidden and (accepted(post, topic) or post.likes > 0)
    )


def accepted(post: Post, topic: OpenTopic) -> bool:
    """Whether a post is the solution of its topic."""
    return bool(post.accepted_answer) or post.post_number == topic.solution


def answer(place: Place, category: str, topic: OpenTopic, post: Post, owner: AccountKey, origin: Origin) -> Evidence:
    """One answer; its text stays at the forum."""
    solved = accepted(post, topic)
    return Evidence(
        account=owner,
        source_id=f"{place.host}/{post.id}",
        kind="answer",
        url=place.post(topic.id, post.post_number),
        title=clean(topic.title, TITLE) or f"Topic {topic.id}",
        event_at=post.created_at,
        level=Level.RECOGNISED if solved or post.likes >= LIKED else Level.PRACTICE,
        tags=clean_tags((*place.forum.about(category), *topic.tags)),
        figures={"likes": float(post.likes), "accepted": float(solved)},
        origin=origin,
    )


def activity(place: Place, row: Row, period: str, owner: AccountKey, now: datetime, origin: Origin) -> Evidence:
    """A member's row in the directory: how much they wrote in a period, and how much it was liked."""
    solutions = row.solutions or 0
    figures = {"likes": row.likes_received, "posts": row.post_count, "topics": row.topic_count, "solutions": solutions}
    return Evidence(
        account=owner,
        source_id=f"{place.host}/activity",
        kind="activity",
        url=origin.url,
        title=f"Active at {place.forum.title}",
        text=_sentence(place, row, period),
        event_at=_since(now, period),
        level=_level(row.likes_received, solutions),
        tags=clean_tags(place.forum.tags),
        figures={name: float(max(0, value)) for name, value in figures.items()},
        origin=origin,
    )


def _level(likes: int, solutions: int) -> Level:
    if solutions >= SOLVED:
        return Level.RECOGNISED
    return Level.PRACTICE if likes >= ACTIVE else Level.ACTIVITY


def _sentence(place: Place, row: Row, period: str) -> str:
    solved = f", {row.solutions} solutions" if row.solutions else ""
    counted = f"{row.post_count} posts, {row.likes_received} likes received{solved}"
    return f"{place.forum.title}, {period}: {counted}."


def _since(now: datetime, period: str) -> datetime | None:
    # All that is known is "within the period": the first of the month it began in is never too late.
    if period not in DAYS:
        return None
    return (now - timedelta(days=DAYS[period])).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
