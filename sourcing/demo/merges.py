"""Merged pull requests of the well-known repositories, latest first."""

from sourcing.demo.cast import Cast, Shift
from sourcing.demo.chance import Chance
from sourcing.demo.clock import DAY, stamp
from sourcing.demo.stock import stock
from sourcing.demo.works import Record

_MOST = 160  # per person and repository; keeps the numbers apart
_VERBS = ("Fix", "Speed up", "Document", "Test", "Support", "Refactor", "Handle", "Deprecate")
_WHAT = (
    "empty batches",
    "the scheduler",
    "mixed precision",
    "type hints",
    "the loader on Windows",
    "nested tensors",
    "early stopping",
    "the export",
    "retry of failed workers",
    "categorical columns",
    "the tutorial",
    "memory growth in long runs",
)


def base(cast: Cast, host: int) -> list[tuple[int, Record]]:
    """(merged at, pull request) of day 0, in no order."""
    rows = []
    for index, _, shift in cast.givers[host]:
        rows += _of_person(cast, host, index, shift)
    return rows


def _of_person(cast: Cast, host: int, index: int, shift: Shift) -> list[tuple[int, Record]]:
    chance = Chance(cast.seed, index, "merged", host)
    latest = cast.zero - shift.last * DAY
    return [
        made(chance, host, index, number, latest - int(chance.real() * number * 9 * DAY))
        for number in range(shift.merged)
    ]


def made(chance: Chance, host: int, index: int, number: int, at: int) -> tuple[int, Record]:
    """One merged pull request; `number` counts those of this person here."""
    own = index * _MOST + number + 1
    name = stock().hosts[host].name
    record = {
        "__typename": "PullRequest",
        "databaseId": 1_000_000_000 + host * 16_100_000 + own,
        "fullDatabaseId": str(1_000_000_000 + host * 16_100_000 + own),
        "id": f"PR_{host}_{own}",
        "number": own,
        "title": f"{chance.pick(_VERBS)} {chance.pick(_WHAT)}",
        "url": f"https://github.com/{name}/pull/{own}",
        "state": "MERGED",
        "createdAt": stamp(at - chance.between(1, 20) * DAY),
        "mergedAt": stamp(at),
        "updatedAt": stamp(at),
        "changedFiles": 1 + chance.below(20),
        "additions": chance.heavy(10),
        "deletions": chance.heavy(4),
        "_author": index,
    }
    return at, record
