"""Reddit's recorded answers: every call the spider makes, limits old and new, errors.

Nothing of the people in them stands here but counts: names and texts are not even compared.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from spiders._polite import gate as _gate
from spiders._reading.clean import each
from spiders._reddit.answers import About, Listing, Names, Thing, Token
from spiders.reddit import Reddit
from tests.replay import read_exchanges

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "recordings" / "reddit"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="recorded answers of Reddit are not beside the project"),
]


def recorded(name: str) -> list[dict[str, Any]]:
    return read_exchanges(FOLDER / f"{name}.jsonl")


def things(row: dict[str, Any], counted: list[str]) -> list[Thing]:
    rows = Listing.model_validate_json(row["body"]).data.children
    return list(each(Thing, (one.data for one in rows if one.kind in ("t1", "t3")), counted.append))


def test_tokens_are_read() -> None:
    assert [Token.model_validate_json(row["body"]).access_token for row in recorded("token")] == ["REDACTED"] * 2


def test_listings_of_posts_and_comments_are_read() -> None:
    """Before 2018 answers had no ids of accounts: such things are read and do not count."""
    counted: list[str] = []
    found = [things(row, counted) for name in ("sub_listing", "sub_comments") for row in recorded(name)]
    assert [len(rows) for rows in found] == [100, 101, 4, 100, 95, 92, 24]
    assert [sum(one.author_fullname is not None for one in rows) for rows in found] == [100, 0, 0, 0, 95, 0, 0]
    assert [sum(not one.stands for one in rows) for rows in found] == [0, 12, 0, 0, 0, 0, 0]
    assert counted == []


def test_what_was_deleted_is_seen_in_the_lists_of_users_too() -> None:
    counted: list[str] = []
    rows = [
        one for name in ("user_comments", "user_submitted") for row in recorded(name) for one in things(row, counted)
    ]
    assert counted == []
    assert len(rows) > 500
    shown = "".join(one.model_dump_json() for one in rows)
    assert len(shown) < 300 * len(rows)  # ids and times: no text is in it


def test_things_by_id_are_read() -> None:
    counted: list[str] = []
    assert [len(things(row, counted)) for row in recorded("info")] == [1, 0, 0, 1, 1]
    assert counted == []


def test_accounts_by_id_are_read() -> None:
    assert [len(Names.model_validate_json(row["body"]).root) for row in recorded("user_bulk")] == [2, 1]


def test_profiles_are_read_for_nothing_but_whether_they_hide() -> None:
    read = [About.model_validate_json(row["body"]).data for row in recorded("user_about")]
    assert [one.hide_from_robots for one in read] == [True, True, False, False, False]
    assert [bool(one.is_suspended) for one in read] == [False] * 5
    assert all(set(type(one).model_fields) == {"id", "name", "hide_from_robots", "is_suspended"} for one in read)


@pytest.mark.parametrize("name", ["user_about", "sub_listing", "sub_comments", "info", "user_bulk", "comments_tree"])
def test_limits_are_understood(name: str) -> None:
    spider = Reddit()
    for row in recorded(name):
        headers = {key.lower(): value for key, value in row["headers"].items()}
        found = spider.limits(headers, 0.0)
        assert (found is not None) == ("x-ratelimit-remaining" in headers)
        if found is not None:
            assert 580 <= (found.limit or 0) <= 10_000  # used and remaining do not always add up
            assert 0 <= found.remaining <= (found.limit or 0)
            assert 0 < found.reset_in <= 600


def test_errors_are_no_refusals_to_wait_for() -> None:
    kinds: Counter[int] = Counter()
    for row in recorded("errors"):
        headers = {key.lower(): value for key, value in row["headers"].items()}
        kinds[row["status"]] += 1
        if row["status"] != 301:
            assert _gate.refusal(row["status"], headers, row["body"].encode(), wall=0.0) is None
        with pytest.raises((ValidationError, ValueError)):
            Listing.model_validate(json.loads(row["body"]) if row["body"].startswith("{") else row["body"])
    assert kinds == {301: 2, 400: 2, 403: 6, 404: 1}
