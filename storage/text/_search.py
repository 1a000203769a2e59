"""What a search looks for and in what: the words of a text, the query language, where a text answers a query.

Words are cut here and not by the databases, so that SQLite and PostgreSQL search the same ones.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from storage.text._display import display
from storage.text._keys import match_key

MOST_QUERY = 200  # code points
MOST_TERMS = 12
MOST_WORDS = 15_000  # of one person; PostgreSQL counts positions up to 16 383
MOST_OF_ONE = 250  # times one word is kept of one person; PostgreSQL keeps 256 positions
GAP = "_"  # stands between two texts, so that no phrase reaches from one into the next; never part of a query
_MOST_WORD = 60  # code points of one word
_SHORTEST_PREFIX = 2
# Punctuation that is part of a name; everything else falls away with `match_key`.
_NAMES = ((re.compile(r"(?<!\w)([cC])\+\+"), r"\1plusplus "), (re.compile(r"(?<!\w)([cCfF])#"), r"\1sharp "))
_DOTNET = re.compile(r"(?i)(?<!\w)\.net\b")
_PIECE = re.compile(r"(?i:(?<!\w)c\+\+|(?<!\w)[cf]#|(?<!\w)\.net\b)|[^\s!-/:-@\[-^`{-~]+")
_TERM = re.compile(r'(?P<no>-)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')


class Term(NamedTuple):
    """One thing looked for: its words in a row; the last one may be only the beginning of a word."""

    words: tuple[str, ...]
    prefix: bool = False


class Query(NamedTuple):
    """What every person found must show, and what none may."""

    wanted: tuple[Term, ...]
    unwanted: tuple[Term, ...] = ()


class Piece(NamedTuple):
    """A part of a text; `hit` if it answers the query."""

    text: str
    hit: bool


def words(text: str) -> list[str]:
    """Cut a text into the words it is searched by: no case, accents or punctuation; C++, C#, F# and .NET stay."""
    return [word[:_MOST_WORD] for word in match_key(_named(text)).split() if word.strip("_")]


def _named(text: str) -> str:
    if "#" in text or "+" in text:
        for pattern, put in _NAMES:
            text = pattern.sub(put, text)
    return _DOTNET.sub("dotnet", text) if ".n" in text or ".N" in text else text


def item_words(texts: Iterable[str]) -> list[str]:
    """Give the words of all texts of one thing with gaps between them, cut in one go."""
    return [word[:_MOST_WORD] if word.strip("_") else GAP for word in match_key(_named(f" {GAP} ".join(texts))).split()]


def document(texts: Iterable[str | None]) -> tuple[list[str], bool]:
    """Give the words of all texts of a person with gaps between them, each text once; True if there were too many."""
    kept: list[str] = []
    seen: Counter[str] = Counter()
    for text in dict.fromkeys(texts):
        if not text:
            continue
        for word in words(text):
            seen[word] += 1
            kept.append(word if seen[word] <= MOST_OF_ONE else GAP)
        kept.append(GAP)
        if len(kept) > MOST_WORDS:
            return kept[:MOST_WORDS], True
    return kept, False


def read_query(text: str) -> Query:
    """Read `word "a phrase" -not prefix*`; ValueError with the way out if it asks for nothing or for too much."""
    if len(text) > MOST_QUERY:
        raise ValueError(f"the search is over {MOST_QUERY} characters; leave some words out")
    wanted: list[Term] = []
    unwanted: list[Term] = []
    for found in _TERM.finditer(text):
        term = _term(found["phrase"], found["word"])
        if term is not None:
            (unwanted if found["no"] else wanted).append(term)
    if len(wanted) + len(unwanted) > MOST_TERMS:
        raise ValueError(f"the search has over {MOST_TERMS} words; leave some out")
    if not wanted:
        raise ValueError("write at least one word to look for" + (" beside what you do not want" if unwanted else ""))
    return Query(tuple(dict.fromkeys(wanted)), tuple(dict.fromkeys(unwanted)))


def _term(phrase: str | None, word: str | None) -> Term | None:
    written = phrase if phrase is not None else word or ""
    own = words(written)
    prefix = phrase is None and written.endswith("*")
    if not own:
        return None
    if prefix and len(own[-1]) < _SHORTEST_PREFIX:
        raise ValueError(f"{written!r}: write at least {_SHORTEST_PREFIX} letters before the *")
    return Term(tuple(own), prefix)


def places_of(term: Term, found: Sequence[str]) -> Iterator[range]:
    """Where the words of a text answer a term."""
    *first, last = term.words
    size = len(term.words)
    if first and first[0] not in found:
        return
    for at in range(len(found) - size + 1):
        end = found[at + size - 1]
        if (end.startswith(last) if term.prefix else end == last) and list(found[at : at + size - 1]) == first:
            yield range(at, at + size)


def answers(term: Term, found: Sequence[str]) -> bool:
    """Whether the words of a text answer a term."""
    if len(term.words) == 1:
        wanted = term.words[0]
        return any(word.startswith(wanted) for word in found) if term.prefix else wanted in found
    return next(places_of(term, found), None) is not None


def marked(text: str, query: Query, limit: int) -> tuple[Piece, ...]:
    """Cut the neighbourhood of the first hit out of a text, in display form, at most about `limit` code points."""
    shown = display(text, limit=len(text) + 1)[0]
    spans = [found.span() for found in _PIECE.finditer(shown)]
    own = [(word, span) for span in spans for word in words(shown[slice(*span)])]
    names = [word for word, _ in own]
    hits = sorted({own[at][1] for term in query.wanted for place in places_of(term, names) for at in place})
    start, end = _window(shown, hits[0][0] if hits else 0, limit)
    return tuple(_cut(shown, [one for one in hits if start <= one[0] and one[1] <= end], start, end))


def _window(text: str, hit: int, limit: int) -> tuple[int, int]:
    """From a little before the hit, at the edges of words."""
    if len(text) <= limit:
        return 0, len(text)
    start = max(0, min(hit - limit // 4, len(text) - limit))
    if start and (edge := text.find(" ", start, hit)) >= 0:
        start = edge + 1
    end = min(len(text), max(start + limit, hit + 1))
    if end < len(text) and (edge := text.rfind(" ", hit + 1, end)) > hit:
        end = edge
    return start, end


def _cut(text: str, hits: Sequence[tuple[int, int]], start: int, end: int) -> Iterator[Piece]:
    if start:
        yield Piece("… ", False)
    at = start
    for first, last in hits:
        if first > at:
            yield Piece(text[at:first], False)
        yield Piece(text[first:last], True)
        at = last
    if at < end:
        yield Piece(text[at:end], False)
    if end < len(text):
        yield Piece(" …", False)
