"""The demo's GraphQL schema is a true subset of the one GitHub publishes, kept beside the project."""

from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
)

from sourcing.demo.server.github_graphql import schema

PUBLISHED = Path(__file__).parents[3] / "shared" / "schemas" / "github.graphql"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not PUBLISHED.exists(), reason=f"the published schema is not at {PUBLISHED}"),
]


@pytest.fixture(scope="module")
def published() -> GraphQLSchema:
    return build_schema(PUBLISHED.read_text(encoding="utf-8"), assume_valid=True)


OURS = {name: kind for name, kind in schema().type_map.items() if not name.startswith("__")}


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_type_is_part_of_the_published_one(name: str, published: GraphQLSchema) -> None:
    ours, theirs = OURS[name], published.type_map[name]
    assert type(ours) is type(theirs)
    if isinstance(ours, GraphQLEnumType) and isinstance(theirs, GraphQLEnumType):
        assert set(ours.values) <= set(theirs.values)
    if isinstance(ours, GraphQLUnionType) and isinstance(theirs, GraphQLUnionType):
        assert {member.name for member in ours.types} <= {member.name for member in theirs.types}
    if isinstance(ours, GraphQLInputObjectType) and isinstance(theirs, GraphQLInputObjectType):
        assert all(str(field.type) == str(theirs.fields[key].type) for key, field in ours.fields.items())
    if isinstance(ours, GraphQLObjectType) and isinstance(theirs, GraphQLObjectType):
        assert {face.name for face in ours.interfaces} <= {face.name for face in theirs.interfaces}
    if isinstance(ours, GraphQLObjectType | GraphQLInterfaceType):
        assert isinstance(theirs, GraphQLObjectType | GraphQLInterfaceType)
        _fields_agree(ours, theirs)


def _fields_agree(
    ours: GraphQLObjectType | GraphQLInterfaceType, theirs: GraphQLObjectType | GraphQLInterfaceType
) -> None:
    for key, field in ours.fields.items():
        assert str(field.type) == str(theirs.fields[key].type), key
        for argument, held in field.args.items():
            other = theirs.fields[key].args[argument]
            assert (str(held.type), held.default_value) == (str(other.type), other.default_value), (key, argument)
