"""What was computed and decided: nights, judgements, leads, scores, exports."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
)

from storage.tables._types import Json, Key, Moment, Number, Sealed, account_column, index_where, metadata

night = Table(
    "night",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("forecast", Json, nullable=False),
    Column("outcomes", Json, nullable=False),
    Column("counters", Json, nullable=False),
)

judgement = Table(
    "judgement",
    metadata,
    Column("id", Number, primary_key=True),
    account_column("left"),
    account_column("right"),
    Column("verdict", Text, nullable=False),
    Column("bits", Double),
    Column("by", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("evidence", Json, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("undone_at", Moment),
    Column("undone_by", Text),
    Column("prev_hash", LargeBinary, nullable=False),  # of the row written before: a chain nobody edits unseen
    Column("hash", LargeBinary, nullable=False),
    Index(None, "left"),
    Index(None, "right"),
    index_where("uq_judgement_live_pair", "left", "right", unique=True, where="undone_at IS NULL"),
)

# What an account must share with another to be compared with it; derived, made anew with every model.
identity_key = Table(
    "identity_key",
    metadata,
    account_column("account", primary_key=True),
    Column("kind", Key, primary_key=True),
    Column("value", BigInteger, primary_key=True),  # hash of the key
    Index(None, "value"),
    sqlite_with_rowid=False,
)

# How an account was when identity last looked at it; one without a row, or of another state, is looked at again.
identity_mark = Table(
    "identity_mark",
    metadata,
    account_column("account", primary_key=True),
    Column("hash", LargeBinary, nullable=False),
    Column("touched_at", Moment, nullable=False),
    Column("gone", Boolean, nullable=False),
    Column("waits", Boolean, nullable=False),  # a claim of it counts only once it is seen again
    sqlite_with_rowid=False,
)

identity_model = Table(
    "identity_model",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("fitted_at", Moment, nullable=False),
    Column("digest", Text, nullable=False),  # of settings and frequencies
    Column("accounts", Integer, nullable=False),
    Column("content", Json, nullable=False),  # weights, thresholds, frequencies
)

counter = Table(
    "counter",
    metadata,
    Column("name", Key, primary_key=True),
    Column("value", Integer, nullable=False),
)

lead = Table(
    "lead",
    metadata,
    Column("id", Key, primary_key=True),
    Column("status", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),  # when its accounts last came or went
    # A lead with a value here has no accounts and is an alias of the one its first account went to.
    Column("merged_into", Key, ForeignKey("lead.id"), index=True),
    # The account it was made for: where that account goes, the id, its status and its notes go.
    Column("account", Key, ForeignKey("account.key", ondelete="SET NULL"), index=True),
)

lead_member = Table(
    "lead_member",
    metadata,
    account_column("account", primary_key=True),
    Column("lead", Key, ForeignKey("lead.id"), nullable=False, index=True),
    Column("since", Moment, nullable=False),
)

lead_status = Table(
    "lead_status",
    metadata,
    Column("id", Number, primary_key=True),
    Column("lead", Key, ForeignKey("lead.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("status", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("note", Sealed, nullable=False),
    Column("at", Moment, nullable=False),
    Column("accounts", Json, nullable=False),  # the account set it was said of, so that a split can hand it back
    Column("role", Key, nullable=False, server_default=""),  # what for; "" where nobody said
)

# What sourcers write down about a lead: never deleted, can be struck, goes where the lead's id goes.
lead_note = Table(
    "lead_note",
    metadata,
    Column("id", Number, primary_key=True),
    Column("lead", Key, ForeignKey("lead.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("text", Sealed, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("struck_at", Moment),
    Column("struck_by", Text),
)

receipt = Table(
    "receipt",
    metadata,
    Column("id", Number, primary_key=True),
    Column("lead", Key, ForeignKey("lead.id", ondelete="CASCADE"), nullable=False),
    Column("role", Key, nullable=False),
    Column("night", Integer),
    Column("latest", Boolean, nullable=False),
    Column("role_version", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("scored_at", Moment, nullable=False),
    Column("checked_at", Moment, nullable=False),  # when scoring last said the same again
    Column("total", Double, nullable=False),
    Column("low", Double, nullable=False),
    Column("high", Double, nullable=False),
    Column("coverage", Double, nullable=False),
    Column("parts", Json, nullable=False),
    Column("penalties", Json, nullable=False),
    Column("section", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    # All three: of two equally narrow indexes SQLite may take the other, and reads a whole role for one lead.
    Index(None, "lead", "role", "latest"),
    Index("ix_receipt_ranking", "role", "latest", "total"),
    # A section in order without its rows: of these the columns after the JSON cost ten times as much to reach.
    Index("ix_receipt_section", "role", "latest", "section", "total", "lead"),
)

# What a role's list was when a night ended, kept so small that every night can keep it: who was in it by the
# receipts' ids, the order by its digests. The list is rebuilt from the receipts and compared with them.
night_list = Table(
    "night_list",
    metadata,
    Column("night", Integer, ForeignKey("night.number"), primary_key=True),
    Column("role", Key, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("leads", Integer, nullable=False),
    Column("versions", Json, nullable=False),  # [role version, digest of the scoring, leads scored by it]
    Column("digest", LargeBinary, nullable=False),  # over all rows in order
    Column("blocks", LargeBinary, nullable=False),  # eight bytes per hundred rows, to say where a list differs
    Column("members", LargeBinary, nullable=False),  # ids of receipts, ascending, packed
    Column("top", Json, nullable=False),  # [lead, total] of the first rows
)

decision = Table(
    "decision",
    metadata,
    Column("id", Number, primary_key=True),
    Column("lead", Key, ForeignKey("lead.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("role", Key, nullable=False),
    Column("answer", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("note", Sealed, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("listed", Text, nullable=False),  # the list it was read in
    Column("accounts", Json, nullable=False),  # the account set it was said of
    Column("receipt", Json, nullable=False),  # the score as the person saw it
    Column("undone_at", Moment),
    Column("undone_by", Text),
    Column("prev_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Index(None, "role", "at"),
    index_where("ix_decision_live", "role", "lead", where="undone_at IS NULL"),
)

role_version = Table(
    "role_version",
    metadata,
    Column("role", Key, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("digest", Text, nullable=False),
    Column("content", Text, nullable=False),  # the file
    Column("by", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("pairs", Json, nullable=False),  # leads a learned version was learned from
)

export = Table(
    "export",
    metadata,
    Column("id", Number, primary_key=True),
    Column("role", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("leads", Json, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("night", Integer),
    Column("recipient", Text, nullable=False, server_default=""),
    Column("purpose", Text, nullable=False, server_default=""),
    Column("role_version", Integer, nullable=False, server_default="0"),
    Column("content", Text, nullable=False, server_default=""),
    Column("expires_at", Moment),  # when whoever was given the file has to have deleted it; absent: not a file of ours
)
