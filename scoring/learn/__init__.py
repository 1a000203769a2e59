"""Learning weights from decisions, under rules strict enough that the usual answer is "keep"."""

from scoring.learn.pairs import ListPairs, Thumb, pairs_by_list
from scoring.learn.proposing import FROZEN, LEAST_LISTS, LEAST_PAIRS, NOISE, Proposal, propose
from scoring.learn.solving import FACTOR

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
