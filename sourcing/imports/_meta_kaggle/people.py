"""Rows of the Users table as accounts, beside what the Store knows of them from the official API."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import polars as pl

from spiders._reading.clean import HANDLE, LOCATION, NAME, clean, flags_of
from storage.records import Account, AccountKey, Kind, Known, Origin

SOURCE = "kaggle"
STAFF, ORGANISATION = 5, 11
COLUMNS: Mapping[str, pl.DataType] = {
    "Id": pl.Int64(),
    "UserName": pl.String(),
    "DisplayName": pl.String(),
    "RegisterDate": pl.String(),
    "PerformanceTier": pl.Int32(),
    "Country": pl.String(),
    "LocationSharingOptOut": pl.String(),
}
KEYS = ("Id",)
OPTIONAL = ("Country", "LocationSharingOptOut", "RegisterDate")
_DATES = ("%m/%d/%Y", "%m/%d/%Y %H:%M:%S")


@dataclass(frozen=True, slots=True)
class Met:
    """The little that matters of an account the Store holds: a dump meets many."""

    last_seen: datetime
    dump_made: datetime | None  # of the last dump that spoke of it
    dump_read: datetime | None
    opted_out: bool  # rank and medals are not shown; only the API says so, the dump does not

    @classmethod
    def known(cls, known: Known) -> "Met":
        """Somebody of an earlier night or import."""
        made, read = (_instant(known.markers.get(name, "")) for name in ("dump_made", "dump_read"))
        # Times shared by all accounts of a dump are one object.
        seen = read if read == known.last_seen else known.last_seen
        return cls(seen, made, read, known.markers.get("progression") == "opted_out")

    @property
    def by_dump(self) -> bool:
        """Whether nobody spoke of the account since a dump did."""
        return self.dump_read is not None and self.last_seen <= self.dump_read


@dataclass(frozen=True, slots=True)
class Dump:
    """When the dump was made, when it is read, and where people read the profiles."""

    made: datetime
    read: datetime
    site: str

    @property
    def markers(self) -> dict[str, str]:
        """What tells a later import that this dump was the last to speak of an account."""
        return {"dump_made": self.made.isoformat(), "dump_read": self.read.isoformat()}

    def told_before(self, met: Met) -> bool:
        """Whether this very dump was the last to speak of the account."""
        return met.by_dump and met.dump_made == self.made

    def seen_at(self, met: Met | None) -> datetime:
        """When the facts count as seen: now, or when the dump was made if somebody spoke of the account since.

        An older answer fills gaps and overwrites nothing (`Store.save`). New accounts count from now, because that is
        when their data came into the house.
        """
        if met is None:
            return self.read
        spoken = met.dump_made if met.by_dump and met.dump_made else met.last_seen
        return self.read if spoken <= self.made else min(self.made, self.read)


@lru_cache(maxsize=64)
def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None


def account(
    row: Mapping[str, Any],
    figures: Mapping[str, float],
    met: Met | None,
    dump: Dump,
    stamp: Callable[[str, datetime], Origin],
    count: Callable[[str], object],
) -> Account | None:
    """One person; None (counted) for organisations and users without a name."""
    handle, tier = clean(row["UserName"], HANDLE), row["PerformanceTier"]
    if not handle or tier == ORGANISATION:
        count("organisation" if handle else "user_without_name")
        return None
    hidden = str(row["LocationSharingOptOut"]).casefold() == "true"
    name, country = clean(row["DisplayName"], NAME), None if hidden else clean(row["Country"], LOCATION)
    # The API gives city, region, country; the dump only the country, and mostly not even that.
    place = {"location"} if hidden or (country and met is None) else set()
    url = f"{dump.site}/{handle}"
    return Account(
        source=SOURCE,
        source_id=str(row["Id"]),
        handle=handle,
        url=url,
        kind=Kind.PERSON,
        name=name,
        location=country if place else None,
        created_at=day(row["RegisterDate"]),
        figures=_shown(figures, tier, met, count),
        flags=tuple(sorted({*_flags(tier, hidden=hidden), *flags_of(name, country)})),
        markers=dump.markers,
        observed=frozenset({"name", "kind", "created_at", *place}),
        origin=stamp(url, dump.seen_at(met)),
    )


def day(text: str | None) -> datetime | None:
    """A date of the dump ("07/15/2016", some with a time), which names no zone: UTC."""
    for form in _DATES:
        try:
            return datetime.strptime((text or "").strip(), form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def key(user: int) -> AccountKey:
    """The key of a user's account."""
    return AccountKey(SOURCE, str(user))


def _shown(
    figures: Mapping[str, float], tier: int | None, met: Met | None, count: Callable[[str], object]
) -> dict[str, float]:
    if met is not None and met.opted_out:
        count("progression_opt_out")
        return {}
    return dict(figures) | ({"tier": float(tier)} if tier in (2, 3, 4) else {})


def _flags(tier: int | None, *, hidden: bool) -> list[str]:
    said = {"location_opt_out": hidden, "kaggle_staff": tier == STAFF}
    return [flag for flag, holds in said.items() if holds]
