"""A matrix made of the numbers of receipts, whole or only where something changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoring.columns.matrix import Matrix
from scoring.penalties import EACH_AT_MOST, PENALTIES
from scoring.reference import Reference, shipped_reference
from scoring.roles.defaults import COMPONENTS
from scoring.roles.model import Role
from storage.records import Receipt

Numbers = NDArray[np.float64]
_AT = {name: at for at, name in enumerate(COMPONENTS)}
_PENALTY_AT = {name: at for at, name in enumerate(PENALTIES)}


class Numbered(NamedTuple):
    """The numbers of one receipt: per component its value and confidence, the names of its penalties."""

    lead: str
    digest: str
    section: str
    parts: Sequence[tuple[str, float | None, float]]
    penalties: Sequence[str]


@dataclass(frozen=True, eq=False)
class Seen:
    """What was seen of leads, whatever it weighs; rows in the order of the lead ids."""

    leads: NDArray[np.bytes_]  # rows
    value: Numbers  # rows × components; NaN where unknown
    confidence: Numbers  # rows × components
    amounts: Numbers  # rows × penalties
    restricted: NDArray[np.bool_]  # rows
    version: NDArray[np.uint64]  # rows: the first eight bytes of the receipt's digest

    def taken(self, rows: NDArray[np.intp]) -> "Seen":
        """Some rows, in this order."""
        return Seen(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))

    def columns(self) -> dict[str, NDArray[np.generic]]:
        """The columns by name."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


def numbered(receipt: Receipt) -> Numbered:
    """The numbers of a receipt."""
    parts = [(part.component, part.value, part.confidence) for part in receipt.parts]
    return Numbered(receipt.lead, receipt.digest, receipt.section, parts, [one.name for one in receipt.penalties])


def seen(rows: Iterable[Numbered]) -> Seen:
    """The columns of these rows, in whatever order they come; a component a receipt does not have is unknown."""
    held = sorted(rows, key=lambda row: row.lead)
    value = np.full((len(held), len(COMPONENTS)), np.nan)
    confidence = np.zeros((len(held), len(COMPONENTS)))
    amounts = np.zeros((len(held), len(PENALTIES)))
    for at, row in enumerate(held):
        for component, number, sure in row.parts:
            value[at, _AT[component]] = np.nan if number is None else number
            confidence[at, _AT[component]] = sure
        for name in row.penalties:
            amounts[at, _PENALTY_AT[name]] = EACH_AT_MOST
    return Seen(
        leads=np.array([row.lead.encode() for row in held], dtype=np.bytes_),
        value=value,
        confidence=confidence,
        amounts=amounts,
        restricted=np.array([row.section == "restricted" for row in held], dtype=np.bool_),
        version=np.array([version_of(row.digest) for row in held], dtype=np.uint64),
    )


def renewed(former: Seen, leads: NDArray[np.bytes_], kept: NDArray[np.intp], fresh: Seen) -> Seen:
    """Columns for these leads: the former row where `kept` names one, else (-1) the fresh one."""
    new = kept < 0
    columns = {}
    for name, column in former.columns().items():
        whole = np.empty((len(leads), *column.shape[1:]), column.dtype)
        whole[~new] = column[kept[~new]]
        whole[new] = fresh.columns()[name]
        columns[name] = whole
    return Seen(**{**columns, "leads": leads})


def version_of(digest: str) -> int:
    """The first eight bytes of a receipt's digest as a number; 0 for one that is no hexadecimal text."""
    try:
        return int(digest[:16], 16)
    except ValueError:
        return 0


def effective(role: Role, columns: Seen, reference: Reference | None = None) -> NDArray[np.float32]:
    """The effective values in single precision, rows × components: what a re-weighing multiplies."""
    neutral = np.array(_neutral(role, reference or shipped_reference()))
    out = np.empty(columns.value.shape, np.float32)
    for start in range(0, len(out), 65_536):  # by blocks, so that nothing but the result is large
        value, confidence = columns.value[start : start + 65_536], columns.confidence[start : start + 65_536]
        known = confidence * value + (1 - confidence) * neutral
        out[start : start + 65_536] = np.where(np.isnan(value), neutral, known)
    return out


def assembled(
    role: Role,
    columns: Seen,
    *,
    digest: str = "",
    ready: NDArray[np.float32] | None = None,
    reference: Reference | None = None,
) -> Matrix:
    """The matrix of columns seen; `ready` are their effective values, made here if not given."""
    tables = reference or shipped_reference()
    stale = int(np.count_nonzero(columns.version != np.uint64(version_of(digest)))) if digest else 0
    return Matrix(
        role=role.role,
        leads=columns.leads,
        components=COMPONENTS,
        usual=tuple(tables.usual(role.role, name) for name in COMPONENTS),
        cautious=role.missing == "cautious",
        value=columns.value,
        confidence=columns.confidence,
        effective=effective(role, columns, tables) if ready is None else ready,
        penalties=tuple(PENALTIES),
        amounts=columns.amounts,
        most=role.penalties.max_total,
        restricted=columns.restricted,
        stale=stale,
    )


def from_receipts(role: Role, receipts: Iterable[Receipt], *, digest: str = "") -> Matrix:
    """The matrix of a role's receipts; those of another digest count as stale."""
    return assembled(role, seen(map(numbered, receipts)), digest=digest)


def key(role: Role, reference: Reference | None = None) -> dict[str, Any]:
    """What kept effective values hang on besides the receipts."""
    return {
        "format": 1,
        "role": role.role,
        "components": list(COMPONENTS),
        "penalties": list(PENALTIES),
        "neutral": _neutral(role, reference or shipped_reference()),
    }


def _neutral(role: Role, reference: Reference) -> list[float]:
    usual = [reference.usual(role.role, name) for name in COMPONENTS]
    return [one.p25 if role.missing == "cautious" else one.p50 for one in usual]
