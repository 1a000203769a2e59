"""Secrets: values that never show themselves, and what takes them out of texts on their way out.

A `Secret` prints `***` wherever it is printed, formatted, serialised or pickled; only `reveal()` gives the value, in
the one place that attaches it. Whatever was held as a secret in this process is taken out of texts by `redacted`, in
the spellings in which libraries repeat it; after that go shapes of tokens, keys in addresses and headers.
"""

import base64
import hmac
import os
import re
from collections.abc import Iterable
from typing import Any, Self
from urllib.parse import quote, quote_plus, urlsplit

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

HIDDEN = "***"
SHORTEST = 8  # characters of a value that is looked for; a shorter one would take words out of every text
LONG_PATH = 16  # characters of a path or query that may be a secret; "services/hook" is none
# Shapes of the tokens of our sources and of what people paste into texts by mistake.
SHAPES = re.compile(
    r"\b(?:gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_\w{20,255}|glpat-[\w-]{20,255}|hf_[A-Za-z0-9]{20,255}"
    r"|KGAT_[A-Za-z0-9]{20,255}|xox[abeprs]-[A-Za-z0-9-]{10,255}|(?:AKIA|ASIA)[A-Z0-9]{16}|sk-[A-Za-z0-9_-]{32,255}"
    r"|AIza[\w-]{35})"
)
PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\sA-Za-z0-9+/=\\]{0,8192}(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?"
)
_IN_ADDRESS = re.compile(r"(?i)([?&](?:access_token|key|token|client_secret|api_key|sig)=)[^&\s'\"<>]{1,512}")
_PART_OF_USER_PART = re.compile(
    r"://[^\s/:@'\"]{0,100}:[^\s/@'\"]{1,256}@"
)  # in every one of the next, and found faster
_USER_PART = re.compile(r"(?i)(\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@'\"]{0,100}:)[^\s/@'\"]{1,256}@")
_HEADERS = re.compile(
    r"(?i)\b((?:proxy-)?authorization|(?:set-)?cookie|x-api-key)\b(['\"]?\s*[:=,]\s*\[?(?:b(?=['\"]))?['\"]?)"
    r"((?:(?:bearer|basic|token)\s+)?)[^\s'\"\]]{1,4096}"
)
_known: dict[str, None] = {}  # spellings of all values held in this process, in the order they came
_pattern: re.Pattern[str] | None = None


class Secret:
    """A value that shows itself as `***`; false when there is none."""

    __slots__ = ("_value",)

    def __init__(self, value: str = "") -> None:
        self._value = value
        _remember(value)

    @classmethod
    def of(cls, variable: str) -> Self:
        """The value of an environment variable; an empty name or variable is no secret."""
        return cls(os.environ.get(variable, "") if variable else "")

    def reveal(self) -> str:
        """The value itself; only for where it is attached."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._value.encode(), other._value.encode())

    __hash__ = None  # type: ignore[assignment]  # a hash would be one more thing made of the value

    def __repr__(self) -> str:
        return HIDDEN

    def __str__(self) -> str:
        return HIDDEN

    def __format__(self, _: str) -> str:
        return HIDDEN

    def __reduce__(self) -> tuple[type, tuple[str]]:
        return Secret, (HIDDEN,)

    @classmethod
    def __get_pydantic_core_schema__(cls, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        made = core_schema.no_info_plain_validator_function(
            lambda given: given if isinstance(given, cls) else cls(given)
        )
        return core_schema.json_or_python_schema(
            json_schema=made, python_schema=made, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )


def _remember(value: str) -> None:
    """Look for this value, and for the parts and spellings others make of it, in all texts from now on."""
    global _pattern  # noqa: PLW0603 - one table for the process, like the environment the values come from
    new = [one for one in _spellings(value) if len(one) >= SHORTEST and one not in _known]
    if new:
        _known.update(dict.fromkeys(new))
        longest = sorted(_known, key=len, reverse=True)
        _pattern = re.compile("|".join(map(re.escape, longest)))


def _spellings(value: str) -> list[str]:
    parts = [value, *_parts(value)]
    found = [form for part in parts for form in (part, quote(part, safe=""), quote_plus(part), quote(part))]
    return [*found, *(base64.b64encode(part.encode("utf-8", "replace")).decode().rstrip("=") for part in parts)]


def _parts(value: str) -> list[str]:
    """What is secret inside an address or an `id:secret`."""
    if "://" not in value:
        return [part for part in value.split(":")[1:] if part]
    try:
        address = urlsplit(value)
        told = (address.path.strip("/"), address.query)
        return [part for part in (address.password or "", *told) if len(part) >= LONG_PATH or part == address.password]
    except ValueError:
        return []


def redacted(text: str) -> str:
    """The text without secrets: values held in this process, shapes of tokens, keys in addresses and headers."""
    text = without_own(text)
    text = PRIVATE_KEY.sub(HIDDEN, SHAPES.sub(HIDDEN, text))
    text = _USER_PART.sub(rf"\1{HIDDEN}@", _IN_ADDRESS.sub(rf"\1{HIDDEN}", text))
    return _HEADERS.sub(rf"\1\2\3{HIDDEN}", text)


def without_own(text: str) -> str:
    """The text without the values held in this process."""
    return _pattern.sub(HIDDEN, text) if _pattern is not None else text


def without_published(text: str) -> str:
    """The text without what looks like a token, key or password of an address somebody published by mistake."""
    # Most texts hold nothing without which there is no such thing: looking for that costs a tenth.
    if _may_hold_token(text):
        text = SHAPES.sub(HIDDEN, text)
    if "-----BEGIN " in text:
        text = PRIVATE_KEY.sub(HIDDEN, text)
    return _USER_PART.sub(rf"\1{HIDDEN}@", text) if "@" in text and "://" in text else text


def may_hide(texts: Iterable[str]) -> bool:
    """Whether `without_own` or `without_published` may change any of these: asked at once, and mostly answered no.

    No beginning of a secret that is looked for here stands across two texts, as a line ends between them.
    """
    text = "\n".join(texts)
    return (
        _may_hold_token(text)
        or "-----BEGIN " in text
        or ("@" in text and _PART_OF_USER_PART.search(text) is not None)
        or any(one in text for one in _known)
    )


def _may_hold_token(text: str) -> bool:
    """Whether a text holds what one of `SHAPES` begins with; most with "-" are handles and addresses."""
    return (
        ("_" in text and any(one in text for one in _WITH_LINE))
        or ("-" in text and ("glpat-" in text or "xox" in text or "sk-" in text))
        or ("A" in text and ("AKIA" in text or "ASIA" in text or "AIza" in text))
    )


_WITH_LINE = ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "hf_", "KGAT_")
