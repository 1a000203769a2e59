"""What people write as limits of a night, and what a night makes of them."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sourcing.crawl.limits import (
    AT_LEAST,
    SET_ASIDE,
    Limits,
    already_spent,
    already_waited,
    limits,
    read_budgets,
    read_until,
    set_aside,
    with_budgets,
)
from sourcing.crawl.statuses import options_of
from storage.errors import ConfigError
from storage.records import Night, Outcome
from storage.store import Store
from tests.house_of_sourcing import furnished

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)


@pytest.fixture
def berlin() -> Iterator[None]:
    """A machine in Berlin: an hour before UTC in winter, two in summer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "Europe/Berlin")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("berlin")
@pytest.mark.parametrize(
    ("text", "now", "until"),
    [
        ("06:00", "2026-11-25T02:00+00:00", "2026-11-25T05:00+00:00"),
        ("6:00", "2026-11-25T05:30+00:00", "2026-11-26T05:00+00:00"),  # past by this clock: the next one
        ("03:00", "2026-11-25T02:00+00:00", "2026-11-26T02:00+00:00"),  # now is no time to end
        # The night summer ends: 06:00 is by the new clock.
        ("06:00", "2026-10-24T22:00+00:00", "2026-10-25T05:00+00:00"),
        ("2026-11-25T06:00+01:00", "2026-11-25T02:00+00:00", "2026-11-25T05:00+00:00"),
        ("2026-11-25T06:00:00Z", "2026-11-25T02:00+00:00", "2026-11-25T06:00+00:00"),
        ("2026-11-25 06:00", "2026-11-25T02:00+00:00", "2026-11-25T05:00+00:00"),  # the machine's own zone
    ],
)
def test_times_are_the_machines_unless_they_say_otherwise(text: str, now: str, until: str) -> None:
    assert read_until(text, datetime.fromisoformat(now)) == datetime.fromisoformat(until)


@pytest.mark.parametrize(
    ("text", "words"),
    [("soon", "is no time"), ("25:00", "is no time"), ("06:60", "is no time"), ("2026-11-25T01:00Z", "is past")],
)
def test_a_wrong_time_names_the_way_out(text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        read_until(text, NOW)
    assert "write HH:MM" in str(caught.value)


def test_budgets_are_read_by_source() -> None:
    assert read_budgets(["github=4000", " kaggle = 20 "]) == {"github": 4000, "kaggle": 20}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["github"], "write SOURCE=REQUESTS"),
        (["github=many"], "write SOURCE=REQUESTS"),
        (["github=-1"], "write SOURCE=REQUESTS"),
        (["github=4.5"], "write SOURCE=REQUESTS"),
        (["gitbub=10"], "there are: bluesky"),
        (["github=0"], "set enabled = false"),
        (["github=1", "github=2"], "name it once"),
    ],
)
def test_a_wrong_budget_names_the_way_out(words: list[str], told: str) -> None:
    with pytest.raises(ConfigError, match=told) as caught:
        read_budgets(words)
    assert repr(words[-1]) in str(caught.value)


def test_a_budget_goes_before_the_settings_for_one_night(tmp_path: Path) -> None:
    config = furnished(tmp_path)
    tight = with_budgets(config, {"github": 7, "hackernews": 3})
    assert options_of(tight, "github").max_requests == 7
    assert options_of(tight, "github").token_env == options_of(config, "github").token_env
    assert options_of(tight, "hackernews").max_requests == 3
    assert options_of(tight, "kaggle") == options_of(config, "kaggle")
    assert options_of(config, "github").max_requests == 20_000


def part(number: int, hours: float, *, after: float | None = None, **facts: object) -> Night:
    at = NOW - timedelta(hours=hours)
    outcome = Outcome(source="github", state="done", requests=40, seconds=100.0)
    ended = at + timedelta(seconds=100.0 + after) if after is not None else at
    return Night(number=number, started_at=at, ended_at=ended, outcomes=(outcome,)).model_copy(update=facts)


def test_what_follows_the_crawl_decides_what_is_set_aside() -> None:
    assert set_aside([]) == SET_ASIDE
    assert set_aside([part(2, 24, after=600), part(1, 48, after=60)]) == 900
    assert set_aside([part(1, 24, after=1)]) == AT_LEAST


def test_the_crawl_ends_before_the_night_does(lite: Store) -> None:
    before = time.monotonic()
    made = limits(lite, [], now=NOW, until=NOW + timedelta(hours=1))
    assert made.deadline is not None
    assert 3600 - SET_ASIDE <= made.deadline - before <= 3600 - SET_ASIDE + 5
    assert "less 5.0 minutes for joining" in made.until
    assert made.over() is None
    with pytest.raises(ConfigError, match="no time is left to crawl; name a later time"):
        limits(lite, [], now=NOW, until=NOW + timedelta(seconds=SET_ASIDE))


def test_a_wall_clock_that_jumps_moves_no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    limit = Limits(deadline=time.monotonic() + 3600, until="until 06:00")
    monkeypatch.setattr(time, "time", lambda: 4e9)
    assert limit.over() is None
    monkeypatch.setattr(time, "time", lambda: 0.0)
    assert limit.over() is None
    monkeypatch.setattr(time, "monotonic", lambda: limit.deadline)
    assert limit.over() == ("limit", "until 06:00")


def test_parts_of_a_night_that_were_cut_off_count(lite: Store) -> None:
    lite.keep_spent(8, "github", 60)
    killed = part(8, 1, counters={"cut_off": 1}, outcomes=())
    stopped = part(7, 2, outcomes=(Outcome(source="github", state="interrupted", requests=15),))
    ended = part(6, 3)
    assert already_spent(lite, [killed, stopped, ended], NOW) == {"github": 75}
    assert already_spent(lite, [ended, killed], NOW) == {}
    # Half a day later it is another night.
    assert already_spent(lite, [killed], NOW + timedelta(hours=12)) == {}
    lite.forget_spent(9)
    assert lite.spent(8) == {}


def test_waiting_of_parts_of_a_night_is_told_by_the_newest(lite: Store) -> None:
    lite.keep_spent(8, "github", 60, 12.5)
    lite.keep_spent(8, "kaggle", 3)
    killed = part(8, 1, counters={"cut_off": 1}, outcomes=())
    waits = {"waited_seconds": 7}
    stopped = part(
        7, 2, outcomes=tuple(Outcome(source=n, state="interrupted", counters=waits) for n in ("github", "web"))
    )
    # Each part begins with what the one before it waited.
    assert already_waited(lite, [killed, stopped], NOW) == {"github": 12.5, "web": 7.0}
    assert already_waited(lite, [part(6, 3), stopped], NOW) == {}
    assert lite.spent(8) == {"github": 60, "kaggle": 3}
