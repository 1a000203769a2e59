"""Which lane showed which account first in which night."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "lane_find",
        sa.Column("account", KEY, nullable=False),
        sa.Column("lane", KEY, nullable=False),
        sa.Column("night", sa.Integer()),
        sa.ForeignKeyConstraint(["account"], ["account.key"], name="fk_lane_find_account", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account", "lane", name="pk_lane_find"),
        sqlite_with_rowid=False,
    )
