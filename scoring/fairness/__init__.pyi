from .bias import BiasAudit, bias_audit
from .blind import blind
from .measures import exact_test, infeasible, ndkl, rank_correlation, skew
from .slates import STRATA, Balanced, balanced
from .swaps import SWAPS, Difference, differences

__all__ = [
    "STRATA",
    "SWAPS",
    "Balanced",
    "BiasAudit",
    "Difference",
    "balanced",
    "bias_audit",
    "blind",
    "differences",
    "exact_test",
    "infeasible",
    "ndkl",
    "rank_correlation",
    "skew",
]
