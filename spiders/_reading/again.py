"""Whether an answer that cannot be read is believed, or asked for once more.

A spoiled answer is mostly followed by a good one; a source that changed its answers stays as it is. So each question
is asked again once, and after some that were no better nothing is asked again tonight.
"""

from scrapy.http import Response

from storage.errors import Unreadable

ASKED = "asked_again"  # key of `Request.meta`
GIVEN_UP = 5  # answers in a row that were no better the second time


class AskAgain(Exception):
    """An answer of another shape than was asked for; reading it must have had no effect yet."""

    def __init__(self, misread: Unreadable) -> None:
        super().__init__(str(misread))
        self.misread = misread


class Patience:
    """How often a source's answers were no better when asked for again."""

    def __init__(self) -> None:
        self.in_a_row = 0

    def misread(self, response: Response, error: Unreadable) -> Exception:
        """What to raise for an answer that cannot be read: the error, or that it is to be asked for again."""
        request = response.request
        if request is None or response.status != 200 or self.in_a_row >= GIVEN_UP:
            return error
        if not request.meta.get(ASKED):
            return AskAgain(error)
        self.in_a_row += 1
        return error

    def doubt(self, response: Response, error: Unreadable) -> None:
        """Raise AskAgain for an answer that can be read but is not what was promised; a second one is believed."""
        verdict = self.misread(response, error)
        if isinstance(verdict, AskAgain):
            raise verdict

    def understood(self, response: Response) -> None:
        """An answer could be read."""
        if response.request is not None and response.request.meta.get(ASKED):
            self.in_a_row = 0
