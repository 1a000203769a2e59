"""Where a query starts: nodes by id, users, repositories, the rate limit."""

from collections.abc import Callable
from typing import Any

from graphql import GraphQLError

from sourcing.demo.ids import user_number
from sourcing.demo.server.resolvers.pages import Info, not_found
from sourcing.demo.works import Record
from sourcing.demo.world import World


def _node(_: None, info: Info, node: str) -> Record:
    world: World = info.context.world
    number = user_number(node)
    found = world.by_number(number) if number is not None else None
    if found is None or found["id"] != node:
        raise not_found(f"Could not resolve to a node with the global id of '{node}'")
    return found


def _nodes(_: None, info: Info, ids: list[str]) -> list[Record | GraphQLError]:
    if len(ids) > 100:
        raise GraphQLError("You may not provide more than 100 node ids.", extensions={"type": "ARGUMENT_LIMIT"})
    return [_or_error(info, node) for node in ids]


def _or_error(info: Info, node: str) -> Record | GraphQLError:
    try:
        return _node(None, info, node)
    except GraphQLError as error:
        return error


def _user(_: None, info: Info, login: str) -> Record:
    found: Record | None = info.context.world.by_login(login)
    if found is None or found["__typename"] != "User":
        raise not_found(f"Could not resolve to a User with the login of '{login}'.")
    return found


def _repository(_: None, info: Info, owner: str, name: str, **__: Any) -> Record:
    found: Record | None = info.context.world.repository(owner, name)
    if found is None:
        raise not_found(f"Could not resolve to a Repository with the name '{owner}/{name}'.")
    return found


def _rate(_: None, info: Info, **__: Any) -> Record:
    rate: Record = info.context.rate
    return rate


TABLE: dict[tuple[str, str], Callable[..., Any]] = {
    ("Query", "node"): _node,
    ("Query", "nodes"): _nodes,
    ("Query", "user"): _user,
    ("Query", "repository"): _repository,
    ("Query", "rateLimit"): _rate,
}
