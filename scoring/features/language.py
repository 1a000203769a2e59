"""The component about working languages: stated, or the language of own texts. "Native" is never asked."""

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from scoring.features.base import Seen, seen, unknown
from scoring.reading import Reading

_WORDS_ENOUGH = 30
ENOUGH_TEXT = 4_000  # code points; more would not change the answer
_HITS = 0.12  # share of function words from which a text is in a language
_INFERRED = 0.5

_COMMON = {
    "en": "the of and to in a is for with that on this from are by an it as be or we you",
    "de": "der die das und ist für mit von den ein eine nicht auf zu im dem als auch wir",
    "fr": "le la les des et est pour avec une dans que sur un du en par ce au qui pas",
    "es": "el la los las de y es para con una que en un por del se lo al como más",
    "pt": "o os as de e é para com uma que em um por do da no na se dos mais",
    "it": "il lo gli di e è per con una che in un da del della sul sono nel più si",
    "nl": "de het een en is voor met van dat op te in zijn niet aan er om ook bij",
    "pl": "i w na z do jest się nie dla przez oraz to od jak po że",
}
_FUNCTION_WORDS = {code: frozenset(words.split()) for code, words in _COMMON.items()}
_NAMES = {"en": "english", "de": "german|deutsch", "fr": "french|français", "es": "spanish|español"}
_NAMES |= {"pt": "portuguese|português", "it": "italian|italiano", "nl": "dutch|nederlands", "pl": "polish|polski"}
_LEVEL = r"(?:fluent|proficient|professional|working|business|b2|c1|c2|bilingual)"


def language(reading: Reading) -> Seen:
    """Whether the working languages asked are stated or show in own texts."""
    asked = tuple(wanted.code for wanted in reading.role.languages)
    return reading.person.once(("language", asked), lambda: _language(reading, asked))


def _language(reading: Reading, asked: tuple[str, ...]) -> Seen:
    bios = "\n".join(a.bio for a in reading.accounts if a.bio)
    stated = [code for code in asked if _states(code, bios)]
    texts = (part for one in reading.work for part in (one.title, one.text) if part)
    shown = _languages(" ".join([bios, *texts])[:ENOUGH_TEXT], asked)
    written = [code for code in asked if code not in stated and code in shown]
    missing = [code for code in asked if code not in stated and code not in written]
    if not stated and not written:
        return unknown(*missing, reason="neither stated nor shown in enough text")
    confidence = (len(stated) + _INFERRED * len(written)) / len(asked)
    return seen(1.0, confidence, f"uses {', '.join([*stated, *written])}", (), missing)


def _states(code: str, text: str) -> bool:
    name = _NAMES.get(code)
    if name is None:
        return False
    near = rf"\b(?:{name})\b[\s:(,–-]{{0,4}}{_LEVEL}\b|\b{_LEVEL} (?:in |level )?(?:{name})\b"
    return re.search(near, text.lower()) is not None


def written_in(reading: Reading) -> frozenset[str]:
    """The known languages of a person's own texts; empty where there is too little text to tell."""
    bios = (a.bio for a in reading.accounts if a.bio)
    texts = (part for one in reading.work for part in (one.title, one.text) if part)
    return languages_of([*bios, *texts])


def languages_of(texts: Iterable[str]) -> frozenset[str]:
    """The known languages of these texts together, as far as they are read."""
    return _languages(" ".join(texts)[:ENOUGH_TEXT], tuple(_FUNCTION_WORDS))


@lru_cache(maxsize=4096)
def _languages(text: str, asked: tuple[str, ...]) -> frozenset[str]:
    """Those of the asked languages whose function words are common in a text of at least thirty words."""
    words = Counter(re.findall(r"[^\W\d_]+", text.lower()))
    least = _HITS * words.total()
    if words.total() < _WORDS_ENOUGH:
        return frozenset()
    return frozenset(code for code in asked if sum(words[word] for word in _FUNCTION_WORDS.get(code, ())) >= least)
