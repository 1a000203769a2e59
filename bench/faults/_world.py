"""An installation on the counting web, its nights in child processes, and what they leave."""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.request import Request, urlopen

from sourcing.config import DATABASE_ENV, FILE_NAME, load
from sourcing.demo.run import ENVIRONMENT, ROLE, DemoWorld, settings
from sourcing.demo.sources import venues
from sourcing.installation import furnish
from spiders._registry import names
from storage.records import Answer, Decision
from storage.store import Store

ANCHOR = date(2026, 11, 24)
BEGIN = datetime(2026, 11, 24, 2, tzinfo=UTC)
# Ports differ from run to run, and times of a night say when it was asked, not what.
_PASSING = re.compile(r"127\.0\.0\.1:\d+|2026-11-2[456]T[01]\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)?")


@dataclass
class Web:
    """A running invented web that counts."""

    base: str
    people: int
    seen: Path

    def mark(self) -> int:
        """Where the list of requests stands."""
        return self.seen.stat().st_size

    def requests(self, since: int = 0) -> Counter[str]:
        """How often each request was seen since a mark."""
        with self.seen.open("rb") as file:
            file.seek(since)
            return Counter(file.read().decode().splitlines())

    def day(self, day: int) -> None:
        """Let the world be as on that day."""
        asked = Request(
            self.base + "/_control", json.dumps({"day": day}).encode(), {"content-type": "application/json"}
        )
        with urlopen(asked, timeout=60) as answer:
            answer.read()


@contextmanager
def web(people: int, *, seed: str = "demo") -> Iterator[Web]:
    """The counting web, for as long as the with-block lasts."""
    with tempfile.TemporaryDirectory() as folder:
        seen = Path(folder) / "requests"
        seen.touch()
        words = [sys.executable, "-m", "bench.faults._counting", seed, str(people), ANCHOR.isoformat(), str(seen)]
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            assert child.stdin is not None
            line = child.stdout.readline()
            yield Web(f"http://127.0.0.1:{json.loads(line)['port']}", people, seen)
            child.stdin.close()


def environment(database: str = "") -> dict[str, str]:
    """What a night's process gets: the demo's tokens, no real ones, and the database."""
    tokens = {name: token for venue in venues() for name, token in venue.environment.items()}
    return os.environ | ENVIRONMENT | tokens | {DATABASE_ENV: database}


def installation(folder: Path, served: Web, database: str = "") -> Path:
    """A fresh installation on that web; gives its settings file."""
    folder.mkdir(parents=True)
    path = folder / FILE_NAME
    world = DemoWorld(seed="demo", people=served.people, anchor=ANCHOR)
    path.write_text(settings(world, served.base), encoding="utf-8")
    with _with(environment(database)):
        furnish(path)
    return path


def start(path: Path, *, database: str, day: int, attempt: int, way: str = "") -> "subprocess.Popen[str]":
    """Begin a night in a process of its own; its standard error tells how far it is."""
    now = BEGIN + timedelta(days=day, minutes=attempt)
    words = [sys.executable, "-m", "bench.faults._night", str(path), now.isoformat(), *filter(None, (way,))]
    return subprocess.Popen(
        words, env=environment(database), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )


def day_of(day: int) -> date:
    """The date of the night of that number, from 0."""
    return (BEGIN + timedelta(days=day)).date()


@contextmanager
def opened(path: Path, database: str = "") -> Iterator[Store]:
    """The Store of an installation."""
    with _with(environment(database)):
        config = load(path)
        store = Store.open(config.database_url, key=config.key)
    with store:
        yield store


def contents(path: Path, database: str) -> dict[str, str]:
    """All a night leaves of people: accounts, work, finds, judgements, decisions, leads; without times of the night."""
    with opened(path, database) as store:
        accounts = list(store.accounts())
        kept = {f"account {one.key}": one.model_dump_json(exclude={"observed"}) for one in accounts}
        kept |= {f"observed {one.key}": " ".join(sorted(one.observed)) for one in accounts}
        kept |= {f"gone {k.account}": str(k.gone_at.date()) for s in names() for k in store.known(s) if k.gone_at}
        work = [one for some in store.evidence([one.key for one in accounts]).values() for one in some]
        kept |= {f"work {one.id}": one.model_dump_json() for one in work}
        kept |= {f"find {one.account} {one.lane}": "" for one in store.finds()}
        kept |= _counted(f"judgement {one.left} {one.right} {one.verdict}" for one in store.judgements())
        kept |= _counted(f"decision {sorted(map(str, one.accounts))} {one.answer}" for one in store.decisions())
        members = (" ".join(sorted(str(one.key) for one in lead.accounts)) for lead in store.leads())
        kept |= {f"lead {those}": "" for those in members}
        found = store.check()
    kept |= {f"damage {one}": "" for one in found}
    return {key: _PASSING.sub("*", text) for key, text in kept.items()}


def _counted(things: Iterator[str]) -> dict[str, str]:
    """Things that could be there twice, with how often they are."""
    return {name: str(count) for name, count in Counter(things).items()}


def decide(path: Path, database: str, count: int) -> None:
    """Say yes, no and maybe in turn to the best of the list, as a sourcer would in the morning."""
    with opened(path, database) as store:
        for number, receipt in enumerate(store.ranking(ROLE, limit=count)):
            store.decide(
                Decision(
                    lead=receipt.lead,
                    role=ROLE,
                    answer=tuple(Answer)[number % len(Answer)],
                    reason="other",
                    by="bench",
                    at=BEGIN + timedelta(hours=8),
                    listed="night 1",
                    accounts=tuple(sorted(one.key for one in store.lead(receipt.lead).accounts)),
                    receipt=receipt,
                )
            )


@contextmanager
def _with(values: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
