"""What sources told us, and what spiders remember."""

from typing import Any

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, Table, Text

from storage.tables._types import Json, Key, Moment, Number, account_column, index_where, metadata


def _seen() -> list[Column[Any]]:
    return [
        Column("origin_url", Text, nullable=False),
        Column("origin_seen_at", Moment, nullable=False),
        Column("origin_spider", Text, nullable=False),
        Column("first_seen", Moment, nullable=False),
        Column("hash", LargeBinary, nullable=False),
    ]


account = Table(
    "account",
    metadata,
    Column("key", Key, primary_key=True),  # "github:583231"
    Column("source", Key, nullable=False),
    Column("source_id", Key, nullable=False),
    Column("handle", Text, nullable=False),
    Column("handle_key", Key, nullable=False, index=True),
    Column("handle_since", Moment, nullable=False),
    Column("url", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text),
    Column("headline", Text),
    Column("bio", Text),
    Column("location", Text),
    Column("company", Text),
    Column("open_to_work", Boolean),
    Column("created_at", Moment),
    Column("expires_at", Moment),
    Column("links", Json, nullable=False),
    Column("figures", Json, nullable=False),
    Column("flags", Json, nullable=False),
    Column("markers", Json, nullable=False),
    Column("observed", Json, nullable=False),
    *_seen(),
    Column("last_changed", Moment, nullable=False),
    Column("gone_at", Moment),
    Column("touched_at", Moment, nullable=False, index=True),  # last change of the account or of its work
    Index(None, "first_seen"),  # whose term may be over, and nobody else
    index_where("ix_account_gone", "key", where="gone_at IS NOT NULL"),  # few: taken off what is counted without them
)

# Apart from the account: most nights move nothing else, and a row of a kilobyte rewritten for one time doubles the
# database in a night.
account_seen = Table(
    "account_seen",
    metadata,
    account_column("account", primary_key=True),
    Column("last_seen", Moment, nullable=False),
    sqlite_with_rowid=False,
)

# Former handles only: the present one stands in the account, so that a first night writes one row, not two.
handle_history = Table(
    "handle_history",
    metadata,
    account_column("account", primary_key=True),
    Column("since", Moment, primary_key=True),
    Column("handle", Text, nullable=False),
)

account_event = Table(
    "account_event",
    metadata,
    Column("id", Number, primary_key=True),
    account_column("account"),
    Column("event", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("at", Moment, nullable=False, index=True),
    Column("night", Integer),
    Index(None, "account"),
)

evidence = Table(
    "evidence",
    metadata,
    Column("id", Key, primary_key=True),  # "github:583231/repository/1296269"
    account_column("account"),
    Column("source_id", Key, nullable=False),
    Column("kind", Key, nullable=False),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text),
    Column("event_at", Moment),
    Column("started_at", Moment),
    Column("level", Integer, nullable=False),
    Column("tags", Json, nullable=False),
    Column("packages", Json, nullable=False),
    Column("files", Json, nullable=False),
    Column("figures", Json, nullable=False),
    *_seen(),
    Index(None, "account"),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Number, primary_key=True),
    Column("source", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("excerpt", Text, nullable=False),
)

lane_state = Table(
    "lane_state",
    metadata,
    Column("lane", Key, primary_key=True),
    Column("state", Json, nullable=False),
    Column("updated_at", Moment, nullable=False),
)

# Which lane showed an account, and in which night first: what each lane contributes is counted from it.
lane_find = Table(
    "lane_find",
    metadata,
    account_column("account", primary_key=True),
    Column("lane", Key, primary_key=True),
    Column("night", Integer),
    sqlite_with_rowid=False,
)

validator = Table(
    "validator",
    metadata,
    Column("key", Key, primary_key=True),  # digest of owner and address: addresses are too long for an index
    Column("url", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("note", Json, nullable=False),
)

source_hold = Table(
    "source_hold",
    metadata,
    Column("source", Key, primary_key=True),
    Column("until", Moment, nullable=False),
    Column("reason", Text, nullable=False),
)

tombstone = Table(
    "tombstone",
    metadata,
    Column("hash", Key, primary_key=True),  # keyed, hexadecimal; nothing else is kept of an erased person
)
