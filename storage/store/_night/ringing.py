"""Ringing the bell of a shared night, apart from hearing it: whoever only writes needs no driver of PostgreSQL."""

from sqlalchemy import Connection, text

CHANNEL = "sourcing_night"


def ring(connection: Connection) -> None:
    """Say that there is news, once the caller's transaction is committed; nobody listens to a file."""
    if connection.dialect.name != "sqlite":
        connection.execute(text(f"NOTIFY {CHANNEL}"))
