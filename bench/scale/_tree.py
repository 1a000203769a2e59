"""Memory of a process with all it started, sampled: Spark is a machine of Java and several of Python."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

EVERY = 0.2  # seconds


class Watched:
    """What a process and all it started were seen to take."""

    def __init__(self) -> None:
        self.memory = 0.0  # most they held at once, MiB
        self._ticks: dict[int, int] = {}

    @property
    def busy(self) -> float:
        """Processor seconds until now, of those that ended too; the last fifth of a second of each may be missing."""
        self.look()
        return sum(self._ticks.values()) / os.sysconf("SC_CLK_TCK")

    def look(self) -> None:
        """See how it stands."""
        tree = _tree()
        self.memory = max(self.memory, sum(map(_memory, tree)))
        for pid in tree:
            self._ticks[pid] = max(_busy(pid), self._ticks.get(pid, 0))


@contextmanager
def watched() -> Iterator[Watched]:
    """Look at this process and its children five times a second."""
    ended, seen = threading.Event(), Watched()

    def watch() -> None:
        while not ended.wait(EVERY):
            seen.look()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join()


def _tree() -> set[int]:
    parents = {pid: parent for pid in _running() if (parent := _parent(pid)) is not None}
    tree, edge = {os.getpid()}, {os.getpid()}
    while edge := {pid for pid, parent in parents.items() if parent in edge} - tree:
        tree |= edge
    return tree


def _running() -> list[int]:
    return [int(one.name) for one in Path("/proc").iterdir() if one.name.isdecimal()]


def _parent(pid: int) -> int | None:
    told = _told(pid)
    return int(told[1]) if told else None


def _busy(pid: int) -> int:
    return sum(map(int, _told(pid)[11:13]))  # for programs and for the system


def _told(pid: int) -> list[str]:
    """What the system says of a process after its name; nothing of one that ended meanwhile."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def _memory(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    except OSError:
        return 0.0
    return next((float(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)
