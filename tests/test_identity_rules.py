"""Rules of joining by links: circles, shared profiles, pages about their owner, sources of many houses; and a refit."""

from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

import cli as front  # noqa: TID251  tests stand above the top floor
from bench._adversaries import adversaries, make
from bench._invented import Owned
from bench._web import judge, read, wrong
from sourcing.config import load
from sourcing.identity import resolve
from sourcing.identity.batch import batch
from sourcing.identity.facts import facts
from sourcing.identity.model import fit
from sourcing.identity.refit import Refit, refit
from sourcing.identity.scorer import score_rows
from sourcing.identity.settings import Settings
from storage.records import Account, AccountKey, Claim, Judgement, Link, Verdict
from storage.store import Store
from tests.house_of_sourcing import furnished
from tests.identity_kit import account, day

FORUM, SERVER = "https://discuss.{}.org/u/{}", "https://{}.example/@{}"


def member(host: str, number: int, name: str, *says: str) -> Account:
    """A member of a forum, stored as "host/name"."""
    forum = f"discuss.{host}.org"
    return make("discourse", f"{forum}/{number}", f"{forum}/{name}", FORUM.format(host, name), says)


def toots(host: str, name: str, *says: str) -> Account:
    return make("mastodon", f"{name}@{host}.example", f"{name}@{host}.example", SERVER.format(host, name), says)


def leads(*accounts: Account) -> set[frozenset[str]]:
    """Handles that end in one lead."""
    found = judge(*read(Owned(one, 0) for one in accounts), Settings())
    names = {one.key: one.handle for one in accounts}
    return {frozenset(names[key] for key in cluster) for cluster in found.clusters() if len(cluster) > 1}


G, K, H = "https://github.com/{}", "https://www.kaggle.com/{}", "https://news.ycombinator.com/user?id={}"


def ring(*names: str | None) -> list[Account]:
    """Three accounts with other handles that name each other round, each with a name or without one."""
    says = (("github", "redfox", K, "whale"), ("kaggle", "whale", H, "owl"), ("hackernews", "owl", G, "redfox"))
    return [
        account(source, 1, handle, says=[page.format(other)], name=name)
        for (source, handle, page, other), name in zip(says, names, strict=True)
    ]


def test_three_that_name_each_other_round_are_one_person() -> None:
    assert leads(*ring("Ada Quell", "Ada Quell", "Ada Quell")) == {frozenset({"redfox", "whale", "owl"})}
    a, b, _ = ring(None, None, None)
    assert leads(a, b, account("hackernews", 1, "owl")) == set(), "a chain is no circle"


@pytest.mark.parametrize(
    "names", [(None, None, None), ("Ada Quell", None, None), ("Ada Quell", "Bo Tamm", "Cy Reuter")], ids=str
)
def test_three_friends_who_name_each_other_round_are_a_question(names: tuple[str | None, ...]) -> None:
    found = judge(*read(Owned(one, 0) for one in ring(*names)), Settings())
    assert [cluster for cluster in found.clusters() if len(cluster) > 1] == []


def test_nobody_gets_into_a_circle_by_naming_somebody() -> None:
    victim = account("kaggle", 1, "whale")
    mine = [
        account("github", 1, "redfox", says=[H.format("owl"), K.format("whale")], name="Ada Quell"),
        account("hackernews", 1, "owl", says=["https://huggingface.co/crow", K.format("whale")], name="Ada Quell"),
        account("huggingface", 1, "crow", says=[G.format("redfox"), K.format("whale")], name="Ada Quell"),
    ]
    assert leads(victim, *mine) == {frozenset({"redfox", "owl", "crow"})}


def test_a_circle_is_found_by_way_of_a_checked_address() -> None:
    checked = Link(url=G.format("redfox"), claim=Claim.VERIFIED, field="profile_field")
    proven = toots("one", "anna").model_copy(update={"links": (checked,), "name": "Anna Quell"})
    named = account("github", 1, "redfox", says=[K.format("whale")], name="Anna Quell")
    back = account("kaggle", 1, "whale", says=[SERVER.format("one", "anna")], name="Anna Quell")
    assert leads(proven, named, back) == {frozenset({"anna@one.example", "redfox", "whale"})}


LINKEDIN = "https://www.linkedin.com/in/maarten-1"


@pytest.mark.parametrize(
    ("left", "right", "joined"),
    [
        ({"name": "Maarten Oosterhuis"}, {"name": "Maarten Oosterhuis"}, True),
        ({}, {}, False),
        ({"name": "Maarten Oosterhuis"}, {"name": "Perpetua Nkemelu"}, False),
        ({"name": "Maarten Oosterhuis", "figures": {"followers": 9_000}}, {"name": "Maarten Oosterhuis"}, False),
    ],
)
def test_one_profile_at_a_third_site_joins_beside_a_name(
    left: dict[str, object], right: dict[str, object], joined: bool
) -> None:
    one = account("github", 1, "redfox", says=[LINKEDIN]).model_copy(update=left)
    other = account("hackernews", 1, "owl", says=[LINKEDIN]).model_copy(update=right)
    assert bool(leads(one, other)) == joined


@pytest.mark.parametrize(
    ("said", "site"),
    [
        ("https://ada.example/cv.pdf", "ada.example"),
        ("https://ada.example/about", "ada.example"),
        ("https://lab.example.net/~ada/resume.html", "lab.example.net/~ada"),
        ("https://ada.example/ada-cv-2026.pdf", "ada.example"),
        ("https://ada.example/blog", "ada.example/blog"),
        ("https://firm.example/team/ada", "firm.example/team/ada"),
        ("https://medium.com/about", "medium.com/about"),
        ("https://github.io/cv.pdf", "github.io/cv.pdf"),
    ],
)
def test_a_page_about_the_owner_is_the_owners_site(said: str, site: str) -> None:
    [one] = facts(account("github", 1, "redfox", says=[said])).said
    assert one.target == site


def test_forums_and_servers_of_one_source_are_several_houses() -> None:
    one, other = member("pytorch", 1, "anna"), member("ray", 1, "anna")
    assert facts(one).home != facts(other).home
    rows = batch([facts(one), facts(other), facts(member("ray", 2, "ben"))])
    homes = rows.homes
    assert homes.codes[0] != homes.codes[1] == homes.codes[2]


def test_two_forums_of_one_person_join_what_two_accounts_of_one_forum_do_not() -> None:
    hub = account("github", 1, "quillfeather", says=[FORUM.format("pytorch", "quillfeather")])
    here = member("pytorch", 1, "quillfeather", G.format("quillfeather"))
    there = member("ray", 1, "quillfeather", G.format("quillfeather"))
    assert leads(hub, here, there) == {frozenset({"quillfeather", here.handle, there.handle})}
    twin = member("pytorch", 2, "quillfeathers", G.format("quillfeather"))
    assert twin.handle not in {handle for lead in leads(hub, here, twin) for handle in lead}


def test_two_servers_name_one_account_without_making_it_a_hub() -> None:
    both = [toots(host, "quillfeather", G.format("quillfeather")) for host in ("one", "two")]
    assert leads(account("github", 1, "quillfeather"), *both) == {
        frozenset({"quillfeather", "quillfeather@one.example", "quillfeather@two.example"})
    }


def test_a_handle_made_of_a_name_says_little_beside_that_name() -> None:
    rows = [
        facts(make("github", 1, "ranabahlawi1989", G.format("ranabahlawi1989"), name="رنا البحلاوي")),
        facts(make("kaggle", 1, "Rana-Bahlawi", K.format("Rana-Bahlawi"), name="رنا البحلاوي")),
        facts(make("github", 2, "lanternotter42", G.format("lanternotter42"), name="Maarten Oosterhuis")),
        facts(make("kaggle", 2, "lanternotter7", K.format("lanternotter7"), name="Maarten Oosterhuis")),
    ]
    found = score_rows(batch(rows), fit(rows, Settings()))
    of = {
        (rows[a].handle, rows[b].handle): bits for a, b, bits in zip(found.left, found.right, found.bits, strict=True)
    }
    assert of["ranabahlawi1989", "Rana-Bahlawi"] <= of["lanternotter42", "lanternotter7"] - 3


def test_a_name_that_is_the_handle_written_again_takes_nothing_from_it() -> None:
    one = account("github", 1, "quillfeather", says=[K.format("quillfeather")]).model_copy(
        update={"name": "quillfeather"}
    )
    assert leads(one, account("kaggle", 1, "quillfeather").model_copy(update={"name": "Quillfeather"}))


def test_adversaries_are_never_joined() -> None:
    found = judge(*read(adversaries(20)), Settings())
    assert wrong(found, found.clusters()) == 0
    assert wrong(found, judge(*read(adversaries(20)), Settings(strict_claims=True)).clusters()) == 0


def test_no_mailbox_is_ever_a_key() -> None:
    rows, owners = read(
        one for one in adversaries(3) if one.account.handle.startswith("jobs") or one.account.source == "ats"
    )
    assert {source for source, _ in owners} == {"ats", "github", "kaggle"}
    assert not any(one.said for one in rows), "an address of a mailbox is no address"


# --- a refit ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Two hundred people with two accounts each, half of which name the other, in one folder."""
    config = furnished(tmp_path)
    with Store.open(config.database_url) as store:
        for at in range(200):
            name = f"{'abcdefghij'[at % 10]}lmar {'klmnopqrst'[at // 10 % 10]}osterd{'uvwxyzabcd'[at // 100]}hl"
            says = [K.format(f"handle{at}x")] if at % 2 else []
            store.save(
                [account("github", at, f"login{at}y", says=says, name=name, location="Utrecht" if at % 3 else "Oslo")]
            )
            store.save([account("kaggle", at, f"handle{at}x", name=name, location="Utrecht" if at % 3 else "Oslo")])
        resolve(store, now=day(0), settings=config.identity)
    return tmp_path


def run(folder: Path, *words: str) -> str:
    done = CliRunner().invoke(front.app, ["--config", str(folder), *words], prog_name="sourcing")
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_refit_proposes_and_changes_nothing(house: Path) -> None:
    before = (house / "sourcing.toml").read_text("utf-8")
    proposed = orjson.loads(run(house, "identity", "refit", "--json"))
    weights = {one["weight"]: one["then"] for one in proposed["weights"]}
    assert 10 < weights["claimed"] <= 24, "a hundred claims, all good"
    assert proposed["kept"]["site"].startswith("0 pairs"), "what the store does not show is left alone"
    assert "rule" in proposed["kept"]["reciprocal"], "proof is no weight"
    assert {"appear", "vanish"} <= proposed["effect"].keys()
    assert (house / "sourcing.toml").read_text("utf-8") == before


def test_a_refit_is_saved_when_asked_to_be(house: Path) -> None:
    said = run(house, "identity", "refit", "--save")
    assert "would appear" in said
    kept = load(house).identity.weights
    assert f"{kept.claimed:+.1f} bits" in said
    assert kept.reciprocal == Settings().weights.reciprocal


def test_what_people_judged_counts_as_they_judged_it(house: Path) -> None:
    with Store.open(load(house).database_url) as store:
        first = refit(store, Settings(), now=day(1))
        store.judge([different(at) for at in range(1, 120, 2)])
        second = refit(store, Settings(), now=day(1))
    assert (first.judged, second.judged) == (0, 60)
    assert _of(second, "claimed") < _of(first, "claimed"), "sixty of a hundred claims were wrong"


def different(at: int) -> Judgement:
    """A person's word on the two accounts of a number."""
    one, other = AccountKey("github", str(at)), AccountKey("kaggle", str(at))
    return Judgement(left=one, right=other, verdict=Verdict.DIFFERENT, by="ann", why="two people", created_at=day(1))


def _of(found: Refit, weight: str) -> float:
    return next(one.then for one in found.weights if one.weight == weight)
