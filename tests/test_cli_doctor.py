"""The check-up: what it finds, what it asks when it may, and what it never shows."""

from pathlib import Path

import httpx
import pytest

from sourcing.doctor import Check, examine, exit_code
from spiders._registry import names
from tests.house_of_sourcing import NOW, furnished

TOKEN = "canary-7d1f"
LIMITS = {"resources": {name: {"limit": 5000, "remaining": 4321} for name in ("core", "search", "graphql")}}


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("SOURCING_DATABASE_URL", raising=False)
    monkeypatch.delenv("KAGGLE_API_TOKEN", raising=False)
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    furnished(tmp_path)
    return tmp_path


def found(checks: list[Check], name: str) -> Check:
    return next(check for check in checks if check.name == name)


def asking(answer: httpx.Response | Exception, asked: list[httpx.Request]) -> httpx.Client:
    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return httpx.Client(transport=httpx.MockTransport(handle))


def test_budgets_are_asked_only_when_wished(house: Path) -> None:
    asked: list[httpx.Request] = []
    offline = examine(house, now=NOW, client=asking(httpx.Response(200, json=LIMITS), asked))
    assert asked == []
    assert "budget" not in found(offline, "github").detail
    online = examine(house, now=NOW, online=True, client=asking(httpx.Response(200, json=LIMITS), asked))
    assert [str(request.url) for request in asked] == ["https://api.github.com/rate_limit"]
    assert asked[0].headers["Authorization"] == f"Bearer {TOKEN}"
    assert "core 4321 of 5000, search 4321 of 5000, graphql 4321 of 5000" in found(online, "github").detail
    assert "unknown" in found(online, "hackernews").detail


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ConnectError("no network"),
        httpx.ReadTimeout("slow"),
        httpx.Response(401, json={"message": "Bad credentials"}),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"resources": {"core": {}}}),
    ],
)
def test_a_budget_that_cannot_be_asked_is_unknown(house: Path, answer: httpx.Response | Exception) -> None:
    checks = examine(house, now=NOW, online=True, client=asking(answer, []))
    assert "budget: unknown" in found(checks, "github").detail
    assert exit_code(checks) == 0
    assert TOKEN not in str(checks)


@pytest.mark.parametrize(
    ("settings", "area", "code"),
    [
        ("[controller]\nname = 'A'", "settings", 2),
        ("[nonsense]", "settings", 2),
        ("[controller]\nname='A'\ncontact='c'\npurpose='p'\n[roles]\nactive=['vet']", "roles", 2),
        ("[controller]\nname='A'\ncontact='c'\npurpose='p'\n[database]\nurl='sqlite:///away.db'", "database", 3),
        (
            "[controller]\nname='A'\ncontact='c'\npurpose='p'\n"
            + "\n".join(f"[sources.{name}]\nenabled=false" for name in names()),
            "sources",
            1,
        ),
        ("[controller]\nname='A'\ncontact='c'\npurpose='p'\n[sources.github]\nmax_wiat = 3", "settings", 2),
    ],
)
def test_the_first_failed_area_gives_the_code(house: Path, settings: str, area: str, code: int) -> None:
    (house / "sourcing.toml").write_text(settings)
    before = sorted(house.iterdir())
    checks = examine(house, now=NOW)
    assert exit_code(checks) == code
    assert next(check.area for check in checks if check.state == "failed") == area
    assert sorted(house.iterdir()) == before
