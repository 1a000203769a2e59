"""Real nights on the invented web, in this process, on any database: for tests of limits, faults and kills."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import tomlkit

from sourcing.config import Config, load
from sourcing.demo.process import Serving, serving
from sourcing.demo.run import DemoWorld, settings, within_environment
from sourcing.installation import furnish
from spiders._registry import names
from storage.store import Store

ANCHOR = date(2026, 11, 25)
NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
tokens = within_environment  # a with-block in the environment of the demo


@contextmanager
def web(people: int, **more: object) -> Iterator[Serving]:
    """A served world of that many people."""
    with serving(anchor=ANCHOR, seed="nights", people=people, **more) as server:  # type: ignore[arg-type]  # as given
        yield server


def house(
    folder: Path,
    base: str,
    people: int,
    *,
    only: tuple[str, ...] = (),
    database: str = "",
    options: Mapping[str, Mapping[str, object]] | None = None,
    anywhere: bool = False,
) -> Config:
    """An installation on a served world: `only` these sources, each with these options besides."""
    folder.mkdir(parents=True, exist_ok=True)
    world = DemoWorld(seed="nights", people=people, anchor=ANCHOR)
    document = tomlkit.parse(settings(world, base))
    for name in names():
        section = document["sources"].setdefault(name, tomlkit.table())
        if only and name not in only:
            section["enabled"] = False
        section.update((options or {}).get(name, {}))
    if anywhere:
        document["crawl"]["only_hosts"] = []
    if database:
        document["database"]["url"] = database
    path = folder / "sourcing.toml"
    path.write_text(tomlkit.dumps(document), "utf-8")
    furnish(path)
    return load(path)


def people_found(config: Config) -> dict[str, frozenset[str]]:
    """Every lead by its accounts, with the work of each account: what must not depend on how a night went."""
    with Store.open(config.database_url, key=config.key) as store:
        leads = store.leads()
        return {
            "+".join(sorted(str(account.key) for account in lead.accounts)): frozenset(one.id for one in lead.evidence)
            for lead in leads
        }
