"""The tables, as SQLAlchemy Core: the one schema that migrations, queries and checks are read from."""

from storage.tables._collected import (
    account,
    account_event,
    account_seen,
    evidence,
    handle_history,
    lane_find,
    lane_state,
    quarantine,
    source_hold,
    tombstone,
    validator,
)
from storage.tables._decided import (
    counter,
    export,
    identity_key,
    identity_mark,
    identity_model,
    judgement,
    lead,
    lead_member,
    lead_status,
    night,
    receipt,
)
from storage.tables._types import Moment, metadata, moment_text

HEAD = "0002"  # the newest revision in migrations/versions; a test compares

__all__ = [
    "HEAD",
    "Moment",
    "account",
    "account_event",
    "account_seen",
    "counter",
    "evidence",
    "export",
    "handle_history",
    "identity_key",
    "identity_mark",
    "identity_model",
    "judgement",
    "lane_find",
    "lane_state",
    "lead",
    "lead_member",
    "lead_status",
    "metadata",
    "moment_text",
    "night",
    "quarantine",
    "receipt",
    "source_hold",
    "tombstone",
    "validator",
]
