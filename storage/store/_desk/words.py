"""Words and queries as each database writes them; words hold letters, digits, marks and "_" alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.text import Query, Term


def fts_query(query: Query) -> str:
    """A query in the language of SQLite's FTS5."""
    wanted = " AND ".join(map(_fts_term, query.wanted))
    unwanted = " OR ".join(map(_fts_term, query.unwanted))
    return f"({wanted}) NOT ({unwanted})" if unwanted else wanted


def _fts_term(term: Term) -> str:
    return f'"{" ".join(term.words)}"{" *" if term.prefix else ""}'


def ts_query(query: Query) -> str:
    """A query in the language of PostgreSQL, without its parser: the words are those of `storage.text.words`."""
    return " & ".join([*map(_ts_term, query.wanted), *(f"!{_ts_term(term)}" for term in query.unwanted)])


def _ts_term(term: Term) -> str:
    quoted = [f"'{word}'" for word in term.words]
    if term.prefix:
        quoted[-1] += ":*"
    return f"({' <-> '.join(quoted)})"


def ts_vector(words: Iterable[str]) -> str:
    """Words with their positions as PostgreSQL reads them; gaps take a position and hold nothing."""
    found: dict[str, list[int]] = {}
    for at, word in enumerate(words, 1):
        if word != "_":
            found.setdefault(word, []).append(at)
    return " ".join(f"'{word}':{','.join(map(str, places))}" for word, places in found.items())
