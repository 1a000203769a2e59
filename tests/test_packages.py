"""Owners of packages: who is kept, who is only counted, second nights, answers of all ages."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from spiders._base import SourceSpider
from spiders._packages.answers import Package
from spiders.packages import Packages
from storage.records import Account, AccountKey, Claim, Evidence, Kind, Level, Origin
from storage.store import Store
from tests.replay import Exchange, Replay, crawl

START, DAY = datetime(2026, 11, 25, 3, tzinfo=UTC), timedelta(days=1)
API, SITE = "https://registry.example/pypi", "https://registry.example"
ADA = AccountKey("packages", "ada")
Night = Callable[..., tuple[Replay, Store, SourceSpider]]


def package(*owners: str, repository: str = "https://github.com/ada/beam", **more: Any) -> dict[str, Any]:
    info = {
        "name": "Beam_Search",
        "summary": "Decoding",
        "author_email": "Ada <ada@ada.example>",
        "keywords": "speech, decoding",
        "classifiers": ["Topic :: Scientific/Engineering :: Artificial Intelligence", "License :: OSI Approved"],
        "project_urls": {"Docs": "https://beam.example", "Source": repository},
    }
    roles = [{"role": "Owner", "user": user} for user in owners]
    files = [{"upload_time_iso_8601": "2026-10-01T08:00:00.000000Z"}]
    return {"info": info, "ownership": {"organization": None, "roles": roles}, "urls": files} | more


def answer(body: object, status: int = 200) -> Exchange:
    return {"url": f"{API}/beam-search/json", "status": status, "body": body}


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    opened: list[Store] = []
    url = f"sqlite:///{tmp_path}/night.db"
    Store.upgrade(url)
    with Store.open(url) as store:
        store.save([github("1", "ada"), github("2", "bob"), work("2", "lab/beam")])

    def run(*exchanges: Exchange, at: datetime = START) -> tuple[Replay, Store, SourceSpider]:
        replay = Replay(exchanges)
        lanes = [{"source": "packages", "kind": "owners", "target": "beam-search"}]
        options = {"api": API, "site": SITE}
        store, spider = crawl("packages", replay, lanes=lanes, options=options, store_url=url, clock=at)
        opened.append(store)
        assert replay.unused == replay.unrecorded == []
        return replay, store, spider

    yield run
    for store in opened:
        store.close()


def github(number: str, login: str) -> Account:
    origin = Origin(source="github", url=f"https://github.com/{login}", seen_at=START - DAY, spider="github/1")
    return Account(source="github", source_id=number, handle=login, url=origin.url, kind=Kind.PERSON, origin=origin)


def work(number: str, repository: str) -> Evidence:
    origin = Origin(source="github", url="https://github.com/x", seen_at=START - DAY, spider="github/1")
    return Evidence(
        account=AccountKey("github", number), source_id="9", kind="contribution", url=origin.url, title=repository,
        level=Level.PRACTICE, origin=origin,
    )  # fmt: skip


def test_the_owner_of_package_and_repository(night: Night) -> None:
    _, store, spider = night(answer(package("Ada", "stranger")))
    (account,) = store.accounts(source="packages")
    assert (account.key, account.handle, account.url) == (ADA, "Ada", f"{SITE}/user/Ada/")
    assert [(link.url, link.claim) for link in account.links] == [("https://github.com/ada", Claim.CLAIMED)]
    (found,) = store.evidence([ADA])[ADA]
    assert (found.title, found.level, found.packages) == ("Beam_Search", Level.MAINTAINED, ("beam-search",))
    assert found.tags == ("speech", "decoding", "Artificial Intelligence")
    assert found.event_at == datetime(2026, 10, 1, 8, tzinfo=UTC)
    assert "@" not in found.model_dump_json()
    assert spider.ledger.skipped["owner_not_collected"] == 1


class Patient(Packages):
    """Notes what was read when it began to wait for the others, who find the owner only then."""

    at_once: list[str]

    def wait_for_others(self) -> None:
        if not hasattr(self, "at_once"):
            self.at_once = [found.name for _, found, _ in self.read_tonight]
            self.store.save([github("7", "late")])
        super().wait_for_others()


def test_packages_are_read_beside_the_others_and_compared_after_them(tmp_path: Path) -> None:
    body = package("late", repository="https://github.com/late/beam")
    lanes = [{"source": "packages", "kind": "owners", "target": "beam-search"}]
    replay, url = Replay([answer(body)]), f"sqlite:///{tmp_path}/night.db"
    store, spider = crawl(Patient, replay, lanes=lanes, options={"api": API, "site": SITE}, store_url=url, clock=START)
    with store:
        assert isinstance(spider, Patient)
        assert spider.at_once == ["Beam_Search"]
        assert [account.handle for account in store.accounts(source="packages")] == ["late"]
        assert [str(find.account) for find in store.finds()] == ["packages:late"]
    assert spider.ledger.bill("packages/owners/beam-search").evidence == 1


def test_an_owner_with_work_in_the_repository(night: Night) -> None:
    _, store, _ = night(answer(package("bob", "ada", repository="https://github.com/Lab/Beam.git")))
    assert [account.handle for account in store.accounts(source="packages")] == ["bob"]


@pytest.mark.parametrize(
    ("body", "counter"),
    [
        (package("ada", repository="https://elsewhere.example/ada/beam"), "owner_not_collected"),
        (package("zoe"), "owner_not_collected"),
        (package(ownership={"organization": "lab", "roles": []}), "owned_by_organisation"),
        (package(ownership=None), "ownership_not_given"),
        ({"info": {"name": "x"}}, "ownership_not_given"),
        ("<html>", "unreadable:bad_json"),
    ],
)
def test_answers_that_name_nobody(night: Night, body: object, counter: str) -> None:
    _, store, spider = night(answer(body))
    assert list(store.accounts(source="packages")) == []
    assert spider.ledger.skipped[counter] == 1


def test_a_package_is_read_once_in_a_while_and_roles_end(night: Night) -> None:
    night(answer(package("ada")))
    again, _, _ = night(at=START + DAY)
    assert again.asked == []
    _, store, _ = night(answer(package("bob")), at=START + 14 * DAY)
    assert store.evidence([ADA]).get(ADA, []) == []


def test_a_package_that_is_not_there_is_said_so(night: Night) -> None:
    _, _, spider = night(answer({"message": "Not Found"}, 404))
    assert spider.ledger.skipped["no_such_package:beam-search"] == 1


@pytest.mark.parametrize(
    ("url", "repository"),
    [
        ("https://github.com/psf/black/blob/main/CHANGES.md", ("psf", "black")),
        ("http://www.github.com/A/b.git", ("a", "b")),
        ("https://github.com/sponsors", None),
        ("https://github.com.evil.example/a/b", None),
        ("UNKNOWN", None),
    ],
)
def test_repositories_of_packages(url: str, repository: tuple[str, str] | None) -> None:
    assert Package.model_validate(package(repository=url)).repository == repository


def test_names_of_packages_in_one_form() -> None:
    assert {Packages.normal(name) for name in ("Beam.Search", "beam__search", "BEAM-search")} == {"beam-search"}
