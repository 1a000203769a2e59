"""The people of the desk: who may sign in as what, which lists are shared with whom. For the admin."""

from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi import Path as InPath
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from sourcing.desk import people
from sourcing.desk.people import LONGEST, ROLES, SHORTEST
from sourcing.review.state import Desk, TheDesk, Who
from storage.errors import ConfigError
from storage.records import Record
from storage.store import Share, User

router = APIRouter()
MOST_NAME = 60
_AS = f"^({'|'.join(ROLES)})$"
_LIST = "^[a-z0-9][a-z0-9-]{0,39}$"
_NAME = "^[a-z0-9][a-z0-9._@-]{0,59}$"
Named = Annotated[str, InPath(pattern=_NAME, description="Name somebody signs in with.")]
ListForm = Annotated[str, Form(pattern=_LIST)]
_Password = Annotated[str, Form(max_length=LONGEST)]


class Person(Record):
    """Somebody who may sign in, or could once."""

    name: str
    role: str
    created_at: datetime
    created_by: str
    password_at: datetime
    disabled_at: datetime | None
    disabled_by: str | None
    sessions: int  # open ones
    shares: tuple[Share, ...]


class NewPerson(BaseModel):
    """Somebody to let in."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=MOST_NAME)
    role: str = Field(pattern=_AS)
    password: str = Field(max_length=LONGEST, description=f"{SHORTEST} to {LONGEST} characters.")


class NewPassword(BaseModel):
    """Another password."""

    model_config = ConfigDict(extra="forbid")

    password: str = Field(max_length=LONGEST, description=f"{SHORTEST} to {LONGEST} characters.")


class NewRole(BaseModel):
    """What somebody may do from now on."""

    model_config = ConfigDict(extra="forbid")

    role: str = Field(pattern=_AS)


class NewShare(BaseModel):
    """A list to share."""

    model_config = ConfigDict(extra="forbid")

    list: str = Field(pattern=_LIST, description="Role profile.")
    contacts: bool = Field(default=False, description="Also where its people can be reached.")


class OldShare(BaseModel):
    """A list to take back."""

    model_config = ConfigDict(extra="forbid")

    list: str = Field(pattern=_LIST, description="Role profile.")


@router.get("/users", include_in_schema=False)
def page(request: Request, desk: TheDesk) -> HTMLResponse:
    """Everybody, with a form for each thing that can be changed."""
    values = {"users": _everybody(desk), "roles": ROLES, "lists": list(desk.roles()), "shortest": SHORTEST}
    return desk.templates.page(request, "users.html", {**values, "longest": LONGEST, "most_name": MOST_NAME})


@router.get("/api/users", tags=["users"])
def everybody(desk: TheDesk) -> tuple[Person, ...]:
    """Everybody who may sign in or could once; no password and no hash of one."""
    return _everybody(desk)


@router.post("/users", include_in_schema=False)
def add(
    desk: TheDesk,
    who: Who,
    name: Annotated[str, Form(max_length=MOST_NAME)],
    role: Annotated[str, Form(pattern=_AS)],
    password: _Password,
    again: _Password,
) -> RedirectResponse:
    """Let somebody in."""
    _same(password, again)
    made = _add(desk, who.name, name, role, password)
    return _back(f"{made} may sign in as {role.replace('_', ' ')}.")


@router.post("/api/users", tags=["users"])
def add_as_json(desk: TheDesk, who: Who, body: NewPerson) -> Person:
    """Let somebody sign in; from the first one on everybody has to."""
    return _one(desk, _add(desk, who.name, body.name, body.role, body.password))


@router.post("/users/{name}/role", include_in_schema=False)
def change_role(desk: TheDesk, name: Named, role: Annotated[str, Form(pattern=_AS)]) -> RedirectResponse:
    """Let somebody do other things."""
    people.set_role(desk.store, name, role)
    return _back(f"{name} is {role.replace('_', ' ')} and has to sign in again.")


@router.post("/api/users/{name}/role", tags=["users"])
def change_role_as_json(desk: TheDesk, name: Named, body: NewRole) -> Person:
    """Let somebody do other things; they have to sign in again."""
    people.set_role(desk.store, name, body.role)
    return _one(desk, name)


@router.post("/users/{name}/password", include_in_schema=False)
def change_password(desk: TheDesk, name: Named, password: _Password, again: _Password) -> RedirectResponse:
    """Give somebody another password."""
    _same(password, again)
    people.set_password(desk.store, name, password, now=desk.clock())
    return _back(f"{name} has another password and has to sign in again.")


@router.post("/api/users/{name}/password", tags=["users"])
def change_password_as_json(desk: TheDesk, name: Named, body: NewPassword) -> Person:
    """Give somebody another password; they have to sign in again."""
    people.set_password(desk.store, name, body.password, now=desk.clock())
    return _one(desk, name)


@router.post("/users/{name}/disable", include_in_schema=False)
def disable(desk: TheDesk, who: Who, name: Named) -> RedirectResponse:
    """Let somebody in no more."""
    people.disable(desk.store, name, by=who.name, now=desk.clock())
    return _back(f"{name} may not sign in any more.")


@router.post("/api/users/{name}/disable", tags=["users"])
def disable_as_json(desk: TheDesk, who: Who, name: Named) -> Person:
    """Let somebody in no more; what they decided stays under their name."""
    people.disable(desk.store, name, by=who.name, now=desk.clock())
    return _one(desk, name)


@router.post("/users/{name}/enable", include_in_schema=False)
def enable(desk: TheDesk, name: Named) -> RedirectResponse:
    """Let somebody in again."""
    desk.store.enable_user(name)
    return _back(f"{name} may sign in again.")


@router.post("/api/users/{name}/enable", tags=["users"])
def enable_as_json(desk: TheDesk, name: Named) -> Person:
    """Let somebody in again."""
    desk.store.enable_user(name)
    return _one(desk, name)


@router.post("/users/{name}/share", include_in_schema=False)
def share(
    desk: TheDesk,
    who: Who,
    name: Named,
    list: ListForm,  # noqa: A002  # the field's name
    contacts: Annotated[bool, Form()] = False,
) -> RedirectResponse:
    """Share a list."""
    _share(desk, who.name, name, list, contacts=contacts)
    return _back(f"{name} sees and judges {list}, {'with' if contacts else 'without'} contacts.")


@router.post("/api/users/{name}/share", tags=["users"])
def share_as_json(desk: TheDesk, who: Who, name: Named, body: NewShare) -> Person:
    """Share the list of a role with a hiring manager."""
    _share(desk, who.name, name, body.list, contacts=body.contacts)
    return _one(desk, name)


@router.post("/users/{name}/unshare", include_in_schema=False)
def unshare(desk: TheDesk, name: Named, list: ListForm) -> RedirectResponse:  # noqa: A002  # the field's name
    """Take a list back."""
    found = desk.store.unshare(name, list)
    return _back(f"{list} is {'no longer' if found else 'not'} shared with {name}.")


@router.post("/api/users/{name}/unshare", tags=["users"])
def unshare_as_json(desk: TheDesk, name: Named, body: OldShare) -> Person:
    """Take a list back; nothing happens if it was not shared."""
    desk.store.unshare(name, body.list)
    return _one(desk, name)


def _add(desk: Desk, by: str, name: str, role: str, password: str) -> str:
    """The name as it is signed in with: small letters."""
    if not desk.store.has_users() and role != "admin":
        raise ConfigError("the first one has to be an admin: from then on everybody signs in, and somebody has to add")
    wanted = name.strip().lower()
    people.add(desk.store, wanted, role, password, by=by, now=desk.clock())
    return wanted


def _share(desk: Desk, by: str, name: str, role: str, *, contacts: bool) -> None:
    people.share(desk.store, name, desk.role(role).role, contacts=contacts, by=by, now=desk.clock())


def _same(password: str, again: str) -> None:
    if password != again:
        raise ConfigError("the two passwords differ; nothing was changed")


def _everybody(desk: Desk) -> tuple[Person, ...]:
    sessions = desk.store.open_sessions(now=desk.clock())
    return tuple(_person(user, sessions.get(user.name, 0)) for user in desk.store.users())


def _one(desk: Desk, name: str) -> Person:
    return next(one for one in _everybody(desk) if one.name == name)


def _person(user: User, sessions: int) -> Person:
    own = {name: getattr(user, name) for name in Person.model_fields if name != "sessions"}
    return Person.model_validate({**own, "sessions": sessions})


def _back(said: str) -> RedirectResponse:
    return RedirectResponse(f"/users?{urlencode({'said': said})}", 303)
