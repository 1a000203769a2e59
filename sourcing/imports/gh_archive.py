"""GH Archive: hourly files of public GitHub events, as hints who was active where we look.

A hint, never a count: the archive sees one page of three at best, most kinds of events are lost since 2025, and since
October 2025 an event is only a pointer "this account touched this repository". An hour that is absent, empty or broken
is unknown, never quiet.
"""

import base64
import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import ClassVar, NamedTuple

from pydantic import Field

from sourcing.crawl import agent
from sourcing.imports import _download
from sourcing.imports._gh_archive import Event, Hour, Watch, read_hour, start_of
from sourcing.imports._kind import FileKind, Settings
from sourcing.nightly import active_roles, lanes_of
from spiders._card import Card
from spiders._github.people import kind_of
from storage.errors import ConfigError
from storage.records import Account, AccountKey, Item, Kind, LaneState, Origin, Sighting

SOURCE = "github"
WATCHED_KINDS = frozenset({"contributors", "merged_authors"})  # lanes that name a repository
ASKED = re.compile(r"(\d{4}-\d{2}-\d{2})(?:-(\d{1,2}))?")
FILE = re.compile(r"(\d{4}-\d{2}-\d{2})-(\d{1,2})\.json(?:\.gz)?")
HOURS, REPOSITORIES = "import/gh_archive/hours", "import/gh_archive/repositories"
REMEMBERED = 2_000  # hours (twelve weeks), and repositories
# How much an event says about its author, for the order in which the GitHub source reads people; stars, forks and
# everything else say nothing about work.
INTEREST = {
    "PushEvent": 3.0,
    "ReleaseEvent": 3.0,
    "PullRequestEvent": 2.0,
    "PullRequestReviewEvent": 2.0,
    "PullRequestReviewCommentEvent": 2.0,
    "CommitCommentEvent": 1.0,
    "IssuesEvent": 1.0,
    "IssueCommentEvent": 1.0,
    "GollumEvent": 1.0,
}


class GhArchiveSettings(Settings):
    """Settings of the import of GH Archive."""

    base: str = Field("https://data.gharchive.org", description="where hours are fetched from")
    max_people: int = Field(
        2_000, ge=0, description="people nobody knows yet kept per import, most telling event first"
    )
    repositories: str = Field("", description="further repositories to watch: owner/name, separated by commas")


class _Latest(NamedTuple):
    """The latest thing an account was seen to do."""

    at: datetime
    login: str
    repository: str
    interest: float


class GhArchive(FileKind[GhArchiveSettings]):
    """Hourly files, a folder of them, or a day (`2026-11-24`) or hour (`2026-11-24-3`) that is fetched first."""

    name = "gh_archive"
    settings_model: ClassVar[type[Settings]] = GhArchiveSettings
    card = Card(
        title="GH Archive",
        method="import of hourly files of public GitHub events, fetched from the archive or brought as files",
        terms="https://www.gharchive.org/",
        terms_read=date(2026, 11, 22),
        fields=("handle", "numeric id", "time of the latest event", "time a watched repository was last touched"),
        limits="24 files a day, 60–130 MB an hour while the archive was whole; one at a time",
        yields="hints only: accounts at work in the repositories that lanes of active roles name",
        default_on=False,
        why_off="imported by hand; the archive is degraded since October 2025",
        fresh_days=2,
        robots=False,
    )

    def read(self) -> Iterator[Item | LaneState]:
        """Sightings of people we know, accounts nobody knew in watched repositories, and how the hours were."""
        known = {row.account.source_id for row in self.job.store.known(SOURCE) if row.kind is Kind.PERSON}
        watch = Watch(self._repositories(), known)
        latest: dict[str, _Latest] = {}
        touched: dict[str, datetime] = {}
        hours = [self._hour(start, path, watch, latest, touched) for start, path in self._files()]
        yield from self._hints(latest, known)
        yield self._hours(hours)
        yield self._touched(touched)
        self._report(hours)

    def _repositories(self) -> set[str]:
        lanes = lanes_of(active_roles(self.job.config), [SOURCE])
        named = {lane.target for lane in lanes if lane.kind in WATCHED_KINDS}
        return named | {name.strip() for name in self.settings.repositories.split(",") if name.strip()}

    def _files(self) -> Iterator[tuple[datetime, Path | None]]:
        """The hours asked for, each with its file; None where the archive has none."""
        path = self.job.path
        if path.is_dir():
            named = [(found, file) for file in path.iterdir() if (found := FILE.fullmatch(file.name))]
        elif path.is_file():
            named = [(found, path)] if (found := FILE.fullmatch(path.name)) else []
        elif asked := ASKED.fullmatch(str(path)):
            yield from self._fetched(asked[1], asked[2])
            return
        else:
            raise ConfigError(f"{path}: no such file; name one, a folder, a day (2026-11-24) or an hour (2026-11-24-3)")
        if not named:
            raise ConfigError(f"{path}: no file is called like an hour of the archive (2026-11-24-3.json.gz)")
        yield from sorted(((_start(found[1], found[2]), file) for found, file in named), key=lambda pair: pair[0])

    def _fetched(self, day: str, hour: str | None) -> Iterator[tuple[datetime, Path | None]]:
        folder = self.job.config.folder / "downloads" / self.name
        for number in [hour] if hour else map(str, range(24)):
            start, name = _start(day, number), f"{day}-{int(number)}.json.gz"
            try:
                path = _download.fetch(
                    f"{self.settings.base.rstrip('/')}/{name}",
                    folder / name,
                    agent=agent(self.job.config),
                    progress=self.job.progress,
                )
            except _download.AbsentError:
                yield start, None
            else:
                yield start, path

    def _hour(
        self,
        start: datetime,
        path: Path | None,
        watch: Watch,
        latest: dict[str, _Latest],
        touched: dict[str, datetime],
    ) -> Hour:
        hour = Hour(f"{start:%Y-%m-%dT%H}", "read" if path else "absent")
        self.job.progress(f"{self.name}: {hour.start}")
        for event in read_hour(path, hour, watch) if path else ():
            self._take(event, watch, latest, touched)
        self.job.count("unreadable_line", hour.unreadable)
        self.job.count("line_too_long", hour.too_long)
        return hour

    def _take(self, event: Event, watch: Watch, latest: dict[str, _Latest], touched: dict[str, datetime]) -> None:
        interest, repository = INTEREST.get(event.type), event.repo.name.casefold()
        if interest is None or kind_of("User", event.actor.login) is Kind.BOT:
            self.job.count("event_by_bot" if interest else "event_without_work")
            return
        if event.created_at > self.job.now:
            self.job.count("event_in_the_future")
            return
        if repository in watch.repositories:
            touched[repository] = max(event.created_at, touched.get(repository, event.created_at))
        number = str(event.actor.id)
        before = latest.get(number)
        if before is None or event.created_at >= before.at:
            interest = max(interest, before.interest if before else 0.0)
            latest[number] = _Latest(event.created_at, event.actor.login, event.repo.name, interest)

    def _hints(self, latest: Mapping[str, _Latest], known: Collection[str]) -> Iterator[Item]:
        for number, last in latest.items():
            if number in known:
                yield self._sighting(number, last)
        fresh = [(number, last) for number, last in latest.items() if number not in known]
        fresh.sort(key=lambda pair: (-pair[1].interest, -pair[1].at.timestamp(), int(pair[0])))
        self.job.count("over_max_people", max(0, len(fresh) - self.settings.max_people))
        for number, last in fresh[: self.settings.max_people]:
            yield self._account(number, last)

    def _sighting(self, number: str, last: _Latest) -> Sighting:
        marks = {"active_at": last.at.isoformat()}
        return Sighting(account=AccountKey(SOURCE, number), handle=last.login, markers=marks, seen_at=last.at)

    def _account(self, number: str, last: _Latest) -> Account:
        """Somebody new, with the marks by which the next night looks at them: a hundred to the point."""
        marks = {"node_id": node_id(int(number)), "interest": f"{last.interest:.2f}", "active_at": last.at.isoformat()}
        return Account(
            source=SOURCE,
            source_id=number,
            handle=last.login,
            url=f"https://github.com/{last.login}",
            kind=Kind.PERSON,
            markers=marks,
            observed=frozenset({"handle", "kind"}),
            origin=self._origin(last),
        )

    def _origin(self, last: _Latest) -> Origin:
        return self.stamp(f"https://github.com/{last.repository}").model_copy(update={"source": SOURCE})

    def _hours(self, hours: list[Hour]) -> LaneState:
        """How each hour was, earlier imports included; one that was read once stays read."""
        before = self._remembered(HOURS)
        now = {hour.start: hour.state for hour in hours if before.get(hour.start) != "read"}
        return self.remember(HOURS, dict(sorted({**before, **now}.items())[-REMEMBERED:]))

    def _touched(self, touched: Mapping[str, datetime]) -> LaneState:
        """When each watched repository was last seen touched; says nothing of those that are not in it."""
        before = self._remembered(REPOSITORIES)
        now = {name: max(at.isoformat(), before.get(name, "")) for name, at in touched.items()}
        newest = sorted({**before, **now}.items(), key=lambda pair: pair[1])[-REMEMBERED:]
        return self.remember(REPOSITORIES, dict(sorted(newest)))

    def _remembered(self, lane: str) -> dict[str, str]:
        held = self.job.store.lane_state(lane)
        return {str(name): str(said) for name, said in held.state.items()} if held else {}

    def _report(self, hours: list[Hour]) -> None:
        unknown = [hour for hour in hours if hour.state != "read"]
        for hour in unknown:
            self.job.count(f"hour_{hour.state}")
        if unknown:
            named = ", ".join(f"{hour.start} {hour.state}" for hour in unknown[:5])
            self.job.findings.insert(0, f"{len(unknown)} of {len(hours)} hours are unknown, not quiet: {named}")


def node_id(number: int) -> str:
    """The node id of a user, from the numeric one: "U_" and the message pack [0, number] in base 64."""
    packed = (
        b"\x92\x00\xce" + number.to_bytes(4, "big") if number < 2**32 else b"\x92\x00\xcf" + number.to_bytes(8, "big")
    )
    return "U_" + base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _start(day: str, hour: str) -> datetime:
    try:
        return start_of(day, hour)
    except ValueError:
        raise ConfigError(f"{day}-{hour}: no such hour; hours go from 0 to 23") from None
