"""What people asked for about their data, what was done, and the log nobody edits unseen."""

from sqlalchemy import Column, Double, LargeBinary, Table, Text

from storage.tables._types import Json, Key, Moment, Number, account_column, index_where, metadata

# Append only: triggers of the migration refuse changes, the chain shows them. Never holds a person's name.
audit_event = Table(
    "audit_event",
    metadata,
    Column("id", Number, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("by", Text, nullable=False),
    Column("action", Key, nullable=False, index=True),
    Column("about", Text, nullable=False),  # a lead's number, a request's number, a user of ours, a file
    Column("detail", Json, nullable=False),
    Column("prev_hash", LargeBinary, nullable=False),  # of the row written before
    Column("hash", LargeBinary, nullable=False),
)

# Tells whether the key at hand is the one the keyed rows were made with.
key_check = Table(
    "key_check",
    metadata,
    Column("name", Key, primary_key=True),
    Column("value", Text, nullable=False),
)

# What a person says of a field, laid over what the source says; the account's row holds the result.
correction = Table(
    "correction",
    metadata,
    Column("id", Number, primary_key=True),
    account_column("account"),
    Column("field", Key, nullable=False),
    Column("value", Json),  # null: the person wants nothing to stand there
    Column("said", Json),  # what the source says, for when the correction is withdrawn
    Column("by", Text, nullable=False),  # who entered it
    Column("at", Moment, nullable=False),
    Column("withdrawn_at", Moment),
    Column("withdrawn_by", Text),
    index_where("uq_correction_live", "account", "field", unique=True, where="withdrawn_at IS NULL"),
)

# Accounts that are stored and nothing else: hidden everywhere, and what sources say of them is not taken in.
restriction = Table(
    "restriction",
    metadata,
    account_column("account", primary_key=True),
    Column("kind", Text, nullable=False),  # "restricted" or "objected"
    Column("at", Moment, nullable=False),
    Column("by", Text, nullable=False),
)

subject_request = Table(
    "subject_request",
    metadata,
    Column("id", Number, primary_key=True),
    Column("kind", Key, nullable=False),  # access, correct, restrict, object, erase
    Column("state", Key, nullable=False, index=True),  # open, done, refused
    Column("lead", Key),  # while there is one
    Column("marks", Json, nullable=False),  # keyed hashes of the accounts: who asks can be told what was done
    Column("opened_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("closed_at", Moment),
    Column("by", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("detail", Json, nullable=False),  # counts, numbers of exports; nothing that names anybody
)

# Where erasures took rows out of a chain or words out of its rows: the links stay, sealed with the key.
chain_gap = Table(
    "chain_gap",
    metadata,
    Column("table", Key, primary_key=True),
    Column("row", Number, primary_key=True, autoincrement=False),
    Column("prev_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),  # as it was written
    Column("content", LargeBinary),  # hash of what is left of the row; absent where the row is gone
    Column("request", Number, nullable=False),
    Column("seal", LargeBinary, nullable=False),
)

# Places of erased people in lists of past nights: just what the list's digest is made of.
list_gap = Table(
    "list_gap",
    metadata,
    Column("receipt", Number, primary_key=True, autoincrement=False),
    Column("lead", Key, nullable=False),
    Column("total", Double, nullable=False),
    Column("section", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)
