"""Nights one after another in one process: `python -m bench.faults._loop SETTINGS`.

Each line of standard input is the time a night begins; each line of standard output its exit code and what the process
holds after it, in KiB, once what it freed went back to the system.
"""

import ctypes
import gc
import sys
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from bench._memory import held
from sourcing import nightly
from sourcing.config import load


def main() -> None:
    """Run the nights."""
    config = load(Path(sys.argv[1]))
    for line in sys.stdin:
        report = nightly.run(config, now=datetime.fromisoformat(line.strip()))
        code = 130 if report.interrupted else 0  # a source with answers of no use is no failure here
        del report
        gc.collect()
        with suppress(AttributeError):  # not glibc
            ctypes.CDLL(None).malloc_trim(0)  # what is free already is no growth
        print(code, held("self"), flush=True)


if __name__ == "__main__":
    main()
