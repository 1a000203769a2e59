from .pairs import ListPairs, Thumb, pairs_by_list
from .proposing import FROZEN, LEAST_LISTS, LEAST_PAIRS, NOISE, Proposal, propose
from .solving import FACTOR

__all__ = [
    "FACTOR",
    "FROZEN",
    "LEAST_LISTS",
    "LEAST_PAIRS",
    "NOISE",
    "ListPairs",
    "Proposal",
    "Thumb",
    "pairs_by_list",
    "propose",
]
