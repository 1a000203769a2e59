from .files import load_reference, written
from .rebuild import ENOUGH_PEOPLE, Figures, Rebuilt, Values, quantiles, rebuild
from .tables import QUANTILES, Reference, Usual, shipped_reference

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
