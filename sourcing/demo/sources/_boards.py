"""The forums of the invented world: who writes in which, what is asked there, whose answers are liked and accepted."""

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property, lru_cache

from sourcing.demo.bios import OPT_OUTS, claims, spelled, words
from sourcing.demo.cast import Person
from sourcing.demo.chance import Chance
from sourcing.demo.clock import DAY, stamp_ms
from sourcing.demo.links import github_page, site
from sourcing.demo.seats import ForumSeat, forum_seat
from sourcing.demo.works import Record
from sourcing.demo.world import World

NAME = "discourse"
SHARE = 0.03  # of the members, who do something on one day
CATEGORIES = {
    "discuss.pytorch.org": ("vision", "nlp", "distributed", "deployment"),
    "discuss.huggingface.co": ("transformers", "datasets", "diffusers"),
    "discuss.ray.io": ("ray-serve", "ray-clusters"),
}
LABELS = ("GitHub", "Affiliation", "Favourite board game")
_TOPICS = 40  # asked in one category before day 0, and still looked at
_TITLES = (
    "Which loss for {}?",
    "Out of memory with {}",
    "How do you test {}?",
    "{} is slow on two GPUs",
    "Best {} setup",
)
_SUBJECTS = ("small batches", "mixed precision", "long sequences", "tiny objects", "a custom sampler", "LoRA")


class Boards:
    """All forums on one day."""

    def __init__(self, world: World) -> None:
        self._cast, self._day = world.cast, world.day

    @cached_property
    def seats(self) -> dict[str, list[ForumSeat]]:
        """Forum → members, in the order of joining."""
        found: dict[str, list[ForumSeat]] = {host: [] for host in CATEGORIES}
        for person in self._cast.people:
            member = forum_seat(self._cast, person)
            if member is not None:
                found[member.host].append(member)
        return found

    def member(self, host: str, username: str) -> ForumSeat | None:
        """Who has that name; names know no case."""
        return next((one for one in self.seats[host] if one.username.lower() == username.lower()), None)

    def hidden(self, member: ForumSeat) -> bool:
        """Whether a member shows no profile; some hide it later."""
        chance = Chance(self._cast.seed, member.index, NAME, "hidden")
        return chance.often(0.06) or any(kind == "hide" for _, kind in self.steps(member))

    def steps(self, member: ForumSeat) -> Iterator[tuple[int, str]]:
        """What a member did since day 0: the day, and the kind."""
        for day in range(1, self._day + 1):
            chance = Chance(self._cast.seed, member.index, NAME, day)
            if chance.often(SHARE):
                yield day, chance.pick(("move", "move", "hide"))

    # ---- topics -------------------------------------------------------------------------------------------

    @cached_property
    def topics(self) -> dict[str, list[Record]]:
        """Forum → topics, the last moved first; keys with _ feed other answers."""
        return {host: sorted(self._topics(host), key=lambda one: one["bumped_at"], reverse=True) for host in CATEGORIES}

    def _topics(self, host: str) -> Iterator[Record]:
        for place, category in enumerate(CATEGORIES[host]):
            for number in range(_TOPICS + 2 * self._day):
                yield self._topic(host, category, 10_000 * (place + 1) + number, number - _TOPICS)

    def _topic(self, host: str, category: str, number: int, day: int) -> Record:
        chance = Chance(self._cast.seed, NAME, host, number)
        age = chance.below(150) + 1 if day < 0 else -(day // 2) - 1
        at = self._cast.zero - age * DAY + chance.below(DAY)
        posts = self._posts(chance, host, number, at) if self.seats[host] else []
        likes = sum(post["actions_summary"][0]["count"] for post in posts if post["actions_summary"])
        return {
            "id": number,
            "title": chance.pick(_TITLES).format(chance.pick(_SUBJECTS)),
            "posts_count": len(posts),
            "created_at": stamp_ms(at),
            "bumped_at": posts[-1]["created_at"] if posts else stamp_ms(at),
            "pinned": False,
            "visible": True,
            "tags": chance.some(("cnn", "gpu", "inference", "training"), chance.below(3)),
            "like_count": likes,
            "has_accepted_answer": any(post["accepted_answer"] for post in posts),
            "_category": category,
            "_posts": posts,
        }

    def _posts(self, chance: Chance, host: str, topic: int, at: int) -> list[Record]:
        writers = [chance.pick(self.seats[host]) for _ in range(1 + chance.below(5))]
        solved = chance.below(6) if chance.often(0.4) else 0
        rows = []
        for place, writer in enumerate(writers):
            at += chance.below(DAY // 4)
            skill = self._cast.people[writer.index].seniority
            likes = chance.below(1 + int(6 * skill)) if place else chance.below(2)
            rows.append(
                self._post(writer, topic * 10 + place, place + 1, at, likes) | {"accepted_answer": place == solved > 0}
            )
        return rows

    def _post(self, writer: ForumSeat, number: int, place: int, at: int, likes: int) -> Record:
        return {
            "id": number,
            "user_id": writer.number,
            "username": writer.username,
            "name": self._cast.people[writer.index].name,
            "created_at": stamp_ms(at),
            "post_number": place,
            "post_type": 1,
            "cooked": "<p>It depends.</p>",
            "actions_summary": [{"id": 2, "count": likes}] if likes else [],
            "trust_level": 2,
            "admin": False,
            "moderator": False,
            "hidden": False,
            "user_deleted": False,
        }

    # ---- people -------------------------------------------------------------------------------------------

    @cached_property
    def activity(self) -> dict[str, list[Record]]:
        """Forum → rows of the directory."""
        return {host: self._activity(host) for host in CATEGORIES}

    def _activity(self, host: str) -> list[Record]:
        likes: dict[int, int] = defaultdict(int)
        solutions: dict[int, int] = defaultdict(int)
        written: dict[int, int] = defaultdict(int)
        for post in (post for topic in self.topics[host] for post in topic["_posts"]):
            written[post["user_id"]] += 1
            solutions[post["user_id"]] += post["accepted_answer"]
            likes[post["user_id"]] += sum(action["count"] for action in post["actions_summary"])
        return [
            {
                "id": one.number,
                "likes_received": likes[one.number],
                "likes_given": one.index % 30,
                "topic_count": one.index % 4,
                "post_count": written[one.number],
                "solutions": solutions[one.number],
                "user": {
                    "id": one.number,
                    "username": one.username,
                    "name": self._cast.people[one.index].name,
                    "title": None,
                },
            }
            for one in self.seats[host]
            if written[one.number]
        ]

    def profile(self, member: ForumSeat) -> Record:
        """What a member shows."""
        person, chance = self._cast.people[member.index], Chance(self._cast.seed, member.index, NAME, "profile")
        moved = [day for day, kind in self.steps(member) if kind == "move"]
        shown: Record = {
            "id": member.number,
            "username": member.username,
            "name": person.name,
            "title": None,
            "trust_level": 1 + chance.below(3),
            "badge_count": chance.below(20),
            "created_at": stamp_ms(person.created),
            "website": self._website(chance, person),
            "location": "Elsewhere" if moved else spelled(chance, person.place),
            "bio_cooked": self._bio(chance, person),
            "user_fields": {"1": person.login if chance.often(0.3) and person.login else None, "2": None, "3": "Go"},
            "timezone": person.place.zone,
        }
        return {name: value for name, value in shown.items() if value is not None}

    def _website(self, chance: Chance, person: Person) -> str | None:
        if person.login and chance.often(0.35):
            return github_page(person.login)
        return site(person) if chance.often(0.3) else None

    def _bio(self, chance: Chance, person: Person) -> str | None:
        lines = [f"I work on {words(claims(person)[:2])}."] if chance.often(0.4) else []
        if person.opted_out:
            lines.append(OPT_OUTS[person.index % len(OPT_OUTS)])
        return "".join(f"<p>{line}</p>" for line in lines) or None


@lru_cache(maxsize=2)
def boards(world: World) -> Boards:
    """The forums of a world."""
    return Boards(world)
