"""Invented communities of Reddit: who is there, what they posted, and what they took back."""

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property
from weakref import WeakKeyDictionary

from sourcing.demo.cast import Person
from sourcing.demo.chance import Chance
from sourcing.demo.clock import DAY
from sourcing.demo.seats import base36, reddit_name
from sourcing.demo.works import Record
from sourcing.demo.world import World

NAME = "reddit"
COMMUNITIES = ("MachineLearning", "LanguageTechnology", "computervision", "mlops", "datascience")
CHANGING = 0.03  # accounts something happens to on a day
_HISTORY = 40  # days before the world's first


@dataclass(frozen=True, slots=True)
class Post:
    """One post or comment."""

    kind: str  # t1, t3
    number: str
    author: int
    community: str
    at: int
    deleted: bool = False


def id_of(person: Person) -> str:
    """The durable id of an account."""
    return base36(700_000 + person.index * 31)


class Communities:
    """All communities on one day."""

    def __init__(self, world: World) -> None:
        self._cast, self._day = world.cast, world.day

    @cached_property
    def people(self) -> dict[str, Person]:
        """User name → everybody who ever had an account."""
        return {name: person for person in self._cast.people if (name := reddit_name(self._cast, person))}

    @cached_property
    def by_id(self) -> dict[str, str]:
        """Id of an account → its user name."""
        return {f"t2_{id_of(person)}": name for name, person in self.people.items()}

    @cached_property
    def happened(self) -> dict[int, list[tuple[int, str]]]:
        """Person → (day, what): posting, taking the last post back, deleting the account."""
        found: dict[int, list[tuple[int, str]]] = defaultdict(list)
        everybody = list(self.people.values())
        for day in range(1, self._day + 1):
            chance = Chance(self._cast.seed, NAME, "day", day)
            for person in chance.some(everybody, max(1, round(len(everybody) * CHANGING))):
                found[person.index].append((day, chance.pick(("post", "post", "withdraw", "leave"))))
        return found

    def left(self, person: Person) -> bool:
        """Whether an account was deleted."""
        return any(what == "leave" for _, what in self.happened.get(person.index, ()))

    def hides(self, person: Person) -> bool:
        """Whether an account does not want to be found by machines."""
        return Chance(self._cast.seed, person.index, NAME, "hides").often(0.1)

    @cached_property
    def posts(self) -> dict[str, Post]:
        """Everything ever posted, by its full name."""
        made = [post for person in self.people.values() for post in self._of(person)]
        return {f"{post.kind}_{post.number}": post for post in made}

    def _of(self, person: Person) -> list[Post]:
        chance = Chance(self._cast.seed, person.index, NAME, "posts")
        made = [self._post(person, chance, chance.below(_HISTORY) - _HISTORY, n) for n in range(self._count(person))]
        for day, what in self.happened.get(person.index, ()):
            if what == "post":
                made.append(self._post(person, Chance(self._cast.seed, person.index, NAME, day), day - 1, 100 + day))
            elif what == "withdraw" and made:
                made[-1] = replace(made[-1], deleted=True)
        return [replace(post, deleted=True) for post in made] if self.left(person) else made

    def _count(self, person: Person) -> int:
        chance = Chance(self._cast.seed, person.index, NAME, "count")
        return min(60, chance.heavy(4 * person.active)) if person.field.role else chance.below(3)

    def _post(self, person: Person, chance: Chance, day: int, number: int) -> Post:
        home = COMMUNITIES[person.index % len(COMMUNITIES)]
        community = home if chance.often(0.5) else COMMUNITIES[0]
        kind = "t3" if chance.often(0.25) else "t1"
        name = base36((person.index + 1) * 4_096 + number)
        return Post(kind, name, person.index, community, self._cast.zero + day * DAY + chance.below(DAY - 1))

    def listed(self, community: str, kind: str) -> list[Record]:
        """A community's posts or comments that stand, newest first."""
        rows = [post for post in self.posts.values() if post.community.lower() == community.lower()]
        rows = [post for post in rows if post.kind == kind and not post.deleted]
        return [self.thing(post) for post in sorted(rows, key=lambda post: (-post.at, post.number))]

    def thing(self, post: Post) -> Record:
        """A post or comment as Reddit shows it; of a deleted one the author is gone."""
        person = self._cast.people[post.author]
        text = {"body": "[deleted]" if post.deleted else "…"} if post.kind == "t1" else {"title": "…", "selftext": ""}
        data: Record = {"id": post.number, "name": f"{post.kind}_{post.number}", "created_utc": float(post.at)}
        data |= {"subreddit": post.community, "stickied": False, "distinguished": None, "edited": False} | text
        author = {"author": "[deleted]"}
        if not post.deleted:
            author = {"author": reddit_name(self._cast, person), "author_fullname": f"t2_{id_of(person)}"}
        return {"kind": post.kind, "data": data | author}


_OPEN: "WeakKeyDictionary[World, Communities]" = WeakKeyDictionary()


def communities(world: World) -> Communities:
    """The communities on the world's day, made once."""
    if world not in _OPEN:
        _OPEN[world] = Communities(world)
    return _OPEN[world]
