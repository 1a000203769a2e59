"""That somebody was here before a term was over: keyed hashes, so that finding them again begins no new clock."""

from sqlalchemy import Boolean, Column, Table

from storage.tables._types import Key, Moment, Number, account_column, metadata

# Of accounts a term took away; nothing of the account itself.
forgotten = Table(
    "forgotten",
    metadata,
    Column("hash", Key, primary_key=True),  # HMAC-SHA-256 over source and id, hexadecimal
    Column("first_seen", Moment, nullable=False),  # when the person was first collected
    Column("held", Number, nullable=False),  # seconds they were held without being told, in all
    Column("over", Boolean, nullable=False),  # their term or the time to tell them is over: not stored again
    Column("until", Moment, nullable=False, index=True),  # when this row is forgotten itself
)

# Of accounts stored anew: the clocks they came with.
found_again = Table(
    "found_again",
    metadata,
    account_column("account", primary_key=True),
    Column("first_seen", Moment, nullable=False),
    Column("untold_from", Moment, nullable=False),  # as if held in one piece: now less what they were held before
)
