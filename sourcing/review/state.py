"""What all pages share: settings, database, clock, who is asking, which role is looked at."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

from fastapi import Depends, HTTPException, Request

from scoring.roles import Role, find_role
from sourcing.config import Config
from sourcing.desk import people
from sourcing.installation import available_roles
from sourcing.review.rendering import Templates
from storage.store import Store

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is at the desk; alone on loopback it is the login name and may do everything."""

    name: str
    role: str = "admin"
    signed_in: bool = False
    shares: Mapping[str, bool] = field(default_factory=dict)  # lists shared with them, and whether with contacts


NOBODY = Actor("", "")


@dataclass(frozen=True, slots=True)
class Desk:
    """One installation as the pages see it."""

    config: Config
    store: Store
    clock: Callable[[], datetime]
    templates: Templates = field(default_factory=Templates)
    read: dict[str, tuple[tuple[Path, int], Role]] = field(default_factory=dict)  # profiles, until their files change
    only: frozenset[str] | None = None  # the roles somebody sees; None is all

    def roles(self) -> dict[str, Path]:
        """Role profiles by name: the active ones first."""
        paths, active = available_roles(self.config), self.config.roles.active
        seen = paths if self.only is None else paths.keys() & self.only
        return {name: paths[name] for name in sorted(seen, key=lambda name: (name not in active, name))}

    def role(self, name: str) -> Role:
        """One role profile, read again when its file changed; RoleError lists what there is."""
        if self.only is not None and name not in self.only:
            raise HTTPException(403, "this list is not shared with you")
        path = self.roles().get(name)
        if path is None:
            return find_role(name, self.config.roles_folder)
        stamp = (path, path.stat().st_mtime_ns)
        kept = self.read.get(name)
        if kept is None or kept[0] != stamp:
            kept = self.read[name] = (stamp, find_role(name, self.config.roles_folder))
        return kept[1]

    def active(self) -> list[Role]:
        """The profiles nights work for."""
        return [self.role(name) for name in self.config.roles.active if self.only is None or name in self.only]


def desk_of(request: Request) -> Desk:
    """The desk a request is for, with the lists the person sees."""
    found = request.app.state.desk
    assert isinstance(found, Desk)
    actor = actor_of(request)
    everything = actor == NOBODY or people.may(actor.role, people.ALL_LISTS)
    return found if everything else replace(found, only=frozenset(actor.shares))


def shared_by_all(kind: type[T], name: str) -> Callable[[Request], T]:
    """Gives whoever asks what all readers share under a name."""

    def of(request: Request) -> T:
        found = getattr(request.app.state, name)
        assert isinstance(found, kind)
        return found

    return of


def first_role(desk: Desk) -> str:
    """The role a page without one opens with; 404 where there is none."""
    name = next(iter(desk.roles()), None)
    if name is None:
        raise HTTPException(404, "there is no role profile yet; make one with `sourcing role new`")
    return name


def actor_of(request: Request) -> Actor:
    """Who asks: set by the sign-in, else nobody, who may do nothing."""
    found = getattr(request.state, "actor", None)
    return found if isinstance(found, Actor) else NOBODY


TheDesk = Annotated[Desk, Depends(desk_of)]
Who = Annotated[Actor, Depends(actor_of)]


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation."""

    name: str
    href: str
    count: int | None = None


def shared(request: Request) -> dict[str, Any]:
    """What the frame of every page shows."""
    actor = actor_of(request)
    needed = request.app.state.needs
    return {
        "actor": actor,
        "may": lambda what: people.may(actor.role, what),
        "places": [
            place for place in request.app.state.places if people.may(actor.role, needed("GET", place.href) or "")
        ],
        "said": request.query_params.get("said", "")[:200],
    }
