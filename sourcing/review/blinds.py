"""The switch of the blind review: a cookie that names the roles reviewed blind; any request can ask for it as well."""

import re
from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.responses import Response

from sourcing.review.state import desk_of

COOKIE = "blind"
_ROLE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_MOST = 50  # roles one cookie names
_A_YEAR = 365 * 24 * 3600  # seconds


def blind_roles(request: Request) -> frozenset[str]:
    """The roles reviewed blind in this browser."""
    named = request.cookies.get(COOKIE, "")[: _MOST * 41].split(".")
    return frozenset(name for name in named if _ROLE.fullmatch(name))


def hiding(
    request: Request,
    blind: Annotated[bool, Query(description="Hide who the people are, whatever the cookie says.")] = False,
) -> frozenset[str]:
    """The roles reviewed blind in this request: who has a score for one and no decision is hidden on every page.

    Asked for by the request, it is the role of the page, and all roles where the page is of none.
    """
    there, switched = desk_of(request).roles(), blind_roles(request)
    if blind:
        named = request.path_params.get("role")
        switched |= frozenset([named] if named else there)
    return switched & there.keys()


def remember(request: Request, answer: Response, role: str, *, on: bool) -> None:
    """Switch a role to blind or back in this browser."""
    names = blind_roles(request) | {role} if on else blind_roles(request) - {role}
    secure = request.url.scheme == "https"
    answer.set_cookie(
        COOKIE, ".".join(sorted(names)[:_MOST]), max_age=_A_YEAR, httponly=True, samesite="strict", secure=secure
    )


BlindRoles = Annotated[frozenset[str], Depends(blind_roles)]
Hiding = Annotated[frozenset[str], Depends(hiding)]
