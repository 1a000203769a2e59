"""The log of a night: one event, one line, without secrets, in the installation's `logs` folder.

Engines below log as they like; what reaches the file is cut, escaped and redacted here, in one place.
"""

import logging
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from traceback import extract_tb

FILE = "sourcing.log"
MOST_BYTES, KEPT = 2_000_000, 5  # of one file, and how many old ones
MOST_LINE = 2048  # code points
MOST_WITH_ERROR = 300  # of the message, where an error matters more than the record it met
FRAMES = 4  # innermost calls named with an error
HIDDEN = "***"
# Token shapes of the sources and the usual secret keys of addresses, after the exact values of our own secrets.
SHAPES = re.compile(
    r"\b(?:gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_\w{20,255}|hf_[A-Za-z0-9]{20,255}|KGAT_[A-Za-z0-9]{20,255}"
    r"|xox[abprs]-[A-Za-z0-9-]{10,255})"
)
IN_ADDRESS = re.compile(r"(?i)([?&](?:access_token|key|token|client_secret|api_key|sig)=)[^&\s'\"]{1,255}")
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@contextmanager
def to_file(folder: Path, secrets: Collection[str]) -> Iterator[Path]:
    """Send everything logged inside to the folder's log file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE
    handler = RotatingFileHandler(path, maxBytes=MOST_BYTES, backupCount=KEPT, encoding="utf-8", errors="replace")
    handler.setFormatter(OneLine(secrets))
    handler.setLevel(logging.INFO)  # below it, engines write whole records of people
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield path
    finally:
        root.removeHandler(handler)
        handler.close()


class OneLine(logging.Formatter):
    """One line per event: time, level, logger, message, error with its innermost calls."""

    def __init__(self, secrets: Collection[str]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")
        self._secrets = sorted((secret for secret in secrets if secret), key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        """Format an event as one line."""
        record.message = record.getMessage()
        record.asctime = f"{datetime.fromtimestamp(record.created, UTC):%Y-%m-%dT%H:%M:%SZ}"
        text = self.formatMessage(record)
        if record.exc_info and record.exc_info[1] is not None:
            text = f"{text[:MOST_WITH_ERROR]} | {_error(record.exc_info[1])}"
        return escaped(self._redacted(text))[:MOST_LINE]

    def _redacted(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return IN_ADDRESS.sub(rf"\1{HIDDEN}", SHAPES.sub(HIDDEN, text))


def escaped(text: str) -> str:
    """The text with control characters and line ends visible, `\\x1b`."""
    return CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def _error(error: BaseException) -> str:
    calls = extract_tb(error.__traceback__)[-FRAMES:]
    places = " < ".join(f"{Path(call.filename).name}:{call.lineno} {call.name}" for call in reversed(calls))
    return f"{type(error).__name__}: {error} at {places}"
