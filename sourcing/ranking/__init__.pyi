from ._beside import beside_scores
from ._levels import skill_levels, supply
from ._lists import (
    MOST_TEXT,
    REASONS,
    REFUSALS,
    SECTIONS,
    Row,
    addresses_of,
    clean,
    listing,
    read_section,
    receipt_of,
    refuses,
    row,
    said,
)
from ._matrix import drop_matrices, matrix
from ._scoring import BATCH, Scored, score

__all__ = [
    "BATCH",
    "MOST_TEXT",
    "REASONS",
    "REFUSALS",
    "SECTIONS",
    "Row",
    "Scored",
    "addresses_of",
    "beside_scores",
    "clean",
    "drop_matrices",
    "listing",
    "matrix",
    "read_section",
    "receipt_of",
    "refuses",
    "row",
    "said",
    "score",
    "skill_levels",
    "supply",
]
