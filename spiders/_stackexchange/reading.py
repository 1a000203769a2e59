"""Reading people in full: profiles in hundreds, the sites they write at, and the tags of their posts."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from scrapy import Request
from scrapy.http import Response

from spiders._base import Yielded
from spiders._reading.clean import each
from spiders._stackexchange import people, work
from spiders._stackexchange.about import PEOPLE
from spiders._stackexchange.answers import CreatedFilter, Membership, TagCount, User
from spiders._stackexchange.api import PAGE
from spiders._stackexchange.finding import DECLINED, Finding
from spiders._stackexchange.people import REGISTERED, SOURCE, Person, Profile
from spiders._stackexchange.sites import Seat
from storage.records import AccountKey, Gone, Sighting

FILTER = f"{SOURCE}/people/filter"
# What profiles are read with beyond the default, and what of the default need not travel at all.
INCLUDE = ("user.about_me", "user.answer_count", "user.question_count")
EXCLUDE = ("user.profile_image", "user.collectives", "user.accept_rate", "user.view_count")

T = TypeVar("T")


class Reading(Finding):
    """Profiles, networks and tags of those found."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.gathered: dict[int, list[Profile]] = {}  # by account in the network, until its sites are known
        self.asked: set[Seat] = set()
        self.filter = ""

    # --- the filter --------------------------------------------------------------------------------------------

    def prepare(self) -> Iterator[Request]:
        """Make sure there is a filter: without one the texts people write of themselves are not sent."""
        kept = self.recall(FILTER)
        wish = {"include": ";".join(INCLUDE), "exclude": ";".join(EXCLUDE)}
        self.filter = self.options.filter or str(kept.get("filter", "") if kept.get("wish") == wish else "")
        if not self.filter:
            query = {"base": "default", **wish, "unsafe": "false"}
            yield self.call(
                "filters/create", self.created, lane=PEOPLE, query=query, on_failure=self.unfiltered, wish=wish
            )

    def created(self, response: Response, wish: Mapping[str, str]) -> Iterator[Yielded]:
        """Filters do not expire, so one is enough for all nights."""
        found = next(each(CreatedFilter, self.envelope(response).items, self.ledger.skip), None)
        if found is None:
            return
        self.filter = found.filter
        yield self.remember(FILTER, {"filter": found.filter, "wish": dict(wish)})

    def unfiltered(self, reason: str) -> Iterator[Yielded]:
        """Profiles are read all the same, without what only a filter brings."""
        self.ledger.skip(f"no_filter:{reason}")
        return iter(())

    # --- profiles ----------------------------------------------------------------------------------------------

    def profiles(self) -> Iterator[Request]:
        """Ask for those met for the first time, the best first, and for those read long ago."""
        new = sorted(self.standings, key=lambda seat: (-max(one.score for _, one in self.standings[seat]), seat))
        return self.profiles_of((*new, *self.stale()))

    def profiles_of(self, seats: Iterable[Seat]) -> Iterator[Request]:
        """Ask for the first of these people, as many as a night reads, a hundred of a site at once."""
        chosen = [seat for seat in dict.fromkeys(seats) if seat not in self.asked]
        self.ledger.skip("over_max_profiles", max(0, len(chosen) - self.options.max_profiles))
        by_site: dict[str, list[int]] = defaultdict(list)
        for seat in chosen[: self.options.max_profiles]:
            self.asked.add(seat)
            by_site[seat.site].append(seat.number)
        for site, numbers in sorted(by_site.items()):
            for batch in _hundreds(numbers):
                yield self.ask_profiles(site, batch)

    def stale(self) -> list[Seat]:
        """Where people known are to be read again, the longest unread first."""
        edge = (self.now().date() - timedelta(days=self.options.refresh_days)).isoformat()
        due = sorted((one for one in self.people.values() if one.read <= edge and one.seats), key=lambda p: p.read)
        return [one.seats[0] for one in due if str(one.seats[0]) not in self.declined]

    def ask_profiles(self, site: str, numbers: list[int]) -> Request:
        """Profiles of at most a hundred people of one site."""
        query = {"site": site, "pagesize": PAGE, **({"filter": self.filter} if self.filter else {})}
        path = f"users/{_joined(numbers)}"
        return self.call(path, self.read_profiles, lane=PEOPLE, query=query, site=site, numbers=numbers)

    def read_profiles(self, response: Response, site: str, numbers: Sequence[int]) -> Iterator[Yielded]:
        """Gather profiles until their networks are known; who is not in the answer is gone."""
        answer = self.envelope(response)
        for user in each(User, answer.items, self.ledger.skip):
            yield from self.gather(Profile(Seat(site, user.user_id), user))
        for number in sorted(set(numbers) - {row.get("user_id") for row in answer.items}):
            yield from self.missing(Seat(site, number))
        yield self.remember(DECLINED, self.declined)
        yield from self.stop_if_low(self.without_networks)

    def gather(self, profile: Profile) -> Iterator[Yielded]:
        """Take a profile, unless nobody is behind it any more or the person is known from another site."""
        user, key = profile.user, self.key(profile.user.account_id)
        idle = user.last_access_date and self.now() - user.last_access_date > timedelta(self.options.max_idle_days)
        known = self.people.get(key)
        if user.user_type not in REGISTERED:
            self.decline(profile.seat, f"user_type:{user.user_type[:40]}")
        elif idle:
            self.decline(profile.seat, "idle")
        elif known and known.read and profile.seat not in known.seats:
            yield from self.another_seat(known, profile.seat)
        else:
            self.gathered.setdefault(user.account_id, []).append(profile)

    def another_seat(self, known: Person, seat: Seat) -> Iterator[Yielded]:
        """Somebody read already was met at one more site."""
        person = Person(known.key, known.handle, (*known.seats, seat), known.read)
        self.register(person)
        seats = " ".join(map(str, person.seats))
        yield Sighting(account=known.key, handle=known.handle, markers={"seats": seats}, seen_at=self.now())
        for lane, standing in self.standings.pop(seat, ()):
            yield from self.stands(lane, standing)

    def missing(self, seat: Seat) -> Iterator[Yielded]:
        """Nobody has that number: somebody known has left, somebody new is not looked for again soon."""
        key = self.seats.get(seat)
        if key is not None:
            yield Gone(account=key, reason="not_found", origin=self.stamp(seat.page))
        self.decline(seat, "not_found")

    # --- networks ----------------------------------------------------------------------------------------------

    def networks(self) -> Iterator[Request]:
        """Ask at which sites the gathered people write."""
        for batch in _hundreds(sorted(self.gathered)):
            yield self.ask_network(batch, 1, [])

    def ask_network(self, ids: list[int], page: int, rows: list[Membership]) -> Request:
        """One page of the sites of at most a hundred people."""
        return self.call(
            f"users/{_joined(ids)}/associated",
            self.read_network,
            lane=PEOPLE,
            query={"pagesize": PAGE, "page": page},
            on_failure=lambda _: self.keep(ids, rows, whole=False, settled=False),
            ids=ids,
            page=page,
            before=rows,
        )

    def read_network(
        self, response: Response, ids: list[int], page: int, before: list[Membership]
    ) -> Iterator[Yielded]:
        """Go on to the next page, or keep the people."""
        answer = self.envelope(response)
        rows = [*before, *each(Membership, answer.items, self.ledger.skip)]
        if answer.has_more and page < self.options.network_pages and not self.low:
            yield self.ask_network(ids, page + 1, rows)
        else:
            self.ledger.skip("network_over_pages", int(answer.has_more))
            # Pages beyond the limit are left out for good, those beyond the quota only tonight.
            yield from self.keep(ids, rows, whole=not answer.has_more, settled=not (answer.has_more and self.low))
        yield from self.stop_if_low(self.without_networks)

    def without_networks(self) -> Iterator[Yielded]:
        """Keep those gathered as they are; the next night reads them again."""
        return self.keep(sorted(self.gathered), [], whole=False, settled=False)

    def keep(self, ids: Iterable[int], rows: Iterable[Membership], *, whole: bool, settled: bool) -> Iterator[Yielded]:
        """Accounts with their answers, and requests for their tags; unless `settled` they are read again next night.

        What is known of a network that was not read as a `whole` is kept.
        """
        memberships: dict[int, list[Membership]] = defaultdict(list)
        for row in rows:
            memberships[row.account_id].append(row)
        places: dict[str, dict[int, AccountKey]] = defaultdict(dict)
        for account_id in ids:
            profiles = self.gathered.pop(account_id, [])
            for profile in profiles:
                places[profile.seat.site][profile.seat.number] = self.key(account_id)
            if profiles:
                seats = self.sites(account_id, memberships[account_id], whole=whole)
                yield from self.kept(profiles, seats, settled=settled)
        if self.options.tag_pages and not self.low:
            for site, owners in sorted(places.items()):
                for numbers in _hundreds(sorted(owners)):
                    yield self.ask_tags(site, {number: owners[number] for number in numbers}, 1, [])

    def sites(self, account_id: int, rows: list[Membership], *, whole: bool) -> list[Seat]:
        """Where a person writes, as far as tonight's and earlier answers say."""
        seats, before = people.active(rows, self.ledger.skip), self.people.get(self.key(account_id))
        return seats if whole or before is None else list(dict.fromkeys((*seats, *before.seats)))

    def kept(self, profiles: list[Profile], seats: list[Seat], *, settled: bool) -> Iterator[Yielded]:
        """One person: the account, and the answers they were found by."""
        before = self.people.get(self.key(profiles[0].user.account_id))
        markers = {"read": self.now().date().isoformat() if settled else ""}
        account = people.account(profiles, seats, before, markers, self.stamp, self.ledger.skip)
        known = (Seat.read(word) for word in account.markers["seats"].split())
        self.register(Person(account.key, account.handle, tuple(s for s in known if s), markers["read"]))
        yield account
        for profile in profiles:
            if lane := self.wanted_by.pop(profile.seat, ""):
                self.ledger.met(lane, account.key)
            for found_by, standing in self.standings.pop(profile.seat, ()):
                yield from self.stands(found_by, standing)

    # --- tags --------------------------------------------------------------------------------------------------

    def ask_tags(self, site: str, owners: Mapping[int, AccountKey], page: int, rows: list[TagCount]) -> Request:
        """One page of the tags of at most a hundred people of one site, those with most posts first."""
        query = {"site": site, "order": "desc", "sort": "popular", "min": self.options.tag_posts}
        return self.call(
            f"users/{_joined(owners)}/tags",
            self.read_tags,
            lane=PEOPLE,
            query={**query, "pagesize": PAGE, "page": page},
            on_failure=lambda _: self.without_tags(site, owners, rows),
            site=site,
            owners=owners,
            page=page,
            before=rows,
        )

    def read_tags(
        self, response: Response, site: str, owners: Mapping[int, AccountKey], page: int, before: list[TagCount]
    ) -> Iterator[Yielded]:
        """Go on to the next page, or make evidence of what was read; rarer tags than that are left out."""
        answer = self.envelope(response)
        rows = [*before, *each(TagCount, answer.items, self.ledger.skip)]
        if answer.has_more and page < self.options.tag_pages and not self.low:
            yield self.ask_tags(site, owners, page + 1, rows)
        else:
            self.ledger.skip("tags_over_pages", int(answer.has_more))
            yield from self.tagged(site, owners, rows)
        yield from self.stop_if_low(self.without_networks)

    def without_tags(self, site: str, owners: Mapping[int, AccountKey], rows: list[TagCount]) -> Iterator[Yielded]:
        """Tags that could not be read: keep those that were, and read the people again next night."""
        yield from self.tagged(site, owners, rows)
        for key in owners.values():
            yield Sighting(account=key, handle=self.people[key].handle, markers={"read": ""}, seen_at=self.now())

    def tagged(self, site: str, owners: Mapping[int, AccountKey], rows: Iterable[TagCount]) -> Iterator[Yielded]:
        """The tags of each person as evidence."""
        by_owner: dict[int, list[TagCount]] = defaultdict(list)
        for row in rows:
            by_owner[row.user_id].append(row)
        for number in sorted(owners.keys() & by_owner.keys()):
            seat = Seat(site, number)
            yield from work.tagged(seat, by_owner[number], owners[number], self.stamp(f"{seat.page}?tab=tags"))


def _joined(numbers: Iterable[int]) -> str:
    return ";".join(map(str, numbers))


def _hundreds(items: Sequence[T]) -> Iterator[list[T]]:
    for start in range(0, len(items), PAGE):
        yield list(items[start : start + PAGE])
