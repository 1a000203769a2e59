"""People on Kaggle through its official API: ranked users, members of winning teams, and what they published.

The night goes in phases: user searches; leaderboards of finished competitions, each read once; people known from
earlier nights who were not met for a week; then notebooks, datasets and models of the best ranked whose document
changed. One request at a time, and the night is over after three refusals in a row.
"""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from scrapy import Request

from spiders._kaggle.about import AboutKaggle
from spiders._kaggle.boards import Boards
from spiders._kaggle.reading import PublishedWork
from spiders._kaggle.searching import Searching


class Kaggle(AboutKaggle, Searching, Boards, PublishedWork):
    """Kaggle: its official API only, with the operator's own token."""

    site = "https://www.kaggle.com"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.phases: deque[Callable[[], Iterable[Request]]] = deque((self.boards, self.refresh, self.owners))

    def first(self) -> Iterable[Request]:
        """The first page of every search lane."""
        self.recall_people()
        return self.searches()

    def when_idle(self) -> Iterable[Request]:
        """The next phase that has something to ask."""
        while self.phases:
            if requests := list(self.phases.popleft()()):
                return requests
        return ()
