"""People of the network: profiles and memberships to accounts."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from spiders._reading import prose as _prose
from spiders._reading.clean import LOCATION, NAME, Count, clean, flags_of, web_link
from spiders._stackexchange.answers import Membership, User
from spiders._stackexchange.sites import Seat
from storage.records import Account, AccountKey, Claim, Kind, Known, Link, Origin
from storage.text import no_recruiters

SOURCE = "stackexchange"
MAIN = "stackoverflow"  # where a person has an account, its page is the one others link to
REGISTERED = frozenset({"registered", "moderator"})
SEATS = 20  # sites kept of one person, those with the most reputation
FIELDS = frozenset({"name", "location", "links", "created_at", "kind", "flags"})


@dataclass(frozen=True, slots=True)
class Person:
    """What the night knows of somebody met before."""

    key: AccountKey
    handle: str
    seats: tuple[Seat, ...]
    read: str  # day the profile was last read in full; "" if something was missing

    @classmethod
    def known(cls, known: Known) -> "Person":
        """Somebody of an earlier night."""
        seats = (Seat.read(word) for word in (known.handle, *known.markers.get("seats", "").split()))
        unique = tuple(dict.fromkeys(seat for seat in seats if seat))
        return cls(known.account, known.handle, unique, known.markers.get("read", ""))


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile as read at one site."""

    seat: Seat
    user: User


def active(rows: Iterable[Membership], count: Count) -> list[Seat]:
    """Sites at which a person wrote something, the most reputed first."""
    wrote = [row for row in rows if row.answer_count + row.question_count > 0]
    wrote.sort(key=lambda row: (-row.reputation, row.site_url))
    for _ in wrote[SEATS:]:
        count("site_over_limit")
    return [Seat.at(row.site_url, row.user_id) for row in wrote[:SEATS]]


def principal(profiles: Sequence[Profile], seats: Sequence[Seat], before: Person | None) -> Seat:
    """The seat an account is named by: the main site's, else the one of earlier nights, else the most reputed."""
    main = [seat for seat in (*(p.seat for p in profiles), *seats) if seat.site == MAIN]
    kept = [seat for seat in before.seats[:1] if seat in seats or not seats] if before else []
    reputed = sorted(profiles, key=lambda p: (-(p.user.reputation or 0), p.seat))
    return [*main, *kept, reputed[0].seat][0]


def account(
    profiles: Sequence[Profile],
    seats: Sequence[Seat],
    before: Person | None,
    markers: Mapping[str, str],
    stamp: Callable[[str], Origin],
    count: Count,
) -> Account:
    """The account of a person from the profiles read tonight and the sites they write at."""
    named = principal(profiles, seats, before)
    profile = next((one for one in profiles if one.seat == named), profiles[0])
    shown = profile.user
    about = _prose.plain(shown.about_me or "")
    name, location, bio = clean(shown.display_name, NAME), clean(shown.location, LOCATION), _prose.shown(about)
    known = tuple(dict.fromkeys((named, *(p.seat for p in profiles), *seats)))
    return Account(
        source=SOURCE,
        source_id=str(shown.account_id),
        handle=str(named),
        url=named.page,
        kind=Kind.PERSON,
        name=name,
        bio=bio,
        location=location,
        created_at=shown.creation_date,
        links=_links(shown, known, _prose.links(about, "about", count), count),
        figures=_figures(shown, len(seats)),
        flags=tuple(sorted({*_flags(shown, about), *flags_of(name, location, bio)})),
        markers={"seats": " ".join(map(str, known)), **markers},
        observed=FIELDS | ({"bio"} if shown.filtered else frozenset()),
        origin=stamp(profile.seat.page),
    )


def _links(user: User, seats: Sequence[Seat], mentioned: Iterable[Link], count: Count) -> tuple[Link, ...]:
    website = web_link(user.website_url, Claim.CLAIMED, "website", count)
    # All seats of one network account belong to one person: the network itself says so.
    network = [Link(url=seat.page, claim=Claim.VERIFIED, field="network") for seat in seats[1:]]
    found = [*([website] if website else []), *network, *mentioned]
    return tuple({link.url: link for link in reversed(found)}.values())[::-1]


def _figures(user: User, sites: int) -> dict[str, float]:
    badges = user.badge_counts
    figures = {
        "reputation": user.reputation,
        "answers": user.answer_count,
        "questions": user.question_count,
        "gold_badges": badges.gold if badges else None,
        "silver_badges": badges.silver if badges else None,
        "bronze_badges": badges.bronze if badges else None,
        "sites": sites or None,
    }
    return {name: float(value) for name, value in figures.items() if value is not None and value >= 0}


def _flags(user: User, about: str) -> list[str]:
    said = {"stackexchange_staff": user.is_employee, "no_recruiters": no_recruiters(about)}
    return [flag for flag, holds in said.items() if holds]
