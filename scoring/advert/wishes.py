"""The skills an advert names, and what it says of each: must or plus, how many years, how deep, one of several."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict

from scoring.advert.cues import Clause, clause_at, clauses, has, years
from scoring.advert.sentences import Part, Sentence
from scoring.skills import Matcher, shipped_vocabulary
from scoring.skills.broader import broader_matcher, broader_vocabulary
from scoring.skills.vocabulary import NO_SKILL
from scoring.skills.words import Hit, Spellings, patterns
from storage.records import Level

_OR = re.compile(r"(?i)(?<!\w)(?:or|and/or|oder|bzw|o|ou)(?!\w)|/")
_LIST = re.compile(r"(?i)[\s,/&+()]*(?:(?:and|or|and/or|und|oder|bzw|y|o|et|ou|e)(?!\w))?[\s,/&+()]*")
_OR_ALIKE = re.compile(
    r"(?i)[\s,)]*(?:or|oder|o|ou)\s+(?:an?\s+)?(?:\w+\s+)?(?:similar|equivalent|comparable|other|ähn|sim)"
)
_MOST_BETWEEN = 12  # characters between two names of a list
_BEFORE_LIST = 30  # characters before a list in which "such as" stands

# Trades and subjects, too wide to look for in somebody's work: they are reported, not drafted as must-haves.
VAGUE = frozenset(
    [
        *("artificial-intelligence", "machine-learning", "deep-learning", "data-science", "computer-science"),
        *("computer-vision", "natural-language-processing", "big-data", "data-analysis", "data-engineering"),
        *("software-engineering", "software-development", "programming", "open-source", "agile", "scrum", "algorithm"),
        *("cloud", "cloud-computing", "api", "database", "web", "security", "research", "software", "generative-ai"),
    ]
)


_ASKING = (Part.MUST, Part.NICE, Part.DUTIES)


class Wish(BaseModel):
    """One thing an advert asks, with the sentence that asks it; several skills: any of them will do."""

    model_config = ConfigDict(frozen=True)

    skills: tuple[str, ...]
    asks: Literal["must", "nice", "unsaid"]
    level: Level
    years: int | None
    sentence: str
    line: int


@cache
def _shipped() -> Matcher:
    return Matcher(shipped_vocabulary())


def wishes(text: str, sentences: list[Sentence]) -> list[Wish]:
    """The wishes in the order of the advert; what is offered, or said of the firm, is none."""
    starts = [sentence.start for sentence in sentences]
    by_sentence: dict[int, list[Hit]] = {}
    for hit in _hits(text):
        at = bisect_right(starts, hit.start) - 1
        if at >= 0 and hit.end <= starts[at] + len(sentences[at].text):
            by_sentence.setdefault(at, []).append(hit)
    asking = any(sentence.part in _ASKING for sentence in sentences)
    found = [wish for at in sorted(by_sentence) for wish in _in_sentence(sentences[at], by_sentence[at])]
    # Before the first heading the firm speaks of itself, unless there are no headings at all.
    heads = {one.line for one in sentences if one.part is Part.HEAD} if asking else set()
    return [wish for wish in found if wish.asks != "unsaid" or wish.line not in heads]


def _hits(text: str) -> list[Hit]:
    """Shipped skills, broader terms where none stands, and doubtful names that stand in a list with either."""
    own = [hit for _, hits in _shipped().spellings.find((text,)) for hit in hits]
    broad = [hit for _, hits in broader_matcher().spellings.find((text,)) for hit in hits]
    sure = _ordered((*own, *_free(broad, own)))
    doubtful = [hit for _, hits in _doubtful().find((text,)) for hit in hits]
    return _ordered((*sure, *_listed(text, _free(doubtful, sure), sure)))


@cache
def _doubtful() -> Spellings:
    """Broader names that need a context, without it, and the phrases in which they are none."""
    broad = list(patterns(broader_vocabulary().skills))
    bare = (one._replace(alias=one.alias.model_copy(update={"context": ()})) for one in broad if one.alias.context)
    return Spellings((*bare, *(one for one in broad if one.skill == NO_SKILL)))


def _ordered(hits: Iterable[Hit]) -> list[Hit]:
    return sorted(hits, key=lambda hit: (hit.start, hit.end, hit.pattern.skill))


def _free(hits: Iterable[Hit], taken: list[Hit]) -> Iterator[Hit]:
    """The hits that touch none of those taken, which are in order."""
    starts = [hit.start for hit in taken]
    for hit in hits:
        at = bisect_right(starts, hit.end - 1) - 1
        if at < 0 or taken[at].end <= hit.start:
            yield hit


def _listed(text: str, doubtful: Iterable[Hit], sure: list[Hit]) -> Iterator[Hit]:
    """The doubtful names beside a sure one in a list: "Rust, Go", "Go and Rust"; from there on they are sure."""
    starts, ends = [hit.start for hit in sure], sorted(hit.end for hit in sure)
    last = -1
    for hit in _ordered(doubtful):
        at, next_one = bisect_right(ends, hit.start) - 1, bisect_left(starts, hit.end)
        before = max(last, ends[at] if at >= 0 else -1)
        after = starts[next_one] if next_one < len(starts) else len(text)
        if (before >= 0 and _joins(text[before : hit.start])) or (
            next_one < len(starts) and _joins(text[hit.end : after])
        ):
            last = hit.end
            yield hit


def _joins(between: str) -> bool:
    """Whether what stands between two names makes a list of them."""
    return len(between) <= _MOST_BETWEEN and bool(between.strip()) and _LIST.fullmatch(between) is not None


def _in_sentence(sentence: Sentence, hits: list[Hit]) -> Iterator[Wish]:
    if sentence.part in (Part.OFFER, Part.ABOUT):
        return
    parts = clauses(sentence)
    asking = {clause.start for clause in parts if clause.asks != "not" and not _subject(clause)}
    asked = [(hit, clause_at(parts, hit.start - sentence.start)) for hit in hits]
    kept = [(hit, clause) for hit, clause in asked if clause.start in asking]
    named: set[str] = set()  # "Transformers of Hugging Face" names one thing twice
    for run in _runs(sentence, kept):
        fresh = [(hit, clause) for hit, clause in run if hit.pattern.skill not in named]
        named |= {hit.pattern.skill for hit, _ in fresh}
        yield from _of_run(sentence, fresh) if fresh else ()


def _subject(clause: Clause) -> bool:
    """Whether a clause names the subject of a degree: "MSc in statistics"."""
    return has("degree", clause.text) and not years(clause.text)


Run = list[tuple[Hit, Clause]]


def _runs(sentence: Sentence, asked: Run) -> Iterator[Run]:
    """Names that stand in one list: only commas, slashes, "and", "or" between them, and asked alike."""
    run: Run = []
    for hit, clause in asked:
        if run:
            between = sentence.text[run[-1][0].end - sentence.start : max(0, hit.start - sentence.start)]
            if _LIST.fullmatch(between) is None or clause.asks != run[-1][1].asks:
                yield run
                run = []
        run.append((hit, clause))
    if run:
        yield run


def _of_run(sentence: Sentence, run: Run) -> Iterator[Wish]:
    skills = tuple(dict.fromkeys(hit.pattern.skill for hit, _ in run))
    groups = [skills] if _any_of(sentence, run) else [(skill,) for skill in skills]
    clause = run[0][1]
    said = years(clause.text) or years(sentence.text)
    for group in groups:
        yield Wish(
            skills=group,
            asks="must" if clause.asks == "must" else "nice" if clause.asks == "nice" else "unsaid",
            level=Level.ACTIVITY if clause.asks != "must" or has("basic", sentence.text) else Level.PRACTICE,
            years=said[0] if len(set(said)) == 1 and clause.asks == "must" else None,
            sentence=sentence.text,
            line=sentence.line,
        )


def _any_of(sentence: Sentence, run: Run) -> bool:
    start, end = run[0][0].start - sentence.start, run[-1][0].end - sentence.start
    inside = _without(
        sentence.text[start:end],
        [(hit.start - sentence.start - start, hit.end - sentence.start - start) for hit, _ in run],
    )
    alike = _OR_ALIKE.match(sentence.text, end) is not None
    return alike or _OR.search(inside) is not None or has("either", sentence.text[max(0, start - _BEFORE_LIST) : start])


def _without(text: str, places: Iterable[tuple[int, int]]) -> str:
    """A text with the names blanked out: the "/" of "CI/CD" is none between names."""
    letters = list(text)
    for start, end in places:
        letters[start:end] = " " * (end - start)
    return "".join(letters)
