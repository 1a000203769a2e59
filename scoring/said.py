"""What a receipt says by itself: what lifts it, what pulls it down, what is not known. Needs no profile and no lead."""

from storage.records import Part, Receipt


def strongest(receipt: Receipt, count: int = 2) -> list[Part]:
    """The parts that lift the total most above what is usual, among those that are known."""
    known = [part for part in receipt.parts if part.value is not None]
    lifting = [part for part in known if part.effective > part.neutral] or known
    return sorted(lifting, key=lambda part: (-_gain(part), part.component))[:count]


def weakest(receipt: Receipt) -> Part | None:
    """The known part that pulls the total down most; None if nothing is known."""
    known = [part for part in receipt.parts if part.value is not None]
    return min(known, key=lambda part: (_gain(part), part.component), default=None)


def summary(receipt: Receipt) -> str:
    """One line: `0.71 (0.60–0.79), coverage 64 %`."""
    return f"{receipt.total:.2f} ({receipt.low:.2f}–{receipt.high:.2f}), coverage {receipt.coverage * 100:.0f} %"


def worth_asking(receipt: Receipt) -> list[str]:
    """What is not known and would move the total most, in plain words."""
    open_parts = sorted(receipt.parts, key=lambda part: (-part.weight * (1 - part.confidence), part.component))
    return [f"{part.component}: {', '.join(part.missing)}" for part in open_parts if part.missing]


def _gain(part: Part) -> float:
    return part.weight * (part.effective - part.neutral)
