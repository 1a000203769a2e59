"""Indexes by which commands that only read leave out what they do not need."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_account_first_seen", "account", ["first_seen"])
    gone = sa.text("gone_at IS NOT NULL")
    op.create_index("ix_account_gone", "account", ["key"], sqlite_where=gone, postgresql_where=gone)
    # A server counts in a process of its own, beside the command; a file is read by the command itself.
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE INDEX account_read ON account (key, json_extract(markers, '$.\"read\"')) "
            "WHERE json_extract(markers, '$.\"read\"') IS NOT NULL AND gone_at IS NULL"
        )
