"""Who of the invented people is on the invented Mastodon server and on Bluesky: exactly those GitHub lists there."""

from collections.abc import Iterator
from functools import lru_cache

from sourcing.demo.bios import OPT_OUTS, claims, headline, words
from sourcing.demo.cast import Cast, Person
from sourcing.demo.chance import Chance
from sourcing.demo.clock import DAY
from sourcing.demo.links import SHARES, socials
from sourcing.demo.world import World

SERVER = "social.example"
SHARE = 0.03  # of the accounts, that change on one day


def listed(cast: Cast, person: Person) -> tuple[bool, bool]:
    """Whether GitHub lists a Mastodon and a Bluesky account: the draws of `links.socials`, in its order."""
    chance = Chance(cast.seed, person.index, "socials")
    if person.kind == "Bot" or not person.login:
        return False, False
    chance.often(SHARES["LinkedIn at GitHub"])
    return chance.often(SHARES["Mastodon at GitHub"]), chance.often(0.06)


def agrees(cast: Cast, person: Person) -> bool:
    """Whether `listed` and the social accounts at GitHub say the same."""
    shown = {row["provider"] for row in socials(cast, person)} if person.login else set()
    return listed(cast, person) == ("MASTODON" in shown, "BLUESKY" in shown)


def toots(cast: Cast, person: Person) -> str:
    """The handle on the invented server."""
    return f"{person.login}@{SERVER}" if listed(cast, person)[0] else ""


@lru_cache(maxsize=4)
def domains(cast: Cast) -> dict[str, int]:
    """Bluesky handle → person; of namesakes the first has the domain."""
    found: dict[str, int] = {}
    for person in cast.people:
        if listed(cast, person)[1]:
            found.setdefault(f"{person.latin.replace(' ', '-')}.example", person.index)
    return found


def skies(cast: Cast, person: Person) -> str:
    """The handle on Bluesky."""
    if not listed(cast, person)[1]:
        return ""
    handle = f"{person.latin.replace(' ', '-')}.example"
    return handle if domains(cast)[handle] == person.index else ""


def did(person: Person) -> str:
    """The durable id on Bluesky."""
    return f"did:plc:{''.join('abcdefghij'[int(digit)] for digit in f'{person.index:024d}')}"


def edits(world: World, person: Person, place: str) -> Iterator[tuple[int, str]]:
    """(day, what happened): the biography was edited, or the account hidden, since day 0."""
    for day in range(1, world.day + 1):
        chance = Chance(world.cast.seed, person.index, place, day)
        if chance.often(SHARE):
            yield day, "hidden" if chance.often(0.2) else "edited"


def hidden(world: World, person: Person, place: str, share: float) -> bool:
    """Whether its owner does not wish to be found, from the start or since an edit."""
    shy = Chance(world.cast.seed, person.index, place, "shy").often(share)
    return shy or any(what == "hidden" for _, what in edits(world, person, place))


def about(world: World, person: Person, place: str) -> str:
    """The biography on this day."""
    edition = sum(what == "edited" for _, what in edits(world, person, place))
    chance = Chance(world.cast.seed, person.index, place, "about", edition)
    text = chance.pick((headline(person), f"{headline(person)}. {words(claims(person)[:2])}.", "Mostly birds."))
    return f"{text} {OPT_OUTS[person.index % len(OPT_OUTS)]}" if person.opted_out else text


def joined(world: World, person: Person) -> int:
    """When the account was made, seconds since 1970."""
    return min(person.created + 400 * DAY, world.cast.zero - 90 * DAY)
