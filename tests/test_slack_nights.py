"""Nights of the Slack source: what is asked, what is not asked again, what ends it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from spiders._base import SourceSpider
from spiders._slack.about import SlackOptions
from spiders.slack import Slack
from storage.records import AccountKey
from storage.store import Store
from tests.replay import Exchange, Replay, crawl

START, DAY = datetime(2026, 11, 25, 3, tzinfo=UTC), timedelta(days=1)
CONSENT = {
    "workspace": "T1",
    "consent_by": "Owner Example",
    "consent_on": "2026-11-01",
    "consent_record": "folder 7",
    "notice_on": "2026-11-02",
}
OPTIONS = CONSENT | {"channels": ["help"], "tier_2": 0, "tier_3": 0, "tier_4": 0, "min_contributions": 2}
LANES = [{"source": "slack", "kind": "channels", "target": "help"}]
Night = Callable[..., tuple[Replay, Store, SourceSpider]]


def call(method: str, body: dict[str, Any], /, *, ok: bool = True, headers: Any = None, **given: Any) -> dict[str, Any]:
    url = f"https://slack.com/api/{method}" + (f"?{urlencode(given)}" if given else "")
    return {"url": url, "body": {"ok": ok} | body, "headers": headers or {}}


def member(number: str, **more: Any) -> dict[str, Any]:
    profile = {"display_name": number.lower(), "real_name": f"Real {number}"} | more.pop("profile", {})
    return {"id": number, "team_id": "T1", "updated": 1} | more | {"profile": profile}


def said(user: str, day: int, n: int = 0, **more: Any) -> dict[str, Any]:
    at = int(datetime(2026, 11, day, 9, tzinfo=UTC).timestamp()) + n
    return {"type": "message", "user": user, "text": "SECRET WORDS", "ts": f"{at}.{n:06d}"} | more


def since(days: int, at: datetime = START) -> str:
    day = (at - timedelta(days=days)).replace(hour=0)
    return f"{int(day.timestamp())}.000000"


AUTH = call("auth.test", {"team_id": "T1", "url": "https://lab.slack.com/"})
LABELS = call("team.profile.get", {"profile": {"fields": [{"id": "X1", "label": "GitHub"}]}})
CHANNELS = {"channels": [{"id": "C1", "name": "help"}]}
LISTED = call("conversations.list", CHANNELS, limit=200, types="public_channel", exclude_archived="true")
ANA, BO = member("UANA"), member("UBO")


def members(*rows: Any) -> dict[str, Any]:
    return call("users.list", {"members": list(rows)}, limit=200)


def history(*messages: dict[str, Any], oldest: str = since(90), **more: Any) -> dict[str, Any]:
    return call("conversations.history", {"messages": list(messages)} | more, channel="C1", limit=200, oldest=oldest)


def profile(row: dict[str, Any], **more: Any) -> dict[str, Any]:
    return call("users.profile.get", {"profile": row["profile"] | more}, user=row["id"])


TWO = (said("UANA", 20, 1), said("UANA", 21, 2))


@pytest.fixture
def night(tmp_path: Path) -> Night:
    def run(*exchanges: Exchange, at: datetime = START, **options: Any) -> tuple[Replay, Store, SourceSpider]:
        replay = Replay(exchanges)
        url = f"sqlite:///{tmp_path}/night.db"
        store, spider = crawl("slack", replay, lanes=LANES, options=OPTIONS | options, store_url=url, clock=at)
        return replay, store, spider

    return run


def first(night: Night) -> None:
    replay, store, _ = night(AUTH, LABELS, members(ANA, BO), LISTED, history(*TWO, said("UBO", 3)), profile(ANA))
    store.close()
    assert replay.unused == replay.unrecorded == []


def alive(store: Store) -> dict[str, bool]:
    return {known.handle: known.gone_at is None for known in store.known("slack")}


# ---- consent ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", sorted(CONSENT))
def test_without_consent_nothing_is_asked(night: Night, missing: str) -> None:
    replay, store, spider = night(**{missing: None if missing.endswith("_on") else ""})
    store.close()
    assert replay.asked == []
    assert spider.stopped is not None
    assert spider.stopped[0] == "refused"
    assert missing in spider.stopped[1]


def test_consent_holds_for_one_workspace(night: Night) -> None:
    replay, store, spider = night(call("auth.test", {"team_id": "T2", "url": "https://other.slack.com/"}))
    store.close()
    assert spider.stopped == ("refused", "the token is of workspace T2, the consent of T1")
    assert len(replay.asked) == 1


def test_a_token_that_could_read_mail_is_refused(night: Night) -> None:
    scopes = {"x-oauth-scopes": "users:read,users:read.email,im:history"}
    replay, store, spider = night(AUTH | {"headers": scopes})
    with store:
        assert [row.excerpt for row in store.quarantined()] == [""]
    assert spider.stopped is not None
    assert "im:history, users:read.email" in spider.stopped[1]
    assert len(replay.asked) == 1


def test_channels_come_from_the_options_alone(night: Night) -> None:
    replay, store, spider = night(channels=["other"])
    store.close()
    assert replay.asked == []
    assert spider.ledger.skipped["lane_not_allowed"] == 1
    options = Slack.options_model.model_validate(OPTIONS)
    assert [lane.id for lane in Slack.own_lanes(options)] == ["slack/channels/help", "slack/workspace/members"]
    assert Slack.own_lanes(Slack.options_model.model_validate({})) == []


@pytest.mark.parametrize(
    ("channel", "counter"),
    [
        ({"is_private": True}, "channel_private"),
        ({"is_im": True}, "channel_private"),
        ({"is_mpim": True}, "channel_private"),
        ({"is_ext_shared": True}, "channel_shared"),
        ({"name": "help-renamed"}, "channel_not_found"),
    ],
)
def test_channels_that_are_never_read(night: Night, channel: dict[str, Any], counter: str) -> None:
    answer = {"channels": [CHANNELS["channels"][0] | channel]}
    listed = call("conversations.list", answer, limit=200, types="public_channel", exclude_archived="true")
    replay, store, spider = night(AUTH, LABELS, members(ANA), listed)
    store.close()
    assert replay.unrecorded == []
    assert spider.ledger.skipped[counter] == 1


# ---- nights -------------------------------------------------------------------------------------------------


def test_an_unchanged_workspace_costs_a_few_lists(night: Night) -> None:
    first(night)
    replay, store, spider = night(
        AUTH, LABELS, members(ANA, BO), LISTED, history(*TWO, oldest=since(7)), at=START + DAY
    )
    with store:
        assert alive(store) == {"UANA": True}
    assert replay.unused == replay.unrecorded == []
    assert spider.ledger.skipped["saved:accounts_changed"] == spider.ledger.skipped["saved:evidence_changed"] == 0


def test_no_word_of_any_message_is_stored(night: Night, tmp_path: Path) -> None:
    first(night)
    broken = history(oldest=since(7)) | {"body": '{"ok": true, "messages": [{"text": "SECRET WORDS"'}
    night(AUTH, LABELS, members(ANA), LISTED, broken, at=START + DAY)[1].close()
    assert not any(b"SECRET WORDS" in path.read_bytes() for path in tmp_path.iterdir())


def test_a_changed_profile_is_read_again(night: Night) -> None:
    first(night)
    changed = ANA | {"updated": 2}
    told = {"title": "Engineer", "fields": {"X1": {"value": "ana-x"}}}
    replay, store, _ = night(
        AUTH, LABELS, members(changed), LISTED, history(*TWO, oldest=since(7)), profile(changed, **told), at=START + DAY
    )
    with store:
        account = store.account(AccountKey("slack", "T1.UANA"))
    assert replay.unused == []
    assert account is not None
    assert (account.headline, [link.url for link in account.links]) == ("Engineer", ["https://github.com/ana-x"])


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (ANA | {"deleted": True}, "left"),
        (ANA | {"is_restricted": True}, "guest"),
        (member("UANA", profile={"title": "#nosourcing"}), "opted_out"),
        (None, "left"),
    ],
)
def test_who_leaves_or_opts_out_is_taken_back(night: Night, row: Any, reason: str) -> None:
    first(night)
    rows = [BO] if row is None else [BO, row]
    _, store, spider = night(AUTH, LABELS, members(*rows), LISTED, history(*TWO, oldest=since(7)), at=START + DAY)
    key = AccountKey("slack", "T1.UANA")
    with store:
        account, state = store.account(key), store.lane_state("slack/channels/help")
        assert store.evidence([key]) == {}
        assert alive(store) == {"UANA": False}
        assert [event.detail for event in store.events(key=key) if event.event == "gone"] == [reason]
    assert account is not None
    assert (account.name, account.headline, account.links, account.flags) == (None, None, (), ("erased",))
    assert account.url == "https://lab.slack.com/"
    assert state is not None
    assert "UANA" not in json.dumps(dict(state.state))
    assert spider.ledger.skipped[f"farewell_{reason}"] == 1


def test_an_opt_out_in_a_custom_field_counts_too(night: Night) -> None:
    first(night)
    changed = ANA | {"updated": 2}
    word = {"fields": {"X7": {"value": "#nosourcing"}}}
    _, store, _ = night(
        AUTH, LABELS, members(changed), LISTED, history(*TWO, oldest=since(7)), profile(changed, **word), at=START + DAY
    )
    with store:
        assert alive(store) == {"UANA": False}
        state = store.lane_state("slack/channels/help")
    assert state is not None
    assert "UANA" not in json.dumps(dict(state.state))


def test_who_falls_silent_is_taken_back_when_the_window_has_passed(night: Night) -> None:
    first(night)
    later = START + 95 * DAY
    _, store, spider = night(AUTH, LABELS, members(ANA), LISTED, history(oldest=since(90, later)), at=later)
    with store:
        assert alive(store) == {"UANA": False}
    assert spider.ledger.skipped["farewell_inactive"] == 1


def test_half_a_list_of_members_takes_nobody_back(night: Night) -> None:
    first(night)
    more = call("users.list", {"members": [BO], "response_metadata": {"next_cursor": "x="}}, limit=200)
    lost = call("users.list", {"error": "invalid_cursor"}, ok=False, limit=200, cursor="x=")
    replay, store, spider = night(AUTH, LABELS, more, lost, LISTED, history(*TWO, oldest=since(7)), at=START + DAY)
    with store:
        assert alive(store) == {"UANA": True}
        assert [row.reason for row in store.quarantined()] == ["error_invalid_cursor"]
    assert replay.unused == []
    assert spider.ledger.skipped["profile_failed:members_incomplete"] == 1


def test_a_channel_that_cannot_be_read_keeps_its_counts(night: Night) -> None:
    first(night)
    closed = call(
        "conversations.history", {"error": "not_in_channel"}, ok=False, channel="C1", limit=200, oldest=since(7)
    )
    _, store, spider = night(AUTH, LABELS, members(ANA, BO), LISTED, closed, at=START + DAY)
    with store:
        assert alive(store) == {"UANA": True}
        assert len(store.evidence([AccountKey("slack", "T1.UANA")])) == 1
    assert spider.ledger.skipped["unreadable:error_not_in_channel"] == 1
    replay, store, _ = night(AUTH, LABELS, members(ANA, BO), LISTED, history(*TWO, oldest=since(7)), at=START + 2 * DAY)
    store.close()
    assert replay.unrecorded == []  # from the last day that was read, not from the night that failed


def test_a_channel_struck_off_the_list_is_forgotten(night: Night) -> None:
    first(night)
    channels = {"channels": [{"id": "C2", "name": "papers"}]}
    listed = call("conversations.list", channels, limit=200, types="public_channel", exclude_archived="true")
    url = since(90, START + DAY)
    asked = call("conversations.history", {"messages": list(TWO)}, channel="C2", limit=200, oldest=url)
    lanes = [{"source": "slack", "kind": "channels", "target": "papers"}]
    LANES.append(lanes[0])
    try:
        _, store, _ = night(AUTH, LABELS, members(ANA), listed, asked, at=START + DAY, channels=["papers"])
    finally:
        LANES.pop()
    with store:
        (work,) = store.evidence([AccountKey("slack", "T1.UANA")])[AccountKey("slack", "T1.UANA")]
        state = store.lane_state("slack/channels/help")
    assert work.source_id == "C2"
    assert state is not None
    assert dict(state.state) == {}


# ---- errors -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", ["invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"])
def test_a_bad_token_ends_the_source(night: Night, error: str) -> None:
    replay, store, spider = night(call("auth.test", {"error": error}, ok=False))
    store.close()
    assert spider.stopped is not None
    assert (spider.stopped[0], error in spider.stopped[1]) == ("refused", True)
    assert len(replay.asked) == 1


def test_a_missing_scope_is_named(night: Night) -> None:
    lacking = {"error": "missing_scope", "needed": "channels:read", "provided": "identify"}
    listed = call("conversations.list", lacking, ok=False, limit=200, types="public_channel", exclude_archived="true")
    _, store, spider = night(AUTH, LABELS, members(ANA), listed)
    store.close()
    assert spider.stopped is not None
    assert "lacks the scope channels:read" in spider.stopped[1]


def test_profiles_can_do_without_the_scope_for_fields(night: Night) -> None:
    lacking = {"error": "missing_scope", "needed": "users.profile:read", "provided": "users:read"}
    labels = call("team.profile.get", lacking, ok=False)
    asked = call("users.profile.get", lacking, ok=False, user="UANA")
    _, store, spider = night(AUTH, labels, members(ANA), LISTED, history(*TWO), asked)
    with store:
        assert alive(store) == {"UANA": True}
    assert spider.stopped is None
    assert spider.ledger.skipped["missing_scope:users.profile:read"] == 2


@pytest.mark.parametrize("status", [429, 200])
def test_a_rate_limit_is_waited_for_with_any_status(night: Night, status: int) -> None:
    limited = members() | {
        "status": status,
        "headers": {"Retry-After": "0"},
        "body": {"ok": False, "error": "ratelimited"},
    }
    replay, store, spider = night(AUTH, LABELS, limited, members(ANA), LISTED, history(*TWO), profile(ANA))
    with store:
        assert alive(store) == {"UANA": True}
    assert replay.unused == []
    assert spider.ledger.bill("slack/workspace/members").refused == 1


def test_the_small_limit_of_distributed_apps_is_noticed(night: Night) -> None:
    page = history(*(said("UANA", 20, n) for n in range(15)), has_more=True, response_metadata={"next_cursor": "n"})
    _, store, spider = night(AUTH, LABELS, members(ANA), LISTED, page)
    with store:
        assert alive(store) == {}
    assert spider.stopped is not None
    assert (spider.stopped[0], "internal app" in spider.stopped[1]) == ("limit", True)


def test_an_unexpected_shape_is_a_finding(night: Night) -> None:
    _, store, spider = night(AUTH, LABELS, members(ANA), LISTED | {"body": {"ok": True, "conversations": []}})
    with store:
        assert [row.reason for row in store.quarantined()] == ["unexpected_shape"]
    assert spider.ledger.skipped["unreadable:unexpected_shape"] == 1


def test_long_channels_stop_at_a_whole_day(night: Night) -> None:
    page = history(*(said("UANA", 22, n) for n in range(9)), *(said("UANA", 21, n) for n in range(9)),
                   response_metadata={"next_cursor": "n"})  # fmt: skip
    _, store, spider = night(AUTH, LABELS, members(ANA), LISTED, page, profile(ANA), history_pages=1)
    with store:
        (work,) = store.evidence([AccountKey("slack", "T1.UANA")])[AccountKey("slack", "T1.UANA")]
    assert (work.figures["messages"], work.figures["days"]) == (9, 1)
    assert spider.ledger.skipped["history_over_pages"] == 1


@pytest.mark.parametrize(
    ("method", "tiers", "seconds"),
    [
        ("users.list", {"tier_2": 20}, 3.0),
        ("conversations.history", {"tier_3": 50}, 1.2),
        ("users.profile.get", {"tier_4": 100}, 0.6),
        ("users.list", {"tier_2": 0}, 0.0),
        ("users.list", {"tier_2": 0, "delay": 5}, 5.0),
    ],
)
def test_every_method_has_its_pace(method: str, tiers: dict[str, Any], seconds: float) -> None:
    spider = Slack()
    spider.options = SlackOptions.model_validate(tiers)
    assert spider.pause(method) == seconds


def test_members_are_found_in_the_channels_they_are_heard_in(night: Night) -> None:
    first(night)
    _, store, _ = night()
    with store:
        assert [(find.account.source_id, find.lane) for find in store.finds()] == [("T1.UANA", "slack/channels/help")]
