"""Scoring: skills, places, adverts, labelled ranking sets, the synthetic web, columns.

Usage: python -m bench.scoring [skills|places|advert|sets|web|columns …]   (all without arguments)

What needs data that is absent is skipped and said.
"""

import importlib
import sys

from bench.report import report

PARTS = ("skills", "places", "advert", "sets", "web", "columns", "night")


def main(names: list[str]) -> None:
    """Run these parts and report."""
    if unknown := sorted(set(names) - set(PARTS)):
        sys.exit(f"no part {unknown[0]!r}; there are: {', '.join(PARTS)}")
    modules = [importlib.import_module(f"bench.scoring.{name}") for name in names or PARTS]
    report("scoring", [row for module in modules for row in module.rows()])


if __name__ == "__main__":
    main(sys.argv[1:])
