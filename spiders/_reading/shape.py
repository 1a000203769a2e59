"""JSON of strangers: read once, within limits, so that no shape of it ends a run or is read in two ways.

Limits are those of the product's table for hostile input; a body beyond them is `Unreadable`, with the reason.
"""

import json
import math
import re
from collections.abc import Iterable
from itertools import chain
from typing import Any

import orjson

from storage.errors import Unreadable

DEPTH = 64
MOST_KEYS = 10_000  # in one object
MOST_ITEMS = 100_000  # in one list
LONGEST_INT = 19  # characters that fit 64 bits in any case but the last few
SIGNED_64 = 2**63
# Fits no field a source reads: neither text nor number, time, record or list of them.
UNFIT = [[None]]
LOGIN = re.compile(
    r"(?i)\b(?:sign[ -]?in|log[ -]?in|captcha|are you a (?:human|robot)|verify you are human|just a moment"
    r"|access denied|unusual traffic|challenge-platform|cf-chl)\b"
)
_HALF = re.compile(rb"\\u[dD][89a-fA-F]")  # an escape that may be half of a pair
_LONE = re.compile("[\ud800-\udfff]")
_PAIR = re.compile(rb'"[ \t\n\r]*:')  # a name and its colon
_AS_ZEROS = bytes(0x30 if 0x30 <= byte <= 0x39 else 0 for byte in range(256))
_TOO_LONG = b"0" * LONGEST_INT
_NESTED = frozenset({dict, list})
LOOKED_AT = 20_000  # code points of a page searched for it


class _Reader:
    """One reading; `replaced` counts numbers no field can hold."""

    def __init__(self) -> None:
        self.replaced = 0

    def whole(self, digits: str) -> Any:
        value = int(digits)
        return value if -SIGNED_64 <= value < SIGNED_64 else self.unfit(digits)

    def broken(self, digits: str) -> Any:
        value = float(digits)
        return value if math.isfinite(value) else self.unfit(digits)

    def unfit(self, _: str) -> Any:
        self.replaced += 1
        return UNFIT


def loads(body: bytes) -> Any:
    """Data of an answer's body; Unreadable says why not: empty, bad_encoding, login_page, bad_json, too_deep …"""
    return _read(body)[0]


def checked(body: bytes) -> bytes:
    """The body, fit to be validated: without byte-order mark, and without numbers that fit nowhere."""
    data, replaced, text = _read(body)
    if replaced:
        return orjson.dumps(data)
    return text


def _read(body: bytes) -> tuple[Any, int, bytes]:
    text = body.removeprefix(b"\xef\xbb\xbf")
    data = _ordinary(text)
    return _with_care(text) if data is None else (data, 0, text)


def _ordinary(text: bytes) -> Any:
    """Data of a body in which nothing needs care, at two thirds of the cost; None where something may."""
    # Both are looked for in texts as well, where they do no harm.
    if _HALF.search(text) or _TOO_LONG in text.translate(_AS_ZEROS):
        return None
    try:
        data = orjson.loads(text)
    except ValueError:
        return None
    return data if _is_within(data, len(_PAIR.findall(text))) else None


def _is_within(data: Any, pairs: int) -> bool:
    """Whether nothing is too deep or too large, and no name was given twice, if `":` stands in the body so often.

    An object keeps one of two equal names, so there are as many names as pairs only if all differ; a text that holds
    `":` makes for more pairs than names, never for fewer.
    """
    names, level = 0, [data] if type(data) in _NESTED else []
    for _ in range(DEPTH):
        if not level:
            return names == pairs
        objects = [one for one in level if type(one) is dict]
        lists = level if not objects else [one for one in level if type(one) is list]
        sizes = list(map(len, objects))
        if max(sizes, default=0) > MOST_KEYS or max(map(len, lists), default=0) > MOST_ITEMS:
            return False
        names += sum(sizes)
        inside = chain(chain.from_iterable(map(dict.values, objects)), chain.from_iterable(lists))
        level = [deeper for deeper in inside if type(deeper) in _NESTED]
    return False


def _with_care(text: bytes) -> tuple[Any, int, bytes]:
    written = _decoded(text)
    reader = _Reader()
    try:
        data = json.loads(
            written,
            object_pairs_hook=_object,
            parse_int=reader.whole,
            parse_float=reader.broken,
            parse_constant=reader.unfit,
        )
    except RecursionError:
        raise Unreadable("too_deep", f"nested more than {DEPTH} times") from None
    except ValueError as error:
        raise Unreadable("bad_json", str(error)[:200]) from error
    _check_shape(data)
    if _HALF.search(text):  # one half of a pair in one text must not cost the whole answer
        data = json.loads(_LONE.sub("\ufffd", json.dumps(data, ensure_ascii=False)))
        reader.replaced += 1
    return data, reader.replaced, text


def _decoded(body: bytes) -> str:
    try:
        written = body.decode()
    except UnicodeDecodeError as error:
        raise Unreadable("bad_encoding", f"no UTF-8 at byte {error.start}") from error
    if not written.strip():
        raise Unreadable("empty")
    if written.lstrip()[0] == "<":
        page = written[:LOOKED_AT]
        raise Unreadable("login_page" if LOGIN.search(page) else "bad_json", "a page instead of data")
    return written


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise Unreadable("duplicate_key", "an object says one thing twice")
    if len(made) > MOST_KEYS:
        raise Unreadable("too_many_keys", f"{len(made)} in one object")
    return made


def _check_shape(data: Any) -> None:
    """Walk level by level, since what is too deep for a limit may be too deep for a recursion."""
    level, depth = [data], 0
    while level := [one for one in level if isinstance(one, dict | list)]:
        depth += 1
        if depth > DEPTH:
            raise Unreadable("too_deep", f"nested more than {DEPTH} times")
        longest = max((len(one) for one in level if isinstance(one, list)), default=0)
        if longest > MOST_ITEMS:
            raise Unreadable("too_many_items", f"{longest} in one list")
        level = [inner for one in level for inner in _inside(one)]


def _inside(one: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return one.values() if isinstance(one, dict) else one
