"""Lists as files: CSV and JSON Lines, written whole or not at all, each with a row in the ledger."""

from sourcing.export.writing import FORMATS, durable, write

__all__ = ["FORMATS", "durable", "write"]
