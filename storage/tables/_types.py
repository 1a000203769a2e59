"""Column types of ours and what all tables share."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Text,
    TypeDecorator,
    text,
)
from sqlalchemy.types import TypeEngine

from storage.sealed import seal, unseal


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


class Sealed(TypeDecorator[str]):
    """A text people write about others: sealed at rest where the installation has a key, plain in rows read."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002  # the base's form
        """Seal."""
        return None if value is None else seal(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Open."""
        return None if value is None else unseal(value)


class Json(TypeDecorator[Any]):
    """Plain data: JSONB in PostgreSQL, text in SQLite; None is no value."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column's type."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(JSON(none_as_null=True))
        from sqlalchemy.dialects.postgresql import JSONB  # a tenth of a short command, which SQLite can spare

        return dialect.type_descriptor(JSONB(none_as_null=True))


class SearchWords(TypeDecorator[str]):
    """The words of a text: tsvector in PostgreSQL, text with spaces in SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column's type."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Text())
        from sqlalchemy.dialects.postgresql import TSVECTOR  # as above

        return dialect.type_descriptor(TSVECTOR())


def moment_text(value: datetime) -> str:
    """Write a UTC time as SQLite keeps it: texts sort like the times."""
    return value.isoformat(" ", "microseconds")


# Keys are compared bytewise on both databases: a locale's order is slower and not ours.
Key = Text().with_variant(Text(collation="C"), "postgresql")
Number = BigInteger().with_variant(Integer(), "sqlite")  # SQLite counts up only plain INTEGER keys

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def account_column(name: str, *, primary_key: bool = False) -> Column[Any]:
    """Make a column that points to an account and goes with it."""
    target = ForeignKey("account.key", ondelete="CASCADE")
    return Column(name, Key, target, primary_key=primary_key, nullable=False)


def index_where(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """Make an index over the rows a condition holds for.

    `info` says the condition for PostgreSQL: a keyword of its dialect would load that for everybody.
    """
    return Index(name, *columns, unique=unique, sqlite_where=text(where), info={"where": where})
