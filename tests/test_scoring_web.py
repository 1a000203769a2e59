"""The invented world is hard to rank: some say more than they do, some are known for something else."""

from datetime import date
from typing import Any

from scoring.features.figures import is_list
from sourcing.demo.bios import bio, claims, headline
from sourcing.demo.loud import CLAIMED, boast, famous
from sourcing.demo.truth import tell
from sourcing.demo.world import World
from tests.cases.scoring_people import work

WORLD = World("loud", 500, date(2026, 11, 25))
PEOPLE = WORLD.cast.people
TRUTHS = {person.index: tell(WORLD, person) for person in PEOPLE}
OUTSIDE = [person for person in PEOPLE if boast(person) and not person.field.role and person.login]


def test_there_are_boasters_in_and_outside_of_the_fields() -> None:
    assert len(OUTSIDE) > 20
    assert any(boast(person) is person.field for person in PEOPLE if person.field.role)
    assert not any(boast(person) for person in PEOPLE if person.field.id in ("bot", "organisation"))


def test_boasters_say_much_and_show_nothing() -> None:
    for person in OUTSIDE:
        field, text = boast(person), bio("loud", person)
        assert field is not None
        assert headline(person) in field.titles
        assert len(claims(person)) >= min(CLAIMED, len(field.claims)) - 1
        assert person.field.id == "recruiter" or (text is not None and headline(person) in text)
        hollow = [repo for repo in _repositories(person.index) if repo.get("_hollow")]
        assert all(set(repo["_files"]) == {"README.md"} and repo["_topics"] for repo in hollow)
        assert TRUTHS[person.index].met[field.role] < 1 or person.field.role == field.role


def test_numbers_of_repositories_are_their_own() -> None:
    numbers = [repo["databaseId"] for person in OUTSIDE for repo in _repositories(person.index)]
    assert len(numbers) == len(set(numbers))


def test_some_are_known_for_something_else() -> None:
    known = [person for person in PEOPLE if famous(person)]
    assert known
    assert all(not person.field.role for person in known)
    shown = [max(repo["stargazerCount"] for repo in held) for one in known if (held := _repositories(one.index))]
    assert max(shown, default=0) > 1000


def test_the_truth_is_more_and_less_than_public_work() -> None:
    plain = [t for t in TRUTHS.values() if t.kind == "person"]
    assert all(0 <= share <= 1 for truth in plain for share in truth.met.values())
    unseen = [
        p for p in PEOPLE if p.field.role and not p.login and any(v >= 3 for v in TRUTHS[p.index].skills.values())
    ]
    assert unseen, "what is only seen at work is true as well"
    assert {person.index: tell(WORLD, person) for person in PEOPLE} == TRUTHS


def test_lists_of_links_are_told_from_tools_by_name() -> None:
    assert is_list(work(title="awesome-ml"))
    assert not is_list(work(title="tiny-trainer"))


def _repositories(index: int) -> list[dict[str, Any]]:
    account = WORLD.github(index)
    return account["_repositories"] if account else []
