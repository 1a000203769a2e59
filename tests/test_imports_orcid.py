"""ORCID's yearly file: only people an account names, links that join them, and files that are none."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.errors import ConfigError
from storage.records import Account, Claim, Link, Origin
from tests.imports_kit import House
from tests.test_research import ANA, CY, RECORD, archive

MISSING = "0000-0002-1694-233X"


def known(house: House, *orcids: str) -> None:
    page, seen = "https://x.example", datetime(2026, 11, 20, tzinfo=UTC)
    origin = Origin(source="research", url=page, seen_at=seen, spider="research/1")
    links = (Link(url=f"https://orcid.org/{one}", claim=Claim.CLAIMED, field="orcid") for one in orcids)
    rows = [
        Account(source="research", source_id=f"A{n}", handle=f"A{n}", url=page, links=(link,), origin=origin)
        for n, link in enumerate(links)
    ]
    with house.store() as store:
        store.save(rows)


def test_only_people_that_accounts_name_are_read(tmp_path: Path) -> None:
    house = House(tmp_path / "house")
    known(house, ANA, MISSING)
    path = archive(tmp_path / "ORCID_2026_10_summaries.tar.gz", {CY: RECORD.format(CY), ANA: RECORD.format(ANA)})
    done = house.bring("orcid", path)
    assert (done.state, done.counters["orcid_wanted"], done.counters["orcid_not_in_file"]) == ("done", 2, 1)
    (account,) = house.accounts("orcid").values()
    assert (account.source_id, account.handle) == (ANA, ANA)
    assert account.links[0].url == "https://github.com/anaexample"
    again = house.bring("orcid", path)
    assert (again.saved.accounts_new, again.saved.accounts_changed) == (0, 0)


@pytest.mark.parametrize("cut", [0, 40, 300])
def test_files_that_are_no_archive_or_cut_off(tmp_path: Path, cut: int) -> None:
    house = House(tmp_path / "house")
    known(house, MISSING)
    whole = archive(tmp_path / "x.tar.gz", {CY: RECORD.format(CY)}).read_bytes()
    path = house.write("x.tar.gz", whole[:cut] if cut else b"no archive at all")
    with pytest.raises(ConfigError, match="not a whole tar file"):
        house.bring("orcid", path)
