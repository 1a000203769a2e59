"""`python -m bench.faults._night SETTINGS NOW [plain]`: one night as the command runs it; progress to standard error.

`plain`: requests go out in the order in which they came up, and no source has a claim on what all share.
"""

import sys
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bench._memory import peak
from sourcing import nightly
from sourcing.config import load
from sourcing.crawl import running

PEAK = "KiB of memory at most: "  # how its last line begins


def main() -> int:
    """Run the night."""
    config = load(Path(sys.argv[1]))
    with ExitStack() as ways:
        if sys.argv[3:] == ["plain"]:
            _make_plain(ways)
        report = nightly.run(config, now=datetime.fromisoformat(sys.argv[2]), progress=_tell)
    for outcome in report.night.outcomes:
        if outcome.state not in ("done", "skipped"):
            _tell(f"{outcome.source} ended {outcome.state}: {outcome.reason}")
    _tell(f"{PEAK}{peak()}")
    # Here a source at its limit, or one with answers of no use, is no failure; a traceback ends with 1.
    return 130 if report.interrupted else 0


def _make_plain(ways: ExitStack) -> None:
    ours = running.settings

    def settings(*args: Any, **kwargs: Any) -> Any:
        made = ours(*args, **kwargs)
        made.set("SCHEDULER", "bench.faults._plain.Arrival", priority="cmdline")
        return made

    ways.enter_context(patch.object(running, "settings", settings))
    ways.enter_context(patch.object(running, "claims_of", lambda *_: {}))


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
