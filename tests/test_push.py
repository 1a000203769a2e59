"""Pushing people into other systems: each once, whatever happens to the answers, and never those who must not go."""

import base64
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from typer.testing import CliRunner

from cli import app  # noqa: TID251  tests stand above the top floor
from sourcing.config import Config, PushSection, load
from sourcing.export.push import SYSTEMS, Asked, Pushed, push
from sourcing.export.push.memory import key_of
from sourcing.lock import AlreadyRunningError, exclusive
from sourcing.show.hand_over import pushed as shown
from storage.errors import ConfigError
from storage.records import AccountKey
from storage.store import Store
from tests.house_of_sourcing import NOW, furnished
from tests.notice_kit import tell_everybody
from tests.store_kit import ADA, BO, CY, day, person, scored, settle

NAMES = {ADA: "Ada Example", BO: "Bo Van Sample", CY: "Cy Instance"}
DEE = AccountKey("github", "4")
LEADS = {ADA: "L000001", BO: "L000002", CY: "L000003"}
BOTH = pytest.mark.parametrize("system", ["greenhouse", "lever"])
TOKEN = "t0ken"
USER = "u-17"


class Fake:
    """Both systems as remembered: who is there, and what happens to the next creations and listings."""

    def __init__(self, system: str, *faults: str, page: int = 2) -> None:
        self.system, self.faults, self.page = system, list(faults), page
        self.people: list[dict[str, Any]] = []
        self.asked: list[tuple[str, str, Mapping[str, str]]] = []
        self.bodies: list[dict[str, Any]] = []
        self.listing = 200
        self.clock: Callable[[], datetime] = lambda: NOW

    @property
    def keys(self) -> list[str]:
        return [headers["idempotency-key"] for method, _, headers in self.asked if method == "POST"]

    def handle(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, dict[str, str], Any]:
        """Status, headers and answer; status 0: the connection is cut."""
        self.asked.append((method, url, headers))
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        if headers.get("authorization") != "Basic " + base64.b64encode(f"{TOKEN}:".encode()).decode():
            return 401, {}, {"message": "Invalid Basic Auth credentials"}
        if method == "GET":
            return self._list(query, url)
        if (headers.get("on-behalf-of") if self.system == "greenhouse" else query.get("perform_as")) != USER:
            return 403, {}, {"message": "no such user"}
        return self._create(json.loads(body))

    def _create(self, body: dict[str, Any]) -> tuple[int, dict[str, str], Any]:
        fault = self.faults.pop(0) if self.faults else "ok"
        before = {
            "401": (401, {}, {"message": "revoked"}),
            "422": (422, {}, {"errors": [{"message": "job is closed", "field": "applications"}]}),
            "429": (429, {"Retry-After": "7"}, {}),
            "429 date": (429, {"Retry-After": format_datetime(datetime.now(UTC) + timedelta(seconds=60))}, {}),
            "429 reset": (429, {"X-RateLimit-Reset": "9"}, {}),
            "429 bare": (429, {}, {}),
            "429 long": (429, {"Retry-After": "86400"}, {}),
            "503": (503, {}, "busy"),
            "302": (302, {"Location": "https://elsewhere.example/"}, {}),
        }
        if fault in before:
            return before[fault]
        needed = ("first_name", "last_name", "applications") if self.system == "greenhouse" else ("name",)
        if missing := [name for name in needed if not body.get(name)]:
            return 422, {}, {"errors": missing}
        self.bodies.append(body)
        self.people.append({**body, "id": f"p{len(self.people) + 1}", "created_at": self.clock().isoformat()})
        after: dict[str, tuple[int, dict[str, str], Any]] = {
            "reset": (0, {}, None),
            "500 created": (500, {}, "oops"),
            "garbage": (201, {}, "<html>"),
        }
        made = self.people[-1]
        answer = made if self.system == "greenhouse" else {"data": made}
        return after.get(fault) or (201, {}, {} if fault == "no id" else answer)

    def _list(self, query: dict[str, str], url: str) -> tuple[int, dict[str, str], Any]:
        if self.listing != 200:
            return self.listing, {}, {}
        start = int(query.get("offset", "0"))
        chosen = [one for one in self.people if query.get("tag", "sourcing") in one["tags"]]
        chosen = [one for one in chosen if one["created_at"] >= query.get("created_after", "")]
        rows, more = chosen[start : start + self.page], start + self.page < len(chosen)
        if self.system == "lever":
            return 200, {}, {"data": rows, "hasNext": more, "next": str(start + self.page)}
        where = f"{url.split('?', maxsplit=1)[0]}?created_after={query['created_after'].replace('+', '%2B')}"
        link = {"Link": f'<{where}&offset={start + self.page}>; rel="next"'} if more else {}
        return 200, link, rows

    @property
    def transport(self) -> httpx.MockTransport:
        def answer(request: httpx.Request) -> httpx.Response:
            status, headers, body = self.handle(request.method, str(request.url), request.headers, request.read())
            if not status:
                raise httpx.ReadError("connection reset by peer")
            text = body if isinstance(body, str) else json.dumps(body)
            return httpx.Response(status, headers=headers, text=text)

        return httpx.MockTransport(answer)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.setenv("GREENHOUSE_TOKEN", TOKEN)
    monkeypatch.setenv("LEVER_TOKEN", TOKEN)
    plain = furnished(tmp_path / "house")
    changes = {"user": USER, "jobs": {"mle": "4012", "nlp": "4013"}, "api": "http://127.0.0.1:9"}
    settings = {name: getattr(plain.push, name).model_copy(update=changes) for name in type(plain.push).model_fields}
    return plain.model_copy(update={"push": plain.push.model_copy(update=settings)})


@pytest.fixture
def full(lite: Store) -> Store:
    fill(lite)
    return lite


def fill(store: Store, **facts: Any) -> None:
    store.save([person(key, name=name, company="Acme", **facts) for key, name in NAMES.items()])
    settle(store, LEADS)
    totals = zip(LEADS.values(), (0.7, 0.6, 0.5), strict=True)
    store.save_receipts([scored(lead, total) for lead, total in totals], night=None)
    tell_everybody(store, NOW)


def run(store: Store, config: Config, fake: Fake, waits: list[float] | None = None, **more: Any) -> Pushed:
    asked = Asked(system=fake.system, role=more.pop("role", "mle"), by="ann", **more)
    kept = waits if waits is not None else []
    return push(store, config, asked, now=NOW, dry_run=False, sleep=kept.append, transport=fake.transport)


def names(fake: Fake) -> list[str]:
    return sorted(one.get("name") or f"{one['first_name']} {one['last_name']}" for one in fake.people)


@BOTH
def test_a_dry_run_asks_nobody_and_writes_nothing(
    system: str, full: Store, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GREENHOUSE_TOKEN")
    monkeypatch.delenv("LEVER_TOKEN")
    fake = Fake(system)
    done = push(full, config, Asked(system=system, role="mle", by="ann", most=2), now=NOW, transport=fake.transport)
    assert [one.lead for one in done.planned] == ["L000001", "L000002"]
    assert "TOKEN holds no token" in done.lacks[0]
    assert (fake.asked, full.exports(), done.exit_code) == ([], [], 0)
    assert "2 people would be sent" in shown(done)
    with pytest.raises(ConfigError, match="holds no token"):
        run(full, config, fake)


@BOTH
def test_everybody_is_sent_once_with_a_line_in_the_ledger(system: str, full: Store, config: Config) -> None:
    fake = Fake(system)
    done = run(full, config, fake, to="Grace")
    assert (len(done.sent), done.exit_code, names(fake)) == (3, 0, sorted(NAMES.values()))
    lines = full.exports()
    assert [line.leads for line in lines] == [("L000001",), ("L000002",), ("L000003",)]
    assert {(line.recipient, line.format, line.by, line.purpose) for line in lines} == {
        (system, f"push:{system}", "ann", "Grace")
    }
    assert full.exported(key_of(system, "mle", "L000001")) == lines[0]
    requests = len(fake.asked)
    again = run(full, config, fake)
    assert ([one.id for one in again.before], again.sent) == ([f"{system} p{number}" for number in (1, 2, 3)], ())
    assert len(fake.asked) == requests, "nobody left to send: nothing is asked"


@BOTH
def test_no_contact_data_goes_along(system: str, full: Store, config: Config) -> None:
    fake = Fake(system)
    run(full, config, fake)
    for body in fake.bodies:
        assert not {"emails", "phones", "email_addresses", "phone_numbers", "notes"} & body.keys()
        assert "@" not in json.dumps(body)
    assert "https://github.example/dev1" in json.dumps(fake.bodies[0])


@BOTH
@pytest.mark.parametrize("fault", ["reset", "500 created", "garbage", "no id"])
def test_a_lost_answer_doubles_nobody(system: str, fault: str, full: Store, config: Config) -> None:
    fake = Fake(system, "ok", fault, page=1)
    done = run(full, config, fake)
    assert (names(fake), len(done.sent), done.failed) == (sorted(NAMES.values()), 3, ())


@BOTH
def test_a_failure_before_anything_was_made_is_sent_again_under_the_same_key(
    system: str, full: Store, config: Config
) -> None:
    fake = Fake(system, "503", "503")
    done = run(full, config, fake, most=1)
    assert (names(fake), len(done.sent)) == (["Ada Example"], 1)
    assert fake.keys == [key_of(system, "mle", "L000001")] * 3


@BOTH
def test_after_a_power_cut_the_system_is_asked_first(
    system: str, full: Store, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = Fake(system)
    with monkeypatch.context() as cut:

        def power_cut(*_: object, **__: object) -> int:
            raise KeyboardInterrupt

        cut.setattr(Store, "record_export", power_cut)
        with pytest.raises(KeyboardInterrupt):
            run(full, config, fake, most=1)
    assert (names(fake), full.exports()) == (["Ada Example"], [])
    done = run(full, config, fake, most=1)
    assert ([one.id for one in done.found], names(fake)) == (["p1"], ["Ada Example"])
    assert len(full.exports()) == 1


@BOTH
def test_a_sending_that_stays_lost_is_named_and_recognised_the_next_time(
    system: str, full: Store, config: Config
) -> None:
    fake = Fake(system, "503", "503", "503", "ok")
    done = run(full, config, fake, most=2)
    assert ([one.lead for one in done.failed], [one.lead for one in done.sent]) == (["L000001"], ["L000002"])
    assert (done.exit_code, "push again later" in shown(done)) == (1, True)
    # What answered 503 was carried out after all, later.
    late = {"links": ["https://github.example/dev1"], "name": "Ada Example", "tags": ["sourcing"], "id": "late"}
    gh = {"website_addresses": [{"value": late["links"][0]}], "first_name": "Ada", "last_name": "Example"}
    fake.people.append({**late, **gh, "created_at": NOW.isoformat()})
    assert [one.id for one in run(full, config, fake, most=2).found] == ["late"]


def test_a_later_refusal_does_not_forget_that_an_earlier_answer_was_lost(full: Store, config: Config) -> None:
    fake = Fake("greenhouse", "503", "422")
    done = run(full, config, fake, most=1)
    assert "answered 422" in done.failed[0].why
    state = full.lane_state("push:greenhouse")
    assert state is not None
    assert set(state.state) == {key_of("greenhouse", "mle", "L000001")}


@BOTH
def test_one_refused_person_does_not_hold_up_the_others(system: str, full: Store, config: Config) -> None:
    fake = Fake(system, "ok", "422", "ok")
    done = run(full, config, fake)
    assert ([one.lead for one in done.failed], len(done.sent), done.exit_code) == (["L000002"], 2, 1)
    assert "job is closed" in done.failed[0].why
    assert "enter the person by hand" in done.failed[0].why
    assert [one.lead for one in run(full, config, fake).sent] == ["L000002"]


@BOTH
@pytest.mark.parametrize(("fault", "why"), [("401", "check the token"), ("429 long", "push again later")])
def test_a_stop_keeps_what_was_sent_and_counts_the_rest(
    system: str, fault: str, why: str, full: Store, config: Config
) -> None:
    fake = Fake(system, "ok", fault)
    done = run(full, config, fake)
    assert (len(done.sent), done.not_tried, done.exit_code) == (1, 2, 1)
    assert why in done.stopped
    assert "stopped, 2 people not sent" in shown(done)
    assert len(full.exports()) == 1
    assert len(run(full, config, fake).sent) == 2


@BOTH
@pytest.mark.parametrize(("fault", "low", "high"), [("429", 7, 7), ("429 reset", 9, 9), ("429 bare", 1, 1)])
def test_rate_limits_are_waited_for(
    system: str, fault: str, low: float, high: float, full: Store, config: Config
) -> None:
    waits: list[float] = []
    done = run(full, config, Fake(system, fault, fault), waits)
    assert len(done.sent) == 3
    assert [low <= wait <= high for wait in waits] == [True, True]


def test_a_date_to_wait_for_is_understood(full: Store, config: Config) -> None:
    waits: list[float] = []
    assert len(run(full, config, Fake("lever", "429 date"), waits).sent) == 3
    assert 0 < waits[0] <= 60


def test_a_rate_limit_without_end_stops(full: Store, config: Config) -> None:
    done = run(full, config, Fake("lever", *["429 bare"] * 50))
    assert ("did not end" in done.stopped, done.not_tried) == (True, 3)


def test_a_redirect_is_not_followed(full: Store, config: Config) -> None:
    fake = Fake("lever", "302", "302", "302")
    done = run(full, config, fake)
    assert len(done.failed) == 3
    assert {urlsplit(url).hostname for _, url, _ in fake.asked} == {"127.0.0.1"}


@pytest.mark.parametrize("status", [404, 500])
def test_without_a_list_of_who_is_there_nobody_is_sent(status: int, full: Store, config: Config) -> None:
    fake = Fake("lever")
    fake.listing = status
    done = run(full, config, fake)
    assert (bool(done.stopped), done.not_tried, fake.people) == (True, 3, [])


def test_a_next_page_at_another_host_gets_no_token(full: Store, config: Config) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        if request.method == "POST":
            return httpx.Response(503)
        return httpx.Response(200, json=[], headers={"Link": '<https://elsewhere.example/>; rel="next"'})

    done = push(
        full,
        config,
        Asked(system="greenhouse", role="mle", by="ann"),
        now=NOW,
        dry_run=False,
        sleep=lambda _: None,
        transport=httpx.MockTransport(answer),
    )
    assert "another host" in done.stopped
    assert not [url for url in asked if "elsewhere" in url]


def test_whoever_must_not_go_does_not(lite: Store, config: Config) -> None:
    store = lite
    dee = AccountKey("github", "9")
    store.save(
        [
            person(ADA, name="Ada Example", flags=("no_recruiters",)),
            person(BO, name="Bo Sample"),
            person(CY, name="Cy Instance", company="Acme"),
            person(dee, name="Mononym"),
            person(AccountKey("ats", "77"), name="Cy Instance", company="Acme"),
        ]
    )
    settle(store, {**LEADS, dee: "L000004"})
    store.save_receipts([scored(lead) for lead in (*LEADS.values(), "L000004")], night=None)
    store.set_status("L000002", "do_not_contact", by="ann", note="", at=day(2))
    fake = Fake("greenhouse")
    done = run(store, config, fake)
    assert (fake.people, done.sent, sum(done.left_out.values())) == ([], (), 3)
    assert [one.lead for one in done.collisions] == ["L000003"]
    assert "known already, not sent: L000003" in shown(done)


def test_a_merged_lead_and_another_role_are_the_same_person(full: Store, config: Config) -> None:
    fake = Fake("lever")
    run(full, config, fake, most=1)
    full.arrange({ADA: "L000002", BO: "L000002"}, at=day(3))
    full.save_receipts([scored("L000002", 0.9, role="nlp")], night=None)
    done = run(full, config, fake, role="nlp")
    assert ([one.lead for one in done.before], done.sent) == (["L000002"], ())


def test_a_shared_page_is_not_taken_for_the_same_person(lite: Store, config: Config) -> None:
    fill(lite, url="https://team.example/people")
    fake = Fake("lever", "ok", "503", "ok")
    assert len(run(lite, config, fake).sent) == 3
    assert names(fake) == sorted(NAMES.values())


def test_two_pushes_do_not_run_beside_each_other(full: Store, config: Config) -> None:
    with exclusive(config.folder), pytest.raises(AlreadyRunningError):
        run(full, config, Fake("lever"))


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"system": "taleo"}, "there are: greenhouse, lever"),
        ({"by": " "}, "add --by"),
    ],
)
def test_unclear_wishes_are_refused(changes: dict[str, str], match: str, full: Store, config: Config) -> None:
    asked = Asked.model_validate({"system": "lever", "role": "mle", "by": "ann"} | changes)
    with pytest.raises(ConfigError, match=match):
        push(full, config, asked, now=NOW)


def test_greenhouse_wants_a_job(full: Store, config: Config) -> None:
    full.save_receipts([scored("L000001", role="cv")], night=None)
    with pytest.raises(ConfigError, match="names no job for cv"):
        run(full, config, Fake("greenhouse"), role="cv")
    assert len(run(full, config, Fake("lever"), role="cv").sent) == 1


def test_a_token_does_not_travel_in_the_open(tmp_path: Path) -> None:
    config = furnished(tmp_path)
    text = config.path.read_text("utf-8")
    config.path.write_text(f'{text}\n[push.lever]\napi = "http://api.lever.example"\n', "utf-8")
    with pytest.raises(ConfigError, match="https://"):
        load(tmp_path)
    assert PushSection.model_validate({"api": "http://[::1]:8000"}).api
    with pytest.raises(ValueError, match="names no host"):
        PushSection.model_validate({"api": "https://a b"})


@contextmanager
def served(fake: Fake) -> Iterator[str]:
    """The fake on loopback, over real connections; a cut is a cut."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            url = f"http://{headers['host']}{self.path}"
            status, extra, said = fake.handle(self.command, url, headers, body)
            if not status:
                self.close_connection = True
                return
            data = (said if isinstance(said, str) else json.dumps(said)).encode()
            self.send_response(status)
            for name, value in {**extra, "Content-Length": str(len(data))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = _answer  # noqa: N815  the names http.server looks for

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@BOTH
def test_the_command_over_real_connections(system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GREENHOUSE_TOKEN", TOKEN)
    monkeypatch.setenv("LEVER_TOKEN", TOKEN)
    config = furnished(tmp_path)
    with Store.open(config.database_url, key=config.key) as store:
        fill(store)
    fake = Fake(system, "reset", "422", "500 created", page=1)
    fake.clock = partial(datetime.now, UTC)
    words = ["--config", str(tmp_path), "exports", "push", system, "mle", "--by", "ann"]
    with served(fake) as base:
        section = f'[push.{system}]\napi = "{base}"\nuser = "{USER}"\nback_off = 0.0\njobs = {{mle = "4012"}}\n'
        config.path.write_text(f"{config.path.read_text('utf-8')}\n{section}", "utf-8")
        dry = CliRunner().invoke(app, words)
        assert (dry.exit_code, fake.asked) == (0, [])
        first = CliRunner().invoke(app, [*words, "--send", "--json"])
        second = CliRunner().invoke(app, [*words, "--send"])
    assert (first.exit_code, len(json.loads(first.stdout)["sent"])) == (1, 2)
    assert (second.exit_code, names(fake)) == (0, sorted(NAMES.values()))
    assert "sent before, not sent again: 2" in second.stdout
    assert TOKEN not in first.output + second.output


def test_the_command_says_when_nothing_listens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEVER_TOKEN", TOKEN)
    config = furnished(tmp_path)
    with Store.open(config.database_url, key=config.key) as store:
        fill(store)
    with served(Fake("lever")) as base:
        pass
    section = f'[push.lever]\napi = "{base}"\nuser = "{USER}"\n'
    config.path.write_text(f"{config.path.read_text('utf-8')}\n{section}", "utf-8")
    words = ["--config", str(tmp_path), "exports", "push", "lever", "mle", "--by", "ann", "--send"]
    done = CliRunner().invoke(app, words)
    assert (done.exit_code, "cannot be reached" in done.stdout) == (1, True)


def test_every_system_has_its_settings(config: Config) -> None:
    assert set(SYSTEMS) == set(type(config.push).model_fields)


@BOTH
def test_nobody_untold_is_sent(system: str, full: Store, config: Config) -> None:
    full.save([person(key, name=name) for key, name in {DEE: "Dee Untold"}.items()])
    settle(full, {**LEADS, DEE: "L000004"})
    full.save_receipts([scored("L000004", 0.9)], night=None)
    fake = Fake(system)
    done = run(full, config, fake)
    assert names(fake) == sorted(NAMES.values())
    assert [count for why, count in done.left_out.items() if "not told yet" in why] == [1]
    assert "left out: 1 (not told yet" in shown(done)
