"""Questions of a night, what was answered, and how things were before it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
DATA = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "frontier",
        sa.Column("key", KEY, nullable=False),
        sa.Column("night", sa.Integer(), nullable=False),
        sa.Column("source", KEY, nullable=False),
        sa.Column("lane", KEY, nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("worth", sa.Double(), nullable=False),
        sa.Column("state", KEY, nullable=False),
        sa.Column("leased_by", sa.Text()),
        sa.Column("leased_at", MOMENT),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("headers", DATA),
        sa.Column("body", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("key", name="pk_frontier"),
    )
    op.create_index("ix_frontier_night_source", "frontier", ["night", "source"])
    op.create_table(
        "frontier_night",
        sa.Column("night", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("began", MOMENT, nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("counts", DATA),
        sa.PrimaryKeyConstraint("night", name="pk_frontier_night"),
    )
    op.create_table(
        "frontier_before",
        sa.Column("name", KEY, nullable=False),
        sa.Column("night", sa.Integer(), nullable=False),
        sa.Column("image", DATA),
        sa.PrimaryKeyConstraint("name", name="pk_frontier_before"),
    )
