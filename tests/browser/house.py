"""A desk that is really served, on a loopback port, and what a browser at it may not do."""

import asyncio
import os
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page

from sourcing.config import Config, load
from sourcing.review.app import create
from storage.store import Store

OUTPUT = Path(__file__).parents[2] / "test-output" / "desk"
AXE = Path(os.environ.get("AXE_CORE") or Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js")
CHROMIUM = ("/usr/bin/chromium", "/usr/bin/chromium-browser")
PATIENCE = 20_000  # milliseconds; a busy machine is no failure
VIEWS = {
    "light": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 360, "height": 740}, "color_scheme": "light", "has_touch": True},
    "zoomed": {"viewport": {"width": 640, "height": 450}, "color_scheme": "light"},  # 200 % of 1280 by 900
}


@dataclass(frozen=True, slots=True)
class Served:
    """A desk that answers."""

    url: str
    config: Config
    store: Store


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    """Serve the installation of a folder until the end of the block."""
    config = load(folder)
    with Store.open(config.database_url, key=config.key) as store, socket.create_server(("127.0.0.1", 0)) as door:
        host = f"127.0.0.1:{door.getsockname()[1]}"
        app = create(config, store, hosts=[host])
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[door])), name="desk")
        thread.start()
        try:
            yield Served(f"http://{host}", config, store)
        finally:
            server.should_exit = True
            thread.join(30)


def copied(folder: Path, to: Path) -> Path:
    """An installation of one's own, to decide in."""
    return Path(shutil.copytree(folder, to))


@dataclass
class Watched:
    """What happened in a browser that should not."""

    host: str
    faults: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> Page:
        """Listen to a page: faults of scripts, refusals of the policy, requests to others, answers of 5xx."""
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("console", lambda said: self.faults.append(said.text) if self._is_fault(said.type, said.text) else None)
        page.on("request", lambda asked: self._ours(asked.url))
        page.on("response", lambda got: self.faults.append(f"{got.status} {got.url}") if got.status >= 500 else None)
        page.set_default_timeout(PATIENCE)
        return page

    def _is_fault(self, kind: str, text: str) -> bool:
        # An answer of 4xx is said on the console as well; the tests that ask for one look at the page itself.
        return kind == "error" and "the server responded with a status of 4" not in text

    def _ours(self, url: str) -> None:
        if not url.startswith((self.host, "data:")):
            self.faults.append(f"a request to somebody else: {url}")


@contextmanager
def opened(browser: Browser, desk: Served, view: str = "light") -> Iterator[Page]:
    """A page of a fresh browser; at the end nothing may have gone wrong in it."""
    context: BrowserContext = browser.new_context(base_url=desk.url, **VIEWS[view])  # type: ignore[arg-type]  # a table
    watched = Watched(desk.url)
    try:
        yield watched.watch(context.new_page())
    finally:
        context.close()
    assert watched.faults == []
