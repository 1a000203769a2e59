"""How many people go into one GraphQL document: as many as GitHub answers in time."""


class BatchSize:
    """Halves when an answer failed for its size, grows back by a quarter after eight good ones.

    GitHub cuts a query off after ten seconds (502 or 504) and charges extra for it, so a size that failed is
    not tried again this night.
    """

    def __init__(self, start: int, most: int) -> None:
        self.size = start
        self._most = most
        self._good = 0

    def worked(self) -> None:
        """An answer came in time."""
        self._good += 1
        if self._good >= 8:
            self.size = min(self._most, self.size + max(1, self.size // 4))
            self._good = 0

    def failed(self, tried: int) -> None:
        """An answer of this many people failed for its size."""
        self._most = max(1, min(self._most, tried - 1))
        self.size = max(1, min(self.size, tried // 2))
        self._good = 0
