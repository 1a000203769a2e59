"""A calibration pack: ten people of a list, handed to a hiring manager as a file, that comes back as decisions.

Half of them from the top, half spread over the rest, so that a "no" further up and a "yes" further down both tell
something. Anonymous packs hold neither names, handles, places, employers nor addresses.
"""

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sourcing.config import Config
from sourcing.decisions import REASONS, decide
from sourcing.export.about import about, origins_of
from sourcing.export.about import text as about_text
from sourcing.export.cells import guard, unguarded
from sourcing.export.files import companion, durable, free_name
from sourcing.export.ledger import log_export
from sourcing.export.stream import UNTOLD, Left, lines
from sourcing.export.telling import untold_for
from sourcing.privacy.notices import render
from sourcing.ranking import Row
from storage.errors import ConfigError, SourcingError
from storage.records import Decision, Record
from storage.store import ExportRow, Store

SIZE = 10
SPREAD = 100  # places of the list the second half is taken from
FORMAT, ANONYMOUS = "pack", "anonymous pack"
TO_FILL = ("decision", "reason", "note")
MOST_BYTES = 1_000_000


class Returned(Record):
    """What came of a pack that came back."""

    decided: tuple[Decision, ...]
    empty: int  # lines nobody filled in
    refused: tuple[str, ...]  # lines that could not be used, each with the reason


class Packed(Record):
    """A pack that was written: the file, who is not in it and why, how many notices lie beside it."""

    file: Path
    left_out: dict[str, int]
    notices: int = 0


def write_pack(
    store: Store,
    config: Config,
    role: str,
    *,
    by: str,
    recipient: str,
    anonymous: bool,
    now: datetime,
    with_notice: bool = False,
) -> Packed:
    """Write a pack and its line in the ledger; ConfigError without an author or anybody to show.

    For somebody else it holds nobody whose notice is pending, unless the notice goes with it. A notice names the
    person: ConfigError for one with an anonymous pack.
    """
    if not by.strip():
        raise ConfigError("a pack names the person who makes it; add --by NAME")
    if anonymous and with_notice:
        raise ConfigError("a notice names the person, an anonymous pack nobody; leave --with-notice out")
    untold = untold_for(store, config, recipient)
    left = Left([], Counter())
    held_back = frozenset() if with_notice else untold
    chosen = _chosen(list(lines(store, role, left, sections=("ranked",), most=SPREAD, untold=held_back)))
    if not chosen:
        raise ConfigError(_nobody(role, left))
    path = free_name(config.exports_folder, f"{role}-pack", now, "csv")
    name = _name(role, path, now)
    body = _table([_cells(number, name, row, anonymous=anonymous) for number, row in enumerate(chosen, 1)])
    durable(path, body)
    head = about(
        config, store.held_by_source(), role=role, by=by.strip(), recipient=recipient, purpose="calibration", now=now
    )
    told = [one.lead for one in chosen if one.lead in untold]
    notices = [render(store, config, lead).body for lead in store.leads(told)]
    durable(companion(path), about_text(head, [] if anonymous else list(map(origins_of, chosen)), notices).encode())
    row = ExportRow(
        role=role,
        format=ANONYMOUS if anonymous else FORMAT,
        path=str(path),
        sha256=hashlib.sha256(body).hexdigest(),
        leads=tuple(one.lead for one in chosen),
        by=by.strip(),
        at=now,
        recipient=recipient,
        purpose="calibration",
        role_version=max(one.role_version for one in chosen),
        content=name,
        expires_at=head.expires_at,
    )
    log_export(store, row.model_copy(update={"id": store.record_export(row)}))
    return Packed(file=path, left_out=dict(left.counts), notices=len(notices))


def _nobody(role: str, left: Left) -> str:
    if left.counts[UNTOLD]:
        return f"nobody of {role} can be in it: {left.counts[UNTOLD]} are {UNTOLD}"
    return f"nobody is ranked for {role} yet; run `sourcing score` first"


def read_pack(store: Store, path: Path, *, by: str, now: datetime) -> Returned:
    """Turn a filled-in pack into decisions of whoever filled it in; ConfigError if it is no pack of ours.

    The same pack again changes nothing: a decision that stands is not written twice.
    """
    rows = _read(path)
    name = rows[0]["pack"]
    made = store.exported(name)
    if made is None or made.format not in (FORMAT, ANONYMOUS):
        raise ConfigError(f"{path}: no pack {name!r} was written here; `sourcing exports list` names those that were")
    decided, refused, empty = [], [], 0
    for row in rows:
        if not row["decision"].strip():
            empty += 1
            continue
        try:
            decided.append(_decide(store, made, row, by=by, now=now))
        except SourcingError as error:
            refused.append(f"line {row['number']}: {error}")
    return Returned(decided=tuple(decided), empty=empty, refused=tuple(refused))


def _decide(store: Store, made: ExportRow, row: dict[str, str], *, by: str, now: datetime) -> Decision:
    number = row["number"].strip()
    if row["pack"] != made.content or not number.isdecimal() or not 1 <= int(number) <= len(made.leads):
        raise ConfigError(f"pack {row['pack']!r} has no number {number!r}; leave these two columns as they were")
    reason, note = row["reason"].strip(), row["note"].strip()
    if reason and reason not in REASONS:  # what people write in their own words is kept as their words
        reason, note = "other", f"{reason} {note}".strip()
    answer = row["decision"].strip().casefold()
    lead = store.lead(made.leads[int(number) - 1]).id  # merged since: the lead it lives on in
    return decide(
        store,
        lead,
        made.role,
        answer,
        reason=reason or "other",
        note=note,
        by=by,
        now=now,
        listed=f"{made.role}/{made.content}",
    )


def _chosen(rows: Sequence[Row]) -> list[Row]:
    """The best five, and five spread evenly over the rest; all of them where there are no more than ten."""
    if len(rows) <= SIZE:
        return list(rows)
    top, rest = rows[: SIZE // 2], rows[SIZE // 2 :]
    wanted = SIZE - len(top)
    return [*top, *(rest[(2 * at + 1) * len(rest) // (2 * wanted)] for at in range(wanted))]


def _name(role: str, path: Path, now: datetime) -> str:
    """A name for the pack that says nothing of who is in it."""
    return f"pack-{hashlib.sha256(f'{role}/{path.name}/{now.isoformat()}'.encode()).hexdigest()[:12]}"


def _cells(number: int, pack: str, row: Row, *, anonymous: bool) -> dict[str, str]:
    """One line; what the components say of a person names places and languages only in the parts left out here."""
    told = {"pack": pack, "number": str(number)}
    if not anonymous:
        told |= {"name": row.name, "profiles": " ".join(row.profiles), "location": row.location or ""}
        told |= {"company": row.company or "", "headline": row.headline or "", "evidence": " ".join(row.evidence)}
    told |= {"score": f"{row.total:.2f}", "range": f"{row.low:.2f}–{row.high:.2f}", "known": f"{row.coverage:.0%}"}
    reasons = [reason for reason in row.reasons if not anonymous or _says_no_place(reason)]
    told |= {f"reason_{at}": reasons[at - 1] if len(reasons) >= at else "" for at in (1, 2)}
    weakest = row.weakest if not anonymous or _says_no_place(row.weakest) else ""
    return told | {"weakest": weakest} | dict.fromkeys(TO_FILL, "")


def _says_no_place(reason: str) -> bool:
    return not reason.startswith(("location:", "language:", "title:"))


def _table(rows: Sequence[dict[str, str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(rows[0])
    writer.writerows([guard(cell) for cell in row.values()] for row in rows)
    return text.getvalue().encode("utf-8-sig")  # spreadsheets take it for UTF-8 by its mark


def _read(path: Path) -> list[dict[str, str]]:
    try:
        body = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    if len(body) > MOST_BYTES:
        raise ConfigError(f"{path}: {len(body):,} bytes are no pack of ours; give the file that was filled in")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("cp1252", "replace")  # how some spreadsheets save what they were given as UTF-8
    dialect = csv.excel()
    dialect.delimiter = max(",;\t", key=text.partition("\n")[0].count)
    try:
        read = list(csv.DictReader(io.StringIO(text, newline=""), dialect=dialect))
    except csv.Error as error:
        raise ConfigError(f"{path}: not readable as CSV: {error}; save it as CSV again") from error
    rows = [{key: unguarded(cell) for key, cell in row.items() if key and isinstance(cell, str)} for row in read]
    missing = [name for name in ("pack", "number", *TO_FILL) if not rows or any(name not in row for row in rows)]
    if missing:
        raise ConfigError(f"{path}: no column {missing[0]!r}; give the pack that was filled in, with all its columns")
    return rows
