"""All hostile cases kept beside the project, through the real paths: spider, engine, Store, and every way out.

Which runner plays a case is told by its kind and by where its payload arrives; what must come of it, by the case.
"""

from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from tests.hostile import abuse, answers, drift, leaks, requests, texts, wire
from tests.hostile.cases import FILE, HOW_MANY, Case, cases
from tests.hostile.house import House, furnished, said_of

pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.skipif(not FILE.is_file(), reason="no recordings beside the project (../shared/recordings/hostile)"),
]
Runner = Callable[[Case, "Places"], None]


class Places:
    """Where cases are played; what is costly is made once, when the first case asks for it."""

    def __init__(self, shared: Path) -> None:
        self._shared = shared
        self._open: list[Iterator[Any]] = []
        self.folder = shared

    @cached_property
    def house(self) -> House:
        """An installation after a night in which all texts were said."""
        opened = furnished(self._made("house"))
        self._open.append(opened)
        return next(opened)

    @cached_property
    def leaks(self) -> leaks.Leaks:
        """An installation after nights that tell secrets."""
        return leaks.told(self._made("leaks"))

    @cached_property
    def past(self) -> drift.Past:
        """An installation after a night in which all was as usual."""
        return drift.Past.made(self._made("past"))

    def close(self) -> None:
        """Close what was opened."""
        for one in self._open:
            next(one, None)

    def _made(self, name: str) -> Path:
        folder = self._shared / name
        folder.mkdir()
        return folder


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    made = Places(tmp_path_factory.mktemp("hostile"))
    yield made
    made.close()


def at_house(run: Callable[[Case, House], None]) -> Runner:
    return lambda case, places: run(case, places.house)


def alone(run: Callable[[Case, Path], None]) -> Runner:
    return lambda case, places: run(case, places.folder)


HOUSE = {
    "csv_formula": texts.csv_formula,
    "html_injection": texts.html_injection,
    "unicode": texts.unicode,
    "slow_pattern": texts.slow_pattern,
    "log_terminal": texts.log_terminal,
    "path_query": texts.path_query,
    "secret": texts.secret,
    "prompt_injection": texts.prompt_injection,
    "url_value": texts.url_value,
    "ssrf": texts.ssrf,
    "wish": texts.wish,
    "score_abuse": abuse.claims,
    "identity_abuse": abuse.nobody,
}
ALONE = {
    "json_shape": answers.json_shape,
    "compression": wire.compression,
    "time": answers.time,
    "wish": answers.wish_of_site,
    "web_ui": requests.web_ui,
    "path_query": requests.words,
    "score_abuse": abuse.score_abuse,
    "identity_abuse": abuse.identity_abuse,
}


def runner_of(case: Case) -> Runner:
    """Who plays it: said by somebody in the house, told in failing nights, sent on a connection, or by itself."""
    kind = case["category"]
    if case["field"] in ("request_header", "request_url", "response_header", "environment") or (
        kind == "secret" and case["field"] == "config"
    ):
        return lambda one, places: leaks.secret(one, places.leaks)
    if kind == "drift":
        return lambda one, places: drift.drift(one, places.folder, places.past)
    if kind == "csv_formula" or any(True for _ in said_of(case)):
        return at_house(HOUSE[kind])
    if isinstance(case["payload"], dict) and "string_bytes" in case["payload"]:
        return alone(wire.too_large)
    return alone(ALONE[kind])


ALL = [pytest.param(one, id=one["id"]) for one in cases()]


@pytest.mark.parametrize("case", ALL)
def test_case(case: Case, shared: Places, tmp_path: Path) -> None:
    shared.folder = tmp_path
    runner_of(case)(case, shared)


@pytest.mark.xfail(strict=True, reason="a name alone joins nobody here, so a newcomer under a famous one gets no flag")
@pytest.mark.parametrize(
    "case", [pytest.param(one, id=one["id"]) for one in cases() if one["id"] == "identity-abuse-010"]
)
def test_a_newcomer_under_a_famous_name_is_flagged(case: Case, tmp_path: Path) -> None:
    assert case["expect"]["flag"] in abuse.newcomer(case, tmp_path)


def test_there_is_a_runner_for_every_case() -> None:
    found = cases()
    assert len(found) == len({case["id"] for case in found}) == HOW_MANY
    assert all(callable(runner_of(case)) for case in found)
    assert {case["outcome"] for case in found} == {
        *("keep", "clean", "truncate", "reject-field", "quarantine", "block", "stop-source"),
    }
