"""What people write about themselves: shown without contacts, read for addresses.

An address that stands alone ("Site: ada.example", "github.com/ada") is the author's claim; one inside a sentence may
be of anybody. Every pattern runs in linear time on at most `FREE_TEXT` code points.
"""

import html
import re
from collections.abc import Iterator

from spiders._reading.clean import BIO, FREE_TEXT, LINKS, Count, clean_lines, web_link
from spiders._reading.contacts import without_contacts
from storage.records import Claim, Link

_BREAK = re.compile(r"</?(?:p|br|div|li|ul|ol|blockquote|pre)\b[^<>]*>", re.IGNORECASE)
_TARGET = re.compile(r'<a\s(?:[^<>]*?\s)?href="([^"<>]*)"[^<>]*>.*?</a>', re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^\s<>\"|]{1,2048}", re.IGNORECASE)
# Without a scheme only what has a path: "Node.js" is no site.
_BARE = re.compile(r"(?<![\w@./:-])(?:[a-z0-9][a-z0-9-]{0,62}\.){1,4}[a-z]{2,24}/[^\s<>\"|,]{1,500}", re.IGNORECASE)
_HANDLE = re.compile(
    r"(?<![\w@/])@([A-Za-z0-9_]{1,30})@((?:[a-z0-9][a-z0-9-]{0,62}\.){1,4}[a-z]{2,24})\b", re.IGNORECASE
)
_PARTS = re.compile(r"\n|\s[|·•/–—]\s|[;✦]|\.(?=\s|$)")
_LABEL = re.compile(r"[\w @'’/&()+.-]{0,30}?(?::|=|→|->|\s-)\s*", re.IGNORECASE)
# Labels of what the author takes part in, which is not the author.
_OF_OTHERS = re.compile(
    r"\b(?:at|by|with|maintain\w*|work\w*|employer|company|org\w*|team|lab|group|projects?|papers?|advis\w+"
    r"|supervis\w+|sponsors?|friends?|via|thanks|see|models?|datasets?|demo|donat\w+|support)\b",
    re.IGNORECASE,
)
_SIGNS = re.compile(r"[\W_]+")
_TRAILING = ".,;:!?'*_]}"


def plain(markup: str) -> str:
    """HTML of a profile as plain lines; links show their target."""
    text = _TARGET.sub(r" \1 ", markup[:FREE_TEXT])
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", text)))


def shown(text: str | None) -> str | None:
    """A biography in display form, at most `BIO` code points, without addresses and numbers of contact."""
    return clean_lines(without_contacts(_HANDLE.sub(r"https://\2/@\1", (text or "")[:FREE_TEXT])), BIO)


def links(text: str | None, field: str, count: Count) -> tuple[Link, ...]:
    """Addresses in a biography with the strength of their claim, each once, at most `LINKS`."""
    found: dict[str, Link] = {}
    for part in _PARTS.split(_HANDLE.sub(r"https://\2/@\1", (text or "")[:FREE_TEXT])):
        addresses = list(_addresses(part))
        claim = Claim.CLAIMED if len(addresses) == 1 and _alone(part, addresses[0]) else Claim.MENTIONED
        for address in addresses:
            link = web_link(address if "://" in address else f"https://{address}", claim, field, count)
            if link and (link.url not in found or claim is Claim.CLAIMED):
                found[link.url] = link
    for _ in list(found)[LINKS:]:
        count("links_over_limit")
    return tuple(found.values())[:LINKS]


def _addresses(part: str) -> Iterator[str]:
    yield from (_trimmed(hit[0]) for hit in _ADDRESS.finditer(part))
    yield from (_trimmed(hit[0]) for hit in _BARE.finditer(_ADDRESS.sub(" ", part)))


def _alone(part: str, address: str) -> bool:
    """Whether nothing but a label of the author's own stands beside the address."""
    before, _, after = part.partition(address)
    if _SIGNS.sub("", after):
        return False
    label = _SIGNS.sub("", before)
    return not label or (bool(_LABEL.fullmatch(f"{before.strip()} ")) and not _OF_OTHERS.search(before))


def _trimmed(address: str) -> str:
    # A closing bracket belongs to the address only if it was opened there.
    address = address.rstrip(_TRAILING)
    while address.endswith(")") and address.count(")") > address.count("("):
        address = address[:-1].rstrip(_TRAILING)
    return address
