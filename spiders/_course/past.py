"""What past nights tell of the next one: lane by lane, from nights that were like it.

A lane's first night is unlike its later ones, and a night on which a list is due again is unlike those between. So a
lane is compared only with its own nights of the same sort: their mean without the cheapest and the dearest. Means of
lanes add up to the mean of their sum, which medians do not: a hundred lanes that are asked now and then would be
forecast at nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from storage.records import Forecast, Known, LaneBill

LATENCY = 0.3  # seconds an answer takes, about, until a night has shown it
LIKE_NIGHTS = 7  # nights of the same sort looked at
FOUND_AGAIN = "forgotten/again"  # lane of the forecast alone: what it costs is on the bills of who finds them
LIKE_PEOPLE = 20  # forgotten people weigh as much as the guess of how many are found again
ENOUGH = 20  # requests of a night whose pace says something
A_DAY = timedelta(days=1)
# Nights do not begin to the minute; sources count whole days.
LENIENCE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class PastNight:
    """What a source did in a night that went well, its parts that were cut off included."""

    at: datetime
    bills: Mapping[str, LaneBill]
    planned: frozenset[str] = frozenset()  # lanes there were, asked or not
    seconds: float = 0.0
    shown: int = 0  # people it showed, new or known
    new: int = 0  # of these, people not known before
    forgotten: int = 0  # people forgotten since the night before


@dataclass(frozen=True, slots=True)
class Work:
    """What is expected of one lane: guesses of its source, which past nights replace."""

    lane: str
    first: float = 1.0  # requests of its first night
    full: float = 1.0  # requests of a later night on which it is due
    renewed: float = 0.0  # instead of `full`: that share of what its first night took
    light: float = 0.0  # requests of a night on which it is not
    every: float = 0.0  # days from due to due; 0: all later nights are light ones
    due: int = 0  # people known who are to be read again tonight, counted
    each: float = 1.0  # requests for one of them
    points: float = 0.0  # a request's, until it is known


@dataclass(frozen=True)
class Past:
    """The good nights of one source, oldest first, whom it knows, and what its lanes remember."""

    now: datetime
    nights: Sequence[PastNight] = ()
    known: Sequence[Known] = ()
    recall: Callable[[str], Mapping[str, Any]] = field(default=lambda _: {})
    forgotten: int = 0  # accounts of it that were forgotten since its last good night

    def due(self, days: float, marker: str = "", *, unmarked: bool = True) -> int:
        """People who were read that many days ago or earlier, by a marker that holds a time, else by the last look.

        `unmarked`: those who have no such marker are due as well.
        """
        edge = self.now - timedelta(days=days)
        here = (one for one in self.known if one.gone_at is None)
        if not marker:
            return sum(one.last_seen <= edge for one in here)
        read = (one.markers.get(marker, "") for one in here)
        return sum(_moment(at) <= edge if at else unmarked for at in read)

    def forecasts(self, works: Iterable[Work], *, pace: float) -> list[Forecast]:
        """The forecast of each lane, whole requests that add up to the rounded sum; `pace` in seconds a request."""
        works = list(works)
        rows = [(work, *self._expected(work)) for work in (*works, *self._found_again(works))]
        whole = _rounded([requests for _, requests, _ in rows])
        pace = self.pace(pace)
        return [
            Forecast(
                lane=work.lane,
                requests=count,
                points=round(count * self._points(work)),
                minutes=count * pace / 60,
                basis=basis,
            )
            for (work, _, basis), count in zip(rows, whole, strict=True)
        ]

    def pace(self, guess: float) -> float:
        """Seconds a request takes, from nights that sent enough of them."""
        sent = [(night.seconds, sum(bill.requests for bill in night.bills.values())) for night in self.nights]
        paces = [seconds / count for seconds, count in sent if count >= ENOUGH]
        return median(paces[-LIKE_NIGHTS:]) if paces else guess

    def _found_again(self, works: Sequence[Work]) -> Iterator[Work]:
        """Reading people anew who were forgotten, as far as the source finds them again at once."""
        if self.forgotten and self.nights and works:
            stated = [work.each for work in works if work.each != 1.0]
            lane = f"{works[0].lane.partition('/')[0]}/{FOUND_AGAIN}"
            yield Work(lane, first=0, due=round(self.forgotten * self._returning()), each=sum(stated) or 1.0)

    def _returning(self) -> float:
        """The share of the forgotten who are found again the next night, from nights that came after such a loss.

        It is drawn towards half of the share of those known that a night shows: some are shown for being known alone.
        """
        shown = median(night.shown for night in self.nights[-LIKE_NIGHTS:])
        guess = 0.5 * min(1.0, shown / max(1, len(self.known) + self.forgotten))
        back = sum(min(night.new, night.forgotten) for night in self.nights)
        gone = sum(night.forgotten for night in self.nights)
        return (back + LIKE_PEOPLE * guess) / (gone + LIKE_PEOPLE)

    def _expected(self, work: Work) -> tuple[float, str]:
        """Requests of one lane, and what that rests on."""
        nights = self._nights_of(work.lane)
        if work.due and not work.first:
            return work.due * work.each, "counted"
        if not nights:
            alike = self._alike(work.lane)
            return (median(alike), "like lanes") if alike else (work.first, "first guess")
        requests = [bill.requests if (bill := night.bills.get(work.lane)) else 0 for night in nights]
        *before, tonight = _due_nights([*(night.at for night in nights), self.now], work.every)
        like = [count for count, due in list(zip(requests, before, strict=True))[1:] if due == tonight]
        again = work.due * work.each
        if like:
            return _middle(like[-LIKE_NIGHTS:]) + again, "past nights"
        # Asked on one night only, a due lane is at most what it was: the first time there was everything to read.
        full = work.renewed * requests[0] or min(work.full, max(requests[0], 1))
        return (full if tonight else work.light) + again, "after its first night"

    def _nights_of(self, lane: str) -> Sequence[PastNight]:
        """The nights since a lane first was there, asked or not."""
        for at, night in enumerate(self.nights):
            if lane in night.bills or lane in night.planned:
                return self.nights[at:]
        return ()

    def _alike(self, lane: str) -> list[int]:
        """What the first nights of other lanes of its kind took."""
        source, kind, *target = lane.split("/")
        first: dict[str, int] = {}
        for night in reversed(self.nights if target else ()):
            found = night.bills.items()
            first |= {name: bill.requests for name, bill in found if name.startswith(f"{source}/{kind}/")}
        return list(first.values())

    def _points(self, work: Work) -> float:
        """Points a request of the lane takes."""
        bills = [night.bills[work.lane] for night in self.nights[-LIKE_NIGHTS:] if work.lane in night.bills]
        requests = sum(bill.requests for bill in bills)
        return sum(bill.points for bill in bills) / requests if requests else work.points


def _due_nights(nights: Sequence[datetime], every: float) -> list[bool]:
    """On which of these nights a lane that was asked on the first is due."""
    due, last = [True], nights[0]
    for night in nights[1:]:
        due.append(bool(every) and night - last >= every * A_DAY - LENIENCE)
        last = night if due[-1] else last
    return due


def _middle(counts: Sequence[int]) -> float:
    """The mean, without the smallest and the largest where there are enough."""
    kept = sorted(counts)[1:-1] if len(counts) >= 5 else counts
    return sum(kept) / len(kept)


def _rounded(values: Sequence[float]) -> list[int]:
    """Whole numbers whose sum is the rounded sum: the largest fractions go up."""
    whole = [int(value) for value in values]
    missing = round(sum(values)) - sum(whole)
    order = sorted(range(len(values)), key=lambda at: whole[at] - values[at])
    for at in order[:missing]:
        whole[at] += 1
    return whole


def _moment(text: str) -> datetime:
    """A day or a time of a marker, in UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
