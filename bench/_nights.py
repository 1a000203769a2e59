"""What two nights on the synthetic web cost at GitHub, read from the bills the product itself keeps."""

from collections.abc import Mapping
from pathlib import Path

from bench.report import Row
from scoring.roles import shipped_roles
from sourcing.demo.run import run_demo
from storage.records import LaneBill, Night

# One profile with links, organisations, repositories, language bytes, README and events, call by call.
NAIVE = "a client that calls REST per profile and repository: 36"
READING = ("github/profiles", "github/contributions")
LOOKING = (*READING, "github/triage")


def bills(night: Night) -> Mapping[str, LaneBill]:
    """GitHub's bills of a night, by lane."""
    return {bill.lane: bill for o in night.outcomes if o.source == "github" for bill in o.bills}


def two_nights(folder: Path, people: int) -> list[Row]:
    """Run both nights and give the figures beside their bars."""
    roles = sorted(shipped_roles())  # all of them: their lanes reach most of the world
    first = bills(run_demo(folder, people=people, roles=roles).night)
    second = bills(run_demo(folder, roles=roles).night)
    triaged = first["github/triage"].accounts
    read = _read(first)
    found = sum(bill.requests for lane, bill in first.items() if lane not in READING)
    spent = sum(bill.requests for bill in first.values())
    points = sum(bill.points for bill in first.values())
    changed = _read(second)
    unchanged = read - changed
    watching = sum(bill.counted for lane, bill in second.items() if lane not in LOOKING)
    world = f"{people:,} people"
    return [
        Row(f"requests per triaged profile ({world})", found / triaged, "", NAIVE, "≤ 0.1", found <= 0.1 * triaged),
        Row("requests per lead read in full", spent / read, "", NAIVE, "≤ 1", spent <= read),
        Row("GraphQL points per lead read in full", points / read, "points", "published formula: 0.94", "", None),
        Row("people triaged, first night", triaged, "", "", "", None),
        Row("people read in full, first night", read, "", "", "", None),
        Row("people changed, second night", changed, "", f"unchanged {unchanged:,}", "", None),
        Row(
            "second night: counted requests per unchanged lead",
            watching / unchanged,
            "",
            f"{watching} requests",
            "≤ 0.02",
            watching <= 0.02 * unchanged,
        ),
    ]


def _read(night: Mapping[str, LaneBill]) -> int:
    """People read in full: each is one account in the contributions lane."""
    bill = night.get("github/contributions")
    return bill.accounts if bill else 0
