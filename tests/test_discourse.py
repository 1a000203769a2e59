"""Reading answers of forums: targets, rows, fields and labels; no crawler needed."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from spiders._discourse import people
from spiders._discourse.answers import OpenTopic, Topic, User
from spiders._discourse.forums import DiscourseOptions, Forum, Place, places, target
from spiders._discourse.people import Seen
from spiders.discourse import Forums
from storage.records import Account, Claim, Lane, Origin
from storage.text import profile_key

NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)
PLACE = Place(Forum(host="forum.example.org", title="Example"), "https://forum.example.org")
ORIGIN = Origin(source="discourse", url="https://forum.example.org", seen_at=NOW, spider="discourse/1")


def full(labels: dict[str, str] | None = None, **shown: Any) -> Account:
    user = User.model_validate({"id": 1, "username": "ana", **shown})
    return people.full(PLACE, user, labels or {}, {}, ORIGIN, lambda _: None)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("discuss.pytorch.org", ("discuss.pytorch.org", "")),
        (" Discuss.PyTorch.org/ ", ("discuss.pytorch.org", "")),
        ("discuss.pytorch.org/vision", ("discuss.pytorch.org", "vision")),
        ("https://discuss.pytorch.org", None),
        ("discuss.pytorch.org/c/vision", None),
        ("discuss.pytorch.org/../x", None),
        ("user@forum.example", None),
        ("", None),
    ],
)
def test_targets(text: str, read: tuple[str, str] | None) -> None:
    assert target(text) == read


def test_shipped_forums_are_complete_and_their_members_pages_are_known() -> None:
    found = places(Forums.forums, DiscourseOptions.model_validate({}))
    assert len(found) == len(Forums.forums) >= 4
    for host, place in found.items():
        assert place.address == f"https://{host}"
        assert place.forum.tags
        assert profile_key(place.page("Ana_L")) == ("discourse", f"{host}/ana_l")


def test_a_row_of_the_settings_replaces_a_shipped_one_and_moves_its_address() -> None:
    mine = {"host": "discuss.ray.io", "title": "Mine"}
    options = DiscourseOptions.model_validate(
        {"more": [mine], "addresses": {"discuss.ray.io": "http://127.0.0.1:9/ray/"}}
    )
    place = places(Forums.forums, options)["discuss.ray.io"]
    assert (place.forum.title, place.address) == ("Mine", "http://127.0.0.1:9/ray")
    assert place.page("ana") == "https://discuss.ray.io/u/ana"


def test_a_shipped_forum_can_be_left_out() -> None:
    options = DiscourseOptions.model_validate({"leave_out": ["discuss.ray.io"]})
    assert "discuss.ray.io" not in places(Forums.forums, options)


@pytest.mark.parametrize("host", ["", "https://x.example", "x.example/path", "X.example"])
def test_hosts_are_hosts(host: str) -> None:
    with pytest.raises(ValidationError):
        Forum(host=host, title="x")


def test_what_a_category_is_about() -> None:
    forum = Forum(host="x.example", title="x", tags=("ray",), categories={"serve": ("model-serving", "ray"), "q": ()})
    assert forum.about("serve") == ("ray", "model-serving")
    assert forum.about("q") == ("ray",)
    assert forum.about("other") == ("ray", "other")


@pytest.mark.parametrize(
    ("seen", "somebody"),
    [
        (Seen(1, "ana"), True),
        (Seen(1, "anonymous-ana"), True),
        (Seen(1, "anon123"), False),
        (Seen(1, "Anon4711234"), False),
        (Seen(-1, "system"), False),
        (Seen(-2, "discobot"), False),
        (Seen(0, "x"), False),
        (Seen(1, ""), False),
    ],
)
def test_who_is_somebody(seen: Seen, somebody: bool) -> None:
    assert seen.somebody is somebody


@pytest.mark.parametrize(
    ("label", "value", "url"),
    [
        ("GitHub", "ana-l", "https://github.com/ana-l"),
        ("Your GitHub username", "@ana-l", "https://github.com/ana-l"),
        ("GitHub", "https://github.com/ana-l", "https://github.com/ana-l"),
        ("Twitter handle", "ana", "https://x.com/ana"),
        ("Hugging Face", "ana", "https://huggingface.co/ana"),
        ("Website", "ana.example", "https://ana.example"),
        ("GitHub", "I have none", None),
        ("GitHub", "a/b", None),
        ("Favourite colour", "ana", None),
        ("Phone", "+49 30 1234567", None),
        ("Pronouns", "they", None),
    ],
)
def test_fields_a_forum_added_are_known_by_their_label(label: str, value: str, url: str | None) -> None:
    account = full({"1": label}, user_fields={"1": value})
    assert [link.url for link in account.links] == ([url] if url else [])
    assert all(link.claim is Claim.CLAIMED for link in account.links)
    assert account.company is None


@pytest.mark.parametrize("label", ["Company", "Affiliation", "Organization (optional)", "University"])
def test_employers(label: str) -> None:
    assert full({"7": label}, user_fields={"7": " Example Lab "}).company == "Example Lab"


def test_a_text_as_html_or_as_it_was_typed() -> None:
    assert full(bio_cooked="<p>I &amp; my <b>model</b></p>").bio == "I & my model"
    assert full(bio_raw="plain & simple").bio == "plain & simple"
    assert full(bio_excerpt="<div class='missing-profile'>nothing yet</div>").bio is None


def test_addresses_of_a_profile() -> None:
    about = (
        '<p>GitHub: <a href="https://github.com/ana">me</a></p>'
        '<p>and I like <a href="https://tool.example">this</a> tool</p>'
        '<p><a class="mention" href="/u/bo">@bo</a></p>'
    )
    account = full(website="https://ana.example", bio_cooked=about)
    assert [(link.url, link.claim, link.field) for link in account.links] == [
        ("https://ana.example", Claim.CLAIMED, "website"),
        ("https://github.com/ana", Claim.CLAIMED, "bio"),
        ("https://tool.example", Claim.MENTIONED, "bio"),
    ]


def test_staff_and_wishes_are_flags() -> None:
    assert full(admin=True, bio_raw="No recruiters.").flags == ("forum_staff", "no_recruiters")


@pytest.mark.parametrize(
    ("facts", "promising"),
    [
        ({"posts_count": 2}, True),
        ({"posts_count": 2, "like_count": 0}, True),  # whether it was solved is not said
        ({"posts_count": 2, "like_count": 0, "has_accepted_answer": True}, True),
        ({"posts_count": 2, "like_count": 0, "has_accepted_answer": False}, False),
        ({"posts_count": 1, "like_count": 9}, False),
        ({"posts_count": 5, "visible": False}, False),
    ],
)
def test_topics_worth_opening(facts: dict[str, Any], promising: bool) -> None:
    assert Topic.model_validate({"id": 1, **facts}).promising is promising


@pytest.mark.parametrize("tags", [None, [], ["cnn"], [{"id": 1, "name": "cnn", "slug": "cnn"}]])
def test_tags_of_all_generations(tags: Any) -> None:
    topic = OpenTopic.model_validate({"id": 1, "title": "x", "tags": tags, "post_stream": {"posts": []}})
    assert topic.tags == (("cnn",) if tags else ())


@pytest.mark.parametrize(
    ("accepted", "number"), [(None, 0), (True, 0), (False, 0), ({"post_number": 4, "username": "x"}, 4)]
)
def test_the_solution_of_a_topic(accepted: Any, number: int) -> None:
    found = {"id": 1, "title": "x", "post_stream": {"posts": []}, "accepted_answer": accepted}
    assert OpenTopic.model_validate(found).solution == number


@pytest.mark.parametrize(
    ("addresses", "share"),
    [
        ({}, 2),
        ({"discuss.pytorch.org": "https://one.example/a", "discuss.ray.io": "https://one.example/b"}, 1),
        ({"discuss.pytorch.org": "https://one.example"}, 2),
    ],
)
def test_forums_that_share_a_host_are_asked_one_after_the_other(addresses: dict[str, str], share: int) -> None:
    options = DiscourseOptions(delay=2.0, addresses=addresses)
    targets = ("discuss.pytorch.org", "discuss.pytorch.org/vision", "discuss.ray.io", "accounts")
    lanes = [Lane(source="discourse", kind="directory", target=one) for one in targets]
    assert Forums.pace(options, lanes) == 2.0 / share
