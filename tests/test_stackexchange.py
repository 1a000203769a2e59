"""Reading Stack Exchange answers: sites and seats, texts, times, errors, evidence; no crawler needed."""

import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders._reading.clean import each
from spiders._stackexchange import people, work
from spiders._stackexchange.answers import Membership, TagCount, User, backoff_of, problem_of
from spiders._stackexchange.people import Person, Profile
from spiders._stackexchange.sites import Seat, host, site, tag_of
from spiders._stackexchange.work import Standing
from storage.records import Account, AccountKey, Claim, Level, Origin
from storage.text import profile_key

NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)
OWNER = AccountKey("stackexchange", "11")


def stamp(url: str) -> Origin:
    return Origin(source="stackexchange", url=url, seen_at=NOW, spider="stackexchange/1")


def made(*seats: Seat, count: Any = lambda _: None, **facts: Any) -> Account:
    user = User.model_validate({"user_id": 1, "account_id": 11, "display_name": "Ana", "answer_count": 1, **facts})
    return people.account([Profile(Seat("stackoverflow", 1), user)], list(seats), None, {}, stamp, count)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("http://stackoverflow.com", "stackoverflow"),
        ("https://stats.stackexchange.com", "stats"),
        ("https://serverfault.com", "serverfault"),
        ("https://mathoverflow.net", "mathoverflow.net"),
        ("https://meta.stackexchange.com", "meta"),
        ("https://pt.stackoverflow.com", "pt.stackoverflow"),
        ("https://meta.stackoverflow.com", "meta.stackoverflow"),
    ],
)
def test_sites_have_one_short_name(address: str, name: str) -> None:
    assert site(address) == name
    assert address.endswith(f"//{host(name)}")


@pytest.mark.parametrize(
    ("target", "read"),
    [
        ("stackoverflow/pytorch", ("stackoverflow", "pytorch")),
        (" StackOverflow/C++ ", ("stackoverflow", "c++")),
        ("stackoverflow/c#", ("stackoverflow", "c#")),
        ("stats/time-series", ("stats", "time-series")),
        ("pytorch", None),
        ("stackoverflow/", None),
        ("/pytorch", None),
        ("stack overflow/x", None),
        ("stackoverflow/a/b", None),
        ("stackoverflow/a;b", None),
    ],
)
def test_targets(target: str, read: tuple[str, str] | None) -> None:
    assert tag_of(target) == read


@given(st.sampled_from(["stackoverflow", "stats", "ai", "serverfault", "mathoverflow.net"]), st.integers(1, 10**9))
def test_a_page_is_the_account_it_is_the_page_of(name: str, number: int) -> None:
    seat = Seat(name, number)
    assert Seat.read(str(seat)) == seat
    assert profile_key(f"{seat.page}/ana-example") == ("stackexchange", str(seat))


@pytest.mark.parametrize("text", ["", "ana", "stackoverflow/ana", "stackoverflow/1/2", "stackoverflow/", "a b/1"])
def test_what_is_no_seat(text: str) -> None:
    assert Seat.read(text) is None


def test_names_and_places_are_unescaped_once() -> None:
    account = made(display_name="Ana &amp;lt; O&#39;Example", location="K&#246;ln &amp; Bonn")
    assert (account.name, account.location) == ("Ana &lt; O'Example", "Köln & Bonn")


def test_absent_values_are_absent_and_a_text_not_asked_for_is_not_covered() -> None:
    account = made()
    assert (account.location, account.links, account.bio) == (None, (), None)
    assert {"location", "links", "bio"} <= account.observed
    bare = User.model_validate({"user_id": 1, "account_id": 11})
    plain = people.account([Profile(Seat("stackoverflow", 1), bare)], [], None, {}, stamp, print)
    assert "bio" not in plain.observed
    assert dict(plain.figures) == {}


def test_about_gives_text_links_and_wishes_but_no_contacts() -> None:
    about = """<p>Mail <a href="mailto:ana@ana.example">me</a> or ana@ana.example.
    <a href="https://github.com/ana" rel="nofollow">GitHub</a></p><script>x()</script><p>No recruiters!</p>"""
    account = made(about_me=about)
    assert account.bio is not None
    assert "@" not in account.bio
    assert "<" not in account.bio
    assert [(link.url, link.field) for link in account.links] == [("https://github.com/ana", "about")]
    assert account.flags == ("no_recruiters",)


def test_links_know_how_sure_they_are() -> None:
    seats = Seat("stackoverflow", 1), Seat("stats", 7)
    account = made(*seats, website_url="https://ana.example", about_me="<p>I use https://tool.example daily</p>")
    assert [(link.url, link.claim) for link in account.links] == [
        ("https://ana.example", Claim.CLAIMED),
        ("https://stats.stackexchange.com/users/7", Claim.VERIFIED),
        ("https://tool.example", Claim.MENTIONED),
    ]


def test_a_website_that_is_none_is_counted() -> None:
    counted: Counter[str] = Counter()
    account = made(website_url="javascript:alert(1)", count=lambda name: counted.update([name]))
    assert account.links == ()
    assert counted == {"link_rejected": 1}


def test_staff_is_told_apart() -> None:
    assert made(is_employee=True).flags == ("stackexchange_staff",)


def test_only_sites_somebody_writes_at_count() -> None:
    rows = [
        {"account_id": 11, "site_url": "https://a.stackexchange.com", "user_id": 1, "reputation": 101},
        {"account_id": 11, "site_url": "https://b.stackexchange.com", "user_id": 2, "reputation": 5, "answer_count": 1},
        {
            "account_id": 11,
            "site_url": "https://c.stackexchange.com",
            "user_id": 3,
            "reputation": 9,
            "question_count": 1,
        },
    ]
    assert people.active(map(Membership.model_validate, rows), print) == [Seat("c", 3), Seat("b", 2)]


def test_sites_over_the_limit_are_counted() -> None:
    rows = [
        Membership(account_id=11, site_url=f"https://s{n}.stackexchange.com", user_id=n, answer_count=1)
        for n in range(people.SEATS + 3)
    ]
    counted: list[str] = []
    assert len(people.active(rows, counted.append)) == people.SEATS
    assert counted == ["site_over_limit"] * 3


@pytest.mark.parametrize(
    ("met", "network", "before", "named"),
    [
        (["stats/7"], [], None, "stats/7"),
        (["stats/7"], ["stackoverflow/1"], None, "stackoverflow/1"),
        (["stats/7", "stackoverflow/1"], [], None, "stackoverflow/1"),
        (["stats/7"], ["ai/3", "stats/7"], ["ai/3"], "ai/3"),
        (["stats/7"], ["stats/7"], ["ai/3"], "stats/7"),
        (["stats/7"], [], ["ai/3"], "ai/3"),
    ],
)
def test_the_seat_an_account_is_named_by(
    met: list[str], network: list[str], before: list[str] | None, named: str
) -> None:
    def seats(words: list[str]) -> list[Seat]:
        return [seat for word in words if (seat := Seat.read(word))]

    user = User(user_id=1, account_id=11, reputation=5)
    known = Person(OWNER, before[0], tuple(seats(before)), "") if before else None
    assert str(people.principal([Profile(seat, user) for seat in seats(met)], seats(network), known)) == named


@pytest.mark.parametrize(
    ("period", "score", "level", "dated"),
    [
        ("all_time", 20, Level.RECOGNISED, None),
        ("all_time", 19, Level.PRACTICE, None),
        ("all_time", -3, Level.PRACTICE, None),
        ("month", 50, Level.RECOGNISED, datetime(2026, 10, 1, tzinfo=UTC)),
    ],
)
def test_answers_as_evidence(period: str, score: int, level: Level, dated: datetime | None) -> None:
    standing = Standing(Seat("stackoverflow", 1), "c++", period, score, 1)
    evidence = work.answers(standing, OWNER, NOW, stamp(work.list_page("stackoverflow", "c++")))
    assert (evidence.level, evidence.event_at, evidence.tags) == (level, dated, ("c++",))
    assert evidence.figures["score"] == max(0, score)
    assert evidence.text == f"1 answer tagged c++ with a score of {score} in all."
    assert evidence.origin.url == "https://stackoverflow.com/tags/c%2B%2B/topusers"
    assert Standing.recalled("stackoverflow", "c++", json.loads(json.dumps(standing.kept()))) == standing


def test_tags_are_split_by_how_much_stands_behind_them() -> None:
    rows = [TagCount(user_id=1, name=name, count=count) for name, count in (("b", 20), ("a", 20), ("c", 19))]
    many, some = work.tagged(Seat("stackoverflow", 1), rows, OWNER, stamp("https://x.example"))
    assert (many.tags, many.level, many.figures["posts"]) == (("a", "b"), Level.PRACTICE, 40)
    assert (some.tags, some.level) == (("c",), Level.ACTIVITY)


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        (b'{"items":[],"backoff":0.2}', 0.2),
        (b'{"items":[],"backoff":10}', 10.0),
        (b'{"items":[]}', 0.0),
        (b'{"items":[{"backoff":9}]}', 0.0),
        (b'{"backoff":-1}', 0.0),
        (b'{"backoff":"soon"}', 0.0),
        (b'{"backoff":Infinity}', 0.0),  # no number of JSON: nothing was asked
        (b'{"backoff":NaN}', 0.0),
        (b"[1]", 0.0),
        (b"<html>", 0.0),
        (b"", 0.0),
    ],
)
def test_backoff_is_a_number_of_the_envelope(body: bytes, seconds: float) -> None:
    assert backoff_of(body) == seconds


@pytest.mark.parametrize(
    ("message", "wait"),
    [("more requests available in 45 seconds", 45.0), ("available in 1 second", 1.0), ("slow down", None), ("", None)],
)
def test_throttling_says_how_long(message: str, wait: float | None) -> None:
    body = json.dumps({"error_id": 502, "error_name": "throttle_violation", "error_message": message}).encode()
    problem = problem_of(body)
    assert problem is not None
    assert problem.wait == wait


@pytest.mark.parametrize(
    ("number", "message", "ours"),
    [
        (400, "`key` is not valid for passed `access_token`", True),
        (400, "tag `keyword` is unknown", False),
        (400, "No site found for name `x`", False),
        (403, "", True),
        (404, "no method found with this name", False),
        (502, "too many requests", False),
    ],
)
def test_errors_about_the_key(number: int, message: str, ours: bool) -> None:
    problem = problem_of(json.dumps({"error_id": number, "error_message": message}).encode())
    assert problem is not None
    assert problem.of_key is ours


@pytest.mark.parametrize("body", [b"", b"<html>429</html>", b'{"items":[]}', b"null", b'"error_id"'])
def test_what_speaks_of_no_error(body: bytes) -> None:
    assert problem_of(body) is None


def test_an_error_of_another_shape_is_still_one() -> None:
    problem = problem_of(b'{"error_id":"x"}')
    assert problem is not None
    assert problem.error_id == 0


@pytest.mark.parametrize("value", [10**12, 10**30, -(10**30), "2026-11-25", 1.5, True])
def test_times_that_are_none_are_unknown_and_cost_only_themselves(value: Any) -> None:
    row = {"user_id": 1, "account_id": 11, "display_name": "Ana", "creation_date": value}
    counted: list[str] = []
    (user,) = each(User, [row], counted.append)
    assert (user.display_name, user.creation_date, counted) == ("Ana", None, ["unfit_field:creation_date"])
