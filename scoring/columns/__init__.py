"""Many leads at once, as columns: the matrix that re-ranks without reading anybody again."""

from scoring.columns.build import from_receipts
from scoring.columns.matrix import SECTIONS, Matrix
from scoring.columns.ranked import Ranked, Term, Top

__all__ = ["SECTIONS", "Matrix", "Ranked", "Term", "Top", "from_receipts"]
