"""Two leads beside each other: what each is, and what was compared of them, in words."""

import re
from collections.abc import Sequence
from datetime import datetime

from sourcing.desk.about import Piece
from sourcing.desk.card import nameless, piece, refusals
from sourcing.identity.review import Suggestion
from sourcing.ranking import clean
from storage.records import Account, Lead, Record

MOST_WORK = 4  # pieces shown of each side
_LINE = re.compile(r"(?s)([a-z_]+) ([+-][0-9.]+): (.*)")  # as sourcing.identity.telling writes them
KINDS = {  # what was compared, in words; others by their own name
    "reciprocal": "they name each other",
    "verified": "a profile named, checked by the site",
    "claimed": "a profile named as their own",
    "circle": "they name each other by way of a third",
    "same_id": "one confirmed id",
    "own_page": "one page named by both that bears a name of theirs",
    "profile": "one page named by both",
    "site": "one site named by both",
    "name": "the name",
    "handle": "the handle",
    "handle_alike": "the handle without digits",
    "handle_built": "a handle made of the name",
    "work": "shared work",
    "place": "the place",
    "employer": "the employer",
    "little_known": "the one named is no better known",
    "two_of_a_source": "two live accounts at one source",
    "other_name": "names that cannot be one",
    "other_country": "two countries",
}
FIELDS = ("name", "headline", "location", "company", "bio")


class Compared(Record):
    """One kind of evidence with what it compared."""

    kind: str
    bits: float  # above zero it speaks for one person
    left: str = ""
    right: str = ""
    both: tuple[str, ...] = ()  # values that are not one of each side


class Known(Record):
    """An account of a side; blind, it is the source alone."""

    source: str
    handle: str | None
    url: str | None


class Stated(Record):
    """A field as each account of a side states it, once each."""

    field: str
    values: tuple[str, ...]


class Side(Record):
    """One of the two leads."""

    lead: str
    name: str | None  # None in a blind review
    status: str
    do_not_contact: tuple[str, ...]
    accounts: tuple[Known, ...]
    stated: tuple[Stated, ...]
    first_seen: datetime
    works: int
    work: tuple[Piece, ...]  # the strongest of it


class Pair(Record):
    """A question: are these two one person?

    Blind, it says what kinds of things were compared and not with which values: one side's would tell the other's.
    """

    blind: bool = False
    number: int  # of the judgement that suggests it
    left: Side
    right: Side
    chance: float  # in [0,1]
    bits: float
    why: str
    evidence: tuple[Compared, ...]  # strongest first
    more: int  # further suggestions between the same two


def pair(item: Suggestion) -> Pair:
    """Both sides of a suggestion with everything compared, in words."""
    row = item.row
    return Pair(
        number=row.id or 0,
        left=side(item.left),
        right=side(item.right),
        chance=item.chance,
        bits=row.bits or 0.0,
        why=clean(row.why),
        evidence=tuple(map(compared, row.evidence)),
        more=len(item.more),
    )


def hidden(shown: Pair) -> Pair:
    """A question that does not say who it is about."""
    kinds = (one.model_copy(update={"left": "", "right": "", "both": ()}) for one in shown.evidence)
    sides = {"left": _nameless(shown.left), "right": _nameless(shown.right)}
    return shown.model_copy(update={"blind": True, "why": "", "evidence": tuple(kinds), **sides})


def _nameless(one: Side) -> Side:
    return one.model_copy(
        update={
            "name": None,
            "do_not_contact": ("their own word, or a colleague's",) if one.do_not_contact else (),
            "accounts": tuple(known.model_copy(update={"handle": None, "url": None}) for known in one.accounts),
            "stated": (),
            "work": tuple(map(nameless, one.work)),
        }
    )


def compared(line: str) -> Compared:
    """A line of evidence taken apart; one of an unknown form is shown whole."""
    found = _LINE.fullmatch(line)
    if found is None:
        return Compared(kind=clean(line), bits=0.0)
    kind, bits, values = found.groups()
    parts = tuple(map(clean, values.split(" | ")))
    words = KINDS.get(kind, kind.replace("_", " "))
    if len(parts) == 2 and kind not in _OF_BOTH:
        return Compared(kind=words, bits=float(bits), left=parts[0], right=parts[1])
    return Compared(kind=words, bits=float(bits), both=parts)


_OF_BOTH = frozenset({"reciprocal", "verified", "circle", "claimed", "same_id", "own_page", "profile", "site", "work"})


def side(lead: Lead) -> Side:
    """One lead as it stands beside the other."""
    best = sorted(lead.evidence, key=lambda one: (-one.level, one.id))[:MOST_WORK]
    return Side(
        lead=lead.id,
        name=clean(lead.name),
        status=lead.status,
        do_not_contact=refusals(lead),
        accounts=tuple(Known(source=one.source, handle=clean(one.handle), url=one.url) for one in lead.accounts),
        stated=tuple(stated for field in FIELDS if (stated := _stated(lead.accounts, field)).values),
        first_seen=lead.first_seen,
        works=len(lead.evidence),
        work=tuple(map(piece, best)),
    )


def _stated(accounts: Sequence[Account], field: str) -> Stated:
    values = (getattr(account, field) for account in accounts)
    return Stated(field=field, values=tuple(dict.fromkeys(clean(value) for value in values if value)))
