"""All tables of the first night."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")
DATA = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "account",
        sa.Column("key", KEY, nullable=False),
        sa.Column("source", KEY, nullable=False),
        sa.Column("source_id", KEY, nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("handle_key", KEY, nullable=False),
        sa.Column("handle_since", MOMENT, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text()),
        sa.Column("headline", sa.Text()),
        sa.Column("bio", sa.Text()),
        sa.Column("location", sa.Text()),
        sa.Column("company", sa.Text()),
        sa.Column("open_to_work", sa.Boolean()),
        sa.Column("created_at", MOMENT),
        sa.Column("expires_at", MOMENT),
        sa.Column("links", DATA, nullable=False),
        sa.Column("figures", DATA, nullable=False),
        sa.Column("flags", DATA, nullable=False),
        sa.Column("markers", DATA, nullable=False),
        sa.Column("observed", DATA, nullable=False),
        sa.Column("origin_url", sa.Text(), nullable=False),
        sa.Column("origin_seen_at", MOMENT, nullable=False),
        sa.Column("origin_spider", sa.Text(), nullable=False),
        sa.Column("first_seen", MOMENT, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("last_changed", MOMENT, nullable=False),
        sa.Column("gone_at", MOMENT),
        sa.Column("touched_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_account"),
    )
    op.create_index("ix_account_handle_key", "account", ["handle_key"])
    op.create_index("ix_account_touched_at", "account", ["touched_at"])
    op.create_table(
        "counter",
        sa.Column("name", KEY, nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counter"),
    )
    op.create_table(
        "export",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("leads", DATA, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("night", sa.Integer()),
        sa.Column("recipient", sa.Text(), server_default="", nullable=False),
        sa.Column("purpose", sa.Text(), server_default="", nullable=False),
        sa.Column("role_version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("content", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_export"),
    )
    op.create_table(
        "desk_user",
        sa.Column("name", KEY, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("password_at", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("disabled_at", MOMENT),
        sa.Column("disabled_by", sa.Text()),
        sa.PrimaryKeyConstraint("name", name="pk_desk_user"),
    )
    op.create_table(
        "desk_share",
        sa.Column("user", KEY, nullable=False),
        sa.Column("role", KEY, nullable=False),
        sa.Column("contacts", sa.Boolean(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user"], ["desk_user.name"], name="fk_desk_share_user", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user", "role", name="pk_desk_share"),
    )
    op.create_table(
        "desk_session",
        sa.Column("digest", KEY, nullable=False),
        sa.Column("user", KEY, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["user"], ["desk_user.name"], name="fk_desk_session_user", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("digest", name="pk_desk_session"),
    )
    op.create_index("ix_desk_session_user", "desk_session", ["user"])
    op.create_table(
        "lane_state",
        sa.Column("lane", KEY, nullable=False),
        sa.Column("state", DATA, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("lane", name="pk_lane_state"),
    )
    op.create_table(
        "lead",
        sa.Column("id", KEY, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("merged_into", KEY),
        sa.Column("account", KEY),
        sa.ForeignKeyConstraint(["merged_into"], ["lead.id"], name="fk_lead_merged_into"),
        sa.ForeignKeyConstraint(["account"], ["account.key"], name="fk_lead_account", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_lead"),
    )
    op.create_index("ix_lead_account", "lead", ["account"])
    op.create_index("ix_lead_merged_into", "lead", ["merged_into"])
    op.create_table(
        "night",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("forecast", DATA, nullable=False),
        sa.Column("outcomes", DATA, nullable=False),
        sa.Column("counters", DATA, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_night"),
    )
    op.create_table(
        "quarantine",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("excerpt", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_quarantine"),
    )
    op.create_table(
        "source_hold",
        sa.Column("source", KEY, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_source_hold"),
    )
    op.create_table(
        "tombstone", sa.Column("hash", KEY, nullable=False), sa.PrimaryKeyConstraint("hash", name="pk_tombstone")
    )
    op.create_table(
        "validator",
        sa.Column("key", KEY, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text()),
        sa.Column("last_modified", sa.Text()),
        sa.Column("note", DATA, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_validator"),
    )
    op.create_table(
        "account_event",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("account", KEY, nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("night", sa.Integer()),
        sa.ForeignKeyConstraint(["account"], ["account.key"], name="fk_account_event_account", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_account_event"),
    )
    op.create_index("ix_account_event_account", "account_event", ["account"])
    op.create_index("ix_account_event_at", "account_event", ["at"])
    op.create_table(
        "account_seen",
        sa.Column("account", KEY, nullable=False),
        sa.Column("last_seen", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.key"], name="fk_account_seen_account", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account", name="pk_account_seen"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "evidence",
        sa.Column("id", KEY, nullable=False),
        sa.Column("account", KEY, nullable=False),
        sa.Column("source_id", KEY, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text()),
        sa.Column("event_at", MOMENT),
        sa.Column("started_at", MOMENT),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("tags", DATA, nullable=False),
        sa.Column("packages", DATA, nullable=False),
        sa.Column("files", DATA, nullable=False),
        sa.Column("figures", DATA, nullable=False),
        sa.Column("origin_url", sa.Text(), nullable=False),
        sa.Column("origin_seen_at", MOMENT, nullable=False),
        sa.Column("origin_spider", sa.Text(), nullable=False),
        sa.Column("first_seen", MOMENT, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.key"], name="fk_evidence_account", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_evidence"),
    )
    op.create_index("ix_evidence_account", "evidence", ["account"])
    op.create_table(
        "handle_history",
        sa.Column("account", KEY, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.key"], name="fk_handle_history_account", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account", "since", name="pk_handle_history"),
    )
    op.create_table(
        "judgement",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("left", KEY, nullable=False),
        sa.Column("right", KEY, nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("bits", sa.Double()),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("evidence", DATA, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("undone_at", MOMENT),
        sa.Column("undone_by", sa.Text()),
        sa.Column("prev_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["left"], ["account.key"], name="fk_judgement_left", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["right"], ["account.key"], name="fk_judgement_right", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_judgement"),
    )
    op.create_index("ix_judgement_right", "judgement", ["right"])
    op.create_index(
        "uq_judgement_live_pair",
        "judgement",
        ["left", "right"],
        unique=True,
        sqlite_where=sa.text("undone_at IS NULL"),
        postgresql_where=sa.text("undone_at IS NULL"),
    )
    op.create_table(
        "identity_key",
        sa.Column("account", KEY, nullable=False),
        sa.Column("kind", KEY, nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.key"], name="fk_identity_key_account", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account", "kind", "value", name="pk_identity_key"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_identity_key_value", "identity_key", ["value"])
    op.create_table(
        "identity_mark",
        sa.Column("account", KEY, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("touched_at", MOMENT, nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.Column("waits", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.key"], name="fk_identity_mark_account", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account", name="pk_identity_mark"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "identity_model",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("fitted_at", MOMENT, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("accounts", sa.Integer(), nullable=False),
        sa.Column("content", DATA, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_identity_model"),
    )
    op.create_table(
        "lead_member",
        sa.Column("account", KEY, nullable=False),
        sa.Column("lead", KEY, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.key"], name="fk_lead_member_account", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["lead"], ["lead.id"], name="fk_lead_member_lead"),
        sa.PrimaryKeyConstraint("account", name="pk_lead_member"),
    )
    op.create_index("ix_lead_member_lead", "lead_member", ["lead"])
    op.create_table(
        "lead_status",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("lead", KEY, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("accounts", DATA, nullable=False),
        sa.Column("role", KEY, server_default="", nullable=False),
        sa.ForeignKeyConstraint(["lead"], ["lead.id"], name="fk_lead_status_lead", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_lead_status"),
    )
    op.create_index("ix_lead_status_lead", "lead_status", ["lead"])
    op.create_table(
        "lead_note",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("lead", KEY, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("struck_at", MOMENT),
        sa.Column("struck_by", sa.Text()),
        sa.ForeignKeyConstraint(["lead"], ["lead.id"], name="fk_lead_note_lead", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_lead_note"),
    )
    op.create_index("ix_lead_note_lead", "lead_note", ["lead"])
    op.create_table(
        "receipt",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("lead", KEY, nullable=False),
        sa.Column("role", KEY, nullable=False),
        sa.Column("night", sa.Integer()),
        sa.Column("latest", sa.Boolean(), nullable=False),
        sa.Column("role_version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("scored_at", MOMENT, nullable=False),
        sa.Column("checked_at", MOMENT, nullable=False),
        sa.Column("total", sa.Double(), nullable=False),
        sa.Column("low", sa.Double(), nullable=False),
        sa.Column("high", sa.Double(), nullable=False),
        sa.Column("coverage", sa.Double(), nullable=False),
        sa.Column("parts", DATA, nullable=False),
        sa.Column("penalties", DATA, nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["lead"], ["lead.id"], name="fk_receipt_lead", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_receipt"),
    )
    op.create_index("ix_receipt_lead_role_latest", "receipt", ["lead", "role", "latest"])
    op.create_index("ix_receipt_ranking", "receipt", ["role", "latest", "total"])
    op.create_index("ix_receipt_section", "receipt", ["role", "latest", "section", "total", "lead"])
    op.create_table(
        "night_list",
        sa.Column("night", sa.Integer(), nullable=False),
        sa.Column("role", KEY, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("leads", sa.Integer(), nullable=False),
        sa.Column("versions", DATA, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("blocks", sa.LargeBinary(), nullable=False),
        sa.Column("members", sa.LargeBinary(), nullable=False),
        sa.Column("top", DATA, nullable=False),
        sa.ForeignKeyConstraint(["night"], ["night.number"], name="fk_night_list_night"),
        sa.PrimaryKeyConstraint("night", "role", name="pk_night_list"),
    )
    op.create_table(
        "decision",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("lead", KEY, nullable=False),
        sa.Column("role", KEY, nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("listed", sa.Text(), nullable=False),
        sa.Column("accounts", DATA, nullable=False),
        sa.Column("receipt", DATA, nullable=False),
        sa.Column("undone_at", MOMENT),
        sa.Column("undone_by", sa.Text()),
        sa.Column("prev_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["lead"], ["lead.id"], name="fk_decision_lead", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
    )
    op.create_index("ix_decision_lead", "decision", ["lead"])
    op.create_index("ix_decision_role_at", "decision", ["role", "at"])
    op.create_index(
        "ix_decision_live",
        "decision",
        ["role", "lead"],
        sqlite_where=sa.text("undone_at IS NULL"),
        postgresql_where=sa.text("undone_at IS NULL"),
    )
    op.create_table(
        "role_version",
        sa.Column("role", KEY, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("pairs", DATA, nullable=False),
        sa.PrimaryKeyConstraint("role", "version", name="pk_role_version"),
    )
    op.create_table(
        "lead_desk",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("lead", KEY, nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("accounts", sa.Integer(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("touched_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("city", sa.Text()),
        sa.Column("country", sa.Text()),
        sa.Column("zones", sa.Text(), nullable=False),
        sa.Column("sources", sa.Text(), nullable=False),
        sa.Column("open_to_work", sa.Boolean()),
        sa.Column("refuses", sa.Boolean(), nullable=False),
        sa.Column("skills", DATA, nullable=False),
        sa.Column("cut", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["lead"], ["lead.id"], name="fk_lead_desk_lead", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_lead_desk"),
        sa.UniqueConstraint("lead", name="uq_lead_desk_lead"),
    )
    op.create_table(
        "lead_words",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("words", sa.Text().with_variant(postgresql.TSVECTOR(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["lead_desk.id"], name="fk_lead_words_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_lead_words"),
    )
    _index_words()


def _index_words() -> None:
    """Index the words; in SQLite triggers keep the index, also where a deletion cascades."""
    if op.get_bind().dialect.name != "sqlite":
        op.create_index("lead_words_index", "lead_words", ["words"], postgresql_using="gin")
        return
    # Words come cut and folded: the tokenizer only has to split at spaces.
    op.execute(
        "CREATE VIRTUAL TABLE lead_words_index USING fts5("
        "words, content='lead_words', content_rowid='id', tokenize=\"ascii tokenchars '_'\")"
    )
    forget = "INSERT INTO lead_words_index(lead_words_index, rowid, words) VALUES ('delete', old.id, old.words);"
    keep = "INSERT INTO lead_words_index(rowid, words) VALUES (new.id, new.words);"
    for event, work in (("INSERT", keep), ("DELETE", forget), ("UPDATE", forget + keep)):
        op.execute(f"CREATE TRIGGER lead_words_{event.lower()} AFTER {event} ON lead_words BEGIN {work} END")
