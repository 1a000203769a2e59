"""The registry's recorded answers, old and new: every one is read; owners are counted."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from spiders._packages.answers import Module, Package
from tests.replay import read_exchanges

FILE = Path(__file__).resolve().parents[3] / "shared" / "recordings" / "web" / "pypi_json.jsonl"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not FILE.is_file(), reason="recorded answers of the registry are not beside the project"),
]


def test_every_recorded_package_is_read() -> None:
    read = [Package.model_validate(row["body"]) for row in read_exchanges(FILE) if row["status"] == 200]
    owned = [one for one in read if one.ownership is not None]
    roles = [role for one in owned if one.ownership for role in one.ownership.roles]
    assert (len(read), len(owned), len(roles), sum(one.repository is not None for one in read)) == FACTS
    assert {role.role for role in roles} == {"Owner", "Maintainer"}
    assert not any("@" in repr(one.tags) for one in read)


FACTS = (46, 43, 121, 26)  # answers, with ownership, roles, with a repository


def test_the_recorded_npm_module_is_read() -> None:
    (row,) = read_exchanges(FILE.parent / "npm_json.jsonl")
    found = Module.model_validate(row["body"]).listed()
    assert (found.name, found.repository, len(found.owners)) == ("base62", ("base62", "base62.js"), 2)
    assert found.released_at == datetime(2019, 3, 6, 15, 6, 40, 387000, tzinfo=UTC)
    assert "@" not in repr(found)
