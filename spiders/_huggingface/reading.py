"""Reading people: their overview, then the lists of their own work that are not empty."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from scrapy import Request
from scrapy.http import Response

from spiders._base import Yielded
from spiders._huggingface import people, work
from spiders._huggingface.about import REFRESH
from spiders._huggingface.answers import Overview, Repo, Rows
from spiders._huggingface.lanes import KINDS, Candidate, Work
from spiders._huggingface.listing import Listing
from spiders._reading.clean import each
from spiders._reading.paging import next_page
from storage.records import Gone, Kind, Sighting, Withdrawn
from storage.text import handle_key

A_DAY = 0.8  # days between the two nights that must both miss somebody; nights do not begin to the minute


class Reading(Listing):
    """Overviews and people's own lists."""

    # --- who is asked ----------------------------------------------------------------------------------------

    def shortlist(self) -> Iterator[Request]:
        """People due for another look, at most half the night, then the owners and authors of most interest."""
        due = self.due()[: max(1, self.options.max_profiles // 2)]
        room = self.options.max_profiles - len(due)
        order = sorted(self.candidates.values(), key=lambda one: (-one.interest, one.handle))
        self.ledger.skip("over_max_profiles", max(0, len(order) - room))
        yield from map(self.ask_overview, (*due, *order[:room]))

    def read_now(self, candidate: Candidate, number: str) -> Iterator[Yielded]:
        """Somebody does not wait any more; what waited for the account follows it."""
        self.candidates.pop(handle_key(candidate.handle), None)
        yield from self.papers_of.pop(number, ())

    def due(self) -> list[Candidate]:
        """People missing on the last night, then those read longest ago."""
        limit, missed = self.days_ago(self.options.refresh_days), set(self.missing)
        reads = {number: known.markers.get("read", "") for number, known in self.known.items() if not known.gone_at}
        late = sorted(
            (number not in missed, at, number) for number, at in reads.items() if number in missed or at <= limit
        )
        return [Candidate(self.known[number].handle, REFRESH, number=number) for _, _, number in late]

    def known_besides(self) -> set[str]:
        """Logins that are no person's, and those that wait to be read."""
        return {*self.nobody, *self.candidates}

    def look_up_all(self, handles: Sequence[str]) -> Iterator[Request]:
        """Ask for each by itself."""
        return (self.ask_overview(Candidate(handle, self.linked_lane().id)) for handle in handles)

    # --- the overview ----------------------------------------------------------------------------------------

    def ask_overview(self, candidate: Candidate) -> Request:
        """Ask what the Hub tells of a login; it may be unchanged."""
        return self.ask(
            f"{self.options.api}/users/{quote(candidate.handle, safe='')}/overview",
            self.overview,
            lane=candidate.lane,
            conditional=True,
            on_unchanged=lambda note: self.unchanged(candidate, note),
            on_missing=lambda _, **__: self.not_there(candidate),
            candidate=candidate,
        )

    def overview(self, response: Response, candidate: Candidate) -> Iterator[Yielded]:
        """The account; then its lists."""
        read = self.read_tolerant(response, Overview)
        found = people.account(read, self.options.site, self.stamp(self.page(read.login)), self.ledger.skip)
        if found.kind is not Kind.PERSON:
            self.ledger.skip("organisation")
            yield from self.no_person(candidate)
            return
        yield from self.handed_over(candidate, found.source_id)
        self.missing.pop(found.source_id, None)
        self.sighted.add(found.key)
        counts = {kind: getattr(read, kind) for kind in KINDS}
        self.note(response, {"number": found.source_id, "handle": found.handle, "counts": counts})
        for lane in candidate.also_in:
            self.ledger.met(lane, found.key)
        yield found
        yield from self.now_called(candidate, found.handle)
        yield from self.read_now(candidate, found.source_id)
        yield from self.next_list(Work(found.source_id, found.handle, candidate.lane, counts))

    def unchanged(self, candidate: Candidate, note: Mapping[str, Any]) -> Iterator[Yielded]:
        """An overview as it was: the lists may have changed all the same."""
        number, handle = str(note.get("number", candidate.number)), str(note.get("handle", candidate.handle))
        self.missing.pop(number, None)
        yield from self.now_called(candidate, handle)
        yield from self.read_now(candidate, number)
        yield from self.next_list(Work(number, handle, candidate.lane, dict(note.get("counts", {}))))

    def now_called(self, candidate: Candidate, handle: str) -> Iterator[Yielded]:
        """A former login, by which others still name somebody, leads to a known account; it is not asked again soon."""
        former = handle_key(candidate.handle)
        if candidate.lane == self.linked_lane().id and handle_key(handle) != former:
            yield self.looked_up_in_vain(former)

    def handed_over(self, candidate: Candidate, number: str) -> Iterator[Yielded]:
        """A login that now belongs to another account: its former owner is there no more."""
        former = self.by_handle.get(handle_key(candidate.handle))
        if former is None or former.account.source_id == number or former.gone_at:
            return
        self.ledger.skip("handle_changed_owner")
        page = self.stamp(self.page(candidate.handle))
        yield Gone(account=former.account, reason="handle_changed_owner", origin=page)

    def not_there(self, candidate: Candidate) -> Iterator[Yielded]:
        """Nobody of that login. Somebody known counts as gone once two nights a day apart missed them."""
        known = self.known.get(candidate.number)
        if known is None:
            self.ledger.skip("owner_not_found")
            yield from self.no_person(candidate)
            return
        since = self.missing.setdefault(candidate.number, self.now().isoformat())
        if self.long_enough(since):
            self.missing.pop(candidate.number)
            yield Gone(account=known.account, reason="not_found", origin=self.stamp(self.page(known.handle)))
        else:
            self.ledger.skip("missing_first_time")

    def long_enough(self, since: str) -> bool:
        """Whether a day has passed since then."""
        return (self.now() - datetime.fromisoformat(since)).total_seconds() >= A_DAY * 86_400

    def no_person(self, candidate: Candidate) -> Iterator[Yielded]:
        """Remember a login that is no person's."""
        self.nobody[handle_key(candidate.handle)] = self.now().isoformat()
        self.candidates.pop(handle_key(candidate.handle), None)
        if candidate.lane == self.linked_lane().id:
            yield self.looked_up_in_vain(handle_key(candidate.handle))

    def page(self, handle: str) -> str:
        """Where people read the profile; it is linked, never asked."""
        return f"{self.options.site}/{handle}"

    # --- lists of own work -----------------------------------------------------------------------------------

    def next_list(self, person: Work) -> Iterator[Yielded]:
        """Ask for the next list that holds something; after the last one the person counts as read."""
        while person.left:
            kind = person.left[0]
            if person.counts.get(kind) != 0:
                yield self.ask_list(person, kind)
                return
            person.listed[kind] = set()
            person.left.pop(0)
        yield from self.taken_back(person)
        if person.complete:
            yield Sighting(
                account=people.key(person.number),
                handle=person.handle,
                markers={"read": self.now().isoformat()},
                seen_at=self.now(),
            )

    def ask_list(self, person: Work, kind: str, url: str = "") -> Request:
        """Ask for a page of somebody's models, data sets or Spaces."""

        def lost(*_: object, **__: object) -> Iterator[Yielded]:
            person.complete = False
            yield from self.after_list(person)

        return self.ask(
            url or self.list_address(kind, [("author", person.handle)], "fresh"),
            self.own_work,
            lane=person.lane,
            conditional=not url,
            on_unchanged=lambda _: self.after_list(person),
            on_missing=lost,
            on_failure=lost,
            person=person,
        )

    def own_work(self, response: Response, person: Work) -> Iterator[Yielded]:
        """One page of somebody's list."""
        kind, owner = person.left[0], people.key(person.number)
        for repo in each(Repo, self.read(response, Rows).root, self.ledger.skip):
            person.present.add(repo.number)
            if repo.private or repo.disabled or handle_key(repo.owner) != handle_key(person.handle):
                self.ledger.skip("work_not_public" if repo.private or repo.disabled else "work_of_others")
                continue
            yield self.own(repo, kind, owner)
        person.pages += 1
        following = next_page(response, within=self.options.api)
        if following is not None and person.pages < self.options.work_pages:
            yield self.ask_list(person, kind, following)
            return
        if following is None:
            person.listed[kind] = person.present
        yield from self.after_list(person)

    def after_list(self, person: Work) -> Iterator[Yielded]:
        """One list is done with."""
        person.left.pop(0)
        person.pages, person.present = 0, set()
        yield from self.next_list(person)

    def taken_back(self, person: Work) -> Iterator[Yielded]:
        """Work kept earlier that a list read to its end does not hold any more."""
        owner = people.key(person.number)
        if person.number not in self.known or not person.listed:
            return
        ended = {work.KINDS[kind]: ids for kind, ids in person.listed.items()}
        for kept in self.store.evidence([owner]).get(owner, ()):
            if kept.kind in ended and kept.source_id not in ended[kept.kind]:
                page = self.stamp(kept.url)
                yield Withdrawn(
                    account=owner, kind=kept.kind, source_id=kept.source_id, reason="removed_by_author", origin=page
                )
