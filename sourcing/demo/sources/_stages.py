"""Who stands on which stage of the invented world: one programme per speaker, who leaves it, what they say there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from sourcing.demo.bios import OPT_OUTS, claims, headline, words
from sourcing.demo.cast import Cast, Person
from sourcing.demo.chance import Chance
from sourcing.demo.links import SHARES, github_page, linkedin_page, site, twitter
from sourcing.demo.naming import firm
from sourcing.demo.world import World
from storage.records import AccountKey

NAME = "events"
_CODE = "ABCDEFGHJKLMNPQRSTUVWXYZ379"
_ROLES = frozenset({"mle", "nlp", "cv", "ml-ops", "ds", "aipd"})


@dataclass(frozen=True, slots=True)
class Event:
    """One programme; `share` is how often a speaker stands on it, if their field fits."""

    kind: str  # pretalx, sessionize, git
    target: str
    name: str
    series: str
    share: float
    ago: int  # days between the event and day 0; below zero it is still to come

    @property
    def open(self) -> bool:
        """Whether somebody can still leave it."""
        return self.kind == "git" or self.ago < 0


EVENTS = (
    Event("pretalx", "pretalx.com/pyconde-pydata-2026", "PyCon DE & PyData 2026", "pyconde-pydata", 0.2, 220),
    Event("pretalx", "programme.europython.eu/europython-2026", "EuroPython 2026", "europython", 0.2, 130),
    Event("pretalx", "pretalx.fosdem.org/fosdem-2027", "FOSDEM 2027", "fosdem", 0.25, -66),
    Event("sessionize", "demodays26", "Demo Days", "", 0.15, 60),
    Event("git", "DataTalksClub/datatalksclub.github.io", "DataTalks.Club", "", 0.2, 90),
)


@dataclass(frozen=True, slots=True)
class Seat:
    """Where one person stands on stage."""

    event: Event
    code: str
    names_github: bool

    @property
    def key(self) -> AccountKey:
        """The account, as the source counts it."""
        host = self.event.target.partition("/")[0]
        start = {"pretalx": f"{host}/{self.event.series}", "sessionize": "sessionize.com"}.get(self.event.kind)
        return AccountKey(NAME, f"{start or self.event.target.casefold()}/{self.code}")


@lru_cache(maxsize=4)
def guests(cast: Cast) -> Mapping[int, Event]:
    """Somebody for every stage, so that none is empty in a small world either."""
    able = (person.index for person in cast.people if person.kind == "User" and person.field.role in _ROLES)
    return dict(zip(able, EVENTS, strict=False))


def seat(cast: Cast, person: Person) -> Seat | None:
    """The programme a person stands on; about a fifth of the practised ones stand on any."""
    chance = Chance(cast.seed, person.index, NAME)
    if person.index in guests(cast):
        event = guests(cast)[person.index]
        return Seat(event, _code(chance, event, person), bool(person.login))
    known = person.field.role in _ROLES
    if person.kind != "User" or not chance.often(0.05 + 0.22 * person.seniority if known else 0.02):
        return None
    drawn, event = chance.real(), EVENTS[-1]
    for one in EVENTS:
        drawn -= one.share
        if drawn < 0:
            event = one
            break
    return Seat(event, _code(chance, event, person), bool(person.login) and chance.often(SHARES["GitHub on stage"]))


def _code(chance: Chance, event: Event, person: Person) -> str:
    if event.kind == "git":
        return f"{person.latin.replace(' ', '').lower()}{person.index}"
    if event.kind == "sessionize":
        return str(UUID(int=(int(chance.real() * 2**64) << 64) + person.index))
    number, code = person.index, chance.pick(_CODE)
    for _ in range(5):
        number, digit = divmod(number, len(_CODE))
        code += _CODE[digit]
    return code


@lru_cache(maxsize=2 * len(EVENTS))
def on_stage(world: World, event: Event) -> tuple[tuple[Person, Seat], ...]:
    """Everybody on a programme on the world's day."""
    return tuple((person, one) for person, one in _seats(world.cast)[event] if not cancelled(world, person, one))


@lru_cache(maxsize=2)
def _seats(cast: Cast) -> Mapping[Event, Sequence[tuple[Person, Seat]]]:
    """Who has a seat on each programme."""
    found: dict[Event, list[tuple[Person, Seat]]] = {event: [] for event in EVENTS}
    for person in cast.people:
        if one := seat(cast, person):
            found[one.event].append((person, one))
    return found


def cancelled(world: World, person: Person, one: Seat) -> bool:
    """Whether somebody left what was still to come."""
    if person.index in guests(world.cast):
        return False
    return one.event.open and any(
        Chance(world.cast.seed, person.index, NAME, day).often(0.01) for day in range(1, world.day + 1)
    )


def _edition(world: World, person: Person) -> int:
    """How often the biography was rewritten."""
    days = range(1, world.day + 1)
    return sum(Chance(world.cast.seed, person.index, NAME, "bio", day).often(0.02) for day in days)


def bio(world: World, person: Person, one: Seat) -> str:
    """The biography on the programme."""
    edition = _edition(world, person)
    chance = Chance(world.cast.seed, person.index, NAME, "text", edition)
    text = f"{headline(person)} at {firm(chance).capitalize()}. Works with {words(claims(person))}."
    if edition:
        text += f" Speaker number {edition + 1}."
    if person.login and not one.names_github and chance.often(0.3):
        text += f" Code: {github_page(world.login(person.index) or person.login)}"
    return f"{text} {OPT_OUTS[person.index % len(OPT_OUTS)]}" if person.opted_out else text


def github(world: World, person: Person, one: Seat) -> str:
    """The GitHub page in a field of the programme; empty where none is shown."""
    return github_page(world.login(person.index) or person.login) if one.names_github else ""


def stated(world: World, person: Person, one: Seat) -> dict[str, str]:
    """Field → address in the structured fields of a programme; only people files in git have more than GitHub."""
    found = {"github": github(world, person, one)}
    if one.event.kind == "git":
        chance = Chance(world.cast.seed, person.index, NAME, "stated")
        pages = {
            "linkedin": linkedin_page(world.cast, person),
            "twitter": f"https://x.com/{twitter(world.cast, person)}",
            "web": site(person),
        }
        shares = (SHARES["LinkedIn on stage"], SHARES["Twitter on stage"], SHARES["website on stage"])
        found |= {name: page for (name, page), share in zip(pages.items(), shares, strict=True) if chance.often(share)}
    return {name: page for name, page in found.items() if page}


def topic(world: World, person: Person) -> tuple[str, str]:
    """(title, abstract) of somebody's talk."""
    chance = Chance(world.cast.seed, person.index, NAME, "talk")
    if not person.field.themes:
        return "How we work", "A talk about working together."
    theme = chance.pick(person.field.themes)
    start, name = chance.pick(("Lessons from", "Inside", "Beyond", "Rethinking")), chance.pick(theme.names)
    return (
        f"{start} {name.replace('-', ' ')}",
        f"{chance.pick(theme.about)}. {', '.join(theme.topics)}. {', '.join(theme.packages)}.".strip(),
    )
