"""Invented accounts of people for the tests of identity, and a Store of their own."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

from hypothesis import strategies as st

from storage.records import Account, AccountKey, Claim, Judgement, Kind, Link, Origin
from storage.store import Store

START = datetime(2026, 11, 1, 2, 0, tzinfo=UTC)
PAGES = {
    "github": "https://github.com/{}",
    "kaggle": "https://www.kaggle.com/{}",
    "hackernews": "https://news.ycombinator.com/user?id={}",
    "huggingface": "https://huggingface.co/{}",
}
FIELDS = frozenset({"links", "kind", "flags", "name", "location", "company", "figures"})
KNOWN_BY = {"kaggle": "competition_points", "hackernews": "karma"}  # elsewhere followers


def day(number: float) -> datetime:
    """That many days after the start."""
    return START + timedelta(days=number)


def account(source: str, number: int, handle: str, at: float = 0, says: Sequence[str] = (), **fields: Any) -> Account:
    """An account that names addresses in structured fields."""
    return Account(
        source=source,
        source_id=str(number),
        handle=handle,
        url=PAGES[source].format(handle),
        kind=fields.pop("kind", Kind.PERSON),
        links=tuple(Link(url=url, claim=Claim.CLAIMED, field="website") for url in says),
        observed=FIELDS,
        origin=Origin(source=source, url="https://x.example", seen_at=day(at), spider=f"{source}/1"),
        **fields,
    )


@cache
def _template() -> Path:
    file = Path(mkdtemp(prefix="identity-template-")) / "empty.db"
    Store.upgrade(f"sqlite:///{file}")
    return file


@contextmanager
def house() -> Iterator[Store]:
    """An empty Store of its own."""
    with TemporaryDirectory() as folder:
        file = shutil.copy(_template(), Path(folder) / "sourcing.db")
        with Store.open(f"sqlite:///{file}") as store:
            yield store


def partition(store: Store) -> set[frozenset[AccountKey]]:
    """The accounts of each lead."""
    found: dict[str, set[AccountKey]] = {}
    for key, lead in store.clusters().items():
        found.setdefault(lead, set()).add(key)
    return {frozenset(keys) for keys in found.values()}


def said(rows: Sequence[Judgement]) -> set[tuple[Any, ...]]:
    """What judgements say, without numbers and times."""
    return {(row.left, row.right, row.verdict, row.bits, row.by, row.why, row.evidence) for row in rows}


HANDLES = ["quillfeather", "quillfeather7", "moosterhuis", "lindqvistarne", "admin", "zz"]
NAMES = [None, "Maarten Oosterhuis", "Oosterhuis Maarten", "Arne Lindqvist", "Nils Lindqvist", "zz"]
ADDRESSES = [PAGES[source].format(handle) for source in PAGES for handle in HANDLES[:4]] + [
    "https://oosterhuis.example.net",
    "https://maarten-oosterhuis.example.net",
    "https://linktr.ee/x",
]
ACCOUNTS = st.builds(
    lambda source, number, handle, name, says, place, figure: account(
        source,
        number,
        handle,
        says=says,
        name=name,
        location=place,
        figures={} if figure is None else {KNOWN_BY.get(source, "followers"): figure},
    ),
    st.sampled_from(sorted(PAGES)),
    st.integers(1, 4),
    st.sampled_from(HANDLES),
    st.sampled_from(NAMES),
    st.lists(st.sampled_from(ADDRESSES), max_size=2, unique=True),
    st.sampled_from([None, "Utrecht", "Oslo"]),
    st.sampled_from([None, 3.0, 900.0]),
)


def bystanders() -> list[Account]:
    """Enough accounts at each source that it is known who is well known there: whoever has more than 48."""
    return [
        account(source, 100 + at, f"bystander{at}of{source}", figures={KNOWN_BY.get(source, "followers"): float(at)})
        for source in PAGES
        for at in range(50)
    ]
