"""Hacker News: the monthly threads, their posts, and user pages."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from sourcing.demo.cast import Cast, Person
from sourcing.demo.chance import Chance
from sourcing.demo.changes import Change
from sourcing.demo.clock import DAY, midnight
from sourcing.demo.naming import firm
from sourcing.demo.posts import about, employer, post, reply
from sourcing.demo.works import Record

OWNER = "whoishiring"
WANTED = "Ask HN: Who wants to be hired? ({})"
HIRING = "Ask HN: Who is hiring? ({})"
FREELANCE = "Ask HN: Freelancer? Seeking freelancer? ({})"
_MONTHS = 6
_INTRO = (
    "Share your information if you are looking for work. Please use this format:<p><pre><code>  Location:\n"
    "  Remote:\n  Willing to relocate:\n  Technologies:\n  Résumé&#x2F;CV:\n  Email:\n</code></pre>\n"
    "Readers: please only email these addresses to discuss work opportunities."
)
_EMPLOYERS = 14


@dataclass(frozen=True, slots=True)
class Item:
    """One story or comment."""

    id: int
    kind: str  # story, comment
    by: str
    at: int
    text: str
    parent: int = 0
    title: str = ""
    deleted: bool = False
    kids: tuple[int, ...] = ()


class Threads:
    """Hacker News on one day."""

    def __init__(self, cast: Cast, past: Mapping[int, tuple[Change, ...]]) -> None:
        self._cast, self._past = cast, past

    @cached_property
    def stories(self) -> list[Item]:
        """The monthly threads, latest first: three a month."""
        found = []
        for back, day in enumerate(first_weekdays(self._cast.anchor, _MONTHS)):
            month, at = day.strftime("%B %Y"), midnight(day) + 15 * 3_600
            first = _story_id(back)
            kids = {first: self._candidates[back], first + 1: _employer_ids(first + 1), first + 3: ()}
            for number, title in ((first, WANTED), (first + 1, HIRING), (first + 3, FREELANCE)):
                named = title.format(month)
                found.append(Item(number, "story", OWNER, at + number - first, _INTRO, 0, named, kids=kids[number]))
        return found

    @cached_property
    def _candidates(self) -> list[tuple[int, ...]]:
        rows: list[list[int]] = [[] for _ in range(_MONTHS)]
        for person in self._posters:
            rows[person.thread].append(person.index)
        return [tuple(_post_id(back, rank) for rank in range(len(people))) for back, people in enumerate(rows)]

    @cached_property
    def _posters(self) -> list[Person]:
        return [person for person in self._cast.people if person.thread >= 0]

    @cached_property
    def items(self) -> dict[int, Item]:
        """Everything by its number."""
        held = {story.id: story for story in self.stories}
        ranks = [0] * _MONTHS
        for person in self._posters:
            for item in self._posted(person, ranks[person.thread]):
                held[item.id] = item
            ranks[person.thread] += 1
        for story in self.stories:
            if story.title.startswith(HIRING[:20]):
                held |= {item.id: item for item in self._employers(story)}
        return held

    def _posted(self, person: Person, rank: int) -> list[Item]:
        number, story = _post_id(person.thread, rank), _story_id(person.thread)
        chance = Chance(self._cast.seed, person.index, "post")
        began = midnight(first_weekdays(self._cast.anchor, _MONTHS)[person.thread]) + 15 * 3_600
        at = min(began + 600 + int(chance.real() ** 2 * 6 * DAY), self._cast.zero - 600)
        text, deleted = self._edited(person, post(chance, self._cast, person))
        kids = (number + 1,) if chance.often(0.08) else ()
        made = [Item(number, "comment", person.hn, at, text, story, deleted=deleted, kids=kids)]
        return made + [Item(kid, "comment", f"{firm(chance)}_ceo", at + 900, reply(chance), number) for kid in kids]

    def _edited(self, person: Person, text: str) -> tuple[str, bool]:
        deleted = False
        for change in self._past.get(person.index, ()):
            if change.kind == "edit":
                text += f"<p>Edit {change.day}: also open to part-time work."
            elif change.kind == "remove":
                deleted, text = change.at % 2 == 0, "Removed, job found. Thanks everyone!"
        return text, deleted

    def _employers(self, story: Item) -> list[Item]:
        chance = Chance(self._cast.seed, "employers", story.id)
        return [
            Item(kid, "comment", f"{firm(chance)}_jobs", story.at + 60 * n, employer(chance), story.id)
            for n, kid in enumerate(story.kids)
        ]

    @cached_property
    def users(self) -> dict[str, Record]:
        """User pages by name, in Firebase's shape."""
        written: dict[str, list[int]] = defaultdict(list)
        for item in self.items.values():
            written[item.by].append(item.id)
        old = self._cast.zero - 400 * DAY
        pages: dict[str, Record] = {
            name: {"created": old, "id": name, "karma": 1, "submitted": ids} for name, ids in written.items()
        }
        members = [person for person in self._cast.people if person.hn]
        return pages | {person.hn: page(self._cast, person, written.get(person.hn, [])) for person in members}


def page(cast: Cast, person: Person, submitted: list[int]) -> Record:
    """The user page of somebody who lives in the world."""
    chance = Chance(cast.seed, person.index, "hn")
    shown: Record = {"created": cast.zero - chance.between(3, 4_500) * DAY, "id": person.hn}
    shown |= {"karma": 1 + chance.heavy(20 * person.active), "submitted": submitted}
    text = about(chance, cast, person)
    return shown | ({"about": text} if text else {})


def first_weekdays(anchor: date, count: int) -> list[date]:
    """The last `count` first weekdays of a month that lie before the anchor, latest first."""
    found: list[date] = []
    first = anchor.replace(day=1)
    while len(found) < count:
        day = first + timedelta(days={5: 2, 6: 1}.get(first.weekday(), 0))
        if day < anchor:
            found.append(day)
        first = (first - timedelta(days=1)).replace(day=1)
    return found


def _story_id(back: int) -> int:
    return 46_000_000 - back * 400_000


def _post_id(back: int, rank: int) -> int:
    return _story_id(back) + 100 + rank * 3


def _employer_ids(story: int) -> tuple[int, ...]:
    return tuple(story + 350_000 + n * 2 for n in range(_EMPLOYERS))
