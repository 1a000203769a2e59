"""One export: who is in it, in which form, with its line in the ledger."""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, NamedTuple

from sourcing.config import Config
from sourcing.export.about import About, about, origins_of, text
from sourcing.export.collisions import Collision, Known
from sourcing.export.csv_file import write_csv
from sourcing.export.files import companion, durable, free_name, streamed
from sourcing.export.html_file import write_html
from sourcing.export.jsonl_file import write_jsonl
from sourcing.export.ledger import log_export
from sourcing.export.presets import PRESETS, Preset
from sourcing.export.stream import Left, lines
from sourcing.export.telling import untold_for
from sourcing.export.xlsx_file import write_xlsx
from sourcing.privacy.notices import render
from sourcing.ranking import Row
from storage.errors import ConfigError
from storage.records import Record
from storage.store import ExportRow, Store

FORMATS = ("csv", "xlsx", "jsonl", "html")
Writer = Callable[[Iterable[Row], BinaryIO], None]


class Wanted(Record):
    """What is to be exported, for whom and by whom."""

    role: str
    format: str = "csv"
    preset: str = ""  # columns of another system; its format is CSV
    by: str
    recipient: str = ""
    purpose: str = ""
    most: int | None = None  # the best so many
    include_known: bool = False  # hand over who is in the applicant tracking system already
    with_notice: bool = False  # put the notices of people nobody told yet beside the file


class Exported(Record):
    """What came out: files, how many people, who was left out and why."""

    files: tuple[Path, ...]
    leads: int
    again: bool  # the same list was given to the same recipient before: that file stands
    collisions: tuple[Collision, ...]
    left_out: dict[str, int]
    notices: int = 0  # people whose notice lies beside the files


class _Done(NamedTuple):
    path: Path
    again: bool


def write(
    store: Store, config: Config, wanted: Wanted, *, now: datetime, night: int | None = None, dry_run: bool = False
) -> Exported:
    """Export a role's list; nothing is written by a dry run, nor of nobody.

    Ranked people and those with too little evidence are in the file, named in a column; restricted ones and those who
    refuse recruiters never are. Candidates known already are listed instead of exported, unless asked for. A file for
    somebody else holds nobody whose notice is pending, unless the notice goes with it. ConfigError for an unknown
    format or preset, without an author or a purpose.
    """
    preset = _understood(wanted)
    wanted = wanted.model_copy(update={"purpose": _purpose(wanted, config)})
    left = Left([], Counter())
    known = None if wanted.include_known else Known.of(store)
    untold = untold_for(store, config, wanted.recipient)
    held_back = frozenset() if wanted.with_notice else untold
    rows = _kept(lines(store, wanted.role, left, known=known, most=wanted.most, untold=held_back), preset, left)
    head = about(
        config,
        store.held_by_source(),
        role=wanted.role,
        by=wanted.by,
        recipient=wanted.recipient,
        purpose=wanted.purpose,
        now=now,
    )
    done: list[_Done] = []
    leads = notices = 0
    for number, some in enumerate(_parts(rows, preset), 1):
        told = _Told()
        noted = told.noting(some)
        if dry_run:
            leads += sum(1 for _ in noted)
            continue
        path = free_name(config.exports_folder, _stem(wanted, number), now, wanted.format)
        done.append(_one(store, wanted, path, partial(_writer(wanted, preset, head), noted), told, head, night=night))
        leads += len(told.leads)
        if not done[-1].again:
            notices += _beside(store, config, path, head, told, untold)
    return Exported(
        files=tuple(one.path for one in done),
        leads=leads,
        again=bool(done) and all(one.again for one in done),
        collisions=tuple(left.collisions),
        left_out=dict(left.counts),
        notices=notices,
    )


def _purpose(wanted: Wanted, config: Config) -> str:
    """What for: as said, else the controller's purpose."""
    purpose = wanted.purpose.strip() or config.controller.purpose.strip()
    if not purpose and config.rules.export_needs_purpose:
        raise ConfigError("an export says what for; add --purpose TEXT or fill in [controller] purpose")
    return purpose


def _beside(store: Store, config: Config, path: Path, head: About, told: "_Told", untold: Collection[str]) -> int:
    """Write the companion of a file; gives how many notices are in it."""
    named = [lead for lead in told.leads if lead in untold]
    notices = [render(store, config, lead).body for lead in store.leads(named)]
    durable(companion(path), text(head, told.origins, notices).encode())
    return len(notices)


def _understood(wanted: Wanted) -> Preset | None:
    if wanted.format not in FORMATS:
        raise ConfigError(f"no export format {wanted.format!r}; there are: {', '.join(FORMATS)}")
    if not wanted.by.strip():
        raise ConfigError("an export names the person who makes it; add --by NAME")
    if not wanted.preset:
        return None
    if wanted.preset not in PRESETS:
        raise ConfigError(f"no preset {wanted.preset!r}; there are: {', '.join(PRESETS)}")
    if wanted.format != "csv":
        raise ConfigError(f"the preset {wanted.preset} is a CSV file; leave --format out")
    return PRESETS[wanted.preset]


def _kept(rows: Iterable[Row], preset: Preset | None, left: Left) -> Iterator[Row]:
    """The rows a preset can hold; the others are counted."""
    for row in rows:
        if preset is None or preset.needs(row):
            yield row
        else:
            left.counts[preset.why_not] += 1


def _parts(rows: Iterator[Row], preset: Preset | None) -> Iterator[Iterator[Row]]:
    """One stream of rows per file, none without a row, and no more people in one than the system takes."""
    most = preset.most if preset else 0
    while (first := next(rows, None)) is not None:
        rest = chain([first], rows)
        yield islice(rest, most) if most else rest


class _Told:
    """Whose rows went into a file, and a digest of what was said of them."""

    def __init__(self) -> None:
        self.leads: list[str] = []
        self.origins: list[tuple[str, Sequence[str]]] = []
        self.version = 0
        self._digest = hashlib.sha256()

    def noting(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Hand rows on and keep what the ledger needs."""
        for row in rows:
            self.leads.append(row.lead)
            self.origins.append(origins_of(row))
            self.version = max(self.version, row.role_version)
            self._digest.update(row.model_dump_json().encode())
            yield row

    def content(self, wanted: Wanted) -> str:
        """The same for the same list, in the same format, for the same recipient and purpose."""
        whole = self._digest.copy()
        for word in (wanted.role, wanted.format, wanted.preset, wanted.recipient, wanted.purpose):
            whole.update(f"{word}\n".encode())
        return whole.hexdigest()


def _writer(wanted: Wanted, preset: Preset | None, head: About) -> Writer:
    if preset is not None:
        return partial(write_csv, columns=preset.columns)
    if wanted.format == "csv":
        return write_csv  # a line that is no person would be read as one: its head lies beside it
    if wanted.format == "html":
        return partial(write_html, heading=f"Leads for {wanted.role}", head=head)
    return partial(write_xlsx, head=head) if wanted.format == "xlsx" else partial(write_jsonl, head=head)


def _one(
    store: Store,
    wanted: Wanted,
    path: Path,
    fill: Callable[[BinaryIO], None],
    told: _Told,
    head: About,
    *,
    night: int | None,
) -> _Done:
    """One file with its line in the ledger; the earlier file if that says the same and still lies there unchanged."""
    digest = streamed(path, fill)
    content = told.content(wanted)
    before = store.exported(content)
    if before is not None and _is_there(before):
        path.unlink()
        return _Done(Path(before.path), again=True)
    row = ExportRow(
        role=wanted.role,
        format=wanted.preset or wanted.format,
        path=str(path),
        sha256=digest,
        leads=tuple(told.leads),
        by=wanted.by.strip(),
        at=head.made_at,
        night=night,
        recipient=wanted.recipient,
        purpose=wanted.purpose,
        role_version=told.version,
        content=content,
        expires_at=head.expires_at,
    )
    log_export(store, row.model_copy(update={"id": store.record_export(row)}))
    return _Done(path, again=False)


def _is_there(row: ExportRow) -> bool:
    try:
        with Path(row.path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == row.sha256
    except OSError:
        return False


def _stem(wanted: Wanted, number: int) -> str:
    parts = [wanted.role, wanted.preset, f"part{number}" if number > 1 else ""]
    return "-".join(part for part in parts if part)
