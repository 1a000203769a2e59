from .calibrating import calibration
from .profiles import Named, Pair, named, pair, read_weights, with_weights
from .saving import SavedRole, save_pair, save_weights
from .trying import Tried, tried
from .tuning import Tuned, accept, tune

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
