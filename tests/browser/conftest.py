"""A browser, an installation filled by one night on the synthetic web, and desks on copies of it."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page, sync_playwright

from sourcing.decisions import decide
from tests.browser.house import AXE, CHROMIUM, Served, copied, opened, served

PEOPLE = 120
REPOSITORY = Path(__file__).parents[2]


# Not for the whole session: the driver keeps a loop running in this thread, beside which no asynchronous test can run.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium without a window; skips where there is none."""
    found = next((path for path in CHROMIUM if Path(path).is_file()), None)
    if found is None:
        pytest.skip(f"no browser at {' or '.join(CHROMIUM)}; install the package chromium to run the browser tests")
    with sync_playwright() as driver:
        try:
            # No sandbox: it does not start for root, and the pages are our own.
            running = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        except Error as error:
            pytest.skip(f"{found} does not start here: {error.message.splitlines()[0]}")
        yield running
        running.close()


@pytest.fixture(scope="package")
def night(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an installation after one night; nobody writes in it. Not made where no browser is."""
    folder = tmp_path_factory.mktemp("night") / "demo"
    command = [sys.executable, "cli.py", "demo", "--dir", str(folder), "--people", str(PEOPLE)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return folder


@pytest.fixture(scope="package")
def shown(night: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A desk to look at only, where some were decided on already."""
    with served(copied(night, tmp_path_factory.mktemp("shown") / "demo")) as desk:
        waiting = [lead for lead, _ in desk.store.undecided("mle", limit=12)]
        for place, lead in enumerate(waiting[2:]):
            answer, reason = ("yes", "fit") if place % 2 else ("no", "skills")
            decide(desk.store, lead, "mle", answer, by="ann", reason=reason, note="", now=datetime.now(UTC))
        yield desk


@pytest.fixture
def desk(night: Path, tmp_path: Path) -> Iterator[Served]:
    """A desk of one's own, to decide at."""
    with served(copied(night, tmp_path / "demo")) as found:
        yield found


@pytest.fixture
def page(browser: Browser, desk: Served) -> Iterator[Page]:
    """A page at a desk of one's own."""
    with opened(browser, desk) as found:
        yield found


@pytest.fixture(scope="package")
def axe() -> str:
    """The source of axe-core; skips where it was not fetched."""
    if not AXE.is_file():
        pytest.skip("axe-core is not here: run `npm ci` in tests/browser, or name axe.min.js in AXE_CORE")
    return AXE.read_text("utf-8")
