"""What grows how: each part a file of this folder.

Usage: python -m bench.scale [PART [NUMBER …]]   (all parts without arguments; what a part takes is said in it)

What needs something that is absent is skipped and said.
"""

import importlib
import pkgutil
import sys
from pathlib import Path

from bench.report import report


def parts() -> list[str]:
    """The parts there are."""
    found = (module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]))
    return sorted(name for name in found if not name.startswith("_"))


def main(words: list[str]) -> None:
    """Run a part, or all, and report."""
    if words and words[0] not in parts():
        sys.exit(f"no part {words[0]!r}; there are: {', '.join(parts())}")
    numbers = [int(word.replace("_", "")) for word in words[1:]]
    for name in words[:1] or parts():
        module = importlib.import_module(f"bench.scale.{name}")
        report(f"scale-{name}", list(module.rows(*numbers)))


if __name__ == "__main__":
    main(sys.argv[1:])
