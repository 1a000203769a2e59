"""Secrets: a type that never shows itself, texts without them, and canaries that no file of an installation holds."""

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from scrapy import Request
from typer.testing import CliRunner

from cli import app  # noqa: TID251  tests stand above the top floor
from sourcing.digest import recipients
from sourcing.export import Wanted, write
from storage.errors import SourcingError
from storage.redaction import HIDDEN, Secret, redacted, without_published
from storage.store import Store
from tests.hostile_kit import NOW, Net, Said, installation, night

CANARY = "canary-" + "5c1e7f" * 4
OTHER = "canary-" + "0b9d2a" * 4
GITHUB_SHAPE = "ghp" + "_" + "A1b2" * 9
Answer = tuple[int, dict[str, str], bytes]


class Holder(BaseModel):
    """A model with a secret in it."""

    token: Secret


@pytest.mark.parametrize("show", [repr, str, "{}".format, "{:>40}".format, lambda one: f"{one!r}"])
def test_a_secret_never_shows_itself(show: Callable[[Secret], str]) -> None:
    assert CANARY not in show(Secret(CANARY))
    assert HIDDEN in show(Secret(CANARY))


def test_a_secret_is_not_written_by_models_json_or_pickles() -> None:
    held = Holder(token=Secret(CANARY))
    assert json.loads(held.model_dump_json()) == {"token": HIDDEN}
    assert CANARY not in repr(held)
    assert CANARY not in json.dumps([held.token], default=str)
    assert pickle.loads(pickle.dumps(held.token)).reveal() == HIDDEN
    assert held.token.reveal() == CANARY
    assert Holder.model_validate({"token": CANARY}).token == Secret(CANARY)
    with pytest.raises(TypeError, match="unhashable"):
        hash(held.token)


def test_no_value_is_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_SUCH_TOKEN", raising=False)
    assert not Secret.of("NO_SUCH_TOKEN")
    assert not Secret.of("")


@pytest.mark.parametrize(
    ("text", "gone", "kept"),
    [
        (f"token {CANARY} refused", CANARY, "token *** refused"),
        ("GET https://x.example/?page=2&access_token=abc123&q=1", "abc123", "page=2&access_token=***&q=1"),
        ("Authorization: Bearer abcdef", "abcdef", "Authorization: Bearer ***"),
        ("{b'Authorization': [b'Basic dXNlcjpwYXNz']}", "dXNlcjpwYXNz", "Authorization"),
        ("Set-Cookie: sid=abcdef; Path=/", "sid=abcdef", "Set-Cookie: ***"),
        ("X-Api-Key: abcdef", "abcdef", "X-Api-Key: ***"),
        ("postgresql://u:pw-of-it@db/x refused", "pw-of-it", "postgresql://u:***@db/x"),
        (f"see {GITHUB_SHAPE}", GITHUB_SHAPE, "see ***"),
        ("-----BEGIN " + "PRIVATE KEY-----\nAAAA\n-----END " + "PRIVATE KEY----- end", "AAAA", "*** end"),
        ("nothing to hide: key = value, https://x.example/?keyword=a", "\x00", "keyword=a"),
    ],
)
def test_texts_lose_their_secrets(text: str, gone: str, kept: str) -> None:
    Secret(CANARY)
    assert gone not in redacted(text)
    assert kept in redacted(text)


def test_passwords_of_addresses_people_publish_are_cut_out() -> None:
    assert without_published("see postgresql://u:pw-of-it@db/x and https://x.example:8080/") == (
        "see postgresql://u:***@db/x and https://x.example:8080/"
    )


def test_spellings_and_parts_of_a_value_go_with_it() -> None:
    Secret("app-id:part/of it" + OTHER)
    Secret("json://hooks.example/services/T000/B000/" + CANARY)
    for text in (f"part%2Fof%20it{OTHER}", f"part%2Fof+it{OTHER}", f"at /services/T000/B000/{CANARY}"):
        assert OTHER not in redacted(text)
        assert CANARY not in redacted(text)


def graph(request: Request) -> bool:
    return request.method == "POST"


def failing(status: int, **headers: str) -> Callable[[Request], Answer | None]:
    body = f'{{"message": "no: {CANARY}", "token": "{CANARY}"}}'.encode()
    return lambda request: (status, headers, body) if graph(request) else None


def redirected(request: Request) -> Answer | None:
    return (302, {"Location": f"https://evil.example/?access_token={CANARY}"}, b"") if graph(request) else None


def torn(request: Request) -> Answer | None:
    return (200, {}, f'{{"data": {{"nodes": "{CANARY}"'.encode()) if graph(request) else None


def strange(request: Request) -> Answer | None:
    return (200, {}, json.dumps({"data": {"nodes": [{"databaseId": CANARY, "login": CANARY}]}}).encode())


def broken(request: Request) -> Answer | None:
    raise RuntimeError(f"connection with {request.headers} lost; token {CANARY}")


@pytest.mark.parametrize(
    "answers",
    [
        lambda _: None,
        failing(401),
        failing(403),
        failing(429, **{"Retry-After": "0"}),
        failing(503),
        redirected,
        torn,
        strange,
        broken,
    ],
    ids=["echoed", "401", "403", "429", "503", "redirect", "torn", "strange", "exception"],
)
def test_no_file_of_an_installation_holds_a_canary(
    answers: Callable[[Request], Answer | None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The token is sent, echoed, and told in every failure; nothing written afterwards has it."""
    monkeypatch.setenv("SOURCING_KEY", OTHER)
    config = installation(tmp_path)
    sources = {name: one.model_copy(update={"back_off": 0.0, "max_wait": 0.5}) for name, one in config.sources.items()}
    config = config.model_copy(update={"sources": sources})
    said = [Said("one", "bio", f"my token is {CANARY}"), Said("two", "url", f"https://me.example/?token={CANARY}")]
    net = Net(said, echoed=f"# Hello\n{CANARY} and {GITHUB_SHAPE}", answers=answers)
    sent: list[Any] = []
    heard = net.answers

    def noting(request: Request) -> Answer | None:
        sent.append(request.headers.get("Authorization"))
        return heard(request)

    net.answers = noting
    report = night(config, net, sources=("github",), token=CANARY)
    assert f"bearer {CANARY}".encode() in {(one or b"").lower() for one in sent}, "the canary was sent"
    with Store.open(config.database_url, key=config.key) as store:
        for form in ("csv", "jsonl", "html") if report.scored and report.scored.leads else ():
            write(store, config, Wanted(role="mle", format=form, by="ann"), now=NOW)
    assert CANARY not in report.model_dump_json()
    files = [file for file in config.folder.rglob("*") if file.is_file()]
    assert {"sourcing.db", "sourcing.log"} <= {file.name for file in files}
    for file in files:
        held = file.read_bytes()
        assert CANARY.encode() not in held, file
        assert OTHER.encode() not in held or file.name == "sourcing.key", file
        assert GITHUB_SHAPE.encode() not in held, file


def test_errors_of_settings_and_databases_say_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = installation(tmp_path)
    monkeypatch.setenv("SOURCING_DATABASE_URL", f"postgresql://u:{CANARY}@127.0.0.1:1/x?connect_timeout=1")
    monkeypatch.setenv("GITHUB_TOKEN", OTHER)
    for words in (["nights"], ["db", "check"], ["doctor"]):
        done = CliRunner().invoke(app, ["--config", str(config.path), *words])
        assert done.exit_code != 0
        assert CANARY not in done.output
        assert OTHER not in done.output
        assert done.exception is None or isinstance(done.exception, SystemExit | SourcingError)


def test_addresses_of_the_digest_are_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = installation(tmp_path)
    monkeypatch.setenv("SOURCING_DIGEST_TO", f"json://hooks.example/{OTHER} mailto://ann:{CANARY}@mail.example")
    assert len(recipients(config)) == 2
    assert redacted(f"POST http://hooks.example/{OTHER} failed, login {CANARY}").count(HIDDEN) == 2
