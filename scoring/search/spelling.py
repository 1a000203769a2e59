"""The terms of a text: words in one spelling, without those that say nothing, and pairs of neighbours."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from scoring.places.names import place_key

_WORD = re.compile(r"[^\W_]+(?:\+\+|#)?")
_SAYS_NOTHING = (
    "a an and are as at be been but by can for from had has have how in into is it its no not of on or our so such",
    "than that the their them then there these they this those through to was we were what when where which who will",
    "with within would you your using used use based new also both each more most other some very via",
)
_STOP = frozenset(word for line in _SAYS_NOTHING for word in line.split())
# Ways to write the same name; what sources and people write differs more than what they mean.
_SPELLINGS = {
    "csharp": "c#",
    "cpp": "c++",
    "cplusplus": "c++",
    "dotnet": "net",
    "golang": "go",
    "js": "javascript",
    "nodejs": "node javascript",
    "k8s": "kubernetes",
    "postgres": "postgresql",
    "sklearn": "scikit learn",
    "ml": "machine learning",
    "ai": "artificial intelligence",
    "nlp": "natural language processing",
    "llms": "llm",
}
_ENDINGS = (("ies", "y"), ("sses", "ss"), ("s", ""))  # plurals, no more: "testing" and "test" stay apart
_SHORTEST = 3  # letters of a word that may lose its plural "s"


def terms(text: str) -> list[str]:
    """Words and pairs of neighbouring words, in the order of the text."""
    words = list(_words(text))
    return [*words, *(f"{left} {right}" for left, right in pairwise(words))]


def _words(text: str) -> Iterator[str]:
    for written in _WORD.findall(text.casefold()):
        if written not in _STOP:
            yield from _spelled(written)


@lru_cache(maxsize=100_000)
def _spelled(written: str) -> tuple[str, ...]:
    """The usual spelling, without accents and plural; "c++" and "c#" stay as they are."""
    if written[-1] in "+#":
        return (written,)
    word = place_key(written) or written
    return tuple(_singular(one) for one in _SPELLINGS.get(word, word).split())


def _singular(word: str) -> str:
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and not word.endswith(("ss", "us", "is")) and len(word) - len(ending) >= _SHORTEST:
            return word.removesuffix(ending) + instead
    return word
