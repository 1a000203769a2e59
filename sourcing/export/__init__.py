"""Lists as files, written whole or not at all, each with a row in the ledger."""

from sourcing.export.files import durable, streamed
from sourcing.export.writing import FORMATS, Exported, Wanted, write

__all__ = ["FORMATS", "Exported", "Wanted", "durable", "streamed", "write"]
