"""Exports and their ledger as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sourcing.show.text import clean, counted, moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sourcing.export.ledger import Held
    from sourcing.export.pack import Packed, Returned
    from sourcing.export.writing import Exported
    from storage.store import ExportRow


def exported(done: Exported) -> str:
    """The files, then who is not in them and why."""
    return "\n".join(_exported(done))


def _exported(done: Exported) -> Iterator[str]:
    for file in done.files:
        yield str(file)
    people = counted(done.leads, "person", "people")
    if not done.leads:
        yield "nobody is in it, so nothing was written"
    elif not done.files:
        yield f"{people} would be in it; nothing was written"
    else:
        yield f"{people}{'; the same list was exported before, that file stands' if done.again else ''}"
    if done.notices:
        yield f"{counted(done.notices, 'notice')} to be given with the first message lie beside the file"
    for reason, count in sorted(done.left_out.items()):
        yield f"left out: {count} ({reason})"
    for one in done.collisions:
        yield f"known already, not exported: {one.lead} {clean(one.name)}, by {one.by}: {clean(one.candidate)}"


def packed(done: Packed) -> str:
    """The pack, then who is not in it and why."""
    lines = [str(done.file)]
    if done.notices:
        lines.append(f"{counted(done.notices, 'notice')} to be given with the first message lie beside the file")
    return "\n".join([*lines, *(f"left out: {count} ({reason})" for reason, count in sorted(done.left_out.items()))])


def ledger(rows: Sequence[ExportRow]) -> str:
    """A line per file, oldest first."""
    return "\n".join(_line(row) for row in rows) or "nothing was exported yet"


def held(files: Sequence[Held]) -> str:
    """The files that hold a person."""
    lines = [f"{_line(one.export)}{'' if one.still_there else '  (no longer there)'}" for one in files]
    return "\n".join(lines) or "no export holds this person"


def returned(done: Returned) -> str:
    """How many decisions came back, and what could not be used."""
    lines = [f"{counted(len(done.decided), 'decision', 'decisions')}, {done.empty} left empty"]
    return "\n".join([*lines, *(f"not used: {clean(line)}" for line in done.refused)])


def _line(row: ExportRow) -> str:
    to = f" to {clean(row.recipient)}" if row.recipient else ""
    why = f" for {clean(row.purpose)}" if row.purpose else ""
    people = counted(len(row.leads), "person", "people")
    role = f"{row.role} version {row.role_version}"
    return f"{row.id}  {moment(row.at)}  {role}  {people}  {row.format}  by {clean(row.by)}{to}{why}  {row.path}"
