"""Several workers on one night: two against one, and workers killed at random moments.

Numbers: people, kills, runs of each speed. Every answer of the invented web takes 100 ms, as from far away; both sides
ask the same number of sources at a time. The clock of a night runs from its first to its last source, since starting a
process costs the same whoever works; with the start is printed beside. While links are followed, sources that wait
resume wherever they are, so one worker is as fast there as two; before that, two need half of one's time at best, and
no less than the longest source. A kill is a SIGKILL to a worker at a random moment of the time an undisturbed night
takes; another worker goes on, and a new one takes its place.
"""

import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.request import Request, urlopen

from bench.faults._world import BEGIN, Web, contents, environment, installation, web
from bench.faults.kills import KINDS, database, server
from bench.report import Row, middle
from bench.scale._killing import killing
from sourcing import nightly
from sourcing.config import load
from sourcing.workers._joined import TAKEN_OVER

PEOPLE, KILLS, RUNS = 100, 20, 3
LATENCY = 0.1  # seconds per answer
SILENCE = 2.0  # seconds until a killed worker's sources are taken over
PER_NIGHT = 5  # kills


class Ran(NamedTuple):
    """What a night took and left."""

    discovery: float  # seconds from the first source begun until links of others are followed
    crawl: float  # seconds from the first source begun to the last ended
    whole: float  # seconds of the crawl with the start of its processes
    left: Mapping[str, str]
    asked: Counter[str]
    billed: int  # requests by the outcomes
    kills: int
    taken_over: int


def rows(people: int = PEOPLE, kills: int = KILLS, runs: int = RUNS) -> Iterator[Row]:
    """The figures; nothing where PostgreSQL does not start."""
    try:
        with server() as address, web(people) as served:
            _slow(served)
            yield from _speeds(address, served, runs)
            if kills:
                yield from _accidents(address, served, kills)
    except ImportError as error:
        print(f"workers: left out, {error}")


def _slow(served: Web) -> None:
    body = json.dumps({"faults": {"slow": 1.0}, "slow": LATENCY}).encode()
    with urlopen(Request(served.base + "/_control", body, {"content-type": "application/json"}), timeout=60) as answer:
        answer.read()


# --- two against one -------------------------------------------------------------------------------------------


def _speeds(address: str, served: Web, runs: int) -> Iterator[Row]:
    for at_once in (1, 4):
        pairs = [[_night(address, served, workers=n, at_once=at_once) for n in (1, 2)] for _ in range(runs)]
        one, two = (middle(pair[at].crawl for pair in pairs) for at in (0, 1))
        ratio = middle(pair[0].crawl / pair[1].crawl for pair in pairs)
        started = middle(pair[0].whole / pair[1].whole for pair in pairs)
        cores, load = os.cpu_count(), os.getloadavg()[0]
        peer = f"{one:.1f} s and {two:.1f} s, median of {runs}; {started:.2f}× with the start of the processes; "
        peer += f"{pairs[0][0].asked.total()} requests, the longest source {_longest(pairs[0][0])} of them; "
        peer += f"load {load:.1f} on {cores} cores"
        bar = ("≥ 1.8×", ratio >= 1.8) if at_once == 1 else ("", None)
        yield Row(f"two workers against one, {at_once} sources at a time each", ratio, "×", peer, *bar)
        first = middle(pair[0].discovery / pair[1].discovery for pair in pairs)
        alone, both = (middle(pair[at].discovery for pair in pairs) for at in (0, 1))
        bar = ("≥ 1.8×", first >= 1.8) if at_once == 1 else ("", None)
        peer = f"{alone:.1f} s and {both:.1f} s, half being {alone / 2:.1f} s"
        yield Row("of it until links are followed", first, "×", peer, *bar)
        same = all(night.left == pairs[0][0].left for pair in pairs for night in pair)
        yield Row(f"nights that differ, {at_once} at a time", int(not same), "", f"of {2 * runs}", "0", same)


def _longest(ran: Ran) -> int:
    by_source: Counter[str] = Counter()
    for name, count in ran.asked.items():
        by_source[name.split(" ")[2].split("/")[1]] += count
    return by_source.most_common(1)[0][1]


# --- killed workers --------------------------------------------------------------------------------------------


def _accidents(address: str, served: Web, kills: int) -> Iterator[Row]:
    chance = random.Random("workers")
    calm = _night(address, served, workers=2, at_once=4)
    hurt: list[Ran] = []
    while (done := sum(one.kills for one in hurt)) < kills:
        count = min(PER_NIGHT, kills - done)
        hurt.append(_night(address, served, workers=2, at_once=4, chance=chance, kills=count, within=calm.crawl))
    number = sum(one.kills for one in hurt)
    over = sum(one.taken_over for one in hurt)
    yield Row("workers killed", number, "", f"in {len(hurt)} nights; {over} sources were taken over")
    for what in KINDS:
        expected = {name: text for name, text in calm.left.items() if name.startswith(what + " ")}
        lost = sum(name not in one.left for one in hurt for name in expected)
        changed = [(text, one.left[name]) for one in hurt for name, text in expected.items() if name in one.left]
        fields = Counter(field for pair in changed for field in _differing(*pair))
        doubled = sum(name.startswith(what + " ") and name not in expected for one in hurt for name in one.left)
        peer = f"{len(expected):,} in the undisturbed night"
        yield Row(f"{what} lost", lost, "", peer, "0", lost == 0)
        other = sum(one != two for one, two in changed)
        yield Row(f"{what} changed", other, "", f"of {len(changed):,}; in {dict(fields) or 'nothing'}", "0", other == 0)
        yield Row(f"{what} doubled or added", doubled, "", peer, "0", doubled == 0)
    twice = sum((one.asked - calm.asked).total() for one in hurt)
    yield Row("requests sent twice", twice / number, "per kill", f"{calm.asked.total()} requests undisturbed")
    unbilled = sum(one.asked.total() - one.billed for one in hurt)
    yield Row("requests on no bill", unbilled / number, "per kill", "in flight when their worker died")
    slower = middle(one.crawl for one in hurt) / calm.crawl
    yield Row("a night with killed workers against one without", slower, "×", f"{PER_NIGHT} kills, silence {SILENCE} s")


def _differing(one: str, two: str) -> list[str]:
    """Fields two records differ in, those inside of marks by their names."""
    if one == two or not one.startswith("{"):
        return []
    before, after = _flat(json.loads(one)), _flat(json.loads(two))
    return sorted(name for name in {*before, *after} if before.get(name) != after.get(name))


def _flat(record: Mapping[str, object]) -> dict[str, object]:
    flat = {f"markers.{name}": value for name, value in dict(record.get("markers") or {}).items()}  # type: ignore[call-overload]  # as it was written
    return {**{name: value for name, value in record.items() if name != "markers"}, **flat}


def _night(
    address: str,
    served: Web,
    *,
    workers: int,
    at_once: int,
    chance: random.Random | None = None,
    kills: int = 0,
    within: float = 0.0,
) -> Ran:
    """Run a night on an installation of its own."""
    with tempfile.TemporaryDirectory() as folder, database(address) as url, _with(environment(url)):
        path = installation(Path(folder) / "house", served, url)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"\n[workers]\nsilence = {SILENCE}\n")
        mark, said = served.mark(), _Said()
        with killing(url, chance, kills, within) as hit:
            done = nightly.run(load(path), now=BEGIN, workers=workers, at_once=at_once, progress=said)
        if done.interrupted or any(one.state == "failed" for one in done.night.outcomes):
            raise RuntimeError(f"a night failed: {[one for one in done.night.outcomes if one.state == 'failed']}")
        outcomes = done.night.outcomes
        told = (
            f"{workers} workers, {at_once} at a time, {len(hit)} killed: "
            f"discovery {said.discovery:.1f} s, crawl {said.crawl:.1f} s of {said.whole:.1f}"
        )
        print(told, file=sys.stderr, flush=True)
        return Ran(
            discovery=said.discovery,
            crawl=said.crawl,
            whole=said.whole,
            left=contents(path, url),
            asked=served.requests(mark),
            billed=sum(one.requests for one in outcomes),
            kills=len(hit),
            taken_over=sum(one.counters.get(TAKEN_OVER, 0) for one in outcomes),
        )


class _Said:
    """The clock of a crawl, by what the night says of itself."""

    def __init__(self) -> None:
        self.asked = self.began = self.followed = self.ended = 0.0

    def __call__(self, line: str) -> None:
        now = time.monotonic()
        if line == "crawling":
            self.asked = now
        elif line.startswith("sources:") and "working" in line and not self.began:
            self.began = now
        elif line == "following links, round 1":
            self.followed = now
        elif line == "forgetting what is over":
            self.ended = now

    @property
    def discovery(self) -> float:
        """Seconds from the first source begun until links of others are followed."""
        return self.followed - self.began

    @property
    def crawl(self) -> float:
        """Seconds from the first source begun to the end."""
        return self.ended - self.began

    @property
    def whole(self) -> float:
        """Seconds with the start of the processes."""
        return self.ended - self.asked


@contextmanager
def _with(values: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
