"""The job titles an advert gives, and the level it looks for."""

import re
from collections.abc import Iterable, Iterator

from scoring.advert.sentences import Part, Said, Sentence, words

_FROM_YEARS = ((2, "junior"), (5, "mid"), (9, "senior"))
_HEAD_LINES = 12  # a title stands in the first lines
_MOST_TITLE = 80  # characters

_JOB = re.compile(
    r"(?i)\b(?:engineer|developer|scientist|researcher|analyst|architect|programmer|statistician|entwickler|ingenieur|"
    r"ingeniero|ingeniera|desarrollador|desarrolladora|científico|científica|ingénieur|ingénieure|développeur|"
    r"engenheiro|engenheira|desenvolvedor)(?:s|in|e|:in|\*in)?\b"
)
_SEEK = re.compile(
    r"(?i)\b(?:looking for|seeking|hiring|join us as|role:|position:|job title:|title:|stelle:|puesto:|poste :?|suchen|"
    r"buscamos|recherchons)\s+(?:an?|the|our next|eine[n]?|un|une|una)?\s*(?P<title>[^.,;:\n]{4,80})"
)
_TAIL = re.compile(r"(?i)\s*(?:\(.*?\)|\[.*?\]|\s[-–—|@•·].*|\b(?:who|to|at|bei|en|chez|para|für|that|with|in)\b.*)$")
_LABEL = re.compile(r"(?i)^(?:(?:job )?title|position|role|stelle|jobtitel|puesto|cargo|poste|vaga)\s*:\s*")
_GENDER = re.compile(r"(?i)\(?\b[mwfdhx](?:\s*/\s*[mwfdhx]){1,3}\b\)?|[:*]in\b")
_LEVEL_WORDS = re.compile(
    r"(?i)\b(?:junior|mid|mid-level|medior|intermediate|senior|sénior|sr\.?|jr\.?|lead|staff|principal|entry[- ]level"
    r")\b"
)


def titles(sentences: list[Sentence]) -> list[Said]:
    """Job titles: of the first lines, and after "we are looking for"; without level, place and (m/f/d)."""
    found: dict[str, Said] = {}
    for at, sentence in enumerate(sentences):
        for written in _titles_in(sentence, at < _HEAD_LINES):
            title = _clean_title(written)
            if title and title.casefold() not in found:
                found[title.casefold()] = Said(title, sentence.text, sentence.line)
    return list(found.values())[:3]


def _titles_in(sentence: Sentence, head: bool) -> Iterator[str]:
    if head and len(sentence.text) <= _MOST_TITLE and not sentence.text.endswith(".") and _JOB.search(sentence.text):
        yield _LABEL.sub("", sentence.text)
    yield from (one["title"] for one in _SEEK.finditer(sentence.text) if _JOB.search(one["title"]))


def _clean_title(written: str) -> str:
    """ "Senior ML Engineer (m/f/d) - Berlin" → "ML Engineer"; nothing if no job word is left."""
    bare = _LEVEL_WORDS.sub("", _GENDER.sub("", written))
    bare = re.sub(r"[!^{}\[\]|\"“”*_#]", " ", _TAIL.sub("", bare))
    bare = " ".join(bare.split()).strip(" ,/-–—&+")
    return bare if _JOB.search(bare) and len(bare.split()) <= 7 else ""


def seniority(sentences: list[Sentence], stated: Iterable[tuple[int, Sentence]]) -> Said | None:
    """The level by its word in the title lines, else anywhere it stands before a job, else by the years asked."""
    head = [one for one in sentences[:_HEAD_LINES] if _JOB.search(one.text)]
    for sentence in (*head, *sentences):
        if sentence.part is not Part.OFFER and (level := _level_word(sentence.text)) is not None:
            return Said(level, sentence.text, sentence.line)
    most = max(stated, key=lambda one: one[0], default=None)
    if most is None:
        return None
    level = next((name for limit, name in _FROM_YEARS if most[0] < limit), "staff")
    return Said(level, most[1].text, most[1].line)


def _level_word(text: str) -> str | None:
    """The level that stands within three words before a job: "senior or staff ML engineer" is senior."""
    for name, spelled in words()["levels"].items():
        alternatives = "|".join(map(re.escape, sorted(spelled, key=len, reverse=True)))
        if re.search(rf"(?i)(?<!\w)(?:{alternatives})(?!\w)(?:\W+\w+){{0,3}}?\W+{_JOB.pattern[4:]}", text):
            return name
    return None
