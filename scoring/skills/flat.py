"""Text made flat for the automaton: lower case, every separator a space, no character added or lost.

What may stand beside a word without being part of it becomes a space. What makes another word of it stays: letters,
digits, "_", a "#" or "++" behind it ("C" is not in "C++" or "C#", but "#python" and "Python+SQL" hold Python).
"""

from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_PLANE = 0x10000  # code points of the table; those above, emoji and a few scripts, are asked one by one
_SPACE = ord(" ")
_PLUS = "\x01"  # one of "++" behind a word: a letter no flattened text has otherwise

_ASCII = {code: chr(code).lower() if chr(code).isalnum() or chr(code) in "_+#" else " " for code in range(128)}


def flat(text: str) -> str:
    """The flattened text, of the same length."""
    plain = text.translate(_ASCII) if text.isascii() else _translated(text)
    if "+" in plain:
        plain = "".join(_runs(plain, "+", _pluses))
    if "#" in plain:
        plain = "".join(_runs(plain, "#", _hashes))
    return plain


def _runs(plain: str, letter: str, kept: Callable[[int], str]) -> Iterator[str]:
    """The text with every run of the letter replaced: by spaces, or by what is kept of it behind a word.

    Looking for one letter reads at the speed of memory; a pattern for the same reads at that of the automaton.
    """
    done, at = 0, plain.find(letter)
    while at >= 0:
        end = at + 1
        while plain.startswith(letter, end):
            end += 1
        yield plain[done:at]
        yield kept(end - at) if at and plain[at - 1] != " " else " " * (end - at)
        done, at = end, plain.find(letter, end)
    yield plain[done:]


def _pluses(count: int) -> str:
    """Pairs stay: "c++" is another word than "c", "python+" is not."""
    return _PLUS * (count - count % 2) + " " * (count % 2)


def _hashes(count: int) -> str:
    return "#" * count


def _translated(text: str) -> str:
    import numpy as np  # a process that meets only plain letters never loads it

    data = text.encode("utf-16-le", "surrogatepass")
    if len(data) == 2 * len(text):
        return _table().take(np.frombuffer(data, dtype="<u2"), mode="clip").tobytes().decode("utf-16-le")
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    high = codes >= _PLANE
    out = _table().take(np.where(high, _SPACE, codes)).astype("<u4")
    for code in np.unique(codes[high]):
        out[codes == code] = _one(int(code))
    return out.tobytes().decode("utf-32-le")


def _one(code: int) -> int:
    """The flat code point of one: a few letters would grow in lower case and stay as they are."""
    letter = chr(code)
    low = letter.lower()
    return (ord(low) if len(low) == 1 else code) if letter.isalnum() else _SPACE


@cache
def _table() -> "npt.NDArray[np.uint16]":
    import numpy as np

    # Made when the first text needs it: it takes longer than all a reading command does otherwise.
    return np.array([ord(_ASCII.get(code) or chr(_one(code))) for code in range(_PLANE)], "<u2")
