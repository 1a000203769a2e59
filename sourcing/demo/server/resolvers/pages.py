"""What resolvers share: the context of a call, errors and pages of connections."""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo

from sourcing.demo.works import Record
from sourcing.demo.world import World


@dataclass(slots=True)
class Context:
    """What resolvers share during one call."""

    world: World
    rate: Record
    errors: list[Record] = field(default_factory=list)


Info = GraphQLResolveInfo[Context]


def not_found(message: str) -> GraphQLError:
    """GitHub's error for something that is not there; HTTP says 200."""
    return GraphQLError(message, extensions={"type": "NOT_FOUND"})


def page(items: list[Any], first: int | None, after: str | None) -> Record:
    """One page of a connection."""
    start = _position(after) if after else 0
    stop = start + (first or 0)
    info = {
        "hasNextPage": stop < len(items),
        "hasPreviousPage": start > 0,
        "startCursor": _cursor(start + 1),
        "endCursor": _cursor(min(stop, len(items))) if stop > start else None,
    }
    return {"nodes": items[start:stop], "totalCount": len(items), "pageInfo": info}


def _cursor(position: int) -> str:
    return b64encode(f"cursor:v2:{position}".encode()).decode()


def _position(cursor: str) -> int:
    try:
        return int(b64decode(cursor, validate=True).decode().rpartition(":")[2])
    except (NotBase64, ValueError):
        raise GraphQLError(f"`{cursor}` does not appear to be a valid cursor.") from None


def nothing(_: Record, __: Info, **___: Any) -> Record:
    """An empty connection."""
    return page([], 0, None)
