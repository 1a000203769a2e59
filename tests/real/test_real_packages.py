"""The registry's recorded answers, old and new: every one is read; owners are counted."""

from pathlib import Path

import pytest

from spiders.packages import Package
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
