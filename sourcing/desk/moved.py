"""What changed about a person since a decision, and whether that is a reason to look again.

A rejected lead comes back only if what it was rejected for got better through evidence. A chosen one is shown again for
any notable move. A new version of the profile alone moves nobody: then the evidence of the part must differ as well.
"""

from collections.abc import Collection, Mapping

from scoring.roles.defaults import COMPONENTS
from storage.records import AccountKey, Answer, Decision, Part, Receipt, Record

MOVED = 0.05  # of a component's value in [0,1]; ages alone move less from one month to the next
CHANGED, RETURNED = "changed", "returned"

_ALL = frozenset(COMPONENTS)
# Which components speak against the reason of a rejection; reasons of other kinds are named below.
MATTERS: Mapping[str, frozenset[str]] = {
    "skills": frozenset({"must_have", "nice_to_have", "operations"}),
    "depth": frozenset({"must_have", "nice_to_have", "impact", "operations", "activity"}),
    "level": frozenset({"seniority", "title"}),
    "impact": frozenset({"impact"}),
    "thin": _ALL,
    "place": frozenset({"location"}),
    "language": frozenset({"language"}),
    "other": _ALL,
    "known": frozenset(),  # no evidence ends talks or a hire
    "contact": frozenset(),  # only the person's own word does
    "person": frozenset(),  # only other accounts do
}


class MovedPart(Record):
    """A component whose value moved; both values in [0,1], with the unknown share at its usual value."""

    component: str
    before: float
    after: float
    said_before: str
    says: str
    known: bool  # now; a part nobody can see any more stands at its usual value, which may be higher


class Difference(Record):
    """A lead as it was when somebody decided, beside what it is now."""

    total_before: float
    total: float
    parts: tuple[MovedPart, ...]  # largest move first
    cited: tuple[str, ...]  # ids the receipt names now and did not then
    dropped: tuple[str, ...]  # ids it named then and does not now
    joined: tuple[AccountKey, ...]
    left: tuple[AccountKey, ...]
    section_before: str
    section: str

    @property
    def notable(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.parts or self.joined or self.left) or self.section != self.section_before


def difference(decision: Decision, latest: Receipt, accounts: Collection[AccountKey]) -> Difference:
    """Compare what was seen at a decision with the latest receipt and the accounts of now."""
    before, then, now = decision.receipt, set(decision.accounts), set(accounts)
    old, new = _ids(before), _ids(latest)
    return Difference(
        total_before=before.total,
        total=latest.total,
        parts=_moved(before, latest),
        cited=tuple(one for one in new if one not in old),
        dropped=tuple(one for one in old if one not in new),
        joined=tuple(sorted(now - then)),
        left=tuple(sorted(then - now)),
        section_before=before.section,
        section=latest.section,
    )


def section_of(decision: Decision, found: Difference) -> str | None:
    """In which section of the inbox a decided lead belongs again, None if it needs no second look."""
    if decision.answer is not Answer.NO:
        return CHANGED if found.notable else None
    return RETURNED if found.section != "restricted" and _answers(decision.reason, found) else None


def _answers(reason: str, found: Difference) -> bool:
    """Whether what a rejection said is answered by what changed."""
    if found.section_before == "restricted" and reason in ("contact", "other"):
        return True
    if reason == "person":
        return bool(found.joined or found.left)
    if reason == "thin" and (found.section_before, found.section) == ("too_little_evidence", "ranked"):
        return True
    matter = MATTERS.get(reason, _ALL)
    return any(part.component in matter and part.known and part.after > part.before for part in found.parts)


def _moved(before: Receipt, after: Receipt) -> tuple[MovedPart, ...]:
    former = {part.component: part for part in before.parts}
    pairs = [(former[part.component], part) for part in after.parts if part.component in former]
    same = before.digest == after.digest
    found = [_told(old, new) for old, new in pairs if _is_moved(old, new, same)]
    return tuple(sorted(found, key=lambda part: (-abs(part.after - part.before), part.component)))


def _is_moved(old: Part, new: Part, same_profile: bool) -> bool:
    other_work = set(old.evidence) != set(new.evidence)
    return abs(new.effective - old.effective) >= MOVED and (other_work or (same_profile and old.reason != new.reason))


def _told(old: Part, new: Part) -> MovedPart:
    return MovedPart(
        component=new.component,
        before=old.effective,
        after=new.effective,
        said_before=old.reason,
        says=new.reason,
        known=new.value is not None,
    )


def _ids(receipt: Receipt) -> dict[str, None]:
    parts = (one for part in receipt.parts for one in part.evidence)
    return dict.fromkeys([*parts, *(one for penalty in receipt.penalties for one in penalty.evidence)])
