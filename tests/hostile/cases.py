"""The cases themselves: read once, with their payloads put together."""

import base64
import json
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[3] / "shared" / "recordings" / "hostile" / "cases.jsonl"
HOW_MANY = 345
Case = dict[str, Any]


@cache
def _all() -> tuple[Case, ...]:
    return tuple(map(json.loads, FILE.read_text("utf-8").splitlines())) if FILE.is_file() else ()


def cases(*categories: str) -> list[Case]:
    """The cases of these categories, else all; none where the file is absent."""
    return [case for case in _all() if not categories or case["category"] in categories]


def payload(case: Case) -> Any:
    """What arrives: texts joined or repeated, anything else as it is."""
    given = case["payload"]
    if case["encoding"] == "join":
        return "".join(given)
    if case["encoding"] == "generator" and "repeat" in given:
        return str(given.get("prefix", "")) + given["repeat"] * given["times"] + str(given.get("suffix", ""))
    return given


def body_of(case: Case) -> bytes:
    """The body of an answer."""
    given: Any = case["payload"]
    if case["encoding"] == "base64":
        return base64.b64decode(given)
    if case["encoding"] == "json_text":
        return str(given).encode("utf-8", "surrogatepass")
    if "object_keys" in given:
        return json.dumps({f"k{n}": 1 for n in range(given["object_keys"])}).encode()
    if "list_items" in given:
        return b"[" + b",".join([str(given["item"]).encode()] * int(given["list_items"])) + b"]"
    if "string_bytes" in given:
        return b'{"login": "' + b"x" * int(given["string_bytes"]) + b'"}'
    return str(payload(case)).encode()
