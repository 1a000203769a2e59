"""Two leads for one role, term by term: what makes the difference between their totals."""

from storage.records import Part, Penalty, Receipt, Record


class Side(Record):
    """What one lead has of a term; both None: the term is not in the receipt."""

    part: Part | None = None
    penalty: Penalty | None = None

    @property
    def amount(self) -> float:
        """What it adds to the total."""
        return (self.part.contribution if self.part else 0.0) - (self.penalty.amount if self.penalty else 0.0)


class TermDifference(Record):
    """One component or penalty of both leads; `difference` is left less right."""

    term: str
    left: Side
    right: Side
    difference: float


def versus(left: Receipt, right: Receipt) -> list[TermDifference]:
    """The terms that differ, largest first; together they are the difference of totals that were not cut at 0 or 1."""
    parts = [{part.component: part for part in receipt.parts} for receipt in (left, right)]
    deducted = [{penalty.name: penalty for penalty in receipt.penalties} for receipt in (left, right)]
    terms = [_term(name, *(Side(part=held.get(name)) for held in parts)) for name in {**parts[0], **parts[1]}]
    terms += [
        _term(name, *(Side(penalty=held.get(name)) for held in deducted)) for name in {**deducted[0], **deducted[1]}
    ]
    return sorted((term for term in terms if term.difference != 0), key=lambda term: (-abs(term.difference), term.term))


def _term(name: str, left: Side, right: Side) -> TermDifference:
    return TermDifference(term=name, left=left, right=right, difference=left.amount - right.amount)
