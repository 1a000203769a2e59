"""The product's own search and likeness on public judged sets: never under the best simple way published for them.

The bench prints chance, popularity and the simple ways beside these figures.
"""

from collections.abc import Callable

import pytest

from bench.scoring import _judged, sets

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not _judged.FOLDER.is_dir(), reason=f"no judged sets at {_judged.FOLDER}"),
]


@pytest.mark.parametrize(
    "read",
    [_judged.by_topic, _judged.by_trade, _judged.by_tag_of_late, _judged.by_title],
    ids=lambda read: read.__name__,
)
def test_rankings_reach_what_is_published(read: Callable[[], _judged.Judged]) -> None:
    judged = read()
    assert round(sets.average(sets.graded(judged.qrels, judged.ours)), 3) >= max(judged.bars)
    assert sets.average(sets.graded(judged.qrels, judged.ours)) > sets.average(
        sets.graded(judged.qrels, judged.popular)
    )
