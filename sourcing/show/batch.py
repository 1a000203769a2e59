"""What batch work did, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sourcing.show.text import counted, table

if TYPE_CHECKING:
    from sourcing.engine.dump import Dumped, Loaded, Tables

KEEP = "the folder holds personal data; an erasure finds it here, but no copy of it: delete it when the work is done"


def dumped(done: Dumped) -> str:
    """Rows per table, and where they are."""
    return "\n".join([_rows(done.rows), f"written to {done.address}"])


def tables(made: Tables) -> str:
    """Rows per table of a finished folder."""
    return "\n".join([_rows(made.rows), f"{counted(made.parts, 'part')}, {made.bytes / 1e6:,.1f} MB in {made.address}"])


def loaded(done: Loaded) -> str:
    """What became of receipts."""
    lines = [f"{counted(done.receipts, 'receipt')} of {done.role}, {done.written} changed"]
    if done.vanished:
        lines.append(f"{counted(done.vanished, 'lead')} not here any more: merged or erased since the dump")
    if done.newer:
        lines.append(f"{counted(done.newer, 'lead')} scored here since the dump")
    return "\n".join(lines)


def _rows(rows: dict[str, int]) -> str:
    return table(("table", "rows"), [(name, f"{count:,}") for name, count in rows.items()])
