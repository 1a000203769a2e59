"""Several people at one desk: the page of users by keyboard, what each role reaches, the contact lock, blind pages."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from sourcing.desk import people
from storage.records import Answer
from tests.browser.house import Served, copied, opened, served
from tests.browser.test_flows import press, reach
from tests.desk_kit import PASSWORD, add

pytestmark = [pytest.mark.browser, pytest.mark.slow]
expect.set_options(timeout=20_000)
OTHER = "another long word"


@contextmanager
def signed_in(browser: Browser, desk: Served, name: str) -> Iterator[Page]:
    """A browser of its own at the desk, past the form."""
    with opened(browser, desk) as page:
        page.goto("/sign-in")
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.locator(".who")).to_contain_text(name)
        yield page


def places(page: Page) -> list[str]:
    return page.locator("header nav a").all_inner_texts()


def test_an_admin_lets_somebody_in_by_keyboard(browser: Browser, desk: Served) -> None:
    add(desk.store, "ann", "admin")
    with signed_in(browser, desk, "ann") as page:
        reach(page, page.locator("header nav a", has_text="Users"))
        press(page, "Enter")
        reach(page, page.get_by_label("Name", exact=True), most=400)
        page.keyboard.type("hal")
        press(page, "Tab")
        page.keyboard.type("hiring")
        press(page, "Tab")
        page.keyboard.type(OTHER)
        press(page, "Tab")
        page.keyboard.type(OTHER)
        press(page, "Enter")
        expect(page.get_by_role("status").first).to_contain_text("hal may sign in as hiring manager")
        reach(page, page.get_by_label("List for hal"), most=400)
        page.keyboard.type("mle")
        press(page, "Tab", "Space", "Tab", "Enter")
        expect(page.get_by_role("status").first).to_contain_text("hal sees and judges mle, with contacts")
        reach(page, page.get_by_role("button", name="Disable hal"), most=400)
        press(page, "Enter")
        expect(page.locator("#user-hal").locator("..")).to_contain_text("disabled")
    user = desk.store.user("hal")
    assert user is not None
    assert (user.role, user.disabled_by, [(one.role, one.contacts) for one in user.shares]) == (
        "hiring_manager",
        "ann",
        [("mle", True)],
    )
    assert people.known(desk.store, "hal", OTHER) is None, "disabled"


def test_each_role_sees_its_own_places_and_no_others(browser: Browser, desk: Served) -> None:
    all_of_them = ["Inbox", "Ranking", "Search", "Weights", "Same person?", "Market", "Nights"]
    lead = desk.store.undecided("mle", limit=1)[0][0]
    seen = {"admin": [*all_of_them, "Rights", "Users"], "hiring_manager": all_of_them[:2]}
    seen |= {role: [*all_of_them, "Rights"] for role in ("sourcer", "auditor")}
    for role in people.MAY:
        add(desk.store, role, role)
        if role == "hiring_manager":
            people.share(desk.store, role, "mle", contacts=False, by="admin", now=desk.store.nights(1)[0].started_at)
        with signed_in(browser, desk, role) as page:
            assert places(page) == seen.get(role, all_of_them), role
            page.goto("/users")
            refused = page.get_by_role("heading", name="Not for this account")
            expect(refused).to_have_count(0 if role == "admin" else 1)
            page.goto(f"/leads/{lead}")
            change = page.get_by_role("button", name="Change", exact=True)
            expect(change).to_have_count(1 if people.may(role, people.STATUS) else 0)
            hidden = page.get_by_text("Not shared with you.")
            expect(hidden).to_have_count(1 if role == "hiring_manager" else 0)
            decides = people.may(role, people.DECIDE)
            answer = page.request.post(
                f"{desk.url}/api/inbox/mle/decisions", data={"lead": lead, "answer": "maybe", "reason": "depth"}
            )
            assert answer.status == (200 if decides else 403), (role, answer.text())
    rows = [row for row in desk.store.decisions("mle", live=False) if row.lead == lead]
    assert {row.by for row in rows} == {"admin", "sourcer", "hiring_manager"}
    assert {row.answer for row in rows} == {Answer.MAYBE}


def test_a_request_is_taken_and_carried_out_by_keyboard(browser: Browser, desk: Served) -> None:
    lead = desk.store.undecided("mle", limit=1)[0][0]
    keys = [account.key for account in desk.store.lead(lead).accounts]
    handle = desk.store.lead(lead).accounts[0].handle
    add(desk.store, "ann", "sourcer")
    with signed_in(browser, desk, "ann") as page:
        reach(page, page.locator("header nav a", has_text="Rights"))
        press(page, "Enter")
        reach(page, page.get_by_role("searchbox"))
        page.keyboard.type(lead)
        press(page, "Enter")
        reach(page, page.get_by_role("button", name=f"Start the clock of {lead}"))
        press(page, "Enter")
        expect(page.get_by_role("status").first).to_contain_text("its clock runs")
        expect(page.locator("main")).to_contain_text("day 0")
        page.goto(f"/rights?who={lead}")
        erase = page.locator("form[action='/rights/erase']")
        reach(page, erase.get_by_role("textbox"))
        page.keyboard.type("nobody's handle")
        press(page, "Tab", "Tab", "Enter")
        expect(page.locator("main")).to_contain_text("nothing was erased")
        page.goto(f"/rights?who={lead}")
        reach(page, erase.get_by_role("textbox"))
        page.keyboard.type(handle)
        press(page, "Enter")
        expect(page.get_by_role("heading", name="Erased")).to_be_visible(timeout=60_000)
    assert [desk.store.account(key) for key in keys] == [None] * len(keys)
    assert desk.store.actions("subject.erase")[0].by == "ann"


@pytest.fixture
def two_roles(night: Path, tmp_path: Path) -> Iterator[Served]:
    """A desk that works for two roles."""
    folder = copied(night, tmp_path / "two")
    file = folder / "sourcing.toml"
    text, found = re.subn(r"(?m)^active = .*$", 'active = ["mle", "nlp"]', file.read_text("utf-8"))
    assert found == 1
    file.write_text(text, "utf-8")
    with served(folder) as desk:
        yield desk


def test_the_contact_lock_holds_across_roles(browser: Browser, two_roles: Served) -> None:
    desk = two_roles
    lead = desk.store.undecided("mle", limit=1)[0][0]
    for name in ("ann", "ben"):
        add(desk.store, name, "sourcer")

    def change(page: Page, status: str, role: str, why: str = "", *, past: bool = False) -> None:
        page.goto(f"/leads/{lead}")
        form = page.locator(f"form[action='/leads/{lead}/status']").first
        form.get_by_label("Status").select_option(status)
        form.locator("select[name=role]").select_option(role)
        form.get_by_label("Why").fill(why)
        if past:
            form.get_by_label(re.compile("although .* is in touch")).check()
        form.get_by_role("button", name="Change").press("Enter")

    mine, other = desk.config.roles.active
    with signed_in(browser, desk, "ann") as page:
        change(page, "contacted", mine)
        expect(page.get_by_role("status").first).to_contain_text("Status:")
    with signed_in(browser, desk, "ben") as page:
        page.goto(f"/inbox/{mine}?at={lead}")
        expect(page.get_by_text("In touch:")).to_be_visible()
        change(page, "contacted", other)
        expect(page.locator("main")).to_contain_text(f"ann is in touch with this person for {mine}")
        assert desk.store.status_history(lead)[-1].by == "ann"
        change(page, "contacted", other, past=True)
        expect(page.locator("main")).to_contain_text("say why")
        change(page, "contacted", other, "ann agreed", past=True)
        expect(page.locator(".note.warn", has_text="In touch:")).to_contain_text(f"ben for {other}")
    last = desk.store.status_history(lead)[-1]
    assert (last.by, last.role, last.note) == ("ben", other, "past the contact lock: ann agreed")


def test_without_script_the_reason_saves_what_was_tried(browser: Browser, desk: Served) -> None:
    context = browser.new_context(base_url=desk.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/weights/mle")
    page.locator("input[name=impact]").fill("40")
    page.locator("input[name=impact]").press("Enter")
    expect(page).to_have_url(re.compile("impact=40"))
    page.get_by_label("Why, for who reads it later").fill("fame counts more here")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Version 2 is saved")
    context.close()
    (file,) = (desk.config.folder / "roles").glob("*.yaml")
    assert "version: 2" in file.read_text("utf-8")


def test_blind_pages_name_nobody(page: Page, desk: Served) -> None:
    page.goto("/inbox/mle")
    page.get_by_role("button", name="Blind review").press("Enter")
    expect(page.get_by_role("button", name="Blind review: on")).to_be_visible()
    best = [lead for lead, _ in desk.store.undecided("mle", limit=25)]
    names = desk.store.lead_names(best).values()
    for path in ("/ranking/mle", "/weights/mle?impact=40"):
        page.goto(path)
        expect(page.get_by_text("stays hidden until somebody has decided on them")).to_be_visible()
        text = page.locator("main").inner_text()
        assert [name for name in names if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)] == [], path
        assert f"Person {best[0]}" in text, path
    page.goto("/same")
    expect(page.get_by_text(re.compile("what was compared stay hidden"))).to_be_visible()
    assert page.locator(".same-side a[rel]").count() == 0, "no way to an account"
