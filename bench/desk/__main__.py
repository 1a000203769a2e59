"""The desk: exports beside writer libraries, server times under load.

Usage: python -m bench.desk [exports|server …] [LEADS]   (both parts, 100,000 leads without arguments)
"""

import importlib
import sys

from bench.report import report

PARTS = ("exports", "server")
LEADS = 100_000


def main(words: list[str]) -> None:
    """Run these parts and report."""
    leads = next((int(word) for word in words if word.isdecimal()), LEADS)
    names = [word for word in words if not word.isdecimal()]
    if unknown := sorted(set(names) - set(PARTS)):
        sys.exit(f"no part {unknown[0]!r}; there are: {', '.join(PARTS)}")
    modules = [importlib.import_module(f"bench.desk.{name}") for name in names or PARTS]
    report("desk", [row for module in modules for row in module.rows(leads)])


if __name__ == "__main__":
    main(sys.argv[1:])
