"""Finding people: the top answerers of every lane's tag, and people other sources name."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from scrapy import Request
from scrapy.http import Response

from spiders._about import LINKED
from spiders._base import Yielded
from spiders._reading.clean import each
from spiders._stackexchange import work
from spiders._stackexchange.answers import Answerer
from spiders._stackexchange.api import PAGE, StackExchangeApi
from spiders._stackexchange.people import REGISTERED, SOURCE, Person
from spiders._stackexchange.sites import Seat, tag_of
from spiders._stackexchange.work import ALL_TIME, MONTH, Standing
from storage.records import AccountKey, Sighting

DECLINED = f"{SOURCE}/people/declined"


class Finding(StackExchangeApi):
    """Lanes and links: who must be read tonight, and the standing of those known already."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people: dict[AccountKey, Person] = {}
        self.seats: dict[Seat, AccountKey] = {}
        self.standings: dict[Seat, list[tuple[str, Standing]]] = {}  # with the lane that found them; unknown people
        self.declined: dict[str, str] = {}  # seat → day until which nobody asks again
        self.wanted_by: dict[Seat, str] = {}  # people who were only named elsewhere → their lane

    def recall_people(self) -> None:
        """Take over from the Store who is known, and whom it makes no sense to ask for."""
        for known in self.store.known(self.name):
            if known.gone_at is None:
                self.register(Person.known(known))
        today = self.now().date().isoformat()
        kept = self.recall(DECLINED).items()
        self.declined = {seat: until for seat, until in kept if isinstance(until, str) and until > today}

    def register(self, person: Person) -> None:
        """Know a person under all their seats."""
        self.people[person.key] = person
        self.seats.update(dict.fromkeys(person.seats, person.key))

    def decline(self, seat: Seat, reason: str) -> None:
        """Leave somebody out until a profile would be read again."""
        self.ledger.skip(reason)
        until = self.now().date() + timedelta(days=self.options.refresh_days)
        self.declined[str(seat)] = until.isoformat()

    def lists(self) -> Iterator[Request]:
        """Ask every lane for the answerers of the month, and now and then for those of all time."""
        for lane in self.lanes:
            target = tag_of(lane.target) if lane.kind == "answerers" else None
            if target is None:
                self.ledger.skip("lane_not_understood", lane.kind != LINKED)
                continue
            memory = self.recall(lane.id)
            for kept in memory.get("waiting", ()):
                self.meet(lane.id, Standing.recalled(*target, kept))
            yield self.ask_list(lane.id, *target, MONTH)
            due = self.now().date() - timedelta(days=self.options.all_time_every_days)
            if str(memory.get(ALL_TIME, "")) <= due.isoformat():
                yield self.ask_list(lane.id, *target, ALL_TIME)

    def ask_list(self, lane: str, site: str, tag: str, period: str, page: int = 1) -> Request:
        """One page of the top answerers of a tag."""
        path = f"tags/{quote(tag, safe='')}/top-answerers/{period}"
        query = {"site": site, "pagesize": PAGE, "page": page}
        return self.call(path, self.listed, lane=lane, query=query, site=site, tag=tag, period=period, page=page)

    def listed(self, response: Response, site: str, tag: str, period: str, page: int) -> Iterator[Yielded]:
        """Keep the standing of people known; remember the others until their profiles are read."""
        answer, lane = self.envelope(response), response.meta["lane"]
        rows = list(each(Answerer, answer.items, self.ledger.skip))
        bill = self.ledger.bill(lane)
        bill.found = (bill.found or 0) + len(rows)
        if period == ALL_TIME and page == 1 and not answer.items:
            # Nobody ever answered under a tag people are looked for by: misspelled, renamed, or another API.
            self.ledger.skip(f"empty_target:{site}/{tag}")
        standings = [standing for row in rows if (standing := self.standing(row, site, tag, period))]
        for standing in standings:
            yield from self.stands(lane, standing)
        if answer.has_more and page < self.options.answerer_pages:
            yield self.ask_list(lane, site, tag, period, page + 1)
        elif period == ALL_TIME:
            yield self.remember(lane, self.lane_memory(lane))
        yield from self.stop_if_low(tuple)

    def lane_memory(self, lane: str) -> dict[str, object]:
        """When all time was listed, and those found whose profiles are still to be read."""
        mine = [one for found in self.standings.values() for by, one in found if by == lane and one.period == ALL_TIME]
        return {ALL_TIME: self.now().date().isoformat(), "waiting": [one.kept() for one in mine]}

    def standing(self, row: Answerer, site: str, tag: str, period: str) -> Standing | None:
        """A row of a list; None for people who are not registered (any more)."""
        if row.user.user_type not in REGISTERED or row.user.user_id is None:
            self.ledger.skip(f"user_type:{row.user.user_type[:40]}")
            return None
        return Standing(Seat(site, row.user.user_id), tag, period, row.score, row.post_count)

    def stands(self, lane: str, standing: Standing) -> Iterator[Yielded]:
        """Somebody known is seen again with their answers; somebody unknown waits."""
        key = self.seats.get(standing.seat)
        if key is None:
            self.meet(lane, standing)
            return
        self.ledger.met(lane, key)
        yield Sighting(account=key, handle=self.people[key].handle, seen_at=self.now())
        origin = self.stamp(work.list_page(standing.seat.site, standing.tag))
        yield work.answers(standing, key, self.now(), origin)

    def meet(self, lane: str, standing: Standing) -> None:
        """Remember the standing of somebody whose profile is still to be read."""
        if standing.seat in self.seats or str(standing.seat) in self.declined:
            self.ledger.skip("declined_lately", standing.seat not in self.seats)
            return
        found = self.standings.setdefault(standing.seat, [])
        if (lane, standing) not in found:
            found.append((lane, standing))

    def known_besides(self) -> set[str]:
        """All seats of people known; their handle names but one."""
        return {str(seat) for seat in self.seats}

    def linked(self, handles: Iterable[str]) -> Iterator[Seat]:
        """Seats of people whose accounts elsewhere name one of the network, less those dealt with already."""
        for seat in filter(None, map(Seat.read, handles)):
            if str(seat) not in self.declined and seat not in self.standings:
                self.wanted_by[seat] = self.linked_lane().id
                yield seat
