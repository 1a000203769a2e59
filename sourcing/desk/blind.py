"""Blind review: what tells who somebody is, cut from every text shown before a decision.

Titles, addresses, texts and names are not cut but left out; cutting is for our own sentences, into which a name, a
handle, a place or a company may have come.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from urllib.parse import urlsplit

from sourcing.ranking import MOST_TEXT
from storage.records import Account, Lead
from storage.text import display

CUT = "…"
_SHORTEST = 3  # letters of a part of a handle or place that may stand in a sentence as a word
_WORDS = re.compile(r"[^\W_]+", re.UNICODE)
_ASCII = re.compile(r"[ -~]+")


class Signs:
    """The words a person can be told by: names, handles, places, companies, hosts and paths of their addresses."""

    def __init__(self, lead: Lead) -> None:
        self.words = frozenset(filter(None, _words(lead)))

    def cut(self, text: str) -> str:
        """A sentence without them."""
        return self._pattern.sub(CUT, text) if self._pattern is not None else text

    def found_in(self, text: str) -> list[str]:
        """The words that stand in a text."""
        return sorted({one.group().lower() for one in self._pattern.finditer(text)}) if self._pattern else []

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        if not self.words:
            return None
        longest = sorted(self.words, key=lambda word: (-len(word), word))
        return re.compile("|".join(_bounded(word) for word in longest), re.IGNORECASE)


def _bounded(word: str) -> str:
    """A word of letters only as a whole; scripts without spaces between words anywhere."""
    escaped = re.escape(word)
    return rf"(?<!\w){escaped}(?!\w)" if _ASCII.fullmatch(word) else escaped


def _words(lead: Lead) -> Iterator[str]:
    for account in lead.accounts:
        yield from _whole_and_parts((account.name,), shortest=2)
        yield account.handle
        login = account.handle.rpartition("/")[2]  # forums are named before it
        yield from _whole_and_parts((login, account.location, account.company), shortest=_SHORTEST)
        yield from _addresses(account)


def _whole_and_parts(texts: Iterable[str | None], *, shortest: int) -> Iterator[str]:
    for text in texts:
        shown = display(text, limit=MOST_TEXT)[0] if text else ""
        if len(shown) >= shortest:
            yield shown
        yield from (part for part in _WORDS.findall(shown) if len(part) >= shortest)


def _addresses(account: Account) -> Iterator[str]:
    """Own hosts and the last part of every path, where logins stand."""
    for url in (account.url, *(link.url for link in account.links)):
        yield url
        try:
            parts = urlsplit(url)
        except ValueError:  # an address nobody can read tells nobody by its parts
            continue
        last = parts.path.rstrip("/").rpartition("/")[2]
        if len(last) >= _SHORTEST:
            yield last
        elif parts.hostname and not last:  # a site of one's own; that of a platform has a path
            yield parts.hostname.removeprefix("www.")
