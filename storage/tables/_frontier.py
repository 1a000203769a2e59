"""The questions of a night: what is to be asked, what was, and what was answered, until the night is closed."""

from sqlalchemy import Boolean, Column, Double, Index, Integer, LargeBinary, Table, Text

from storage.tables._types import Json, Key, Moment, metadata

# Rows live as long as their night: one that ends well leaves its counts and nothing else.
frontier = Table(
    "frontier",
    metadata,
    Column("key", Key, primary_key=True),  # digest of source, token, method, address and body, and which time asked
    Column("night", Integer, nullable=False),
    Column("source", Key, nullable=False),
    Column("lane", Key, nullable=False),
    Column("method", Text, nullable=False),
    Column("url", Text, nullable=False),  # without secrets
    Column("worth", Double, nullable=False),  # expected well-ranked people per request of the lane
    Column("state", Key, nullable=False),  # queued, leased, done, failed
    Column("leased_by", Text),  # "process 4711 on host"
    Column("leased_at", Moment),
    Column("tries", Integer, nullable=False),
    Column("reason", Text, nullable=False),  # why it failed, or waits again
    Column("status", Integer),
    Column("headers", Json),  # of the answer, without cookies and credentials
    Column("body", LargeBinary),  # of the answer, compressed
    Index(None, "night", "source"),
)

frontier_night = Table(
    "frontier_night",
    metadata,
    Column("night", Integer, primary_key=True, autoincrement=False),
    Column("began", Moment, nullable=False),  # of the first of the nights it continues
    Column("whole", Boolean, nullable=False),  # every source came to its end: nothing is left to ask
    Column("counts", Json),  # source → state → questions, once the night is closed
)

# What spiders may know of a thing the night has changed already: they must decide as before when it is continued.
frontier_before = Table(
    "frontier_before",
    metadata,
    Column("name", Key, primary_key=True),  # "account github:583231" or "lane github/search/…"
    Column("night", Integer, nullable=False),
    Column("image", Json),  # None: it was not there
)
