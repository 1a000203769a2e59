"""A crowd of invented accounts of any size with known owners, in plain columns: what all programs get alike."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from sourcing.identity.facts import Facts
from storage.records import AccountKey

SOURCES = ("github", "kaggle", "hackernews", "huggingface")
HAS_HANDLE, HAS_NAME, HAS_CITY, HAS_FIRM = 1.0, 0.8, 0.5, 0.35
SAME_HANDLE = 0.5  # accounts of one person that share their handle
CITIES = (
    "Berlin",
    "Paris",
    "London",
    "Oslo",
    "Madrid",
    "Rome",
    "Vienna",
    "Lisbon",
    "Toronto",
    "Tokyo",
    "Seoul",
    "Delhi",
)
_HEADS = ("bra", "kel", "mo", "tan", "vi", "lor", "ste", "ar", "quen", "dal", "fi", "rus", "pe", "gam", "hol", "ni")
_TAILS = (
    "berg",
    "ska",
    "ton",
    "ley",
    "nov",
    "mann",
    "oto",
    "ides",
    "ez",
    "li",
    "ura",
    "sen",
    "ak",
    "ini",
    "ard",
    "ova",
)


class Rows(NamedTuple):
    """Columns of n accounts; "" is missing."""

    owner: list[int]
    source: list[str]
    handle: list[str]
    first: list[str]
    last: list[str]
    city: list[str]
    firm: list[str]


def crowd(accounts: int, seed: int = 7) -> Rows:
    """Accounts of about 0.6 times as many people; surnames and first names are as unevenly spread as real ones."""
    chance = np.random.default_rng(seed)
    people = int(accounts * 0.6)
    owner = np.concatenate((np.arange(people), chance.integers(0, people, accounts - people)))
    first = (chance.pareto(1.1, people) * 60).astype(np.int64) % 400
    last = (chance.pareto(1.0, people) * 3000).astype(np.int64) % 400_000
    city, firm = chance.integers(0, len(CITIES), people), (chance.pareto(1.0, people) * 30).astype(np.int64) % 20_000
    style = chance.integers(0, 8, people)
    # At most one account of a person per source, as nearly everybody has it.
    order = np.argsort(owner, kind="stable")
    place = np.zeros(accounts, dtype=np.int64)
    starts = np.flatnonzero(np.concatenate(([True], np.diff(owner[order]) != 0)))
    counts = np.diff(np.append(starts, accounts))
    place[order] = np.arange(accounts) - np.repeat(starts, counts)
    keep = place < len(SOURCES)
    owner, place = owner[keep], place[keep]
    source = (place + owner) % len(SOURCES)
    draws = chance.random((4, len(owner)))
    number = chance.integers(0, 1_000_000, len(owner))
    shared = chance.random(len(owner)) < SAME_HANDLE
    return _columns(owner, source, first, last, city, firm, style, draws, number, shared)


def _columns(
    owner: Any,
    source: Any,
    first: Any,
    last: Any,
    city: Any,
    firm: Any,
    style: Any,
    draws: Any,
    number: Any,
    shared: Any,
) -> Rows:
    given = [_word(int(at) * 7 + 3, 2) for at in range(400)]
    family = {int(at): _word(int(at) * 13 + 5, 4) for at in np.unique(last)}
    handles = []
    for row, person in enumerate(owner.tolist()):
        kind = int(style[person]) if shared[row] else int(number[row]) % 8
        digits = person * 7919 % 1_000_003 if shared[row] else int(number[row])
        handles.append(_handle(given[first[person]], family[int(last[person])], kind, digits))
    told = [draws[at] < share for at, share in enumerate((HAS_NAME, HAS_CITY, HAS_FIRM))]
    people = owner.tolist()
    return Rows(
        owner=people,
        source=[SOURCES[at] for at in source.tolist()],
        handle=handles,
        first=[given[first[p]].title() if yes else "" for p, yes in zip(people, told[0], strict=True)],
        last=[family[int(last[p])].title() if yes else "" for p, yes in zip(people, told[0], strict=True)],
        city=[CITIES[city[p]] if yes else "" for p, yes in zip(people, told[1], strict=True)],
        firm=[f"Firm {firm[p]}" if yes else "" for p, yes in zip(people, told[2], strict=True)],
    )


def _word(number: int, parts: int) -> str:
    out = ""
    for _ in range(parts - 1):
        number, at = divmod(number, len(_HEADS))
        out += _HEADS[at]
    return out + _TAILS[number % len(_TAILS)] + ("" if number < len(_TAILS) else _HEADS[number // len(_TAILS) % 16])


def _handle(first: str, last: str, kind: int, digits: int) -> str:
    if kind == 0:
        return f"{first[0]}{last}"
    if kind == 1:
        return f"{first}-{last}"
    if kind == 2:
        return f"{last}{first[0]}{digits % 100}"
    if kind == 3:
        return f"{first}{last}{1950 + digits % 60}"
    if kind == 4:
        return f"{first}{last}"
    return f"{_word(digits * 31 + 7, 2)}{_word((digits * 17 + len(last) * 7) % 4096, 2)}{digits * kind}"


def as_facts(rows: Rows) -> Iterator[Facts]:
    """The rows as the product's own records."""
    for at, (source, handle) in enumerate(zip(rows.source, rows.handle, strict=True)):
        name = f"{rows.first[at]} {rows.last[at]}" if rows.last[at] else None
        yield Facts(
            AccountKey(source, str(at)),
            handle,
            "",
            name=name,
            location=rows.city[at] or None,
            company=rows.firm[at] or None,
        )
