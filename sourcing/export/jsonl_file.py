"""Rows as JSON Lines: one object a row with everything a list says, texts as they are."""

from collections.abc import Iterable
from typing import BinaryIO

from sourcing.ranking import Row


def write_jsonl(rows: Iterable[Row], file: BinaryIO) -> None:
    """Write the whole file."""
    write = Row.__pydantic_serializer__.to_json
    for row in rows:
        file.write(write(row))
        file.write(b"\n")
