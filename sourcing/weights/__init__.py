"""Weights: tried before they are saved, saved as versions with author and reason, learned only as a proposal."""

from sourcing.weights.profiles import Named, Pair, named, pair, read_weights, with_weights
from sourcing.weights.saving import SavedRole, save_pair, save_weights
from sourcing.weights.trying import Tried, tried
from sourcing.weights.tuning import Tuned, accept, calibration, tune

__all__ = [
    "Named",
    "Pair",
    "SavedRole",
    "Tried",
    "Tuned",
    "accept",
    "calibration",
    "named",
    "pair",
    "read_weights",
    "save_pair",
    "save_weights",
    "tried",
    "tune",
    "with_weights",
]
