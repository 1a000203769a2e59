"""Any interleaving of crawls, merges, undone merges, corrections, restrictions and erasures, in small worlds.

Three promises hold after every step: who was erased stays erased, what was corrected stays corrected, and who is
restricted is in no list, search or file.
"""

import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sourcing import ranking
from sourcing.desk.prepared import prepare
from sourcing.desk.search import search
from sourcing.export.stream import Left, lines
from storage.records import AccountKey, Claim, Link, Verdict
from storage.store import Store
from tests.conftest import KEY
from tests.store_kit import START, person, same, scored, work

_template: list[Path] = []
WORLD = [AccountKey(source, str(number)) for source in ("github", "kaggle") for number in range(3)]
ANYBODY = st.sampled_from(WORLD)
COMPANIES = st.sampled_from(["Old Firm", "New Firm", None])


def handle_of(key: AccountKey) -> str:
    return f"somebody-{key.source}-{key.source_id}"


def site_of(key: AccountKey) -> str:
    return f"https://own-{key.source}-{key.source_id}.example/"


def empty() -> Path:
    """A migrated file to copy: migrations take longer than a whole run of steps."""
    if not _template:
        file = Path(tempfile.mkdtemp(prefix="rights-")) / "empty.db"
        Store.upgrade(f"sqlite:///{file}")
        _template.append(file)
    return _template[0]


class Rights(RuleBasedStateMachine):
    """A store, and what was promised to whom."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="rights-"))
        self.store = Store.open(f"sqlite:///{shutil.copy(empty(), self.folder / 'x.db')}", key=KEY)
        self.now: datetime = START
        self.erased: set[AccountKey] = set()
        self.corrected: dict[AccountKey, str | None] = {}
        self.restricted: set[AccountKey] = set()

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder)

    def later(self) -> datetime:
        self.now += timedelta(hours=1)
        return self.now

    def there(self) -> set[AccountKey]:
        return {account.key for account in self.store.accounts()}

    def lead_of(self, key: AccountKey) -> str | None:
        return self.store.clusters().get(key)

    def members(self, lead: str | None) -> list[AccountKey]:
        return [key for key, name in self.store.clusters().items() if name == lead]

    @initialize()
    def first_crawl(self) -> None:
        for key in WORLD[::2]:
            self.crawl(key, "Old Firm", named=None)

    @rule(key=ANYBODY, company=COMPANIES, named=st.none() | ANYBODY)
    def crawl(self, key: AccountKey, company: str | None, named: AccountKey | None) -> None:
        """A source shows an account, perhaps with words about another one."""
        at = (self.later() - START) / timedelta(days=1)
        fields: dict[str, Any] = {"handle": handle_of(key), "name": f"Person {key}", "company": company}
        link = Link(url=site_of(key), claim=Claim.CLAIMED, field="website")
        bio = f"likes @{handle_of(named)}" if named and named.source == key.source else "engineer"
        fields |= {"bio": bio, "links": (link,), "observed": frozenset({"company", "name", "bio", "links"})}
        self.store.save([person(key, at, **fields), work(key, "r1", at, text="an engineer's work")])
        self.settle()

    @precondition(lambda self: self.erased)
    @rule(data=st.data(), number=st.integers(10, 12))
    def come_back(self, data: st.DataObject, number: int) -> None:
        """The website of somebody erased is named as one's own by a new account of another source."""
        key = data.draw(st.sampled_from(sorted(self.erased)))
        other = "kaggle" if key.source == "github" else "github"
        new = AccountKey(other, f"{key.source}{key.source_id}{number}")
        at = (self.later() - START) / timedelta(days=1)
        link = Link(url=site_of(key), claim=Claim.CLAIMED, field="website")
        saved = self.store.save([person(new, at, handle=f"new-{new.source_id}", links=(link,))])
        assert (saved.tombstoned, new in self.there()) == (1, False)

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

    @precondition(lambda self: self.there())
    @rule(data=st.data(), value=COMPANIES)
    def correct(self, data: st.DataObject, value: str | None) -> None:
        """A person corrects a field."""
        key = data.draw(st.sampled_from(sorted(self.there())))
        self.store.correct([key], "company", value, by="ann", at=self.later())
        self.corrected[key] = value

    @precondition(lambda self: self.there())
    @rule(data=st.data())
    def restrict(self, data: st.DataObject) -> None:
        """A person asks to be hidden."""
        lead = data.draw(st.sampled_from(sorted(set(self.store.clusters().values()))))
        keys = self.members(lead)
        self.store.restrict(keys, by="ann", at=self.later())
        self.restricted |= set(keys)

    @precondition(lambda self: self.restricted)
    @rule(data=st.data())
    def unrestrict(self, data: st.DataObject) -> None:
        """A hidden account is shown again."""
        key = data.draw(st.sampled_from(sorted(self.restricted)))
        self.store.unrestrict([key], by="ann", at=self.later())
        self.restricted.discard(key)

    @precondition(lambda self: self.there())
    @rule(data=st.data())
    def erase(self, data: st.DataObject) -> None:
        """A person is erased."""
        lead = data.draw(st.sampled_from(sorted(set(self.store.clusters().values()))))
        keys = self.members(lead)
        self.store.erase(self.store.subject(keys), by="ann", at=self.later())
        self.erased |= set(keys)
        self.restricted -= set(keys)
        for key in keys:
            self.corrected.pop(key, None)

    @rule()
    def prepare(self) -> None:
        """The desk is made ready."""
        prepare(self.store)

    def settle(self) -> None:
        """New accounts get leads, and everybody a score."""
        fresh = sorted(self.there() - self.store.clusters().keys())
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

    @invariant()
    def erased_stays_erased(self) -> None:
        assert self.erased.isdisjoint(self.there())
        gone = {handle_of(key) for key in self.erased}
        for account in self.store.accounts():
            assert not any(handle in (account.bio or "") for handle in gone)

    @invariant()
    def corrected_stays_corrected(self) -> None:
        for account in self.store.accounts(keys=list(self.corrected)):
            assert account.company == self.corrected[account.key]

    @invariant()
    def restricted_is_nowhere(self) -> None:
        hidden = {self.lead_of(key) for key in self.restricted}
        shown = {row.lead for row in ranking.listing(self.store, "mle", section=None)}
        shown |= {row.lead for row in lines(self.store, "mle", Left([], _counts()))}
        shown |= {one.lead for one in search(self.store, "engineer").people}
        shown |= {row.lead for row in self.store.board("mle") if row.refuses is False}
        assert shown.isdisjoint(hidden)

    @invariant()
    def nothing_is_broken(self) -> None:
        assert self.store.check() == []


def _counts() -> Any:
    from collections import Counter

    return Counter[str]()


TestRights = Rights.TestCase
TestRights.settings = settings(max_examples=12, stateful_step_count=16, deadline=None, derandomize=True, database=None)
