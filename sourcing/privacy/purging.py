"""Deleting what a source brought: when its permission ends, or it is a source no more."""

from datetime import datetime

from sourcing import crawl, ranking
from sourcing.config import Config
from sourcing.lock import exclusive, night_held
from storage.errors import ConfigError
from storage.store import Erased, Store


def purge(config: Config, store: Store, source: str, *, by: str, now: datetime) -> Erased:
    """Delete everything of a source and the bytes it leaves; ConfigError while the source is on, or for no such one."""
    _refuse_in_use(config, store, source, now)
    with exclusive(config.folder), night_held(store, now):
        store.require_key()
        done = store.purge_source(source, by=by, at=now)
        ranking.drop_matrices(store)
        store.compact()
    return done


def _refuse_in_use(config: Config, store: Store, source: str, now: datetime) -> None:
    states = {one.name: one for one in crawl.sources(config, store, now=now)}
    if source in states and not _is_off(config, source, default_on=states[source].default_on):
        raise ConfigError(
            f"{source} is switched on and would bring everything back; set enabled = false in [sources.{source}] first"
        )
    if source not in states and next(store.known(source), None) is None:
        raise ConfigError(f"no source is called {source!r} and nothing of it is stored; there are: {', '.join(states)}")


def _is_off(config: Config, source: str, *, default_on: bool) -> bool:
    said = config.source(source).enabled
    return not (default_on if said is None else said)
