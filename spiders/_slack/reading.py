"""Reading a workspace: whose it is, its channels and members, and what was said where, as counts."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from scrapy import Request
from scrapy.http import Response

from spiders._base import Yielded
from spiders._reading.clean import each
from spiders._slack.activity import Channel as Memory
from spiders._slack.answers import (
    Channel,
    Channels,
    FieldLabel,
    History,
    Identity,
    Member,
    Members,
    Message,
    TeamProfile,
)
from spiders._slack.api import SlackApi
from spiders._slack.members import Workspace

WORKSPACE = "slack/workspace/members"
SMALL = 15  # messages per page for apps Slack takes as commercially distributed


class ReadChannel:
    """One allow-listed channel of tonight."""

    def __init__(self, lane: str, channel: Channel, memory: Memory, since: date) -> None:
        self.lane, self.channel, self.memory, self.since = lane, channel, memory, since
        self.messages: list[Message] = []
        self.pages = 0
        self.read = False


class WorkspaceReading(SlackApi):
    """The reading half of a night; `decide` follows when everything asked was answered."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.steps.append(self.decide)
        self.space = Workspace("", "")
        self.labels: dict[str, str] = {}
        self.members: dict[str, Member] = {}
        self.members_complete = False
        self.channels: dict[str, ReadChannel] = {}
        self.wanted: dict[str, str] = {}  # name of a channel → its lane
        self.threads_left = 0

    def decide(self) -> Iterator[Yielded]:
        """What to keep of what was read."""
        raise NotImplementedError

    # ---- the workspace ------------------------------------------------------------------------------------------

    def enter(self) -> Iterator[Request]:
        """Ask whose token this is."""
        self.threads_left = self.options.max_threads
        yield self.call("auth.test", self.entered, lane=WORKSPACE)

    def entered(self, response: Response) -> Iterator[Yielded]:
        """Go on in the workspace the consent speaks of, and in no other."""
        found = self.read(response, Identity)
        if found.team_id != self.options.workspace:
            reason = f"the token is of workspace {found.team_id}, the consent of {self.options.workspace}"
            self.stop("refused", reason)
            return
        self.space = Workspace(found.team_id, found.url, self.options.opt_out_word, self.labels)
        page: dict[str, object] = {"limit": self.options.page}
        kinds = page | {"types": "public_channel", "exclude_archived": "true"}
        yield self.part("team.profile.get", self.labelled, lane=WORKSPACE)
        yield self.part("users.list", self.listed, lane=WORKSPACE, given=page)
        yield self.part("conversations.list", self.found, lane=WORKSPACE, given=kinds, asked=kinds)

    def labelled(self, response: Response) -> Iterator[Yielded]:
        """Keep how the workspace calls its profile fields."""
        answer = self.read_optional(response, TeamProfile)
        for field in each(FieldLabel, answer.profile.fields if answer else (), self.ledger.skip):
            self.labels[field.id] = field.label
        yield from ()

    def listed(self, response: Response) -> Iterator[Yielded]:
        """One page of members, and the next."""
        answer = self.read(response, Members)
        rows = [row for row in answer.members if isinstance(row, dict)]
        self.ledger.skip("unreadable_row:Member", len(answer.members) - len(rows))
        for member in each(Member, rows, self.ledger.skip):
            self.members[member.id] = member
        if answer.cursor:
            given: dict[str, object] = {"limit": self.options.page, "cursor": answer.cursor}
            yield self.part("users.list", self.listed, lane=WORKSPACE, given=given)
        else:
            self.members_complete = True

    # ---- channels -----------------------------------------------------------------------------------------------

    def found(self, response: Response, asked: dict[str, object]) -> Iterator[Yielded]:
        """Of a page of channels, read the allow-listed ones."""
        answer = self.read(response, Channels)
        for channel in each(Channel, answer.channels, self.ledger.skip):
            lane = self.wanted.pop(channel.name, None)
            if lane is None:
                continue
            if channel.closed:
                self.ledger.skip(f"channel_{channel.closed}")
                continue
            yield self.begin(lane, channel)
        if answer.cursor:
            given = asked | {"cursor": answer.cursor}
            yield self.part("conversations.list", self.found, lane=WORKSPACE, given=given, asked=asked)
        else:
            self.ledger.skip("channel_not_found", len(self.wanted))

    def begin(self, lane: str, channel: Channel) -> Request:
        """Read a channel from where it has to be counted anew."""
        state = self.recall(lane)
        read = ReadChannel(lane, channel, Memory(state), self._since(state.get("read")))
        self.channels[channel.id] = read
        return self.history(read, "")

    def _since(self, last: str | None) -> date:
        oldest = self.now().date() - timedelta(days=self.options.window_days)
        return max(oldest, date.fromisoformat(last) - timedelta(days=self.options.recount_days)) if last else oldest

    def history(self, read: ReadChannel, cursor: str) -> Request:
        """Ask for the next page of a channel's messages, newest first."""
        begin = datetime(read.since.year, read.since.month, read.since.day, tzinfo=UTC)
        given: dict[str, object] = {"channel": read.channel.id, "limit": self.options.page}
        given |= {"oldest": f"{int(begin.timestamp())}.000000"} | ({"cursor": cursor} if cursor else {})
        return self.part("conversations.history", self.heard, lane=read.lane, given=given, read=read)

    def heard(self, response: Response, read: ReadChannel) -> Iterator[Yielded]:
        """One page of messages; after the last one, the threads that grew."""
        answer = self.read(response, History)
        if answer.has_more and len(answer.messages) <= SMALL < self.options.page:
            self.stop(
                "limit", f"Slack gives this app {SMALL} messages a minute; make it an internal app of the workspace"
            )
            return
        read.messages += self._within(each(Message, answer.messages, self.ledger.skip), read.since)
        read.pages += 1
        if answer.cursor and read.pages < self.options.history_pages:
            yield self.history(read, answer.cursor)
            return
        if answer.cursor:
            # The oldest day read may be half a day: it is left out.
            self.ledger.skip("history_over_pages")
            read.since = min((message.at.date() for message in read.messages), default=read.since) + timedelta(days=1)
        read.memory.recount(self._within(read.messages, read.since), read.since)
        read.read = True
        yield from self.threads(read)

    def _within(self, messages: Iterable[Message], since: date) -> list[Message]:
        return [message for message in messages if message.at.date() >= since]

    def threads(self, read: ReadChannel) -> Iterator[Request]:
        """Ask for the replies of threads that grew, as many as the night has left."""
        grown = read.memory.grown(read.messages)
        chosen = grown[: self.threads_left]
        self.threads_left -= len(chosen)
        self.ledger.skip("thread_left_for_next_night", len(grown) - len(chosen))
        for parent in chosen:
            yield self.replies(read, parent, [], "")

    def replies(self, read: ReadChannel, parent: Message, before: list[Message], cursor: str) -> Request:
        """Ask for the next page of a thread."""
        given: dict[str, object] = {"channel": read.channel.id, "ts": parent.ts, "limit": self.options.page}
        given |= {"cursor": cursor} if cursor else {}
        return self.part(
            "conversations.replies", self.replied, lane=read.lane, given=given, read=read, parent=parent, before=before
        )

    def replied(
        self, response: Response, read: ReadChannel, parent: Message, before: list[Message]
    ) -> Iterator[Yielded]:
        """One page of a thread; it is kept once it was read to its end."""
        answer = self.read(response, History)
        messages = [*before, *each(Message, answer.messages, self.ledger.skip)]
        if answer.cursor:
            yield self.replies(read, parent, messages, answer.cursor)
        else:
            read.memory.replied(parent, messages)
