"""Lists balanced on a stratum: both orders, a line in the log, nothing stored, nothing protected."""

from pathlib import Path

import pytest

from sourcing.audits import balanced_list
from sourcing.config import Config
from storage.errors import ConfigError
from storage.store import Store
from tests.test_export import NOW, config, stored

__all__ = ["config"]  # the fixture


def test_a_balanced_list_shows_both_orders_and_is_logged(config: Config) -> None:
    with Store.open(config.database_url) as store:
        for number in range(6):
            stored(store, f"p{number}", 0.7 - number / 100)
        found, names = balanced_list(config, store, "mle", "source", limit=5, now=NOW)
        assert len(found.by_score) == len(found.balanced) == 5
        assert set(found.by_score) <= set(names)
        assert "=cmd|eve" not in names.values()  # who refuses recruiters is in no list
        assert [row.lead for row in store.ranking("mle", section="ranked", limit=1)] == [found.by_score[0]]
    assert "balanced on source: mle, " in Path(config.logs_folder, "sourcing.log").read_text("utf-8")


def test_nothing_protected_is_a_stratum(config: Config) -> None:
    with Store.open(config.database_url) as store, pytest.raises(ConfigError, match="nothing protected"):
        balanced_list(config, store, "mle", "gender", limit=5, now=NOW)
