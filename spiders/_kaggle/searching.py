"""Finding people: search lanes, and those of earlier nights no lane showed for a while."""

from collections.abc import Iterator
from datetime import timedelta

from scrapy import Request
from scrapy.http import Response

from spiders._base import Yielded
from spiders._kaggle import calls, lanes
from spiders._kaggle.about import PAGE, REFRESH
from spiders._kaggle.answers import Found, UserDocument
from spiders._kaggle.api import KaggleApi
from spiders._reading.clean import each
from storage.records import Gone


class Searching(KaggleApi):
    """User searches and refreshes."""

    def searches(self) -> Iterator[Request]:
        """Ask every search lane for its first page."""
        for lane in self.lanes:
            body = lanes.user_search(lane.target) if lane.kind == "users" else None
            if body is not None:
                yield self.call(calls.USERS, calls.paged(body), self.found, lane=lane.id, query=body, before=0)
            elif lane.kind != "leaderboards" or lanes.boards(lane.target) is None:
                self.ledger.skip("lane_not_understood")

    def found(self, response: Response, query: calls.Body, before: int) -> Iterator[Yielded]:
        """One page of people, and the next."""
        answer, lane = self.read(response, Found), response.meta["lane"]
        for document in each(UserDocument, answer.documents, self.ledger.skip):
            yield from self.person(document, lane)
        listed, bill = before + len(answer.documents), self.ledger.bill(lane)
        bill.promised, bill.found = answer.total_documents or bill.promised, listed
        if not answer.next_page_token or not answer.documents:
            return
        if listed >= self.options.max_found:
            self.ledger.skip("over_max_found", max(0, answer.total_documents - listed))
            return
        page = calls.paged(query, answer.next_page_token)
        yield self.call(calls.USERS, page, self.found, lane=lane, query=query, before=listed)

    def refresh(self) -> Iterator[Request]:
        """Look for people no lane showed for a while, by number; who is not found has left.

        So for people whom a night that was cut off met, and whose work it did not come to read.
        """
        due = self.now() - timedelta(days=self.options.refresh_days)
        there = (one for one in self.known.values() if one.account not in self.met and not one.gone_at)
        missed = (one for one in there if one.last_seen <= due or (self.is_new(one) and not one.markers.get("work")))
        ids = sorted(int(known.account.source_id) for known in missed)
        for start in range(0, len(ids), PAGE):
            batch = ids[start : start + PAGE]
            yield self.call(calls.USERS, calls.users_by_number(batch), self.refreshed, lane=REFRESH, ids=batch)

    def refreshed(self, response: Response, ids: list[int]) -> Iterator[Yielded]:
        """People by number; the missing are gone."""
        documents = list(each(UserDocument, self.read(response, Found).documents, self.ledger.skip))
        for document in documents:
            yield from self.person(document, REFRESH)
        for missing in sorted(set(ids) - {document.owner_user.id for document in documents}):
            key = self.key(missing)
            yield Gone(account=key, reason="not_found", origin=self.stamp(f"{self.options.api}/{calls.USERS}"))
