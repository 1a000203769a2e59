"""Which gaps of which records are believed, and what is stored of a record while some are not."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from spiders._drift.shapes import (
    ACCOUNT_FIELDS,
    ENOUGH,
    FIGURE,
    UNREAD,
    WORK_FIELDS,
    Left,
    Tally,
    carried,
    comparable,
    kind_of,
    usual_rates,
    usual_sizes,
)
from spiders._reading.wishes import SPOKEN
from storage.records import Account, AccountKey, Evidence, Gone, Item, Outcome, Shape, Sighting
from storage.store import Store

SURE = 20.0  # accounts expected to carry a field, none of which did: no chance, though neighbours are alike
DOUBTFUL = 5.0  # … and from which the field's absence is at least not told
STOP_POINTS = 0.60  # coverage a field may lose before its gaps are told no more
MOST_GONE = 20  # accounts told gone in one run that need no second look
GONE = "gone"
# Wishes are derived from these texts: while one of them is not believed, no wish is taken back.
TEXTS = frozenset({"bio", "headline"})
DERIVED = TEXTS | {"flags", "open_to_work"}
ERASED = "erased"  # flag of an account its source or its owner took back: emptied on purpose


@dataclass(slots=True, eq=False)
class Held:
    """A record some of whose empty fields are not believed yet."""

    record: Account | Evidence
    awaited: set[str]
    # Work of the same answer in which the person speaks: wishes are read in it, too.
    beside: "tuple[Item | Held, ...]" = ()
    overtaken: set[str] = field(default_factory=set)  # said by a later record: no news when the rest is told
    told: bool = False  # stored already, without what is awaited
    due: bool = True  # to be stored with the next batch


class Drift:
    """The fields of one source in one run."""

    def __init__(
        self, past: Sequence[Outcome] = (), *, given_up: Sequence[str] = (), varying: Collection[str] = ()
    ) -> None:
        self.tallies: dict[str, Tally] = {}
        self.stopped: dict[tuple[str, str], str] = {}  # kind of record and field → why its gaps were never told
        self.doubted: Counter[str] = Counter()  # fields whose absence was not told, without being sure
        self._usual = usual_rates(past, {*given_up, *varying})
        self._sizes = usual_sizes(past)
        self._waiting: dict[tuple[str, str], list[Held]] = {}
        self._by_record: dict[AccountKey | str, list[Held]] = {}
        self._gone: dict[AccountKey, Gone] = {}
        self._left: dict[str, Left] = {}
        self._seen: set[AccountKey] = set()

    def take(self, reader: str, items: Sequence[Item]) -> list[Item | Held]:
        """The records of one answer in their order, those with doubtful gaps wrapped, without who is gone."""
        erased: set[AccountKey] | None = None
        taken: list[Item | Held] = []
        for item in items:
            if type(item) is Gone:
                if erased is None:
                    erased = {one.key for one in items if type(one) is Account and ERASED in one.flags}
                if item.account not in erased:
                    self._gone[item.account] = item
                    continue
            taken.append(self._take(reader, item))
        for one in [one for one in taken if type(one) is Held]:
            if type(one.record) is Account:
                key = one.record.key
                one.beside = tuple(other for other in taken if _speaks(other, key))
        return taken

    def _take(self, reader: str, item: Item) -> Item | Held:
        kind = type(item)
        if kind is Account:
            account = cast("Account", item)
            owner = account.key
            self._is_there(owner)
            return item if ERASED in account.flags else self._weigh(reader, account, owner)
        if kind is Evidence:
            work = cast("Evidence", item)
            return self._weigh(reader, work, work.account)
        if kind is Sighting:
            self._is_there(cast("Sighting", item).account)
        return item

    def _weigh(self, reader: str, item: Account | Evidence, owner: AccountKey) -> Item | Held:
        kind = kind_of(reader, item)
        expected, given = self._usual.get(kind), carried(item)
        tally = self.tallies.get(kind)
        if tally is None:
            tally = self.tallies[kind] = Tally()
        tally.add(owner, given, expected or ())
        if self._by_record:
            self._overtake(item, given)
        if not expected:
            return item
        for name, rate in expected.items():
            if name in given and rate - tally.share(name) < STOP_POINTS:
                self._believe(self._waiting.pop((kind, name), ()), name)
        return self._hold(kind, item, {name for name in expected if name not in given and _covers(item, name)})

    def _hold(self, kind: str, item: Account | Evidence, gaps: set[str]) -> Item | Held:
        if not gaps:
            return item
        held = Held(item, gaps)
        for name in gaps:
            self._waiting.setdefault((kind, name), []).append(held)
        self._by_record.setdefault(_id(item), []).append(held)
        return held

    @staticmethod
    def _believe(waiting: Iterable[Held], name: str) -> None:
        for held in waiting:
            held.awaited.discard(name)
            held.due = True

    def _is_there(self, key: AccountKey) -> None:
        self._seen.add(key)
        if self._gone:
            self._gone.pop(key, None)

    def _overtake(self, item: Account | Evidence, given: Iterable[str]) -> None:
        for held in self._by_record.get(_id(item), ()):
            if isinstance(item, Evidence):
                held.awaited = set()
                held.overtaken |= set(WORK_FIELDS)
            else:
                held.overtaken |= {*given, *item.observed}

    def due(self) -> list[Held]:
        """Records that can say more than they did, for the next batch; forgets those that have said all."""
        found = [held for some in self._by_record.values() for held in some if held.told and held.due]
        self._by_record = {
            key: left for key, some in self._by_record.items() if (left := [one for one in some if one.awaited])
        }
        return [held for held in found if isinstance(held.record, Account) or not held.overtaken]

    def end(self) -> list[Item]:
        """End the run: gaps nobody need doubt become due, the others stay untold; gives who is gone."""
        for kind, name in self._judged():
            waiting = self._waiting.get((kind, name), [])
            if self._is_doubtful(kind, name):
                self.doubted.update({f"{kind}.{name}": len(waiting)} if waiting else {})
            elif (kind, name) not in self.stopped:
                self._believe(waiting, name)
        self._waiting = {}
        gone, self._gone = list(self._gone.values()), {}
        if len(gone) > MOST_GONE and len(gone) > len(self._seen):
            self.stopped["accounts", GONE] = f"{len(gone)} accounts were called gone and {len(self._seen)} shown"
            return []
        return list(gone)

    def _judged(self) -> list[tuple[str, str]]:
        return [
            (kind, name) for kind in sorted(self._usual.keys() & self.tallies) for name in sorted(self._usual[kind])
        ]

    def _is_doubtful(self, kind: str, name: str) -> bool:
        """Whether the gaps of a field are better not told; where they are surely none, the field is stopped."""
        rate, tally = self._usual[kind][name], self.tallies[kind]
        share, missing = tally.share(name), len(tally.missing.get(name, ()))
        if rate - share < STOP_POINTS and share >= rate / 2:
            return False  # as usual on the whole: lists are sorted, and those at their end are alike
        like = comparable(len(tally.seen), self._sizes[kind])
        if like and (rate * missing >= SURE or (rate - share >= STOP_POINTS and len(tally.seen) >= ENOUGH)):
            now = f"{share:.0%} now" if share else f"none of {len(tally.seen)} tonight"
            self.stopped[kind, name] = f"at least {rate:.0%} of {kind} carry it usually, {now}"
            return False
        return rate * missing >= DOUBTFUL

    def shapes(self) -> dict[str, Shape]:
        """What the run's records carried, by kind; kinds too rare to say anything are left out."""
        told = {kind: tally.shape() for kind, tally in sorted(self.tallies.items()) if len(tally.seen) >= ENOUGH}
        left = {UNREAD + name: left.shape() for name, left in sorted(self._left.items()) if left.seen >= ENOUGH}
        return told | left

    def leaves(self, kind: str, names: Iterable[str]) -> None:
        """Note the fields of one answer that nobody reads."""
        self._left.setdefault(kind, Left()).add(names)


def believed(drift: Drift, taken: Sequence[Sequence[Item | Held]], store: Store) -> Iterator[list[Item]]:
    """What may be stored now: the records of each answer as far as they are believed, then what became due of others.

    Work keeps the values known of it where it is not believed.
    """
    answers = [*taken, *([held, *held.beside] for held in drift.due())]
    work = {owner for answer in answers for one in answer if (owner := _owner_of_doubtful(one)) is not None}
    known = {one.id: one for some in (store.evidence(work) if work else {}).values() for one in some}
    for answer in answers:
        yield [_told(one, known) if isinstance(one, Held) else one for one in answer]


def _owner_of_doubtful(one: Item | Held) -> AccountKey | None:
    """Whose work this is, if what is known of it may have to be kept."""
    if not isinstance(one, Held) or not isinstance(one.record, Evidence) or not one.awaited:
        return None
    return one.record.account


def _told(held: Held, known: Mapping[str, Evidence]) -> Item:
    doubted = held.awaited | (held.overtaken if held.told else set())
    held.told, held.due = True, False
    if not doubted:
        return held.record
    if isinstance(held.record, Account):
        return _account_without(held.record, doubted)
    return _work_without(held.record, doubted, known.get(held.record.id))


def _account_without(account: Account, doubted: set[str]) -> Account:
    observed = account.observed - doubted
    if doubted & TEXTS:
        observed -= DERIVED
    figures = {name: value for name, value in account.figures.items() if FIGURE + name not in doubted}
    if any(name.startswith(FIGURE) for name in doubted):
        observed -= {"figures"}
    empty = {name: Account.model_fields[name].get_default() for name in doubted if name in ACCOUNT_FIELDS}
    return account.model_copy(update={**empty, "observed": observed, "figures": figures})


def _work_without(work: Evidence, doubted: set[str], known: Evidence | None) -> Evidence:
    changes: dict[str, Any] = {}
    for name in doubted & set(WORK_FIELDS):
        changes[name] = getattr(known, name) if known else Evidence.model_fields[name].get_default()
    names = {name.removeprefix(FIGURE) for name in doubted if name.startswith(FIGURE)}
    if names:
        kept = {name: value for name, value in work.figures.items() if name not in names}
        before = {name: value for name, value in known.figures.items() if name in names} if known else {}
        changes["figures"] = kept | before
    # A level is a reading of the figures, so one that lacks some is no reason to come down.
    if known is not None and known.level > work.level:
        changes["level"] = known.level
    return work.model_copy(update=changes)


def _covers(item: Account | Evidence, name: str) -> bool:
    """Whether storing the record as it is would say that the field is empty."""
    if isinstance(item, Evidence):
        return True
    if name.startswith(FIGURE):
        return "figures" in item.observed or name.removeprefix(FIGURE) in item.figures
    return name in item.observed


def _speaks(one: Item | Held, key: AccountKey) -> bool:
    """Whether this is work in which the account speaks of itself."""
    record = one.record if isinstance(one, Held) else one
    return isinstance(record, Evidence) and record.account == key and record.kind in SPOKEN


def _id(item: Account | Evidence) -> AccountKey | str:
    return item.key if isinstance(item, Account) else item.id
