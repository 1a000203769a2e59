"""A furnished installation for tests of the top floors, and a crawl that asks nobody."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sourcing import crawl
from sourcing.config import Config, Controller, load
from sourcing.installation import create
from storage.records import (
    Account,
    AccountKey,
    Claim,
    Evidence,
    Item,
    Kind,
    Lane,
    LaneBill,
    Level,
    Link,
    Origin,
    Outcome,
)
from storage.store import Store

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
CONTROLLER = Controller(name="Ada Example", contact="ada@example.org", purpose="hiring engineers")
PAGES = {"github": "https://github.com/{}", "kaggle": "https://www.kaggle.com/{}"}


def origin(source: str, seen: datetime = NOW) -> Origin:
    return Origin(source=source, url=f"https://{source}.example/api", seen_at=seen, spider=f"{source}/1")


def account(source: str, handle: str, *, links: Sequence[str] = (), seen: datetime = NOW, **facts: object) -> Account:
    plain = Account(
        source=source,
        source_id=f"id-{handle}",
        handle=handle,
        url=PAGES[source].format(handle),
        kind=Kind.PERSON,
        name=handle.title(),
        headline="machine learning engineer",
        location="Berlin, Germany",
        links=tuple(Link(url=url, claim=Claim.CLAIMED, field="website") for url in links),
        observed=frozenset({"name", "kind", "headline", "location", "links"}),
        origin=origin(source, seen),
    )
    return plain.model_copy(update=facts)


def repository(source: str, handle: str, name: str = "trainer", seen: datetime = NOW) -> Evidence:
    return Evidence(
        account=AccountKey(source, f"id-{handle}"),
        source_id=name,
        kind="repository",
        url=f"https://github.com/{handle}/{name}",
        title=name,
        text="Training of deep networks with PyTorch, served with Docker",
        event_at=NOW,
        level=Level.PRACTICE,
        tags=("pytorch", "deep-learning", "docker"),
        packages=("torch", "scikit-learn"),
        origin=origin(source, seen),
    )


def people(seen: datetime = NOW) -> list[Item]:
    """Ada at two sources, Bob at one."""
    return [
        account("github", "ada", links=["https://www.kaggle.com/ada"], seen=seen),
        account("kaggle", "ada", seen=seen),
        account("github", "bob", seen=seen),
        *(repository("github", "ada", f"work-{at}", seen) for at in range(6)),
        repository("github", "bob", seen=seen),
    ]


def furnished(folder: Path) -> Config:
    """An installation with settings, folders and database."""
    create(folder, CONTROLLER)
    return load(folder)


Crawl = Callable[..., list[Outcome]]


def done(source: str, state: str = "done", **facts: object) -> Outcome:
    bill = LaneBill(lane=f"{source}/search/x", requests=3, counted=2, points=5, accounts=2)
    return Outcome(source=source, state=state, requests=3, seconds=0.5, bills=(bill,)).model_copy(update=facts)


def crawls(
    monkeypatch: pytest.MonkeyPatch, items: Sequence[Item] = (), outcomes: Sequence[Outcome] = (), stop: bool = False
) -> None:
    """Replace the crawl: it stores these items, may be stopped, and ends with these outcomes."""

    def run(
        config: Config, wanted: Sequence[str] | None, *, night: int, lanes: Sequence[Lane], **rest: object
    ) -> list[Outcome]:
        with Store.open(config.database_url, key=config.key) as store:
            store.save(list(items), night=night)
        if stop:
            raise KeyboardInterrupt
        return [outcome for outcome in outcomes if not wanted or outcome.source in wanted]

    monkeypatch.setattr(crawl, "run", run)
