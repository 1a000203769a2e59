"""What each route needs, in one table; one dependency of the whole application asks it, for pages and JSON alike."""

import re
from collections.abc import Mapping

from fastapi import HTTPException, Request

from sourcing.desk import people
from sourcing.desk.about import Person
from sourcing.desk.people import (
    ALL_LISTS,
    AUDIT,
    CONTACTS,
    DECIDE,
    JOIN,
    LOOK,
    NOTE,
    OWN,
    PEOPLE,
    RIGHTS,
    STATUS,
    WEIGHTS,
)
from sourcing.review.state import Actor, actor_of, desk_of
from storage.store import Store

# By method and path template; a JSON twin needs what its page needs. A route that is not here is the admin's alone.
NEEDS: Mapping[str, str] = {
    "GET /": LOOK,
    "GET /inbox": LOOK,
    "GET /inbox/{role}": LOOK,
    "POST /inbox/{role}/decide": DECIDE,
    "POST /inbox/{role}/decisions": DECIDE,
    "POST /inbox/{role}/undo": DECIDE,
    "POST /inbox/{role}/blind": LOOK,  # changes a cookie only
    "GET /ranking": LOOK,
    "GET /ranking/{role}": LOOK,
    "GET /ranking/{role}/choices": LOOK,
    "GET /search": ALL_LISTS,
    "GET /leads/{lead}": LOOK,
    "POST /leads/{lead}/status": STATUS,
    "POST /leads/{lead}/notes": NOTE,
    "POST /leads/{lead}/notes/{number}/strike": NOTE,
    "GET /weights": ALL_LISTS,
    "GET /weights/{role}": ALL_LISTS,
    "POST /weights/{role}/try": ALL_LISTS,  # changes nothing
    "POST /weights/{role}": WEIGHTS,
    "GET /market": ALL_LISTS,
    "GET /market/{role}": ALL_LISTS,
    "GET /nights": ALL_LISTS,
    "GET /nights/{number}": ALL_LISTS,
    "GET /same": ALL_LISTS,
    "POST /same/decide": JOIN,
    "POST /same/undo": JOIN,
    "GET /rights": AUDIT,
    "GET /rights/find": AUDIT,
    "POST /rights/request": RIGHTS,
    "POST /rights/hide": RIGHTS,
    "POST /rights/erase": RIGHTS,
    "POST /rights/answer": RIGHTS,
    "POST /rights/export": RIGHTS,
    "GET /users": PEOPLE,
    "POST /users": PEOPLE,
    "POST /users/{name}/role": PEOPLE,
    "POST /users/{name}/password": PEOPLE,
    "POST /users/{name}/disable": PEOPLE,
    "POST /users/{name}/enable": PEOPLE,
    "POST /users/{name}/share": PEOPLE,
    "POST /users/{name}/unshare": PEOPLE,
    "GET /me": OWN,
    "GET /openapi.json": OWN,
    "GET /sign-in": "",  # open to everybody
    "POST /sign-in": "",
    "POST /sign-out": OWN,
}
_LEAD = re.compile(r"L[0-9]{6,12}")


def needs(method: str, path: str) -> str | None:
    """What a route needs: "" if it is open to everybody, None if nothing is stated."""
    return NEEDS.get(f"{'GET' if method == 'HEAD' else method} {path.removeprefix('/api')}")


def permitted(request: Request) -> None:
    """Refuse (403, 404) what the person may not do, or a list or lead that is not shared with them."""
    actor, route = actor_of(request), request.scope["route"]
    needed = needs(request.method, route.path)
    if needed == "" or actor.role == "admin":
        return
    if needed is None or not people.may(actor.role, needed):
        raise HTTPException(403, f"{actor.name} is signed in as {actor.role.replace('_', ' ')} and may not do this")
    if not people.may(actor.role, ALL_LISTS):
        _require_shared(request, actor)


def _require_shared(request: Request, actor: Actor) -> None:
    role, lead = (request.path_params.get(name) for name in ("role", "lead"))
    if role is not None and role not in actor.shares:
        raise HTTPException(403, f"this list is not shared with {actor.name}; `sourcing user share` does that")
    if lead is not None and not _is_on_a_list(desk_of(request).store, lead, actor.shares):
        raise HTTPException(404, "no such person on a list that is shared with you")


def _is_on_a_list(store: Store, lead: str, roles: Mapping[str, bool]) -> bool:
    """UnknownLead if there is none of that id."""
    if not _LEAD.fullmatch(lead):
        return False
    living = store.living_lead(lead)
    return any(store.receipt(living, role) is not None for role in roles)


def narrowed(found: Person, actor: Actor) -> Person:
    """The page of a lead as somebody sees it who sees shared lists only."""
    if people.may(actor.role, ALL_LISTS):
        return found
    reach = any(actor.shares.get(score.role, False) for score in found.scores)
    hidden = {"routes": (), "notes": (), "facts": ()} if not reach else {}
    return found.model_copy(
        update={
            "scores": tuple(score for score in found.scores if score.role in actor.shares),
            "history": tuple(event for event in found.history if event.role in actor.shares),
            "twins": (),
            **hidden,
        }
    )


def sees_contacts(actor: Actor) -> bool:
    """Whether somebody sees where people can be reached, on whatever list."""
    return people.may(actor.role, CONTACTS) or any(actor.shares.values())
