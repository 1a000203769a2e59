"""Reference tables: where a figure stands among others of its own source, and what is usual in a role.

Tables are data with a version. A night never moves them, so nobody's score changes because others were crawled.
"""

from scoring.reference.files import load_reference, written
from scoring.reference.rebuild import ENOUGH_PEOPLE, Figures, Rebuilt, Values, quantiles, rebuild
from scoring.reference.tables import QUANTILES, Reference, Usual, shipped_reference

__all__ = [
    "ENOUGH_PEOPLE",
    "QUANTILES",
    "Figures",
    "Rebuilt",
    "Reference",
    "Usual",
    "Values",
    "load_reference",
    "quantiles",
    "rebuild",
    "shipped_reference",
    "written",
]
