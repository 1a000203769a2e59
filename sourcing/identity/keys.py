"""The keys of one account: what it must share with another to be compared at all. Stored, so that a night looks up few.

A broad key has narrower ones beside it ("name" and "name and city"): where the broad one is too common, its block is
left out and counted, and the narrow ones do what can be done.
"""

from collections.abc import Iterator
from functools import lru_cache

from sourcing.identity.engine.columns import hashed
from sourcing.identity.facts import Facts, member
from sourcing.identity.places import employer, place
from sourcing.identity.words import built, handle_form, handle_stem, name_words, ring
from storage.records import Claim
from storage.text import link_key, profile_key

# Roles of an address: who carries it, and how.
OWN, VERIFIED, CLAIMED, FORMER = 0, 1, 2, 3
MADE = "handle of the name"  # handles, and the handles names would make
# Kinds of which fewer accounts tell: a surname and an initial soon fit too many, and so does a large project.
LIMITS = {MADE: 10, "handle without digits": 20, "work": 30}
ADDRESS = "address"  # looked up, but no block: links are joined by who has the address and who names it
Key = tuple[str, int]  # kind and hash of the value


def limit(kind: str, cap: int) -> int:
    """How many accounts may share a key of this kind and still be compared."""
    return min(cap, LIMITS.get(kind, cap))


def keys_of(one: Facts) -> set[Key]:
    """All keys of an account; none for accounts that must stay alone, and only addresses for those never joined."""
    if one.alone:
        return set()
    found = {(ADDRESS, hashed(target)) for target, _ in addresses(one)}
    return found if one.barred else found | {(kind, hashed(f"{kind} {text}")) for kind, text in likeness_keys(one)}


def likeness_keys(one: Facts) -> Iterator[tuple[str, str]]:
    """Kind and text of every key by which an account can meet others that are like it."""
    form = handle_form(one.handle)
    letters = form.strip("0123456789")
    if form:
        yield "handle", form
    if stem := handle_stem(form):
        yield "handle without digits", stem
    words = name_words(one.name) if one.name else ()
    whole, part, _ = built(words)
    yield from ((MADE, text) for text in {*whole, *part, *([letters] if len(letters) >= 4 else ())})
    if len(words) > 1:
        yield from _name_keys(one, words)
    yield from (("work", work) for work in one.works)
    yield from (("id", text) for text in one.ids)


def _name_keys(one: Facts, words: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    full, (city, country), firm = " ".join(sorted(words)), place(one.location), employer(one.company)
    short = f"{words[-1]} {words[0][0]}"
    yield "name", full
    yield "name in any order", ring(words)
    if country:
        yield "name and country", f"{full}, {country}"
    if city:
        yield "name and city", f"{full}, {city}"
        yield "surname, initial and city", f"{short}, {city}"
    if firm:
        yield "surname, initial and employer", f"{short}, {firm}"


def addresses(one: Facts) -> list[tuple[str, int]]:
    """Every address an account has, had or names, with its role; nothing of accounts that must stay alone."""
    return [] if one.alone else list((named(one) | {one.address: OWN}).items())


def named(one: Facts) -> dict[str, int]:
    """The addresses of an account and their roles, its member's page left out."""
    found = {target: FORMER for handle in one.former if (target := member(one.key.source, handle)) != one.address}
    found |= {said.target: VERIFIED if said.claim is Claim.VERIFIED else CLAIMED for said in one.said}
    if one.url and (page := own_page(one.url)):
        found[page] = OWN
    return found


@lru_cache(maxsize=100_000)
def own_page(url: str) -> str | None:
    """The address of an account's page where it is not a member's page of a known source."""
    return None if profile_key(url) is not None else link_key(url)
