"""What a source says of itself without being loaded: card, settings, lanes of its own, and what a night will take.

Each source says it in `spiders/_NAME/about.py`, with one `About` that its spider inherits. Nothing there imports the
engine that crawls, which takes longer to load than all that lists, forecasts and checks of settings do.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from spiders._card import Card, Options
from spiders._course.past import LATENCY, Past, Work
from storage.records import Forecast, Lane

LINKED = "linked"  # kind of the lane of people named elsewhere


class About:
    """Base of what sources say of themselves."""

    name: str
    card: ClassVar[Card]
    options_model: ClassVar[type[Options]] = Options
    turn: ClassVar[int] = 1  # of a source that follows others: those of a later turn look once earlier ones are done

    @classmethod
    def base(cls, options: Options) -> str:
        """The address the token belongs to."""
        return str(getattr(options, "api", ""))

    @classmethod
    def own_lanes(cls, options: Options) -> list[Lane]:
        """Lanes that come from the source's options instead of a role (events to read, links to follow …)."""
        del options
        return []

    @classmethod
    def expects(cls, lanes: Sequence[Lane], options: Options, past: Past) -> Iterable[Work]:
        """What the lanes will take, as far as the source itself can tell; past nights know better."""
        del options, past
        return [Work(lane.id) for lane in lanes]

    @classmethod
    def pace(cls, options: Options, lanes: Sequence[Lane]) -> float:
        """Seconds a request takes, guessed until a night has shown it."""
        del lanes
        return max(options.delay, LATENCY) / options.concurrency

    @classmethod
    def forecast(cls, lanes: Sequence[Lane], options: Options, past: Past) -> list[Forecast]:
        """What the lanes will cost tonight; one that is not due costs nothing."""
        return past.forecasts(cls.expects(lanes, options, past), pace=cls.pace(options, lanes))

    @classmethod
    def needs(cls, rows: Sequence[Forecast]) -> Mapping[str, int]:
        """What a forecast takes of each budget of the source, by the name the budget goes by."""
        return {"": sum(row.requests for row in rows)}


class Follows(About):
    """A source (or a phase of one) that follows links found elsewhere; its lane is SOURCE/linked/accounts."""

    @classmethod
    def linked_lane(cls) -> Lane:
        """The lane of people named elsewhere."""
        return Lane(source=cls.name, kind=LINKED, target="accounts")

    @classmethod
    def own_lanes(cls, options: Options) -> list[Lane]:
        """Links found elsewhere are followed whatever the roles say."""
        return [cls.linked_lane()] if getattr(options, "linked", True) else []
