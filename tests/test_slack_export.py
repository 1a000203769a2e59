"""An owner's export of a workspace: what is read of the zip, what is not opened, what a broken one does."""

import io
import json
import tracemalloc
import zipfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sourcing.config import Config, Controller
from sourcing.imports._kind import Job
from sourcing.imports.slack_export import SlackExport, SlackExportSettings, _elements, read
from storage.errors import Unreadable
from storage.records import Account, AccountKey, Evidence, Gone, Item
from storage.store import Store

NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)
MADE = (2026, 11, 20, 12, 0, 0)
CHANNELS = [{"id": "C1", "name": "help", "created": "1452837318"}, {"id": "C2", "name": "random"}]


def member(number: str, **more: Any) -> dict[str, Any]:
    profile = {"display_name": number.lower(), "real_name": f"Real {number}", "fields": None} | more.pop("profile", {})
    return {"id": number, "team_id": "T1", "updated": 7, "profile": profile} | more


def said(user: str, day: int, n: int = 0, **more: Any) -> dict[str, Any]:
    at = int(datetime(2026, 11, day, 9, tzinfo=UTC).timestamp()) + n
    return {"type": "message", "user": user, "text": "SECRET WORDS", "ts": f"{at}.{n:06d}"} | more


def export(path: Path, files: dict[str, Any]) -> Path:
    whole = {"users.json": [member("UANA"), member("UBO")], "channels.json": CHANNELS, "integration_logs.json": []}
    with zipfile.ZipFile(path / "export.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in (whole | files).items():
            text = body if isinstance(body, str | bytes) else json.dumps(body)
            archive.writestr(zipfile.ZipInfo(name, MADE), text, zipfile.ZIP_DEFLATED)
    return path / "export.zip"


def all_of(path: Path, **more: Any) -> tuple[list[Item], Counter[str]]:
    counters: Counter[str] = Counter()
    return list(read(path, now=NOW, channels=["help"], counters=counters, **more)), counters


def test_members_and_their_counts(tmp_path: Path) -> None:
    root = said("UANA", 3, 1)
    reply = said("UBO", 3, 2, thread_ts=root["ts"], reactions=[{"name": "x", "count": 2}])
    files = {
        "help/2026-11-03.json": [root, reply, said("UANA", 3, 3, subtype="channel_join")],
        "help/2026-11-04.json": [said("UANA", 4), {"type": "message", "bot_id": "B1", "ts": "1.0", "text": ""}],
        "random/2026-11-04.json": [said("UBO", 4)] * 9,
    }
    items, counters = all_of(export(tmp_path, files))
    ana, work, bo, other = items
    assert isinstance(ana, Account)
    assert isinstance(bo, Account)
    assert isinstance(work, Evidence)
    assert isinstance(other, Evidence)
    assert (ana.key, ana.handle, ana.name) == (AccountKey("slack", "T1.UANA"), "UANA", "Real UANA")
    assert (dict(work.figures), work.source_id, work.tags) == (
        {"messages": 2, "replies": 0, "reactions": 0, "days": 2},
        "C1",
        ("help",),
    )
    assert dict(other.figures) == {"messages": 0, "replies": 1, "reactions": 2, "days": 1}
    assert work.started_at == datetime(2026, 11, 3, 12, tzinfo=UTC)
    assert ana.origin.seen_at == datetime(*MADE, tzinfo=UTC)
    assert work.origin.url == "import:export.zip/help/"
    assert "SECRET" not in "".join(item.model_dump_json() for item in items)
    assert +counters == Counter()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"deleted": True}, "left"),
        ({"is_bot": True}, "bot"),
        ({"is_restricted": True}, "guest"),
        ({"profile": {"title": "#nosourcing"}}, "opted_out"),
    ],
)
def test_who_is_left_out(tmp_path: Path, row: dict[str, Any], reason: str) -> None:
    files = {"users.json": [member("UANA", **row)], "help/2026-11-03.json": [said("UANA", 3)]}
    items, counters = all_of(export(tmp_path, files))
    assert [(item.account.source_id, item.reason) for item in items if isinstance(item, Gone)] == [("T1.UANA", reason)]
    assert len(items) == counters[f"member_{reason}"] == 1


def test_private_parts_are_never_opened(tmp_path: Path) -> None:
    broken = b"\xff{{{"
    files = {"groups.json": broken, "dms.json": broken, "mpims.json": broken, "D0123/2026-11-03.json": broken}
    files |= {"help/2026-11-03.json": [said("UANA", 3)], "secret-group/2026-11-03.json": broken}  # type: ignore[dict-item]  # lists among bytes
    items, counters = all_of(export(tmp_path, files))
    assert len(items) == 2
    assert +counters == Counter(below_min_contributions=1)


@pytest.mark.parametrize("flag", ["is_private", "is_group", "is_ext_shared"])
def test_channels_that_are_not_public_are_left_out(tmp_path: Path, flag: str) -> None:
    files = {"channels.json": [CHANNELS[0] | {flag: True}], "help/2026-11-03.json": [said("UANA", 3)]}
    items, counters = all_of(export(tmp_path, files))
    assert items == []
    assert counters["channel_private"] + counters["channel_shared"] == counters["channel_not_found"] == 1


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("[{]", "broken_list"),
        ("", "no_list"),
        ('{"messages": []}', "no_list"),
        ('[{"user": "UANA"', "broken_list"),
        ("[" * 100_000, "broken_list"),
        ("[" + " " * 9_000_000 + "]", "too_large"),
    ],
)
def test_a_day_that_cannot_be_read_loses_that_day(tmp_path: Path, day: str, reason: str) -> None:
    files = {"help/2026-11-03.json": [said("UANA", 3)], "help/2026-11-04.json": day}
    items, counters = all_of(export(tmp_path, files))
    assert [dict(item.figures)["messages"] for item in items if isinstance(item, Evidence)] == [1]
    assert counters[f"unreadable:{reason}"] == 1


def test_odd_rows_are_counted(tmp_path: Path) -> None:
    rows = [said("UANA", 3), {"type": "message"}, {"ts": "yesterday", "user": "UANA"}, 7, None, said("UANA", 3, 2)]
    rows += [{"ts": "99999999999999999999.0", "user": "UANA"}]
    items, counters = all_of(export(tmp_path, {"help/2026-11-03.json": rows}))
    (work,) = (item for item in items if isinstance(item, Evidence))
    assert work.figures["messages"] == 2
    assert counters["unreadable_row:Message"] == 3


@pytest.mark.parametrize("name", ["nothing.zip", "text.zip", "empty.zip"])
def test_what_is_no_export_says_so(tmp_path: Path, name: str) -> None:
    (tmp_path / "text.zip").write_text("hello")
    with zipfile.ZipFile(tmp_path / "empty.zip", "w"):
        pass
    with pytest.raises(Unreadable, match="no_export"):
        all_of(tmp_path / name)


def test_a_future_or_impossible_date_of_the_file_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            zipfile.ZipInfo("users.json", (2099, 1, 1, 0, 0, 0)), json.dumps([member("UANA", deleted=True)])
        )
        archive.writestr("channels.json", "[]")
    (gone,), _ = all_of(path)
    assert isinstance(gone, Gone)
    assert gone.origin.seen_at == NOW


# ---- streaming ----------------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(JSON, max_size=12), st.sampled_from([None, 1, 2]), st.integers(1, 40))
def test_elements_are_those_of_the_list(rows: list[Any], indent: int | None, size: int) -> None:
    held = io.StringIO(json.dumps(rows, indent=indent))
    assert list(_elements(lambda _: held.read(size), "x")) == [row for row in rows if isinstance(row, dict)]


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    rows = [said("UANA", 3, n % 999, text="x" * 2_000 + str(n * 7919)) for n in range(8_000)]
    path = export(tmp_path, {"help/2026-11-03.json": "[\n" + ",\n".join(map(json.dumps, rows)) + "\n]"})
    del rows
    tracemalloc.start()
    items, _ = all_of(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    (work,) = (item for item in items if isinstance(item, Evidence))
    assert work.figures["messages"] == 8_000
    assert peak < 4_000_000  # the file holds 17 MB


# ---- into the Store -----------------------------------------------------------------------------------------

GIVEN = {"channels": " #help , ", "consent_by": "Owner", "consent_on": "2026-11-01", "consent_record": "folder 7"}


def job(store: Store, path: Path, **given_: Any) -> SlackExport:
    config = Config(path=path, controller=Controller(name="Test", contact="x@example.org", purpose="test"))
    settings = SlackExportSettings.model_validate(GIVEN | {"min_contributions": 1} | given_)
    return SlackExport(Job(config, store, path, NOW, "ana"), settings)


@pytest.mark.parametrize("missing", ["channels", "consent_by", "consent_on", "consent_record"])
def test_an_import_takes_the_consent(missing: str) -> None:
    with pytest.raises(ValueError, match=missing):
        SlackExportSettings.model_validate({name: value for name, value in GIVEN.items() if name != missing})


def test_who_left_since_the_last_import_is_emptied(tmp_path: Path) -> None:
    Store.upgrade(url := f"sqlite:///{tmp_path}/x.db")
    day = {"help/2026-11-03.json": [said("UANA", 3), said("UBO", 3)]}
    key = AccountKey("slack", "T1.UANA")
    with Store.open(url) as store:
        for rows in ([member("UANA"), member("UBO")], [member("UANA", deleted=True), member("UBO")]):
            path = export(tmp_path, day | {"users.json": rows})
            items = list(job(store, path).read())
            store.save([item for item in items if isinstance(item, Item)])
        account = store.account(key)
        assert store.evidence([key]) == {}
        assert {known.handle: known.gone_at is None for known in store.known("slack")} == {"UANA": False, "UBO": True}
    assert account is not None
    assert (account.name, account.flags) == (None, ("erased",))
    assert items[-1].model_dump()["state"]["by"] == "Owner"
