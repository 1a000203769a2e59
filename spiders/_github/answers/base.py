"""What every answer is read by: GitHub's names, what an error covers, and the shapes that stand everywhere."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class Read(BaseModel):
    """Base of answer models: GitHub's camelCase names, unknown fields ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel)


class GraphError(Read):
    """One entry of `errors`."""

    type: str = ""
    message: str = ""
    path: tuple[str | int, ...] = ()


class RateLimit(Read):
    """What a query cost, in points."""

    cost: int
    remaining: int


class GraphAnswer(Read):
    """A GraphQL answer: data, errors and what the errors cover."""

    data: dict[str, Any] | None = None
    errors: tuple[GraphError, ...] = ()

    def lost(self, *path: str | int) -> GraphError | None:
        """The error that covers this path: one at it or above it."""
        return next((e for e in self.errors if e.path == path[: len(e.path)]), None)

    @property
    def cost(self) -> int:
        """Points spent; 0 where the answer does not say."""
        spent = (self.data or {}).get("rateLimit")
        return RateLimit.model_validate(spent).cost if spent else 0


class Count(Read):
    """A connection of which only the size is read."""

    total_count: int = Field(ge=0)


class Named(Read):
    """Anything of which only the name is read."""

    name: str


class PageInfo(Read):
    """Where a connection goes on."""

    has_next_page: bool
    end_cursor: str | None = None


class Text(Read):
    """A text file; the object is null or empty when the file is missing or binary."""

    text: str | None = None


def present(nodes: Sequence[Any] | None) -> list[Any]:
    """The nodes that are there; GraphQL lists hold null for what failed."""
    return [node for node in nodes or () if node is not None]
