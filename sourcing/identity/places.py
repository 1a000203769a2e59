"""Places and employers as they are compared."""

import re
from functools import lru_cache

from scoring.places import shipped_gazetteer
from storage.text import match_key

_FORMS = frozenset(("gmbh inc ltd llc ag corp co sa bv plc kg oy ab as srl spa pty limited hq team the").split())  # noqa: SIM905  # a list of words reads better so
_SURE = 0.5  # confidence below which a place is a guess
_EMPLOYER_LIMIT = 60


@lru_cache(maxsize=200_000)
def place(text: str | None) -> tuple[str, str]:
    """City and country of a free text, "" where it does not say."""
    found = shipped_gazetteer().parse(text) if text else None
    if found is None or found.confidence < _SURE:
        return "", ""
    return (f"{found.city}, {found.country}" if found.city and found.country else ""), found.country or ""


@lru_cache(maxsize=200_000)
def employer(text: str | None) -> str:
    """The normal form of an employer: no "@", no legal form, no case."""
    if not text:
        return ""
    words = [word for word in re.split(r"[\s_-]+", match_key(text)) if word not in _FORMS]
    return "".join(words)[:_EMPLOYER_LIMIT]
