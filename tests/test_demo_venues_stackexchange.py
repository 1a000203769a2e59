"""The Stack Exchange network of the invented world: lists, profiles, networks, and what changes from day to day."""

from typing import Any

from sourcing.demo.seats import network_page, network_seats
from sourcing.demo.sources._network import network
from sourcing.demo.sources.stackexchange import VENUE
from storage.text import profile_key
from tests.demo_house import a_desk, client, small

API = "/stackexchange/2.3"
TOP = f"{API}/tags/pandas/top-answerers"


async def asked(held: Any, path: str, **query: object) -> dict[str, Any]:
    answer = await held.get(path, params={"site": "stackoverflow", **query})
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


async def test_the_best_answerers_lead_to_profiles_tags_and_networks() -> None:
    server = a_desk(small(1_500))
    async with client(server) as held:
        best = (await asked(held, f"{TOP}/all_time", pagesize=100))["items"]
        month = (await asked(held, f"{TOP}/month"))["items"]
        ids = ";".join(str(row["user"]["user_id"]) for row in best)
        accounts = ";".join(str(row["user"]["account_id"]) for row in best)
        users = (await asked(held, f"{API}/users/{ids}", filter="!demo", pagesize=100))["items"]
        plain = (await asked(held, f"{API}/users/{ids}", pagesize=100))["items"]
        tags = (await asked(held, f"{API}/users/{ids}/tags", min=5, pagesize=100))["items"]
        sites = await asked(held, f"{API}/users/{accounts}/associated", pagesize=100)
    assert 5 < len(best) <= 20
    assert 0 < len(month) < len(best) + 20
    scores = [row["score"] for row in best]
    assert scores == sorted(scores, reverse=True)
    assert {row["user_id"] for row in users} == {row["user"]["user_id"] for row in best}
    assert all("about_me" in row for row in users)
    assert not any("about_me" in row for row in plain)
    assert {row["name"] for row in tags} >= {"pandas"}
    assert min(row["count"] for row in tags) >= 5
    assert {row["account_id"] for row in sites["items"]} == {row["user"]["account_id"] for row in best}
    assert sites["backoff"] > 0


async def test_pages_and_errors_are_those_of_the_api() -> None:
    async with client(a_desk(small(1_500))) as held:
        first = await asked(held, f"{TOP}/all_time", pagesize=3)
        second = await asked(held, f"{TOP}/all_time", pagesize=3, page=2)
        wrong = await held.get(f"{TOP}/all_time", params={"site": "nowhere"})
        many = await held.get(f"{API}/users/{';'.join(map(str, range(101)))}", params={"site": "stackoverflow"})
        empty = await asked(held, f"{API}/tags/nothing/top-answerers/month")
    assert first["has_more"]
    assert not {row["user"]["user_id"] for row in first["items"]} & {row["user"]["user_id"] for row in second["items"]}
    assert (wrong.status_code, wrong.json()["error_name"]) == (400, "bad_parameter")
    assert many.status_code == 400
    assert empty["items"] == []


def test_days_bring_answers_edits_and_departures() -> None:
    world = small(3_000)
    there = network(world.on(8))
    changed = {i: [step.kind for step in there.steps(i)] for i in network(world).members}
    kinds = [kind for found in changed.values() for kind in found]
    assert set(kinds) == {"answer", "edit", "leave"}
    assert 0.1 < sum(map(bool, changed.values())) / len(changed) < 0.4
    gone = next(i for i, found in changed.items() if "leave" in found)
    person = world.cast.people[gone]
    assert VENUE.key(world, person) is not None
    assert VENUE.key(world.on(8), person) is None


def test_handles_are_those_of_their_pages() -> None:
    world = small(800)
    handles = [found for person in world.cast.people if (found := network_page(world.cast, person))]
    assert 50 < len(handles) == len(set(handles))
    seats = [network_seats(world.cast, person) for person in world.cast.people]
    named = {f"{name}/{number}" for seat in seats for name, number in list(seat.items())[:1]}
    assert {profile_key(page) for page in handles} == {("stackexchange", one) for one in named}
