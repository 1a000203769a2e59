"""What a GraphQL call costs, by GitHub's published formula, and whether it is too big to be answered.

Points: requests needed to fill every connection, assuming each `first` is reached, divided by 100, rounded, at least 1.
Nodes: what all connections could return; 500,000 at most. Source: GitHub's documentation of rate and query limits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    value_from_ast_untyped,
)

NODE_LIMIT = 500_000
_LISTS = {"commitContributionsByRepository", "pullRequestContributionsByRepository"} | {
    "pullRequestReviewContributionsByRepository"
}
_DEFAULT_REPOSITORIES = 25


@dataclass(slots=True)
class Price:
    """What one call costs."""

    requests: int = 0
    nodes: int = 0

    @property
    def points(self) -> int:
        """Points of the hourly budget."""
        return max(1, round(self.requests / 100))


class Pricer:
    """Prices documents against a schema."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema

    def price(self, document: DocumentNode, variables: Mapping[str, Any]) -> Price:
        """The price of a valid document; GraphQLError if a connection has no bounds or the call is too big."""
        fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        price = Price()
        for definition in document.definitions:
            if isinstance(definition, OperationDefinitionNode):
                walk = _Walk(self._schema, fragments, dict(variables), price)
                walk.through(definition.selection_set, "Query", 1)
        if price.nodes > NODE_LIMIT:
            raise _refusal("MAX_NODE_LIMIT_EXCEEDED", f"requests {price.nodes:,} possible nodes")
        return price


@dataclass(slots=True)
class _Walk:
    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: dict[str, Any]
    price: Price

    def through(self, selected: SelectionSetNode, parent: str, times: int) -> None:
        for node in selected.selections:
            if isinstance(node, FieldNode):
                self.field(node, parent, times)
            elif isinstance(node, InlineFragmentNode):
                inner = node.type_condition.name.value if node.type_condition else parent
                self.through(node.selection_set, inner, times)
            elif isinstance(node, FragmentSpreadNode):
                fragment = self.fragments[node.name.value]
                self.through(fragment.selection_set, fragment.type_condition.name.value, times)

    def field(self, node: FieldNode, parent: str, times: int) -> None:
        holder = self.schema.type_map[parent]
        if node.selection_set is None or not isinstance(holder, GraphQLObjectType | GraphQLInterfaceType):
            return
        name = node.name.value
        kind = get_named_type(holder.fields[name].type).name
        self.through(node.selection_set, kind, times * self.several(node, name, kind, times))

    def several(self, node: FieldNode, name: str, kind: str, times: int) -> int:
        """How many things one field may return; counts connections on the way."""
        given = {a.name.value: value_from_ast_untyped(a.value, self.variables) for a in node.arguments or ()}
        if name in _LISTS:
            return int(given.get("maxRepositories") or _DEFAULT_REPOSITORIES)
        if name == "nodes" and "ids" in given:
            self.price.nodes += len(given["ids"])
            return len(given["ids"])
        if not kind.endswith("Connection"):
            return 1
        self.price.requests += times
        first = _bounds(node, name, given)
        self.price.nodes += times * first
        return max(first, 1)


def _bounds(node: FieldNode, name: str, given: Mapping[str, Any]) -> int:
    first = given.get("first") or given.get("last")
    if first is None:
        inner = node.selection_set.selections if node.selection_set else ()
        if any(isinstance(field, FieldNode) and field.name.value in ("nodes", "edges") for field in inner):
            missing = f"You must provide a `first` or `last` value to properly paginate the `{name}` connection."
            raise _refusal("MISSING_PAGINATION_BOUNDARIES", missing)
        return 0
    if not 1 <= first <= 100:
        wide = f"Requesting {first} records on the `{name}` connection exceeds the `first` limit of 100 records."
        raise _refusal("EXCESSIVE_PAGINATION", wide)
    return int(first)


def _refusal(kind: str, message: str) -> GraphQLError:
    return GraphQLError(message, extensions={"type": kind})
