"""What a process holds and has used (Linux)."""

import os
import subprocess
from pathlib import Path
from typing import NamedTuple


class Used(NamedTuple):
    """What a process that ended has used."""

    code: int
    said: str  # its standard error
    seconds: float  # of processor


def held(pid: int | str) -> int:
    """KiB a running process holds in memory; `pid` may be "self"."""
    return _status(pid, "VmRSS")


def peak() -> int:
    """KiB this process held at most; getrusage would count its parent's before the start too (Linux, execve(2))."""
    return _status("self", "VmHWM")


def _status(pid: int | str, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text("ascii", "replace").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))


def ended(child: "subprocess.Popen[str]") -> Used:
    """Wait for a process and give what it, and those it waited for, have used."""
    assert child.stderr is not None
    said = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)  # so that nobody else waits for it
    return Used(child.returncode, said, usage.ru_utime + usage.ru_stime)
