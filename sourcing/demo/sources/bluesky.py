"""The venue Bluesky: profiles in batches, as the public interface gives them."""

import re
from functools import lru_cache

from sourcing.demo.cast import Cast, Person
from sourcing.demo.chance import Chance
from sourcing.demo.clock import stamp_ms
from sourcing.demo.links import github_page, site
from sourcing.demo.server.budgets import Budget
from sourcing.demo.server.desk import Door
from sourcing.demo.server.exchange import Answer, Question, say
from sourcing.demo.sources import Venue
from sourcing.demo.sources._fediverse import about, did, domains, hidden, joined, skies
from sourcing.demo.works import Record
from sourcing.demo.world import World
from storage.records import AccountKey

NAME = "bluesky"
_SHY = 0.12  # of the people there are not shown to logged-out visitors
_MOST = 25
_ACTOR = re.compile(r"did:[a-z]+:[A-Za-z0-9._:%-]+|(?:[a-z0-9-]{1,63}\.)+[a-z][a-z0-9-]{0,62}", re.IGNORECASE)


def key(world: World, person: Person) -> AccountKey | None:
    """The account of a person, if it is shown to everybody."""
    found = skies(world.cast, person) and not hidden(world, person, NAME, _SHY)
    return AccountKey(NAME, did(person)) if found else None


@lru_cache(maxsize=4)
def _people(cast: Cast) -> dict[str, Person]:
    there = {handle: cast.people[index] for handle, index in domains(cast).items()}
    return there | {did(person): person for person in there.values()}


def profiles(world: World, question: Question) -> Answer:
    """GET /xrpc/app.bsky.actor.getProfiles?actors=&actors=: whoever is not there is left out."""
    actors = [value for name, value in question.pairs if name == "actors"]
    if not 0 < len(actors) <= _MOST or not all(_ACTOR.fullmatch(actor) for actor in actors):
        return say({"error": "InvalidRequest", "message": "Error: actors must be valid dids or handles"}, 400)
    there = _people(world.cast)
    found = dict.fromkeys(there[actor.lower()] for actor in actors if actor.lower() in there)
    return say({"profiles": [_profile(world, person) for person in found]})


def _profile(world: World, person: Person) -> Record:
    chance, own = Chance(world.cast.seed, person.index, NAME), did(person)
    label = {"src": own, "uri": f"at://{own}/app.bsky.actor.profile/self", "val": "!no-unauthenticated"}
    named = f"{about(world, person, NAME)}\n{github_page(person.login)}" if chance.often(0.4) else None
    return {
        "did": own,
        "handle": skies(world.cast, person),
        "displayName": person.name if chance.often(0.8) else "",
        "description": named or about(world, person, NAME),
        "website": site(person) if chance.often(0.25) else None,
        "followersCount": chance.heavy(50, 0.9),
        "postsCount": chance.heavy(80, 0.9),
        "createdAt": stamp_ms(joined(world, person)),
        "labels": [label] if hidden(world, person, NAME, _SHY) else [],
    }


def _limits(budget: Budget) -> dict[str, str]:
    left, reset = str(budget.left), str(budget.reset)
    return {"ratelimit-limit": str(budget.size), "ratelimit-remaining": left, "ratelimit-reset": reset}


VENUE = Venue(
    name=NAME,
    doors=lambda: [
        ("GET", f"/{NAME}/xrpc/app.bsky.actor.getProfiles", Door(NAME, "profiles", NAME, profiles, _limits)),
    ],
    options=lambda base: {"api": f"{base}/{NAME}/xrpc"},
    key=key,
)
