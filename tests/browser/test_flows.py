"""Every flow of the desk with nothing but the keyboard; what was decided is looked up in the database."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from sourcing.desk.same import ANSWERS
from storage.records import Verdict
from tests.browser.house import Served, opened

pytestmark = [pytest.mark.browser, pytest.mark.slow]
expect.set_options(timeout=20_000)


def press(page: Page, *keys: str) -> None:
    """One key after the other, as long as nothing is being fetched."""
    for key in keys:
        expect(page.locator("[aria-busy=true]")).to_have_count(0)
        page.keyboard.press(key)


def reach(page: Page, wanted: Locator, most: int = 150) -> None:
    """Tab until an element has the focus: what a keyboard cannot reach fails."""
    for _ in range(most):
        if wanted.evaluate("(one) => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{most} times Tab do not reach {wanted}")


def who(page: Page) -> str:
    return page.locator("#inbox input[name=lead]").first.input_value()


def at(page: Page, lead: str) -> None:
    expect(page.locator("#inbox input[name=lead]").first).to_have_value(lead)


def answers(desk: Served) -> list[tuple[str, str, str]]:
    return [(row.lead, row.answer.value, row.reason) for row in desk.store.decisions("mle")]


# ---- inbox ----------------------------------------------------------------------------------------------------


def test_the_inbox_is_walked_with_j_and_k(page: Page, desk: Served) -> None:
    first, second, third = (lead for lead, _ in desk.store.undecided("mle", limit=3))
    page.goto("/inbox/mle")
    at(page, first)
    for key, lead in (("j", second), ("j", third), ("k", second), ("k", first)):
        press(page, key)
        at(page, lead)
    assert answers(desk) == []


@pytest.mark.parametrize(("key", "answer"), [("y", "yes"), ("n", "no"), ("m", "maybe")])
def test_two_keys_decide_and_one_takes_it_back(page: Page, desk: Served, key: str, answer: str) -> None:
    first, second = (lead for lead, _ in desk.store.undecided("mle", limit=2))
    page.goto("/inbox/mle")
    press(page, key)
    reasons = page.locator(f"details[data-answer={answer}] button")
    expect(reasons.first).to_be_visible()
    wanted = (reasons.first.get_attribute("value") or "").partition(".")[2]
    press(page, "1")
    at(page, second)
    assert answers(desk) == [(first, answer, wanted)]
    press(page, "u")
    at(page, first)
    assert answers(desk) == []


def test_escape_closes_the_reasons_and_decides_nothing(page: Page, desk: Served) -> None:
    page.goto("/inbox/mle")
    press(page, "n")
    expect(page.locator("details[data-answer=no] button").first).to_be_visible()
    press(page, "Escape")
    expect(page.locator("details[data-answer=no] button").first).to_be_hidden()
    press(page, "1")
    assert answers(desk) == []


def test_letters_typed_into_the_note_are_words(page: Page, desk: Served) -> None:
    first = desk.store.undecided("mle", limit=1)[0][0]
    page.goto("/inbox/mle")
    reach(page, page.get_by_label("Note, if there is more to say"))
    page.keyboard.type("many jumps, no yes")
    at(page, first)
    reach(page, page.locator("details[data-answer=no] summary"), most=400)
    press(page, "Enter", "1")
    expect(page.get_by_role("status").first).to_contain_text("No to")
    (row,) = desk.store.decisions("mle")
    assert (row.lead, row.note) == (first, "many jumps, no yes")


def test_o_opens_the_person(page: Page, desk: Served) -> None:
    first = desk.store.undecided("mle", limit=1)[0][0]
    page.goto("/inbox/mle")
    press(page, "o")
    expect(page).to_have_url(re.compile(f"/leads/{first}$"))
    expect(page.get_by_role("heading", name="Scores")).to_be_visible()


def test_without_script_the_forms_do_the_same(browser: Browser, desk: Served) -> None:
    first, second = (lead for lead, _ in desk.store.undecided("mle", limit=2))
    context = browser.new_context(base_url=desk.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/inbox/mle")
    page.locator("details[data-answer=no] summary").press("Enter")
    page.locator("details[data-answer=no] button").first.press("Enter")
    expect(page.locator("input[name=lead]").first).to_have_value(second)
    assert [row[0] for row in answers(desk)] == [first]
    page.locator("button[data-key=u]").press("Enter")
    expect(page.locator("input[name=lead]").first).to_have_value(first)
    assert answers(desk) == []
    context.close()


def test_blind_review_hides_who_it_is_until_decided(page: Page, desk: Served) -> None:
    lead = desk.store.undecided("mle", limit=1)[0][0]
    name, handles = desk.store.lead_names([lead])[lead], [one.handle for one in next(desk.store.leads([lead])).accounts]
    page.goto("/inbox/mle")
    expect(page.locator("#who")).to_contain_text(name)
    reach(page, page.get_by_role("button", name="Blind review"))
    press(page, "Enter")
    expect(page.get_by_role("button", name="Blind review: on")).to_have_attribute("aria-pressed", "true")
    at(page, lead)
    card = page.locator(".inbox-person").inner_text()
    assert [word for word in (name, *handles) if word in card] == []
    assert page.locator(".inbox-person a").count() == 0
    press(page, "o")
    expect(page.get_by_text("Blind review: who this is stays hidden")).to_be_visible()
    assert name not in page.locator("main").inner_text()


# ---- ranking and search ---------------------------------------------------------------------------------------


def rows(page: Page) -> int:
    return page.locator("#list tbody tr a[href^='/leads/']").count()


def test_the_ranking_is_searched_and_filtered(page: Page) -> None:
    page.goto("/ranking/mle")
    before = rows(page)
    press(page, "/")
    page.keyboard.type("pytorch")
    expect(page).to_have_url(re.compile("q=pytorch"))
    expect(page.locator("#list .hits").first).to_be_visible()
    press(page, "Enter")
    expect(page.locator(".asked")).to_contain_text("pytorch")
    reach(page, page.locator("details > summary", has_text="Filters"))
    press(page, "Enter")
    reach(page, page.get_by_label("Pieces of evidence, at least"))
    page.keyboard.type("999999")
    expect(page.locator("#list")).to_contain_text("Nobody passes these filters here")
    assert before > 0
    reach(page, page.get_by_role("link", name="Remove all"))
    press(page, "Enter")
    expect(page.locator("#list tbody tr a[href^='/leads/']")).to_have_count(before)


def test_a_skill_is_ticked_with_the_space_bar(page: Page) -> None:
    page.goto("/ranking/mle")
    reach(page, page.locator("details > summary", has_text="Filters"))
    press(page, "Enter")
    box = page.locator("input[type=checkbox][name=skill]").first
    skill = box.get_attribute("value") or ""
    reach(page, box)
    press(page, "Space")
    expect(page.locator("#list .asked")).to_contain_text(f"shows {skill}")
    assert rows(page) > 0


def test_everybody_is_searched(page: Page) -> None:
    page.goto("/search")
    press(page, "/")
    page.keyboard.type("python -zzzz")
    press(page, "Enter")
    expect(page.get_by_text(re.compile("people answer|person answers"))).to_be_visible()
    reach(page, page.locator("ol.cards a").first)
    press(page, "Enter")
    expect(page).to_have_url(re.compile(r"/leads/L\d+$"))


# ---- weights --------------------------------------------------------------------------------------------------


def top(page: Page) -> list[str | None]:
    links = page.locator("#list table.stack tbody a").all()
    return [one.get_attribute("href") for one in links]


def test_a_slider_moved_by_arrows_ranks_anew(page: Page, desk: Served) -> None:
    page.goto("/weights/mle")
    before = top(page)
    slider = page.get_by_role("slider", name="impact")
    reach(page, slider)
    start = float(slider.input_value())
    press(page, "ArrowRight")
    assert float(slider.input_value()) == pytest.approx(start + 0.1)
    expect(page).to_have_url(re.compile("impact="))
    press(page, "End")
    expect(page.locator("#list .weights-sum")).to_contain_text("of the top 25")
    expect(page).to_have_url(re.compile("impact=60$"))
    expect(page.get_by_role("heading", name="Enter the top")).to_be_visible()
    after = top(page)
    entered = [one.get_attribute("href") for one in page.locator(".weights-ends section").nth(0).locator("a").all()]
    left = [one.get_attribute("href") for one in page.locator(".weights-ends section").nth(1).locator("a").all()]
    assert (len(before), set(entered), set(left)) == (25, set(after) - set(before), set(before) - set(after))
    assert entered
    page.locator("h1").click()
    press(page, "r")
    expect(page.locator("#list .weights-sum")).to_contain_text("The list as it stands")
    assert top(page) == before
    assert not list((desk.config.folder / "roles").glob("*.yaml")), "trying writes nothing"


def test_saving_asks_for_a_reason(page: Page, desk: Served) -> None:
    page.goto("/weights/mle")
    slider = page.get_by_role("slider", name="impact")
    reach(page, slider)
    press(page, *["ArrowRight"] * 3)
    expect(page.locator("#list .weights-ends")).to_be_visible()
    save = page.get_by_role("button", name="Save as version 2")
    reach(page, save)
    press(page, "Enter")
    assert page.evaluate("() => document.activeElement.name") == "why", "the empty field is named, nothing is sent"
    assert not list((desk.config.folder / "roles").glob("*.yaml"))
    page.keyboard.type("fame counts more here")
    press(page, "Enter")
    expect(page.get_by_role("status").first).to_contain_text("Version 2 is saved")
    expect(page.locator("table", has_text="Since")).to_contain_text("fame counts more here")
    (file,) = (desk.config.folder / "roles").glob("*.yaml")
    assert "version: 2" in file.read_text("utf-8")


# ---- same person ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "verdict"), [("y", Verdict.SAME), ("n", Verdict.DIFFERENT), ("u", Verdict.UNSURE)], ids=["y", "n", "u"]
)
def test_a_pair_is_answered_and_taken_back(page: Page, desk: Served, key: str, verdict: Verdict) -> None:
    page.goto("/same")
    pair = page.locator("input[name=question]")
    number, sides = pair.input_value(), page.locator(".same-side header").all_inner_texts()
    asked = desk.store.judgement(int(number))
    assert asked is not None
    press(page, key)
    expect(page.locator("button[data-key=z]")).to_contain_text(ANSWERS[verdict].lower())
    said = desk.store.judgements(keys={asked.left, asked.right})
    assert [row.verdict for row in said if row.by not in (asked.by, "rules")][-1:] == [verdict]
    assert not page.locator(f"input[name=question][value='{number}']").count()
    press(page, "z")
    expect(page.get_by_role("status").first).to_contain_text("Taken back")
    expect(page.locator(".same-side header")).to_have_text(sides, use_inner_text=True)


# ---- market, nights, moving about -----------------------------------------------------------------------------


def test_the_market_has_pictures_and_their_tables(page: Page) -> None:
    page.goto("/market/mle")
    for _ in range(200):
        if not page.get_by_text("being counted for the first time").count():
            break
        page.wait_for_timeout(100)
        page.reload()
    pictures = page.locator("figure.picture")
    assert pictures.count() >= 6
    for picture in pictures.all():
        drawn = picture.locator("svg")
        assert (drawn.bounding_box() or {"width": 0})["width"] > 100
        assert drawn.get_attribute("role") == "img"
        assert drawn.get_attribute("aria-label")
        summary = picture.locator("summary")
        reach(page, summary, most=300)
        press(page, "Enter")
        expect(picture.locator("table tbody tr").first).to_be_visible()


def test_the_columns_of_the_day_are_twenty_four(page: Page) -> None:
    page.goto("/market/mle")
    expect(page.get_by_role("heading", name="When they work")).to_be_visible()
    clocks = page.locator("figure.picture:has(svg.columns)").first
    assert clocks.locator("table tbody tr").count() == 24


def test_every_place_is_reached_and_the_skip_link_comes_first(page: Page) -> None:
    page.goto("/inbox")
    press(page, "Tab")
    expect(page.locator(".skip")).to_be_focused()
    for place in page.locator("header nav a").all():
        assert page.request.get(place.get_attribute("href") or "").status == 200
    press(page, "Enter")
    expect(page.locator("#main")).to_be_focused()


def test_a_note_is_kept_and_struck(page: Page, desk: Served) -> None:
    lead = desk.store.undecided("mle", limit=1)[0][0]
    page.goto(f"/leads/{lead}")
    reach(page, page.get_by_label("What the next reader should know"), most=600)
    page.keyboard.type("met at a meetup <b>once</b>")
    press(page, "Tab", "Enter")
    expect(page.locator(".person-note")).to_contain_text("met at a meetup <b>once</b>")
    reach(page, page.get_by_role("button", name="Strike"), most=900)
    press(page, "Enter")
    expect(page.locator(".person-note s")).to_contain_text("met at a meetup")


# ---- signing in -----------------------------------------------------------------------------------------------


def test_signing_in_and_out(browser: Browser, desk: Served) -> None:
    from tests.desk_kit import PASSWORD, add

    add(desk.store, "ann", "sourcer")
    with opened(browser, desk) as page:
        page.goto("/ranking/mle")
        expect(page).to_have_url(re.compile(r"/sign-in\?next="))
        expect(page.get_by_label("Name")).to_be_focused()
        page.keyboard.type("ann")
        press(page, "Tab")
        page.keyboard.type("not the word")
        press(page, "Enter")
        expect(page.get_by_role("alert")).to_contain_text("do not go together")
        expect(page.get_by_label("Password")).to_be_focused()
        page.keyboard.type(PASSWORD)
        press(page, "Enter")
        expect(page).to_have_url(re.compile("/ranking/mle$"))
        expect(page.locator(".who")).to_contain_text("ann")
        reach(page, page.get_by_role("button", name="Sign out"))
        press(page, "Enter")
        expect(page).to_have_url(re.compile("/sign-in"))
        page.goto("/ranking/mle")
        expect(page).to_have_url(re.compile(r"/sign-in\?next="))
