"""The digest of the morning: news once per recipient, at most once a night, and nothing that leads to a profile."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from apprise import Apprise
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from cli import app  # noqa: TID251  tests stand above the top floor
from sourcing import decisions
from sourcing.config import Config
from sourcing.digest import Sent, _quiet, previews, recipients, send
from sourcing.lock import AlreadyRunningError, exclusive
from sourcing.show import hand_over as show
from storage.errors import ConfigError, StoreError
from storage.records import AccountKey
from storage.store import Store
from tests.house_of_sourcing import NOW, furnished
from tests.store_kit import ADA, BO, CY, day, person, scored, settle

LEADS = {ADA: "L000001", BO: "L000002", CY: "L000003"}
ENV = "SOURCING_DIGEST_TO"
# A module of the standard library that apprise still imports where there is one.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


class Mail:
    """What apprise was asked to deliver, per address; `down` are those that cannot be reached."""

    def __init__(self) -> None:
        self.got: list[tuple[str, str, str]] = []
        self.down: set[str] = set()


@pytest.fixture
def mail(monkeypatch: pytest.MonkeyPatch) -> Mail:
    box = Mail()

    def notify(self: Apprise, body: str, title: str, **_: object) -> bool:
        where = self.urls()[0].split("/")[2].partition(":")[0]
        if where in box.down:
            return False
        box.got.append((where, title, body))
        return True

    monkeypatch.setattr(Apprise, "notify", notify)
    monkeypatch.setenv(ENV, "json://ann json://bob")
    return box


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return furnished(tmp_path / "house")


def night(store: Store, at: float = 1) -> int:
    begun = store.start_night(day(at))
    store.finish_night(begun.model_copy(update={"ended_at": day(at + 0.1)}))
    return begun.number


@pytest.fixture
def full(lite: Store) -> Store:
    fill(lite)
    return lite


def fill(store: Store) -> None:
    names = {ADA: "Ada Example", BO: "Bo Sample", CY: "dev1"}  # the last shows a handle only
    store.save([person(key, name=name) for key, name in names.items()])
    settle(store, LEADS)
    store.save_receipts([scored("L000001", 0.7), scored("L000002", 0.6)], night=None)
    night(store)


def tell(store: Store, config: Config) -> Sent:
    return send(store, config, show.digest, now=NOW)


def outcome(done: Sent) -> tuple[int, int, int, int]:
    return done.sent, done.quiet, done.told, len(done.failed)


def test_news_is_told_once_and_once_a_night(full: Store, config: Config, mail: Mail) -> None:
    assert outcome(tell(full, config)) == (2, 0, 0, 0)
    assert [(where, title) for where, title, _ in mail.got] == [
        ("ann", "Sourcing, night 1"),
        ("bob", "Sourcing, night 1"),
    ]
    assert "L000001  Ada Example  0.70" in mail.got[0][2]
    full.save_receipts([scored("L000003", 0.5)], night=None)
    assert outcome(tell(full, config)) == (0, 0, 2, 0), "the same night: news waits"
    night(full, 2)
    assert outcome(tell(full, config)) == (2, 0, 0, 0)
    assert "L000003" in mail.got[2][2]
    assert "L000001" not in mail.got[2][2]
    night(full, 3)
    assert outcome(tell(full, config)) == (0, 2, 0, 0), "nothing new: nothing is sent"
    assert len(mail.got) == 4


def test_who_was_not_reached_hears_it_next_time_and_nobody_twice(full: Store, config: Config, mail: Mail) -> None:
    mail.down = {"bob"}
    done = tell(full, config)
    assert (outcome(done), done.exit_code) == ((1, 0, 0, 1), 1)
    assert "address 2 of SOURCING_DIGEST_TO" in show.sent(done)
    assert "bob" not in show.sent(done)
    mail.down = set()
    assert outcome(tell(full, config)) == (1, 0, 1, 0)
    assert [where for where, _, _ in mail.got] == ["ann", "bob"]
    assert mail.got[0][2] == mail.got[1][2]


def test_two_sendings_do_not_run_beside_each_other(full: Store, config: Config, mail: Mail) -> None:
    with exclusive(config.folder), pytest.raises(AlreadyRunningError):
        tell(full, config)
    assert mail.got == []


def test_missed_nights_come_together(full: Store, config: Config, mail: Mail) -> None:
    mail.down = {"bob"}
    tell(full, config)
    full.save_receipts([scored("L000003", 0.5)], night=None)
    night(full, 2)
    mail.down = set()
    tell(full, config)
    ann, bob = (text for _, _, text in mail.got[1:])
    assert ("L000001" in ann, "L000003" in ann) == (False, True)
    assert ("L000001" in bob, "L000003" in bob) == (True, True)


def test_changed_and_returned_people_are_told(full: Store, config: Config, mail: Mail) -> None:
    decisions.decide(full, "L000001", "mle", "yes", reason="fit", note="", by="ann", now=day(1))
    decisions.decide(full, "L000002", "mle", "no", reason="skills", note="", by="ann", now=day(1))
    tell(full, config)
    assert mail.got == [], "whoever is decided on and unchanged is no news"
    full.save_receipts([moved("L000001", 0.9), moved("L000002", 0.9)], night=None)
    night(full, 2)
    tell(full, config)
    text = mail.got[0][2]
    assert "changed since a yes or maybe (1)\n  L000001" in text
    assert "back after a no, because what spoke against them changed (1)\n  L000002" in text
    night(full, 3)
    assert outcome(tell(full, config)) == (0, 2, 0, 0)


def moved(lead: str, total: float) -> Any:
    receipt = scored(lead, total, at=2)
    part = receipt.parts[0].model_copy(update={"evidence": ("github:1/repository/new",)})
    return receipt.model_copy(update={"parts": (part,)})


def test_a_merged_person_is_not_new_again(full: Store, config: Config, mail: Mail) -> None:
    tell(full, config)
    full.arrange({ADA: "L000003", CY: "L000003"}, at=day(3))
    full.save_receipts([scored("L000003", 0.9, at=3)], night=None)
    night(full, 4)
    assert outcome(tell(full, config)) == (0, 2, 0, 0)


def test_whoever_is_not_to_be_contacted_is_not_told_of(full: Store, config: Config, mail: Mail) -> None:
    full.set_status("L000001", "do_not_contact", by="ann", note="", at=day(1))
    full.save([person(BO, at=1, name="Bo Sample", flags=("no_recruiters",))])
    assert outcome(tell(full, config)) == (0, 2, 0, 0)


def test_many_are_counted_not_named(full: Store, config: Config, mail: Mail) -> None:
    few = config.model_copy(update={"digest": config.digest.model_copy(update={"most": 1})})
    tell(full, few)
    assert "new among the best (2)\n  L000001" in mail.got[0][2]
    assert "and 1 more" in mail.got[0][2]


def test_a_handle_is_not_a_name(full: Store, config: Config) -> None:
    full.save_receipts([scored("L000003", 0.9)], night=None)
    text = show.digest(previews(full, config)[0])
    assert "L000003  (no name)" in text
    assert "dev1" not in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("must_have: pytorch", "must_have: pytorch"),
        ("writes to ada@example.org", "writes to …"),
        ("see https://github.com/ada", "see …"),
        ("see github.com/ada/trainer, 12 stars", "see … 12 stars"),
        ("merged into ada/trainer", "merged into …"),
        ("merged into (ada/trainer)", "merged into …"),
        ("merged into torch/vision", "merged into torch/vision"),
        ("call +49 30 1234567 now", "call … now"),
        ("call 0049 30 1234567", "call …"),
        ("since 2026-11-25, 2,340 stars, 0.71 of 1", "since 2026-11-25, 2,340 stars, 0.71 of 1"),
        ("hello @channel", "hello …"),
    ],
)
def test_reasons_lead_nowhere(text: str, expected: str) -> None:
    assert _quiet(text, {"ada"}) == expected


@given(st.text(), st.sampled_from(["ada@example.org", "https://x.example/ada", "www.ada.example", "x.example/ada"]))
def test_no_address_gets_through(text: str, address: str) -> None:
    assert address not in _quiet(f"{text} {address} {text}", {"ada"})


def test_what_is_missing_is_said(lite: Store, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENV, raising=False)
    with pytest.raises(StoreError, match="no night has ended yet"):
        previews(lite, config)
    with pytest.raises(ConfigError, match="names no address"):
        tell(lite, config)
    monkeypatch.setenv(ENV, "json://ann nonsense:s3cret")
    with pytest.raises(ConfigError, match="address 2 is none") as error:
        tell(lite, config)
    assert "s3cret" not in str(error.value)
    monkeypatch.setenv(ENV, "json://ann json://ann")
    assert recipients(config) == ["json://ann"]


def test_no_address_is_written_down(full: Store, config: Config, mail: Mail, tmp_path: Path) -> None:
    tell(full, config)
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("lite.db*"))
    assert b"json://" not in kept


@pytest.fixture
def chat() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A chat's web hook on loopback."""
    got: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200 if len(got) > 1 else 503)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"json://127.0.0.1:{server.server_port}", got
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_command_over_a_real_connection(
    chat: tuple[str, list[dict[str, Any]]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, got = chat
    monkeypatch.setenv(ENV, address)
    config = furnished(tmp_path)
    with Store.open(config.database_url, key=config.key) as store:
        fill(store)
    words = ["--config", str(tmp_path), "digest"]
    printed = CliRunner().invoke(app, words)
    assert (printed.exit_code, "Ada Example" in printed.stdout, got) == (0, True, [])
    codes = [CliRunner().invoke(app, [*words, "--send"]).exit_code for _ in range(3)]
    assert (codes, len(got)) == ([1, 0, 0], 2)
    assert got[1]["message"].strip() == printed.stdout.strip()
    assert "told already" in CliRunner().invoke(app, words).stdout


def test_a_person_unknown_by_then_is_left_out(full: Store, config: Config, mail: Mail) -> None:
    assert full.account(AccountKey("github", "404")) is None
    full.arrange({BO: "L000001", ADA: "L000001"}, at=day(2))
    tell(full, config)
    assert "L000002" not in mail.got[0][2]
