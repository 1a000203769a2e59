"""Sentences for the reader: why a pair was joined, suggested or kept apart, and the values compared."""

import math
from collections.abc import Iterator, Mapping

from sourcing.identity.evidence import KINDS
from sourcing.identity.facts import Facts, Said, member
from sourcing.identity.places import employer, place
from sourcing.identity.renown import known_by
from sourcing.identity.scorer import MERGE, Scored
from storage.records import Claim, Judgement, Verdict
from storage.text import link_key

MOST_VALUES = 5  # works listed


def judgement(found: Scored, place: int, by: str, now: object) -> Judgement:
    """The row of one of the pairs that are not apart; one that is not joined is a suggestion."""
    at, parts = int(found.kept[place]), bits_of(found, place)
    left, right = found.rows.facts[found.left[at]], found.rows.facts[found.right[at]]
    if right.key < left.key:
        left, right = right, left
    merged = found.zone[at] == MERGE
    return Judgement.model_validate(
        {
            "left": left.key,
            "right": right.key,
            "verdict": Verdict.SAME if merged else Verdict.SUGGESTED,
            "bits": round(float(found.bits[at]), 3),
            "by": by,
            "why": sentence(parts, left, right),
            "evidence": tuple(values(parts, left, right)),
            "created_at": now,
        }
    )


def bits_of(found: Scored, place: int) -> dict[str, float]:
    """Bits of each kind of evidence one of these pairs has."""
    return {kind.name: float(bits) for kind, bits in zip(KINDS, found.parts[place], strict=True) if bits}


def shown(one: Facts) -> str:
    """An account as sentences name it: "github:ada"."""
    return f"{one.key.source}:{one.handle}"


def sentence(parts: Mapping[str, float], left: Facts, right: Facts) -> str:
    """One sentence: the strongest reason, what agrees beside it, what speaks against it."""
    first = _strongest(parts, left, right)
    shown_ = [name for name in parts if not (name == "handle_alike" and "handle" in parts)]
    beside = [_SHORT[name] for name in shown_ if name in _SHORT and parts[name] > 0]
    against = [AGAINST[name] for name in parts if parts[name] < 0]
    text = first + (f"; {', '.join(beside)} agree{'s' * (len(beside) == 1)}" if beside else "")
    text += "; the one named is no better known" if "little_known" in parts else ""
    return text + (f"; against it: {', '.join(against)}" if against else "")


_SHORT = {"handle": "the handle", "name": "the name", "work": "shared work", "place": "the place"} | {
    "handle_alike": "the handle without digits",
    "handle_built": "a handle made of the name",
    "employer": "the employer",
}
AGAINST = {
    "two_of_a_source": "both are live accounts of one source",
    "other_name": "the full names cannot be one",
    "other_country": "two countries",
}


def _strongest(parts: Mapping[str, float], left: Facts, right: Facts) -> str:
    names = f"{shown(left)} and {shown(right)}"
    if "reciprocal" in parts:
        return f"{names} name each other in their profiles"
    if "same_id" in parts:
        return f"{names} carry one confirmed id, {', '.join(sorted({*left.ids} & {*right.ids}))}"
    if "circle" in parts:
        return f"{names} name each other in their profiles by way of a third profile"
    if "verified" in parts or "claimed" in parts:
        claimant, target, said = _claim(left, right)
        how = ", checked by the site" if said.claim is Claim.VERIFIED else ""
        return (
            f"{shown(claimant)} names the profile of {shown(target)} as its own in the field {said.field}{how}; "
            "nobody else there does"
        )
    if "own_page" in parts:
        return f"{names} name one page that bears a name of theirs, {', '.join(pages(left, right))}"
    if "profile" in parts or "site" in parts:
        return f"{names} name one page, {', '.join(pages(left, right))}"
    return f"{names} look alike"


def _claim(left: Facts, right: Facts) -> tuple[Facts, Facts, Said]:
    for claimant, target in ((left, right), (right, left)):
        for said in claimant.said:
            if said.target in owned(target):
                return claimant, target, said
    raise AssertionError("a claim without its address")


def owned(one: Facts) -> set[str]:
    """The addresses by which others name an account."""
    own = {one.address, *(said.target for said in one.said if said.claim is Claim.VERIFIED)}
    return own | ({page} if (page := link_key(one.url)) else set())


def pages(left: Facts, right: Facts) -> list[str]:
    """The addresses both name."""
    return sorted({said.target for said in left.said} & {said.target for said in right.said})


def values(parts: Mapping[str, float], left: Facts, right: Facts) -> Iterator[str]:
    """Each kind of evidence with its bits and the two values, strongest first: "handle +16.6: ada | ada"."""
    for name, bits in sorted(parts.items(), key=lambda one: -abs(one[1])):
        yield f"{name} {bits:+.1f}: {' | '.join(_compared(name, left, right))}"


def _compared(kind: str, left: Facts, right: Facts) -> tuple[str, ...]:
    if kind in {"reciprocal", "verified", "circle", "claimed"}:
        return tuple(_links(left, right))
    if kind == "same_id":
        return tuple(sorted({*left.ids} & {*right.ids}))
    if kind in {"own_page", "profile", "site"}:
        return tuple(pages(left, right))
    if kind == "work":
        return tuple(sorted({*left.works} & {*right.works})[:MOST_VALUES])
    if kind == "handle_built":
        return f"{left.handle} ({left.name or '–'})", f"{right.handle} ({right.name or '–'})"
    return _plain(kind, left), _plain(kind, right)


def _plain(kind: str, one: Facts) -> str:
    if kind in {"name", "other_name"}:
        return one.name or "–"
    if kind == "little_known":
        return "unknown" if math.isnan(one.renown) else f"{known_by(one.key.source)} {one.renown:.0f}"
    if kind in {"place", "other_country"}:
        return f"{one.location or '–'} ({' '.join(filter(None, place(one.location)))})"
    if kind == "employer":
        return one.company or employer(one.company)
    return member(one.key.source, one.handle) if kind == "two_of_a_source" else one.handle


def _links(left: Facts, right: Facts) -> Iterator[str]:
    for claimant, target in ((left, right), (right, left)):
        for said in claimant.said:
            if said.target in owned(target):
                yield f"{claimant.url} {said.field}: {said.url}"
