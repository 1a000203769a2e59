"""What spiders want to remember or keep aside, checked against the tombstones: nobody comes back through a memory."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from sqlalchemy import Connection

from storage import text as spelling
from storage.store._rights import keyed as _keyed
from storage.store._rights.forgetting import without, words_in
from storage.store._rights.naming import parts_of, plain, tail_of
from storage.store._rights.tombstones import Words, any_buried, buried, telling

_WORD = re.compile(r"[\w.@-]{3,100}")


class _Buried(NamedTuple):
    """Words and pairs of a state that stand for erased people."""

    words: set[str]
    pairs: set[tuple[str, str]]

    def word(self, token: str) -> bool:
        return token in self.words

    def pair(self, source: str, source_id: str) -> bool:
        return (source, source_id) in self.pairs


def lane_without(connection: Connection, lane: str, state: Mapping[str, object], key: bytes) -> Mapping[str, object]:
    """Give what a lane remembers without erased people."""
    if not any_buried(connection):
        return state
    _keyed.require(connection, key)
    source = lane.partition("/")[0]
    asked = {said: set(_signs(source, said)) for said in set(words_in(state))}
    found = buried(connection, set().union(*asked.values()), key) if asked else set()
    if not found:
        return state
    met = {said for said, signs in asked.items() if signs & found}
    kept, _ = without(
        state, _Buried({one for one in met if isinstance(one, str)}, {one for one in met if isinstance(one, tuple)})
    )
    assert isinstance(kept, Mapping)
    return kept


def _signs(source: str, said: str | tuple[str, str]) -> Iterator[Words]:
    if isinstance(said, tuple):
        yield ("id", *said)
        return
    yield ("id", source, said)
    yield ("handle", source, spelling.handle_key(said))
    if "." in said and (site := spelling.link_key(said)):
        yield ("website", site)
    tail = tail_of(said)
    if plain(tail):
        yield ("word", tail)


def unspoken(connection: Connection, texts: Iterable[tuple[str, str]], key: bytes) -> list[bool]:
    """For each address with what was answered: whether it speaks of nobody who was erased."""
    rows = list(texts)
    if not rows or not any_buried(connection):
        return [True] * len(rows)
    _keyed.require(connection, key)
    asked = [{("word", one) for one in _spoken(*row)} for row in rows]
    found = buried(connection, set().union(*asked), key)
    return [not (words & found) for words in asked]


def _spoken(url: str, answered: str) -> Iterator[str]:
    for part in (*parts_of(url), *(word.strip(".-@") for word in _WORD.findall(answered.lower()))):
        if telling(part) and plain(part):
            yield part
