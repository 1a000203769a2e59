from .build import from_receipts
from .matrix import SECTIONS, Matrix
from .ranked import Ranked, Term, Top

__all__ = ["SECTIONS", "Matrix", "Ranked", "Term", "Top", "from_receipts"]
