"""Our own secrets: sent, echoed and told in every failure of a few nights, then looked for in all that was written."""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from scrapy import Request
from typer.testing import CliRunner

from cli import app  # noqa: TID251  tests stand above the top floor
from sourcing.config import Config
from sourcing.export import Wanted, write
from storage.redaction import Secret
from storage.store import Store
from tests.hostile.cases import Case, cases, payload
from tests.hostile_kit import NOW, Net, Said, installation, night

Answer = tuple[int, dict[str, str], bytes]
# Where each key of an expectation is looked for, by the names of files.
PLACES: Mapping[str, Callable[[Path], bool]] = {
    "in_logs": lambda file: ".log" in file.name,
    "in_http_cache": lambda file: ".db" in file.name,
    "in_crash_report": lambda file: ".log" in file.name or ".txt" in file.name or ".json" in file.name,
    "in_export": lambda file: file.suffix in {".csv", ".jsonl", ".html", ".txt"},
}


def hidden(case: Case) -> str:
    """The part of a payload that nobody may find."""
    whole = "".join(case["payload"][1:] if case["field"] != "environment" else case["payload"])
    marked = re.search(r"SECRET-VALUE-\d", whole)
    return marked[0] if marked else whole


@dataclass
class Leaks:
    """An installation after these nights, with what its commands printed."""

    config: Config
    printed: str
    sent: int  # requests that bore the token


def told(folder: Path) -> Leaks:
    """Nights that end in different ways, a database that cannot be reached, and exports of what there is."""
    said = {case["id"]: payload(case) for case in cases("secret") if case["field"] != "bio"}
    token = next((payload(case) for case in cases("secret") if case["field"] == "environment"), "x" * 20)
    database = next((payload(case) for case in cases("secret") if case["field"] == "config"), "")
    for case in cases("secret"):  # as they are held where they are attached
        if case["field"] in ("request_header", "request_url", "response_header", "environment"):
            Secret(hidden(case))
    config = installation(folder)
    sources = {name: one.model_copy(update={"back_off": 0.0, "max_wait": 0.5}) for name, one in config.sources.items()}
    config = config.model_copy(update={"sources": sources})
    echo = "\n".join(said.values())
    counts = [_night(config, echo, token, ending) for ending in (_served, _torn, _failing, _broken)]
    printed = _commands(config, database)
    with Store.open(config.database_url, key=config.key) as store:
        for form in ("csv", "jsonl", "html"):
            write(store, config, Wanted(role="mle", format=form, by="ann", include_known=True), now=NOW)
    return Leaks(config, printed, sum(counts))


def _night(config: Config, echo: str, token: str, ending: Callable[[str], Answer | None]) -> int:
    sent: list[bytes] = []

    def answers(request: Request) -> Answer | None:
        sent.append(request.headers.get("Authorization") or b"")
        return ending(echo) if request.method == "POST" else None

    net = Net([Said("one", "bio", "plain words"), Said("two", "url", "https://me.example/")], answers=answers)
    net.echoed = f"# Hello\n{echo}"
    night(config, net, sources=("github",), token=token)
    return sum(token.encode() in one for one in sent)


def _served(_: str) -> Answer | None:
    return None  # the README of everybody echoes it


def _torn(echo: str) -> Answer | None:
    cookie = next((line for line in echo.split("\n") if line.startswith("Set-Cookie")), "").partition(": ")[2]
    return 200, {"Set-Cookie": cookie}, f'{{"data": {{"nodes": "{echo}"'.encode()


def _failing(echo: str) -> Answer | None:
    return 503, {}, echo.encode()


def _broken(echo: str) -> Answer | None:
    raise RuntimeError(f"connection lost while sending\n{echo}")


def _commands(config: Config, database: str) -> str:
    """What is printed where the database of the settings cannot be reached."""
    address = database.replace("@db/", "@127.0.0.1:1/") + "?connect_timeout=1"
    with _variable("SOURCING_DATABASE_URL", address):
        done = [CliRunner().invoke(app, ["--config", str(config.path), *words]) for words in (["nights"], ["doctor"])]
    assert all(one.exit_code for one in done)
    return "\n".join(f"{one.output}\n{one.exception}" for one in done)


@contextmanager
def _variable(name: str, value: str) -> Iterator[None]:
    with patch.dict(os.environ, {name: value}):
        yield


def secret(case: Case, leaks: Leaks) -> None:
    """In no file of its kind, and in nothing that was printed."""
    value = hidden(case)
    assert len(value) >= 8
    assert leaks.sent > 0, "the token was sent"
    files = [file for file in leaks.config.folder.rglob("*") if file.is_file()]
    assert {"sourcing.db", "sourcing.log"} <= {file.name for file in files}
    for place, belongs in PLACES.items():
        looked = [file for file in files if belongs(file)]
        assert looked, place
        found = [file for file in looked if value.encode() in file.read_bytes()]
        assert bool(found) is case["expect"][place], (place, found)
    assert value not in leaks.printed
