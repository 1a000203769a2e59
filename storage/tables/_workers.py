"""Who works on a night shared by several processes, on what, and what each source is told to do next."""

from sqlalchemy import Column, Integer, Table, Text

from storage.tables._types import Json, Key, Moment, metadata

worker = Table(
    "worker",
    metadata,
    Column("name", Key, primary_key=True),  # "host/4711/3f2a"
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("version", Text, nullable=False),
    Column("at_once", Integer, nullable=False),
    Column("sources", Json),  # it takes no others; None: all it has tokens for
    Column("night", Integer),  # started for this one, and ends with it
    Column("doing", Json, nullable=False),  # sources it works on
    Column("since", Moment, nullable=False),
    Column("heartbeat", Moment, nullable=False),  # by the server's clock
)

# One row per source and night; the queue says who may take it, this says how far it is.
night_job = Table(
    "night_job",
    metadata,
    Column("night", Integer, primary_key=True, autoincrement=False),
    Column("source", Key, primary_key=True),
    Column("state", Key, nullable=False),  # queued, working, waiting, ended
    Column("worker", Key),
    Column("part", Integer, nullable=False),  # times a worker began it
    Column("task", Json, nullable=False),  # lanes, clock, options: what a worker has to know
    Column("asked", Json, nullable=False),  # lane → requests that brought answers kept from before this night
    Column("lost", Json, nullable=False),  # lane → requests of workers that died, without a kept answer
    Column("outcome", Json),  # of the parts so far
)

night_order = Table(
    "night_order",
    metadata,
    Column("night", Integer, primary_key=True, autoincrement=False),
    Column("source", Key, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("what", Key, nullable=False),  # look, count, finish, stop
    Column("round", Integer, nullable=False),
    Column("state", Key, nullable=False),  # of the outcome, for stop
    Column("reason", Text, nullable=False),
    Column("did", Key),  # what came of it; None: not done yet
)

# Whom accounts of others named when a round began: a source taken over looks at the same people again.
night_named = Table(
    "night_named",
    metadata,
    Column("night", Integer, primary_key=True, autoincrement=False),
    Column("round", Integer, primary_key=True, autoincrement=False),
    Column("source", Key, primary_key=True),  # "": the round itself
    Column("handles", Json, nullable=False),  # not named in an earlier round
)
