"""Conferences of the invented world: programmes as pretalx and Sessionize publish them, and speaker files in git.

Everybody on stage stands on one programme. From day to day about one speaker in a hundred leaves what is still to
come and two in a hundred rewrite their biography.
"""

import hashlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from sourcing.demo.bios import headline
from sourcing.demo.cast import Person
from sourcing.demo.chance import Chance
from sourcing.demo.clock import DAY, stamp
from sourcing.demo.server.desk import Door
from sourcing.demo.server.exchange import Answer, Question, say
from sourcing.demo.sources import Venue
from sourcing.demo.sources._stages import (
    EVENTS,
    NAME,
    Event,
    Seat,
    bio,
    cancelled,
    github,
    on_stage,
    seat,
    stated,
    topic,
)
from sourcing.demo.works import Record
from sourcing.demo.world import World
from storage.records import AccountKey

FOLDER, LIST = "_people", "_data/events.yaml"
_FORMS = ("Keynote", "Talk", "Talk", "Talk", "Talk (long)", "Tutorial", "Lightning Talk")
# ---- pretalx ------------------------------------------------------------------------------------------------


def export(world: World, question: Question) -> Answer:
    """GET /{host}/{slug}/schedule/export/schedule.json."""
    event = _named("pretalx", f"{question.path['host']}/{question.path['slug']}")
    if event is None:
        return Answer(b"<html><body><h1>404</h1></body></html>", 404, media="text/html; charset=utf-8")
    at = world.cast.zero - event.ago * DAY
    slots = [_slot(world, event, at, *row) for row in on_stage(world, event)]
    conference = {
        "acronym": question.path["slug"],
        "title": event.name,
        "start": stamp(at)[:10],
        "end": stamp(at + 2 * DAY)[:10],
        "daysCount": 1,
        "days": [{"index": 1, "date": stamp(at)[:10], "rooms": {"Main Hall": slots}}],
    }
    schedule = {"url": f"https://{event.target}/schedule/", "version": f"1.{world.day}", "conference": conference}
    return _conditional(question, say({"generator": {"name": "pretalx", "version": "demo"}, "schedule": schedule}))


def _slot(world: World, event: Event, at: int, person: Person, one: Seat) -> Record:
    title, abstract = topic(world, person)
    chance = Chance(world.cast.seed, person.index, NAME, "slot")
    link = {"question": {"question": {"en": "Social (Github/Gitlab)"}}, "answer": github(world, person, one)}
    shown = {
        "code": one.code,
        "name": person.name,
        "public_name": person.name,
        "biography": bio(world, person, one),
        "avatar": None,
        "url": f"https://{event.target}/speaker/{one.code}/",
        "answers": [link] if one.names_github else [],
    }
    return {
        "code": f"T{one.code}",
        "id": person.index + 1,
        "title": title,
        "url": f"https://{event.target}/talk/T{one.code}/",
        "date": stamp(at + chance.below(8) * 3_600),
        "duration": "00:30",
        "type": chance.pick(_FORMS),
        "track": person.field.role or "General",
        "abstract": abstract,
        "description": "",
        "persons": [shown],
        "links": [],
    }


# ---- Sessionize ---------------------------------------------------------------------------------------------


def view(world: World, question: Question) -> Answer:
    """GET /sessionize/{number}/view/All; the other views are not shown by this organiser."""
    event = _named("sessionize", question.path["number"])
    if event is None or question.path["view"] != "All":
        return say({"message": "Not found"}, 404)
    at = world.cast.zero - event.ago * DAY
    rows = on_stage(world, event)
    sessions = [_session(world, at, *row) for row in rows]
    return say({"sessions": sessions, "speakers": [_speaker(world, *row) for row in rows], "categories": []})


def _session(world: World, at: int, person: Person, one: Seat) -> Record:
    title, abstract = topic(world, person)
    times = {"startsAt": stamp(at).removesuffix("Z"), "endsAt": stamp(at + 1_800).removesuffix("Z")}
    base: Record = {"id": str(70_000 + person.index), "title": title, "description": abstract, "speakers": [one.code]}
    return base | times | {"isServiceSession": False, "isPlenumSession": False, "categoryItems": []}


def _speaker(world: World, person: Person, one: Seat) -> Record:
    link = {"title": "GitHub", "url": github(world, person, one), "linkType": "GitHub"}
    return {
        "id": one.code,
        "fullName": person.name,
        "tagLine": headline(person),
        "bio": bio(world, person, one),
        "links": [link] if one.names_github else [],
        "sessions": [70_000 + person.index],
    }


# ---- files in git -------------------------------------------------------------------------------------------


def tree(world: World, question: Question) -> Answer:
    """GET /github/repos/{owner}/{name}/git/trees/{branch}."""
    event = _named("git", f"{question.path['owner']}/{question.path['name']}")
    if event is None:
        return say({"message": "Not Found"}, 404)
    rows = [
        {"path": path, "mode": "100644", "type": "blob", "sha": _blob(text.encode())}
        for path, text in _files(world, event).items()
    ]
    return _conditional(question, say({"sha": str(world.day), "tree": rows, "truncated": False}))


def _blob(body: bytes) -> str:
    """What `git hash-object` gives for a file of this content."""
    return hashlib.sha1(b"blob " + str(len(body)).encode() + b"\0" + body).hexdigest()  # noqa: S324 - git's own digest


def raw(world: World, question: Question) -> Answer:
    """GET /raw/{owner}/{name}/{branch}/{path}."""
    event = _named("git", f"{question.path['owner']}/{question.path['name']}")
    text = _files(world, event).get(question.path["path"]) if event else None
    if text is None:
        return Answer(b"404: Not Found", 404, media="text/plain; charset=utf-8")
    return Answer(text.encode(), media="text/plain; charset=utf-8")


@lru_cache(maxsize=2)
def _files(world: World, event: Event) -> Mapping[str, str]:
    rows = on_stage(world, event)
    files = {f"{FOLDER}/{one.code}.md": _page(world, person, one) for person, one in rows}
    return files | {LIST: "\n".join(_listed(world, event, rows)) + "\n"}


def _page(world: World, person: Person, one: Seat) -> str:
    head = [f"short: {one.code}", f'title: "{person.name}"']
    for name, page in stated(world, person, one).items():
        head.append(f"{name}: {page if name == 'web' else page.rpartition('/')[2]}")
    return "\n".join(("---", *head, "---", "", bio(world, person, one), ""))


def _listed(world: World, event: Event, rows: Iterable[tuple[Person, Seat]]) -> Iterable[str]:
    for person, one in rows:
        day = stamp(world.cast.zero - (event.ago + person.index % 200) * DAY)[:10]
        yield f'- time: {day} 17:00:00\n  title: "{topic(world, person)[0]}"\n  speakers: [{one.code}]'
        yield "  type: webinar\n"


# ---- the venue ----------------------------------------------------------------------------------------------


def _named(kind: str, target: str) -> Event | None:
    return next((event for event in EVENTS if (event.kind, event.target) == (kind, target)), None)


def _conditional(question: Question, answer: Answer) -> Answer:
    tag = f'"{hashlib.sha256(answer.body).hexdigest()[:32]}"'
    if question.headers.get("if-none-match") == tag:
        return Answer(b"", 304, {"etag": tag}, answer.media, 0)
    answer.headers["etag"] = tag
    return answer


def _doors() -> list[tuple[str, str, Door]]:
    return [
        ("GET", "/events/{host}/{slug}/schedule/export/schedule.json", Door(NAME, "export", NAME, export)),
        ("GET", "/events/sessionize/{number}/view/{view}", Door(NAME, "view", NAME, view)),
        ("GET", "/events/github/repos/{owner}/{name}/git/trees/{branch}", Door(NAME, "tree", NAME, tree)),
        ("GET", "/events/raw/{owner}/{name}/{branch}/{path:path}", Door(NAME, "raw", NAME, raw)),
    ]


def _options(base: str) -> Mapping[str, Any]:
    rows = [
        {"kind": event.kind, "target": event.target, "name": event.name}
        | ({"people": FOLDER, "talks": LIST} if event.kind == "git" else {})
        for event in EVENTS
    ]
    names = {name: f"{base}/events/{name}" for name in ("sessionize", "github", "raw")}
    return {**names, "pretalx": f"{base}/events/{{host}}", "events": rows}


def _key(world: World, person: Person) -> AccountKey | None:
    one = seat(world.cast, person)
    return one.key if one and not cancelled(world, person, one) else None


VENUE = Venue(
    name=NAME,
    doors=_doors,
    options=_options,
    key=_key,
)
