"""What spiders remember, without whatever stands for somebody: any state of plain data, whichever spider wrote it.

Entries called by the person go; so does a row ("name, day, count") or a record about the person, as a whole.
"""

from collections.abc import Iterator, Mapping
from typing import Protocol

from storage.store._rights.tombstones import telling

MOST_WORD = 300  # code points; longer texts are no names
# Names spiders give the parts of their memory. Somebody called like one of them is not looked for under it.
_PARTS = """
    account all_time also_in at best_at by categories closed complete cut day digest done_at ends etag filter found
    fresh handle heard in_part in_vain interest is kinds labels lane lanes missing missing_since next night no nobody
    number of open owners papers passed pending people posts promised read read_at role shards since source source_id
    state stars talks text things threads title topics until url version waiting wish
"""
_STRUCTURE = frozenset(_PARTS.split())


class Met(Protocol):
    """Tells who is looked for."""

    def word(self, token: str) -> bool:
        """Whether a word stands for the person."""

    def pair(self, source: str, source_id: str) -> bool:
        """Whether source and id are those of the person."""


def without(state: object, met: Met) -> tuple[object, int]:
    """The state without what stands for a person, and how many entries were taken out."""
    if isinstance(state, Mapping):
        return _of_mapping(state, met)
    if isinstance(state, (list, tuple)):
        kept = [without(one, met) for one in state if not _is_about(one, met)]
        return [one for one, _ in kept], len(state) - len(kept) + sum(count for _, count in kept)
    return state, 0


def _of_mapping(state: Mapping[str, object], met: Met) -> tuple[object, int]:
    kept, count = {}, 0
    for name, value in state.items():
        if (name not in _STRUCTURE and _is_word(name, met)) or _is_about(value, met):
            count += 1
        else:
            kept[name], inner = without(value, met)
            count += inner
    return kept, count


def _is_about(value: object, met: Met) -> bool:
    if isinstance(value, Mapping):
        return any(name in _STRUCTURE and _is_field(one, met) for name, one in value.items())
    if isinstance(value, (list, tuple)):
        if pair := _pair(value):
            return met.pair(*pair)
        return len({type(one) for one in value}) > 1 and any(_is_word(one, met) for one in value)
    return _is_word(value, met)


def _is_field(value: object, met: Met) -> bool:
    """Whether a field of a record says who the record is about."""
    if isinstance(value, (list, tuple)):
        pair = _pair(value)
        return pair is not None and met.pair(*pair)
    return _is_word(value, met)


def _pair(value: list[object] | tuple[object, ...]) -> tuple[str, str] | None:
    """Source and id of an account, if it can be one."""
    if len(value) != 2:
        return None
    source, source_id = value
    return (source, source_id) if isinstance(source, str) and isinstance(source_id, str) else None


def _is_word(value: object, met: Met) -> bool:
    word = _word(value)
    return word is not None and met.word(word)


def _word(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    word = str(value)
    return word if len(word) <= MOST_WORD and telling(word.lower()) and word not in _STRUCTURE else None


def words_in(state: object) -> Iterator[str | tuple[str, str]]:
    """Everything in a state that could stand for somebody: words, and pairs of source and id."""
    if isinstance(state, Mapping):
        for name, value in state.items():
            yield from words_in(name)
            yield from words_in(value)
    elif isinstance(state, (list, tuple)):
        if pair := _pair(state):
            yield pair
        for one in state:
            yield from words_in(one)
    elif (word := _word(state)) is not None:
        yield word
