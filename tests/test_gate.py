"""The gate: how fast a source may be asked, as pure bookkeeping on an invented clock."""

import heapq
import math
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spiders._polite.gate import MAX_WAIT, Budget, Reading, Refusal, reading, refusal, seconds

WALL = 1_795_000_000.0  # epoch seconds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("-3", 0.0),
        ("1.5", 1.5),
        ("inf", math.inf),
        ("nan", 0.0),
        ("Wed, 18 Nov 2026 11:07:40 GMT", 60.0),
        ("Wed, 18 Nov 2026 11:05:40 GMT", 0.0),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_as_number_and_date(text: str, expected: float | None) -> None:
    assert seconds(text, wall=WALL) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"x-ratelimit-remaining": "many"}, None),
        ({"x-ratelimit-remaining": "4"}, Reading(None, 4, 0.0)),
        (
            {"x-ratelimit-remaining": "4", "x-ratelimit-limit": "5", "x-ratelimit-reset": str(int(WALL) + 30)},
            Reading(5, 4, 30.0),
        ),
        ({"x-ratelimit-remaining": "4", "x-ratelimit-reset": str(int(WALL) - 30)}, Reading(None, 4, 0.0)),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "inf"}, Reading(None, 0, MAX_WAIT)),
    ],
)
def test_limit_headers(headers: dict[str, str], expected: Reading | None) -> None:
    assert reading(headers, wall=WALL) == expected


@pytest.mark.parametrize(
    ("status", "headers", "body", "expected"),
    [
        (200, {}, "too many requests", None),
        (200, {}, '{"message": "API rate limit exceeded"}', -1.0),
        (200, {}, '{"error": "Too many requests", "limit": 1}', -1.0),
        (200, {}, '{"data": {"message": "rate limit exceeded"}}', None),
        (200, {}, '{"message": "rate limit exceeded"', None),
        (200, {}, '{"message": ["rate limit exceeded"]}', None),
        (200, {}, '{"message": "' + "rate limit exceeded" * 200 + '"}', None),
        (403, {}, "Resource not accessible", None),
        (404, {"retry-after": "5"}, "", None),
        (503, {}, "", None),
        (503, {"retry-after": "5"}, "", 5.0),
        (429, {"retry-after": "5"}, "", 5.0),
        (403, {"retry-after": "60"}, "", 60.0),
        (429, {}, '{"code":429,"message":"TooManyRequests"}', -1.0),
        (403, {}, "You have exceeded a secondary rate limit", -1.0),
        (403, {"gh-limited-by": "search-elapsed-time-shared-grouped"}, "", -1.0),
        (403, {"x-ratelimit-remaining": "0"}, "", 1.0),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(WALL) + 9)}, "", 10.0),
        (403, {"x-ratelimit-remaining": "12"}, "Must have admin rights", None),
    ],
)
def test_not_now_is_told_from_no(status: int, headers: dict[str, str], body: str, expected: float | None) -> None:
    found = refusal(status, headers, body.encode(), wall=WALL)
    # -1 stands for a refusal that names no time.
    assert (found if found is None else -1.0 if found.wait is None else found.wait) == expected


def test_nothing_is_known_at_first_so_one_goes_out() -> None:
    budget = Budget(concurrency=8)
    assert budget.wait(0) == 0
    budget.start(0)
    assert budget.wait(0) is None
    budget.end(1, None)
    for _ in range(8):
        assert budget.wait(1) == 0
        budget.start(1)
    assert budget.wait(1) is None


def test_delay_keeps_distance() -> None:
    budget = Budget(delay=2.0)
    budget.start(10)
    budget.end(10.5, None)
    assert budget.wait(11) == 1.0
    assert budget.wait(12) == 0


def test_refusals_that_name_no_time_double() -> None:
    budget, waits = Budget(), []
    for _ in range(9):
        budget.start(0)
        waits.append(budget.end(0, None, refused=Refusal(None, "")))
    assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]
    budget.start(0)
    assert budget.end(0, None) == 0
    budget.start(0)
    assert budget.end(0, None, refused=Refusal(None, "")) == 60


def test_used_up_window_waits_for_its_reset_and_then_asks_again() -> None:
    budget = Budget(concurrency=4)
    budget.start(0)
    budget.end(1, Reading(3, 0, 20))
    assert budget.wait(1) == 20
    assert budget.wait(21) == 0


def test_answers_that_overtake_each_other_count_once() -> None:
    budget = Budget(concurrency=4)
    for _ in range(2):
        budget.start(0)
    budget.end(1, Reading(10, 3, 20))
    budget.end(1, Reading(10, 4, 20))
    assert budget.remaining == 3


@dataclass
class Site:
    """A site that counts honestly: `limit` requests in each window of `window` seconds, refusing the rest."""

    limit: int
    window: float
    answered: dict[int, int] = field(default_factory=dict)
    refused: int = 0

    def ask(self, now: float) -> tuple[bool, Reading]:
        number = int(now // self.window)
        used = self.answered.get(number, 0)
        if used >= self.limit:
            self.refused += 1
            return False, Reading(self.limit, 0, (number + 1) * self.window - now)
        self.answered[number] = used + 1
        return True, Reading(self.limit, self.limit - used - 1, (number + 1) * self.window - now)


def crawl(site: Site, budget: Budget, waiting: int, latencies: list[float]) -> float:
    """Play requests through a budget until all were answered; the time it took."""
    now, sent = 0.5, 0
    flying: list[tuple[float, int, tuple[bool, Reading], float]] = []
    done = 0
    total = waiting
    while done < total:
        wait = budget.wait(now) if waiting else None
        if waiting and wait == 0:
            budget.start(now)
            waiting, sent = waiting - 1, sent + 1
            arrival = latencies[sent % len(latencies)] / 2
            heapq.heappush(flying, (now + 2 * arrival, sent, site.ask(now + arrival), now + arrival))
            continue
        ahead = [now + wait] if wait else []
        now = min([*ahead, *(answer[0] for answer in flying[:1])])
        while flying and flying[0][0] <= now:
            _, _, (granted, seen), at = heapq.heappop(flying)
            told = Reading(seen.limit, seen.remaining, max(0.0, seen.reset_in - (now - at)))
            refused = None if granted else Refusal(told.reset_in, "")
            budget.end(now, told, refused=refused)
            done, waiting = done + granted, waiting + (not granted)
    return now


@settings(max_examples=150, deadline=None)
@given(
    limit=st.integers(1, 20),
    window=st.integers(5, 60),
    concurrency=st.integers(1, 8),
    requests=st.integers(1, 80),
    latencies=st.lists(st.floats(0.01, 1.0), min_size=1, max_size=7),
)
def test_never_more_than_the_budget_of_a_window_and_nothing_lost(
    limit: int, window: int, concurrency: int, requests: int, latencies: list[float]
) -> None:
    site, budget = Site(limit, window), Budget(concurrency=concurrency)
    took = crawl(site, budget, requests, latencies)
    assert sum(site.answered.values()) == requests
    assert budget.in_flight == 0
    assert site.refused <= 1 + requests / limit
    # Windows that were begun, the first one aside, and two answers' time each at their edges.
    ideal = math.ceil(requests / limit) * window + requests
    assert took <= 2 * ideal + window


@settings(max_examples=100, deadline=None)
@given(limit=st.integers(1, 20), window=st.integers(5, 60), requests=st.integers(1, 80), latency=st.floats(0.01, 1.0))
def test_one_at_a_time_is_never_refused_and_wastes_no_window(
    limit: int, window: int, requests: int, latency: float
) -> None:
    site = Site(limit, window)
    crawl(site, Budget(), requests, [latency])
    assert site.refused == 0
    full = [count for _, count in sorted(site.answered.items())][:-1]
    slots = math.floor(window / latency) - 1
    assert all(count >= min(limit, slots) for count in full[1:])
