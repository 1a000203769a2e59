"""What past nights tell of the next: which of them count, what is due, how sums are kept."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sourcing.crawl.planning import after_crawl, limits_told, past_of
from spiders._course.past import Past, PastNight, Work
from storage.records import AccountKey, Forecast, Kind, Known, LaneBill, LimitLeft, Night, Outcome
from storage.store import Store

NOW = datetime(2026, 12, 2, 2, 0, tzinfo=UTC)
LANE = "toy/list/a"


def nights(*requests: int | None, lane: str = LANE, days: float = 1.0) -> list[PastNight]:
    """A night per entry, the last one a day before NOW; None: the lane was planned and not asked."""
    first = NOW - len(requests) * timedelta(days=days)
    return [
        PastNight(
            at=first + at * timedelta(days=days),
            bills={} if count is None else {lane: LaneBill(lane=lane, requests=count, points=2 * count)},
            planned=frozenset({lane}),
            seconds=float(count or 0),
        )
        for at, count in enumerate(requests)
    ]


def expected(work: Work, past: list[PastNight]) -> tuple[int, str]:
    [row] = Past(NOW, past).forecasts([work], pace=1.0)
    return row.requests, row.basis


DUE_WEEKLY = Work(LANE, first=40, full=3, light=1, every=7)
RENEWED = Work(LANE, first=400, renewed=0.1, every=7)


@pytest.mark.parametrize(
    ("work", "past", "forecast"),
    [
        (Work(LANE, first=40), [], (40, "first guess")),
        # The night after the first is unlike it: lists were read to their end.
        (Work(LANE, first=40, light=2), nights(33), (2, "after its first night")),
        (Work(LANE, first=40, light=2), nights(33, 5), (5, "past nights")),
        # The first night never counts, an outlier does little.
        (Work(LANE, first=40), nights(900, 4, 4, 4, 4, 90), (4, "past nights")),
        # A lane that is not asked every night costs its share.
        (Work(LANE, first=40), nights(9, None, None, 1, None), (0, "past nights")),
        (DUE_WEEKLY, nights(33, 1, 1, 1, 1, 1), (1, "past nights")),
        (DUE_WEEKLY, nights(33, 1, 1, 1, 1, 1, 1), (3, "after its first night")),
        (DUE_WEEKLY, nights(33, 1, 1, 1, 1, 1, 1, 5, 1, 1, 1, 1, 1, 1), (5, "past nights")),
        # Read again, a list shows a share of what it showed at first, until a night has told how much.
        (RENEWED, nights(170, 1, 1, 1, 1, 1, 1), (17, "after its first night")),
        (RENEWED, nights(170, 1, 1, 1, 1, 1), (1, "past nights")),
        (RENEWED, nights(170, 1, 1, 1, 1, 1, 1, 6, 1, 1, 1, 1, 1, 1), (6, "past nights")),
        # It was due a day ago.
        (DUE_WEEKLY, nights(33, 1, 1, 1, 1, 1, 1, 5), (1, "past nights")),
        # Due again, but at most what there was the first time.
        (Work(LANE, first=40, full=30, every=7), nights(2, days=7), (2, "after its first night")),
        # People counted as due beat everything.
        (Work(LANE, first=0, due=50, each=1 / 25), nights(7, 7, 7), (2, "counted")),
        (Work(LANE, first=40, due=10, each=2), nights(40, 1, 1), (21, "past nights")),
        # A lane nobody asked yet is like others of its kind.
        (Work("toy/list/b", first=40), nights(6, 1, 1), (6, "like lanes")),
        (Work("toy/other/b", first=40), nights(6, 1, 1), (40, "first guess")),
        # In every plan, asked in none: a lane the source does not take up.
        (Work(LANE, first=12), nights(None, None), (0, "past nights")),
    ],
)
def test_a_lane_is_compared_with_its_nights_of_the_same_sort(
    work: Work, past: list[PastNight], forecast: tuple[int, str]
) -> None:
    assert expected(work, past) == forecast


@given(st.lists(st.lists(st.integers(0, 50), min_size=3, max_size=3), min_size=1, max_size=40))
def test_rounding_keeps_the_sum(lanes: list[list[int]]) -> None:
    past = [
        PastNight(
            at=NOW - timedelta(days=3 - night),
            bills={
                f"toy/list/{at}": LaneBill(lane=f"toy/list/{at}", requests=counts[night])
                for at, counts in enumerate(lanes)
            },
        )
        for night in range(3)
    ]
    rows = Past(NOW, past).forecasts([Work(f"toy/list/{at}") for at in range(len(lanes))], pace=1.0)
    assert sum(row.requests for row in rows) == round(sum((counts[1] + counts[2]) / 2 for counts in lanes))
    assert all(row.requests >= 0 for row in rows)


def test_points_and_pace_are_learned() -> None:
    [row] = Past(NOW, nights(60, 30, 30)).forecasts([Work(LANE, points=9)], pace=100.0)
    assert (row.requests, row.points, row.minutes) == (30, 60, 0.5)
    [guess] = Past(NOW).forecasts([Work(LANE, first=30, points=9)], pace=2.0)
    assert (guess.points, guess.minutes) == (270, 1.0)


def known(number: int, days: float, **markers: str) -> Known:
    seen = NOW - timedelta(days=days)
    key = AccountKey("toy", str(number))
    return Known(account=key, handle="x", kind=Kind.PERSON, markers=markers, first_seen=seen, last_seen=seen)


def test_people_are_due_by_marker_or_by_the_last_look() -> None:
    people = [known(1, 8), known(2, 7), known(3, 6.5), known(4, 9).model_copy(update={"gone_at": NOW})]
    assert Past(NOW, known=people).due(7) == 2
    read = [known(1, 0, read="2026-11-24"), known(2, 0, read="2026-11-29T00:00:00+00:00"), known(3, 0)]
    assert Past(NOW, known=read).due(7, "read") == 2
    assert Past(NOW, known=read).due(7, "read", unmarked=False) == 1


@pytest.mark.parametrize(
    ("forgotten", "shown", "each", "again"),
    [
        (0, (50, 20, 20), 1.0, 0),
        # Of a hundred known a night shows forty: half as large a part of the forgotten is found again at once.
        (40, (90, 40, 40), 1.0, 8),
        (40, (90, 40, 40), 4.0, 32),
        (40, (90, 40, 40), 1 / 20, 0),
        (40, (100, 100, 100), 1 / 20, 1),
        # Nothing is known of its nights, or they show nobody.
        (40, (), 1.0, 0),
        (40, (90, 0, 0), 1.0, 0),
    ],
)
def test_people_who_were_forgotten_are_read_anew(
    forgotten: int, shown: tuple[int, ...], each: float, again: int
) -> None:
    past = [replace(one, shown=count) for one, count in zip(nights(*(5 for _ in shown)), shown, strict=True)]
    here = [known(number, 1) for number in range(100 - forgotten)]
    rows = Past(NOW, past, here, forgotten=forgotten).forecasts([Work(LANE, first=5, each=each)], pace=1.0)
    assert sum(row.requests for row in rows) - rows[0].requests == again
    assert [row.lane for row in rows[1:]] == (["toy/forgotten/again"] if forgotten and shown else [])


@pytest.mark.parametrize(("back", "again"), [(0, 4), (40, 20), (80, 36), (500, 36)])
def test_how_many_are_found_again_is_learned(back: int, again: int) -> None:
    """Eighty were forgotten before; a guess of a half weighs as twenty people: the share is (back + 10) / 100."""
    past = [replace(one, shown=100) for one in nights(5, 5, 5)]
    past[1] = replace(past[1], forgotten=80, new=back)
    here = [known(number, 1) for number in range(60)]
    rows = Past(NOW, past, here, forgotten=40).forecasts([Work(LANE, first=5)], pace=1.0)
    assert rows[1].requests == again


def outcome(state: str, requests: int) -> Outcome:
    bill = LaneBill(lane=LANE, requests=requests)
    return Outcome(source="toy", state=state, requests=requests, seconds=requests, bills=(bill,))


def night(number: int, hours: float, *outcomes: Outcome) -> Night:
    at = NOW - timedelta(hours=hours)
    plan = (Forecast(lane=LANE, requests=1, minutes=0, basis="first guess"),)
    return Night(number=number, started_at=at, ended_at=at + timedelta(minutes=2), forecast=plan, outcomes=outcomes)


def test_only_nights_that_came_to_an_end_count_and_their_parts_are_one(lite: Store) -> None:
    newest_first = [
        night(5, 24, outcome("failed", 3)),
        night(4, 46, outcome("done", 5)),
        night(3, 48, outcome("interrupted", 30)),
        night(2, 90, outcome("interrupted", 99)),  # never continued: the next night came too late
        night(1, 120, outcome("limit", 10), outcome("done", 7)),
    ]
    past = past_of(lite, "toy", newest_first, now=NOW)
    assert [one.bills[LANE].requests for one in past.nights] == [17, 35]
    assert [one.at for one in past.nights] == [NOW - timedelta(hours=120), NOW - timedelta(hours=48)]
    assert past.nights[1].planned == {LANE}


def test_what_was_forgotten_since_a_source_was_last_read_counts(lite: Store) -> None:
    gone = {"forgotten/toy": 7, "forgotten/other": 5}
    purging = night(3, 24, outcome("done", 5)).model_copy(update={"counters": gone})
    before = night(2, 48, outcome("done", 5)).model_copy(update={"counters": gone})
    assert past_of(lite, "toy", [purging, before], now=NOW).forgotten == 7
    broken = night(4, 12, outcome("failed", 1))
    assert past_of(lite, "toy", [broken, purging, before], now=NOW).forgotten == 7
    read = night(4, 12, outcome("done", 6))
    assert past_of(lite, "toy", [read, purging, before], now=NOW).forgotten == 0


def test_what_follows_the_crawl_is_learned_from_the_slowest_night() -> None:
    assert after_crawl([]) == 0.0
    assert after_crawl([night(1, 24, outcome("done", 20)), night(2, 48, outcome("done", 100))]) == 100.0


def test_the_last_word_of_a_limit_is_kept() -> None:
    left = LimitLeft(host="toy.example", resource="", limit=10, remaining=3, reset_at=NOW)
    told = outcome("done", 1).model_copy(update={"limits": (left,)})
    assert limits_told("toy", [night(2, 24, outcome("done", 1)), night(1, 48, told)]) == (left,)
    assert limits_told("other", [night(1, 48, told)]) == ()
