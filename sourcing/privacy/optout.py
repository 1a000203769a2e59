"""The opt-out page, and the requests that come back: a static page without scripts, a file of requests read in."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from sourcing.config import Config
from sourcing.export.files import durable
from sourcing.html import environment
from sourcing.nightly import active_roles
from sourcing.privacy.erasing import erase
from sourcing.privacy.legal import processing
from sourcing.privacy.restricting import object_to, restrict
from sourcing.privacy.subject import the_one
from storage.errors import ConfigError, SourcingError, UnknownLead
from storage.records import Record
from storage.store import Store

FOLDER = Path(__file__).parent / "texts"
PAGE = "index.html"
CODE = "OBJECT"  # first word of a subject line, before the code of a notice
KINDS = ("restrict", "object", "erase")
COLUMNS = ("request", "who")
MOST_BYTES = 1_000_000
# Does what is asked of a lead: kind, name, who entered it, when; gives what was done in one sentence.
Act = Callable[[str, str], str]


class Asked(Record):
    """One line of a file of requests, and what came of it."""

    line: int
    request: str
    done: str = ""  # what was done
    refused: str = ""  # why nothing was


class Imported(Record):
    """What a file of requests came to. It never repeats who asked."""

    rows: tuple[Asked, ...]
    counts: Mapping[str, int]

    @property
    def exit_code(self) -> int:
        """1 if a line could not be used."""
        return int(any(row.refused for row in self.rows))


def build(store: Store, config: Config, folder: Path, *, now: datetime) -> Path:
    """Write the page; ConfigError without a controller."""
    config.require_controller()
    record = processing(store, config, now=now)
    to = config.controller.rights_contact
    page = environment(FOLDER).get_template("optout.html")
    body = page.render(
        record=record,
        to=to,
        link=f"mailto:{quote(to, safe='@')}?subject={quote(CODE)}" if "@" in to else to,
        code=CODE,
        made=now,
    )
    return durable(folder / PAGE, body.encode())


def read(file: Path, act: Act) -> Imported:
    """Carry out the requests of a CSV with the columns `request` (restrict, object, erase) and `who`.

    `who` is the code of a notice or anything `sourcing lead show` takes. A line that names nobody, or more than one
    person, is refused and counted; the others are carried out. ConfigError if it is no such file.
    """
    rows = tuple(_done(number, row, act) for number, row in _rows(file))
    counts = {kind: sum(1 for row in rows if row.request == kind and row.done) for kind in KINDS}
    counts["refused"] = sum(1 for row in rows if row.refused)
    return Imported(rows=rows, counts={name: count for name, count in counts.items() if count})


def acting(store: Store, config: Config, *, by: str, now: datetime) -> Act:
    """Carry out one request after the other as `sourcing subject` does; erasing takes the installation's key.

    Whoever objects is hidden at once, and the request stays open until somebody erases or answers.
    """
    roles = tuple(active_roles(config))

    def act(kind: str, who: str) -> str:
        try:
            name = the_one(store, who).called
        except ConfigError as error:  # its message repeats who asked
            raise UnknownLead("more than one person") from error
        if kind == "erase":
            done = erase(config, store, name, by=by, now=now, roles=roles)
            told = ", ".join(sorted({one.recipient for one in done.to_tell if one.recipient})) or "nobody"
            return f"erased and kept away, request {done.erased.request}; to be told: {told}"
        hide = restrict if kind == "restrict" else object_to
        number = hide(config, store, name, by=by, now=now).request
        return f"hidden, request {number}" + ("" if kind == "restrict" else " is open: erase or answer it")

    return act


def _done(number: int, row: Mapping[str, str], act: Act) -> Asked:
    kind, who = row["request"].strip().casefold(), row["who"].strip()
    if kind not in KINDS:
        return Asked(line=number, request=kind[:40], refused=f"no request {kind[:40]!r}; there are: {', '.join(KINDS)}")
    if not who:
        return Asked(line=number, request=kind, refused="names nobody")
    try:
        return Asked(line=number, request=kind, done=act(kind, who.removeprefix(CODE).strip()))
    except UnknownLead:
        return Asked(line=number, request=kind, refused="nobody, or more than one person, answers to that name")
    except SourcingError as error:
        return Asked(line=number, request=kind, refused=str(error))


def _rows(file: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    try:
        body = file.read_bytes()
        text = body[: MOST_BYTES + 1].decode("utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read ({error.strerror}); check the path") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: is not UTF-8 text; save it as UTF-8") from error
    if len(body) > MOST_BYTES:
        raise ConfigError(f"{file}: larger than {MOST_BYTES} bytes; split it")
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip().casefold() for name in next(lines, [])]
        if any(name not in header for name in COLUMNS):
            raise ConfigError(f"{file}:1: the first line must name the columns {' and '.join(COLUMNS)}")
        for number, row in enumerate(lines, 2):
            if any(cell.strip() for cell in row):
                filled = [*row, *[""] * (len(header) - len(row))]
                yield number, dict(zip(header, filled, strict=False))
    except csv.Error as error:
        raise ConfigError(f"{file}: is not readable CSV ({error}); write `request,who` and a line each") from error
