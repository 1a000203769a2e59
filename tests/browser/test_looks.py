"""Every page in every view: a picture to look at, nothing beside the edge, and no finding of an accessibility scan."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.house import OUTPUT, VIEWS, Served, copied, opened, served
from tests.desk_kit import add

pytestmark = [pytest.mark.browser, pytest.mark.slow]


class Shown(NamedTuple):
    """Where a page is, and the keys that bring it into the state looked at."""

    path: str
    keys: str = ""


PAGES: Mapping[str, Shown] = {
    "inbox-roles": Shown("/inbox"),
    "inbox": Shown("/inbox/mle"),
    "inbox-reasons": Shown("/inbox/mle", "n"),
    "ranking": Shown("/ranking/mle"),
    "ranking-found": Shown("/ranking/mle?q=python&overlap=2&least=1"),
    "ranking-thin": Shown("/ranking/mle?section=too_little_evidence"),
    "search": Shown("/search?q=python"),
    "person": Shown("/leads/{lead}"),
    "weights": Shown("/weights/mle"),
    "weights-moved": Shown("/weights/mle?must_have=5&impact=40"),
    "same": Shown("/same"),
    "market": Shown("/market/mle"),
    "nights": Shown("/nights"),
    "night": Shown("/nights/1"),
    "rights": Shown("/rights"),
    "rights-found": Shown("/rights?who={lead}"),
    "users": Shown("/users"),
    "ranking-blind": Shown("/ranking/mle?blind=true"),
    "same-blind": Shown("/same?blind=true"),
    "error": Shown("/leads/L999999"),
}
SCANNED = ("light", "dark", "phone")
SCAN = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.map((one) => ({ id: one.id, impact: one.impact, where: one.nodes.map((node) => node.html) }));
}"""


@pytest.fixture(scope="package")
def locked(night: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A desk somebody has to sign in to."""
    with served(copied(night, tmp_path_factory.mktemp("locked") / "demo")) as desk:
        add(desk.store, "ann", "sourcer")
        yield desk


def visit(page: Page, name: str, desk: Served) -> None:
    """Open a page and wait for what it counts behind its answer."""
    page.goto(PAGES[name].path.format(lead=desk.store.undecided("mle", limit=1)[0][0]))
    for _ in range(200):
        if not page.get_by_text("being counted for the first time").count():
            break
        page.wait_for_timeout(100)
        page.reload()
    else:
        pytest.fail("the market was not counted in twenty seconds")
    for key in PAGES[name].keys:
        page.keyboard.press(key)


def picture(page: Page, name: str) -> None:
    """What stands in the window, and all of it; the window grows with it, or what sticks to its edge hides the rest."""
    page.screenshot(path=OUTPUT / f"{name}-window.png")
    size = page.viewport_size
    assert size is not None
    height = page.evaluate("() => document.scrollingElement.scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": min(max(height, size["height"]), 8000)})
    page.screenshot(path=OUTPUT / f"{name}.png")
    page.set_viewport_size(size)


def unfold(page: Page) -> None:
    """Open everything that can be opened: what is hidden is neither measured nor scanned."""
    page.evaluate("() => document.querySelectorAll('details').forEach((one) => { one.open = true; })")


def sideways(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    return int(page.evaluate("() => document.scrollingElement.scrollWidth - window.innerWidth"))


def serious(page: Page, axe: str) -> list[Any]:
    page.evaluate(axe)
    return [one for one in page.evaluate(SCAN) if one["impact"] in ("serious", "critical")]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("view", VIEWS)
def test_a_page_fits_its_window(view: str, name: str, browser: Browser, shown: Served) -> None:
    with opened(browser, shown, view) as page:
        visit(page, name, shown)
        picture(page, f"{name}-{view}")
        unfold(page)
        assert page.locator("h1").count() == 1
        assert sideways(page) <= 0


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("view", SCANNED)
def test_a_scan_finds_nothing_serious(view: str, name: str, browser: Browser, shown: Served, axe: str) -> None:
    with opened(browser, shown, view) as page:
        visit(page, name, shown)
        unfold(page)
        assert serious(page, axe) == []


@pytest.mark.parametrize("view", VIEWS)
def test_the_sign_in(view: str, browser: Browser, locked: Served, axe: str) -> None:
    with opened(browser, locked, view) as page:
        page.goto("/inbox")
        picture(page, f"sign-in-{view}")
        assert page.get_by_label("Password").is_visible()
        assert sideways(page) <= 0
        assert serious(page, axe) == []


def test_the_scan_sees_what_is_wrong(browser: Browser, shown: Served, axe: str) -> None:
    with opened(browser, shown) as page:
        page.goto("/inbox")
        page.evaluate("() => document.querySelector('main').insertAdjacentHTML('beforeend', '<input type=text>')")
        assert [one["id"] for one in serious(page, axe)] == ["label"]
