"""What one import did, for the person who ran it."""

from collections.abc import Iterator, Mapping

from sourcing.imports._run import Imported
from sourcing.show.text import clean, counted, duration, moment, table

STORED = {
    "accounts_new": "accounts new",
    "accounts_changed": "accounts changed",
    "accounts_unchanged": "accounts unchanged",
    "evidence_new": "pieces of work new",
    "evidence_changed": "pieces of work changed",
    "evidence_unchanged": "pieces of work unchanged",
    "sightings": "accounts seen at work",
    "gone": "accounts gone",
    "withdrawn": "pieces of work taken back",
    "tombstoned": "left out: erased on request",
    "not_again": "left out: of people whose term is over",
    "mentions": "left out: what was said of people erased on request",
    "restricted": "left out: of people who may only be stored",
    "unknown_account": "left out: of accounts that are not stored",
}


def report(done: Imported) -> str:
    """What was stored, what was left out, and what comes next."""
    return "\n".join(_lines(done))


def _lines(done: Imported) -> Iterator[str]:
    yield f"{done.kind}: {clean(done.path)}, {done.state} in {duration(done.seconds)}"
    if done.imported_before:
        yield f"a file of this name was imported before, {moment(done.imported_before)}"
    yield from (f"! {clean(finding)}" for finding in done.findings)
    stored = {words: getattr(done.saved, name) for name, words in STORED.items()}
    yield from _counts("stored", {words: number for words, number in stored.items() if number})
    yield from _counts("left out", done.counters)
    if done.saved.accounts_new or done.saved.accounts_changed or done.saved.evidence_new:
        yield "next: `sourcing resolve` joins the accounts, `sourcing score` ranks; a night does both"


def _counts(title: str, rows: Mapping[str, int]) -> Iterator[str]:
    if not rows:
        yield f"{title}: nothing"
        return
    yield f"{title}: {counted(sum(rows.values()), 'thing')}"
    yield "\n".join(f"  {line}" for line in table(("", "number"), rows.items()).splitlines()[1:])
