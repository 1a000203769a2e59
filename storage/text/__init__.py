"""Pure functions on text and addresses of strangers: what is shown, what is compared, what is a link."""

from storage.text._address import PORTS, URL_LIMIT, Address, check_address, web_address
from storage.text._display import display, excerpt
from storage.text._keys import handle_key, match_key
from storage.text._links import link_key, profile_key
from storage.text._scripts import has_mixed_script
from storage.text._search import (
    MOST_QUERY,
    Piece,
    Query,
    Term,
    answers,
    document,
    item_words,
    marked,
    read_query,
    words,
)
from storage.text._wishes import availability, no_recruiters, refusal

__all__ = [
    "MOST_QUERY",
    "PORTS",
    "URL_LIMIT",
    "Address",
    "Piece",
    "Query",
    "Term",
    "answers",
    "availability",
    "check_address",
    "display",
    "document",
    "excerpt",
    "handle_key",
    "has_mixed_script",
    "item_words",
    "link_key",
    "marked",
    "match_key",
    "no_recruiters",
    "profile_key",
    "read_query",
    "refusal",
    "web_address",
    "words",
]
