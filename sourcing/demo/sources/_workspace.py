"""An invented workspace: its members, what they say of themselves, and who wrote how often in its channels."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from weakref import WeakKeyDictionary

from sourcing.demo.bios import OPT_OUTS, headline, spelled
from sourcing.demo.cast import Cast, Person
from sourcing.demo.chance import Chance
from sourcing.demo.clock import DAY
from sourcing.demo.links import github_page, kaggle_page, site
from sourcing.demo.works import Record
from sourcing.demo.world import World

NAME = "slack"
TEAM = "T0DEMO"
CHANNELS = {"C01HELP": "help-machine-learning", "C02PAPERS": "papers", "C03RANDOM": "random"}
LABELS = {"Xf01": "GitHub", "Xf02": "Kaggle", "Xf03": "Website", "Xf04": "Based in", "Xf05": "Date of birth"}
CHANGING = 0.03  # members something happens to on a day
_SHARE = 0.16  # of those with a role
_HISTORY = 30  # days before the world's first


@dataclass(frozen=True, slots=True)
class Said:
    """One message; `root` is the message it answers."""

    user: str
    at: int
    root: int = 0
    reactions: int = 0


def user_of(person: Person) -> str:
    """The id of a member."""
    return f"U{person.index:08d}"


def member_of(cast: Cast, person: Person) -> bool:
    """Whether somebody ever was a member."""
    there = person.kind == "User" and person.field.id not in ("bot", "organisation")
    return there and Chance(cast.seed, person.index, NAME).often(_SHARE if person.field.role else _SHARE / 4)


class Workspace:
    """The workspace on one day."""

    def __init__(self, world: World) -> None:
        self._cast, self._day = world.cast, world.day

    @cached_property
    def people(self) -> list[Person]:
        """Everybody who ever was a member."""
        return [person for person in self._cast.people if member_of(self._cast, person)]

    @cached_property
    def happened(self) -> dict[int, list[tuple[int, str]]]:
        """Person → (day, what): a new title, a message, leaving."""
        found: dict[int, list[tuple[int, str]]] = defaultdict(list)
        for day in range(1, self._day + 1):
            chance = Chance(self._cast.seed, NAME, "day", day)
            for person in chance.some(self.people, max(1, round(len(self.people) * CHANGING))):
                found[person.index].append((day, chance.pick(("title", "message", "message", "leave"))))
        return found

    def left(self, person: Person) -> bool:
        """Whether a member has left."""
        return any(what == "leave" for _, what in self.happened.get(person.index, ()))

    @cached_property
    def members(self) -> list[Record]:
        """users.list"""
        bot = {"id": "U0BOT", "name": "helper", "is_bot": True, "profile": {"real_name": "Helper"}}
        return [*(self.member(person) for person in self.people), bot]

    def member(self, person: Person) -> Record:
        """A row of users.list."""
        edits = [day for day, what in self.happened.get(person.index, ()) if what in ("title", "leave")]
        profile = {key: value for key, value in self.profile(person).items() if key != "fields"}
        row: Record = {
            "id": user_of(person),
            "team_id": TEAM,
            "name": person.latin.replace(" ", "."),
            "profile": profile,
        }
        row |= {"deleted": self.left(person), "is_bot": False, "updated": self._cast.zero + DAY * max(edits, default=0)}
        return row | {"tz": person.place.zone, "is_restricted": Chance(self._cast.seed, user_of(person)).often(0.03)}

    def profile(self, person: Person) -> Record:
        """users.profile.get; custom fields name other accounts of some."""
        chance = Chance(self._cast.seed, person.index, NAME, "profile")
        titles = [day for day, what in self.happened.get(person.index, ()) if what == "title"]
        title = headline(person) if not titles else f"{headline(person)}, team {titles[-1]}"
        if person.opted_out:
            title = f"{title}. {OPT_OUTS[person.index % len(OPT_OUTS)]}"
        written = {
            "Xf01": github_page(person.login) if person.login and chance.often(0.35) else "",
            "Xf02": kaggle_page(person.kaggle) if person.kaggle and chance.often(0.2) else "",
            "Xf03": site(person) if chance.often(0.2) else "",
            "Xf04": spelled(chance, person.place) or "",
            "Xf05": "1990-01-01" if chance.often(0.1) else "",
        }
        fields = {name: {"value": value, "alt": ""} for name, value in written.items() if value}
        return {
            "real_name": person.name,
            "display_name": person.latin.split(" ")[0],
            "title": title,
            "status_text": "Open to work" if person.hireable and chance.often(0.2) else "",
            "email": f"{person.index}@mail.example",
            "fields": fields or None,
        }

    @cached_property
    def said(self) -> dict[str, list[Said]]:
        """Channel → its messages and replies, oldest first."""
        rows: dict[str, list[Said]] = {channel: [] for channel in CHANNELS}
        for person in self.people:
            chance = Chance(self._cast.seed, person.index, NAME, "said")
            for _ in range(min(40, chance.heavy(3 * person.active))):
                day = chance.below(_HISTORY) - _HISTORY
                self._say(rows, person, chance, day)
        for person in self.people:
            for day, what in self.happened.get(person.index, ()):
                if what == "message":
                    self._say(rows, person, Chance(self._cast.seed, person.index, NAME, day), day - 1)
        return {channel: sorted(found, key=lambda one: (one.at, one.user)) for channel, found in rows.items()}

    def _say(self, rows: dict[str, list[Said]], person: Person, chance: Chance, day: int) -> None:
        channel = chance.pick(list(CHANNELS))
        # Seconds are even for messages and odd for replies, so that no two ids are equal.
        at = self._cast.zero + day * DAY + 2 * chance.below(DAY // 2 - 1)
        rows[channel].append(Said(user_of(person), at, reactions=chance.below(3)))
        if chance.often(0.15):
            other = chance.pick(self.people)
            rows[channel].append(Said(user_of(other), at + 1, root=at, reactions=chance.below(2)))

    def messages(self, channel: str) -> list[Record]:
        """conversations.history, newest first."""
        replies: dict[int, list[Said]] = defaultdict(list)
        for one in self.said[channel]:
            if one.root:
                replies[one.root].append(one)
        roots = {one.at: one for one in self.said[channel] if not one.root}
        return [self._row(one, replies.get(one.at, [])) for one in reversed(roots.values())]

    def thread(self, channel: str, root: int) -> list[Record]:
        """conversations.replies: the first message and what answers it."""
        found = [one for one in self.said[channel] if root in (one.at, one.root)]
        return [self._row(one, [other for other in found if other.root == one.at]) for one in found]

    def _row(self, one: Said, replies: list[Said]) -> Record:
        row: Record = {"type": "message", "user": one.user, "text": "…", "ts": f"{one.at}.000100"}
        if one.reactions:
            row["reactions"] = [{"name": "raised_hands", "count": one.reactions, "users": []}]
        if one.root:
            row["thread_ts"] = f"{one.root}.000100"
        if replies:
            row |= {"thread_ts": row["ts"], "reply_count": len(replies), "latest_reply": f"{replies[-1].at}.000100"}
        return row


_OPEN: "WeakKeyDictionary[World, Workspace]" = WeakKeyDictionary()


def workspace(world: World) -> Workspace:
    """The workspace on the world's day, made once."""
    if world not in _OPEN:
        _OPEN[world] = Workspace(world)
    return _OPEN[world]
