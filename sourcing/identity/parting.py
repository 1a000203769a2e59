"""Why a join no longer holds, in plain words: what was taken down, claimed by others, or contradicts."""

from collections.abc import Iterator, Mapping

from sourcing.identity.facts import Facts
from sourcing.identity.names import two_names
from sourcing.identity.telling import AGAINST, owned, pages, shown
from storage.records import AccountKey, Judgement, Record

NAMING = frozenset({"reciprocal", "verified", "circle", "claimed"})  # one profile names the other
PAGES = frozenset({"own_page", "profile", "site"})  # both name one page
SAME_ID = "same_id"
_PROOFS = {
    "reciprocal": "only one of the two names the other now",
    "verified": "no site confirms that link any more",
    "circle": "the profile by way of which they named each other does so no longer",
    SAME_ID: "they carry one confirmed id no longer",
}
_AGREED = {
    "name": "the names",
    "handle": "the handles",
    "handle_built": "a handle and the name it was made of",
    "work": "what they are credited on",
    "place": "the places",
    "employer": "the employers",
}


class Parted(Record):
    """Two accounts that we had joined and that are joined no longer."""

    left: AccountKey
    right: AccountKey
    why: str  # one sentence for the reader
    asked: bool  # whether it is a suggestion now


def parted(was: Judgement, now: Judgement | None, people: Mapping[AccountKey, Facts]) -> Parted:
    """What became of a join, and why; `people` are the two accounts as far as they are still known."""
    left, right = people.get(was.left), people.get(was.right)
    both = " and ".join(shown(one) if one else str(key) for one, key in ((left, was.left), (right, was.right)))
    why = ", ".join(_reasons(was, now, left, right)) or "together what agrees says less than before"
    asked = "; it is a question for the queue now" if now else ""
    return Parted(left=was.left, right=was.right, why=f"{both} are joined no longer: {why}{asked}", asked=bool(now))


def _reasons(was: Judgement, now: Judgement | None, left: Facts | None, right: Facts | None) -> Iterator[str]:
    if left is None or right is None:
        yield "one of them is not known any more"
        return
    closed = [shown(one) for one in (left, right) if one.barred or one.alone]
    if closed:
        yield f"{' and '.join(closed)} may not be joined with anybody"
        return
    before, after = compared(was), compared(now) if now else {}
    contradicting = list(_against(before, after, left, right))
    # Of a pair that is apart nothing more is known: a contradiction says enough.
    untied = [] if contradicting and not after else list(_untied(before, after, left, right))
    yield from [*untied, *contradicting] or _weaker(before, after)


def _untied(before: Mapping[str, str], after: Mapping[str, str], left: Facts, right: Facts) -> Iterator[str]:
    """What became of the link that tied them; nothing where it stands."""
    yield from (
        said
        for name, said in _PROOFS.items()
        if name in before and name not in after and (name == SAME_ID or "claimed" in after)
    )
    if not NAMING.isdisjoint(before) and NAMING.isdisjoint(after):
        named = _names(left, right) or _names(right, left)
        taken = "that address tells nobody any more: others name it too, or it has had another owner"
        yield taken if named else "neither profile names the other any more"
    if not PAGES.isdisjoint(before) and not pages(left, right):
        yield "they name one page no longer"


def _names(one: Facts, other: Facts) -> bool:
    return any(said.target in owned(other) for said in one.said)


def _against(before: Mapping[str, str], after: Mapping[str, str], left: Facts, right: Facts) -> Iterator[str]:
    """What contradicts now and did not before, with what the two say."""
    told = {"other_name": (left.name, right.name), "other_country": (left.location, right.location)}
    new = [name for name in AGAINST if name in after and name not in before]
    if not after and two_names(left.name, right.name):
        new.append("other_name")
    for name in new:
        values = f" ({' | '.join(str(value) for value in told[name])})" if name in told else ""
        yield AGAINST[name] + values


def _weaker(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    if "little_known" in before and "little_known" not in after:
        yield "the one named is better known now than the one that names it"
    lost = [said for name, said in _AGREED.items() if after and name in before and name not in after]
    if lost:
        yield f"{' and '.join(lost)} agree no longer"


def compared(row: Judgement) -> dict[str, str]:
    """Kind of evidence → the values compared, of a row: from "name +12.3: Ada | Ada"."""
    parts = (text.partition(": ") for text in row.evidence)
    return {head.partition(" ")[0]: said for head, _, said in parts}
