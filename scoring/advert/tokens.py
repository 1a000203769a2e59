"""A sentence as tokens with their places, cut as in the sentences the tagger learned from."""

import re
from typing import NamedTuple

_PIECE = re.compile(r"[()\[\]{}]|[^\s()\[\]{},]+|,")
_CLOSING = re.compile(r"[.;:!?]+$")
_MOST = 400  # tokens of one sentence; what has more is a table or a wall of text, and is cut


class Token(NamedTuple):
    """One token; `after_comma` because the tokens learned from have no commas, and none reaches over one."""

    text: str
    start: int
    end: int
    after_comma: bool


def tokens(sentence: str) -> list[Token]:
    """The tokens of a sentence, by character positions; at most 400."""
    found: list[Token] = []
    comma = False
    for piece in _PIECE.finditer(sentence):
        if piece[0] == ",":
            comma = True
            continue
        found += _closed(piece[0], piece.start(), comma)
        comma = False
        if len(found) >= _MOST:
            break
    return found


def _closed(text: str, start: int, comma: bool) -> list[Token]:
    """A word and the stop behind it: "etc." is "etc" and "."; "Node.js" stays."""
    closing = _CLOSING.search(text)
    if closing is None or closing.start() == 0:
        return [Token(text, start, start + len(text), comma)]
    at = start + closing.start()
    return [Token(text[: closing.start()], start, at, comma), Token(closing[0], at, start + len(text), False)]
