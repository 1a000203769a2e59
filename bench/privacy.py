"""Erasing one person with twelve accounts out of a large store: the transaction, the whole command, what is left.

Usage: python -m bench.privacy [LEADS]   (100,000 without arguments; every lead has eight pieces of work)
"""

import sys
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from time import perf_counter

from bench.desk._crowd import NOW, installation
from bench.report import Row, report
from sourcing.config import Config
from sourcing.privacy.erasing import Erasing, erase
from storage.records import Account, AccountKey, Claim, Evidence, Judgement, Kind, Level, Link, Origin, Verdict
from storage.store import Store

LEADS = 100_000
ACCOUNTS, WORK = 12, 20
LEAD = "L999999"
SITE = "quillfeather-1815.example"


def _account(number: int) -> Account:
    source = f"source{number}"
    handle = f"quillfeather-{number}-1815"
    return Account(
        source=source,
        source_id=f"7700{number:04d}1815",
        handle=handle,
        url=f"https://{source}.example/{handle}",
        kind=Kind.PERSON,
        name="Ada Quillfeather",
        bio=f"writes tests as @{handle}",
        links=(Link(url=f"https://{SITE}/", claim=Claim.CLAIMED, field="website"),),
        origin=Origin(source=source, url=f"https://api.{source}.example", seen_at=NOW, spider=f"{source}/1"),
    )


def _work(one: Account) -> Iterator[Evidence]:
    for at in range(WORK):
        yield Evidence(
            account=one.key,
            source_id=str(at),
            kind="repository",
            url=f"{one.url}/work-{at}",
            title=f"{one.handle}/work-{at}",
            text="Training of deep networks, by Ada Quillfeather",
            level=Level.PRACTICE,
            origin=one.origin,
        )


def _furnish(store: Store) -> tuple[AccountKey, ...]:
    """The person, and somebody who speaks of her."""
    people = [_account(number) for number in range(ACCOUNTS)]
    pieces = [piece for one in people for piece in _work(one)]
    store.save([*people, *pieces])
    store.arrange({one.key: LEAD for one in people}, at=NOW)
    store.judge(
        [
            Judgement(left=one.key, right=two.key, verdict=Verdict.SAME, by="identity/1", why="one", created_at=NOW)
            for one, two in pairwise(people)
        ]
    )
    return tuple(one.key for one in people)


def _needles() -> list[bytes]:
    people = [_account(number) for number in range(ACCOUNTS)]
    said = {word for one in people for word in (one.handle, one.source_id, one.name or "", SITE)}
    return [word.encode() for word in sorted(said)]


def _left(folder: Path) -> int:
    """Bytes that still name the person, in every file."""
    needles = _needles()
    return sum(
        body.count(needle) * len(needle)
        for path in folder.rglob("*")
        if path.is_file()
        for body in [path.read_bytes()]
        for needle in needles
    )


def _erased(config: Config, store: Store) -> tuple[Erasing, float]:
    start = perf_counter()
    return erase(config, store, LEAD, by="bench", now=NOW), perf_counter() - start


def rows(leads: int) -> Iterator[Row]:
    """Erase the person out of a store with that many others."""
    with tempfile.TemporaryDirectory() as folder:
        config, _ = installation(Path(folder) / "house", leads)
        with Store.open(config.database_url, key=config.key) as store:
            _furnish(store)
            before = _left(config.folder)
            done, whole = _erased(config, store)
            findings = len(store.check())
        left = _left(config.folder)
    yield Row("accounts erased", done.erased.accounts, "", target=f"{ACCOUNTS}", holds=done.erased.accounts == ACCOUNTS)
    took = done.erased.seconds
    yield Row("transaction", took, "s", target="under 1 s", holds=took < 1)
    yield Row("reading what others say, and the transaction", done.seconds, "s")
    yield Row("whole command, vacuum included", whole, "s")
    yield Row("bytes that name the person before", before, "bytes")
    yield Row("bytes that name the person after", left, "bytes", target="0", holds=left == 0)
    yield Row("findings of the check after", findings, "", target="0", holds=findings == 0)


if __name__ == "__main__":
    report("privacy", list(rows(int(sys.argv[1]) if len(sys.argv) > 1 else LEADS)))
