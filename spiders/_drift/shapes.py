"""What the records of a source carry: counted while it runs, and what is usual by its last good runs."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from operator import itemgetter
from statistics import median

from storage.records import Account, AccountKey, Evidence, Outcome, Shape

GOOD_RUNS = 7  # compared with
ENOUGH = 30  # accounts of a kind from which a night says something; on most nights small sources show the same few
MOST_FIELDS = 60  # of one kind of record
MOST_NUMBERS = 4_000  # values of one figure kept for its median
WATCHED_FROM = 0.05  # usual coverage; a rarer field would keep most records waiting for most of the night
LEAST_LIKE, MOST_LIKE = 0.5, 1.5  # times the accounts of other nights
FIGURE = "figures."
ACCOUNT_FIELDS = (
    *("name", "headline", "bio", "location", "company", "open_to_work", "created_at", "expires_at", "links"),
)
WORK_FIELDS = ("text", "event_at", "started_at", "tags", "packages", "files")
_of_account, _of_work = itemgetter(*ACCOUNT_FIELDS), itemgetter(*WORK_FIELDS)


UNREAD = "unread:"  # how kinds begin that say which fields of a source nobody reads
MOST_UNREAD = 200  # names of one kind of answer
MOST_LETTERS = 60  # of such a name
LEAST_UNREAD = 0.05  # of the answers, from which a name is kept


@dataclass(slots=True)
class Left:
    """The fields of one kind of answer that nobody reads: their names, never their values."""

    seen: int = 0
    names: Counter[str] = field(default_factory=Counter)

    def add(self, names: Iterable[str]) -> None:
        """Count an answer."""
        self.seen += 1
        for name in names:
            short = name[:MOST_LETTERS]
            if short in self.names or len(self.names) < MOST_UNREAD:
                self.names[short] += 1

    def shape(self) -> Shape:
        """As it is kept: names of fields, without those of few answers, which may be names of people."""
        least = max(2.0, LEAST_UNREAD * self.seen)
        kept = {name: (count, None) for name, count in sorted(self.names.items()) if count >= least}
        return Shape(seen=self.seen, fields=kept)


@dataclass(slots=True)
class Tally:
    """What the records of one kind carried so far, in accounts: the works of one person are alike."""

    seen: set[AccountKey] = field(default_factory=set)
    carried: dict[str, set[AccountKey]] = field(default_factory=dict)
    missing: dict[str, set[AccountKey]] = field(default_factory=dict)  # met since the last one that carried it
    numbers: dict[str, list[float]] = field(default_factory=dict)

    def add(self, owner: AccountKey, given: Mapping[str, float | None], expected: Iterable[str]) -> None:
        """Count a record by the fields it carries; numbers with their value."""
        self.seen.add(owner)
        for name, value in given.items():
            owners = self.carried.get(name)
            if owners is None:
                if len(self.carried) >= MOST_FIELDS:
                    continue
                owners = self.carried[name] = set()
            owners.add(owner)
            if value is not None and len(kept := self.numbers.setdefault(name, [])) < MOST_NUMBERS:
                kept.append(value)
        for name in expected:
            if name in given:
                self.missing[name] = set()
            else:
                self.missing.setdefault(name, set()).add(owner)

    def share(self, name: str) -> float:
        """How much of all accounts carries a field."""
        return len(self.carried.get(name, ())) / len(self.seen)

    def shape(self) -> Shape:
        """As it is kept."""
        middles = {name: round(median(values), 3) for name, values in self.numbers.items()}
        fields = {name: (len(owners), middles.get(name)) for name, owners in sorted(self.carried.items())}
        return Shape(seen=len(self.seen), fields=fields)


def kind_of(reader: str, item: Account | Evidence) -> str:
    """What a record is compared with: others of its kind, read by the same reader."""
    return reader + ":" + item.kind  # a formatted member of an enumeration costs ten times as much


def carried(item: Account | Evidence) -> dict[str, float | None]:
    """The fields a record carries, numbers with their value; a zero carries nothing, since a default looks like it."""
    fields = item.__dict__
    if type(item) is Account:
        found: dict[str, float | None] = dict.fromkeys(compress(ACCOUNT_FIELDS, _of_account(fields)))
        if fields["open_to_work"] is False:  # "no" is an answer; nothing else that is false says anything
            found["open_to_work"] = None
    else:
        found = dict.fromkeys(compress(WORK_FIELDS, _of_work(fields)))
    for name, number in fields["figures"].items():
        if number:
            found[FIGURE + name] = number
    return found


def usual_rates(past: Sequence[Outcome], given_up: Collection[str] = ()) -> dict[str, dict[str, float]]:
    """Kind of record → field → share of accounts that carry it even in the poorest of the last good runs."""
    return {
        kind: {
            name: rate
            for name in names_of(some)
            if (rate := _least(some, name)) >= WATCHED_FROM and name not in given_up
        }
        for kind, some in past_shapes(past).items()
    }


def usual_sizes(past: Sequence[Outcome]) -> dict[str, list[int]]:
    """Kind of record → accounts it was seen of in the last good runs."""
    return {kind: [one.seen for one in some] for kind, some in past_shapes(past).items()}


def comparable(seen: int, before: Sequence[int]) -> bool:
    """Whether a night showed about as many accounts as those before: which lists are due changes whom they show."""
    return LEAST_LIKE * median(before) <= seen <= MOST_LIKE * max(before)


def past_shapes(past: Sequence[Outcome]) -> dict[str, list[Shape]]:
    """Kind of record → what it carried in the last good runs that brought enough of it, newest first.

    Most nights read only who changed, so those runs may lie further back than seven nights; other versions of the
    spider are no measure.
    """
    good = good_runs(past)
    found: dict[str, list[Shape]] = {}
    for outcome in good:
        for kind, shape in outcome.shapes.items():
            if shape.seen >= ENOUGH and len(some := found.setdefault(kind, [])) < GOOD_RUNS:
                some.append(shape)
    return found


def good_runs(past: Sequence[Outcome]) -> list[Outcome]:
    """The good runs with shapes of the spider's newest version, newest first."""
    good = [one for one in past if one.state == "done" and one.shapes]
    return [one for one in good if one.version == good[0].version]


def names_of(shapes: Iterable[Shape]) -> list[str]:
    """All fields any of them carried."""
    return sorted({name for one in shapes for name in one.fields})


def rate_of(shape: Shape, name: str) -> float:
    """Share of accounts that carried a field."""
    return shape.fields.get(name, (0, None))[0] / shape.seen


def _least(shapes: Sequence[Shape], name: str) -> float:
    return min(rate_of(one, name) for one in shapes)
