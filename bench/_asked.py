"""The queue on accounts whose owners are known: how long it is, how much of it is true, what answering it brings."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from bench._found import Found, duplicates, wrong
from bench.report import Row
from sourcing.identity.clusters import Cluster
from sourcing.identity.review import Between, Sifted, between, ranked, sift
from storage.records import AccountKey, Judgement, Verdict

NIGHTS = 10  # on which the whole queue shown is answered
_Pair = tuple[AccountKey, AccountKey]


class Answered(NamedTuple):
    """What some nights of a queue answered truthfully made."""

    clusters: set[Cluster]
    asked: int
    true: int
    waiting: int  # suggestions still open


def questions(found: Found, clusters: Iterable[Cluster], decided: Collection[_Pair] = ()) -> Sifted:
    """Suggestions between leads, most worth answering first, as the product asks them."""
    # In the order of their accounts, so that questions worth the same come in one order each time.
    where = {key: f"L{at}" for at, cluster in enumerate(sorted(clusters, key=min)) for key in cluster}
    rows = (row for row in found.said if row.verdict is Verdict.SUGGESTED)
    open_ = (one for one in ranked(between(rows, where), {}) if not _decided(one, decided))
    gone = {key for key, one in found.people.items() if not one.live}
    return sift(list(open_), where, gone)


def true(found: Found, one: Between) -> bool:
    """Whether the two leads of a question are one person's."""
    return found.owners[one.rows[0].left] == found.owners[one.rows[0].right]


def answered(found: Found, nights: int = NIGHTS) -> Answered:
    """Let somebody who knows answer the queue shown, night after night."""
    answers: list[Judgement] = []
    clusters, asked, right = found.clusters(), 0, 0
    open_ = questions(found, clusters).asked
    for _ in range(nights):
        shown = open_[: max(1, int(found.settings.queue_share * len(clusters)))]
        where = {key: cluster for cluster in clusters for key in cluster}
        for one in shown:
            asked, right = asked + 1, right + true(found, one)
            answers += _answer(found, where, one)
        clusters = found.clusters(answers)
        decided = {(row.left, row.right) for row in answers}
        open_ = questions(found, clusters, decided).asked
    return Answered(clusters, asked, right, len(open_))


def _answer(found: Found, where: Mapping[AccountKey, Cluster], one: Between) -> Iterator[Judgement]:
    row = one.rows[0]
    pairs: Iterable[_Pair] = [(row.left, row.right)]
    verdict = Verdict.SAME
    if not true(found, one):
        verdict, pairs = Verdict.DIFFERENT, product(where[row.left], where[row.right])
    for a, b in pairs:
        yield row.model_copy(update={"left": min(a, b), "right": max(a, b), "verdict": verdict, "by": "sourcer"})


def _decided(one: Between, decided: Collection[_Pair]) -> bool:
    return any((row.left, row.right) in decided for row in one.rows)


def _floor(title: str, found: Found, asked: Sequence[Between], most: int) -> Row:
    """From which chance on all suggestions together would be as few as are shown, and what that would cost."""
    ordered = sorted(asked, key=lambda one: -one.chance)
    lost = sum(true(found, one) for one in ordered[most:])
    chance = ordered[min(most, len(ordered)) - 1].chance if ordered else 1.0
    note = f"{lost} true ones would never be asked"
    return Row(f"{title}, chance from which all suggestions would be ≤ 2 % of leads", chance, "", note)


def rows_of(title: str, found: Found, clusters: set[Cluster]) -> Iterator[Row]:
    """The figures of the queue."""
    asked, waiting, ruled_out = questions(found, clusters)
    hundred, every = max(len(clusters), 1) / 100, len(asked) + len(waiting)
    shown = asked[: max(1, int(found.settings.queue_share * len(clusters)))]
    unit, most = "% of leads", len(shown) / hundred
    silent = f"{len(waiting)} wait for the answer to a likelier one, {_share(found, waiting)} true"
    never = f"two live accounts at one source, {_share(found, ruled_out)} true"
    yield Row(f"{title}, queue, all suggestions", every / hundred, unit, silent, "≤ 2", every / hundred <= 2)
    yield Row(f"{title}, queue, asked as things stand", len(asked) / hundred, unit, f"{len(asked)} items")
    yield Row(f"{title}, queue, shown at once", most, unit, f"{len(shown)} items", "≤ 2", most <= 2)
    yield Row(f"{title}, queue, never asked", len(ruled_out) / hundred, unit, never)
    for name, some in (("asked as things stand", asked), ("shown at once", shown)):
        false = len(some) - sum(true(found, one) for one in some)
        yield Row(f"{title}, false ones among those {name}", 100 * false / max(len(some), 1), "%")
    yield _floor(title, found, asked, len(shown))
    done = answered(found)
    left = duplicates(found, done.clusters)
    linked, thousand = left.linked / (len(done.clusters) / 1000), len(done.clusters) / 1000
    note = f"{done.asked} answers, {100 * done.true / max(done.asked, 1):.0f} % yes; {done.waiting} questions wait"
    after = f"{title}, after {NIGHTS} nights of the queue answered: duplicates their links tie"
    yield Row(after, linked, "per 1,000 leads", note, "≤ 10", linked <= 10)
    yield Row(f"{title}, … wrong joins", wrong(found, done.clusters) / thousand, "per 1,000 leads", "", "≤ 1", None)
    yield Row(f"{title}, … duplicates that nothing public ties", left.nothing / thousand, "per 1,000 leads")


def _share(found: Found, some: Sequence[Between]) -> str:
    return f"{sum(true(found, one) for one in some)} of {len(some)}"
