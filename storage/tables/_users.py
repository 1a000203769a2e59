"""Who may sit at the desk: named people, the lists shared with them, their sessions."""

from sqlalchemy import Boolean, Column, ForeignKey, Table, Text

from storage.tables._types import Key, Moment, metadata

desk_user = Table(
    "desk_user",
    metadata,
    Column("name", Key, primary_key=True),
    Column("role", Text, nullable=False),  # what the person may do
    Column("password", Text, nullable=False),  # its hash
    Column("password_at", Moment, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("disabled_at", Moment),
    Column("disabled_by", Text),
)

desk_share = Table(
    "desk_share",
    metadata,
    Column("user", Key, ForeignKey("desk_user.name", ondelete="CASCADE"), primary_key=True),
    Column("role", Key, primary_key=True),  # a role profile
    Column("contacts", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", Text, nullable=False),
)

# The token itself is in the browser only; whoever reads the database cannot sign in with what is here.
desk_session = Table(
    "desk_session",
    metadata,
    Column("digest", Key, primary_key=True),
    Column("user", Key, ForeignKey("desk_user.name", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
)
