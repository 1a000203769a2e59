"""The public views of Sessionize: "All" in one answer, or "Speakers" and "Sessions" where only these are shown."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field, RootModel

from spiders._events.programme import Programme, Speaker, Talk, moment
from spiders._reading.clean import Count, each


class Address(BaseModel):
    """An address the speaker gave and the organiser shows."""

    title: str = ""
    url: str
    link_type: str = Field("", alias="linkType")


class Person(BaseModel):
    """One speaker."""

    id: str = Field(pattern=r"^[0-9A-Za-z-]{1,60}$")
    first_name: str | None = Field(None, alias="firstName")
    last_name: str | None = Field(None, alias="lastName")
    full_name: str | None = Field(None, alias="fullName")
    bio: str | None = None
    tag_line: str | None = Field(None, alias="tagLine")
    links: list[dict[str, Any]] = []

    @property
    def name(self) -> str:
        """The name as shown; the first name may hold all of it."""
        return self.full_name or " ".join(filter(None, (self.first_name, self.last_name)))


class Item(BaseModel):
    """One value of a category: a track, a format, a level."""

    id: int
    name: str = ""


class Category(BaseModel):
    """A category with its values; a session holds only those that apply."""

    title: str | None = None
    name: str | None = None
    items: list[Item] = []
    category_items: list[Item] = Field([], alias="categoryItems")

    @property
    def called(self) -> str:
        """Its name in lower case; the views spell the field differently."""
        return (self.title or self.name or "").casefold()


class Session(BaseModel):
    """One session."""

    id: str | int
    title: str
    description: str | None = None
    starts_at: datetime | None = Field(None, alias="startsAt")
    ends_at: datetime | None = Field(None, alias="endsAt")
    service: bool = Field(False, alias="isServiceSession")
    plenum: bool = Field(False, alias="isPlenumSession")
    speakers: list[str | dict[str, Any]] = []
    category_items: list[int] = Field([], alias="categoryItems")
    categories: list[Category] = []

    @property
    def people(self) -> tuple[str, ...]:
        """Ids of the speakers, in whichever form the view gives them."""
        ids = (one if isinstance(one, str) else str(one.get("id") or "") for one in self.speakers)
        return tuple(dict.fromkeys(filter(None, ids)))


class Everything(BaseModel):
    """GET {id}/view/All."""

    sessions: list[dict[str, Any]]
    speakers: list[dict[str, Any]]
    categories: list[Category] = []


class Group(BaseModel):
    """One group of GET {id}/view/Sessions."""

    sessions: list[dict[str, Any]] = []


class People(RootModel[list[dict[str, Any]]]):
    """GET {id}/view/Speakers."""


class Groups(RootModel[list[Group]]):
    """GET {id}/view/Sessions."""


def programme(answer: Everything, event: str, url: str, number: str, count: Count) -> Programme:
    """The programme of an event; sessions without people (breaks, registration) are left out."""
    named = {item.id: (category.called, item.name) for category in answer.categories for item in category.items}
    sessions = [one for one in each(Session, answer.sessions, count) if one.people and not one.service]
    speakers = tuple(speaker(one, url) for one in each(Person, answer.speakers, count))
    known = {one.id for one in speakers}
    talks = tuple(_talk(one, named, number, url, known) for one in sessions)
    ends = max((end for one in sessions if (end := moment(one.ends_at))), default=None)
    return Programme(event, speakers, tuple(talk for talk in talks if talk.speakers), ends)


def speaker(person: Person, url: str) -> Speaker:
    """A person as a speaker; the id is the person's own, at all their events."""
    addresses = each(Address, person.links, lambda _: None)
    return Speaker(
        id=_person_id(person.id),
        handle=person.id,
        url=url,
        name=person.name,
        headline=person.tag_line,
        bio=person.bio,
        stated=tuple(((one.link_type or one.title or "link").casefold(), one.url) for one in addresses),
    )


def _person_id(own: str) -> str:
    return f"sessionize.com/{own.casefold()}"


def _talk(session: Session, named: dict[int, tuple[str, str]], number: str, url: str, known: set[str]) -> Talk:
    facts = [*(named[item] for item in session.category_items if item in named), *_own_categories(session)]
    starts, ends = moment(session.starts_at), moment(session.ends_at)
    ids = (_person_id(one) for one in session.people)
    return Talk(
        id=f"sessionize.com/{number}/{session.id}",
        title=session.title,
        url=url,
        speakers=tuple(one for one in ids if one in known),
        text=session.description,
        at=starts,
        minutes=(ends - starts).total_seconds() / 60 if starts and ends else None,
        form=" ".join((_first(facts, "format"), "keynote" if session.plenum else "")).strip(),
        track=_first(facts, "track") or None,
        tags=tuple(value for _, value in facts),
    )


def _own_categories(session: Session) -> Iterator[tuple[str, str]]:
    for category in session.categories:
        yield from ((category.called, item.name) for item in category.category_items)


def _first(facts: Iterable[tuple[str, str]], word: str) -> str:
    return next((value for called, value in facts if word in called), "")
