"""Events that publish their whole programme at one address: pretalx and Sessionize."""

from collections.abc import Iterator
from typing import Any

from scrapy import Request
from scrapy.http import Response

from spiders._base import Yielded
from spiders._events import pretalx, sessionize, targets
from spiders._events.api import EventsApi
from spiders._events.programme import digest
from spiders._events.targets import Target
from storage.records import Lane


class PretalxLane(EventsApi):
    """pretalx: the public schedule export, never the REST interface, which robots.txt closes."""

    def pretalx_event(self, lane: Lane) -> Iterator[Request]:
        """One request per event."""
        target = targets.read(lane.target)
        place = targets.installation(target)
        if place is None:
            self.ledger.skip("lane_not_understood")
            return
        base = f"{self.options.pretalx.format(host=place[0])}/{place[1]}"
        yield self.ask(
            f"{base}/schedule/export/schedule.json",
            self.exported,
            lane=lane.id,
            conditional=True,
            on_unchanged=lambda _: self.unchanged(lane.id),
            on_missing=self.unpublished,
            name=lane.id,
            target=target,
            base=base,
        )

    def exported(self, response: Response, name: str, target: Target, base: str) -> Iterator[Yielded]:
        """The whole programme."""
        mark = digest(response.body)
        if self.memory[name].get("digest") == mark:
            yield from self.unchanged(name)
            return
        host, slug = targets.installation(target) or ("", "")
        export, series = self.read(response, pretalx.Export), targets.series(target, slug)
        found = pretalx.programme(export, host, slug, series, base, self.ledger.skip)
        yield from self.keep(name, target, found, mark, self.seen(response))

    def unpublished(self, response: Response, **_: Any) -> Iterator[Yielded]:
        """An event without a published programme: not yet, or not any more."""
        self.ledger.skip(f"programme_not_published:{response.url.split('/')[3][:60]}")
        yield from ()


class SessionizeLane(EventsApi):
    """Sessionize: the public views of an event, once a night."""

    def sessionize_event(self, lane: Lane) -> Iterator[Request]:
        """One request per event."""
        target = targets.read(lane.target)
        number = targets.event_id(target)
        if number is None:
            self.ledger.skip("lane_not_understood")
            return
        yield self.view("All", lane.id, target, self.everything, on_missing=self.in_parts)

    def view(self, view: str, name: str, target: Target, then: Any, *, on_missing: Any = None, **more: Any) -> Request:
        """Ask for one of the public views."""
        request = self.ask(
            f"{self.options.sessionize}/{target.where}/view/{view}",
            then,
            lane=name,
            conditional=view == "All",
            on_unchanged=lambda _: self.unchanged(name),
            on_missing=on_missing,
            name=name,
            target=target,
            **more,
        )
        # The views are an interface made for programs, unlike the pages of the site.
        request.meta["dont_obey_robotstxt"] = True
        return request

    def everything(self, response: Response, name: str, target: Target) -> Iterator[Yielded]:
        """The whole programme in one answer."""
        mark = digest(response.body)
        if self.memory[name].get("digest") == mark:
            yield from self.unchanged(name)
            return
        yield from self.sessionize_programme(
            response, self.read(response, sessionize.Everything), name=name, target=target, mark=mark
        )

    def in_parts(self, _: Response, name: str, target: Target) -> Iterator[Yielded]:
        """Some organisers show speakers and sessions only apart."""
        self.ledger.skip("sessionize_in_parts")
        yield self.view("Speakers", name, target, self.speakers)

    def speakers(self, response: Response, name: str, target: Target) -> Iterator[Yielded]:
        """The people; their sessions come next."""
        people = self.read(response, sessionize.People).root
        yield self.view("Sessions", name, target, self.sessions, people=people)

    def sessions(
        self, response: Response, name: str, target: Target, people: list[dict[str, Any]]
    ) -> Iterator[Yielded]:
        """The sessions of people already read."""
        groups = self.read(response, sessionize.Groups).root
        found = sessionize.Everything(sessions=[row for group in groups for row in group.sessions], speakers=people)
        yield from self.sessionize_programme(response, found, name=name, target=target, mark="")

    def sessionize_programme(
        self, response: Response, answer: sessionize.Everything, *, name: str, target: Target, mark: str
    ) -> Iterator[Yielded]:
        """Keep what was read."""
        wall = f"{self.options.sessionize}/{target.where}/view/SpeakerWall"
        page, event = target.setting("url", wall), target.setting("name", target.where)
        found = sessionize.programme(answer, event, page, target.where, self.ledger.skip)
        yield from self.keep(name, target, found, mark, self.seen(response))
