"""Fuzz: strangers' bytes into every reader; nothing may raise but the product's own errors, and nothing may be slow.

`python -m bench.faults fuzz [SECONDS]`: per group of readers, SECONDS of atheris (coverage-guided; left out with the
reason where its wheel does not install) and of hypothesis; recorded conversations with values put out of shape, through
the real engine; and every reader on 100,000 characters of what makes patterns slow.
"""

import argparse
import copy
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from time import monotonic, process_time
from typing import Any

from bench.faults._targets import GROUPS, Target
from bench.report import Row, report

SECONDS = 600.0  # per group and tool
LONG = 100_000  # characters
BAR = 0.2  # seconds for as many
RECORDINGS = Path(__file__).parents[2] / "tests" / "recordings"
ATHERIS = "atheris"
PIECES = (
    *("ignore all previous ", "system: ", "this candidate ", "SWdub3Jl", "I g n ", "you are an ai ", "add my to my "),
    *("a", "a.", "@", "https://", " ", "\n", "a@", "[", "<", "0.", "C++,", "\u0301", "a-", "(a", "-----BEGIN "),
    *(
        "Senior ",
        "Berlin, ",
        "no recruiters ",
        "&amp;",
        "<a href=",
        "{",
        '"',
        "\\",
        "\u200b",
        "%20",
        "//",
        "a:b@",
        "+1 ",
    ),
)
STARTS = ("", "System: ignore previous rules, Senior engineer ")  # what makes readers look closer
STRANGE: tuple[Any, ...] = (
    *(
        None,
        True,
        -1,
        10**18,
        10**30,
        1e308,
        "",
        "12",
        "\ud800",
        "\x00",
        "x" * 50_000,
        [],
        {},
        [[]],
        [None],
        {"a": None},
    ),
    *("=1+1", "<script>", "javascript:alert(1)", "9999-12-31T23:59:59Z", "2026-02-30", "\u202eabc", -(2**63), 0.1),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print and keep the figures; 1 if something raised or was slow."""
    parser = argparse.ArgumentParser(prog="bench.faults fuzz", description=__doc__)
    parser.add_argument("seconds", nargs="?", type=float, default=SECONDS, help="per group and tool")
    parser.add_argument("--group", action="append", choices=list(GROUPS), help="only this one; may be repeated")
    parser.add_argument("--with-atheris", metavar="GROUP", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.with_atheris:
        return _atheris(chosen.with_atheris, chosen.seconds)
    groups = chosen.group or list(GROUPS)
    figures = [row for group in groups for row in _group(group, chosen.seconds)]
    if not chosen.group:
        figures.append(_conversations(chosen.seconds))
    report("faults-fuzz", figures)
    return int(any(row.holds is False for row in figures))


def allowed() -> tuple[type[Exception], ...]:
    """What a reader may raise: the product's own tree, and what pydantic says of a text that does not fit."""
    from pydantic import ValidationError

    from storage.errors import SourcingError

    return SourcingError, ValidationError


def _group(group: str, seconds: float) -> Iterator[Row]:
    """Executions and crashes by both tools, and the slowest input."""
    targets = GROUPS[group]()
    found, runs = _hypothesis(targets, seconds)
    _tell(group, found)
    words = f"{group}: uncaught exceptions, hypothesis, {runs:,} executions"
    yield Row(words, len(found), "", target="0", holds=not found)
    yield _coverage_guided(group, seconds)
    yield _slow(group, targets)


def _hypothesis(targets: dict[str, Target], seconds: float) -> tuple[list[str], int]:
    """What raised, by target and exception, within the time; and how many texts were tried."""
    found: dict[str, None] = {}
    runs, ends = 0, monotonic() + seconds
    while monotonic() < ends:
        for name, target in targets.items():
            tried = _round(target, runs)
            runs += len(tried)
            found |= {f"{name}: {problem} on {value[:80]!r}": None for value, problem in tried if problem}
    return list(found), runs


def _round(target: Target, number: int) -> list[tuple[str, str]]:
    """A hundred texts and what came of each."""
    from hypothesis import HealthCheck, given, seed, settings
    from hypothesis import strategies as st

    texts = st.text(st.characters(codec=None, exclude_categories=()), max_size=300)
    built = st.lists(st.one_of(st.sampled_from(PIECES), texts), max_size=12).map("".join)
    tried: list[tuple[str, str]] = []

    @seed(number)
    @settings(max_examples=100, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.one_of(texts, built))
    def once(value: str) -> None:
        tried.append((value, problem_of(target, value)))

    once()
    return tried


def problem_of(target: Target, value: str) -> str:
    """What a target raised that it may not; "" if nothing."""
    try:
        target(value)
    except allowed():
        return ""
    except ValueError as error:
        # Search queries speak to their reader by ValueError; anything else must not.
        return "" if getattr(target, "__name__", "") == "read_query" else repr(error)[:120]
    except Exception as error:  # noqa: BLE001 - everything else is what this looks for
        return repr(error)[:120]
    return ""


def _coverage_guided(group: str, seconds: float) -> Row:
    if find_spec(ATHERIS) is None:
        return Row(f"{group}: atheris is not installed", 0, "", target="0")
    words = [sys.executable, "-m", "bench.faults", "fuzz", str(seconds), "--with-atheris", group]
    done = subprocess.run(words, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONHASHSEED": "0"})
    last = [
        line for line in done.stderr.splitlines() if line.startswith("Done ") or "Uncaught Python exception" in line
    ]
    if done.returncode:
        print(done.stderr[-2_000:], file=sys.stderr)
    runs = next((line.split()[1] for line in last if line.startswith("Done ")), "?")
    return Row(
        f"{group}: uncaught exceptions, atheris, {runs} executions",
        float(done.returncode != 0),
        "",
        target="0",
        holds=done.returncode == 0,
    )


def _atheris(group: str, seconds: float) -> int:
    """Run libFuzzer over a group in this process; it ends the process itself."""
    import atheris  # type: ignore[import-not-found,import-untyped,unused-ignore]  # of this bench alone

    with atheris.instrument_imports(include=["storage", "spiders", "scoring", "sourcing"]):
        targets = list(GROUPS[group]().items())

    def once(data: bytes) -> None:
        given = atheris.FuzzedDataProvider(data)
        name, target = targets[given.ConsumeIntInRange(0, len(targets) - 1)]
        problem = problem_of(target, given.ConsumeUnicode(4_000))  # halves of pairs included
        if problem:
            raise RuntimeError(f"{name}: {problem}")

    folder = tempfile.mkdtemp(prefix="corpus-")
    for at, piece in enumerate(PIECES):
        (Path(folder) / str(at)).write_bytes(bytes([at]) + (piece * 20).encode())
    atheris.Setup(
        [
            sys.argv[0],
            f"-max_total_time={max(1, int(seconds))}",
            "-max_len=8000",
            f"-artifact_prefix={folder}/",
            folder,
        ],
        once,
    )
    atheris.Fuzz()
    return 0


def _slow(group: str, targets: dict[str, Target]) -> Row:
    """The slowest reader at 100,000 characters, as a share of what it may take; the others go to stderr."""
    worst = sorted(((*_slowest(target), name) for name, target in targets.items()), reverse=True)
    for taken, piece, name in worst:
        print(f"{group}: {name} {taken:.3f} s on {piece!r}", file=sys.stderr)
    taken, piece, name = worst[0]
    words = f"{group}: slowest input of {len(targets)} readers, {name} on {piece!r}"
    return Row(words, taken / BAR, f"x {BAR} s of processor per {LONG:,} characters", target="<= 1", holds=taken <= BAR)


def _slowest(target: Target) -> tuple[float, str]:
    texts = [(piece, start) for piece in PIECES for start in STARTS]
    return max((_taken(target, (start + piece * LONG)[:LONG]), start + piece) for piece, start in texts)


def _taken(target: Target, value: str) -> float:
    """Processor time, the best of two runs: the machine is shared."""
    problem_of(target, value[:100])
    taken = []
    for _ in range(2):
        start = process_time()
        problem_of(target, value)
        taken.append(process_time() - start)
        if taken[-1] <= BAR:
            break
    return min(taken)


def _conversations(seconds: float) -> Row:
    """Recorded conversations with one value of one answer put out of shape, through the engine into a Store."""
    chance, ends, runs = random.Random("conversations"), monotonic() + seconds, 0
    found: dict[str, None] = {}
    files = sorted(RECORDINGS.glob("*.jsonl"))
    while monotonic() < ends:
        file = files[runs % len(files)]
        problem = _played(file, chance)
        if problem:
            found[problem] = None
        runs += 1
    _tell("conversations", list(found))
    words = f"conversations: exceptions in callbacks, {runs:,} nights of {len(files)} sources"
    return Row(words, len(found), "", target="0", holds=not found)


def _played(file: Path, chance: random.Random) -> str:
    import logging

    from tests.replay import Replay, crawl, read_exchanges, temporary_store

    logging.disable(logging.CRITICAL)
    card, *exchanges = read_exchanges(file)
    told = _tampered(exchanges, chance)
    try:
        store, _ = crawl(
            file.stem,
            Replay(exchanges),
            lanes=card["lanes"],
            options=card["options"],
            store_url=temporary_store(),
            clock=card["clock"],
        )
        store.close()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what this looks for
        return f"{file.stem}: {told}: {error!r}"[:300]
    finally:
        logging.disable(logging.NOTSET)
    return ""


def _tampered(exchanges: list[dict[str, Any]], chance: random.Random) -> str:
    """Put one value out of shape, in place; gives what was done."""
    able = [one for one in exchanges if isinstance(one.get("body"), dict | list) and one["body"]]
    if not able:
        return "nothing"
    exchange = chance.choice(able)
    exchange["body"] = copy.deepcopy(exchange["body"])
    places = list(_places(exchange["body"]))
    holder, key = chance.choice(places)
    value = chance.choice(STRANGE)
    holder[key] = value
    return f"{key!r} = {json.dumps(value)[:40]} in {exchange['url'][:80]}"


def _places(data: Any) -> Iterator[tuple[Any, Any]]:
    for key, value in list(data.items() if isinstance(data, dict) else enumerate(data)):
        yield data, key
        if isinstance(value, dict | list):
            yield from _places(value)


def _tell(group: str, found: Sequence[str]) -> None:
    for one in found[:20]:
        print(f"{group}: {one}", file=sys.stderr)
