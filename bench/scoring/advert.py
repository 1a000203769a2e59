"""Names of knowledge in sentences of job adverts, and how long a draft takes.

Exact F1 counts spans of tokens; overlap precision and recall count spans that touch one of the other side. The part
"dev" is only reported on: vocabulary, weights and settings come from the training part.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from resource import RUSAGE_CHILDREN, getrusage

from bench.report import Row, middle
from bench.scoring._job_skills import FOLDER, Judged, Sentence, Span, judge, sentences
from scoring.advert.tagger import spans
from scoring.skills import Matcher, shipped_vocabulary
from scoring.skills.broader import broader_matcher

BAR_EXACT, BAR_PRECISION, BAR_RECALL = 0.45, 0.70, 0.60
BASELINE = {"tech": "baseline F1 0.444, P 0.71, R 0.49", "house": "baseline F1 0.21"}
BAR_SECONDS = 2.0
RUNS = 3
Finder = Callable[[Sentence], frozenset[Span]]


def rows() -> Iterator[Row]:
    """Figures on the part "dev", the tagger beside the vocabularies as dictionaries; and the time of a draft."""
    if not FOLDER.is_dir():
        print(f"adverts: skipped, there is no {FOLDER}")
        return
    for source in ("tech", "house"):
        yield from _quality(source)
    yield _time()


def _quality(source: str) -> Iterator[Row]:
    dev = [one for one in sentences("dev") if one.source == source]
    finders: dict[str, Finder] = {"dictionaries": _listed, "tagger": _tagged}
    for name, finder in finders.items():
        judged = judge((one.spans, finder(one)) for one in dev)
        yield from _figures(f"{source}, {name}", judged, barred=name == "tagger" and source == "tech", source=source)


def _figures(name: str, judged: Judged, *, barred: bool, source: str) -> Iterator[Row]:
    shown = (
        ("exact F1", judged.f1, BAR_EXACT),
        ("overlap precision", judged.touching, BAR_PRECISION),
        ("overlap recall", judged.touched, BAR_RECALL),
    )
    for figure, value, bar in shown:
        target, holds = (f"≥ {bar:.2f}", value >= bar) if barred else ("", None)
        yield Row(f"{name}: {figure}", value, "", BASELINE[source], target, holds)


def _tagged(sentence: Sentence) -> frozenset[Span]:
    return frozenset(spans(sentence.tokens))


_SHIPPED = Matcher(shipped_vocabulary())


def _listed(sentence: Sentence) -> frozenset[Span]:
    """What the shipped and the broader vocabulary find, as whole tokens."""
    starts, at = [], 0
    for token in sentence.tokens:
        starts.append(at)
        at += len(token) + 1
    text = " ".join(sentence.tokens)
    hits = [hit for m in (_SHIPPED, broader_matcher()) for _, found in m.spellings.find((text,)) for hit in found]
    return frozenset(_by_token(starts, hit.start, hit.end) for hit in hits)


def _by_token(starts: list[int], start: int, end: int) -> Span:
    inside = [at for at, first in enumerate(starts) if first < end]
    return max(at for at in inside if starts[at] <= start), inside[-1] + 1


def _time() -> Row:
    """A whole advert of the part "dev" as text, in a process of its own, from its start to its end.

    Seconds of the processor: other work of the machine does not count.
    """
    first = sentences("dev")[0].post
    text = "\n".join(" ".join(one.tokens) for one in sentences("dev") if one.post == first)
    code = "import sys; from scoring.advert import draft; draft(sys.stdin.read())"
    took = middle(_child(code, text) for _ in range(RUNS))
    return Row(
        f"draft of {len(text)} characters, cold start", took, "s", "", f"< {BAR_SECONDS:g} s", took < BAR_SECONDS
    )


def _child(code: str, text: str) -> float:
    before = getrusage(RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], input=text, text=True, check=True)
    after = getrusage(RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
