"""GitHub's GraphQL over the invented world: parsed once per text, priced, and executed by graphql-core."""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    execute,
    parse,
    validate,
)

from sourcing.demo.server.github_cost import Price, Pricer
from sourcing.demo.server.resolvers import RESOLVERS
from sourcing.demo.server.resolvers.pages import Context
from sourcing.demo.works import Record
from sourcing.demo.world import World


def schema() -> GraphQLSchema:
    """The executable schema, with its resolvers attached."""
    text = Path(__file__).with_name("schema.graphql").read_text(encoding="utf-8")
    made = build_schema(text)
    for (kind, field), resolver in RESOLVERS.items():
        holder = made.type_map[kind]
        assert isinstance(holder, GraphQLObjectType)
        holder.fields[field].resolve = resolver
        for name, argument in holder.fields[field].args.items():
            argument.out_name = _RENAMED.get(name) or _snake(name)
    return made


_RENAMED = {"id": "node", "from": "start", "to": "end"}  # what Python reserves or uses otherwise


def _snake(name: str) -> str:
    return re.sub(r"(?=[A-Z])", "_", name).lower()


_SCHEMA = schema()
_PRICER = Pricer(_SCHEMA)


@lru_cache(maxsize=512)
def read(text: str) -> tuple[DocumentNode, tuple[GraphQLError, ...]]:
    """The parsed document with what validation found; kept by its text."""
    try:
        document = parse(text)
    except GraphQLError as error:
        return DocumentNode(definitions=()), (error,)
    return document, tuple(validate(_SCHEMA, document))


def priced(text: str, variables: Mapping[str, Any]) -> Price:
    """The price of a call; GraphQLError when it cannot be run at all."""
    document, errors = read(text)
    if errors:
        raise errors[0]
    return _PRICER.price(document, variables)


def run(world: World, text: str, variables: Mapping[str, Any], rate: Record) -> Record:
    """The answer's body; `rate` is what the rateLimit field says."""
    context = Context(world, rate)
    result = execute(_SCHEMA, read(text)[0], None, context, dict(variables))
    assert isinstance(result, ExecutionResult)
    errors = [formatted(error) for error in result.errors or ()] + context.errors
    return {"data": result.data} | ({"errors": errors} if errors else {})


def formatted(error: GraphQLError) -> Record:
    """An error as GitHub writes it: the type stands beside the message."""
    shown: Record = {"message": error.message}
    kind = (error.extensions or {}).get("type")
    if kind:
        shown["type"] = kind
    if error.path:
        shown["path"] = error.path
    if error.locations:
        shown["locations"] = [{"line": at.line, "column": at.column} for at in error.locations]
    return shown
