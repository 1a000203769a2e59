"""Real biographies, model cards and READMEs: nobody among them gives orders to a machine, and nobody is taken for it.

All texts that hold a space were read by the rules once, and what they found was looked at by hand: nothing.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from storage.text import has_instructions

FOLDER = Path(__file__).parents[3] / "shared" / "recordings"
LONGEST = 4_000  # code points kept of a text
LEAST = 15
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="no recordings beside the project (../shared/recordings)"),
]


def texts(given: Any) -> Iterator[str]:
    """Every text of a recorded answer that may be a sentence."""
    waiting = [given]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict | list):
            waiting += one.values() if isinstance(one, dict) else one
        elif isinstance(one, str) and len(one) >= LEAST and " " in one:
            yield one[:LONGEST]


def test_nobody_is_taken_for_an_attacker() -> None:
    files = [file for file in sorted(FOLDER.glob("*/*.jsonl")) if file.parent.name != "hostile"]
    lines = [line for file in files for line in file.read_text("utf-8").split("\n") if line]
    found = {text for line in lines for text in texts(json.loads(line))}
    assert len(found) > 5_000
    assert [text[:20] for text in found if has_instructions(text)] == []
