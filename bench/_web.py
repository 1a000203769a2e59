"""What joining makes of accounts whose owners are known: wrong joins, duplicates by what ties them, the queue."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, product
from typing import NamedTuple
from zlib import crc32

from bench._adversaries import adversaries
from bench._invented import SEEN, Owned, web
from bench.report import Row
from sourcing.identity.batch import batch
from sourcing.identity.clusters import Cluster, grow
from sourcing.identity.facts import Facts, Said, facts
from sourcing.identity.joining import judgements
from sourcing.identity.keys import FORMER, OWN, VERIFIED, addresses
from sourcing.identity.model import fit
from sourcing.identity.review import Between, between, ranked
from sourcing.identity.scorer import score_rows
from sourcing.identity.settings import Settings
from storage.records import AccountKey, Claim, Judgement, Verdict

__all__ = ["adversaries", "judge", "mistakes", "read", "report_on", "web"]
NIGHTS = 10  # on which the whole queue shown is answered
Owners = Mapping[AccountKey, int]
_Pair = tuple[AccountKey, AccountKey]


class Found(NamedTuple):
    """Accounts with what was judged of them, and who is behind each."""

    people: dict[AccountKey, Facts]
    said: list[Judgement]
    owners: Owners
    settings: Settings
    compared: int

    def clusters(self, answers: Iterable[Judgement] = ()) -> set[Cluster]:
        """Leads, given what people answered."""
        return grow(self.people, [*self.said, *answers], self.settings.largest).clusters()


class Duplicates(NamedTuple):
    """Leads too many, by the strongest thing that ties them to another lead of their person."""

    proof: int  # profiles that name each other, checked addresses, one confirmed id
    claim: int  # a profile that names the other, which does not name it back
    page: int  # one page both name
    nothing: int  # nothing public
    forbidden: int  # the source's terms, or an author known by a bare name, forbid joining

    @property
    def all(self) -> int:
        """Whatever ties them, and whether or not they may be joined."""
        return self.linked + self.nothing + self.forbidden

    @property
    def linked(self) -> int:
        """Tied by links of their own."""
        return self.proof + self.claim + self.page


def read(accounts: Iterable[Owned]) -> tuple[list[Facts], dict[AccountKey, int]]:
    """Facts and owners."""
    rows, owners = [], {}
    for one in accounts:
        fact = facts(one.account)
        rows.append(replace(fact, former=one.former, since=SEEN) if one.former else fact)
        owners[one.account.key] = one.owner
    return sorted(rows, key=lambda one: one.key), owners


def judge(rows: Sequence[Facts], owners: Owners, settings: Settings, crowd: Sequence[Facts] = ()) -> Found:
    """Compare everybody; `crowd` is who lives in the store they come into, whose counts are those of the model."""
    found = score_rows(batch(rows), fit(crowd or rows, settings))
    people = {one.key: one for one in rows if one.person}
    return Found(people, judgements(found, SEEN), owners, settings, len(found))


def mistaken(rows: Sequence[Facts], every: int) -> list[Facts]:
    """The same accounts, of which every so-many-th at GitHub also names a stranger's account somewhere else."""
    others = [one for one in rows if one.key.source != "github" and one.person and not one.alone]
    out = list(rows)
    for at, one in enumerate(rows):
        if one.key.source == "github" and one.person and crc32(str(one.key).encode()) % every == 0:
            other = others[crc32(f"stranger of {one.key}".encode()) % len(others)]
            said = Said(other.address, other.url, Claim.CLAIMED, "website")
            out[at] = replace(one, said=(*one.said, said))
    return out


# --- what came out ---------------------------------------------------------------------------------------------------


def wrong(found: Found, clusters: Iterable[Cluster]) -> int:
    """Leads that hold accounts of more than one person."""
    return sum(len({found.owners[key] for key in cluster}) > 1 for cluster in clusters)


def duplicates(found: Found, clusters: Iterable[Cluster]) -> Duplicates:
    """Leads too many: somebody in k leads counts k - 1, each under the strongest tie that would spare it."""
    ties = _ties(found)
    leads = {key: at for at, cluster in enumerate(clusters) for key in cluster}
    own = defaultdict(list)
    for key in found.people:
        own[found.owners[key]].append(key)
    count: Counter[str] = Counter()
    for keys in own.values():
        count.update(_spared(keys, leads, ties.get(found.owners[keys[0]], {})))
        count["forbidden"] += _forbidden(found, keys, leads)
    count["nothing"] -= count["forbidden"]
    return Duplicates(*(count[name] for name in Duplicates._fields))


def _spared(keys: Sequence[AccountKey], leads: Mapping[AccountKey, int], ties: Mapping[_Pair, str]) -> Counter[str]:
    """How many leads of one person each kind of tie would spare, the strongest first."""
    group = {leads[key]: leads[key] for key in keys}
    count: Counter[str] = Counter()
    for kind in ("proof", "claim", "page"):
        for (one, other), tie in ties.items():
            here, there = group[leads[one]], group[leads[other]]
            if tie == kind and here != there:
                count[kind] += 1
                group = {lead: here if now == there else now for lead, now in group.items()}
    count["nothing"] = len(set(group.values())) - 1
    return count


def _forbidden(found: Found, keys: Sequence[AccountKey], leads: Mapping[AccountKey, int]) -> int:
    """Leads that must stay apart whatever is known, of somebody who has another."""
    alone = {leads[key] for key in keys if found.people[key].alone or found.people[key].barred}
    return min(len(alone), len({leads[key] for key in keys}) - 1)


def _ties(found: Found) -> dict[int, dict[_Pair, str]]:
    """Person → pairs of their accounts that an address or a confirmed id ties, with how."""
    owner, names, checked = _addresses(found)
    out: dict[int, dict[_Pair, str]] = defaultdict(dict)
    for address, keys in names.items():
        if address in owner:
            for key in keys - {owner[address]}:
                _claimed(found, out, key, owner[address], proven=(key, address) in checked)
        else:
            for one, other in _own_pairs(found, keys):
                out[found.owners[one]].setdefault((one, other), "page")
    for one, other in _same_ids(found):
        out[found.owners[one]][one, other] = "proof"
    return out


_Names = dict[str, set[AccountKey]]


def _addresses(found: Found) -> tuple[dict[str, AccountKey], _Names, set[tuple[AccountKey, str]]]:
    """Who has each address, who names it, and who names it checked."""
    owner: dict[str, AccountKey] = {}
    names: _Names = defaultdict(set)
    checked: set[tuple[AccountKey, str]] = set()
    for key, one in found.people.items():
        for address, role in addresses(one) if not one.barred else ():
            if role == OWN:
                owner[address] = key
            elif role != FORMER:
                names[address].add(key)
                checked |= {(key, address)} if role == VERIFIED else set()
    return owner, names, checked


def _own_pairs(found: Found, keys: Iterable[AccountKey]) -> Iterator[_Pair]:
    """Pairs of accounts of one person among these."""
    by_person = defaultdict(list)
    for key in sorted(keys):
        by_person[found.owners[key]].append(key)
    for own in by_person.values():
        yield from combinations(own, 2)


def _claimed(
    found: Found, out: dict[int, dict[_Pair, str]], one: AccountKey, other: AccountKey, *, proven: bool
) -> None:
    if found.owners[one] == found.owners[other]:
        ties, pair = out[found.owners[one]], (min(one, other), max(one, other))
        back = any(address == found.people[one].address for address, _ in addresses(found.people[other]))
        ties[pair] = "proof" if proven or back or ties.get(pair) == "proof" else "claim"


def _same_ids(found: Found) -> Iterator[_Pair]:
    held = defaultdict(list)
    for key, one in found.people.items():
        for text in one.ids:
            held[text].append(key)
    for keys in held.values():
        yield from _own_pairs(found, keys)


# --- the queue -------------------------------------------------------------------------------------------------------


class Answered(NamedTuple):
    """What some nights of a queue answered truthfully made."""

    clusters: set[Cluster]
    asked: int
    true: int
    waiting: int  # suggestions still open


def questions(found: Found, clusters: Iterable[Cluster]) -> list[Between]:
    """Suggestions between leads, most worth answering first, as the product shows them."""
    # In the order of their accounts, so that questions worth the same come in one order each time.
    where = {key: f"L{at}" for at, cluster in enumerate(sorted(clusters, key=min)) for key in cluster}
    rows = (row for row in found.said if row.verdict is Verdict.SUGGESTED)
    return ranked(between(rows, where), {})


def true(found: Found, one: Between) -> bool:
    """Whether the two leads of a question are one person's."""
    return found.owners[one.rows[0].left] == found.owners[one.rows[0].right]


def answered(found: Found, nights: int = NIGHTS) -> Answered:
    """Let somebody who knows answer the queue shown, night after night."""
    answers: list[Judgement] = []
    clusters, asked, right = found.clusters(), 0, 0
    open_ = questions(found, clusters)
    for _ in range(nights):
        shown = open_[: max(1, int(found.settings.queue_share * len(clusters)))]
        where = {key: cluster for cluster in clusters for key in cluster}
        for one in shown:
            asked, right = asked + 1, right + true(found, one)
            answers += _answer(found, where, one)
        clusters = found.clusters(answers)
        decided = {(row.left, row.right) for row in answers}
        open_ = [one for one in questions(found, clusters) if not _decided(one, decided)]
    return Answered(clusters, asked, right, len(open_))


def _answer(found: Found, where: Mapping[AccountKey, Cluster], one: Between) -> Iterator[Judgement]:
    row = one.rows[0]
    pairs: Iterable[_Pair] = [(row.left, row.right)]
    verdict = Verdict.SAME
    if not true(found, one):
        verdict, pairs = Verdict.DIFFERENT, product(where[row.left], where[row.right])
    for a, b in pairs:
        yield row.model_copy(update={"left": min(a, b), "right": max(a, b), "verdict": verdict, "by": "sourcer"})


def _decided(one: Between, decided: set[_Pair]) -> bool:
    return any((row.left, row.right) in decided for row in one.rows)


# --- figures ---------------------------------------------------------------------------------------------------------


def report_on(title: str, found: Found, settings: Settings, *, none_wrong: bool = False) -> Iterator[Row]:
    """The figures of one run."""
    assert settings == found.settings
    clusters = found.clusters()
    thousand, people = len(clusters) / 1000, len(set(map(found.owners.__getitem__, found.people)))
    bad = wrong(found, clusters) / thousand
    target, holds = ("0", bad == 0) if none_wrong else ("≤ 1", bad <= 1)
    note = f"{len(clusters)} leads, {people} people"
    yield Row(f"{title}, wrong joins", bad, "per 1,000 leads", note, target, holds)
    if not none_wrong:
        yield from _duplicates(title, duplicates(found, clusters), thousand)
        yield from _queue(title, found, clusters)
    yield Row(f"{title}, largest lead", float(max(map(len, clusters), default=0)), "accounts")


def _duplicates(title: str, left: Duplicates, thousand: float) -> Iterator[Row]:
    unit = "per 1,000 leads"
    proof, linked = left.proof / thousand, left.linked / thousand
    note = f"{left.proof} proof, {left.claim} a claim one way, {left.page} a page both name"
    whole, plain = left.all / thousand, f"{title}, remaining duplicates"
    yield Row(f"{plain}, all", whole, unit, "most are tied by nothing anybody published", "≤ 10", whole <= 10)
    yield Row(f"{plain} that links of people's own tie in any way", linked, unit, note, "≤ 10", linked <= 10)
    yield Row(f"{title}, duplicates that links of their own prove", proof, unit, "", "≤ 10", proof <= 10)
    yield Row(f"{title}, duplicates that nothing public ties", left.nothing / thousand, unit, "no bar: nobody can know")
    yield Row(f"{title}, duplicates that may not be joined", left.forbidden / thousand, unit, "terms of the source")


def _floor(title: str, found: Found, asked: Sequence[Between], most: int) -> Row:
    """From which chance on all suggestions together would be as few as are shown, and what that would cost."""
    ordered = sorted(asked, key=lambda one: -one.chance)
    lost = sum(true(found, one) for one in ordered[most:])
    chance = ordered[min(most, len(ordered)) - 1].chance if ordered else 1.0
    note = f"{lost} true ones would never be asked"
    return Row(f"{title}, chance from which all suggestions would be ≤ 2 % of leads", chance, "", note)


def mistakes(title: str, rows: Sequence[Facts], owners: Owners, settings: Settings, every: int) -> Row:
    """Wrong joins if more people named strangers than do in the web."""
    found = judge(mistaken(rows, every), owners, settings)
    clusters = found.clusters()
    bad = wrong(found, clusters) / (len(clusters) / 1000)
    figure = f"{title}, wrong joins if 1 in {every} at GitHub named a stranger besides"
    return Row(figure, bad, "per 1,000 leads", "no bar: how the rules bear a worse web")


def _queue(title: str, found: Found, clusters: set[Cluster]) -> Iterator[Row]:
    asked = questions(found, clusters)
    share = 100 * len(asked) / max(len(clusters), 1)
    right = sum(true(found, one) for one in asked) / max(len(asked), 1)
    shown = asked[: max(1, int(found.settings.queue_share * len(clusters)))]
    good = sum(true(found, one) for one in shown) / max(len(shown), 1)
    most = 100 * len(shown) / max(len(clusters), 1)
    note = f"{len(shown)} items"
    yield Row(f"{title}, queue, all suggestions", share, "% of leads", f"{len(asked)} items", "≤ 2", share <= 2)
    yield Row(f"{title}, queue, shown at once", most, "% of leads", note, "≤ 2", most <= 2)
    yield Row(f"{title}, false ones among all suggestions", 100 * (1 - right), "%")
    yield Row(f"{title}, false ones among those shown", 100 * (1 - good), "%")
    yield _floor(title, found, asked, len(shown))
    done = answered(found)
    left = duplicates(found, done.clusters)
    linked, thousand = left.linked / (len(done.clusters) / 1000), len(done.clusters) / 1000
    note = f"{done.asked} answers, {100 * done.true / max(done.asked, 1):.0f} % yes; {done.waiting} questions wait"
    after = f"{title}, after {NIGHTS} nights of the queue answered: duplicates their links tie"
    yield Row(after, linked, "per 1,000 leads", note, "≤ 10", linked <= 10)
    yield Row(f"{title}, … wrong joins", wrong(found, done.clusters) / thousand, "per 1,000 leads", "", "≤ 1", None)
    yield Row(f"{title}, … duplicates that nothing public ties", left.nothing / thousand, "per 1,000 leads")
