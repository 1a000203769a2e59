"""Batch work on this machine at two sizes: processor time per lead and stage, and how it grows.

Usage: python -m bench.scale batch [LEADS]   (at LEADS / 10 and at LEADS, 20,000)
"""

import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from bench.desk._crowd import NOW, ROLE, WORK, installation
from bench.report import Row
from bench.scale._tree import Watched, watched
from scoring.roles import find_role
from sourcing.engine import stages
from sourcing.engine.dump import dump, model_of
from sourcing.engine.folder import Draft, Folder
from sourcing.engine.local import Local
from sourcing.identity.settings import Settings
from sourcing.process import start_quickly
from storage.store import Store

LEADS, TIMES = 20_000, 10
MOST_GROWTH = 13.0  # times the processor time for ten times the leads: n log n is 12
FLOOR = 0.5  # seconds under which a stage says nothing of growth


class Size(NamedTuple):
    """Processor seconds per stage, and bytes of what was dumped."""

    seconds: dict[str, float]
    bytes: int


def rows(leads: int = LEADS) -> Iterator[Row]:
    """All figures of this part."""
    start_quickly()  # as the command does
    with watched() as seen:
        small, large = measured(leads // TIMES, seen), measured(leads, seen)
    for name, took in large.seconds.items():
        yield Row(
            f"{name}, {leads:,} leads with {WORK} pieces of work each", took / leads * 1000, "ms of processor each"
        )
        if small.seconds[name] >= FLOOR:
            growth = took / small.seconds[name]
            yield Row(
                f"{name}, {TIMES} times the leads", growth, "times", "", f"≤ {MOST_GROWTH:g}", growth <= MOST_GROWTH
            )
    yield Row("a dump, per lead", large.bytes / leads, "bytes")
    yield Row("most memory, all of the above", seen.memory, "MiB")


def measured(leads: int, seen: Watched) -> Size:
    """All stages once, in a new installation."""
    role, local = find_role(ROLE), Local()
    with tempfile.TemporaryDirectory() as home:
        config, _ = installation(Path(home) / "house", leads)
        target, made = Draft(f"{home}/dump"), Draft(f"{home}/made")
        with Store.open(config.database_url) as store:
            took = {"dump": _busy(seen, lambda: dump(store, target, now=NOW, settings=Settings()))}
        source = Folder(target.address)
        for stage in stages.features(role, NOW):
            took[stage.name] = _busy(seen, partial(local.run, stage, source, made))
        made.finish(role=role.role)
        weighed, pairs = Draft(f"{home}/scores"), Draft(f"{home}/pairs")
        took["scores"] = _busy(seen, lambda: local.run(stages.scores(role), Folder(made.address), weighed))
        took["pairs"] = _busy(seen, lambda: local.pairs(source, pairs, model_of(source)))
        return Size(took, sum(part.bytes for part in source.manifest.parts))


def _busy(seen: Watched, work: Callable[[], object]) -> float:
    before = seen.busy
    work()
    return seen.busy - before
