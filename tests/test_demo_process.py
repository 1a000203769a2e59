"""The server as a child process: it says when it is ready and never outlives its parent."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from sourcing.demo import serving
from sourcing.demo.server.__main__ import main
from sourcing.demo.server.faults import rates
from tests.demo_house import ANCHOR

ROOT = Path(__file__).parents[1]
WORDS = [sys.executable, "-m", "sourcing.demo.server", "--people", "20", "--anchor", ANCHOR.isoformat()]


def start() -> "subprocess.Popen[str]":
    return subprocess.Popen(WORDS, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)


def test_a_server_lives_as_long_as_its_block() -> None:
    with serving(anchor=ANCHOR, people=40, day=1, limits={"kaggle": "5/1"}, faults={"slow": 0.0}) as demo:
        assert demo.base.startswith("http://127.0.0.1:")
        assert demo.stats()["day"] == 1
        assert demo.control(day=2)["day"] == 2
    with pytest.raises(OSError, match="refused"):
        urlopen(f"{demo.base}/_stats", timeout=5)


def test_a_server_that_cannot_start_says_so(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RuntimeError, match="before it was ready"):
        serving(anchor=ANCHOR, people=5, limits={"moon": 1})
    assert "limit 'moon' is unknown" in capfd.readouterr().err


@pytest.mark.parametrize("way", ["stdin", "sigterm"])
def test_the_child_ends_by_itself(way: str) -> None:
    child = start()
    assert child.stdin is not None
    assert child.stdout is not None
    ready = json.loads(child.stdout.readline())
    assert ready["pid"] == child.pid
    with urlopen(f"http://127.0.0.1:{ready['port']}/robots.txt", timeout=5) as answer:
        assert answer.status == 200
    if way == "stdin":
        child.stdin.close()
    else:
        os.kill(child.pid, signal.SIGTERM)
    child.wait(15)
    child.stdout.close()
    child.stdin.close()


def test_arguments_are_checked() -> None:
    assert rates("429:0.02,slow:0.5") == {"429": 0.02, "slow": 0.5}
    assert rates("") == {}
    with pytest.raises(ValueError, match="fire"):
        rates("fire:1")
    with pytest.raises(SystemExit):
        main(["--people", "5"])
