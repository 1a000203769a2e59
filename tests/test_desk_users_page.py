"""The page of users: letting in, roles, passwords, shared lists; by form and by JSON, and what it refuses."""

from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from lxml import html

from sourcing.desk import people
from storage.store import Store
from tests.desk_kit import PASSWORD, Browser, Clock, add, desk, furnish, house
from tests.house_of_sourcing import NOW

OTHER = "another long word"


@pytest.fixture
def app(lite: Store, tmp_path: Path) -> FastAPI:
    furnish(lite)
    return desk(house(tmp_path / "house"), lite, Clock())


@pytest.fixture
def admin(app: FastAPI, lite: Store) -> Browser:
    add(lite, "ann", "admin")
    return Browser(app).as_(lite, "ann")


def form(**fields: str) -> dict[str, dict[str, str]]:
    return {"data": fields}


def listed(admin: Browser) -> dict[str, Any]:
    return {one["name"]: one for one in admin.get("/api/users").json()}


def test_the_first_one_is_an_admin_and_closes_the_desk(app: FastAPI, lite: Store) -> None:
    browser = Browser(app)
    assert "whoever sits at this machine may do everything" in browser.get("/users").text
    wanted = {"name": "Ann", "password": PASSWORD, "again": PASSWORD}
    refused = browser.post("/users", **form(**wanted, role="sourcer"))
    assert refused.status_code == 409
    assert "the first one has to be an admin" in refused.text
    assert not lite.has_users()
    assert browser.post("/users", **form(**wanted, role="admin")).status_code == 303
    assert browser.get("/users").headers["location"].startswith("/sign-in")
    assert people.known(lite, "ann", PASSWORD) is not None, "signed in with in small letters"


def test_somebody_is_added_by_form(admin: Browser, lite: Store) -> None:
    answer = admin.post("/users", **form(name=" Hal ", role="hiring_manager", password=OTHER, again=OTHER))
    assert answer.headers["location"].startswith("/users?said=hal+may+sign+in+as+hiring+manager")
    user = lite.user("hal")
    assert user is not None
    assert (user.role, user.created_by, user.created_at) == ("hiring_manager", "ann", NOW)
    page = admin.get("/users").text
    assert "user-hal" in page
    assert OTHER not in page + answer.headers["location"]
    assert "argon2" not in page + admin.get("/api/users").text


REFUSED = (
    ({"again": "yet another word"}, 409, "the two passwords differ"),
    ({"password": "short", "again": "short"}, 409, "characters"),
    ({"name": "hal!"}, 409, "user name"),
    ({"name": "ann"}, 409, "already"),
    ({"name": "x" * 61}, 422, "name"),
    ({"role": "king"}, 422, "role"),
    ({"password": "x" * 257, "again": "x" * 257}, 422, "password"),
    ({"name": "<script>alert(1)</script>"}, 409, "user name"),
)


@pytest.mark.parametrize(("fields", "status", "why"), REFUSED)
def test_what_cannot_be_is_refused(admin: Browser, lite: Store, fields: dict[str, str], status: int, why: str) -> None:
    given = {"name": "hal", "role": "sourcer", "password": OTHER, "again": OTHER} | fields
    answer = admin.post("/users", **form(**given))
    assert (answer.status_code, why in answer.text) == (status, True), answer.text
    assert [user.name for user in lite.users()] == ["ann"]
    assert "<script>alert" not in answer.text


def test_roles_and_passwords_change_and_end_sessions(admin: Browser, app: FastAPI, lite: Store) -> None:
    add(lite, "hal", "reader")
    hal = Browser(app).as_(lite, "hal")
    assert listed(admin)["hal"]["sessions"] == 1
    assert admin.post("/users/hal/role", **form(role="sourcer")).status_code == 303
    assert hal.get("/api/me").status_code == 401
    hal.as_(lite, "hal")
    assert hal.get("/api/me").json()["role"] == "sourcer"
    assert admin.post("/users/hal/password", **form(password=OTHER, again=PASSWORD)).status_code == 409
    assert people.known(lite, "hal", PASSWORD) is not None
    assert admin.post("/users/hal/password", **form(password=OTHER, again=OTHER)).status_code == 303
    assert people.known(lite, "hal", PASSWORD) is None
    assert people.known(lite, "hal", OTHER) is not None
    assert hal.get("/api/me").status_code == 401


def test_disabling_and_enabling(admin: Browser, app: FastAPI, lite: Store) -> None:
    add(lite, "hal", "reader")
    hal = Browser(app).as_(lite, "hal")
    assert admin.post("/users/hal/disable").status_code == 303
    assert hal.get("/api/me").status_code == 401
    assert people.known(lite, "hal", PASSWORD) is None
    assert (listed(admin)["hal"]["disabled_by"], "disabled" in admin.get("/users").text) == ("ann", True)
    assert admin.post("/users/hal/enable").status_code == 303
    assert people.known(lite, "hal", PASSWORD) is not None


@pytest.mark.parametrize(("path", "fields"), [("disable", {}), ("role", {"role": "reader"})])
def test_the_last_admin_stays(admin: Browser, lite: Store, path: str, fields: dict[str, str]) -> None:
    refused = admin.post(f"/users/ann/{path}", data=fields)
    assert refused.status_code == 409
    assert "the only admin" in refused.text
    add(lite, "ben", "admin")
    assert admin.post(f"/users/ann/{path}", data=fields).status_code == 303
    assert admin.get("/users").status_code == 303, "signed out by it"


def test_lists_are_shared_and_taken_back(admin: Browser, app: FastAPI, lite: Store) -> None:
    add(lite, "hal", "hiring_manager")
    hal = Browser(app).as_(lite, "hal")
    assert hal.get("/ranking/mle").status_code == 403
    assert admin.post("/users/hal/share", **form(list="mle", contacts="true")).status_code == 303
    assert hal.get("/ranking/mle").status_code == 200
    assert [(one["role"], one["contacts"], one["by"]) for one in listed(admin)["hal"]["shares"]] == [
        ("mle", True, "ann")
    ]
    assert admin.post("/users/hal/share", **form(list="mle")).status_code == 303
    assert listed(admin)["hal"]["shares"][0]["contacts"] is False, "shared again without"
    assert admin.post("/users/hal/share", **form(list="none")).status_code in (404, 409)
    assert admin.post("/users/ann/share", **form(list="mle")).status_code == 409, "sees all lists anyway"
    assert admin.post("/users/hal/unshare", **form(list="mle")).headers["location"].count("no+longer") == 1
    assert hal.get("/ranking/mle").status_code == 403


def test_json_does_the_same(admin: Browser, lite: Store) -> None:
    made = admin.post("/api/users", json={"name": "hal", "role": "hiring_manager", "password": OTHER})
    assert (made.status_code, made.json()["role"], made.json()["created_by"]) == (200, "hiring_manager", "ann")
    assert "password" not in made.json()
    shared = admin.post("/api/users/hal/share", json={"list": "mle", "contacts": True}).json()
    assert shared["shares"][0]["role"] == "mle"
    assert admin.post("/api/users/hal/unshare", json={"list": "mle"}).json()["shares"] == []
    assert admin.post("/api/users/hal/role", json={"role": "sourcer"}).json()["role"] == "sourcer"
    assert admin.post("/api/users/hal/password", json={"password": PASSWORD}).status_code == 200
    assert people.known(lite, "hal", PASSWORD) is not None
    assert admin.post("/api/users/hal/disable").json()["disabled_by"] == "ann"
    assert admin.post("/api/users/hal/enable").json()["disabled_at"] is None
    assert admin.post("/api/users/nobody/enable").status_code == 409
    assert admin.post("/api/users/hal/password", json={"password": "short"}).status_code == 409
    assert {one["name"] for one in admin.get("/api/users").json()} == {"ann", "hal"}


@pytest.mark.parametrize("role", ["sourcer", "hiring_manager", "auditor", "reader"])
def test_others_neither_see_nor_change_it(admin: Browser, app: FastAPI, lite: Store, role: str) -> None:
    add(lite, "eve", role)
    eve = Browser(app).as_(lite, "eve")
    assert 'href="/users"' not in eve.get("/inbox").text
    assert 'href="/users"' in admin.get("/inbox").text
    for path in ("/users", "/api/users"):
        assert eve.get(path).status_code == 403
    assert eve.post("/users/eve/role", **form(role="admin")).status_code == 403
    assert eve.post("/api/users/ann/disable").status_code == 403
    user = lite.user("eve")
    assert user is not None
    assert user.role == role


def test_every_field_has_a_label_and_every_form_its_own_address(admin: Browser, lite: Store) -> None:
    add(lite, "hal", "hiring_manager")
    page = html.fromstring(admin.get("/users").text)
    fields = page.cssselect("main input:not([type=hidden]), main select")
    assert len(fields) > 10
    assert all(field.getparent().tag == "label" for field in fields)
    assert all(
        one.get("method") == "post" and one.get("action", "").startswith("/users")
        for one in page.cssselect("main form")
    )
