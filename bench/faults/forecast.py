"""How well the forecast of a night meets its bill, night after night on the invented web.

Beside it, in the same nights, the forecast by the bill before: what each lane cost when it was last asked. That was
the product's own forecast once.
"""

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.report import Row, report
from sourcing.demo.run import run_demo
from storage.records import Night

NIGHTS = 9  # the eighth is a week after the first: lists that are due weekly are due again
BAR = 0.20


def off(plan: float, fact: float) -> float:
    """The share of the fact by which a forecast misses it."""
    return abs(plan - fact) / fact


def planned(night: Night) -> Mapping[str, int]:
    """Requests forecast by source."""
    found: dict[str, int] = {}
    for row in night.forecast:
        source = row.lane.partition("/")[0]
        found[source] = found.get(source, 0) + row.requests
    return found


def gross(night: Night) -> float:
    """The same, source by source: what is too much at one does not make up for too little at another."""
    plan = planned(night)
    fact = {one.source: one.requests for one in night.outcomes if one.state != "skipped"}
    return sum(abs(plan.get(source, 0) - fact.get(source, 0)) for source in {*plan, *fact}) / sum(fact.values())


def by_last_bill(nights: Sequence[Night]) -> int:
    """Requests of the next night if each lane cost what it did when it was last asked; lanes never asked one each."""
    last: dict[str, int] = {}
    for night in nights:
        last |= {bill.lane: bill.requests for outcome in night.outcomes for bill in outcome.bills}
    return sum(last.values())


def rows(people: int, *, nights: int = NIGHTS, seed: str = "demo") -> list[Row]:
    """Run the nights and give the figures of each."""
    past: list[Night] = []
    found: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(1, nights + 1):
            night = run_demo(Path(folder) / "demo", people=people, seed=seed).night
            found.append(_row(night, number, past, people))
            past.append(night)
    later = [row.value for row in found[2:]]
    if later:
        worst = max(later)
        name = f"forecast error, worst night from the third on ({people:,} people)"
        found.append(Row(name, worst, "%", "", "< 20 %", worst < 100 * BAR))
    return found


def _row(night: Night, number: int, past: Sequence[Night], people: int) -> Row:
    plan, fact = sum(planned(night).values()), sum(outcome.requests for outcome in night.outcomes)
    peer = f"by the last bill {100 * off(by_last_bill(past), fact):,.0f} %; " if past else ""
    told = f"{peer}{plan:,} forecast, {fact:,} sent; source by source {100 * gross(night):.0f} %"
    judged = number >= 3
    value = 100 * off(plan, fact)
    name = f"forecast error, night {number} ({people:,} people)"
    return Row(name, value, "%", told, "< 20 %" if judged else "", value < 100 * BAR if judged else None)


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m bench.faults forecast`: print and keep the figures."""
    parser = argparse.ArgumentParser(prog="bench.faults forecast", description=__doc__)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--nights", type=int, default=NIGHTS)
    parser.add_argument("--seed", default="demo", help="of the invented people")
    chosen = parser.parse_args(arguments)
    figures = rows(chosen.people, nights=chosen.nights, seed=chosen.seed)
    report("faults-forecast", figures)
    return int(any(row.holds is False for row in figures))


if __name__ == "__main__":
    sys.exit(main())
