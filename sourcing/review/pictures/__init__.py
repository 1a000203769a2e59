"""Pictures: SVG drawn on the server out of plain rows, each with a title and the same figures as a table."""

from sourcing.review.pictures.bars import Bar, Step, bars, funnel
from sourcing.review.pictures.columns import Column, Strip, columns, strips
from sourcing.review.pictures.dots import Span, dots
from sourcing.review.pictures.parts import figure, number, twin

__all__ = [
    "Bar",
    "Column",
    "Span",
    "Step",
    "Strip",
    "bars",
    "columns",
    "dots",
    "figure",
    "funnel",
    "number",
    "strips",
    "twin",
]
