"""Work shared by several machines: who runs the night, and what it has spent."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
DATA = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "running",
        sa.Column("name", KEY, nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("heartbeat", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_running"),
    )
    op.create_table(
        "night_spent",
        sa.Column("night", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", KEY, nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("night", "source", name="pk_night_spent"),
    )
    op.create_table(
        "worker",
        sa.Column("name", KEY, nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("at_once", sa.Integer(), nullable=False),
        sa.Column("sources", DATA),
        sa.Column("night", sa.Integer()),
        sa.Column("doing", DATA, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("heartbeat", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_worker"),
    )
    op.create_table(
        "night_job",
        sa.Column("night", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", KEY, nullable=False),
        sa.Column("state", KEY, nullable=False),
        sa.Column("worker", KEY),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("task", DATA, nullable=False),
        sa.Column("asked", DATA, nullable=False),
        sa.Column("lost", DATA, nullable=False),
        sa.Column("outcome", DATA),
        sa.PrimaryKeyConstraint("night", "source", name="pk_night_job"),
    )
    op.create_table(
        "night_order",
        sa.Column("night", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", KEY, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("what", KEY, nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("state", KEY, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("did", KEY),
        sa.PrimaryKeyConstraint("night", "source", "number", name="pk_night_order"),
    )
    op.create_table(
        "night_named",
        sa.Column("night", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("round", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", KEY, nullable=False),
        sa.Column("handles", DATA, nullable=False),
        sa.PrimaryKeyConstraint("night", "round", "source", name="pk_night_named"),
    )
