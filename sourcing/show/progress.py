"""Progress on standard error: one moving line on a terminal, plain lines everywhere else."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from sourcing.progress import Progress


@contextmanager
def shown() -> Iterator[Progress]:
    """Give a progress that people can see; results on standard output stay clean."""
    if not sys.stderr.isatty():
        yield lambda line: print(line, file=sys.stderr, flush=True)
        return
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True).status("starting") as status:
        yield lambda line: status.update(Text(line))
