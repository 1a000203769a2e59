"""A receipt, line by line: what was weighed, with which evidence, and what the sum is."""

from collections.abc import Iterator, Mapping

from scoring.engine import replay
from sourcing.ranking import addresses_of
from sourcing.show.lists import SECTIONS
from sourcing.show.text import clean, counted, moment, score, wrapped
from storage.records import Lead, Part, Receipt

INDENT = " " * 6
NAME = 16  # columns of a component's name


def explained(lead: Lead, receipt: Receipt) -> str:
    """Why a lead has its score; the last number is computed anew from the stored receipt."""
    addresses = addresses_of(lead)
    lines = [*_head(lead, receipt), ""]
    for part in sorted(receipt.parts, key=lambda part: (-part.contribution, part.component)):
        lines += _part(part, addresses)
    return "\n".join([*lines, "", *_sum(receipt), *_missing(receipt)])


def _head(lead: Lead, receipt: Receipt) -> Iterator[str]:
    yield f"{clean(lead.name)} [{lead.id}] for {receipt.role}, profile version {receipt.role_version}"
    section = SECTIONS.get(receipt.section, receipt.section)
    shown = score(receipt.total, receipt.low, receipt.high, receipt.coverage)
    yield f"{shown}{', ' + section if section else ''}; scored {moment(receipt.scored_at)}"
    yield "The score measures how well public evidence fits the role, not what somebody can do."


def _part(part: Part, addresses: Mapping[str, str]) -> Iterator[str]:
    sum_ = f"{part.weight:.3f} × {part.effective:.3f} = {part.contribution:.4f}"
    known = "unknown, counted as neutral" if part.value is None else f"value {part.value:.2f}"
    yield f"  {part.component:<{NAME}} {sum_}   {known}, confidence {part.confidence:.2f}"
    yield wrapped(clean(part.reason), INDENT)
    for one in part.evidence:
        yield f"{INDENT}{addresses.get(one, one)}"


def _sum(receipt: Receipt) -> Iterator[str]:
    yield f"  {'sum of parts':<{NAME}} {sum(part.contribution for part in receipt.parts):.4f}"
    for penalty in receipt.penalties:
        yield f"  {penalty.name:<{NAME}} -{penalty.amount:.4f}   {clean(penalty.reason)}"
    again = replay(receipt)
    verdict = "equal to the stored total" if again == receipt.total else f"STORED TOTAL IS {receipt.total!r}"
    yield f"  {'total':<{NAME}} {again:.4f}   computed anew from the receipt: {again!r}, {verdict}"
    yield f"  {'receipt':<{NAME}} {receipt.digest}"


def _missing(receipt: Receipt) -> Iterator[str]:
    missing = [f"{part.component}: {clean(one)}" for part in receipt.parts for one in part.missing]
    if missing:
        yield ""
        yield f"no public evidence found for {counted(len(missing), 'thing')}; that is neutral, never a lack:"
        yield from (f"{INDENT}{one}" for one in missing)


def explained_json(lead: Lead, receipt: Receipt) -> dict[str, object]:
    """The same for programs: the receipt, the total computed anew, and the addresses of the evidence."""
    used = {one for part in receipt.parts for one in part.evidence}
    used |= {one for penalty in receipt.penalties for one in penalty.evidence}
    return {
        "lead": lead.id,
        "name": lead.name,
        "receipt": receipt,
        "replayed": replay(receipt),
        "evidence": {id_: url for id_, url in addresses_of(lead).items() if id_ in used},
    }
