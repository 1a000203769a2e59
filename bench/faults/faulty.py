"""A night in which one answer in ten is faulty, beside a clean one on the same world.

Both must end with the same leads. The faults are mixed: refusals, bad gateways, bodies cut off, pages and other shapes
in place of data, connections that end in the middle, slow answers.
"""

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from bench.report import Row
from bench.report import report as keep
from sourcing.config import load
from sourcing.demo.run import run_demo
from storage.store import Store

# One answer in ten; each share is of all answers.
MIX: Mapping[str, float] = {
    "429": 0.015,
    "502": 0.025,
    "truncated": 0.015,
    "html": 0.01,
    "shape": 0.005,
    "reset": 0.02,
    "slow": 0.01,
    # A personal site may say anything: another page, or half of one, cannot be told from what was meant.
    **dict.fromkeys(("web/truncated", "web/html", "web/shape"), 0.0),
    "web/reset": 0.05,
}
MOST = 1.3  # times the requests of a clean night


class Found(NamedTuple):
    """What a night found: leads by their accounts, each with its work, and what it sent."""

    leads: Mapping[str, frozenset[str]]
    requests: int
    states: Mapping[str, str]
    retried: int


def night(folder: Path, people: int, faults: Mapping[str, float] | None = None) -> Found:
    """One night of the demo, with these faults."""
    report = run_demo(folder, people=people, faults=faults)
    if report.interrupted:
        raise KeyboardInterrupt("a night that was stopped tells nothing")
    done = report.night
    config = load(folder / "sourcing.toml")
    with Store.open(config.database_url, key=b"demo") as store:
        leads = {
            "+".join(sorted(str(one.key) for one in lead.accounts)): frozenset(work.id for work in lead.evidence)
            for lead in store.leads()
        }
    return Found(
        leads,
        sum(outcome.requests for outcome in done.outcomes),
        {outcome.source: outcome.state for outcome in done.outcomes if outcome.state not in ("done", "skipped")},
        sum(outcome.counters.get("retried", 0) for outcome in done.outcomes),
    )


def rows(people: int, mix: Mapping[str, float] | None = None) -> list[Row]:
    """Both nights and what sets them apart."""
    mix = mix or MIX
    with tempfile.TemporaryDirectory() as folder:
        clean = night(Path(folder) / "clean", people)
        faulty = night(Path(folder) / "faulty", people, mix)
    apart = len(clean.leads.keys() ^ faulty.leads.keys())
    less = sum(clean.leads[name] != faulty.leads[name] for name in clean.leads.keys() & faulty.leads.keys())
    ratio = faulty.requests / clean.requests
    share = f"{100 * sum(part for kind, part in mix.items() if '/' not in kind):.0f} % of answers faulty"
    ended = ", ".join(f"{source} {state}" for source, state in faulty.states.items()) or "all sources done"
    world, leads = f"{people:,} people", f"of {len(clean.leads):,}"
    asked = f"{clean.requests:,}; {faulty.retried:,} asked again; {ended}"
    return [
        Row(f"leads that differ from a clean night's ({world})", apart, "", leads, "0", apart == 0),
        Row("leads whose work differs", less, "", leads, "0", less == 0),
        Row(f"requests over a clean night's, {share}", ratio, "×", asked, "≤ 1.3", ratio <= MOST),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m bench.faults faulty`: print and keep the figures."""
    parser = argparse.ArgumentParser(prog="bench.faults faulty", description=__doc__)
    parser.add_argument("--people", type=int, default=2000)
    chosen = parser.parse_args(arguments)
    figures = rows(chosen.people)
    keep("faults-faulty", figures)
    return int(any(row.holds is False for row in figures))


if __name__ == "__main__":
    sys.exit(main())
