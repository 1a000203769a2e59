"""Proof and claims: which accounts name each other's addresses, and which addresses nobody can be told by.

Only structured fields take part. A target counts for nobody once it had two owners, or once two live accounts of one
source name it, or once the people who name it bear more than two different names: counting people is the guard, the
shipped list of hubs only knows sooner.
"""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sourcing.identity.batch import Batch
from sourcing.identity.engine.blocks import Keys, block_pairs, grouped
from sourcing.identity.engine.columns import Bools, Column, Ints, distinct, ranges, unique
from sourcing.identity.facts import MOST_CLAIMS
from sourcing.identity.keys import CLAIMED, FORMER, OWN, VERIFIED
from sourcing.identity.names import align
from sourcing.identity.ownpage import bearing

MOST_NAMES = 2  # different names under which one page may be named
_Pairs = tuple[Ints, Ints]
AGREES = 0.8  # alignment from which two names may be one person's


@dataclass(slots=True)
class Links:
    """Pairs tied by an address, `left` < `right`, sorted; what each is, and what was set aside, by reason."""

    left: Ints
    right: Ints
    mutual: Bools
    verified: Bools  # a site checked one of the two
    claimed: Bools  # one way, nobody else does
    forward: Bools  # the left one names the right one
    site: Bools  # both name one page
    profile: Bools  # both name one profile that nobody collected, at a site where a page is one member's
    own_page: Bools  # both name one page that bears the name of one who names it
    circle: Bools  # one names the other, who names a third, who names the first
    contested: Bools  # a claim that others make too: no bits, but worth a look
    skipped: Counter[str] = field(default_factory=Counter)


def links(rows: Batch, cap: int, shut: Ints) -> Links:
    """All ties by address among the rows; linear in the number of addresses, whatever they say.

    `shut` are addresses that more accounts carry than are here.
    """
    skipped: Counter[str] = Counter()
    values, at = unique(rows.addresses.values)
    where = rows.homes
    state = _Values(rows, at, np.isin(values, shut), cap, where)
    edges = _edges(rows, at, state, skipped)
    member = np.array([rows.addresses.texts[value].startswith("@") for value in values.tolist()], dtype=bool)
    pages = _pages(rows, at, state, cap, skipped)
    profiles = _pages(rows, at, state, cap, Counter(), member)
    own = _pages(rows, at, state, cap, Counter(), bearing(rows, at, len(values)))
    return _table(len(rows), rows.live, where, edges, (pages, profiles, own), skipped)


class _Values:
    """What is true of each address: who has it, and whether it can tell anybody."""

    def __init__(self, rows: Batch, at: Ints, shut: Bools, cap: int, where: Column) -> None:
        size = len(shut)
        roles = rows.addresses.roles
        self.owners = np.bincount(at[roles == OWN], minlength=size)
        self.formers = np.bincount(at[roles == FORMER], minlength=size)
        checked = np.bincount(at[roles == VERIFIED], minlength=size)
        self.target = np.full(size, -1, dtype=np.int64)
        sole = (self.owners == 0) & (checked == 1)
        self.target[at[roles == VERIFIED]] = np.where(
            sole[at[roles == VERIFIED]], rows.addresses.rows[roles == VERIFIED], -1
        )
        self.target[at[roles == OWN]] = rows.addresses.rows[roles == OWN]
        self.generic = shut | _rivals(rows, at, size, where) | (np.bincount(at, minlength=size) > cap)
        for value in _many_names(rows, at, cap):
            self.generic[value] = True

    def objection(self, value: Ints) -> NDArray[np.int8]:
        """1: several owners in its history, 2: given up, 0: none; per value."""
        several = self.owners[value] + self.formers[value] > 1
        given_up = (self.owners[value] == 0) & (self.formers[value] > 0)
        return np.where(several, 1, np.where(given_up, 2, 0)).astype(np.int8)


def _claims(rows: Batch) -> Bools:
    found: Bools = np.isin(rows.addresses.roles, (CLAIMED, VERIFIED))
    return found


def _rivals(rows: Batch, at: Ints, size: int, where: Column) -> Bools:
    """Addresses that two live accounts of one source name."""
    keep = _claims(rows) & rows.live[rows.addresses.rows]
    width = len(where.texts) + 1
    codes, counts = np.unique(at[keep] * width + where.codes[rows.addresses.rows[keep]], return_counts=True)
    generic = np.zeros(size, dtype=bool)
    generic[codes[counts > 1] // width] = True
    return generic


def _many_names(rows: Batch, at: Ints, cap: int) -> list[int]:
    """Addresses named under more than two names that cannot be one; those named by more than `cap` are, too."""
    keep = _claims(rows) & (rows.names.lengths[rows.addresses.rows] > 1)
    members, starts, sizes = grouped(Keys("address", rows.addresses.rows[keep], at[keep]))
    values = np.sort(at[keep])[starts] if len(starts) else starts
    found = []
    for value, start, size in zip(values, starts, sizes, strict=True):
        if MOST_NAMES < size <= cap and _groups(rows, members[start : start + size]) > MOST_NAMES:
            found.append(int(value))
    return found


def _groups(rows: Batch, members: Ints) -> int:
    """How many different names these rows bear."""
    _, first = np.unique(rows.names.full.codes[members], return_index=True)
    one = members[first]
    low, high = np.triu_indices(len(one), 1)
    rarity = np.zeros(len(rows.names.vocabulary), dtype=np.float32)
    agree = align(rows.names, one[low], one[high], rarity).score >= AGREES
    leaders: list[int] = []
    ties = {(int(a), int(b)) for a, b in zip(low[agree], high[agree], strict=True)}
    for place in range(len(one)):
        if not any((leader, place) in ties for leader in leaders):
            leaders.append(place)
    return len(leaders)


@dataclass(slots=True)
class _Edges:
    """Directed, each once: `start` names `end`."""

    start: Ints
    end: Ints
    verified: Bools
    generic: Bools


def _edges(rows: Batch, at: Ints, state: _Values, skipped: Counter[str]) -> _Edges:
    keep = np.flatnonzero(_claims(rows))
    start, value = rows.addresses.rows[keep], at[keep]
    end, verified = state.target[value], rows.addresses.roles[keep] == VERIFIED
    objection = state.objection(value)
    skipped["handle_had_several_owners"] += int((objection == 1).sum())
    skipped["handle_was_given_up"] += int((objection == 2).sum())
    skipped["target_not_collected"] += int(((end < 0) & (objection == 0)).sum())
    good = (objection == 0) & (end >= 0) & (end != start)
    barred = rows.barred | rows.alone
    never = good & (barred[start] | barred[end])
    old = good & ~never & (rows.last_seen[start] < rows.since[end])
    skipped["never_joined"] += int(never.sum())
    skipped["claim_older_than_rename"] += int(old.sum())
    good &= ~never & ~old
    return _strongest(len(rows), start[good], end[good], verified[good], state.generic[value[good]])


def _strongest(size: int, start: Ints, end: Ints, verified: Bools, generic: Bools) -> _Edges:
    order = np.lexsort((generic, ~verified, start * size + end))
    start, end, verified, generic = start[order], end[order], verified[order], generic[order]
    first = np.concatenate(([True], (start[1:] != start[:-1]) | (end[1:] != end[:-1]))) if len(start) else verified
    return _Edges(start[first], end[first], verified[first], generic[first])


def _pages(
    rows: Batch, at: Ints, state: _Values, cap: int, skipped: Counter[str], only: Bools | None = None
) -> tuple[Ints, Ints]:
    """Pairs that name one page nobody collected; `only` are the addresses looked at."""
    keep = _claims(rows) & (state.target[at] < 0) & (state.formers[at] == 0)
    keep &= True if only is None else only[at]
    generic = keep & state.generic[at]
    skipped["generic_page"] += len(np.unique(at[generic]))
    keep &= ~generic & ~rows.barred[rows.addresses.rows] & ~rows.alone[rows.addresses.rows]
    left, right = block_pairs(Keys("page", rows.addresses.rows[keep], at[keep], cap))
    return np.minimum(left, right), np.maximum(left, right)


def _table(
    count: int, live: Bools, where: Column, edges: _Edges, named: tuple[_Pairs, _Pairs, _Pairs], skipped: Counter[str]
) -> Links:
    """`named` are pairs that name one page, those whose page is a member's, and those whose page bears a name."""
    size, pages = max(count, 1), named[0]
    there, back = edges.start * size + edges.end, edges.end * size + edges.start
    mutual = np.isin(there, back)
    several = _several_targets(live, where, edges)
    inside = ~mutual & (where.codes[edges.start] == where.codes[edges.end])
    contested = ~mutual & ~inside & edges.generic
    void = ~mutual & ~inside & ~contested & several
    for reason, which in (("same_source_one_way", inside), ("generic_target", contested)):
        skipped[reason] += int(which.sum())
    skipped["claims_several_accounts"] += int(void.sum())
    low, high = np.minimum(edges.start, edges.end), np.maximum(edges.start, edges.end)
    codes = distinct(np.concatenate((low[~inside] * size + high[~inside], pages[0] * size + pages[1])))
    spots = np.searchsorted(codes, low * size + high)
    spots[inside] = 0

    def marked(which: Bools) -> Bools:
        out = np.zeros(len(codes), dtype=bool)
        out[spots[which & ~inside]] = True
        return out

    def both(pairs: _Pairs) -> Bools:
        out = np.zeros(len(codes), dtype=bool)
        out[np.searchsorted(codes, pairs[0] * size + pairs[1])] = True
        return out

    plain = ~mutual & ~contested & ~void
    return Links(
        left=codes // size,
        right=codes % size,
        mutual=marked(mutual),
        verified=marked(edges.verified & (mutual | plain)),
        claimed=marked(plain),
        forward=marked(edges.start < edges.end),
        site=both(pages),
        profile=both(named[1]),
        own_page=both(named[2]),
        circle=marked(_circle(size, edges, mutual | plain & ~inside) & ~mutual),
        contested=marked(contested | void),
        skipped=skipped,
    )


def _circle(size: int, edges: _Edges, good: Bools) -> Bools:
    """Claims a → b for which some c is named by b and names a.

    Whoever pretends to be somebody can name them and have others of theirs name them, but is in no such circle unless
    an account of that person names one of theirs. What a site checked holds both ways. Three are as many as a night
    that compares only what changed sees whole.
    """
    both = good & edges.verified
    start = np.concatenate((edges.start[good], edges.end[both]))
    end = np.concatenate((edges.end[good], edges.start[both]))
    known = distinct(start * size + end)
    start, end = known // size, known % size
    firsts, lasts = np.searchsorted(start, edges.end, "left"), np.searchsorted(start, edges.end, "right")
    steps = np.where(good & (lasts - firsts <= MOST_CLAIMS), lasts - firsts, 0)
    which = np.repeat(np.arange(len(steps)), steps)
    third = end[ranges(firsts, steps)] if len(which) else which
    closes = np.isin(third * size + edges.start[which], known) & (third != edges.start[which])
    out = np.zeros(len(steps), dtype=bool)
    out[which[closes]] = True
    return out


def _several_targets(live: Bools, where: Column, edges: _Edges) -> Bools:
    """Claims of accounts that name several live accounts of one source."""
    width = len(where.texts) + 1
    code = edges.start * width + where.codes[edges.end]
    codes, counts = np.unique(code[live[edges.end]], return_counts=True)
    return np.isin(code, codes[counts > 1])
