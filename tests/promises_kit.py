"""The command line as a process of its own, on the invented web inside that process, at any time of any day.

`python -m tests.promises_kit REQUEST -- WORDS…` runs one command; REQUEST is a `Stage` as JSON. How many requests the
web was asked, and what was put into its answers, is written to the file the stage names.
"""

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
from pydantic import BaseModel

from sourcing.config import Config
from sourcing.demo.run import DemoWorld, environment, settings
from sourcing.installation import furnish
from tests.demo_house import ANCHOR, a_desk, small
from tests.demo_web import BASE, Web

ROOT = Path(__file__).parent.parent
SEED = "test"
HEALTH = "I have diabetes and a stutter"
MAIL = "commit-mail.example"
SOURCES = ("github", "kaggle", "stackexchange", "huggingface", "web")  # enough to join people over; the others are off
_SAID = ("body", "message", "text", "description", "title")  # texts of answers an address may stand in


class Stage(BaseModel):
    """When a command runs, on which day of which world, and what its web says besides."""

    at: datetime
    people: int
    day: int = 0
    spoiled: bool = False  # health statements in every biography, addresses of committers everywhere
    told: Path  # where the figures go


class Told(BaseModel):
    """What the web was asked, and what it was made to say."""

    requests: int = 0
    addresses: int = 0
    statements: int = 0


def installation(folder: Path, people: int) -> Path:
    """A folder pointed at the invented web, with a few sources switched on; gives its settings file."""
    path = folder / "sourcing.toml"
    folder.mkdir(parents=True)
    text = settings(DemoWorld(seed=SEED, people=people, anchor=ANCHOR), BASE)
    path.write_text(_with_few_sources(text), encoding="utf-8")
    furnish(path)
    return path


def _with_few_sources(text: str) -> str:
    import tomlkit

    document = tomlkit.parse(text)
    for name, section in document["sources"].items():
        if name not in SOURCES:
            section["enabled"] = False
    return tomlkit.dumps(document)


def sourcing(path: Path, url: str, stage: Stage, *words: str) -> "subprocess.CompletedProcess[str]":
    """Run one command in a process of its own."""
    given = environment()
    given |= {"SOURCING_DATABASE_URL": url, "SOURCING_KEY": "invented key", "SOURCING_USER": "ann"}
    stage.told.unlink(missing_ok=True)
    return subprocess.run(
        [sys.executable, "-m", "tests.promises_kit", stage.model_dump_json(), "--config", str(path), *words],
        cwd=ROOT,
        env={**os.environ, **given},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


class Spoiling:
    """Puts into answers what must not be stored."""

    def __init__(self, told: Told) -> None:
        self.told = told

    def __call__(self, path: str, status: int, data: Any) -> Any:
        """One answer, as it is given instead."""
        return self._in(data) if path.startswith("/github") and status == 200 else data

    def _in(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._in(one) for one in value]
        if not isinstance(value, dict):
            return value
        done = {name: self._text(name, one) for name, one in value.items()}
        if "login" in done or "author" in done or "oid" in done:
            self.told.addresses += 1
            done["email"] = f"person{self.told.addresses}@{MAIL}"
            done["commit"] = {"author": {"email": done["email"]}, "committer": {"email": done["email"]}}
        return done

    def _text(self, name: str, value: Any) -> Any:
        if not isinstance(value, str):
            return self._in(value)
        if name == "bio" or (name == "description" and value):
            self.told.statements += 1
            return f"{value}. {HEALTH}. Signed-off-by: Some One <x{self.told.statements}@{MAIL}>"
        if name in _SAID:
            self.told.addresses += 1
            return f"{value}\nSigned-off-by: Some One <y{self.told.addresses}@{MAIL}>"
        return value


def main(stage: Stage, words: list[str]) -> None:
    """Run a command on the web of a stage; ends with the command's exit code."""
    from sourcing.commands import _edge
    from sourcing.crawl import running

    _edge.clock = lambda: stage.at  # before the commands take it from there
    from cli import app  # noqa: TID251  tests stand above the top floor
    from sourcing.demo.server.app import application

    told = Told()
    transport = _Counting(httpx.ASGITransport(application(a_desk(small(stage.people, stage.day, SEED)))), told)
    Web.plays[0] = (httpx.AsyncClient(transport=transport), Spoiling(told) if stage.spoiled else None)
    made = running.settings

    def with_web(*args: Any, **kwargs: Any) -> Any:
        ready = made(*args, **kwargs)
        ready.setdict({"DOWNLOAD_HANDLERS": {"http": Web, "https": Web}, "PLAY": 0}, priority="cmdline")
        return ready

    try:
        with patch.object(running, "settings", with_web):
            app(words)
    finally:
        stage.told.write_text(told.model_dump_json())


class _Counting(httpx.AsyncBaseTransport):
    def __init__(self, inner: httpx.AsyncBaseTransport, told: Told) -> None:
        self.inner, self.told = inner, told

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.told.requests += 1
        return await self.inner.handle_async_request(request)


def read(config: Config, text: str) -> Any:
    """JSON a command printed; the settings are named where it is none."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise AssertionError(f"{config.path}: {text!r}") from error


if __name__ == "__main__":
    main(Stage.model_validate_json(sys.argv[1]), sys.argv[2:])
