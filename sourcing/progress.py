"""How long work says where it is: one callable that takes a line, so that engines know no terminal."""

from collections.abc import Callable

Progress = Callable[[str], None]


def silent(line: str) -> None:
    """Say nothing."""
    del line
