"""Labelled names in two projects' logs: who wrote under which names and addresses."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from bench._labelled import learned, table
from bench._quality import blocked, clusters, joined, pairs_of, quality, rows_of, true_pairs
from bench.report import Row
from sourcing.identity.batch import entries
from sourcing.identity.engine.blocks import Keys, candidates, keys
from sourcing.identity.engine.columns import Column, Ints, column
from sourcing.identity.engine.fit import Fitted, Levels
from sourcing.identity.engine.linkage import Rules, linkage
from sourcing.identity.names import Names, align, names
from sourcing.identity.settings import Weights
from sourcing.identity.words import built, handle_form, name_words, ring

# Chosen on scipy: bits from which a pair joins, the strictest half bit that keeps the recall asked for, with hashed
# addresses and without, a standard deviation below its mean (five folds of people, weights from the other folds; six
# draws of folds, people drawn anew 500 times); the mean between two groups; the floor of the queue.
JOIN, MEAN, QUEUE = 5.0, -2.0, -3.0
PROOF = Weights().same_id  # bits of one personal address or one login at least, as of an id that two sites confirm
PRECISE = 0.98
RARE = 0.01  # most rows whose name holds a word, of all, for it to tell people apart
SHARED = {"localhost", "", "?"}  # domains of machines, not of people
SIZES = (16, 3, 2, 3)  # levels: names, addresses, logins, handles built from names
MOST = 40


class Log(NamedTuple):
    """Authors of one project as they are compared."""

    people: list[str]
    left: Ints
    right: Ints
    levels: Levels
    may_join: Any  # pairs with more than likeness of a handle
    proof: Any  # pairs with one personal address or one login
    one_name: list[str]  # the letters of a full name of rare words, in any order of them; "" if there is none


def git(*, mail: bool) -> Iterator[Row]:
    """Commit authors, weights from scipy, reported on numpy."""
    tuned = read_log("git_aliases_scipy.csv", mail=mail)
    same = np.array([tuned.people[a] == tuned.people[b] for a, b in _zip(tuned.left, tuned.right)])
    model = learned(tuned.levels, same, SIZES, _shares(tuned))
    title = f"git aliases, scipy → numpy, {'with hashes' if mail else 'no addresses'}"
    yield from _report(read_log("git_aliases_numpy.csv", mail=mail), model, title, mail)


def _report(log: Log, model: Fitted, title: str, mail: bool) -> Iterator[Row]:
    bits = _bits(log, model)
    true = true_pairs(log.people)
    groups = _joined(log, bits, JOIN)
    baseline = "merge zone P 0.973 R 0.836" if mail else "merge zone P 0.970 R 0.512"
    found = quality(true_pairs(groups.tolist()), true)
    yield from rows_of(f"{title}, merge zone", found, baseline, {"P": PRECISE, "R": 0.84 if mail else 0.52})
    yield _reachable(title, log, bits, 0.84 if mail else 0.52)
    yield from clusters(f"{title}, merge zone", groups.tolist(), log.people)
    yield from _of_one_name(title, log, true_pairs(groups.tolist()), true)
    items, asked = _asked(log, groups, bits)
    baseline, bars = ("best F1 0.91", {"F1": 0.95}) if mail else ("with queue R 0.73", {"R": 0.75})
    yield from rows_of(f"{title}, with queue", quality(asked, true), baseline, bars)
    yield Row(f"{title}, queue", float(items), "items", "84 of 2,511 rows")
    yield blocked(title, pairs_of(log.left, log.right), true, "0.91" if mail else "0.78")


def _bits(log: Log, model: Fitted) -> Any:
    bits = model.bits(log.levels) + np.log2(model.prior / (1 - model.prior))
    return np.where(log.proof, np.maximum(bits, PROOF), bits)


def _shares(log: Log) -> Any:
    """What each pair counts: all pairs of rows of two people, or of one, together as much as one, as they repeat."""
    numbers = {person: at for at, person in enumerate(dict.fromkeys(log.people))}
    owners = np.array([numbers[person] for person in log.people])
    one, other = owners[log.left], owners[log.right]
    pairs = np.minimum(one, other) * len(numbers) + np.maximum(one, other)
    _, back, counts = np.unique(pairs, return_inverse=True, return_counts=True)
    return 1 / counts[back]


def _of_one_name(title: str, log: Log, found: set[tuple[int, int]], true: set[tuple[int, int]]) -> Iterator[Row]:
    """What the wrong pairs are worth, should people whom the project lists under one rare full name be one person."""
    one, least = true_pairs(_one_person(log)), f"two words or more, each in at most {RARE:.0%} of the rows: no result"
    yield Row(f"{title}, merge zone, wrong pairs", float(len(found - true)), "pairs")
    name = f"{title}, merge zone, P if one full name is one person"
    yield Row(name, round(quality(found, one).precision, 4), "", least)


def _one_person(log: Log) -> list[int]:
    """Each row's person, those who share a full name of rare words taken together; no label of ours is used."""
    named = defaultdict(list)
    for row, (person, name) in enumerate(zip(log.people, log.one_name, strict=True)):
        named[person].append(row)
        if name:
            named[f"name {name}"].append(row)
    return joined(len(log.people), {pair for rows in named.values() for pair in pairwise(rows)})


def _joined(log: Log, bits: Any, limit: float) -> Ints:
    held = np.where(log.may_join | (bits < limit), bits, limit - 0.01)
    return linkage(len(log.people), log.left, log.right, held, Rules(limit, MEAN))


def _reachable(title: str, log: Log, bits: Any, recall: float) -> Row:
    """What a limit taken from the very set reported on would give: no result, but how far it is."""
    true = true_pairs(log.people)
    tried = (quality(true_pairs(_joined(log, bits, limit).tolist()), true) for limit in np.arange(-1, 8, 0.5).tolist())
    most = max((one.precision for one in tried if one.recall >= recall), default=0.0)
    note = "limit taken from this very set: no result"
    return Row(f"{title}, merge zone, most P at R ≥ {recall} there is", round(most, 4), "", note)


def _zip(left: Ints, right: Ints) -> Iterator[tuple[int, int]]:
    return zip(left.tolist(), right.tolist(), strict=True)


def _asked(log: Log, groups: Ints, bits: Any) -> tuple[int, set[tuple[int, int]]]:
    """How many questions the queue asks, one per pair of clusters, and the pairs once all are answered rightly."""
    open_ = bits >= QUEUE
    items, leader = set(), {int(group): int(group) for group in groups}

    def root(group: int) -> int:
        while leader[group] != group:
            group = leader[group]
        return group

    for a, b in _zip(log.left[open_], log.right[open_]):
        one, other = int(groups[a]), int(groups[b])
        if one != other:
            items.add((min(one, other), max(one, other)))
            if log.people[a] == log.people[b]:
                leader[root(one)] = root(other)
    return len(items), true_pairs([root(int(group)) for group in groups])


def read_log(file: str, *, mail: bool) -> Log:
    """Candidates of one project and how they compare."""
    rows = table(file)
    read = [name_words(row["name"]) for row in rows]
    found = names([row["name"] for row in rows])
    logins = [handle_form(row["github_login"]) for row in rows]
    aliases = [handle_form(row["name"]) if len(row["name"].split()) == 1 else "" for row in rows]
    own = [
        {h for form in pair for h in (form, form.strip("0123456789")) if h}
        for pair in zip(logins, aliases, strict=True)
    ]
    forms = [built(words) for words in read]
    known = mail
    whole, local = (
        _personal(column(row[name] if known and row["email_domain"] not in SHARED else None for row in rows), found)
        for name in ("email_hash", "email_local_hash")
    )
    login = column(logins)
    spelled = entries([{*a, *b, *c, *handles} for (a, b, c), handles in zip(forms, own, strict=True)])
    rare = entries([{word for word in words if len(word) > 2} for words in read])
    plain = [
        keys(name, one.codes.astype(np.int64)) for name, one in (("mail", whole), ("local", local), ("login", login))
    ]
    plain += [keys("name", found.full.codes.astype(np.int64)), keys("ring", found.ring.codes.astype(np.int64))]
    plain += [Keys("form", spelled.rows, spelled.values, MOST), Keys("word", rare.rows, rare.values, MOST)]
    left, right = candidates(plain, len(rows))
    name = np.where(_middle_names(found, left, right), 5, _name_level(found, read, left, right))
    address = np.where(
        _equal(whole, left, right) == 1, 2, np.where(_equal(local, left, right) == 1, 1, _equal(whole, left, right))
    )
    login_level, made = _equal(login, left, right), _built(forms, own, left, right)
    exact = np.isin(name, (4, 5, 12))
    # A name of one word and the same word before the "@" are one piece of evidence, not two.
    near = np.isin(name, (3, 4, 5, 12, 14)) | (made == 2)
    proof = (address == 2) | (login_level == 1)
    may = proof | exact | ((address == 1) & near)
    levels = np.column_stack([name, address, login_level, made]).astype(np.int8)
    return Log([row["person_id"] for row in rows], left, right, levels, may, proof, _full_names(read))


def _full_names(read: Sequence[tuple[str, ...]]) -> list[str]:
    counts = Counter(word for words in read for word in set(words))
    rare = [len(words) > 1 and all(counts[word] <= RARE * len(read) for word in words) for words in read]
    return [ring(words) if telling else "" for words, telling in zip(read, rare, strict=True)]


def _personal(one: Column, found: Names) -> Column:
    """Addresses without those of more than two people: whose names form more than two groups that cannot align."""
    generic = []
    for value in np.flatnonzero(one.counts > 2).tolist():
        members = np.flatnonzero((one.codes == value) & (found.lengths > 1))
        _, first = np.unique(found.full.codes[members], return_index=True)
        if _different(found, members[first]) > 2:
            generic.append(value)
    return Column(np.where(np.isin(one.codes, generic), -1, one.codes).astype(np.int32), one.texts)


def _different(found: Names, members: Ints) -> int:
    low, high = np.triu_indices(len(members), 1)
    silent = np.zeros(len(found.vocabulary), dtype=np.float32)
    agree = align(found, members[low], members[high], silent).score >= 0.8
    ties = set(_zip(low[agree], high[agree]))
    leaders: list[int] = []
    for place in range(len(members)):
        if not any((leader, place) in ties for leader in leaders):
            leaders.append(place)
    return len(leaders)


def _equal(one: Column, left: Ints, right: Ints) -> Any:
    a, b = one.codes[left], one.codes[right]
    return np.where((a < 0) | (b < 0), -1, a == b)


def _name_level(found: Names, read: Sequence[tuple[str, ...]], left: Ints, right: Ints) -> Any:
    """Sixteen kinds of agreement: both full names, a word against a full name, a word against a word; by rarity."""
    counts = Counter(word for words in read for word in set(words))
    rarity = [np.log2(len(read) / max(counts[word] * 0.6, 1)) for word in found.vocabulary]
    aligned = align(found, left, right, np.array(rarity, dtype=np.float32))
    step = np.digitize(aligned.score, (0.6, 0.75, 0.88, 0.955, 0.999))
    rare = np.digitize(aligned.rarity, (5, 7, 8.5, 10))
    words = np.minimum(found.lengths[left], 2) + np.minimum(found.lengths[right], 2)
    full = np.where((step == 2) & (rare >= 3), 13, np.where((step == 3) & (rare >= 4), 14, step))
    single = np.where(step >= 4, np.where(rare >= 4, 15, 6), 7)
    exact = np.where(rare >= 4, 11, np.where(rare >= 3, 10, 9))
    part = np.where(step >= 5, 12, np.where(step == 4, exact, np.where(step == 3, 8, 7)))
    return np.where(aligned.score < 0, -1, np.where(words == 4, full, np.where(words == 2, single, part)))


def _middle_names(found: Names, left: Ints, right: Ints) -> Any:
    """Whether two full names begin and end with one word each, and one of them has more between."""
    sizes = found.lengths.astype(np.int64)
    first, last = found.words[:, 0], found.words[np.arange(len(sizes)), np.maximum(sizes, 1) - 1]
    full = (sizes[left] > 1) & (sizes[right] > 1) & (sizes[left] != sizes[right])
    return full & (first[left] == first[right]) & (last[left] == last[right])


def _built(forms: Sequence[tuple[tuple[str, ...], ...]], own: Sequence[set[str]], left: Ints, right: Ints) -> Any:
    """2: a handle is made of the other's name, 1: of one word of it, 0: not, -1: no handles that could be."""
    out = np.full(len(left), -1)
    telling, single = [{*whole, *part} for whole, part, _ in forms], [set(one) for _, _, one in forms]
    # Whose handle is not made of the full name beside it would not make one of the other's name either.
    free = [
        bool(handles) and (not forms_of_two or bool((forms_of_two | words) & handles))
        for forms_of_two, words, handles in zip(telling, single, own, strict=True)
    ]
    for at, (a, b) in enumerate(_zip(left, right)):
        if telling[a] & own[b] or telling[b] & own[a]:
            out[at] = 2
        elif single[a] & own[b] or single[b] & own[a]:
            out[at] = 1
        elif free[a] or free[b]:
            out[at] = 0
    return out
