"""What people asked for about their data, and what was done."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
JSON = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Apply."""
    _audit()
    _key()
    _asked()
    _gaps()
    # Without it every erased account would read all judgements once.
    op.create_index("ix_judgement_left", "judgement", ["left"])


def _audit() -> None:
    op.create_table(
        "audit_event",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("action", KEY, nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("detail", JSON, nullable=False),
        sa.Column("prev_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_event"),
    )
    op.create_index("ix_audit_event_action", "audit_event", ["action"])
    _append_only("audit_event")


def _key() -> None:
    op.create_table(
        "key_check",
        sa.Column("name", KEY, nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_key_check"),
    )


def _asked() -> None:
    op.create_table(
        "correction",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("account", KEY, nullable=False),
        sa.Column("field", KEY, nullable=False),
        sa.Column("value", JSON),
        sa.Column("said", JSON),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT),
        sa.Column("withdrawn_by", sa.Text()),
        sa.ForeignKeyConstraint(["account"], ["account.key"], name="fk_correction_account", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_correction"),
    )
    live = sa.text("withdrawn_at IS NULL")
    op.create_index(
        "uq_correction_live", "correction", ["account", "field"], unique=True, sqlite_where=live, postgresql_where=live
    )
    op.create_table(
        "restriction",
        sa.Column("account", KEY, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.key"], name="fk_restriction_account", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account", name="pk_restriction"),
    )
    op.create_table(
        "subject_request",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("state", KEY, nullable=False),
        sa.Column("lead", KEY),
        sa.Column("marks", JSON, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("detail", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_subject_request"),
    )
    op.create_index("ix_subject_request_state", "subject_request", ["state"])


def _gaps() -> None:
    op.create_table(
        "chain_gap",
        sa.Column("table", KEY, nullable=False),
        sa.Column("row", NUMBER, nullable=False, autoincrement=False),
        sa.Column("prev_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary()),
        sa.Column("request", NUMBER, nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("table", "row", name="pk_chain_gap"),
    )
    op.create_table(
        "list_gap",
        sa.Column("receipt", NUMBER, nullable=False, autoincrement=False),
        sa.Column("lead", KEY, nullable=False),
        sa.Column("total", sa.Double(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("receipt", name="pk_list_gap"),
    )


def _append_only(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append only'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()"
    )
