"""The invented world: equal seeds give equal worlds, a day changes three in a hundred, the truth is known."""

import hashlib
import re
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from sourcing.demo.clock import midnight
from sourcing.demo.ids import user_node, user_number
from sourcing.demo.posts import escaped
from sourcing.demo.seats import pages
from sourcing.demo.stock import stock
from sourcing.demo.threads import WANTED, first_weekdays
from sourcing.demo.truth import Truths
from sourcing.demo.works import Record
from sourcing.demo.world import World
from storage.records import AccountKey
from tests.demo_house import ANCHOR, small

ROOT = Path(__file__).parents[1]


def plain(value: object) -> bytes:
    return orjson.dumps(value, default=str, option=orjson.OPT_SORT_KEYS)


def github_digest(world: World, index: int) -> str:
    return hashlib.sha256(plain(world.github(index))).hexdigest()


def kaggle_side(world: World, name: str) -> list[object]:
    person = world.kaggle.by_name[name]
    return [
        world.kaggle.document(person),
        world.kaggle.kernels(person),
        world.kaggle.datasets(person),
        world.kaggle.models(person),
    ]


def test_equal_seeds_give_equal_worlds_and_others_do_not() -> None:
    first, again, other = small(120), small(120), small(120, seed="other")
    assert [github_digest(first, n) for n in range(120)] == [github_digest(again, n) for n in range(120)]
    assert first.threads.items == again.threads.items
    assert [first.login(n) for n in range(120)] != [other.login(n) for n in range(120)]


def test_another_process_with_another_hash_seed_draws_the_same() -> None:
    code = (
        "from tests.test_demo_world import *; w = small(60, day=3);"
        "print(hashlib.sha256(''.join(github_digest(w, n) for n in range(60)).encode()).hexdigest())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": salt}, cwd=ROOT, capture_output=True, check=True
        ).stdout
        for salt in ("1", "2")
    }
    world = small(60, day=3)
    whole = hashlib.sha256("".join(github_digest(world, n) for n in range(60)).encode()).hexdigest()
    assert found == {f"{whole}\n".encode()}


@pytest.mark.parametrize("days", [1, 4])
def test_only_the_changed_people_differ_on_another_day(days: int) -> None:
    before = small(400)
    after = before.on(days)
    assert 0.02 * days <= len(after.past) / 400 <= 0.031 * days
    unchanged = set(range(400)) - set(after.past)
    assert all(github_digest(before, n) == github_digest(after, n) for n in unchanged)
    same = [person.kaggle for person in before.kaggle.people if person.index in unchanged]
    assert [kaggle_side(before, name) for name in same] == [kaggle_side(after, name) for name in same]
    moved = [n for n in after.past if github_digest(before, n) != github_digest(after, n)]
    assert moved


def test_every_kind_of_change_shows() -> None:
    world = small(600, day=12)
    shown = dict.fromkeys(("repository", "push", "bio", "merge", "move", "rename", "delete", "edit", "remove"), False)
    for index, past in world.past.items():
        for change in past:
            shown[change.kind] = True
        kinds = {change.kind for change in past}
        if "delete" in kinds:
            assert world.github(index) is None
            assert world.login(index) == ""
        elif "rename" in kinds:
            account = world.github(index)
            assert account is not None
            assert account["login"] != world.cast.people[index].login
            assert account["_repositories"] == [] or account["_repositories"][0]["owner"]["login"] == account["login"]
    assert all(shown.values()), shown


def test_a_merged_change_appears_in_its_repository_only() -> None:
    before = small(600)
    after = before.on(6)
    grown = {host for host in range(len(stock().hosts)) if len(after.merged(host)) > len(before.merged(host))}
    assert grown == set(after.merges)
    assert all(after.merged(host) == before.merged(host) for host in range(len(stock().hosts)) if host not in grown)


def test_handles_and_numbers_are_unique_and_well_formed() -> None:
    world = small(2_000)
    people = world.cast.people
    for handles in ([p.login for p in people], [p.kaggle for p in people], [p.hn for p in people]):
        given = [handle.lower() for handle in handles if handle]
        assert len(set(given)) == len(given)
    assert all(re.fullmatch(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*(\[bot\])?", p.login) for p in people if p.login)
    assert all(re.fullmatch(r"[a-z0-9]+", p.kaggle) for p in people if p.kaggle)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{2,15}", p.hn) for p in people if p.hn)
    numbers = [world.cast.github_id(index) for index in range(2_000)]
    assert numbers == sorted(set(numbers))
    assert [world.cast.github_index(number) for number in numbers] == list(range(2_000))
    assert world.cast.github_index(numbers[7] + 1) is None


def test_the_mix_is_as_promised() -> None:
    people = small(3_000).cast.people
    shares = {site: sum(bool(getattr(p, site)) for p in people) / len(people) for site in ("login", "kaggle", "hn")}
    assert 0.9 < shares["login"] < 0.97
    assert 0.28 < shares["kaggle"] < 0.42
    assert 0.2 < shares["hn"] < 0.32
    assert {p.field.id for p in people} == {field.id for field in stock().fields}
    scripts = "".join(p.name for p in people)
    for letter in "яηक陈さ한ل":
        assert letter in scripts
    assert sum(p.opted_out for p in people) > 30


def test_all_sites_of_people_are_reserved_or_known_profile_pages() -> None:
    world = small(600)
    known = (
        "https://www.kaggle.com/",
        "https://news.ycombinator.com/user?id=",
        "https://www.linkedin.com/in/",
        "https://bsky.app/profile/",
    )
    own_pages = {page for person in world.cast.people for page in pages(world.cast, person)}
    reserved = re.compile(r"https://[^/]*\.?(example|example\.org)(/|$)")
    for index in range(600):
        account = world.github(index)
        links = [account["websiteUrl"], *(s["url"] for s in account["_socials"])] if account else []
        for link in filter(None, links):
            assert link.startswith(known) or link in own_pages or reserved.match(link), link


def test_some_link_both_ways_some_one_way_some_wrongly() -> None:
    world = small(1_500)
    own = wrong = 0
    for person in world.cast.people:
        account = world.github(person.index)
        pages = [row["url"] for row in account["_socials"]] if account else []
        pages += [account["websiteUrl"] or ""] if account else []
        named = {page.rpartition("/")[2] for page in pages if "kaggle.com" in page}
        own += person.kaggle in named
        wrong += bool(named - {person.kaggle})
    assert own > 100
    assert 1 < wrong < 30


def test_truth_knows_every_living_account() -> None:
    world = small(300, day=5)
    truths = Truths(world)
    assert len(truths) > 300
    truth = truths[next(iter(truths))]
    assert all(1 <= level <= 5 for level in truth.skills.values())
    assert all(0 <= fit <= 1 for fit in truth.fit.values())
    for key in truth.accounts:
        assert truths[key] == truth
    gone = [n for n, past in world.past.items() if any(change.kind == "delete" for change in past)]
    assert all(AccountKey("github", str(world.cast.github_id(n))) not in truths for n in gone)


def test_people_of_a_field_fit_its_role_better() -> None:
    world = small(1_200)
    fits: dict[bool, list[float]] = {True: [], False: []}
    for truth in {truth.person: truth for truth in Truths(world).values()}.values():
        fits[truth.field == "mle"].append(truth.fit["mle"])
    assert sum(fits[True]) / len(fits[True]) > 0.3 + sum(fits[False]) / len(fits[False])


def test_contributions_of_split_windows_add_up() -> None:
    from sourcing.demo.server.resolvers.contributions import _within

    row: Record = {"where": ("own", 1), "start": 1_000, "end": 9_000, "commits": 13, "prs": 4, "reviews": 1}
    whole = _within(row, 0, 10_000)
    for cut in (999, 1_000, 4_321, 8_999, 9_500):
        halves = _within(row, 0, cut), _within(row, cut, 10_000)
        assert all(halves[0][key] + halves[1][key] == whole[key] for key in ("commits", "prs", "reviews"))


def test_threads_are_monthly_and_come_in_all_forms() -> None:
    world = small(3_000)
    wanted = [story for story in world.threads.stories if story.title.startswith(WANTED[:25])]
    assert [story.title for story in wanted[:2]] == [WANTED.format("November 2026"), WANTED.format("October 2026")]
    assert wanted[0].at == midnight(first_weekdays(ANCHOR, 1)[0]) + 15 * 3_600
    texts = [world.threads.items[kid].text for kid in wanted[0].kids]
    assert len(texts) > 50
    for sign in ("<p>Remote: ", "<pre><code>", "[at]", " dot ", "**", "&#x2F;", "on request"):
        assert any(sign in text for text in texts), sign
    assert all("<script" not in text for text in texts)


def test_html_is_escaped_as_the_site_does() -> None:
    assert escaped("a/b 'c' <d> & \"e\"") == "a&#x2F;b &#x27;c&#x27; &lt;d&gt; &amp; &quot;e&quot;"


@pytest.mark.parametrize("number", [1_000_000, 89_999_999, 90_000_000, 229_999_999])
@pytest.mark.parametrize("kind", ["User", "Organization", "Bot"])
def test_node_ids_go_both_ways(number: int, kind: str) -> None:
    assert user_number(user_node(number, kind)) == number


@pytest.mark.parametrize("node", ["", "D_abcdefgh", "U_", "U_!!!", "nonsense", "MDQ6", "é"])
def test_other_node_ids_are_nobody(node: str) -> None:
    assert small(20).cast.github_index(user_number(node) or 0) is None
