"""Whether a text, an address or what a spider remembers speaks of one person: pure, for who erases somebody.

Plain words speak of too much: a handle counts in a running text only behind "@", as part of an address of its own, or
when it could hardly be anything else.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from storage import text as spelling
from storage.records import Account, AccountKey
from storage.store._rights.tombstones import ERASED, pages_above, sites_of, words_of

_LONG = 8  # letters from which a handle could hardly be a word of something else
_SHORTEST_NAME = 5
_PARTS = re.compile(r"[/?&=#,;:@+]|%[0-9A-Fa-f]{2}")
_AROUND = r"(?<![\w.-]){}(?![\w-])"


class Naming(NamedTuple):
    """Everything one person is called by."""

    keys: frozenset[AccountKey]
    handles: frozenset[str]  # handle keys, former ones too
    words: frozenset[str]  # handles, ids and their last parts
    sites: frozenset[str]  # addresses of profiles and websites, as `link_key` gives them, without those others share
    names: frozenset[str]  # full names

    @classmethod
    def of(
        cls, accounts: Collection[Account], former: Mapping[AccountKey, Iterable[str]], shared: Collection[str]
    ) -> "Naming":
        """Collect what accounts say."""
        past = {one.key: list(former.get(one.key, ())) for one in accounts}
        sites = {site for one in accounts for site in sites_of(one)} - set(shared)
        names = {one.name for one in accounts if one.name and " " in one.name and len(one.name) >= _SHORTEST_NAME}
        return cls(
            keys=frozenset(one.key for one in accounts),
            handles=frozenset(spelling.handle_key(name) for one in accounts for name in (one.handle, *past[one.key])),
            words=frozenset(word for one in accounts for word in words_of(one, past[one.key])),
            sites=frozenset(sites),
            names=frozenset(names),
        )

    def hinted(self, text: str) -> bool:
        """Whether a text may speak of the person: fast, and wrong only by saying yes."""
        lower = text.lower()
        return any(hint in lower for hint in _hints(self))

    def at(self, url: str) -> bool:
        """Whether an address is one of the person's, or lies below one."""
        pages = _pages(url)
        below = (page.startswith(f"{site}/") for page in pages for site in self.sites)
        return not pages.isdisjoint(self.sites) or any(below)

    def asks(self, url: str) -> bool:
        """Whether an address asked of a source asks about the person."""
        return self.at(url) or any(part in self.words and plain(part) for part in parts_of(url))

    def speaks(self, text: str) -> bool:
        """Whether a text names the person."""
        return self.hinted(text) and _pattern(self).search(text) is not None

    def blanked(self, text: str) -> str:
        """The text without whatever names the person."""
        return _pattern(self).sub(ERASED, text) if self.hinted(text) else text

    def word(self, token: str) -> bool:
        """Whether a word a spider remembers stands for the person."""
        if token.lower() in self.words or spelling.handle_key(token) in self.handles:
            return True
        tail = tail_of(token)
        return (spelling.link_key(token) or "") in self.sites or (tail in self.words and plain(tail))

    def pair(self, source: str, source_id: str) -> bool:
        """Whether these are source and id of an account of the person."""
        return AccountKey(source, source_id) in self.keys


def parts_of(url: str) -> list[str]:
    """The words of an address that may call somebody: "ada" of ".../u/ada.json"."""
    return [part.removesuffix(".json").removesuffix(".rss") for part in _PARTS.split(url.lower())]


def tail_of(token: str) -> str:
    """The last part of a compound word: "ada" of "packages:ada" and "forum.example/ada"."""
    return re.split(r"[:/]", token.lower())[-1]


def _pages(url: str) -> set[str]:
    whole = spelling.link_key(url)
    return {*pages_above(url), *([whole] if whole else [])}


def plain(word: str) -> bool:
    """Whether a word could hardly be anything but a handle or an id."""
    return len(word) >= _LONG or (len(word) >= _SHORTEST_NAME and re.search(r"[\d_-]", word) is not None)


@lru_cache(maxsize=4)
def _hints(one: Naming) -> tuple[str, ...]:
    """Texts one of which stands in whatever speaks of the person, in lower case."""
    names = {name.lower() for name in one.names}
    found = {*one.words, *one.sites, *names, *(str(key).lower() for key in one.keys)}
    return tuple(sorted(hint for hint in found if len(hint) > 1))


@lru_cache(maxsize=4)
def _pattern(one: Naming) -> re.Pattern[str]:
    sites = [rf"(?:https?://)?(?:www\.)?{re.escape(site)}(?![\w-])[^\s<>\"')\]]*" for site in sorted(one.sites)]
    sure = [_AROUND.format(re.escape(word)) for word in sorted(one.words, key=len, reverse=True) if plain(word)]
    at = [rf"@{re.escape(name)}(?![\w-])" for name in sorted(one.handles, key=len, reverse=True)]
    names = [rf"(?<!\w){re.escape(name)}(?!\w)" for name in sorted(one.names, key=len, reverse=True)]
    keys = [_AROUND.format(re.escape(str(key))) for key in sorted(one.keys)]
    return re.compile("|".join([*keys, *sites, *at, *names, *sure]) or r"(?!)", re.IGNORECASE)
