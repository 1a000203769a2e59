"""What the source of events says of itself: card, settings, and what its night takes."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from spiders._about import About
from spiders._card import Card, Options
from spiders._course.past import Past, Work
from spiders._events import targets
from storage.records import Lane


class EventRow(BaseModel):
    """One event or people's folder the operator wants read, whatever the roles say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["pretalx", "sessionize", "git"] = Field(description="how the event publishes its programme")
    target: str = Field(description="pretalx: host/event; sessionize: event id; git: owner/name of the repository")
    name: str = Field("", description="name of the event, where its answer does not give one (sessionize, git)")
    url: str = Field("", description="page people read, where the answer does not give one (sessionize)")
    series: str = Field("", description="pretalx: events of one series share the codes of their speakers")
    people: str = Field("", description="git: folder with one Markdown file per person")
    talks: str = Field("", description="git: YAML file with the list of talks")
    branch: str = Field("", description="git: branch; unset: the default one")
    tags: str = Field("", description="words added to every talk, separated by commas")

    def lane(self) -> Lane:
        """The lane of this row."""
        settings = self.model_dump(exclude={"kind", "target"})
        return Lane(source="events", kind=self.kind, target=targets.written(self.target, settings))


class EventsOptions(Options):
    """Settings of the events source."""

    events: tuple[EventRow, ...] = Field((), description="events to read besides those of the roles")
    pretalx: str = Field("https://{host}", description="base address of a pretalx installation; {host} as in the lane")
    sessionize: str = Field("https://sessionize.com/api/v2", description="base address of the public event views")
    github: str = Field("https://api.github.com", description="base address for listing a repository of people's files")
    raw: str = Field("https://raw.githubusercontent.com", description="base address of the files of a repository")
    site: str = Field("https://github.com", description="where people read the files of a repository")
    settled_after: int = Field(14, ge=0, description="days after its end when an event counts as settled")
    settled_again: int = Field(7, ge=0, description="days until a settled event is asked again")
    delay: float = Field(1.0, ge=0, description="seconds between two requests to one host")


class AboutEvents(About):
    """Talks: published programmes of events."""

    name = "events"
    options_model: ClassVar[type[Options]] = EventsOptions
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
