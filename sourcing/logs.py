"""The log of a night: one event, one line, without secrets, in the installation's `logs` folder.

Engines below log as they like; what reaches the file is cut, escaped and redacted here, in one place. A line is text
for people or, with `[logs] format = "json"`, one JSON object: time, level, logger, event, and the source and lane
where the event has one.
"""

import json
import logging
import re
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from traceback import extract_tb
from typing import Any

from storage.errors import StoreError
from storage.redaction import Secret, redacted

FILE = "sourcing.log"
TEXT, JSON = "text", "json"
MOST_BYTES, KEPT = 2_000_000, 5  # of one file, and how many old ones
MOST_LINE = 2048  # bytes, in which everything outside ASCII may take six of JSON's
MOST_WITH_ERROR = 300  # of the message, where an error matters more than the record it met
FRAMES = 4  # innermost calls named with an error
FIELDS = ("source", "lane", "night", "role")  # of an event, where its logger gave them
MOST_FIELD = 200  # code points
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


@contextmanager
def to_file(folder: Path, secrets: Collection[str] = (), *, form: str = TEXT, name: str = FILE) -> Iterator[Path]:
    """Send everything logged inside to a log file in the folder, as lines of text or of JSON.

    StoreError if there can be no such file. A disk that fills up later ends nothing: how many lines were lost is said.
    """
    for secret in secrets:
        Secret(secret)
    path = folder / name
    handler = _opened(path)
    handler.setFormatter(OneObject() if form == JSON else OneLine())
    handler.setLevel(logging.INFO)  # below it, engines write whole records of people
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield path
    finally:
        root.removeHandler(handler)
        with suppress(OSError):  # what could not be written is counted already
            handler.close()
        if handler.lost:
            sys.stderr.write(f"{path}: {handler.lost} lines of the log could not be written ({handler.why})\n")


def _opened(path: Path) -> "Lines":
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return Lines(path, maxBytes=MOST_BYTES, backupCount=KEPT, encoding="utf-8", errors="replace")
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {error.strerror}; free space or open the folder") from error


class Lines(RotatingFileHandler):
    """The file; of lines it cannot take only their number is kept, for the words of an event are not redacted yet."""

    lost, why = 0, ""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name of the standard library
        """Count a line that could not be written, and why."""
        del record
        error = sys.exception()
        self.lost += 1
        self.why = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__


class OneLine(logging.Formatter):
    """One line per event: time, level, logger, message, error with its innermost calls."""

    def format(self, record: logging.LogRecord) -> str:
        """Format an event as one line."""
        text = f"{_time(record)} {record.levelname} {record.name} {_message(record)}"
        return _cut(escaped(redacted(text)))


class OneObject(logging.Formatter):
    """One JSON object per event."""

    def format(self, record: logging.LogRecord) -> str:
        """Format an event as one object on one line; the message is cut before the object is."""
        event = escaped(redacted(_message(record)))
        made = {"time": _time(record), "level": record.levelname, "logger": record.name, "event": event, **_of(record)}
        while len(line := json.dumps(made)) > MOST_LINE:
            made["event"] = made["event"][: len(made["event"]) * MOST_LINE // (len(line) + 1)]
        return line


def _message(record: logging.LogRecord) -> str:
    """What is said, with the error where there is one."""
    try:
        text = record.getMessage()
    except (TypeError, ValueError, KeyError) as error:  # a format that does not fit its arguments: theirs, not ours
        text = f"{record.msg!s} [arguments left out: {error}]"
    if record.exc_info and record.exc_info[1] is not None:
        return f"{text[:MOST_WITH_ERROR]} | {_error(record.exc_info[1])}"
    return text


def _of(record: logging.LogRecord) -> dict[str, str]:
    """Fields an event was given; the loggers of spiders name the spider."""
    found: dict[str, Any] = {name: getattr(record, name, None) for name in FIELDS}
    found["source"] = found["source"] or getattr(getattr(record, "spider", None), "name", None)
    return {name: escaped(redacted(str(value)))[:MOST_FIELD] for name, value in found.items() if value is not None}


def _time(record: logging.LogRecord) -> str:
    return f"{datetime.fromtimestamp(record.created, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _cut(line: str) -> str:
    return line.encode("utf-8", "replace")[:MOST_LINE].decode("utf-8", "ignore")


def escaped(text: str) -> str:
    """The text with control characters, line ends and marks of direction visible, `\\x1b`."""
    return CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def _error(error: BaseException) -> str:
    calls = extract_tb(error.__traceback__)[-FRAMES:]
    places = " < ".join(f"{Path(call.filename).name}:{call.lineno} {call.name}" for call in reversed(calls))
    return f"{type(error).__name__}: {error} at {places}"
