"""Who runs the night, and what its sources have spent so far: both survive a process that is killed."""

from sqlalchemy import Column, Float, Integer, Table, Text

from storage.tables._types import Key, Moment, metadata

# Says who holds the lock; whether somebody does is the lock's own business, so a stale row locks nobody out.
running = Table(
    "running",
    metadata,
    Column("name", Key, primary_key=True),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("since", Moment, nullable=False),
    Column("heartbeat", Moment, nullable=False),
)

# Counted some requests ahead, so that a night that was killed has never sent more than stands here.
night_spent = Table(
    "night_spent",
    metadata,
    Column("night", Integer, primary_key=True, autoincrement=False),
    Column("source", Key, primary_key=True),
    Column("requests", Integer, nullable=False),
    Column("waited", Float),  # seconds refusals asked for, earlier parts of the night included
)
