"""What the shortlisted published: notebooks, datasets, models."""

from collections.abc import Iterator

from scrapy import Request
from scrapy.http import Response

from spiders._base import Yielded
from spiders._kaggle import calls, people, work
from spiders._kaggle.api import UNRANKED, KaggleApi
from spiders._kaggle.calls import Reading
from storage.records import Sighting


class PublishedWork(KaggleApi):
    """Reading a person's public work."""

    def owners(self) -> Iterator[Request]:
        """Read the work of the shortlisted, the best ranked first."""
        order = sorted(self.shortlist.values(), key=lambda chosen: chosen[0].best_rank or UNRANKED)
        self.ledger.skip("over_max_profiles", max(0, len(order) - self.options.max_profiles))
        for document, lane in order[: self.options.max_profiles]:
            yield self.list_work(Reading(document, lane))

    def list_work(self, reading: Reading) -> Request:
        """Ask for the next page of a person's work."""

        def lost(*_: object, **__: object) -> Iterator[Yielded]:
            reading.complete = False
            yield from self.next_work(reading, "")

        return self.call(
            reading.method,
            reading.body,
            self.listed,
            lane=reading.lane,
            reading=reading,
            on_failure=lost,
            on_missing=lost,
        )

    def listed(self, response: Response, reading: Reading) -> Iterator[Yielded]:
        """One page of notebooks, datasets or models, and what comes next."""
        answer = self.read(response, reading.answer)
        owner, site = reading.document.owner_user, self.options.site
        for one, made in calls.made(answer, self.ledger.skip):
            if one.is_private or not work.owned(one.ref, owner.user_name):
                self.ledger.skip("work_private" if one.is_private else "work_of_others")
            else:
                yield made(one, self.key(owner.id), site, self.stamp(response.url))
        yield from self.next_work(reading, answer.next_page_token)

    def next_work(self, reading: Reading, token: str) -> Iterator[Yielded]:
        """The next page or list; after the last one the person counts as read."""
        owner, mark = reading.document.owner_user, people.work_mark(reading.document)
        if reading.advance(token, self.options.work_pages):
            yield self.list_work(reading)
        elif reading.complete:
            yield Sighting(
                account=self.key(owner.id), handle=owner.user_name, markers={"work": mark}, seen_at=self.now()
            )
