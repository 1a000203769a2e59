"""Members of a workspace from the export its owner made: a zip with one list per file and one file per channel and day.

The zip is read in place, one row at a time: nothing is unpacked to disk, private channels and direct messages are not
opened, and of messages only counts and days are kept. Who hands the file over vouches for the owner's consent.
"""

import json
import re
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, date, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field, field_validator

from sourcing.imports._kind import FileKind, Settings
from spiders._card import Card
from spiders._farewell import farewell
from spiders._reading.clean import each
from spiders._slack import activity
from spiders._slack.activity import Daily
from spiders._slack.answers import Channel, Member, Message
from spiders._slack.members import SOURCE, Workspace, account, no_member
from storage.errors import Unreadable
from storage.records import Gone, Item, LaneState, Origin

VERSION = "slack_export/1"
ROW = 4 * 1024 * 1024  # characters of one row; a message of Slack has at most 40,000
CHUNK = 64 * 1024
FILE = 512 * 1024 * 1024  # bytes of one file once unpacked
RATIO = 200  # times a file may grow when it is unpacked; text grows tenfold
_DECODER = json.JSONDecoder()
_SPACE = " \t\r\n"
_BETWEEN = re.compile(r"[ \t\r\n,]*")


class SlackExportSettings(Settings):
    """Settings of a Slack export; the consent is as for the crawl of a workspace."""

    channels: tuple[str, ...] = Field(min_length=1, description="public channels to read, separated by commas")
    consent_by: str = Field(min_length=1, description="owner of the workspace who consented")
    consent_on: date = Field(description="day of the owner's consent")
    consent_record: str = Field(min_length=1, description="where the consent is kept")
    workspace: str = Field("https://app.slack.com/", description="address of the workspace in the browser")
    opt_out_word: str = Field("#nosourcing", description="a member with this word in the profile is left out")
    min_contributions: int = Field(5, ge=1, description="messages and replies below which nobody is kept")

    @field_validator("channels", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [name for part in value.split(",") if (name := part.strip())] if isinstance(value, str) else value

    @field_validator("workspace")
    @classmethod
    def _slash(cls, value: str) -> str:
        return value.rstrip("/") + "/"


class SlackExport(FileKind[SlackExportSettings]):
    """The export zip of a workspace, handed over by its owner."""

    name: ClassVar[str] = "slack_export"
    settings_model: ClassVar[type[Settings]] = SlackExportSettings
    card: ClassVar[Card] = Card(
        title="Slack export",
        method="export zip made by an owner of the workspace; public channels named by the importer",
        terms="https://slack.com/terms-of-service/user",
        terms_read=date(2026, 11, 22),
        fields=(
            *("member id", "name", "headline", "links", "open_to_work"),
            *("channel activity: messages, replies, reactions, days, first and last day",),
        ),
        not_exported=("everything",),
        limits="none; the file is read in place",
        yields="the members who were heard in the channels named",
        exposes=("addresses in profile fields, whose labels an export does not tell: mentioned",),
        robots=False,
    )

    def read(self) -> Iterator[Item | LaneState]:
        """Members heard in the channels named; who left or opted out since is emptied where the Store knows them."""
        given = self.settings
        known = {known.account: known for known in self.job.store.known(SOURCE)}
        for item in read(
            self.job.path,
            now=self.job.now,
            channels=given.channels,
            workspace=given.workspace,
            opt_out_word=given.opt_out_word,
            min_contributions=given.min_contributions,
            counters=self.job.counters,
        ):
            if not isinstance(item, Gone):
                yield item
                continue
            seen = known.get(item.account)
            # An old export knows nothing of who came back since.
            if seen and not seen.gone_at and seen.last_seen <= item.origin.seen_at:
                yield from farewell(self.job.store, item.account, item.reason, given.workspace, item.origin)
        yield self._consent()

    def _consent(self) -> LaneState:
        given = self.settings
        said = {"by": given.consent_by, "on": given.consent_on.isoformat(), "record": given.consent_record}
        return self.remember(f"import/{self.name}/consent", said | {"channels": list(given.channels)})


def read(
    path: Path,
    *,
    now: datetime,
    channels: Collection[str],
    workspace: str = "https://app.slack.com/",
    opt_out_word: str = "#nosourcing",
    min_contributions: int = 1,
    counters: Counter[str] | None = None,
) -> Iterator[Item]:
    """Accounts and work of members heard in the public channels named, and who left; Unreadable for no export.

    `workspace` is its address in the browser; what was left out is counted in `counters`. Facts are as old as the
    export, so that a newer night is never overwritten.
    """
    count: Counter[str] = Counter() if counters is None else counters
    with _opened(path) as archive:
        at = _made_at(archive, now)
        export = _Export(archive, path.name, at, count)
        heard = export.heard(channels)
        yield from export.members(heard, workspace, opt_out_word, min_contributions)


class _Export:
    """One export, open."""

    def __init__(self, archive: zipfile.ZipFile, name: str, at: datetime, count: Counter[str]) -> None:
        self.archive, self.name, self.at, self.count = archive, name, at, count
        self.channels: dict[str, Channel] = {}

    def skip(self, name: str) -> None:
        self.count[name] += 1

    def origin(self, file: str) -> Origin:
        return Origin(source=SOURCE, url=f"import:{self.name}/{file}", seen_at=self.at, spider=VERSION)

    def heard(self, wanted: Collection[str]) -> dict[str, list[tuple[str, activity.Heard]]]:
        """Member → (channel id, counts), for the channels wanted."""
        names = {name.removeprefix("#") for name in wanted}
        for channel in each(Channel, _rows(self.archive, "channels.json"), self.skip):
            if channel.name in names and channel.closed:
                self.skip(f"channel_{channel.closed}")
            elif channel.name in names:
                self.channels[channel.name] = channel
        self.count["channel_not_found"] += len(names - self.channels.keys())
        found: dict[str, list[tuple[str, activity.Heard]]] = defaultdict(list)
        for name, counted in self._days().items():
            for one in activity.Channel({"posts": counted}).heard():
                found[one.user].append((name, one))
        return found

    def _days(self) -> dict[str, Daily]:
        """Channel → counts by day, file by file."""
        counted: dict[str, Daily] = defaultdict(dict)
        for info in sorted(self.archive.infolist(), key=lambda info: info.filename):
            folder, _, file = info.filename.rpartition("/")
            if folder not in self.channels or not file.endswith(".json"):
                continue
            try:
                self._count_day(counted[folder], info.filename)
            except Unreadable as error:
                self.skip(f"unreadable:{error.reason}")
        return counted

    def _count_day(self, counted: Daily, file: str) -> None:
        read = each(Message, _rows(self.archive, file), self.skip)
        for day, rows in activity.daily(read).items():
            into = counted.setdefault(day, {})
            for user, numbers in rows.items():
                into[user] = [a + b for a, b in zip(into.get(user, (0, 0, 0)), numbers, strict=True)]

    def members(
        self, heard: dict[str, list[tuple[str, activity.Heard]]], workspace: str, opt_out: str, least: int
    ) -> Iterator[Item]:
        origin = self.origin("users.json")
        for member in each(Member, _rows(self.archive, "users.json"), self.skip):
            # Labels of the workspace's own profile fields are not part of an export.
            space = Workspace(member.team_id, workspace, opt_out)
            reason, work = no_member(member, opt_out), heard.get(member.id, [])
            if reason:
                self.skip(f"member_{reason}")
                yield Gone(account=space.key(member.id), reason=reason, origin=origin)
            elif sum(one.contributions for _, one in work) < least:
                self.skip("below_min_contributions")
            else:
                yield account(member, member.profile, space, origin, self.skip)
                yield from self._work(member, work, space)

    def _work(self, member: Member, work: list[tuple[str, activity.Heard]], space: Workspace) -> Iterator[Item]:
        for name, one in work:
            number = self.channels[name].id
            url, origin = f"{space.address}archives/{number}", self.origin(f"{name}/")
            yield activity.evidence(space.key(member.id), one, number, name, url, origin)


# ---- the zip ------------------------------------------------------------------------------------------------


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise Unreadable("no_export", f"{path}: {error}; name the zip file that Slack made") from error
    missing = [name for name in ("users.json", "channels.json") if name not in archive.namelist()]
    if missing:
        archive.close()
        raise Unreadable("no_export", f"{path} holds no {' and no '.join(missing)}; it is no export of a workspace")
    return archive


def _made_at(archive: zipfile.ZipFile, now: datetime) -> datetime:
    """When the export was made, as its list of members says; never after now."""
    try:
        return min(now, datetime(*archive.getinfo("users.json").date_time, tzinfo=UTC))
    except ValueError:
        return now


def _rows(archive: zipfile.ZipFile, name: str) -> Iterator[dict[str, Any]]:
    """The rows of a file that holds one list; Unreadable where it is none or unpacks to too much."""
    info = archive.getinfo(name)
    if info.file_size > FILE or info.file_size > RATIO * max(info.compress_size, 4096):
        raise Unreadable("too_large", f"{name} unpacks to {info.file_size} bytes")
    try:
        with archive.open(info) as raw:
            yield from _elements(TextIOWrapper(raw, "utf-8-sig", errors="replace").read, name)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        raise Unreadable("broken_zip", f"{name}: {error}") from error


def _elements(more: Callable[[int], str], name: str) -> Iterator[dict[str, Any]]:
    """Elements of a JSON list as they come, holding one at a time; those that are no objects are left out."""
    held = more(CHUNK).lstrip(_SPACE)
    if not held.startswith("["):
        raise Unreadable("no_list", f"{name} holds no list")
    at = 1
    while True:
        at = _BETWEEN.match(held, at).end()  # type: ignore[union-attr]  # it matches everywhere
        if held.startswith("]", at):
            return
        try:
            element, at = _DECODER.raw_decode(held, at)
        except (ValueError, RecursionError) as error:
            held, at = _grown(held[at:], more, name, error), 0
            continue
        if isinstance(element, dict):
            yield element


def _grown(held: str, more: Callable[[int], str], name: str, error: Exception) -> str:
    """What is held with the next piece of the file; Unreadable at its end, or for a row that never ends."""
    piece = "" if isinstance(error, RecursionError) or len(held) > ROW else more(max(CHUNK, len(held)))
    if not piece:
        raise Unreadable("broken_list", f"{name}: {error}") from error
    return held + piece
