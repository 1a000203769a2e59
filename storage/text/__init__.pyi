from ._address import PORTS, URL_LIMIT, Address, check_address, web_address
from ._display import cut, display, excerpt
from ._instructions import INSTRUCTION_LIKE, has_instructions, may_have_instructions, without_instructions
from ._keys import handle_key, match_key
from ._links import link_key, profile_key
from ._scripts import has_mixed_script
from ._search import MOST_QUERY, Piece, Query, Term, answers, document, item_words, marked, read_query, words
from ._special import Cut, minor, special, without_signs, without_special
from ._wishes import availability, no_recruiters, refusal

__all__ = [
    "INSTRUCTION_LIKE",
    "MOST_QUERY",
    "PORTS",
    "URL_LIMIT",
    "Address",
    "Cut",
    "Piece",
    "Query",
    "Term",
    "answers",
    "availability",
    "check_address",
    "cut",
    "display",
    "document",
    "excerpt",
    "handle_key",
    "has_instructions",
    "has_mixed_script",
    "item_words",
    "link_key",
    "marked",
    "match_key",
    "may_have_instructions",
    "minor",
    "no_recruiters",
    "profile_key",
    "read_query",
    "refusal",
    "special",
    "web_address",
    "without_instructions",
    "without_signs",
    "without_special",
    "words",
]
