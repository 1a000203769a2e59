"""What was seen in which thread, so that a post that vanishes is noticed; kept between nights as plain data."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

ENOUGH = 20  # posts; a young or small thread may well be emptied


class SeenPost(NamedTuple):
    """A candidate's post as remembered."""

    thread: int
    id: int
    author: str
    at: datetime


class Memory:
    """The posts of earlier nights and of this one."""

    def __init__(self, state: Mapping[str, Any]) -> None:
        self._posts = {
            int(thread): {int(post): (str(author), int(at)) for post, (author, at) in posts.items()}
            for thread, posts in state.get("threads", {}).items()
        }

    def state(self) -> dict[str, Any]:
        """Plain data for the Store."""
        return {
            "threads": {
                str(thread): {str(post): list(said) for post, said in sorted(posts.items())}
                for thread, posts in sorted(self._posts.items())
                if posts
            }
        }

    def seen(self) -> Iterator[SeenPost]:
        """All remembered posts."""
        for thread, posts in self._posts.items():
            for post, (author, at) in posts.items():
                yield SeenPost(thread, post, author, datetime.fromtimestamp(at, UTC))

    def posts(self, thread: int) -> int:
        """How many posts of a thread are remembered, if enough to judge an answer by, else 0."""
        count = len(self._posts.get(thread, ()))
        return count if count >= ENOUGH else 0

    def keep(self, post: SeenPost) -> None:
        """Remember a post that stands."""
        self._posts.setdefault(post.thread, {})[post.id] = (post.author, int(post.at.timestamp()))

    def forget(self, post: SeenPost) -> None:
        """Forget a post that is gone."""
        self._posts.get(post.thread, {}).pop(post.id, None)
