"""Which engine does batch work: this machine's, or Spark where the settings or the command name it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from sourcing.config import ENGINES
from sourcing.engine.folder import Draft, Folder
from sourcing.engine.stage import Stage
from sourcing.identity.model import Model
from sourcing.progress import Progress, silent
from storage.errors import ConfigError

LOCAL = "local"


class Engine(Protocol):
    """Who does batch work."""

    def run(self, stage: Stage, source: Folder, target: Draft) -> int:
        """Do a stage; gives the rows written."""

    def pairs(self, source: Folder, target: Draft, model: Model) -> int:
        """Compare all accounts of the table `facts`; gives the pairs written."""

    def close(self) -> None:
        """End what was begun."""


@contextmanager
def engine(name: str, progress: Progress = silent) -> Iterator[Engine]:
    """The engine of this name; ConfigError if there is none, or something it needs is missing here."""
    if not re.fullmatch(ENGINES, name):
        raise ConfigError(f"no engine {name!r}; there are: local, spark-local[2], spark://host:7077")
    chosen = _made(name, progress)
    try:
        yield chosen
    finally:
        chosen.close()


def _made(name: str, progress: Progress) -> Engine:
    if name == LOCAL:
        from sourcing.engine.local import Local

        return Local(progress)
    from sourcing.engine.spark import Spark

    return Spark(name, progress)
