"""The public schedule export of pretalx: one answer holds all talks with their people."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import Any

from pydantic import BaseModel, Field

from spiders._events import words
from spiders._events.addresses import address
from spiders._events.programme import Programme, Speaker, Talk, moment
from spiders._reading.clean import Count, each

# What organisers ask and show; every other answer (age, origin, money) is never looked at.
_STATED = (
    ("github", re.compile(r"git ?hub|gitlab", re.IGNORECASE)),
    ("linkedin", re.compile(r"linked ?in", re.IGNORECASE)),
    ("mastodon", re.compile(r"mastodon|fediverse", re.IGNORECASE)),
    ("bluesky", re.compile(r"bluesky", re.IGNORECASE)),
    ("twitter", re.compile(r"twitter|\bx\.com\b", re.IGNORECASE)),
    ("website", re.compile(r"home ?page|web ?site|\bblog\b|personal page", re.IGNORECASE)),
)
_COMPANY = re.compile(r"^(?:company|affiliation|organi[sz]ation|employer)\b", re.IGNORECASE)
_DURATION = re.compile(r"(\d{1,3}):(\d{2})")


class Question(BaseModel):
    """What the organiser asked, in one or several languages."""

    question: str | dict[str, str] = ""

    @property
    def text(self) -> str:
        """The question in one language."""
        if isinstance(self.question, str):
            return self.question
        return self.question.get("en") or next(iter(self.question.values()), "")


class Reply(BaseModel):
    """An answer the organiser made public."""

    question: Question | str | dict[str, str] = ""
    answer: str | None = None

    @property
    def asked(self) -> str:
        """The question in one language."""
        found = self.question
        return (found if isinstance(found, Question) else Question(question=found)).text


class Person(BaseModel):
    """One person of a talk."""

    code: str = Field(pattern=r"^[A-Za-z0-9]{1,40}$")
    name: str | None = None
    public_name: str | None = None
    biography: str | None = None
    url: str | None = None
    answers: list[dict[str, Any]] = []


class Slot(BaseModel):
    """One talk."""

    code: str | None = None
    id: int | None = None
    title: str
    url: str | None = None
    date: datetime | None = None
    duration: str | None = None
    type: str | None = None
    track: str | None = None
    abstract: str | None = None
    description: str | None = None
    persons: list[dict[str, Any]] = []


class Day(BaseModel):
    """The rooms of one day."""

    rooms: dict[str, list[dict[str, Any]]] = {}


class Conference(BaseModel):
    """The event."""

    acronym: str = ""
    title: str
    end: date | None = None
    days: list[Day]


class Schedule(BaseModel):
    """The part that matters."""

    version: str | None = None
    conference: Conference


class Export(BaseModel):
    """GET {event}/schedule/export/schedule.json."""

    schedule: Schedule


def programme(export: Export, host: str, slug: str, series: str, event_url: str, count: Count) -> Programme:
    """The programme of an export; codes of people hold within one series of one installation."""
    conference = export.schedule.conference
    speakers: dict[str, Speaker] = {}
    talks: dict[str, Talk] = {}
    for slot in each(Slot, _slots(conference), count):
        persons = list(_adults(each(Person, slot.persons, count), count))
        for person in persons:
            one = speaker(person, host, series, event_url, count)
            speakers.setdefault(one.id, one)
        if persons:
            made = _talk(slot, host, slug, series, event_url, persons)
            talks.setdefault(made.id, made)
    ends = moment(datetime.combine(conference.end, time(23, 59))) if conference.end else None
    version = export.schedule.version or ""
    return Programme(conference.title, tuple(speakers.values()), tuple(talks.values()), ends, version)


def speaker(person: Person, host: str, series: str, event_url: str, count: Count) -> Speaker:
    """A person as a speaker."""
    stated, company = [], None
    for reply in each(Reply, person.answers, count):
        if reply.answer and (field := next((name for name, asked in _STATED if asked.search(reply.asked)), None)):
            stated.append((field, address(field, reply.answer)))
        elif reply.answer and _COMPANY.search(reply.asked):
            company = reply.answer
    return Speaker(
        id=_person_id(host, series, person.code),
        handle=person.code,
        url=person.url or f"{event_url}/speaker/{person.code}/",
        name=person.public_name or person.name,
        bio=person.biography,
        company=company,
        stated=tuple(stated),
    )


def _adults(persons: Iterable[Person], count: Count) -> Iterator[Person]:
    for person in persons:
        replies = each(Reply, person.answers, lambda _: None)
        if any(words.asks_age(reply.asked) and (reply.answer or "").casefold() == "yes" for reply in replies):
            count("under_age")
        else:
            yield person


def _slots(conference: Conference) -> Iterator[dict[str, Any]]:
    for day in conference.days:
        for talks in day.rooms.values():
            yield from talks


def _person_id(host: str, series: str, code: str) -> str:
    return f"{host}/{series}/{code}"


def _talk(slot: Slot, host: str, slug: str, series: str, event_url: str, persons: list[Person]) -> Talk:
    own = slot.code or (str(slot.id) if slot.id is not None else slot.title)
    return Talk(
        id=f"{host}/{slug}/{own}",
        title=slot.title,
        url=slot.url or f"{event_url}/talk/{own}/",
        speakers=tuple(dict.fromkeys(_person_id(host, series, person.code) for person in persons)),
        text="\n\n".join(filter(None, (slot.abstract, slot.description))) or None,
        at=moment(slot.date),
        minutes=_minutes(slot.duration),
        form=slot.type or "",
        track=slot.track,
    )


def _minutes(duration: str | None) -> float | None:
    found = _DURATION.fullmatch((duration or "").strip())
    return float(int(found[1]) * 60 + int(found[2])) if found else None
