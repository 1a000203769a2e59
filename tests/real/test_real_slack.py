"""Slack's recorded answers and exports: every call the spider makes, every sample zip, errors.

What people said is compared as counts, who they are as digests: the repository holds nothing of them.
"""

import hashlib
import json
import zipfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from sourcing.imports.slack_export import read
from spiders._reading.clean import each
from spiders._slack import activity
from spiders._slack.answers import (
    Channel,
    Channels,
    FieldLabel,
    History,
    Identity,
    Member,
    MemberProfile,
    Members,
    Message,
    Paged,
    TeamProfile,
    Verdict,
)
from spiders._slack.members import Workspace, account, no_member
from storage.records import Account, Evidence, Gone, Origin
from tests.replay import Replay, crawl, read_exchanges

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "recordings" / "slack"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="recorded answers of Slack are not beside the project"),
]
NIGHT = datetime(2026, 11, 25, 3, tzinfo=UTC)
ORIGIN = Origin(source="slack", url="https://lab.example/", seen_at=NIGHT, spider="slack/1")
SPACE = Workspace("T1", "https://lab.example/")
MODELS: dict[str, Any] = {
    "auth.test": Identity,
    "users.list": Members,
    "users.profile.get": MemberProfile,
    "team.profile.get": TeamProfile,
    "conversations.list": Channels,
    "conversations.history": History,
    "conversations.replies": History,
}
FILES = ("api_examples", "api_recorded", "api_shapes", "paging_and_limits", "users_list_zulip")

# Counted by hand in the files: 38 plain messages and one shared file in the first sample.
FACTS: dict[str, Any] = {
    "members": {"member": 7, "bot": 1, "guest": 0, "left": 0},
    "accounts": "02e541613ced",
    "channel": [(3, 1), (3, 1)],
    "export_sample_1": ({"Account": 4, "Evidence": 7}, {"field_without_label": 1}),
    "export_sample_1_totals": {"messages": 39, "replies": 0, "days": 12},
    "export_sample_2": ({}, {"below_min_contributions": 4}),
    "export_sample_2_totals": {"messages": 0, "replies": 0, "days": 0},
}


def recorded(*methods: str) -> list[tuple[str, dict[str, Any]]]:
    rows = [row for name in FILES for row in read_exchanges(FOLDER / f"{name}.jsonl")]
    named = [(row["url"].partition("/api/")[2].partition("?")[0], row) for row in rows]
    return [(method, row) for method, row in named if method in (methods or MODELS)]


def digest(*facts: Any) -> str:
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False, default=str).encode()).hexdigest()[:12]


def test_every_answer_of_a_call_we_make_is_read() -> None:
    outcomes: Counter[str] = Counter()
    for method, row in recorded():
        verdict = Verdict.model_validate_json(row["body"])
        if verdict.ok or row["origin"].startswith("slackapi/java"):  # the shapes say false and hold every field
            MODELS[method].model_validate_json(row["body"])
            outcomes[method] += 1
        else:
            outcomes[verdict.error] += 1
    assert outcomes == {
        "auth.test": 2,
        "users.list": 5,
        "users.profile.get": 2,
        "team.profile.get": 2,
        "conversations.list": 5,
        "conversations.history": 4,
        "invalid_auth": 3,
        "invalid_cursor": 1,
        "user_not_found": 1,
        "channel_not_found": 1,
        "ratelimited": 1,
    }


def test_cursors_are_texts_numbers_or_absent() -> None:
    cursors = [
        Paged.model_validate_json(row["body"]).cursor
        for method, row in recorded("users.list", "conversations.list")
        if row["origin"].startswith("slackapi/python")
    ]
    assert cursors == ["1", "", "page2", "", ""]


def test_members_of_all_lists() -> None:
    counted: Counter[str] = Counter()
    accounts: list[Account] = []
    for _, row in recorded("users.list"):
        if '"members"' not in row["body"]:
            continue  # an error
        answer = Members.model_validate_json(row["body"])
        for member in each(Member, (one for one in answer.members if isinstance(one, dict)), print):
            counted[no_member(member, "") or "member"] += 1
            if not no_member(member, ""):
                accounts.append(account(member, member.profile, SPACE, ORIGIN, print))
    assert {name: counted[name] for name in ("member", "bot", "guest", "left")} == FACTS["members"]
    said = [(one.handle, one.name, one.headline) for one in accounts]
    assert digest(said) == FACTS["accounts"]
    shown = "".join(one.model_dump_json() for one in accounts)
    assert not any(word in shown for word in ("@", "gravatar", "image", "avatar", "REDACTED"))


def test_labels_of_profile_fields() -> None:
    (_, row), *_ = recorded("team.profile.get")
    fields = each(FieldLabel, TeamProfile.model_validate_json(row["body"]).profile.fields, print)
    assert [field.label for field in fields][1:3] == ["Date of birth", "Facebook"]


def test_messages_of_a_recorded_channel() -> None:
    rows = [row for method, row in recorded("conversations.history") if row["origin"].startswith("chaoss")]
    answers = [History.model_validate_json(row["body"]) for row in rows]
    messages = [message for answer in answers for message in each(Message, answer.messages, print)]
    channel = activity.Channel({"posts": activity.daily(messages)})
    assert [(one.messages, one.days) for one in channel.heard()] == FACTS["channel"]
    assert (len(messages), answers[0].has_more) == (9, True)


def test_channels_of_all_lists() -> None:
    answers = [
        Channels.model_validate_json(row["body"])
        for _, row in recorded("conversations.list")
        if '"ok": true' in row["body"] or '"ok":true' in row["body"]
    ]
    found = [channel for answer in answers for channel in each(Channel, answer.channels, print)]
    assert Counter(channel.closed for channel in found) == {"": len(found)}
    assert {"general", "random"} <= {channel.name for channel in found}


def test_a_night_on_the_recorded_workspace(tmp_path: Path) -> None:
    """The recorded member list, channel and messages, under the addresses of our calls."""
    (members,) = read_exchanges(FOLDER / "users_list_zulip.jsonl")
    people = json.loads(members["body"])["members"]
    first = next(one["id"] for one in people if not one["is_bot"] and not one["deleted"])
    history = next(row for method, row in recorded("conversations.history") if "C011DUKE8&limit=5" in row["url"])
    asked = {"limit": 200, "types": "public_channel", "exclude_archived": "true"}
    told = {"ok": True, "profile": next(one for one in people if one["id"] == first)["profile"]}
    listed = {"ok": True, "channels": [{"id": "C011DUKE8", "name": "test channel"}]}
    lines = (
        history["body"]
        .replace("U0001", first)
        .replace("14271", "17951")
        .replace('"has_more": true', '"has_more": false')
    )
    since = {"channel": "C011DUKE8", "limit": 200, "oldest": "1787788800.000000"}
    exchanges = [
        _ours("auth.test", {}, {"ok": True, "team_id": "T1", "url": "https://lab.slack.com/"}),
        _ours("team.profile.get", {}, {"ok": True, "profile": {"fields": []}}),
        _ours("users.list", {"limit": 200}, members["body"]),
        _ours("conversations.list", asked, listed),
        _ours("conversations.history", since, lines),
        _ours("users.profile.get", {"user": first}, told),
    ]
    options: dict[str, Any] = {
        "workspace": "T1",
        "channels": ["test channel"],
        "consent_by": "x",
        "consent_on": "2026-11-01",
    }
    options |= {"consent_record": "x", "notice_on": "2026-11-01", "min_contributions": 1, "window_days": 90}
    store, spider = crawl(
        "slack",
        Replay(exchanges),
        lanes=[{"source": "slack", "kind": "channels", "target": "test channel"}],
        options=options | {"tier_2": 0, "tier_3": 0, "tier_4": 0},
        store_url=f"sqlite:///{tmp_path}/night.db",
        clock=NIGHT,
    )
    with store:
        (found,) = store.accounts(source="slack")
        (work,) = store.evidence([found.key])[found.key]
    assert work.figures["messages"] == 2
    assert spider.stopped is None
    assert spider.ledger.skipped["member_left"] == 1  # somebody of the recorded channel is not in the list


def _ours(method: str, given: dict[str, Any], body: Any) -> dict[str, Any]:
    query = f"?{urlencode(given)}" if given else ""
    return {"url": f"https://slack.com/api/{method}{query}", "body": body}


@pytest.mark.parametrize("sample", ["export_sample_1", "export_sample_2"])
def test_sample_exports(sample: str, tmp_path: Path) -> None:
    path = tmp_path / f"{sample}.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted((FOLDER / sample).rglob("*.json")):
            archive.write(file, file.relative_to(FOLDER / sample).as_posix())
    channels = [row["name"] for row in json.loads((FOLDER / sample / "channels.json").read_text())]
    counters: Counter[str] = Counter()
    items = list(read(path, now=NIGHT, channels=channels, min_contributions=1, counters=counters))
    work = [item for item in items if isinstance(item, Evidence)]
    kinds = Counter(type(item).__name__ for item in items)
    assert (dict(kinds), dict(+counters)) == FACTS[sample]
    assert all(item.reason in ("bot", "left") for item in items if isinstance(item, Gone))
    totals = {name: sum(one.figures[name] for one in work) for name in ("messages", "replies", "days")}
    assert totals == FACTS[f"{sample}_totals"]
    assert not any(part in item.model_dump_json() for item in items for part in ("secure.gravatar", "REDACTED", "@"))
