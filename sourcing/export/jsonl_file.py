"""Rows as JSON Lines: the head of the file, then one object a row with everything a list says, texts as they are."""

from collections.abc import Iterable
from typing import BinaryIO

import orjson

from sourcing.export.about import About
from sourcing.ranking import Row


def write_jsonl(rows: Iterable[Row], file: BinaryIO, head: About | None = None) -> None:
    """Write the whole file; its head is the first line, {"about": …}."""
    if head is not None:
        file.write(orjson.dumps({"about": head.model_dump(mode="json")}))
        file.write(b"\n")
    write = Row.__pydantic_serializer__.to_json
    for row in rows:
        file.write(write(row))
        file.write(b"\n")
