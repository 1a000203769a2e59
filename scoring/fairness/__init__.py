"""Fairness: what a score must not see, what it follows all the same, whom a list favours, slates of wished shares."""

from scoring.fairness.bias import BiasAudit, bias_audit
from scoring.fairness.blind import blind
from scoring.fairness.measures import exact_test, infeasible, ndkl, rank_correlation, skew
from scoring.fairness.slates import STRATA, Balanced, balanced
from scoring.fairness.swaps import SWAPS, Difference, differences

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
