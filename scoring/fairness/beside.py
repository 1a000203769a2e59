"""What is known of many leads that a score should not follow, and what lists may be balanced on, as columns.

Dates are held against the day they were read, so that nothing here hangs on when it is asked.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoring.fairness.proxies import DAYS_A_YEAR, Facts
from scoring.features.language import ENOUGH_TEXT, languages_of
from scoring.heard import heard_text
from scoring.places import country_in
from scoring.sound import LARGEST, believable
from storage.records import WISH, Level

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)
_A_DAY = 86_400_000_000  # microseconds
NEVER = np.iinfo(np.int64).max


_KINDS: Mapping[str, Any] = {
    "leads": np.bytes_,
    "mark": np.bytes_,
    "refuses": np.bool_,
    "created": np.int64,
    "followers": np.float64,
    **dict.fromkeys(("sources", "country", "language", "source", "begun"), np.int64),
}


class Profile(NamedTuple):
    """One account as it came."""

    source: str
    source_id: str
    bio: str | None
    location: str | None
    created_at: datetime | None
    followers: float | None
    unranked: bool  # asked not to be ranked there


class Work(NamedTuple):
    """One piece of work as it came."""

    account: str  # "github:583231"
    kind: str
    level: int
    title: str
    text: str | None
    event_at: datetime | None
    started_at: datetime | None
    seen_at: datetime


class Told(NamedTuple):
    """One lead as it came: accounts and work in the order of their ids."""

    lead: str
    mark: str  # differs when anything of it does
    refuses: bool
    profiles: Sequence[Profile]
    work: Sequence[Work]


@dataclass(frozen=True, eq=False)
class Beside:
    """One row per lead, in the order of their ids; names are numbers in `names`, -1 for none."""

    leads: NDArray[np.bytes_]
    mark: NDArray[np.bytes_]
    refuses: NDArray[np.bool_]
    created: NDArray[np.int64]  # microseconds since 1970 of the oldest account, NEVER if none says
    followers: NDArray[np.float64]  # most on one account, NaN if none says
    sources: NDArray[np.int64]  # different sources of accounts
    country: NDArray[np.int64]
    language: NDArray[np.int64]  # "de+en"
    source: NDArray[np.int64]  # where most work is
    begun: NDArray[np.int64]  # microseconds since 1970 of the first visible practice, NEVER without one
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.leads)

    def columns(self) -> dict[str, NDArray[Any]]:
        """The columns by name."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "names"}

    def texts(self, column: str) -> list[str | None]:
        """A column of names."""
        known = [*self.names, None]
        return [known[at] for at in getattr(self, column).tolist()]

    def facts(self, now: datetime) -> Iterator[Facts]:
        """The facts of each lead at a time."""
        ages = [None if days is None else days / DAYS_A_YEAR for days in self.days(self.created, now)]
        followers = [None if number != number else number for number in self.followers.tolist()]  # NaN differs
        sources = map(float, self.sources.tolist())
        languages = self.texts("language")
        english = (None if one is None else float(one == "en") for one in languages)
        yield from map(Facts, ages, followers, sources, english, self.texts("country"), languages)

    def days(self, column: NDArray[np.int64], now: datetime) -> list[int | None]:
        """Whole days from each moment of a column to now, None where there is none."""
        whole = (_micros(now) - np.where(column == NEVER, 0, column)) // _A_DAY
        return [None if never else days for days, never in zip(whole.tolist(), (column == NEVER).tolist(), strict=True)]


def beside(told: Iterable[Told], names: Sequence[str] = ()) -> Beside:
    """The columns of leads that come by their ids; `names` are those numbered before."""
    numbers = {name: at for at, name in enumerate(names)}
    rows = [_row(one, numbers) for one in told]
    columns = list(zip(*rows, strict=True)) or [()] * len(_KINDS)
    made: dict[str, Any] = {
        name: np.array(one, kind) for (name, kind), one in zip(_KINDS.items(), columns, strict=True)
    }
    return Beside(**made, names=tuple(numbers))


def renewed(former: Beside, kept: NDArray[np.intp], fresh: Beside) -> Beside:
    """The former rows `kept` names with the fresh ones put in their places; names are numbered as in the fresh."""
    new = fresh.columns()
    both = {name: np.concatenate((column[kept], new[name])) for name, column in former.columns().items()}
    order = np.argsort(both["leads"], kind="stable")
    return Beside(**{name: column[order] for name, column in both.items()}, names=fresh.names)


def _row(one: Told, numbers: dict[str, int]) -> tuple[Any, ...]:
    profiles = sorted(one.profiles, key=lambda profile: (profile.source, profile.source_id))
    created = [profile.created_at for profile in profiles if profile.created_at is not None]
    followers = [number for p in profiles if (number := p.followers) is not None and 0 <= number <= LARGEST]
    named = (country_in(profile.location for profile in profiles), _languages(one, profiles), _main_source(one))
    country, language, source = (-1 if name is None else numbers.setdefault(name, len(numbers)) for name in named)
    return (
        one.lead.encode(),
        one.mark.encode(),
        one.refuses,
        _micros(min(created)) if created else NEVER,
        max(followers, default=np.nan),
        len({profile.source for profile in profiles}),
        country,
        language,
        source,
        _begun(one),
    )


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // _MICRO


def _languages(one: Told, profiles: Iterable[Profile]) -> str | None:
    """The languages of own texts, as scores read them."""
    unranked = {f"{profile.source}:{profile.source_id}" for profile in one.profiles if profile.unranked}
    texts, size = [bio for p in profiles if (bio := heard_text(p.bio))], 0
    for work in one.work:
        if size > ENOUGH_TEXT:
            break
        if work.kind != WISH and not (work.kind == "competition" and work.account in unranked):
            more = [text for text in (heard_text(work.title), heard_text(work.text)) if text]
            texts += more
            size += sum(map(len, more))
    return "+".join(sorted(languages_of(texts))) or None


def _main_source(one: Told) -> str:
    work = Counter(piece.account.partition(":")[0] for piece in one.work if piece.level > Level.CLAIM)
    return min(work, key=lambda source: (-work[source], source), default=one.profiles[0].source)


def _begun(one: Told) -> int:
    """The first date of practice that can be."""
    dates = (_dated(work) for work in one.work if work.level >= Level.PRACTICE)
    return min((_micros(at) for at in dates if at is not None), default=NEVER)


def _dated(work: Work) -> datetime | None:
    """When work was begun, else when it was last done."""
    dates = (work.started_at, work.event_at)
    return next((at for at in dates if at and believable(at, work.kind, work.seen_at, work.seen_at)), None)
