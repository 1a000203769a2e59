"""The venue Mastodon: one invented server, which answers look-ups."""

import html
from functools import lru_cache

from sourcing.demo.cast import Cast, Person
from sourcing.demo.chance import Chance
from sourcing.demo.clock import stamp_ms
from sourcing.demo.links import github_page, site
from sourcing.demo.server.budgets import Budget
from sourcing.demo.server.desk import Door
from sourcing.demo.server.exchange import Answer, Question, say
from sourcing.demo.sources import Venue
from sourcing.demo.sources._answers import conditional
from sourcing.demo.sources._fediverse import SERVER, about, hidden, joined, toots
from sourcing.demo.works import Record
from sourcing.demo.world import World
from storage.records import AccountKey

NAME = "mastodon"
_SHY = 0.25  # of the people there do not wish to be found


def key(world: World, person: Person) -> AccountKey | None:
    """The account of a person, if its owner wishes to be found."""
    handle = toots(world.cast, person)
    found = handle and not hidden(world, person, NAME, _SHY)
    return AccountKey(NAME, handle.lower()) if found else None


@lru_cache(maxsize=4)
def _people(cast: Cast) -> dict[str, Person]:
    return {handle.partition("@")[0].lower(): person for person in cast.people if (handle := toots(cast, person))}


def lookup(world: World, question: Question) -> Answer:
    """GET /api/v1/accounts/lookup?acct=."""
    name, _, host = question.query.get("acct", "").removeprefix("@").partition("@")
    person = _people(world.cast).get(name.lower()) if question.path["server"] == SERVER else None
    if person is None or host not in ("", SERVER):
        return say({"error": "Record not found"}, 404)
    return conditional(question, say(_profile(world, person)))


def _profile(world: World, person: Person) -> Record:
    chance, shy = Chance(world.cast.seed, person.index, NAME), hidden(world, person, NAME, _SHY)
    return {
        "id": str(109_000_000_000_000_000 + person.index),
        "username": person.login,
        "acct": person.login,
        "display_name": person.name if chance.often(0.8) else "",
        "locked": chance.often(0.2),
        "bot": False,
        "group": False,
        "discoverable": None if shy and chance.often(0.7) else not shy,
        "indexable": chance.often(0.5),
        "noindex": shy and chance.often(0.5),
        "created_at": stamp_ms(joined(world, person)),
        "note": f"<p>{html.escape(about(world, person, NAME))}</p>",
        "url": f"https://{SERVER}/@{person.login}",
        "avatar": f"https://{SERVER}/avatars/missing.png",
        "followers_count": chance.heavy(60, 0.9),
        "statuses_count": chance.heavy(200, 0.9),
        "emojis": [],
        "fields": _fields(chance, person),
    }


def _fields(chance: Chance, person: Person) -> list[Record]:
    """Rows of the profile; GitHub links back to whom it lists, so that row can be verified."""
    rows = []
    if chance.often(0.7):
        verified = "2026-01-02T03:04:05.678+00:00" if chance.often(0.75) else None
        rows.append({"name": "GitHub", "value": _anchor(github_page(person.login)), "verified_at": verified})
    if chance.often(0.4):
        rows.append({"name": "Web", "value": _anchor(site(person)), "verified_at": None})
    if chance.often(0.2):
        rows.append({"name": "Location", "value": html.escape(person.place.city), "verified_at": None})
    return rows


def _anchor(url: str) -> str:
    bare = html.escape(url.removeprefix("https://"))
    return (
        f'<a href="{html.escape(url)}" target="_blank" rel="nofollow noopener me" translate="no">'
        f'<span class="invisible">https://</span><span class="">{bare}</span></a>'
    )


def _limits(budget: Budget) -> dict[str, str]:
    return {
        "x-ratelimit-limit": str(budget.size),
        "x-ratelimit-remaining": str(budget.left),
        "x-ratelimit-reset": stamp_ms(budget.reset),
    }


VENUE = Venue(
    name=NAME,
    doors=lambda: [
        ("GET", f"/{NAME}/{{server}}/api/v1/accounts/lookup", Door(NAME, "lookup", NAME, lookup, _limits)),
    ],
    options=lambda base: {"servers": [SERVER], "address": f"{base}/{NAME}/{{server}}"},
    key=key,
)
