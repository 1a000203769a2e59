"""Skills in short texts: MB/s beside the automaton library alone over the same texts, in the same run.

Alone means the library's fastest way: all texts joined, positions only, no word boundaries, case, context or texts
told apart. "aliases" searches the spellings as they are written; "padded" searches the very patterns the product
uses, over text that is flattened already, which leaves the library almost nothing to report. Times are of the
processor, so that other work of the machine does not count.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from time import process_time

from ahocorasick_rs import AhoCorasick, Implementation

from bench.report import Row, middle
from bench.scoring._job_skills import FOLDER, sentences
from scoring.skills import Matcher, Skill, shipped_vocabulary
from scoring.skills.broader import broader_vocabulary
from scoring.skills.flat import flat
from scoring.skills.words import patterns

TEXTS = 20_000
LENGTH = 300  # characters; about what a description, a biography or an answer's beginning has
RUNS = 5
BAR = 0.5
MANY = 1_000_000

_PLAIN = (
    *("we build tools for people who read the news", "a talk about gardens and how they grow in a year"),
    *("maintainer of a small compiler, likes hiking", "notes, slides and homework of a course", "café – naïve"),
    *("an unremarkable sentence without any tool in it", "weekend project, no tests yet", "hello, world"),
)
_SKILLED = (
    *("deep learning with PyTorch on GPUs", "Kubernetes operators, Helm charts and CI/CD", "C++ and C#"),
    *("paper code for object detection with YOLO", "I write about Bayesian statistics, R and ggplot2"),
    *("FastAPI service with PostgreSQL and Docker", "fine-tuning LLMs with LoRA", "a talk about time series"),
)
DENSITIES = {"a skill in every third text": 60, "two skills a text": 6, "nothing but skills": 1}  # one part in …


def rows() -> Iterator[Row]:
    """Throughput of both batch doors at three densities and on adverts, and the time of a million texts."""
    matcher = Matcher(shipped_vocabulary())
    for name, one_in in DENSITIES.items():
        yield from _beside(name, list(_texts(TEXTS, one_in)), matcher)
    if FOLDER.is_dir():
        whole = " ".join(" ".join(one.tokens) for one in sentences("train")) * 5
        yield from _beside("adverts", [whole[at : at + LENGTH] for at in range(0, len(whole), LENGTH)], matcher)
    texts = list(_texts(TEXTS, 6))
    yield _broader(texts)
    yield Row("1 M texts of 300 characters", _million(matcher, texts), "s", "two skills a text, as two columns")


def _beside(name: str, texts: list[str], matcher: Matcher) -> Iterator[Row]:
    joined = " \n ".join(texts)
    spelled, padded = _aliases(matcher.vocabulary.skills)
    lowered, flattened = joined.lower(), flat(joined)
    alone = {
        "aliases": _rate(lambda: _alone(spelled, lowered), len(joined)),
        "padded": _rate(lambda: _alone(padded, flattened), len(joined)),
    }
    doors: dict[str, Callable[[], object]] = {
        "words_many": lambda: matcher.words_many(texts),
        "word_columns": lambda: matcher.word_columns(texts),
    }
    for door, work in doors.items():
        rate = _rate(work, len(joined))
        for peer, speed in alone.items():
            share = rate / speed
            said = f"library alone, {peer}: {speed:.0f} MB/s; ours {rate:.0f}"
            target, holds = (f"≥ {BAR}", share >= BAR) if peer == "aliases" else ("", None)
            yield Row(f"{name}: {door} / library, {peer}", share, "×", said, target, holds)


def _alone(automaton: AhoCorasick, text: str) -> object:
    return automaton.find_matches_as_indexes(text, overlapping=True)


def _aliases(skills: Sequence[Skill]) -> tuple[AhoCorasick, AhoCorasick]:
    found = list(patterns(skills))
    return _automaton(one.text.lower() for one in found), _automaton(f" {flat(one.text)} " for one in found)


def _automaton(spellings: Iterable[str]) -> AhoCorasick:
    return AhoCorasick(list(dict.fromkeys(spellings)), implementation=Implementation.DFA, store_patterns=False)


def _texts(number: int, one_in: int) -> Iterator[str]:
    """Invented texts of a fixed length, none like the next; every so many parts one names skills."""
    part = 0
    for at in range(number):
        parts = []
        for _ in range(12):
            part += 1
            pool = _SKILLED if part % one_in == 0 else _PLAIN
            parts.append(pool[(part * 7 + at) % len(pool)])
        yield f"{at} {'. '.join(parts)}"[:LENGTH]


def _rate(work: Callable[[], object], letters: int) -> float:
    """MB/s, a character taken as a byte; the median of several runs."""
    return letters / 1e6 / middle(_cpu(work) for _ in range(RUNS))


def _cpu(work: Callable[[], object]) -> float:
    start = process_time()
    work()
    return process_time() - start


def _broader(texts: list[str]) -> Row:
    matcher = Matcher(shipped_vocabulary().extended(broader_vocabulary().skills))
    rate = _rate(lambda: matcher.words_many(texts), sum(map(len, texts)))
    return Row(f"words_many, {len(matcher.vocabulary.skills)} skills", rate, "MB/s", "two skills a text, broader too")


def _million(matcher: Matcher, texts: list[str]) -> float:
    return _cpu(lambda: matcher.word_columns(texts * (MANY // TEXTS)))
