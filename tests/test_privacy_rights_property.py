"""Any interleaving of what happens to people: crawls, imports, merges, splits, undone ones, corrections, restrictions,
objections, purges, exports and erasures, in small worlds, on both databases.

Promises that hold after every step: who was erased stays erased, what was corrected stays corrected, who is restricted
is in no list, search or file, and nobody whose term is over comes back or gets a new clock.

`HYPOTHESIS_PROFILE=deep` looks at many more and longer stories, new ones each time.
"""

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from sourcing import imports, ranking
from sourcing.config import Config, load
from sourcing.desk.prepared import prepare
from sourcing.desk.search import search
from sourcing.export import Wanted, write
from sourcing.export.stream import Left, lines
from sourcing.privacy import erasing, notices
from storage.errors import ConfigError
from storage.records import AccountKey, Claim, Item, Link, Verdict
from storage.store import Store
from tests.conftest import postgres_database
from tests.house_of_sourcing import furnished
from tests.store_kit import START, person, same, scored, work

WORLD = [AccountKey(source, str(number)) for source in ("github", "kaggle") for number in range(3)]
CONTACTS = [AccountKey("linkedin", f"somebody-linkedin-{number}") for number in range(2)]
ANYBODY = st.sampled_from(WORLD)
COMPANIES = st.sampled_from(["Old Firm", "New Firm", None])
MEMORY = timedelta(days=180)
DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
Place = Callable[[], AbstractContextManager[Config]]


def handle_of(key: AccountKey) -> str:
    return key.source_id if key.source == "linkedin" else f"somebody-{key.source}-{key.source_id}"


def site_of(key: AccountKey) -> str:
    return f"https://own-{key.source}-{key.source_id}.example/"


class Rights(RuleBasedStateMachine):
    """An installation, and what was promised to whom."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place()
        self.config = self.place.__enter__()
        self.store = Store.open(self.config.database_url, key=self.config.key)
        self.now: datetime = START
        self.erased: set[AccountKey] = set()
        self.corrected: dict[AccountKey, str | None] = {}
        self.restricted: set[AccountKey] = set()
        self.kept: dict[AccountKey, str | None] = {}  # what was stored of the restricted
        self.over: set[AccountKey] = set()
        self.first: dict[AccountKey, datetime] = {}  # of people a purge took: when they were first collected

    def teardown(self) -> None:
        try:
            assert self.store.check() == []
            self.no_file_names(self.erased)
        finally:
            self.store.close()
            self.place.__exit__(None, None, None)

    def later(self) -> datetime:
        self.now += timedelta(hours=1)
        return self.now

    def there(self) -> set[AccountKey]:
        return set(self.store.clusters())

    def lead_of(self, key: AccountKey) -> str | None:
        return self.store.clusters().get(key)

    def members(self, lead: str | None) -> list[AccountKey]:
        return [key for key, name in self.store.clusters().items() if name == lead]

    def some_lead(self, data: st.DataObject) -> str:
        return str(data.draw(st.sampled_from(sorted(set(self.store.clusters().values())))))

    def no_file_names(self, keys: set[AccountKey]) -> None:
        for path in self.config.exports_folder.rglob("*"):
            assert not [key for key in keys if handle_of(key) in path.read_text("utf-8", "replace")], path

    # --- what happens ------------------------------------------------------------------------------------------

    @initialize()
    def first_crawl(self) -> None:
        for key in WORLD[::2]:
            self.crawl(key, "Old Firm", named=None)

    @rule(key=ANYBODY, company=COMPANIES, named=st.none() | ANYBODY)
    def crawl(self, key: AccountKey, company: str | None, named: AccountKey | None) -> None:
        """A source shows an account, perhaps with words about another one."""
        self.later()
        self.store.save(self.seen(key, company, named))
        self.settle()

    @rule(company=COMPANIES, named=ANYBODY)
    def crawl_everybody(self, company: str | None, named: AccountKey) -> None:
        """A night shows everybody there ever was again."""
        self.later()
        self.store.save([item for key in WORLD for item in self.seen(key, company, named)])
        self.settle()

    def seen(self, key: AccountKey, company: str | None, named: AccountKey | None) -> list[Item]:
        at = (self.now - START) / timedelta(days=1)
        fields: dict[str, Any] = {"handle": handle_of(key), "name": f"Person {key}", "company": company}
        fields["url"] = f"https://{key.source}.example/{handle_of(key)}"
        link = Link(url=site_of(key), claim=Claim.CLAIMED, field="website")
        bio = f"likes @{handle_of(named)}" if named and named.source == key.source else "engineer"
        fields |= {"bio": bio, "links": (link,), "observed": frozenset({"company", "name", "bio", "links"})}
        return [person(key, at, **fields), work(key, "r1", at, text="an engineer's work")]

    @rule(number=st.integers(0, 1))
    def import_(self, number: int) -> None:
        """A user's contacts are imported; whoever was erased is among them."""
        file = self.config.folder / "Connections.csv"
        slug = CONTACTS[number].source_id
        row = f"Some,Body{number},https://www.linkedin.com/in/{slug},engineer\n"
        file.write_text(f"First Name,Last Name,URL,Position\n{row}")
        done = imports.run(self.config, "linkedin", file, now=self.later(), by="ann")
        assert done.exit_code == 0
        self.settle()

    @precondition(lambda self: self.erased)
    @rule(data=st.data(), number=st.integers(10, 12))
    def come_back(self, data: st.DataObject, number: int) -> None:
        """The website of somebody erased is named as one's own by a new account of another source."""
        key = data.draw(st.sampled_from(sorted(self.erased)))
        if key in CONTACTS:  # of contacts no website is known
            return
        other = "kaggle" if key.source == "github" else "github"
        new = AccountKey(other, f"{key.source}{key.source_id}{number}")
        at = (self.later() - START) / timedelta(days=1)
        link = Link(url=site_of(key), claim=Claim.CLAIMED, field="website")
        saved = self.store.save([person(new, at, handle=f"new-{new.source_id}", links=(link,))])
        assert (saved.tombstoned, self.store.account(new)) == (1, None)

    @rule(one=ANYBODY, other=ANYBODY)
    def merge(self, one: AccountKey, other: AccountKey) -> None:
        """Somebody says that two accounts are one person."""
        leads = (self.lead_of(one), self.lead_of(other))
        if one == other or None in leads or leads[0] == leads[1]:
            return
        self.store.judge([same(one, other, by="ann", why="one person", created_at=self.later())])
        self.arrange()

    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        """A merge is taken back."""
        live = [row.id for row in self.store.judgements() if row.id is not None]
        if live:
            self.store.undo_judgement(data.draw(st.sampled_from(live)), by="ann", at=self.later())
            self.arrange()

    @rule(data=st.data())
    def split(self, data: st.DataObject) -> None:
        """Somebody says that two accounts of a lead are two people."""
        joined = [row for row in self.store.judgements() if row.verdict is Verdict.SAME and row.id is not None]
        if joined:
            row = data.draw(st.sampled_from(joined))
            assert row.id is not None
            self.store.undo_judgement(row.id, by="ann", at=self.later())
            apart = same(row.left, row.right, verdict=Verdict.DIFFERENT, by="ann", why="two", created_at=self.now)
            self.store.judge([apart])
            self.arrange()

    @precondition(lambda self: self.there())
    @rule(data=st.data(), value=COMPANIES)
    def correct(self, data: st.DataObject, value: str | None) -> None:
        """A person corrects a field."""
        key = data.draw(st.sampled_from(sorted(self.there())))
        self.store.correct([key], "company", value, by="ann", at=self.later())
        self.corrected[key] = value
        if key in self.kept:
            self.kept[key] = value

    @precondition(lambda self: self.there())
    @rule(data=st.data(), objects=st.booleans())
    def hide(self, data: st.DataObject, objects: bool) -> None:
        """A person asks to be hidden, or objects."""
        keys = self.members(self.some_lead(data))
        self.store.restrict(keys, kind="objected" if objects else "restricted", by="ann", at=self.later())
        self.restricted |= set(keys)
        self.kept |= {one.key: one.company for one in self.store.accounts(keys=keys)}

    @precondition(lambda self: self.restricted)
    @rule(data=st.data())
    def unrestrict(self, data: st.DataObject) -> None:
        """A hidden account is shown again."""
        key = data.draw(st.sampled_from(sorted(self.restricted)))
        self.store.unrestrict([key], by="ann", at=self.later())
        self.restricted.discard(key)
        self.kept.pop(key, None)

    @precondition(lambda self: self.there())
    @rule(data=st.data())
    def erase(self, data: st.DataObject) -> None:
        """A person is erased, files and bytes included."""
        lead = self.some_lead(data)
        keys = set(self.members(lead))
        erasing.erase(self.config, self.store, lead, by="ann", now=self.later())
        self.erased |= keys
        self.forget(keys)
        self.over -= keys
        for key in keys:
            self.first.pop(key, None)
        self.no_file_names(keys)

    @precondition(lambda self: self.there())
    @rule(data=st.data(), over=st.booleans())
    def purge(self, data: st.DataObject, over: bool) -> None:
        """A term takes a person who is not restricted."""
        lead = self.some_lead(data)
        keys = set(self.members(lead))
        if keys & self.restricted:
            return
        first = self.store.first_collected(lead)
        self.store.purge_accounts(keys, at=self.later(), memory=MEMORY, over=over)
        for key in keys:
            self.first[key] = min(first, self.first.get(key, first))
        self.over |= keys if over else set()
        self.forget(keys)

    def forget(self, keys: set[AccountKey]) -> None:
        self.restricted -= keys
        for key in keys:
            self.corrected.pop(key, None)
            self.kept.pop(key, None)

    @rule(recipient=st.sampled_from(["", "Dana"]), form=st.sampled_from(["csv", "jsonl"]))
    def export(self, recipient: str, form: str) -> None:
        """The list is exported, for the house or for somebody else."""
        before = set(self.config.exports_folder.rglob("*"))
        wanted = Wanted(role="mle", by="ann", recipient=recipient, format=form)
        done = write(self.store, self.config, wanted, now=self.later())
        untold = notices.pending(self.store, self.config)
        hidden = {self.lead_of(key) for key in self.restricted} | (untold if recipient else set())
        for path in {*done.files, *(set(self.config.exports_folder.rglob("*")) - before)}:
            text = path.read_text("utf-8")
            assert not [key for key, lead in self.store.clusters().items() if lead in hidden and handle_of(key) in text]
            assert not [key for key in self.erased if handle_of(key) in text]

    @precondition(lambda self: self.there())
    @rule(data=st.data())
    def tell(self, data: st.DataObject) -> None:
        """A person is given their notice."""
        lead = self.store.lead(self.some_lead(data))
        notices.give(self.store, self.config, lead, channel="e-mail", by="ann", at=self.later(), languages=["en"])

    @rule()
    def prepare(self) -> None:
        """The desk is made ready."""
        prepare(self.store)

    @precondition(lambda self: self.erased)
    @rule()
    def lose_the_key(self) -> None:
        """Somebody works with another key: nothing is stored."""
        with Store.open(self.config.database_url, key=b"another") as other, pytest.raises(ConfigError):
            other.save([person(WORLD[0], 1)])

    def settle(self) -> None:
        """New accounts get leads, and everybody a score."""
        stored = {account.key for account in self.store.accounts()}
        fresh = sorted(stored - self.store.clusters().keys())
        ids = self.store.next_lead_ids(len(fresh)) if fresh else []
        self.store.arrange(dict(zip(fresh, ids, strict=True)), at=self.now)
        at = (self.now - START) / timedelta(days=1)
        self.store.save_receipts([scored(lead, 0.5, at) for lead in self.store.lead_ids()])

    def arrange(self) -> None:
        """Leads as the live judgements say."""
        born = self.store.born(self.there())
        group = {key: key for key in self.there()}

        def root(key: AccountKey) -> AccountKey:
            while group[key] != key:
                key = group[key]
            return key

        for row in self.store.judgements():
            if row.verdict is Verdict.SAME:
                one, other = sorted((root(row.left), root(row.right)))
                group[other] = one
        self.store.arrange({key: born[root(key)] for key in group if root(key) in born}, at=self.later())
        self.settle()

    # --- what holds --------------------------------------------------------------------------------------------

    @invariant()
    def erased_stays_erased_and_over_stays_over(self) -> None:
        accounts = list(self.store.accounts())
        stored = {account.key for account in accounts}
        assert self.erased.isdisjoint(stored)
        assert self.over.isdisjoint(stored)
        gone = {handle_of(key) for key in self.erased}
        assert not [one.key for one in accounts if any(handle in (one.bio or "") for handle in gone)]
        said = {one.key: one.company for one in accounts if one.key in self.corrected}
        assert said == self.corrected
        assert {one.key: one.company for one in accounts if one.key in self.kept} == self.kept

    @invariant()
    def no_clock_begins_anew(self) -> None:
        leads = self.store.clusters()
        for key, first in self.first.items():
            if key in leads:
                assert self.store.first_collected(leads[key]) <= first

    @invariant()
    def restricted_is_nowhere(self) -> None:
        hidden = {self.lead_of(key) for key in self.restricted}
        shown = {row.lead for row in ranking.listing(self.store, "mle", section=None)}
        shown |= {row.lead for row in lines(self.store, "mle", Left([], Counter()))}
        shown |= {one.lead for one in search(self.store, "engineer").people}
        shown |= {row.lead for row in self.store.board("mle") if row.refuses is False}
        assert shown.isdisjoint(hidden)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation to copy: migrations take longer than a whole run of steps."""
    return furnished(tmp_path_factory.mktemp("rights") / "house").folder


@contextmanager
def copied(template: Path) -> Iterator[Config]:
    folder = Path(tempfile.mkdtemp(prefix="rights-"))
    try:
        yield load(shutil.copytree(template, folder / "house"))
    finally:
        shutil.rmtree(folder)


def machine(place: Place) -> type[RuleBasedStateMachine]:
    class Placed(Rights):
        def __init__(self) -> None:
            super().__init__(place)

    return Placed


def stories(examples: int, steps: int) -> settings:
    """How many stories of how many steps; the same ones each time unless looked for deeply."""
    more = 20 if DEEP else 1
    plain = settings(deadline=None, database=None, derandomize=not DEEP, suppress_health_check=())
    return settings(plain, max_examples=examples * more, stateful_step_count=steps * (2 if DEEP else 1))


def test_whatever_happens_on_sqlite(template: Path) -> None:
    run_state_machine_as_test(machine(lambda: copied(template)), settings=stories(30, 20))


@pytest.mark.postgres
def test_whatever_happens_on_postgresql(
    template: Path, postgres: str, empty_postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def place() -> Iterator[Config]:
        with postgres_database(postgres, empty_postgres) as url, copied(template) as config:
            monkeypatch.setenv("SOURCING_DATABASE_URL", url)
            yield load(config.folder)

    run_state_machine_as_test(machine(place), settings=stories(6, 15))
