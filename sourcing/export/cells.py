"""Cells no spreadsheet mistakes for anything: display form, an apostrophe before formulas, nothing over its limit.

Why: OWASP, "CSV Injection". One text at a time in Python, or a whole column at once in Polars; both say the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.text import display

if TYPE_CHECKING:
    import polars as pl

# Characters a spreadsheet skips before it decides that a cell is a formula, and those that make it one.
SKIPPED = " \u00a0\u3000\t\r\n\ufeff\u200b"
DANGEROUS = tuple("=+-@＝＋－＠|")
MOST_CHARACTERS = 32_767  # of one spreadsheet cell

Value = str | int | float | bool | None | tuple[str, ...]

# A text made only of these, without spaces at the ends or side by side, is its own display form.
_NOT_PLAIN = r"[^ -~]|^ | $|  "
_RUNS = r"^[\t\r\n]|^[ \x{a0}\x{3000}\t\r\n\x{feff}\x{200b}]*[=+\-@＝＋－＠|]"


def cell(value: Value) -> str:
    """One cell: numbers as they are, text in display form with the apostrophe guard."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return repr(value)
    return guard(_shown(" ".join(value) if isinstance(value, tuple) else value))


def guard(text: str) -> str:
    """A text with one apostrophe in front if a spreadsheet could run it."""
    runs = text.startswith(("\t", "\r", "\n")) or text.lstrip(SKIPPED).startswith(DANGEROUS)
    return f"'{text}" if runs else text


def unguarded(text: str) -> str:
    """What `guard` was given: exactly one apostrophe is taken from before such a character."""
    bare = text.removeprefix("'")
    return bare if bare != text and guard(bare) == text else text


def shown(texts: pl.Series) -> pl.Series:
    """A column of texts in display form, each short enough for a cell with its apostrophe."""
    needed = (texts.str.contains(_NOT_PLAIN) | (texts.str.len_chars() >= MOST_CHARACTERS)).fill_null(value=False)
    if not needed.any():
        return texts
    # Few cells hold anything unusual, so only these leave the compiled path.
    at = needed.arg_true()
    return texts.clone().scatter(at, [_shown(text) for text in texts.gather(at)])


def guarded(texts: pl.Series) -> pl.Series:
    """A column with one apostrophe before whatever a spreadsheet could run."""
    import polars as pl  # who reads a file with guarded cells writes no columns

    runs = texts.str.contains(_RUNS).fill_null(value=False)
    return pl.select(pl.when(runs).then("'" + texts).otherwise(texts)).to_series().rename(texts.name)


def _shown(text: str) -> str:
    return display(text, limit=MOST_CHARACTERS - 1)[0]
