"""What speaks for and against two accounts being one person, in bits.

Each function looks at all pairs at once; its docstring is the sentence the reader sees. Missing values are 0 bits,
never disagreement. Evidence that says the same thing twice is one group, and a group counts once, by its best member.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sourcing.identity.engine.columns import Bools, Floats
from sourcing.identity.names import ANOTHER
from sourcing.identity.pairs import AGREE, Pairs, Score, carries

OF_THE_NAME = (9.0, 4.0)  # at most, for one handle made of the agreeing name, with digits and without
OF_A_NAME = 2.0  # more than the name itself, for one handle made of the name only one of the two shows
ALIKE_OF_THE_NAME = 1.0  # at most, for handles made of the name that differ in digits
LENGTH_BITS = (-4.0, 4.0)  # correction for handles shorter or longer than six characters


def _where(test: Bools, bits: float | Score | Floats) -> Score:
    return np.where(test, bits, 0.0).astype(np.float64)


# --- for: proof ----------------------------------------------------------------------------------------------------


def reciprocal(pairs: Pairs) -> Score:
    """The two profiles name each other."""
    return _where(pairs.tie(pairs.links.mutual), pairs.weights.reciprocal)


def verified(pairs: Pairs) -> Score:
    """A site checked that the address one profile names is the other's."""
    return _where(pairs.tie(pairs.links.verified), pairs.weights.verified)


def circle(pairs: Pairs) -> Score:
    """One profile names the other, which names a third, which names the first."""
    return _where(pairs.tie(pairs.links.circle), pairs.weights.circle)


def same_id(pairs: Pairs) -> Score:
    """Two sites confirm one and the same id of a third."""
    found = np.zeros(len(pairs), dtype=bool)
    for one in pairs.rows.ids:
        found |= pairs.same(one)
    return _where(found, pairs.weights.same_id)


# --- for: strong ---------------------------------------------------------------------------------------------------


def claimed(pairs: Pairs) -> Score:
    """One profile names the other as its own, and nobody else there does."""
    return _where(pairs.tie(pairs.links.claimed), pairs.weights.claimed + pairs.ground.model.growth)


def own_page(pairs: Pairs) -> Score:
    """Both profiles name one page, which bears the name of somebody who names it."""
    bits = pairs.weights.own_page + pairs.ground.model.growth
    return _where(pairs.tie(pairs.links.own_page) & ~pairs.far_apart, bits)


def profile(pairs: Pairs) -> Score:
    """Both profiles name one and the same profile at a third site."""
    return _where(pairs.tie(pairs.links.profile) & ~pairs.far_apart, pairs.weights.profile)


def site(pairs: Pairs) -> Score:
    """Both profiles name one personal page."""
    return _where(pairs.tie(pairs.links.site) & ~pairs.far_apart, pairs.weights.site)


# --- for: likeness -------------------------------------------------------------------------------------------------


def handle(pairs: Pairs) -> Score:
    """Both use one handle; a rare and long one says more."""
    rarity = pairs.ground.handles[pairs.rows.handles.codes[pairs.left]]
    sizes = pairs.rows.handles.measure()[pairs.left]
    bits = rarity + np.clip(0.75 * (sizes - 6), *LENGTH_BITS)
    # Namesakes make like handles of their name: beside an agreeing name such a handle says little more, and beside
    # a name that only one of them shows it says what the name would say.
    digits = pairs.rows.letters.measure()[pairs.left] < sizes
    named = pairs.aligned.score >= AGREE
    bits = np.where(pairs.made[0] & named, np.minimum(bits, np.where(digits, *OF_THE_NAME)), bits)
    full = pairs.ground.full[pairs.rows.names.full.codes]
    alone = pairs.aligned.score < 0
    for own, side in zip(pairs.made, (pairs.left, pairs.right), strict=True):
        bits = np.where(own & alone, np.minimum(bits, full[side] + OF_A_NAME), bits)
    return _where(pairs.same(pairs.rows.handles), np.clip(bits, 0, pairs.weights.handle))


def handle_alike(pairs: Pairs) -> Score:
    """Their handles differ in digits only."""
    rarity = pairs.ground.stems[pairs.rows.stems.codes[pairs.left]]
    most = np.where(pairs.made[0] & (pairs.aligned.score >= AGREE), ALIKE_OF_THE_NAME, pairs.weights.handle_alike)
    return _where(pairs.same(pairs.rows.stems), np.clip(rarity / 2, 0, most))


def handle_built(pairs: Pairs) -> Score:
    """The handle of one is made of the name of the other, who bears it alone; of two whole rare words it says most."""
    most, out = pairs.weights.handle_built, np.zeros(len(pairs))
    full = pairs.rows.names.full
    for forms, share in zip(pairs.ground.spellings, (1.0, 0.6, 0.25), strict=True):
        for names, handles in ((pairs.left, pairs.right), (pairs.right, pairs.left)):
            bits = np.minimum(most, pairs.ground.full[full.codes[names]]) * share
            out = np.maximum(out, _where(carries(forms, names, handles), bits))
    return _where(pairs.aligned.score < 0, out)  # where both have a name, the names are compared themselves


def name(pairs: Pairs) -> Score:
    """Their names agree; rare words say more, and a name many bear says little."""
    weights, found = pairs.weights, pairs.aligned
    full = pairs.ground.full[pairs.rows.names.full.codes[pairs.left]]
    bits = np.minimum(found.rarity, np.where(pairs.same(pairs.rows.names.full), full + 2.0, weights.name))
    bits = bits * np.clip((found.score - 0.7) / 0.25, 0, 1)
    single = (found.agreeing < 2) & ~((pairs.full_names) & (found.score >= 0.9))
    most = np.where(single, np.where(pairs.full_names, weights.single_name + 3.0, weights.single_name), weights.name)
    return _where(found.score >= AGREE, np.clip(bits, 0, most))


def work(pairs: Pairs) -> Score:
    """Both are credited on the same work of a few people, under names that agree."""
    shared = np.isin(pairs.left * len(pairs.rows) + pairs.right, pairs.ground.shared_work)
    agree = (pairs.aligned.score >= AGREE) & (pairs.aligned.agreeing >= 1)
    return _where(shared & agree, pairs.weights.work)


# --- for: weak -----------------------------------------------------------------------------------------------------


def place(pairs: Pairs) -> Score:
    """Both say they live in one place."""
    weights = pairs.weights
    country = _where(pairs.same(pairs.rows.countries), weights.country)
    return np.where(pairs.same(pairs.rows.cities), weights.city, country)


def employer(pairs: Pairs) -> Score:
    """Both name one employer; a small one says more."""
    rarity = pairs.ground.employers[pairs.rows.employers.codes[pairs.left]]
    return _where(pairs.same(pairs.rows.employers), np.clip(rarity / 2, 1, pairs.weights.employer))


def little_known(pairs: Pairs) -> Score:
    """The one that is named is no better known at its source than the one that names it."""
    tied = pairs.tie(pairs.links.claimed) | pairs.tie(pairs.links.own_page)
    return _where(tied & pairs.no_better_known, pairs.weights.little_known)


# --- against -------------------------------------------------------------------------------------------------------


def two_of_a_source(pairs: Pairs) -> Score:
    """Both are live accounts of one source; hardly anybody keeps two."""
    both = pairs.one_source & pairs.rows.live[pairs.left] & pairs.rows.live[pairs.right]
    return _where(both, pairs.weights.two_of_a_source)


def other_name(pairs: Pairs) -> Score:
    """Their full names cannot be one."""
    score = pairs.aligned.score
    guess = pairs.rows.names.ideographs[pairs.left] != pairs.rows.names.ideographs[pairs.right]
    return _where(pairs.full_names & (score >= 0) & (score < ANOTHER) & ~guess, pairs.weights.other_name)


def other_country(pairs: Pairs) -> Score:
    """They say they live in two countries."""
    return _where(pairs.different(pairs.rows.countries), pairs.weights.other_country)


# --- never ---------------------------------------------------------------------------------------------------------


def never(pairs: Pairs) -> Bools:
    """One is a bot, an organisation or a placeholder, or two confirmed ids of one kind differ."""
    barred = pairs.rows.barred | pairs.rows.alone
    out = barred[pairs.left] | barred[pairs.right]
    for one in pairs.rows.ids:
        out |= pairs.different(one)
    return out


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of evidence: its group, and its class from A (proof) to D (weak), N (against)."""

    bits: Callable[[Pairs], Score]
    group: str
    grade: str

    @property
    def name(self) -> str:
        """As the reader sees it."""
        return self.bits.__name__

    @property
    def sentence(self) -> str:
        """What it says."""
        return (self.bits.__doc__ or "").partition("\n")[0]


KINDS: Sequence[Kind] = (
    Kind(reciprocal, "link", "A"),
    Kind(verified, "link", "A"),
    Kind(circle, "link", "A"),
    Kind(same_id, "id", "A"),
    Kind(claimed, "link", "B"),
    Kind(own_page, "link", "B"),
    Kind(profile, "link", "B"),
    Kind(site, "link", "B"),
    Kind(handle, "handle", "C"),
    Kind(handle_alike, "handle", "C"),
    Kind(handle_built, "handle", "C"),
    Kind(name, "name", "C"),
    Kind(work, "work", "C"),
    Kind(place, "place", "D"),
    Kind(employer, "employer", "D"),
    Kind(little_known, "renown", "D"),
    Kind(two_of_a_source, "source", "N"),
    Kind(other_name, "other name", "N"),
    Kind(other_country, "other country", "N"),
)
