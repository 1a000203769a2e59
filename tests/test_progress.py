"""Progress: time left from the plan and then from the pace, plain lines, and the table on a terminal."""

import io

import pytest
from rich.console import Console

from sourcing.progress import STEPS, Expected, Sending, Timed
from sourcing.show import progress as show
from sourcing.show.progress import TELLING, Ahead, bar, lasting, live, plain
from storage.records import Forecast


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def forecast(lane: str, requests: int, minutes: float) -> Forecast:
    return Forecast(lane=lane, requests=requests, points=0, minutes=minutes, basis="invented")


PLAN = Expected.of((forecast("github/a/x", 300, 4.0), forecast("github/b/y", 100, 2.0), forecast("kaggle/z", 60, 30.0)))


def test_the_plan_is_a_line_with_figures() -> None:
    assert PLAN == "460 requests expected, 30 min"
    assert PLAN.requests == {"github": 400, "kaggle": 60}
    assert PLAN.minutes == {"github": 6.0, "kaggle": 30.0}


def test_time_left_is_first_the_plans_then_the_sources_own() -> None:
    clock = Clock()
    ahead = Ahead(clock)
    ahead.hear(PLAN)
    assert ahead.left("github") == 360
    ahead.hear(Sending.of("github", 1, "begins"))
    clock.now = 60
    assert ahead.left("github") == 300, "too little was sent to say more than the plan"
    ahead.hear(Sending.of("github", TELLING * 5, "goes on"))
    assert ahead.left("github") == pytest.approx(300 * 60 / 100)
    clock.now = 120
    assert ahead.left("github") == pytest.approx(300 * 120 / 100), "it became slower"
    ahead.hear(Sending.of("github", 500, "more than planned"))
    assert ahead.left("github") is None, "nobody knows"
    ahead.hear(Sending.of("github", 500, "ends", ended=True))
    assert ahead.left("github") == 0
    assert ahead.running() == []


def test_the_slowest_source_decides() -> None:
    clock = Clock()
    ahead = Ahead(clock)
    ahead.hear(PLAN)
    for name in ("github", "kaggle", "forem"):
        ahead.hear(Sending.of(name, 1, "begins"))
    assert ahead.all_left() == 1800
    assert ahead.left("forem") is None, "the plan says nothing of it"
    assert ahead.share("forem") is None
    assert ahead.left("nobody") is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""),
        (0, "under a minute left"),
        (59, "under a minute left"),
        (60, "about 1 min left"),
        (3600, "about 60 min left"),
        (9000, "about 2.5 h left"),
    ],
)
def test_time_in_words(seconds: float | None, words: str) -> None:
    assert lasting(seconds) == words


def test_a_plain_line_says_the_time_left() -> None:
    ahead = Ahead(Clock())
    ahead.hear(PLAN)
    line = Sending.of("kaggle", 3, "2 people seen")
    ahead.hear(line)
    assert plain(ahead, line) == "kaggle: 3 requests, 2 people seen, about 30 min left"
    assert plain(ahead, Sending.of("kaggle", 60, "60 people seen", ended=True)) == "kaggle: 60 requests, 60 people seen"
    assert plain(ahead, "joining accounts") == "joining accounts"


def test_off_a_terminal_lines_go_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    with show.shown() as progress:
        progress("planning")
        progress(PLAN)
        progress(Sending.of("github", 1, "begins"))
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == ["planning", str(PLAN), "github: 1 requests, begins, about 6 min left"]
    assert "\x1b" not in err


def test_on_a_terminal_each_source_has_a_line_of_its_own() -> None:
    clock, written = Clock(), io.StringIO()
    console = Console(file=written, force_terminal=True, width=100, legacy_windows=False)
    ahead = Ahead(clock)
    with live(console, ahead) as progress:
        progress("planning")
        progress("crawling")
        progress(PLAN)
        progress(Sending.of("github", 100, "[red]not a colour[/red]"))
        progress(Sending.of("forem", 7, "[bold]3 people[/bold]"))
    shown = written.getvalue()
    plain_console = Console(width=100, file=io.StringIO())
    plain_console.print(show.table(ahead))
    said = plain_console.file.getvalue()  # type: ignore[attr-defined]  # a StringIO
    assert "github" in said
    assert "100 of 400" in said
    assert "about 6 min left" in said
    assert "[bold]3 people[/bold]" in said, "what a source says of itself is no mark-up"
    assert "planning: done" in shown
    assert bar(0.25) == "█" * 6 + "░" * 18


def test_each_step_is_timed() -> None:
    clock = Clock()
    heard: list[str] = []
    timed = Timed(heard.append, clock)
    for line, takes in (("planning", 2), ("crawling", 10), ("github: 3 requests", 5), ("joining accounts", 3)):
        timed(line)
        clock.now += takes
    assert timed.seconds() == {"plan": 2, "crawl": 15, "resolve": 3}
    clock.now += 100
    assert timed.seconds() == {"plan": 2, "crawl": 15, "resolve": 3}, "it is over"
    assert heard == ["planning", "crawling", "github: 3 requests", "joining accounts"]


def test_the_lines_of_the_night_are_its_steps() -> None:
    """A step whose line was reworded would not be timed any more."""
    from pathlib import Path

    import sourcing.nightly._running as running

    said = Path(running.__file__).read_text("utf-8")
    assert [line for line in STEPS if f'self.progress("{line}")' not in said] == []
