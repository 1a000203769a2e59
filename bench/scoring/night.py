"""A night of scoring invented leads for all six roles, from the database and back, and what is counted over everybody.

Processor time, which other work on the machine moves less than the clock. The peer of the scoring is reading every lead
for each role by itself; that of what is counted is the first time, when nothing is kept beside the database yet.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.desk._crowd import NOW, unscored
from bench.report import Row
from scoring.engine import Scorer, readable
from scoring.roles import Role, find_role
from sourcing.audits import balanced_list, proxy_audit
from sourcing.process import start_quickly
from sourcing.ranking import score, supply
from storage.store import Store

LEADS = 2_000
ROLES = ("mle", "cv", "ds", "nlp", "ml-ops", "aipd")
MOST = 60 / 10_000  # seconds a lead, all roles
SAMPLE = 200  # leads read the long way
SWAPS = 50


def rows() -> Iterator[Row]:
    """All figures of this part."""
    start_quickly()
    with tempfile.TemporaryDirectory() as folder:
        config = unscored(Path(folder), LEADS)
        roles = [find_role(name, config.roles_folder) for name in ROLES]
        with Store.open(config.database_url) as store:
            yield from _scoring(store, roles)
            for name, count in {
                "funnel of the must-haves": lambda: supply(store, roles[0]),
                "balanced list": lambda: balanced_list(config, store, ROLES[0], "region", limit=25, now=NOW),
                f"proxy audit, {SWAPS} swapped": lambda: proxy_audit(store, roles[0], NOW, swaps=SWAPS),
            }.items():
                yield from _counted(name, count)


def _scoring(store: Store, roles: list[Role]) -> Iterator[Row]:
    took = _worked(lambda: score(store, roles, now=NOW))
    each, most = took / LEADS, MOST
    beside = f"{LEADS:,} leads, {took:.1f} s, read and written"
    yield Row("a lead scored for six roles", each * 1000, "ms", beside, f"≤ {most * 1000:g}", each <= most)
    leads = list(store.leads(store.lead_ids()[:SAMPLE]))
    scorers = [Scorer(role, NOW) for role in roles]
    ready = [readable(lead, NOW)[0] for lead in leads]
    alone = _worked(lambda: [one.score(lead, ready=True) for lead in ready for one in scorers])
    yield Row("the same, each role reading by itself", alone / SAMPLE * 1000, "ms", "neither read nor written")


def _counted(name: str, count: Callable[[], object]) -> Iterator[Row]:
    first = _worked(count)
    again = _worked(count)
    beside = f"{first / LEADS * 1000:.2f} the first time"
    yield Row(f"{name}, a lead", again / LEADS * 1000, "ms", beside)


def _worked(call: Callable[[], object]) -> float:
    """Seconds of processor."""
    started = time.process_time()
    call()
    return time.process_time() - started
