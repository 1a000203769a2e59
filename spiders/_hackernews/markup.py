"""HN markup to plain lines and the addresses in them.

HN knows four marks: `<p>`, `<a>`, `<i>`, `<pre><code>`. The visible text of a link is cut by the site, so its
target takes its place. Every pattern runs in linear time on at most `FREE_TEXT` code points.
"""

import html
import re
from collections.abc import Iterator

from spiders._reading.clean import FREE_TEXT

_ANCHOR = re.compile(r'<a\s+href="([^"<>]*)"[^<>]*>[^<]*</a>', re.IGNORECASE)
_BREAK = re.compile(r"</?(?:p|pre|br|div|li|ul)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^\s<>\"|]{1,2048}", re.IGNORECASE)
_BARE = re.compile(
    r"(?<![\w@./:-])(?:[a-z0-9][a-z0-9-]{0,62}\.){1,4}[a-z]{2,24}(?![\w@-])(?:/[^\s<>\"|,]{0,500})?", re.IGNORECASE
)


def lines(markup: str) -> list[str]:
    """Plain text lines of a post; links show their target."""
    text = _ANCHOR.sub(r" \1 ", markup[:FREE_TEXT])
    text = _TAG.sub("", _BREAK.sub("\n", text))
    return html.unescape(text).replace("\r", "").split("\n")


def addresses(line: str, *, bare: bool = False) -> list[str]:
    """Addresses in a line, in order; with `bare` also domains without a scheme ("example.org/cv")."""
    found = [_trimmed(match[0]) for match in _ADDRESS.finditer(line)]
    if bare:
        found += [f"https://{_trimmed(name)}" for name in _bare(_ADDRESS.sub(" ", line))]
    return found


def without_addresses(line: str) -> str:
    """The line with its full addresses taken out."""
    return _ADDRESS.sub(" ", line)


def _bare(line: str) -> Iterator[str]:
    yield from (match[0] for match in _BARE.finditer(line))


def _trimmed(address: str) -> str:
    # A closing bracket belongs to the address only if it was opened there.
    address = address.rstrip(".,;:!?'*_]}")
    while address.endswith(")") and address.count(")") > address.count("("):
        address = address[:-1].rstrip(".,;:!?'*_]}")
    return address
