"""DEV of the invented world: who writes there, under which name, about what."""

from typing import Any

from sourcing.demo.bios import claims, headline, spelled
from sourcing.demo.cast import Person
from sourcing.demo.chance import Chance
from sourcing.demo.clock import DAY, stamp
from sourcing.demo.links import site
from sourcing.demo.seats import forem_name
from sourcing.demo.server.desk import Door
from sourcing.demo.server.exchange import Answer, Question, say
from sourcing.demo.sources import Venue
from sourcing.demo.world import World
from storage.records import AccountKey

_FIRST_ID = 400_000
_NOT_FOUND = say({"error": "not found", "status": 404}, 404)


def number(person: Person) -> int:
    """The durable number of a writer."""
    return _FIRST_ID + person.index


def _person(world: World, name: str) -> Person | None:
    digits = name[len(name.rstrip("0123456789")) :]
    candidates = (int(digits[at:]) for at in range(len(digits)))
    people = (world.cast.people[index] for index in candidates if index < world.cast.size)
    return next((person for person in people if forem_name(world.cast, person) == name), None)


def _profile(world: World, person: Person) -> dict[str, Any]:
    chance = Chance(world.cast.seed, person.index, "forem", "profile")
    login = world.login(person.index)
    return {
        "type_of": "user",
        "id": number(person),
        "username": forem_name(world.cast, person),
        "name": person.name,
        "summary": headline(person),
        "twitter_username": None,
        "github_username": login if login and chance.often(0.6) else None,
        "website_url": site(person) if chance.often(0.3) else None,
        "location": spelled(chance, person.place),
        "joined_at": "Mar  4, 2021",
        "profile_image": "",
    }


def by_name(world: World, question: Question) -> Answer:
    """GET /users/by_username?url=NAME."""
    person = _person(world, question.query.get("url", "").lower())
    return say(_profile(world, person)) if person else _NOT_FOUND


def by_number(world: World, question: Question) -> Answer:
    """GET /users/{id}."""
    index = int(question.path["number"]) - _FIRST_ID
    person = world.cast.people[index] if 0 <= index < world.cast.size else None
    return say(_profile(world, person)) if person and forem_name(world.cast, person) else _NOT_FOUND


def articles(world: World, question: Question) -> Answer:
    """GET /articles?username=NAME&per_page=N, latest first; a few people write another one each day."""
    person = _person(world, question.query.get("username", "").lower())
    size = min(int(question.query.get("per_page", "30")), 1_000)
    return say(_articles(world, person)[:size] if person else [])


def _articles(world: World, person: Person) -> list[dict[str, Any]]:
    chance = Chance(world.cast.seed, person.index, "forem", "articles")
    skills = claims(person) or ("career",)
    days = [1 + chance.below(900) for _ in range(chance.between(0, 6))]
    later = [-day for day in range(1, world.day + 1) if Chance(world.cast.seed, person.index, "forem", day).often(0.03)]
    return [_article(world, person, skills, day) for day in sorted(days + later)]


def _article(world: World, person: Person, skills: tuple[str, ...], day: int) -> dict[str, Any]:
    chance = Chance(world.cast.seed, person.index, "forem", "article", day)
    skill, name = chance.pick(skills), forem_name(world.cast, person)
    slug = f"notes-on-{skill}-{day % 100_000}".replace(" ", "-")
    return {
        "type_of": "article",
        "id": 1_000_000 + person.index * 2_000 + day + 1_000,
        "title": f"Notes on {skill}",
        "description": f"What I learned about {skill}.",
        "url": f"https://dev.to/{name}/{slug}",
        "published_timestamp": stamp(world.cast.zero - day * DAY),
        "public_reactions_count": chance.heavy(4),
        "comments_count": chance.below(6),
        "tag_list": [skill.replace("-", ""), "programming"],
        "user": {"username": name},
    }


def _key(world: World, person: Person) -> AccountKey | None:
    return AccountKey("forem", str(number(person))) if forem_name(world.cast, person) else None


VENUE = Venue(
    name="forem",
    doors=lambda: [
        ("GET", "/forem/users/by_username", Door("forem", "by_username", "forem", by_name)),
        ("GET", "/forem/users/{number:int}", Door("forem", "user", "forem", by_number)),
        ("GET", "/forem/articles", Door("forem", "articles", "forem", articles)),
    ],
    options=lambda base: {"api": f"{base}/forem"},
    key=_key,
)
