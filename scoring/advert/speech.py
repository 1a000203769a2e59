"""The languages an advert asks people to speak."""

import re
from dataclasses import dataclass
from functools import cache

from scoring.advert.cues import clause_at, clauses, has
from scoring.advert.sentences import Part, Sentence, words

_PROGRAMMING = re.compile(r"(?i)\bprogramming|programmiersprache|programación|programmation")


@dataclass(frozen=True, slots=True)
class Spoken:
    """A language asked, with its level and the sentence that asks it."""

    code: str
    level: str
    sentence: str
    line: int


def languages(sentences: list[Sentence]) -> list[Spoken]:
    """Languages asked for; one without a word about speaking is none, one that is only a plus neither."""
    found: dict[str, Spoken] = {}
    for sentence in sentences:
        if sentence.part in (Part.OFFER, Part.ABOUT) or _PROGRAMMING.search(sentence.text):
            continue
        usual = _speech_level(f"{sentence.heading} {sentence.text}")
        parts = clauses(sentence)
        for named in _language().finditer(sentence.text) if usual else ():
            clause = clause_at(parts, named.start())
            own = _speech_level(clause.text)
            if not has("nice", clause.text) and (own or clause.asks not in ("nice", "not")):
                code = _codes()[named[0].casefold()]
                found.setdefault(code, Spoken(code, own or usual or "working", sentence.text, sentence.line))
    return list(found.values())


def spoken(name: str) -> bool:
    """Whether a name is that of a language, with or without a level: "English C1"."""
    return _language().search(name) is not None


def language_code(name: str) -> str | None:
    """The code of a language by its name in one of the languages known, or by the code itself."""
    plain = name.strip().casefold()
    return _codes().get(plain, plain if plain in _codes().values() else None)


def _speech_level(text: str) -> str | None:
    return next((level for level in ("fluent", "basic", "working") if _speech(level).search(text)), None)


@cache
def _speech(level: str) -> re.Pattern[str]:
    return re.compile(rf"(?i)(?<!\w)(?:{'|'.join(map(re.escape, words()['speech'][level]))})(?!\w)")


@cache
def _codes() -> dict[str, str]:
    return {name: code for code, names in words()["languages"].items() for name in names}


@cache
def _language() -> re.Pattern[str]:
    return re.compile(rf"(?i)(?<!\w)(?:{'|'.join(map(re.escape, sorted(_codes(), key=len, reverse=True)))})(?!\w)")
