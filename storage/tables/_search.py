"""What the desk filters and searches by: one small row per lead, and the words of its texts."""

from typing import Any

from sqlalchemy import Boolean, Column, ForeignKey, Integer, Table, Text

from storage.tables._types import Json, Key, Moment, Number, SearchWords, metadata

WORDS_INDEX = "lead_words_index"  # FTS5 table in SQLite, GIN index in PostgreSQL; made by the migration

# Derived; made again for leads whose accounts, work or members changed. Numbers stand for leads in the index.
lead_desk = Table(
    "lead_desk",
    metadata,
    Column("id", Number, primary_key=True),
    Column("lead", Key, ForeignKey("lead.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("made_by", Text, nullable=False),  # digest of vocabulary, gazetteer and form
    # What it was made from, to see what changed since.
    Column("accounts", Integer, nullable=False),
    Column("pieces", Integer, nullable=False),
    Column("touched_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("city", Text),
    Column("country", Text),
    Column("zones", Text, nullable=False),  # "Europe/Berlin", several with a space between them, "" if unknown
    Column("sources", Text, nullable=False),  # in order, a space between them
    Column("open_to_work", Boolean),
    Column("refuses", Boolean, nullable=False),
    Column("skills", Json, nullable=False),  # shown by public work
    Column("cut", Boolean, nullable=False),  # more words than are searched
)

# Apart from the row above: filters read all of those and none of these. Text with spaces in SQLite.
lead_words = Table(
    "lead_words",
    metadata,
    Column("id", Number, ForeignKey("lead_desk.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("words", SearchWords, nullable=False),
)


def is_ours(_object: Any, name: str | None, _type: str, _reflected: bool, _compared: Any) -> bool:
    """Tell Alembic what to compare: all but the index of words, which each database keeps in its own way."""
    return not (name or "").startswith(WORDS_INDEX)
