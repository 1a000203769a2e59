"""Clocks that finding somebody again does not renew."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "forgotten",
        sa.Column("hash", KEY, nullable=False),
        sa.Column("first_seen", MOMENT, nullable=False),
        sa.Column("held", NUMBER, nullable=False),
        sa.Column("over", sa.Boolean(), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_forgotten"),
    )
    op.create_index("ix_forgotten_until", "forgotten", ["until"])
    op.create_table(
        "found_again",
        sa.Column("account", KEY, nullable=False),
        sa.Column("first_seen", MOMENT, nullable=False),
        sa.Column("untold_from", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.key"], name="fk_found_again_account", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account", name="pk_found_again"),
    )
