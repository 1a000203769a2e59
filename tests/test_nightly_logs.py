"""The log: one line per event, no secrets, no control characters."""

import json
import logging
from pathlib import Path

import pytest

from sourcing.logs import MOST_LINE, escaped, to_file

CANARY = "canary-7d1f-secret"
GITHUB_SHAPE = "ghp" + "_" + "A1b2" * 9


def logged(folder: Path, *args: object, error: Exception | None = None) -> str:
    with to_file(folder, [CANARY, ""]) as path:
        logging.getLogger("tests").error(*args, exc_info=error)
    return path.read_text("utf-8")


@pytest.mark.parametrize(
    ("message", "hidden", "kept"),
    [
        (f"token {CANARY} refused", CANARY, "token *** refused"),
        (f"Authorization: Bearer {GITHUB_SHAPE}", GITHUB_SHAPE, "Bearer ***"),
        ("GET https://x.example/?page=2&access_token=abc123&q=1", "abc123", "page=2&access_token=***&q=1"),
        ("GET https://x.example/?KEY=abc123", "abc123", "?KEY=***"),
    ],
)
def test_secrets_are_hidden(tmp_path: Path, message: str, hidden: str, kept: str) -> None:
    for line in (logged(tmp_path / "a", "%s", message), logged(tmp_path / "b", "x", error=ValueError(message))):
        assert hidden not in line
        assert kept in line


def test_one_event_is_one_line_without_control_characters(tmp_path: Path) -> None:
    line = logged(tmp_path, "a\nb\x1b[31m\r\u2028c %s", "\x00")
    assert line.count("\n") == 1
    assert "a\\nb\\x1b[31m\\r\\u2028c \\x00" in line


def test_a_long_record_does_not_hide_the_error_it_met(tmp_path: Path) -> None:
    with pytest.raises(KeyError) as caught:
        _ = dict[str, str]()["login"]
    line = logged(tmp_path, "Error processing %s", "x" * 9_000, error=caught.value)
    assert "KeyError: 'login' at test_nightly_logs.py:" in line
    assert len(logged(tmp_path / "b", "y" * 9_000)) <= MOST_LINE + 1


def test_the_log_ends_with_the_night(tmp_path: Path) -> None:
    before = list(logging.getLogger().handlers)
    with to_file(tmp_path, []):
        assert len(logging.getLogger().handlers) == len(before) + 1
    assert logging.getLogger().handlers == before


def test_details_of_engines_stay_out(tmp_path: Path) -> None:
    with to_file(tmp_path, []) as path:
        logger = logging.getLogger("tests.engine")
        logger.setLevel(logging.DEBUG)
        logger.debug("Scraped from <200 …> Account(name='Ada')")
    assert path.read_text("utf-8") == ""


def test_a_text_that_looks_like_a_format_is_only_text(tmp_path: Path) -> None:
    assert "100 %s done %d" in logged(tmp_path, "%s", "100 %s done %d")
    assert escaped("Zoë 李 🙂") == "Zoë 李 🙂"


@pytest.mark.parametrize("message", [f"token {CANARY} refused", "a\nb\x1b[31m", 'quotes " and \\', "x" * 9_000])
def test_as_json_an_event_is_one_object_with_the_same_care(tmp_path: Path, message: str) -> None:
    with to_file(tmp_path, [CANARY], form="json") as path:
        logging.getLogger("tests").error("%s", message)
    text = path.read_text("utf-8")
    assert text.count("\n") == 1
    assert CANARY not in text
    assert len(text) <= MOST_LINE + 1
    event = json.loads(text)
    assert {"time", "level", "logger"} <= event.keys()
    assert event["level"] == "ERROR"
