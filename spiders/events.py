"""People who speak at conferences and meetups, from programmes that organisers publish for programs to read.

One request per event gives everybody on stage with a biography and the talks: the schedule export of pretalx, the
public views of Sessionize, or people's files a community keeps in git. Attendance proves nothing and is never asked.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from scrapy import Request

from spiders._card import Card, Options
from spiders._course.past import Past, Work
from spiders._events import targets
from spiders._events.api import EventsOptions
from spiders._events.files import GitLane
from spiders._events.schedules import PretalxLane, SessionizeLane
from storage.records import Lane


class Events(PretalxLane, SessionizeLane, GitLane):
    """Talks: published programmes of events, without a token."""

    name = "events"
    card = Card(
        title="Events",
        method="published programmes: pretalx schedule export, Sessionize views, speaker files in public repositories",
        terms="https://docs.pretalx.org/",
        terms_read=date(2026, 11, 22),
        fields=(
            *("handle", "name", "headline", "bio", "company", "links"),
            *("talks: event, title, abstract, kind, track, date, length, number of speakers",),
        ),
        limits="one request per event and night, one a second; settled events once a week",
        yields="40 to 400 speakers per event; up to 450 people per repository of speaker files",
        expected_accounts=40,
        fresh_days=31,
        exposes=(
            "github, linkedin, twitter, mastodon, kaggle, website: claimed, where the organiser shows them",
            "addresses in biographies: mentioned",
        ),
    )

    @classmethod
    def base(cls, options: Options) -> str:
        """The address a token would belong to: the listing of repositories."""
        return str(getattr(options, "github", ""))

    @classmethod
    def own_lanes(cls, options: Options) -> list[Lane]:
        """The events of the settings."""
        return [row.lane() for row in options.events] if isinstance(options, EventsOptions) else []

    @classmethod
    def expects(cls, lanes: Sequence[Lane], options: Options, past: Past) -> Iterable[Work]:
        """One request per programme; a repository costs one per person on the first night."""
        del past
        files = {"git": 2 + min(options.max_profiles, 450)}
        return [Work(lane.id, first=files.get(lane.kind, 1), light=1) for lane in cls.distinct(lanes)]

    @classmethod
    def distinct(cls, lanes: Iterable[Lane]) -> list[Lane]:
        """Lanes of different events: one named by several roles is asked once."""
        return list({(lane.kind, targets.read(lane.target).where.casefold()): lane for lane in lanes}.values())

    def first(self) -> Iterable[Request]:
        """One request per event; an event named by several roles is asked once."""
        lanes = self.distinct(self.lanes)
        self.recall_lanes(lanes)
        kinds: dict[str, Callable[[Lane], Iterable[Request]]] = {
            "pretalx": self.pretalx_event,
            "sessionize": self.sessionize_event,
            "git": self.git_people,
        }
        for lane in lanes:
            if lane.kind not in kinds:
                self.ledger.skip(f"unknown_lane:{lane.kind}")
            elif self.settled(lane.id):
                self.ledger.skip("event_settled")
            else:
                yield from kinds[lane.kind](lane)
