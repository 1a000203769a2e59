"""The tables, as SQLAlchemy Core: the one schema that migrations, queries and checks are read from."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

HEAD = "0001"  # the newest revision in migrations/versions; a test compares


class Moment(TypeDecorator[datetime]):
    """An aware UTC time: timestamptz in PostgreSQL, text of one width in SQLite ("2026-11-25 01:00:00.000000+00:00").

    Text that carries its zone is read back by one C call; SQLAlchemy's own form takes five.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column's type."""
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Turn into UTC, and into text for SQLite."""
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment_text(moment) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Read back, in UTC."""
        if value is None:
            return None
        return datetime.fromisoformat(value) if dialect.name == "sqlite" else value.astimezone(UTC)


def moment_text(value: datetime) -> str:
    """Write a UTC time as SQLite keeps it: texts sort like the times."""
    return value.isoformat(" ", "microseconds")


# Keys are compared bytewise on both databases: a locale's order is slower and not ours.
Key = Text().with_variant(Text(collation="C"), "postgresql")
Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
Number = BigInteger().with_variant(Integer(), "sqlite")  # SQLite counts up only plain INTEGER keys

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _account_column(name: str, *, primary_key: bool = False) -> Column[Any]:
    target = ForeignKey("account.key", ondelete="CASCADE")
    return Column(name, Key, target, primary_key=primary_key, nullable=False)


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
)

# Apart from the account: most nights move nothing else, and a row of a kilobyte rewritten for one time doubles the
# database in a night.
account_seen = Table(
    "account_seen",
    metadata,
    _account_column("account", primary_key=True),
    Column("last_seen", Moment, nullable=False),
    sqlite_with_rowid=False,
)

# Former handles only: the present one stands in the account, so that a first night writes one row, not two.
handle_history = Table(
    "handle_history",
    metadata,
    _account_column("account", primary_key=True),
    Column("since", Moment, primary_key=True),
    Column("handle", Text, nullable=False),
)

account_event = Table(
    "account_event",
    metadata,
    Column("id", Number, primary_key=True),
    _account_column("account"),
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
    _account_column("account"),
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

night = Table(
    "night",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("forecast", Json, nullable=False),
    Column("outcomes", Json, nullable=False),
    Column("counters", Json, nullable=False),
)

judgement = Table(
    "judgement",
    metadata,
    Column("id", Number, primary_key=True),
    _account_column("left"),
    _account_column("right"),
    Column("verdict", Text, nullable=False),
    Column("bits", Double),
    Column("by", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("evidence", Json, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("undone_at", Moment),
    Column("undone_by", Text),
    Column("prev_hash", LargeBinary, nullable=False),  # of the row written before: a chain nobody edits unseen
    Column("hash", LargeBinary, nullable=False),
    Index(None, "right"),
    Index(
        "uq_judgement_live_pair",
        "left",
        "right",
        unique=True,
        sqlite_where=text("undone_at IS NULL"),
        postgresql_where=text("undone_at IS NULL"),
    ),
)

counter = Table(
    "counter",
    metadata,
    Column("name", Key, primary_key=True),
    Column("value", Integer, nullable=False),
)

lead = Table(
    "lead",
    metadata,
    Column("id", Key, primary_key=True),
    Column("status", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    # The lead most of its accounts went to; a lead with a value here has no accounts and is an alias.
    Column("merged_into", Key, ForeignKey("lead.id"), index=True),
)

lead_member = Table(
    "lead_member",
    metadata,
    _account_column("account", primary_key=True),
    Column("lead", Key, ForeignKey("lead.id"), nullable=False, index=True),
    Column("since", Moment, nullable=False),
)

lead_status = Table(
    "lead_status",
    metadata,
    Column("id", Number, primary_key=True),
    Column("lead", Key, ForeignKey("lead.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("status", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("accounts", Json, nullable=False),  # the account set it was said of, so that a split can hand it back
)

receipt = Table(
    "receipt",
    metadata,
    Column("id", Number, primary_key=True),
    Column("lead", Key, ForeignKey("lead.id", ondelete="CASCADE"), nullable=False),
    Column("role", Key, nullable=False),
    Column("night", Integer),
    Column("latest", Boolean, nullable=False),
    Column("role_version", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("scored_at", Moment, nullable=False),
    Column("total", Double, nullable=False),
    Column("low", Double, nullable=False),
    Column("high", Double, nullable=False),
    Column("coverage", Double, nullable=False),
    Column("parts", Json, nullable=False),
    Column("penalties", Json, nullable=False),
    Column("section", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Index(None, "lead", "role"),
    Index("ix_receipt_ranking", "role", "latest", "total"),
)

export = Table(
    "export",
    metadata,
    Column("id", Number, primary_key=True),
    Column("role", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("leads", Json, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("night", Integer),
)
