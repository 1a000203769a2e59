"""Splitting a user search that promises more than the 1,000 results GitHub hands out.

A shard is a query with a range of creation dates (immutable and dense, so it bisects cleanly), then of followers
once a single day is still too large. Shards are plain data: they are kept in the lane's state and resume.
"""

from datetime import date, timedelta

from pydantic import BaseModel, ConfigDict

CAP = 1000  # results per query
FIRST_DAY = date(2007, 10, 1)  # no account is older
FOLLOWERS: tuple[tuple[int, int | None], ...] = ((0, 0), (1, 1), (2, 5), (6, 20), (21, 100), (101, None))


class Shard(BaseModel):
    """One part of a search, and how far it was read."""

    model_config = ConfigDict(frozen=True)

    since: date | None = None
    until: date | None = None
    followers: tuple[int, int | None] | None = None
    promised: int | None = None
    found: int = 0
    next_page: str | None = None  # address of the page to read next; None before the first
    closed: bool = False
    cut: bool = False  # promised more than can be had, and cannot be split further

    def query(self, words: str) -> str:
        """The search text: the lane's words with this shard's limits."""
        parts = [words if "type:" in words else f"{words} type:user"]
        if self.since and self.until:
            parts.append(f"created:{self.since}..{self.until}")
        if self.followers:
            low, high = self.followers
            parts.append(f"followers:{low}..{high}" if high is not None else f"followers:>={low}")
        return " ".join(parts)

    def split(self, today: date) -> list["Shard"]:
        """Smaller shards that together cover this one; empty when it cannot be split further."""
        since, until = self.since or FIRST_DAY, self.until or today
        if since < until and self.followers is None:
            middle = since + (until - since) // 2
            return [Shard(since=since, until=middle), Shard(since=middle + timedelta(days=1), until=until)]
        if self.followers is None:
            return [Shard(since=since, until=until, followers=band) for band in FOLLOWERS]
        return []


def settle(shard: Shard, promised: int, found: int, next_page: str | None) -> Shard:
    """The shard after one more page: how many were promised and found, and whether it is done."""
    return shard.model_copy(
        update={
            "promised": promised,
            "found": shard.found + found,
            "next_page": next_page,
            "closed": next_page is None,
            "cut": promised > CAP,
        }
    )
