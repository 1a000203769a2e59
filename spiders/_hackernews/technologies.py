"""A free-text list of technologies, taken apart into tags as spelled."""

import re
from collections.abc import Iterator

# What a slash belongs to, though it looks like a list.
_WHOLE = re.compile(
    r"\b(?:CI\s?/\s?CD|TCP\s?/\s?IP|UI\s?/\s?UX|UX\s?/\s?UI|PL\s?/\s?SQL|I\s?/\s?O|A\s?/\s?B|GNU\s?/\s?Linux|OS\s?/\s?2"
    r"|R\s?&\s?D|24\s?/\s?7)\b",
    re.IGNORECASE,
)
_SLASH = "\N{FRACTION SLASH}"  # stands in for a slash that stays
_SPLIT = re.compile(
    r"[,;|•·\n/()\[\]{}]|(?<=\w)\+(?=[A-Za-z])|:\s|\.\s+(?=[A-Z])|\s(?:&|and|--?|[–—])\s", re.IGNORECASE
)
_EDGES = " \t*_:-–—\"'`&"
_FILLER = re.compile(r"^(?:\+|and|also|some)\s|\s(?:etc\.?|and)$|[.\s]+$", re.IGNORECASE)
_NOTHING = re.compile(r"^\W{0,3}(?:n/a|none|not applicable)\b", re.IGNORECASE)
_EMPTY = frozenset({"etc", "and", "more", "others", "other", "some", "a lot more", "and more", "or", "lots", "years"})
LONGEST = 50  # code points; longer pieces are sentences, kept in the excerpt only


def split(value: str) -> Iterator[str]:
    """Tags of a list with commas, slashes, bullets and nested brackets."""
    if _NOTHING.match(value):
        return
    value = _WHOLE.sub(lambda match: match[0].replace("/", _SLASH), value)
    for piece in _SPLIT.split(value):
        tag = _FILLER.sub("", piece.replace(_SLASH, "/").strip(_EDGES))
        if 0 < len(tag) <= LONGEST and tag.casefold() not in _EMPTY and not tag.isdigit():
            yield tag
