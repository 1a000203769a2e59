"""What each source and lane adds, and how many people all of them together probably missed.

Counted from which lane showed which account (`Store.finds`), in people: accounts joined into one lead count once.
People known only because other profiles link to them were found by no lane and are counted apart.

The estimate is Chapman's for two samples of one population, N = (n₁+1)(n₂+1)/(m+1) - 1, with n₁ people found by
the source that found most, n₂ by all others together, m by both. It assumes that during one night nobody joins or
leaves; that being found by one does not change the chance of being found by the other; that within a sample everybody
is as likely to be found; and that each join of accounts is right and none is missing. People who show more of their
work are found more often everywhere, which makes it too low; joins that were not proven make it too high. So it is
given twice: with the joins that are proven, and as if every join that is only suggested were right as well. Read it
as an order of magnitude. Interval: log-normal on the number missed (Chao 1987, Biometrics 43, 783-791); fewer than
seven people in both samples give no estimate (Robson and Regier 1964).
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from scoring.roles import Role
from storage.records import AccountKey, Kind, Record, Verdict
from storage.store import Store

FEWEST_IN_BOTH = 7
Z95 = 1.96  # two-sided 95 % of the normal distribution
PEOPLE = frozenset({Kind.PERSON, Kind.UNKNOWN})
FOLLOWING = frozenset({"linked", "recheck"})  # kinds of lanes that look up people known already: they discover nobody
MAYBE = frozenset({Verdict.SUGGESTED, Verdict.UNSURE})
Groups = Mapping[str, AbstractSet[str]]


class Share(Record):
    """What one source or lane shows: people, those nobody else shows, and of these the ones first shown this night."""

    name: str
    people: int
    only: int
    only_new: int


class Estimate(Record):
    """How many people of a role there probably are; `why_not` says why there is no estimate."""

    role: str
    known: int  # people found by any lane of the role
    left: str = ""  # the source that found most
    left_people: int = 0
    right_people: int = 0  # found by all other sources together
    both: int = 0
    total: float | None = None
    low: float | None = None  # 95 % interval
    high: float | None = None
    suggested: float | None = None  # people known or missed if every suggested join were right
    suggested_missed: float | None = None
    why_not: str = ""

    @property
    def missed(self) -> float | None:
        """People probably there and not found."""
        return None if self.total is None else self.total - self.known


class Contributions(Record):
    """What a night's sources and lanes add to each other."""

    people: int  # found by any lane
    linked_only: int  # people known without any lane: profiles of others lead to them
    sources: tuple[Share, ...]
    lanes: tuple[Share, ...]
    estimates: tuple[Estimate, ...]


def contributions(store: Store, roles: Sequence[Role], *, night: int | None = None) -> Contributions:
    """Everything known so far, with what the given night was the first to show."""
    person = _people(store)
    finds = [find for find in store.finds() if find.account in person and kind_of(find.lane) not in FOLLOWING]
    by_lane: dict[str, set[str]] = defaultdict(set)
    for find in finds:
        by_lane[find.lane].add(person[find.account])
    earlier = {person[find.account] for find in finds if night is None or find.night != night}
    everybody = set().union(*by_lane.values())
    maybe = _as_if_joined(store, person)
    return Contributions(
        people=len(everybody),
        linked_only=len(set(person.values()) - everybody),
        sources=_shares(_by_source(by_lane), earlier),
        lanes=_shares(by_lane, earlier),
        estimates=tuple(_both_ways(role, by_lane, maybe) for role in roles),
    )


def _people(store: Store) -> dict[AccountKey, str]:
    """Living accounts of people → who they are: their lead, or the account itself while it has none."""
    leads = store.clusters()
    sources = {account.source for account in leads} | {find.account.source for find in store.finds()}
    rows = (row for source in sorted(sources) for row in store.known(source))
    return {r.account: leads.get(r.account, str(r.account)) for r in rows if r.kind in PEOPLE and r.gone_at is None}


def _as_if_joined(store: Store, person: Mapping[AccountKey, str]) -> dict[str, str]:
    """Person → the person they would be if every suggested join were right."""
    of: dict[str, str] = {}

    def root(one: str) -> str:
        while (above := of.get(one, one)) != one:
            one = above
        return one

    for row in store.judgements():
        if row.verdict in MAYBE and row.left in person and row.right in person:
            left, right = sorted((root(person[row.left]), root(person[row.right])))
            of[right] = left
    return {one: root(one) for one in of}


def _both_ways(role: Role, by_lane: Groups, maybe: Mapping[str, str]) -> Estimate:
    found = _of_role(role, by_lane)
    proven = estimate(role.role, found)
    joined = {source: {maybe.get(one, one) for one in people} for source, people in found.items()}
    other = estimate(role.role, joined)
    return proven.model_copy(update={"suggested": other.total, "suggested_missed": other.missed})


def _by_source(by_lane: Groups) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for lane, people in by_lane.items():
        found[_source(lane)] |= people
    return found


def _source(lane: str) -> str:
    return lane.partition("/")[0]


def kind_of(lane: str) -> str:
    """The kind of a lane by its id, "" for work that is no lane of its own."""
    return lane.split("/", 2)[1] if lane.count("/") > 1 else ""


def _of_role(role: Role, by_lane: Groups) -> dict[str, set[str]]:
    """People per source, found by the role's own lanes."""
    lanes = {lane.id for lane in role.lane_list()}
    return _by_source({lane: people for lane, people in by_lane.items() if lane in lanes})


def _shares(groups: Groups, earlier: AbstractSet[str]) -> tuple[Share, ...]:
    seen: dict[str, int] = defaultdict(int)
    for people in groups.values():
        for one in people:
            seen[one] += 1
    rows = []
    for name, people in groups.items():
        only = {one for one in people if seen[one] == 1}
        rows.append(Share(name=name, people=len(people), only=len(only), only_new=len(only - earlier)))
    return tuple(sorted(rows, key=lambda row: (-row.only, -row.people, row.name)))


def estimate(role: str, groups: Groups) -> Estimate:
    """The estimate from the people each source found; with fewer than two sources, or too little overlap, none."""
    found = {source: people for source, people in groups.items() if people}
    known = len(set().union(*found.values()))
    if len(found) < 2:
        return Estimate(role=role, known=known, why_not="fewer than two sources found people for it")
    left = max(found, key=lambda source: (len(found[source]), source))
    rest: set[str] = set().union(*_others(found, left))
    counts = {"left_people": len(found[left]), "right_people": len(rest), "both": len(found[left] & rest)}
    plain = Estimate(role=role, known=known, left=left, **counts)
    if plain.both < FEWEST_IN_BOTH:
        why_not = f"only {plain.both} people were found by more than one source; {FEWEST_IN_BOTH} are needed"
        return plain.model_copy(update={"why_not": why_not})
    return plain.model_copy(update=_chapman(plain.left_people, plain.right_people, plain.both))


def _others(found: Groups, left: str) -> Iterable[AbstractSet[str]]:
    return (people for source, people in found.items() if source != left)


def _chapman(first: int, second: int, both: int) -> dict[str, float]:
    total = (first + 1) * (second + 1) / (both + 1) - 1
    variance = (first + 1) * (second + 1) * (first - both) * (second - both) / ((both + 1) ** 2 * (both + 2))
    known = first + second - both
    missed = max(total - known, 0.0)
    if missed == 0.0:
        return {"total": float(known), "low": float(known), "high": float(known)}
    spread = math.exp(Z95 * math.sqrt(math.log1p(variance / missed**2)))
    return {"total": total, "low": known + missed / spread, "high": known + missed * spread}
