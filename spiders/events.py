"""People who speak at conferences and meetups, from programmes that organisers publish for programs to read.

One request per event gives everybody on stage with a biography and the talks: the schedule export of pretalx, the
public views of Sessionize, or people's files a community keeps in git. Attendance proves nothing and is never asked.
"""

from collections.abc import Callable, Iterable

from scrapy import Request

from spiders._events.about import AboutEvents
from spiders._events.files import GitLane
from spiders._events.schedules import PretalxLane, SessionizeLane
from storage.records import Lane


class Events(AboutEvents, PretalxLane, SessionizeLane, GitLane):
    """Talks: published programmes of events, without a token."""

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
