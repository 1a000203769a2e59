"""What the tagger sees at each token: words, shapes and lists around it, and the terms of both vocabularies."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from scoring.skills.broader import broader_terms, broader_vocabulary
from scoring.skills.vocabulary import Alias, shipped_vocabulary

_EDGES = ".,;:()[]*•-–—·\"“”'‘’!?"
_CUES = frozenset(
    [
        *("experience", "knowledge", "understanding", "familiarity", "familiar", "skills", "expertise", "proficiency"),
        *("proficient", "degree", "background", "using", "with", "in", "of", "technologies", "tools", "languages"),
        *("frameworks", "such", "including", "e.g", "like", "fluent", "plus"),
    ]
)
_CUE_REACH = 7
_LIST_REACH = 6
_LONGEST_TERM = 5
_REPEATED = re.compile(r"(.)\1+")


def signs(words: Sequence[str]) -> list[list[str]]:
    """The signs of each token of a sentence, as the weights name them."""
    plain = [bare(word) for word in words]
    shapes = [_shape(word) for word in words]
    listed = _listed(plain)
    return [list(_at(at, words, plain, shapes, listed)) for at in range(len(words))]


def bare(word: str) -> str:
    """A token in lower case without the marks around it."""
    return (word.strip(_EDGES) or word).lower()


def _at(
    at: int, words: Sequence[str], plain: Sequence[str], shapes: Sequence[str], listed: Sequence[Sequence[str]]
) -> Iterator[str]:
    yield "any"
    yield f"shape={shapes[at]}"
    yield f"starts={plain[at][:3]}"
    yield f"ends={plain[at][-3:]}"
    yield f"ends={plain[at][-2:]}"
    yield f"length={min(len(words), 40) // 5}"
    yield f"near={min(_LIST_REACH, sum(map(bool, listed[max(0, at - _LIST_REACH) : at + _LIST_REACH + 1])))}"
    if at == 0:
        yield "first"
    if at == len(words) - 1:
        yield "last"
    if words[at].lower() != plain[at]:
        yield f"marks={''.join(letter for letter in words[at] if not letter.isalnum())[:3]}"
    yield from _neighbours(at, plain, shapes, listed)
    cue = next((plain[j] for j in range(at - 1, max(-1, at - 1 - _CUE_REACH), -1) if plain[j] in _CUES), None)
    if cue is not None:
        yield f"cue={cue}"


def _neighbours(at: int, plain: Sequence[str], shapes: Sequence[str], listed: Sequence[Sequence[str]]) -> Iterator[str]:
    for step in (-3, -2, -1, 0, 1, 2):
        inside = 0 <= at + step < len(plain)
        yield f"word{step:+}={plain[at + step] if inside else '-'}"
        if inside and abs(step) <= 2:
            yield from (f"list{step:+}={kind}" for kind in listed[at + step])
        if abs(step) == 1:
            yield f"shape{step:+}={shapes[at + step] if inside else '-'}"
    if at:
        yield f"pair-1={plain[at - 1]} {plain[at]}"
    if at + 1 < len(plain):
        yield f"pair+1={plain[at]} {plain[at + 1]}"


def _shape(word: str) -> str:
    """ "PyTorch" → "XxXx", "C++17" → "X+d": letters by case, digits, runs as one."""
    letters = ("X" if c.isupper() else "x" if c.isalpha() else "d" if c.isdigit() else c for c in word[:40])
    return _REPEATED.sub(r"\1", "".join(letters))[:8]


def _listed(plain: Sequence[str]) -> list[list[str]]:
    """For each token the lists whose term covers it, with its place in the term."""
    terms = _terms()
    found: list[list[str]] = [[] for _ in plain]
    for at in range(len(plain)):
        for size in range(min(_LONGEST_TERM, len(plain) - at), 0, -1):
            lists = terms.get(" ".join(plain[at : at + size]).replace("-", " "))
            if lists is None:
                continue
            for place in range(at, at + size):
                found[place] += (f"{name} {'begin' if place == at else 'go on'} {size > 1:d}" for name in lists)
            break
    return found


def known(name: str) -> bool:
    """Whether a name, or a part of it, is a spelling one of the vocabularies looks for."""
    plain = [bare(word) for word in name.replace("/", " ").split()]
    stretches = (plain[start:end] for start in range(len(plain)) for end in range(start + 1, len(plain) + 1))
    return any(" ".join(words).replace("-", " ") in _sought() for words in stretches)


@cache
def _sought() -> frozenset[str]:
    """The spellings that are looked for, as keys."""
    skills = (*shipped_vocabulary().skills, *broader_vocabulary().skills)
    return frozenset(_term_key(alias.text) for skill in skills for alias in skill.parsed())


def _term_key(spelling: str) -> str:
    return " ".join(bare(word) for word in spelling.split()).replace("-", " ")


@cache
def _terms() -> dict[str, tuple[str, ...]]:
    """All spellings, those too unsure to stand alone as well: here they are one sign among many."""
    terms: dict[str, tuple[str, ...]] = {}
    for skill in shipped_vocabulary().skills:
        for alias in skill.parsed():
            _put(terms, alias.text, "own")
    for term in broader_terms():
        for spelling in (*(Alias.parse(written).text for written in term.used), *term.left_out):
            _put(terms, spelling, term.origin)
    return terms


def _put(terms: dict[str, tuple[str, ...]], spelling: str, origin: str) -> None:
    key = _term_key(spelling)
    if origin not in terms.get(key, ()):
        terms[key] = (*terms.get(key, ()), origin)
