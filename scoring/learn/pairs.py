"""From decisions to pairs: within one list, everybody chosen above everybody refused."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


class Thumb(NamedTuple):
    """One decided lead: the list it was read in, whether it was chosen, and its effective components at that time."""

    listed: str
    lead: str
    up: bool
    effective: Mapping[str, float]


class ListPairs(NamedTuple):
    """The pairs of one list; `differences` is chosen × refused × components."""

    listed: str
    up: tuple[str, ...]  # leads
    down: tuple[str, ...]
    differences: Numbers

    @property
    def number(self) -> int:
        """How many pairs."""
        return len(self.up) * len(self.down)

    @property
    def rows(self) -> Numbers:
        """One row per pair."""
        return self.differences.reshape(self.number, -1)

    def margins(self, weights: Numbers) -> Numbers:
        """How far each chosen lead stands above each refused one, chosen × refused."""
        margins: Numbers = self.differences @ weights
        return margins


def pairs_by_list(thumbs: Iterable[Thumb], components: Sequence[str]) -> list[ListPairs]:
    """The lists with at least one pair, by name; a component one side does not have tells nothing apart.

    Of a lead decided on twice in one list the last decision counts.
    """
    last = {(thumb.listed, thumb.lead): thumb for thumb in thumbs}
    names = sorted({listed for listed, _ in last})
    found = (_pairs(name, [one for (listed, _), one in last.items() if listed == name], components) for name in names)
    return [pairs for pairs in found if pairs.number]


def _pairs(listed: str, thumbs: Sequence[Thumb], components: Sequence[str]) -> ListPairs:
    ordered = sorted(thumbs, key=lambda thumb: thumb.lead)
    up, down = ([thumb for thumb in ordered if thumb.up is said] for said in (True, False))
    differences = _columns(up, components)[:, None, :] - _columns(down, components)[None, :, :]
    return ListPairs(listed, _leads(up), _leads(down), np.nan_to_num(differences, nan=0.0))


def _columns(thumbs: Sequence[Thumb], components: Sequence[str]) -> Numbers:
    rows = [[thumb.effective.get(name, np.nan) for name in components] for thumb in thumbs]
    return np.array(rows, dtype=np.float64).reshape(len(thumbs), len(components))


def _leads(thumbs: Sequence[Thumb]) -> tuple[str, ...]:
    return tuple(thumb.lead for thumb in thumbs)
