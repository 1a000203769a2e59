"""A receipt, line by line: what was weighed, with which evidence, what the sum is, and what would move it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sourcing.show.lists import SECTIONS
from sourcing.show.text import clean, counted, moment, percent, score, table, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scoring.what_if import Side
    from sourcing.explaining import Explained, ExplainedPart, Standing, Versus
    from sourcing.replay import Replayed
    from storage.records import Receipt

INDENT = " " * 6
NAME = 16  # columns of a component's name
ALIKE = 0.0005  # a difference that shows as 0.000


def explained(row: Explained) -> str:
    """Why a lead has its score; the last number is computed anew from the stored receipt."""
    lines = [*_head(row), ""]
    for part in row.parts:
        lines += _part(part, row.cohort)
    return "\n".join([*lines, "", *_sum(row), *_missing(row), *_examples(row)])


def explained_json(row: Explained) -> dict[str, object]:
    """The same for programs."""
    return row.model_dump(mode="json")


def _head(row: Explained) -> Iterator[str]:
    receipt = row.receipt
    yield f"{clean(row.name)} [{row.lead}] for {receipt.role}, profile version {receipt.role_version}"
    section = SECTIONS.get(receipt.section, receipt.section)
    shown = score(receipt.total, receipt.low, receipt.high, receipt.coverage)
    yield f"{shown}{', ' + section if section else ''}; scored {moment(receipt.scored_at)}"
    if row.outdated:
        yield row.outdated
    if row.standing is not None:
        yield from _standing(row.standing)
    yield "The score measures how well public evidence fits the role, not what somebody can do."


def _standing(row: Standing) -> Iterator[str]:
    if row.share is not None:
        yield f"of leads with such a total, {percent(row.share)} were chosen ({row.calibration.judged} decisions)"
    elif row.percentile is not None:
        # Rounded down: nobody stands above all of a list, the first one not above themselves.
        yield f"above {percent(math.floor(row.percentile * 100 + 1e-9) / 100)} of the ranked leads"


def _part(row: ExplainedPart, cohort: bool) -> Iterator[str]:
    part = row.part
    sum_ = f"{part.weight:.3f} × {part.effective:.3f} = {part.contribution:.4f}"
    known = "unknown, counted as neutral" if part.value is None else f"value {part.value:.2f}"
    against = "the median" if cohort else "the middle"
    usual = f"{row.above_usual:+.3f} to {against}"
    yield f"  {part.component:<{NAME}} {sum_}   {usual}; {known}, confidence {part.confidence:.2f}"
    yield wrapped(clean(part.reason), INDENT)
    for link in row.links:
        yield f"{INDENT}{clean(link)}"


def _sum(row: Explained) -> Iterator[str]:
    receipt = row.receipt
    yield f"  {'sum of parts':<{NAME}} {sum(part.contribution for part in receipt.parts):.4f}"
    for penalty in receipt.penalties:
        yield f"  {penalty.name:<{NAME}} -{penalty.amount:.4f}   {clean(penalty.reason)}"
        yield from (f"{INDENT}{clean(row.evidence.get(one, one))}" for one in penalty.evidence)
    same = row.replayed == receipt.total
    verdict = "equal to the stored total" if same else f"STORED TOTAL IS {receipt.total!r}"
    yield f"  {'total':<{NAME}} {row.replayed:.4f}   computed anew from the receipt: {row.replayed!r}, {verdict}"
    yield f"  {'receipt':<{NAME}} {receipt.digest}"


def _missing(row: Explained) -> Iterator[str]:
    if row.missing:
        yield ""
        yield f"no public evidence found for {counted(len(row.missing), 'thing')}; that is neutral, never a lack:"
        yield from (f"{INDENT}{clean(one)}" for one in row.missing)


def _examples(row: Explained) -> Iterator[str]:
    if row.examples:
        yield ""
        yield "what one more piece of public work would do, scored as if it were there:"
        yield from (f"{INDENT}{clean(one.sentence)}" for one in row.examples)


def versus(row: Versus) -> str:
    """Two leads next to each other: the terms that differ, largest first, with the evidence of both."""
    sides = (row.left, row.right)
    lines = [f"{clean(one.name)} [{one.lead}]  {_short(one.receipt)}" for one in sides]
    if row.warning:
        lines.append(row.warning)
    lines += ["", f"{row.left.lead} less {row.right.lead}: {row.difference:+.4f}, from"]
    shown = [term for term in row.terms if abs(term.difference) >= ALIKE]
    for term in shown:
        amounts = f"{term.left.amount:.4f} against {term.right.amount:.4f}"
        lines.append(f"  {term.term:<{NAME}} {term.difference:+.4f}   {amounts}")
        for one, side in zip(sides, (term.left, term.right), strict=True):
            lines += _side(one, side)
    if not shown:
        lines.append("  nothing that shows in three decimals")
    return "\n".join(lines)


def _short(receipt: Receipt) -> str:
    return score(receipt.total, receipt.low, receipt.high, receipt.coverage)


def _side(row: Explained, side: Side) -> Iterator[str]:
    said = side.part or side.penalty
    if said is None:
        yield f"{INDENT}{row.lead}: does not apply"
        return
    yield wrapped(f"{row.lead}: {clean(said.reason)}", INDENT)
    for one in said.evidence:
        yield f"{INDENT}  {clean(row.evidence.get(one, one))}"


def replayed(rows: list[Replayed]) -> str:
    """Rebuilt lists: whether they are what they were, and their first rows."""
    return "\n\n".join("\n".join(_replayed(row)) for row in rows)


def _replayed(row: Replayed) -> Iterator[str]:
    yield f"night {row.night}, {row.role}: {counted(row.leads, 'lead')}, list of {moment(row.at)}"
    for version, digest, count in row.versions:
        yield f"  {counted(count, 'lead')} scored with profile version {version}, {digest}"
    yield "  rebuilt bit for bit" if row.same else f"  DIFFERS: {clean(row.difference)}"
    rows = [(rank, f"{total:.4f}", lead, _name_then(row, rank, lead)) for rank, (lead, total) in enumerate(row.top, 1)]
    if rows:
        yield table(("rank", "total", "lead", "name"), rows)


def _name_then(row: Replayed, rank: int, lead: str) -> str:
    """Who stood at a place; of erased people only that there was somebody."""
    return "erased" if rank in row.erased and lead not in row.names else row.names.get(lead, "")
