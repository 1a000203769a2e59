"""The venue Slack: the Web API of one invented workspace."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from sourcing.demo.cast import Person
from sourcing.demo.server.desk import Door
from sourcing.demo.server.exchange import Answer, Question, say
from sourcing.demo.sources import Venue
from sourcing.demo.sources._workspace import CHANNELS, LABELS, NAME, TEAM, Workspace, member_of, user_of, workspace
from sourcing.demo.works import Record
from sourcing.demo.world import World
from storage.records import AccountKey

_SCOPES = "channels:history,channels:read,users.profile:read,users:read"
_GOOD = "demo"  # tokens beginning with it are good
_MOST = 999


def key(world: World, person: Person) -> AccountKey | None:
    """The living account of a person."""
    here = member_of(world.cast, person) and not workspace(world).left(person)
    return AccountKey(NAME, f"{TEAM}.{user_of(person)}") if here else None


def doors() -> list[tuple[str, str, Door]]:
    """Everything that can be asked."""
    return [
        ("GET", f"/{NAME}/api/{method}", Door(NAME, method, NAME, _guarded(make))) for method, make in _METHODS.items()
    ]


def no(error: str, **more: str) -> Record:
    """A "no", which HTTP calls 200."""
    return {"ok": False, "error": error, **more}


Method = Callable[[Workspace, World, Mapping[str, str]], Record]


def _guarded(method: Method) -> Callable[[World, Question], Answer]:
    def answer(world: World, question: Question) -> Answer:
        if not question.token.startswith(_GOOD):
            return say(no("invalid_auth" if question.token else "not_authed"))
        body = method(workspace(world), world, question.query)
        return say({"ok": True} | body, x_oauth_scopes=_SCOPES)

    return answer


def _identity(_: Workspace, __: World, ___: Mapping[str, str]) -> Record:
    return {
        "team": "Demo",
        "team_id": TEAM,
        "url": "https://demo-workspace.example/",
        "user": "app",
        "user_id": "U0BOT",
    }


def _labels(_: Workspace, __: World, ___: Mapping[str, str]) -> Record:
    return {"profile": {"fields": [{"id": number, "label": label} for number, label in LABELS.items()]}}


def _users(space: Workspace, _: World, asked: Mapping[str, str]) -> Record:
    return _paged(space.members, asked, "members") | {"cache_ts": int(time.time())}


def _profile(space: Workspace, world: World, asked: Mapping[str, str]) -> Record:
    number = asked.get("user", "").removeprefix("U")
    index = int(number) if number.isdigit() else -1
    people = world.cast.people
    if not 0 <= index < len(people) or not member_of(world.cast, people[index]):
        return no("user_not_found")
    return {"profile": space.profile(people[index])}


def _channels(_: Workspace, __: World, asked: Mapping[str, str]) -> Record:
    rows = [
        {"id": number, "name": name, "is_private": False, "is_archived": False} for number, name in CHANNELS.items()
    ]
    return _paged(rows, asked, "channels")


def _history(space: Workspace, _: World, asked: Mapping[str, str]) -> Record:
    channel = asked.get("channel", "")
    if channel not in CHANNELS:
        return no("channel_not_found")
    oldest = float(asked.get("oldest") or 0)
    rows = [row for row in space.messages(channel) if float(row["ts"]) > oldest]
    body = _paged(rows, asked, "messages")
    return body | {"has_more": bool(body["response_metadata"]["next_cursor"])}


def _replies(space: Workspace, _: World, asked: Mapping[str, str]) -> Record:
    channel, root = asked.get("channel", ""), asked.get("ts", "").partition(".")[0]
    if channel not in CHANNELS:
        return no("channel_not_found")
    rows = space.thread(channel, int(root)) if root.isdigit() else []
    return _paged(rows, asked, "messages") | {"has_more": False} if rows else no("thread_not_found")


def _paged(rows: list[Record], asked: Mapping[str, str], name: str) -> Record:
    limit = asked.get("limit", "")
    size = min(int(limit) if limit.isdigit() and int(limit) else 100, _MOST)
    token = asked.get("cursor", "")
    start = int(token[1:-1]) if token[1:-1].isdigit() else 0
    following = f"c{start + size}=" if start + size < len(rows) else ""
    return {name: rows[start : start + size], "response_metadata": {"next_cursor": following}}


_METHODS: dict[str, Method] = {
    "auth.test": _identity,
    "team.profile.get": _labels,
    "users.list": _users,
    "users.profile.get": _profile,
    "conversations.list": _channels,
    "conversations.history": _history,
    "conversations.replies": _replies,
}


def _options(base: str) -> dict[str, object]:
    consent = {"consent_by": "owner of the demo", "consent_record": "nobody there exists"}
    days = dict.fromkeys(("consent_on", "notice_on"), datetime(2026, 1, 1, tzinfo=UTC).date())
    listed = ["help-machine-learning", "papers"]
    tiers = dict.fromkeys(("tier_2", "tier_3", "tier_4"), 0)
    return {
        "enabled": True,
        "api": f"{base}/{NAME}/api",
        "workspace": TEAM,
        "channels": listed,
        **consent,
        **days,
        **tiers,
    }


VENUE = Venue(
    name=NAME,
    doors=doors,
    options=_options,
    key=key,
    environment={"SLACK_BOT_TOKEN": "demo-slack"},
)
