"""Whom we told that we hold data about them, and whom we need not tell."""

from sqlalchemy import Column, ForeignKey, Table, Text

from storage.tables._types import Json, Key, Moment, Number, metadata

# What was said or done about a lead's notice; of the live rows the strongest counts. Goes where the lead's id goes.
notice = Table(
    "notice",
    metadata,
    Column("id", Number, primary_key=True),
    Column("lead", Key, ForeignKey("lead.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("state", Key, nullable=False),  # given, proposed (an exemption nobody confirmed yet), exempt
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("channel", Text, nullable=False),  # how it was given: "e-mail", "message at GitHub" …; "" for exemptions
    Column("language", Text, nullable=False),
    Column("digest", Text, nullable=False),  # SHA-256 of the text given, "" if it was not rendered here
    Column("reason", Text, nullable=False),  # of an exemption
    Column("sources", Json, nullable=False),  # accounts the text named, so that one found later is seen to be missing
)
