"""What a tight budget brings: well-ranked people per 1,000 requests, beside a plain breadth-first crawl.

Both sides are the same spiders with the same settings on the same invented people, each from an empty database, and
stop after the same number of requests over all sources. Plain: requests go out in the order in which they came up,
side by side over all sources and lanes; nothing is learned. Ours: the frontier as it is, on its first night, when only
the sources' cards and forecasts are known, and with what one undisturbed night on other invented people has taught.
Well-ranked is a lead in the ranked section with a total of 0.6 or more (`sourcing.crawl.worth.QUALIFIED`), scored after
the crawl in the same way on both sides. The spiders' own order (GitHub's most interesting people first, say) holds on
both sides, which is to the plain side's advantage.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import tomlkit

from bench.faults._world import Web, installation, opened, start, web
from bench.report import Row, report
from sourcing.crawl.worth import MEMORY, QUALIFIED
from sourcing.demo.run import ROLE
from storage.records import LaneState

TAUGHT_BY = 400  # people of the world that taught
SHARES = (0.05, 0.1, 0.2)  # of the requests of a night without a limit
BAR = 3.0


@dataclass(frozen=True)
class Night:
    """What a night asked and brought."""

    requests: int
    qualified: int
    leads: int
    seconds: float

    @property
    def yielded(self) -> float:
        """Well-ranked people per 1,000 requests."""
        return 1000 * self.qualified / max(1, self.requests)


def yields(people: int, seed: str = "demo") -> list[Row]:
    """Run all sides and give the figures."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        with web(TAUGHT_BY, seed="teacher") as served:
            _, learned = _night(here / "teacher", served)
        with web(people, seed=seed) as served:
            whole, _ = _night(here / "whole", served)
            rows = [_row("without a limit", whole)]
            for share in SHARES:
                rows += _at(here, served, share, whole, learned)
    return rows


def _at(here: Path, served: Web, share: float, whole: Night, learned: LaneState) -> list[Row]:
    budget = max(1, int(share * whole.requests))
    plain, _ = _night(here / f"plain{share}", served, budget=budget, way="plain")
    first, _ = _night(here / f"first{share}", served, budget=budget)
    taught, _ = _night(here / f"taught{share}", served, budget=budget, learned=learned)
    named = f"{budget:,} requests ({share:.0%})"
    # Where plain finds a third of all there are, no order of the questions could meet the bar.
    ceiling = whole.qualified / plain.qualified if plain.qualified else float("inf")
    rows = [_row(f"{named}, plain", plain), _row(f"{named}, first night", first), _row(f"{named}, taught", taught)]
    rows += [
        _over(f"{named}: {name} over plain", side, plain, ceiling)
        for name, side in (("first night", first), ("taught", taught))
    ]
    return [*rows, Row(f"{named}: ceiling", ceiling, "×", "what a night without a limit finds, over plain")]


def _over(name: str, side: Night, plain: Night, ceiling: float) -> Row:
    """A side beside plain; a bar that no order can meet is said to be one, and is not judged."""
    ratio = side.yielded / plain.yielded if plain.qualified else float("inf")
    if ratio < BAR and ceiling < BAR:
        return Row(name, ratio, "×", f"ceiling {ceiling:.3g}", f"≥ {BAR:g}: cannot", None)
    return Row(name, ratio, "×", f"ceiling {ceiling:.3g}", f"≥ {BAR:g}", ratio >= BAR)


def _row(name: str, night: Night) -> Row:
    told = f"{night.qualified:,} of {night.leads:,} leads at {QUALIFIED} or more, {night.requests:,} requests"
    return Row(name, night.yielded, "per 1,000 requests", f"{told}, {night.seconds:.0f} s")


def _night(
    folder: Path, served: Web, *, budget: int | None = None, way: str = "", learned: LaneState | None = None
) -> tuple[Night, LaneState]:
    path = installation(folder, served)
    if budget is not None:
        settings = tomlkit.parse(path.read_text("utf-8"))
        settings["crawl"]["max_requests"] = budget
        path.write_text(tomlkit.dumps(settings), "utf-8")
    if learned is not None:
        with opened(path) as store:
            store.keep_lane_state(learned)
    mark, began = served.mark(), time.monotonic()
    with start(path, database="", day=0, attempt=0, way=way) as child:
        assert child.stderr is not None
        said = child.stderr.read()
    if child.returncode != 0:
        raise RuntimeError(f"the night ended with {child.returncode}; it said last:\n{said[-2000:]}")
    with opened(path) as store:
        totals = [receipt.total for receipt in store.ranking(ROLE, section="ranked")]
        state = store.lane_state(MEMORY)
    assert state is not None
    qualified = sum(total >= QUALIFIED for total in totals)
    return Night(served.requests(mark).total(), qualified, len(totals), time.monotonic() - began), state


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m bench.faults yields`: print and keep the figures; 1 if a bar is missed."""
    parser = argparse.ArgumentParser(prog="bench.faults yields", description=__doc__)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--seed", default="demo", help="of the people; those that taught are always others")
    chosen = parser.parse_args(arguments)
    rows = yields(chosen.people, chosen.seed)
    report("faults-yields", rows)
    return int(any(row.holds is False for row in rows))


if __name__ == "__main__":
    sys.exit(main())
