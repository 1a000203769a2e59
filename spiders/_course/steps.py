"""A night in steps: the next one begins when everything the last one asked was answered, well or badly."""

from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from scrapy import Request
from scrapy.http import Response

from spiders._base import SourceSpider, Yielded
from storage.errors import Unreadable

Step = Callable[[], Iterator[Yielded]]
Reader = Callable[..., Iterable[Yielded]]


class Steps(SourceSpider):
    """Base of sources that decide only when all of something was read."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.open = 0  # questions of this step not answered yet
        self.steps: deque[Step] = deque()

    @abstractmethod
    def call(
        self, path: str, then: Reader, *, lane: str, given: Mapping[str, object] | None = None, **more: Any
    ) -> Request:
        """One call of the source's interface."""

    def part(
        self,
        path: str,
        reader: Reader,
        *,
        lane: str,
        given: Mapping[str, object] | None = None,
        on_missing: Reader | None = None,
        **context: Any,
    ) -> Request:
        """A question of this step; an answer that cannot be used settles it too."""
        self.open += 1

        def heard(response: Response) -> Iterator[Yielded]:
            yield from self._settling(reader(response, **context))

        def missing(response: Response) -> Iterator[Yielded]:
            yield from self._settling(on_missing(response, **context) if on_missing else ())

        def lost(_: str) -> Iterator[Yielded]:
            return self.settle()

        return self.call(path, heard, lane=lane, given=given, on_failure=lost, on_missing=missing)

    def _settling(self, yielded: Iterable[Yielded]) -> Iterator[Yielded]:
        try:
            yield from yielded
        except Unreadable:
            yield from self.settle()
            raise
        yield from self.settle()

    def settle(self) -> Iterator[Yielded]:
        """Count an answered question; after the last one go on with the next step that has something to ask."""
        self.open -= 1
        while self.open == 0 and self.stopped is None and self.steps:
            yield from self.steps.popleft()()
