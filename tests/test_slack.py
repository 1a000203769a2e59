"""Members of a workspace: who counts as one, what of a profile is kept, how messages become counts."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from spiders._slack import activity
from spiders._slack.about import CONSENT, SlackOptions
from spiders._slack.activity import Channel
from spiders._slack.answers import Member, Message, Profile
from spiders._slack.members import Workspace, account, no_member
from storage.records import Account, Claim, Origin

SPACE = Workspace("T1", "https://lab.example/", "#nosourcing", {"X1": "GitHub", "X2": "Location", "X3": "Birthday"})
ORIGIN = Origin(
    source="slack", url="https://lab.example/", seen_at=datetime(2026, 11, 25, tzinfo=UTC), spider="slack/1"
)
CONSENTED = {
    "workspace": "T1",
    "consent_by": "Owner Example",
    "consent_on": date(2026, 11, 1),
    "consent_record": "folder 7",
    "notice_on": date(2026, 11, 2),
}


def made(labels: dict[str, str] | None = None, **profile: Any) -> tuple[Account, list[str]]:
    counted: list[str] = []
    space = SPACE if labels is None else Workspace("T1", "https://lab.example/", "", labels)
    member = Member(id="U1", name="ana", real_name="Ana Example")
    return account(member, Profile.model_validate(profile), space, ORIGIN, counted.append), counted


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({}, ""),
        ({"is_bot": True}, "bot"),
        ({"is_app_user": True}, "bot"),
        ({"id": "USLACKBOT"}, "bot"),
        ({"deleted": True}, "left"),
        ({"deleted": True, "is_bot": True}, "bot"),
        ({"is_restricted": True}, "guest"),
        ({"is_ultra_restricted": True}, "guest"),
        ({"is_stranger": True}, "stranger"),
        ({"profile": {"title": "Engineer #NoSourcing"}}, "opted_out"),
        ({"profile": {"status_text": "#nosourcing"}}, "opted_out"),
        ({"profile": {"fields": {"Xa": {"value": "please #nosourcing"}}}}, "opted_out"),
        ({"profile": {"fields": {"Xa": "odd"}}}, ""),
        ({"profile": {"fields": []}}, ""),
        ({"profile": {"title": "outsourcing"}}, ""),
    ],
)
def test_who_is_a_member(row: dict[str, Any], reason: str) -> None:
    assert no_member(Member.model_validate({"id": "U1", "name": "ana"} | row), "#nosourcing") == reason


@pytest.mark.parametrize(
    ("label", "value", "url", "claim"),
    [
        ("GitHub", "ana-x", "https://github.com/ana-x", Claim.CLAIMED),
        ("Github handle", "@ana-x", "https://github.com/ana-x", Claim.CLAIMED),
        ("GitHub", "https://github.com/ana-x", "https://github.com/ana-x", Claim.CLAIMED),
        ("Kaggle profile", "anax", "https://www.kaggle.com/anax", Claim.CLAIMED),
        ("Hugging Face", "ana", "https://huggingface.co/ana", Claim.CLAIMED),
        ("LinkedIn", "https://www.linkedin.com/in/ana-x", "https://www.linkedin.com/in/ana-x", Claim.CLAIMED),
        ("Web site", "https://ana.example", "https://ana.example", Claim.CLAIMED),
        ("", "https://ana.example", "https://ana.example", Claim.MENTIONED),
    ],
)
def test_addresses_of_profile_fields(label: str, value: str, url: str, claim: Claim) -> None:
    found, _ = made({"X9": label}, fields={"X9": {"value": value, "alt": ""}})
    assert [(link.url, link.claim) for link in found.links] == [(url, claim)]


@pytest.mark.parametrize(
    ("label", "value", "counted"),
    [
        ("Web site", "none", ["link_rejected"]),
        ("GitHub", "no spaces allowed", ["link_rejected"]),
        ("Website", "javascript:alert(1)", ["link_rejected"]),
        ("Manager", "https://boss.example", []),
        ("Date of birth", "1990-01-01", []),
        ("", "deez04", ["field_without_label"]),
        ("GitHub", "   ", []),
    ],
)
def test_fields_that_give_no_address(label: str, value: str, counted: list[str]) -> None:
    found, said = made({"X9": label}, fields={"X9": {"value": value}})
    assert (found.links, said) == ((), counted)


def test_only_listed_fields_are_kept() -> None:
    found, _ = made(
        title="Engineer, ana@mail.example, +47 555 010 9999",
        email="ana@mail.example",
        phone="+47 555 010 9999",
        pronouns="she/her",
        start_date="2020-01-01",
        image_512="https://pictures.example/a.png",
        fields={"X2": {"value": "Oslo"}, "X3": {"value": "1990-01-01"}},
    )
    said = found.model_dump_json()
    assert (found.location, found.bio, found.company) == ("Oslo", None, None)
    for secret in ("mail.example", "555", "she/her", "2020-01-01", "pictures", "1990"):
        assert secret not in said


@pytest.mark.parametrize(
    ("title", "open_to_work", "flags"),
    [
        ("Open to work", True, ()),
        ("Not open to work", None, ()),
        ("Looking for a new role", True, ()),
        ("No recruiters. Open to work", None, ("no_recruiters",)),
        ("Recruiters: please do not contact me", None, ("no_recruiters",)),
        ("", None, ()),
    ],
)
def test_wishes(title: str, open_to_work: bool | None, flags: tuple[str, ...]) -> None:
    found, _ = made(title=title)
    assert (found.open_to_work, found.flags) == (open_to_work, flags)


@pytest.mark.parametrize(
    ("profile", "handle", "name"),
    [
        ({"display_name": "ana.w", "real_name": "Ana W"}, "U1", "Ana W"),
        ({"display_name": ""}, "U1", "Ana Example"),
        ({"real_name": "\u202eAna"}, "U1", "Ana"),
    ],
)
def test_names(profile: dict[str, Any], handle: str, name: str) -> None:
    found, _ = made(**profile)
    assert (found.handle, found.name, found.source_id) == (handle, name, "T1.U1")


# ---- consent ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", CONSENT)
def test_switching_on_takes_every_line_of_the_consent(missing: str) -> None:
    given_ = {name: value for name, value in CONSENTED.items() if name != missing}
    with pytest.raises(ValidationError, match="consent of the workspace's owner is not on record") as caught:
        SlackOptions.model_validate({"enabled": True} | given_)
    assert caught.value.errors()[0]["loc"] == (missing,)


def test_switched_off_it_needs_nothing() -> None:
    assert SlackOptions.model_validate({}).consent_missing == list(CONSENT)
    assert SlackOptions.model_validate({"enabled": True} | CONSENTED).consent_missing == []


# ---- counts -------------------------------------------------------------------------------------------------


def message(user: str | None, day: int, n: int = 0, **more: Any) -> Message:
    at = int(datetime(2026, 11, day, 9, tzinfo=UTC).timestamp()) + n
    return Message.model_validate({"user": user, "ts": f"{at}.{n:06d}"} | more)


@pytest.mark.parametrize(
    ("row", "counts"),
    [
        ({}, True),
        ({"subtype": "thread_broadcast"}, True),
        ({"subtype": "file_share"}, True),
        ({"subtype": "me_message"}, True),
        ({"subtype": "channel_join"}, False),
        ({"subtype": "channel_topic"}, False),
        ({"subtype": "bot_message", "bot_id": "B1"}, False),
        ({"bot_id": "B1"}, False),
        ({"subtype": "tombstone"}, False),
        ({"subtype": "file_comment"}, False),
    ],
)
def test_what_is_a_contribution(row: dict[str, Any], counts: bool) -> None:
    assert activity.written(message("U1", 1, **row)) is counts


def test_nobody_wrote_a_message_without_a_member() -> None:
    assert not activity.written(message(None, 1))


def test_ids_of_messages_keep_their_digits() -> None:
    assert Message(ts="1512085950.000216").at == datetime(2017, 11, 30, 23, 52, 30, tzinfo=UTC)


def test_a_message_taken_back_is_not_counted_any_more() -> None:
    channel = Channel({})
    channel.recount([message("U1", 3), message("U1", 20, 1), message("U1", 20, 2)], date(2026, 11, 1))
    channel.recount([message("U1", 20, 1)], date(2026, 11, 18))
    (heard,) = channel.heard()
    assert (heard.messages, heard.days, heard.first, heard.last) == (2, 2, date(2026, 11, 3), date(2026, 11, 20))


def test_threads_are_read_again_only_when_they_grew() -> None:
    channel = Channel({})
    parent = message("U1", 20, 1, reply_count=2, latest_reply="9")
    assert channel.grown([parent]) == [parent]
    channel.replied(parent, [parent, message("U2", 20, 5, thread_ts="1"), message("U2", 21, 6, thread_ts="1")])
    assert channel.grown([parent]) == []
    again = Channel(channel.state())
    assert again.grown([parent]) == []
    assert again.grown([message("U1", 20, 1, reply_count=3, latest_reply="9")])
    assert {heard.user: (heard.messages, heard.replies) for heard in again.heard()} == {"U2": (0, 2)}


def test_a_thread_taken_back_takes_its_replies_along() -> None:
    channel = Channel({})
    parent = message("U1", 20, 1, reply_count=1, latest_reply="9")
    channel.recount([parent], date(2026, 11, 18))
    channel.replied(parent, [parent, message("U2", 20, 5, thread_ts="1")])
    channel.recount([], date(2026, 11, 18))
    assert list(channel.heard()) == []


def test_the_window_forgets() -> None:
    channel = Channel({})
    parent = message("U1", 2, 1, reply_count=1, latest_reply="9")
    channel.recount([parent, message("U1", 20)], date(2026, 11, 1))
    channel.replied(parent, [message("U2", 2, 5, thread_ts="1")])
    channel.forget(date(2026, 11, 10))
    assert [heard.user for heard in channel.heard()] == ["U1"]
    assert channel.state()["threads"] == {}


MESSAGES = st.lists(
    st.builds(
        message,
        st.sampled_from(["U1", "U2", "U3"]),
        st.integers(1, 24),
        st.integers(0, 999),
        reactions=st.lists(st.builds(lambda n: {"count": n}, st.integers(0, 9)), max_size=2),
    ),
    max_size=30,
)


@given(MESSAGES)
def test_counting_twice_changes_nothing_and_nobody_is_lost(messages: list[Message]) -> None:
    channel = Channel({})
    channel.recount(messages, date(2026, 11, 1))
    once = channel.state()
    channel.recount(reversed(messages), date(2026, 11, 1))
    assert channel.state() == once
    assert sum(heard.messages for heard in channel.heard()) == len(messages)


@given(MESSAGES)
def test_erasing_leaves_no_trace(messages: list[Message]) -> None:
    channel = Channel({})
    channel.recount(messages, date(2026, 11, 1))
    channel.erase(["U1"])
    assert "U1" not in str(channel.state())
    assert sum(heard.messages for heard in channel.heard()) == sum(one.user != "U1" for one in messages)
