"""The display form of a stranger's text: what is shown, exported and matched; the stored text stays as it came."""

import re
import unicodedata

from storage.text._scripts import has_mixed_script

MARKS = 4  # combining marks on one base that are kept
_RUN = 30  # marks that reach normalisation, as in the stream-safe format of UAX 15: a longer run costs its square
_SURROGATES = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_BIDI_IN_LINE = re.compile("[\u200e\u200f\u061c]")
_INVISIBLE = re.compile("[\u200b\u2060-\u2064\ufeff\u00ad\u180e\ufff9-\ufffb\U000e0000-\U000e0fff]")
_PRIVATE = re.compile(
    "[\ue000-\uf8ff\ufdd0-\ufdef\U000f0000-\U0010ffff"
    + "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(17))
    + "]"
)
_JOINERS = "\u200c\u200d"
_JOINER = re.compile(f"[{_JOINERS}]")
_REMOVED = (  # pattern, what takes its place, flag; in the order of the contract
    (_CONTROL, "", "control"),
    (_BIDI, "", "bidi"),
    (_BIDI_IN_LINE, "", "bidi"),
    (_INVISIBLE, "", "invisible"),
    (_PRIVATE, "\ufffd", "private_use"),
)
_SPACES = re.compile(r"[^\S\n]+")
_SPACE_AT_LINE_END = re.compile(r" ?\n ?")
_LINE_ENDS = re.compile(r"\n{3,}")


def display(text: str, *, limit: int, lines: bool = False) -> tuple[str, tuple[str, ...]]:
    """Clean a text for showing; gives it with the names of what was found, in order.

    `limit` is in code points, the "…" of a cut text included; with `lines` line ends are kept.
    """
    flags: list[str] = []
    if not (text.isascii() and text.isprintable()):
        text = _clean(text, lines, flags)
    text = _collapse(text, lines)
    if len(text) > limit:
        text = cut(text, limit)
        flags.append("truncated")
    if has_mixed_script(text):
        flags.append("mixed_script")
    return text, tuple(flags)


def excerpt(text: str, limit: int) -> str:
    """Give the display form of a longer text with its line ends, at most `limit` code points."""
    return display(text, limit=limit, lines=True)[0]


def _clean(text: str, lines: bool, flags: list[str]) -> str:
    text = _replace(_SURROGATES, "\ufffd", "invalid_unicode", text, flags)
    text = _line_ends(text, lines)
    for pattern, put, flag in _REMOVED:
        if not (lines and pattern is _BIDI_IN_LINE):
            text = _replace(pattern, put, flag, text, flags)
    if not text.isascii():
        text = _join(unicodedata.normalize("NFC", _pile(text, _RUN, flags)))
        text = unicodedata.normalize("NFC", _pile(text, MARKS, flags))
    return text


def _line_ends(text: str, lines: bool) -> str:
    if not lines:
        return text.replace("\t", " ").replace("\r", " ").replace("\n", " ")
    return text.replace("\r", "").replace("\t", " ").replace("\u2028", "\n").replace("\u2029", "\n\n")


def _replace(pattern: re.Pattern[str], put: str, flag: str, text: str, flags: list[str]) -> str:
    cleaned, count = pattern.subn(put, text)
    if count and flag not in flags:
        flags.append(flag)
    return cleaned


def _join(text: str) -> str:
    """Keep a joiner only between two characters it can join."""
    return _JOINER.sub(lambda found: found[0] if _joins(text, found.start()) else "", text)


def _joins(text: str, at: int) -> bool:
    if at == 0 or at + 1 == len(text):
        return False
    before, after = text[at - 1], text[at + 1]
    outside = before.isspace() or after.isspace() or before in _JOINERS or after in _JOINERS
    return not outside and not (before.isascii() and after.isascii())


def _pile(text: str, most: int, flags: list[str]) -> str:
    """Keep at most `most` combining marks on a base, none at the start or after a space."""
    kept: list[str] = []
    room = 0
    for char in text:
        if char.isascii() or not unicodedata.category(char).startswith("M"):
            room = 0 if char.isspace() else most
        elif room == 0:
            continue
        else:
            room -= 1
        kept.append(char)
    if len(kept) < len(text) and "zalgo" not in flags:
        flags.append("zalgo")
    return "".join(kept)


def _collapse(text: str, lines: bool) -> str:
    if not lines:
        return " ".join(text.split())
    text = _SPACE_AT_LINE_END.sub("\n", _SPACES.sub(" ", text))
    return _LINE_ENDS.sub("\n\n", text).strip()


def cut(text: str, limit: int) -> str:
    """Cut a longer text in front of a whole character: its marks and what is joined to it go with it."""
    at = max(limit - 1, 0)
    while at > 0 and (unicodedata.category(text[at]).startswith("M") or _JOINER.match(text[at - 1 : at + 1])):
        at -= 1
    while at > 0 and (text[at] in _JOINERS or text[at - 1] in _JOINERS):
        at -= 1
    return text[:at].rstrip() + "…"
