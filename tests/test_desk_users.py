"""Named people: signing in and out, what each role may do on every route, shared lists, the contact lock, commands."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.routing import Mount
from typer.testing import CliRunner

from cli import app as commands  # noqa: TID251  tests stand above the top floor
from sourcing.desk import contact, people
from sourcing.desk.attempts import PER_ADDRESS, PER_NAME, WINDOW, Attempts, network
from sourcing.desk.people import IDLE, LASTS, MAY
from sourcing.desk.statuses import STATUSES, set_status
from sourcing.review.permitted import needs
from sourcing.review.serve import Address, refuse_open
from storage.errors import ConfigError
from storage.store import Share, StatusChange, Store, User
from tests.desk_kit import PASSWORD, Browser, Clock, add, desk, furnish, house
from tests.house_of_sourcing import NOW
from tests.store_kit import day

WRONG = "another long word"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(lite: Store, tmp_path: Path, clock: Clock) -> FastAPI:
    furnish(lite)
    return desk(house(tmp_path / "house"), lite, clock)


def sign_in(browser: Browser, name: str, password: str = PASSWORD, **more: str) -> Any:
    return browser.post("/sign-in", data={"name": name, "password": password, **more})


# ---- every route, every role -----------------------------------------------------------------------------------

EVERYBODY = frozenset(MAY)
ALL_BUT_MANAGERS = EVERYBODY - {"hiring_manager"}
DECIDERS = frozenset({"admin", "sourcer", "hiring_manager"})
SOURCERS = frozenset({"admin", "sourcer"})
AUDITORS = SOURCERS | {"auditor"}
ADMINS = frozenset({"admin"})
ANYBODY = EVERYBODY | {"nobody"}
WHO = {
    "GET /": EVERYBODY,
    "GET /inbox": EVERYBODY,
    "GET /inbox/{role}": EVERYBODY,
    "POST /inbox/{role}/decide": DECIDERS,
    "POST /inbox/{role}/decisions": DECIDERS,
    "POST /inbox/{role}/undo": DECIDERS,
    "POST /inbox/{role}/blind": EVERYBODY,
    "GET /ranking": EVERYBODY,
    "GET /ranking/{role}": EVERYBODY,
    "GET /ranking/{role}/choices": EVERYBODY,
    "GET /search": ALL_BUT_MANAGERS,
    "GET /leads/{lead}": EVERYBODY,
    "POST /leads/{lead}/status": SOURCERS,
    "POST /leads/{lead}/notes": SOURCERS,
    "POST /leads/{lead}/notes/{number}/strike": SOURCERS,
    "GET /weights": ALL_BUT_MANAGERS,
    "GET /weights/{role}": ALL_BUT_MANAGERS,
    "POST /weights/{role}": SOURCERS,
    "POST /weights/{role}/try": ALL_BUT_MANAGERS,
    "GET /market": ALL_BUT_MANAGERS,
    "GET /market/{role}": ALL_BUT_MANAGERS,
    "GET /nights": ALL_BUT_MANAGERS,
    "GET /nights/{number}": ALL_BUT_MANAGERS,
    "GET /same": ALL_BUT_MANAGERS,
    "POST /same/decide": SOURCERS,
    "POST /same/undo": SOURCERS,
    "GET /rights": AUDITORS,
    "GET /rights/find": AUDITORS,
    "POST /rights/request": SOURCERS,
    "POST /rights/hide": SOURCERS,
    "POST /rights/erase": SOURCERS,
    "POST /rights/answer": SOURCERS,
    "POST /rights/export": SOURCERS,
    "GET /users": ADMINS,
    "POST /users": ADMINS,
    "POST /users/{name}/role": ADMINS,
    "POST /users/{name}/password": ADMINS,
    "POST /users/{name}/disable": ADMINS,
    "POST /users/{name}/enable": ADMINS,
    "POST /users/{name}/share": ADMINS,
    "POST /users/{name}/unshare": ADMINS,
    "GET /me": EVERYBODY,
    "GET /openapi.json": EVERYBODY,
    "GET /sign-in": ANYBODY,
    "POST /sign-in": ANYBODY,
    "POST /sign-out": EVERYBODY,
}


def routes(found: Any) -> Iterator[tuple[str, str]]:
    """Every method and path of an application, its included routers' too; the only mount is that of the styles."""
    for route in found.routes:
        if hasattr(route, "original_router"):
            yield from routes(route.original_router)
        elif isinstance(route, Mount):
            assert route.path == "/static"
        else:
            yield from ((method, route.path) for method in sorted(route.methods - {"HEAD"}))


def test_every_route_states_what_it_needs(app: FastAPI) -> None:
    found = {f"{method} {path.removeprefix('/api')}" for method, path in routes(app)}
    assert len(found) > 20
    assert found == WHO.keys(), "a new route needs a line in `permitted.NEEDS` and one here"
    assert [one for one in found if needs(*one.split(" ")) is None] == []


def test_every_role_may_do_on_every_route_what_is_stated(app: FastAPI, lite: Store) -> None:
    browsers = {"nobody": Browser(app)}
    for role in MAY:
        add(lite, role, role)
        browsers[role] = Browser(app).as_(lite, role)
    lite.share("hiring_manager", Share(role="mle", at=NOW, by="ann"))
    ways = {"{role}": "mle", "{lead}": "L000001", "{number}": "1", "{name}": "nobody-of-this-name"}
    tried = 0
    for method, path in routes(app):
        here = path
        for name, value in ways.items():
            here = here.replace(name, value)
        allowed = WHO[f"{method} {path.removeprefix('/api')}"]
        for role, browser in browsers.items():
            answer = browser.ask(method, here)
            tried += 1
            assert answer.status_code < 500, (method, here, role, answer.text)
            if role == "nobody" and role not in allowed:
                away = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
                assert answer.status_code == 401 if path.startswith("/api/") else away, (method, here)
            else:
                assert (answer.status_code == 403) is (role not in allowed), (method, here, role, answer.status_code)
            if path == "/sign-out" and role != "nobody":
                browser.as_(lite, role)
    assert tried > 200


def test_an_unstated_route_is_the_admins_alone(app: FastAPI, lite: Store) -> None:
    app.add_api_route("/new", lambda: "x", methods=["GET"])
    for role in MAY:
        add(lite, role, role)
        assert Browser(app).as_(lite, role).get("/new").status_code == (200 if role == "admin" else 403)


# ---- signing in ------------------------------------------------------------------------------------------------


def test_alone_at_the_machine_nobody_signs_in(app: FastAPI, lite: Store) -> None:
    browser = Browser(app)
    me = browser.get("/api/me").json()
    assert (me["role"], me["signed_in"], me["lists"]) == ("admin", False, None)
    assert me["name"]
    assert browser.get("/sign-in").headers["location"] == "/"
    add(lite, "ann", "sourcer")
    assert browser.get("/api/me").status_code == 401, "from the first one on everybody has to"
    lite.disable_user("ann", by="setup", at=NOW)
    assert browser.get("/api/me").status_code == 401, "disabling the last one opens nothing"


def test_where_others_come_nobody_is_let_in_without_users(lite: Store, tmp_path: Path) -> None:
    browser = Browser(desk(house(tmp_path / "house"), lite, is_local=False))
    assert browser.get("/api/me").status_code == 401
    assert browser.get("/sign-in").status_code == 200


@pytest.mark.parametrize("path", ["/none", "/api/none", "/docs", "/openapi.json", "/api/openapi.json", "/static/../x"])
def test_unknown_paths_tell_a_stranger_nothing(app: FastAPI, lite: Store, path: str) -> None:
    add(lite, "ann", "sourcer")
    assert Browser(app).get(path).status_code in (303, 401)


def test_in_and_out(app: FastAPI, lite: Store) -> None:
    add(lite, "ann", "sourcer")
    browser = Browser(app)
    asked = browser.get("/ranking/mle?section=restricted")
    assert asked.headers["location"] == "/sign-in?next=/ranking/mle%3Fsection%3Drestricted"
    form = browser.get(asked.headers["location"])
    assert 'value="/ranking/mle?section=restricted"' in form.text
    answer = sign_in(browser, " Ann ", next="/ranking/mle?section=restricted")
    assert (answer.status_code, answer.headers["location"]) == (303, "/ranking/mle?section=restricted")
    assert browser.get("/api/me").json()["name"] == "ann"
    kept = dict(browser.cookies)
    page = browser.get("/inbox")
    assert "Sign out" in page.text
    assert PASSWORD not in page.text
    out = browser.post("/sign-out")
    assert out.headers["location"].startswith("/sign-in")
    assert 'desk=""' in out.headers["set-cookie"]
    browser.cookies = kept
    assert browser.get("/api/me").status_code == 401, "the token is worth nothing any more"


@pytest.mark.parametrize(
    ("https", "name", "words"),
    [
        (False, "desk", {"httponly", "samesite=strict", "path=/"}),
        (True, "__Host-desk", {"httponly", "samesite=strict", "path=/", "secure"}),
    ],
)
def test_the_cookie_is_kept_from_scripts_and_other_sites(
    lite: Store, tmp_path: Path, https: bool, name: str, words: set[str]
) -> None:
    add(lite, "ann", "sourcer")
    answer = sign_in(Browser(desk(house(tmp_path / "house"), lite, https=https), https=https), "ann")
    first, *rest = answer.headers["set-cookie"].split("; ")
    assert first.startswith(f"{name}=")
    found = {one.lower() for one in rest}
    assert words <= found
    assert not any(one.startswith("domain") for one in found)
    assert ("secure" in found) is https


def test_the_database_holds_neither_token_nor_password(app: FastAPI, lite: Store) -> None:
    people.add(lite, "ann", "sourcer", PASSWORD, by="setup", now=NOW)
    browser = Browser(app)
    sign_in(browser, "ann")
    file = Path(lite._engine.url.database or "")
    held = b"".join(one.read_bytes() for one in file.parent.glob(f"{file.name}*"))
    assert browser.cookies["desk"].encode() not in held
    assert PASSWORD.encode() not in held
    user = lite.user("ann")
    assert user is not None
    assert user.password.startswith("$argon2id$")


@pytest.mark.parametrize(
    "path", ["//evil.example", "/\\evil.example", "https://evil.example", "evil", "/a\r\nb", "/a b"]
)
def test_signing_in_leads_nowhere_else(app: FastAPI, lite: Store, path: str) -> None:
    add(lite, "ann", "sourcer")
    assert sign_in(Browser(app), "ann", next=path).headers["location"] == "/"


@pytest.mark.parametrize(
    ("name", "password"),
    [("ann", WRONG), ("ann", ""), ("bob", PASSWORD), ("", PASSWORD), ("cy", PASSWORD), ("a\x00", "\ud800")],
)
def test_wrong_ones_are_told_the_same(app: FastAPI, lite: Store, name: str, password: str) -> None:
    add(lite, "ann", "sourcer")
    add(lite, "cy", "sourcer")
    lite.disable_user("cy", by="setup", at=NOW)
    browser = Browser(app)
    body = {"name": name, "password": password.encode("utf-8", "surrogatepass")}
    answer = browser.post("/sign-in", data=body)
    if name and password:
        assert answer.status_code == 401
        assert "Name and password do not go together, or the account is closed." in answer.text
    assert answer.status_code in (401, 422)
    assert not browser.cookies


def test_an_unknown_name_costs_as_much_as_a_known_one(lite: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    add(lite, "ann", "sourcer")
    add(lite, "cy", "sourcer")
    lite.disable_user("cy", by="setup", at=NOW)
    checked: list[str] = []
    real = people._fits

    def counted(kept: str, password: str) -> bool:
        checked.append(kept[:30])
        return real(kept, password)

    monkeypatch.setattr(people, "_fits", counted)
    for name in ("ann", "bob", "cy", "not/a name"):
        assert people.known(lite, name, WRONG) is None
    assert len(checked) == 4
    assert len(set(checked)) == 1, "one hash of the same cost each"


def test_a_session_ends_by_itself(app: FastAPI, lite: Store, clock: Clock) -> None:
    add(lite, "ann", "sourcer")
    browser = Browser(app).as_(lite, "ann")
    clock.now = NOW + IDLE - timedelta(seconds=1)
    assert browser.get("/api/me").status_code == 200
    clock.now += IDLE - timedelta(seconds=1)
    assert browser.get("/api/me").status_code == 200, "it was used in between"
    clock.now += IDLE
    assert browser.get("/api/me").status_code == 401
    browser.as_(lite, "ann", NOW)
    at = NOW
    while at < NOW + LASTS:
        clock.now = at
        assert browser.get("/api/me").status_code == 200
        at += timedelta(hours=1)
    clock.now = NOW + LASTS
    assert browser.get("/api/me").status_code == 401, "however much it was used"


@pytest.mark.parametrize("what", ["password", "role", "disable"])
def test_what_changes_a_person_ends_their_sessions(app: FastAPI, lite: Store, what: str) -> None:
    add(lite, "ann", "sourcer")
    add(lite, "ben", "sourcer")
    ann, ben = Browser(app).as_(lite, "ann"), Browser(app).as_(lite, "ben")
    if what == "password":
        people.set_password(lite, "ann", WRONG, now=NOW)
        assert sign_in(Browser(app), "ann").status_code == 401
        assert sign_in(Browser(app), "ann", WRONG).status_code == 303
    elif what == "role":
        people.set_role(lite, "ann", "reader")
    else:
        lite.disable_user("ann", by="setup", at=NOW)
        assert sign_in(Browser(app), "ann").status_code == 401
        lite.enable_user("ann")
    assert ann.get("/api/me").status_code == 401
    assert ben.get("/api/me").status_code == 200


def test_signing_in_again_ends_the_session_before(app: FastAPI, lite: Store) -> None:
    add(lite, "ann", "sourcer")
    browser = Browser(app)
    sign_in(browser, "ann")
    before = dict(browser.cookies)
    sign_in(browser, "ann")
    assert browser.cookies != before
    assert lite.open_sessions(now=NOW) == {"ann": 1}


@pytest.mark.parametrize(
    ("name", "role", "password", "why"),
    [
        ("Ann", "sourcer", PASSWORD, "small letters"),
        ("", "sourcer", PASSWORD, "small letters"),
        ("identity/9", "sourcer", PASSWORD, "small letters"),
        ("a" * 61, "sourcer", PASSWORD, "at most 60"),
        ("ann", "boss", PASSWORD, "there are: admin, sourcer"),
        ("ann", "sourcer", "short", "has 5 characters"),
        ("ann", "sourcer", "x" * 257, "has 257 characters"),
        ("a-long-enough-name", "sourcer", "A-long-enough-NAME", "is the name"),
    ],
)
def test_people_that_cannot_be_added(lite: Store, name: str, role: str, password: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why) as raised:
        people.add(lite, name, role, password, by="setup", now=NOW)
    assert password not in str(raised.value)
    assert lite.users() == []


def test_users_are_kept_on_both_databases(store: Store) -> None:
    add(store, "ben", "reader")
    add(store, "ann", "hiring_manager")
    with pytest.raises(ConfigError, match="there is a user 'ann' already"):
        add(store, "ann", "admin")
    store.share("ann", Share(role="mle", at=NOW, by="x"))
    store.share("ann", Share(role="mle", contacts=True, at=NOW, by="y"))
    assert [(one.name, [(s.role, s.contacts, s.by) for s in one.shares]) for one in store.users()] == [
        ("ann", [("mle", True, "y")]),
        ("ben", []),
    ]
    assert (store.unshare("ann", "mle"), store.unshare("ann", "mle")) == (True, False)
    made = people.sign_in(store, store.users()[0], now=NOW)
    assert people.signed_in(store, made.token, now=NOW) == store.user("ann")
    assert people.signed_in(store, made.token + "x", now=NOW) is None
    later = people.sign_in(store, store.users()[1], now=NOW + LASTS)
    assert people.signed_in(store, made.token, now=NOW) is None, "sessions that are over are forgotten"
    people.sign_out(store, later.token)
    assert people.signed_in(store, later.token, now=NOW + LASTS) is None
    for verb in (store.enable_user, lambda name: store.share(name, Share(role="mle", at=NOW, by="x"))):
        with pytest.raises(ConfigError, match="no user 'eve'"):
            verb("eve")
    assert store.check() == []


def test_a_weaker_hash_is_replaced_when_its_person_signs_in(lite: Store) -> None:
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    facts = {"password_at": NOW, "created_at": NOW, "created_by": "setup"}
    lite.add_user(User.model_validate({"name": "ann", "role": "reader", "password": weak, **facts}))
    assert people.known(lite, "ann", WRONG) is None
    assert (lite.user("ann") or pytest.fail("gone")).password == weak
    assert people.known(lite, "ann", PASSWORD) is not None
    assert (lite.user("ann") or pytest.fail("gone")).password != weak
    assert people.known(lite, "ann", PASSWORD) is not None


# ---- attempts --------------------------------------------------------------------------------------------------


class Ticks:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_attempts_are_limited_per_name_and_per_address() -> None:
    ticks = Ticks()
    attempts = Attempts(ticks)
    assert [attempts.take("ann", f"10.0.0.{at}") for at in range(PER_NAME)] == [0] * PER_NAME
    assert attempts.take("ann", "10.0.1.1") == WINDOW, "from whatever address"
    assert attempts.take("ben", "10.0.1.1") == 0
    ticks.now += WINDOW - 1
    assert attempts.take("ann", "10.0.1.1") == pytest.approx(1)
    ticks.now += 1
    assert attempts.take("ann", "10.0.1.1") == 0
    assert [attempts.take(f"u{at}", "10.0.2.1") for at in range(PER_ADDRESS)] == [0] * PER_ADDRESS
    assert attempts.take("somebody", "10.0.2.1") == WINDOW, "whatever name"
    assert attempts.take("somebody", "10.0.2.2") == 0


def test_success_forgets_what_was_mistyped() -> None:
    attempts = Attempts(Ticks())
    for _ in range(3 * PER_ADDRESS):
        assert attempts.take("ann", "10.0.0.1") == 0
        attempts.succeeded("ann", "10.0.0.1")


def test_attempts_at_once_are_all_counted() -> None:
    attempts = Attempts(Ticks())
    gate = threading.Barrier(16)

    def attempt(_: int) -> float:
        gate.wait()
        return attempts.take("ann", "10.0.0.1")

    with ThreadPoolExecutor(16) as pool:
        waits = list(pool.map(attempt, range(16)))
    assert waits.count(0) == PER_NAME


def test_a_household_is_one_address() -> None:
    assert network("2001:db8:1:2:3::4") == network("2001:db8:1:2:ffff::1") != network("2001:db8:1:3::1")
    assert network("10.0.0.1") != network("10.0.0.2")
    assert network("nothing" * 20) == ("nothing" * 20)[:60]


def test_too_many_attempts_are_told_when_to_come_back(
    app: FastAPI, lite: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(lite, "ann", "sourcer")
    monkeypatch.setattr(people, "_fits", lambda kept, password: password == PASSWORD)
    browser = Browser(app)
    assert [sign_in(browser, "ann", WRONG).status_code for _ in range(PER_NAME)] == [401] * PER_NAME
    answer = sign_in(browser, "ann", PASSWORD)
    assert answer.status_code == 429, "even the right one"
    assert 0 < int(answer.headers["retry-after"]) <= WINDOW + 1
    assert not browser.cookies


@pytest.mark.parametrize("behind_proxy", [True, False])
def test_only_a_stated_proxy_says_who_came(
    lite: Store, tmp_path: Path, behind_proxy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(lite, "ann", "sourcer")
    monkeypatch.setattr(people, "_fits", lambda kept, password: False)
    browser = Browser(desk(house(tmp_path / "house"), lite, behind_proxy=behind_proxy))

    def attempt(at: int) -> int:
        headers = {"x-forwarded-for": f"203.0.113.9, 10.9.0.{at}"}
        data = {"name": f"u{at}", "password": WRONG}
        return browser.post("/sign-in", data=data, headers=headers).status_code

    assert [attempt(at) for at in range(PER_ADDRESS)] == [401] * PER_ADDRESS
    assert attempt(PER_ADDRESS) == (401 if behind_proxy else 429)


# ---- the hiring manager ----------------------------------------------------------------------------------------


@pytest.fixture
def manager(app: FastAPI, lite: Store) -> Browser:
    add(lite, "hal", "hiring_manager")
    lite.share("hal", Share(role="mle", at=NOW, by="ann"))
    return Browser(app).as_(lite, "hal")


def test_a_hiring_manager_sees_shared_lists_only(manager: Browser, lite: Store) -> None:
    assert [one["role"] for one in manager.get("/api/inbox").json()] == ["mle"]
    assert manager.get("/api/me").json()["lists"] == ["mle"]
    for path in ("/inbox/{}", "/api/inbox/{}", "/ranking/{}", "/api/ranking/{}", "/api/ranking/{}/choices"):
        assert manager.get(path.format("mle")).status_code == 200, path
        assert manager.get(path.format("nlp")).status_code == 403, path
    assert manager.get("/ranking").headers["location"] == "/ranking/mle"
    shown = manager.get("/ranking/mle").text
    assert "nlp" not in shown
    assert "/search" not in shown
    assert "/weights" not in shown
    assert manager.get("/leads/L000001").status_code == 200
    for lead in ("L000003", "L000099"):
        for path in ("/leads/", "/api/leads/"):
            assert manager.get(path + lead).status_code == 404, "on no shared list, or nowhere"
    lite.unshare("hal", "mle")
    assert manager.get("/inbox/mle").status_code == 403
    assert manager.get("/leads/L000001").status_code == 404
    assert manager.get("/api/inbox").json() == []


def test_a_hiring_manager_judges_shared_lists_only(manager: Browser, lite: Store) -> None:
    body = {"lead": "L000001", "answer": "yes"}
    assert manager.post("/api/inbox/mle/decisions", json=body).status_code == 200
    assert [(one.lead, one.by) for one in lite.decisions("mle")] == [("L000001", "hal")]
    assert manager.post("/api/inbox/nlp/decisions", json={**body, "lead": "L000003"}).status_code == 403
    other = lite.decisions("mle")[0]
    assert manager.post("/api/inbox/nlp/undo", json={"decision": other.id}).status_code == 403
    assert manager.post("/leads/L000001/status", data={"status": "contacted"}).status_code == 403
    assert lite.lead("L000001").status == "new"


def test_a_hiring_manager_sees_contacts_only_if_shared(manager: Browser, app: FastAPI, lite: Store) -> None:
    lite.add_note("L000001", "call 555-0100", by="ann", at=NOW)
    set_status(lite, "L000001", "contacted", by="ann", role="nlp", now=NOW)
    set_status(lite, "L000001", "replied", by="ann", role="nlp", now=NOW)
    plain = manager.get("/api/leads/L000001").json()
    assert plain["routes"] == plain["notes"] == plain["facts"] == plain["twins"] == []
    assert {one["role"] for one in plain["scores"]} == {"mle"}
    assert plain["history"] == [], "what another role did is not theirs"
    page = manager.get("/leads/L000001").text
    assert "555-0100" not in page
    assert "Not shared with you." in page
    assert 'action="/leads/L000001/status"' not in page
    lite.share("hal", Share(role="mle", contacts=True, at=NOW, by="ann"))
    full = manager.get("/api/leads/L000001").json()
    assert full["routes"]
    assert full["notes"][0]["text"] == "call 555-0100"
    lite.share("hal", Share(role="nlp", contacts=True, at=NOW, by="ann"))
    lite.share("hal", Share(role="mle", contacts=False, at=NOW, by="ann"))
    assert manager.get("/api/leads/L000001").json()["routes"] == [], "contacts of another list"
    add(lite, "ann", "sourcer")
    assert Browser(app).as_(lite, "ann").get("/api/leads/L000001").json()["routes"]


# ---- the contact lock ------------------------------------------------------------------------------------------


def said(status: str, role: str = "", by: str = "ann", at: float = 0) -> StatusChange:
    return StatusChange(lead="L000001", status=status, by=by, note="", at=day(at), role=role)


def test_the_lock_is_the_last_unbroken_time_in_touch() -> None:
    assert contact.held([]) is None
    assert contact.held([said("contacted", "mle"), said("parked", "mle", at=1)]) is None
    rows = [
        said("contacted", "mle"),
        said("parked"),
        said("contacted", "nlp", "ben", 2),
        said("replied", "nlp", "cy", 3),
    ]
    assert contact.held(rows) == contact.Held(status="replied", role="nlp", by="ben", since=day(2))
    assert set(contact.HELD) < STATUSES.keys()


LOCKED = [said("contacted", "mle", "ann")]
TRIES = (
    ("contacted", "nlp", "ben", False),
    ("contacted", "nlp", "ann", False),
    ("parked", "nlp", "ben", False),
    ("new", "", "ben", False),
    ("do_not_contact", "nlp", "ben", True),
    ("replied", "mle", "ben", True),
    ("parked", "mle", "ben", True),
    ("replied", "", "ann", True),
)


@pytest.mark.parametrize(("status", "role", "by", "goes"), TRIES)
def test_another_role_is_kept_out(store: Store, status: str, role: str, by: str, goes: bool) -> None:
    furnish(store)
    set_status(store, "L000001", "contacted", by="ann", role="mle", now=day(1))
    if goes:
        set_status(store, "L000001", status, by=by, role=role, now=day(2))
    else:
        with pytest.raises(
            ConfigError, match=r"ann is in touch with this person for mle since 02 Nov 2026 \(contacted\)"
        ):
            set_status(store, "L000001", status, by=by, role=role, now=day(2))
        with pytest.raises(ConfigError, match="say why"):
            set_status(store, "L000001", status, by=by, role=role, override=True, now=day(2))
        assert store.lead("L000001").status == "contacted"
        set_status(store, "L000001", status, by=by, role=role, override=True, note="ann agreed", now=day(2))
        assert store.status_history("L000001")[-1].note == "past the contact lock: ann agreed"
    last = store.status_history("L000001")[-1]
    assert (last.status, last.role, last.by) == (status, role, by)


def test_of_two_at_once_one_is_in_touch(store: Store) -> None:
    furnish(store)
    gate = threading.Barrier(2)

    def attempt(role: str) -> bool:
        gate.wait()
        try:
            set_status(store, "L000001", "contacted", by=f"of {role}", role=role, now=day(1))
        except ConfigError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, ("mle", "nlp"))) == [False, True]
    assert len(store.status_history("L000001")) == 1


def test_the_lock_goes_with_a_merge(lite: Store) -> None:
    furnish(lite)
    set_status(lite, "L000001", "contacted", by="ann", role="mle", now=day(1))
    key = lite.lead("L000001").accounts[0].key
    lite.arrange({key: "L000002"}, at=day(2))
    with pytest.raises(ConfigError, match="ann is in touch"):
        set_status(lite, "L000002", "contacted", by="ben", role="nlp", now=day(3))


def test_pages_show_who_is_in_touch_and_refuse(app: FastAPI, lite: Store) -> None:
    browser = Browser(app)
    assert browser.post("/leads/L000001/status", data={"status": "contacted", "role": "nlp"}).status_code == 303
    for path in ("/leads/L000001", "/inbox/mle?at=L000001"):
        assert "In touch:" in browser.get(path).text, path
        assert "for nlp, since 25 Nov 2026" in browser.get(path).text, path
    refused = browser.post("/leads/L000001/status", data={"status": "contacted", "role": "mle"})
    assert refused.status_code == 409
    assert "is in touch with this person for nlp" in refused.text
    body = {"status": "contacted", "role": "mle", "override": True, "note": "agreed"}
    assert browser.post("/api/leads/L000001/status", json={**body, "override": False}).status_code == 409
    assert browser.post("/api/leads/L000001/status", json=body).json()["held"]["role"] == "mle"
    assert browser.post("/leads/L000001/status", data={"status": "parked", "role": "none"}).status_code in (404, 409)


# ---- serving ---------------------------------------------------------------------------------------------------

TEAM = Address("10.0.0.5", certificate=Path("c"), key=Path("k"))
SOMEBODY = ["ann"]
ADDRESSES: tuple[tuple[Address, list[str], str | None], ...] = (
    (Address(), [], None),
    (Address("::1"), [], None),
    (Address("localhost", names=("localhost:9000",)), [], None),
    (Address("127.0.0.1", behind_proxy=True), [], "nobody has to sign in"),
    (Address("127.0.0.1", behind_proxy=True), SOMEBODY, None),
    (Address("0.0.0.0"), [], "nobody has to sign in"),
    (Address("0.0.0.0"), SOMEBODY, "without TLS"),
    (Address("desk.example"), SOMEBODY, "without TLS"),
    (TEAM, SOMEBODY, None),
    (TEAM, [], "nobody has to sign in"),
    (Address("10.0.0.5", behind_proxy=True), SOMEBODY, None),
    (Address(certificate=Path("c")), [], "both --certificate and --key"),
)


@pytest.mark.parametrize(("address", "users", "why"), ADDRESSES)
def test_an_open_address_needs_tls_and_people(address: Address, users: list[str], why: str | None) -> None:
    if why is None:
        refuse_open(address, users)
    else:
        with pytest.raises(ConfigError, match=why):
            refuse_open(address, users)


# ---- commands --------------------------------------------------------------------------------------------------


def run(folder: Path, *words: str, given: str = "") -> Any:
    return CliRunner().invoke(commands, ["--config", str(folder), "user", *words], input=given)


def test_people_by_command(tmp_path: Path) -> None:
    folder = tmp_path / "house"
    config = house(folder)
    added = run(folder, "add", "ann", "--as", "admin", "--password-stdin", given=f"{PASSWORD}\n")
    assert added.exit_code == 0, added.output
    assert "everybody has to sign in" in added.stderr
    assert run(folder, "add", "hal", "--as", "hiring_manager", given=f"{PASSWORD}\n{PASSWORD}\n").exit_code == 0
    assert run(folder, "share", "hal", "mle", "--contacts").stdout == "hal sees and judges mle, with contacts\n"
    assert run(folder, "share", "ann", "mle").exit_code == 2, "sees all lists"
    assert run(folder, "share", "hal", "none").exit_code == 2
    assert run(folder, "disable", "ann").exit_code == 2, "the only admin"
    assert run(folder, "role", "ann", "reader").exit_code == 2
    assert run(folder, "role", "hal", "sourcer").exit_code == 0
    assert run(folder, "password", "hal", "--password-stdin", given="short\n").exit_code == 2
    assert run(folder, "password", "hal", "--password-stdin", given=f"{WRONG}\n").exit_code == 0
    assert run(folder, "disable", "hal").exit_code == 0
    listed = run(folder, "list").stdout
    assert "hal" in listed
    assert "disabled" in listed
    as_json = run(folder, "list", "--json").stdout
    assert '"hal"' in as_json
    assert "argon2" not in listed + as_json
    with Store.open(config.database_url) as store:
        assert people.known(store, "hal", WRONG) is None
        assert run(folder, "enable", "hal").exit_code == 0
        assert people.known(store, "hal", WRONG) is not None
        assert run(folder, "share", "hal", "mle", "--off").stdout == "mle is no longer shared with hal\n"


def test_the_application_is_one_thread_pool_away_from_the_database(app: FastAPI, lite: Store) -> None:
    """Twenty readers at once, each its own session: nobody becomes somebody else."""
    names = [f"u{at}" for at in range(20)]
    for name in names:
        add(lite, name, "reader")
    browsers = [Browser(app).as_(lite, name) for name in names]
    with ThreadPoolExecutor(20) as pool:
        found = list(pool.map(lambda one: asyncio.run(_three(one)), browsers))
    assert found == [{name} for name in names]


async def _three(browser: Browser) -> set[str]:
    return {(await asyncio.to_thread(browser.get, "/api/me")).json()["name"] for _ in range(3)}
