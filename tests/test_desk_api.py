"""The JSON interface as it describes itself: whatever is asked of it within the description, nothing breaks.

The requests are made up by schemathesis from the OpenAPI document, the same ones on every run.
"""

import asyncio
from typing import Any

import httpx
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sourcing.desk.prepared import prepare
from storage.store import Store
from tests.desk_kit import HOST, desk, furnish, house

EXAMPLES = 25  # for each operation and each way of making them up


@pytest.fixture(scope="module")
def app(empty_file: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    config = house(tmp_path_factory.mktemp("api") / "house")
    with Store.open(config.database_url, key=config.key) as store:
        furnish(store)
        prepare(store)
        yield desk(config, store)


def document() -> Any:
    """The description alone, for the names of the operations: it needs no database."""
    from sourcing.review.pages import PAGES

    bare = FastAPI()
    for page in PAGES:
        bare.include_router(page.router)
    return schemathesis.openapi.from_dict(bare.openapi())


SCHEMA = document()
OPERATIONS = {one.ok().label: one.ok() for one in SCHEMA.get_all_operations()}


def sent(app: FastAPI, case: Any) -> httpx.Response:
    """The request of a case to the application in this process."""
    asked = case.as_transport_kwargs(base_url=f"http://{HOST}")
    if isinstance(asked.get("data"), str | bytes):
        asked["content"] = asked.pop("data")
    return asyncio.run(_asked(app, asked, asked.pop("cookies", None)))


async def _asked(app: FastAPI, asked: dict[str, Any], cookies: Any) -> httpx.Response:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}", cookies=cookies) as client:
        return await client.request(**asked)


KNOWN = {"role": "mle", "lead": "L000001", "number": 1}
POSITIVE, NEGATIVE = schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE


def cases(label: str, way: str) -> st.SearchStrategy[Any]:
    """Requests of an operation: made up, about what is there, or against the description."""
    operation = OPERATIONS[label]
    made: st.SearchStrategy[Any]
    if way == "there":
        named = {name: KNOWN[name] for name in KNOWN if f"{{{name}}}" in label}
        made = operation.as_strategy(generation_mode=POSITIVE, path_parameters=named or None)
    else:
        made = operation.as_strategy(generation_mode=POSITIVE if way == "made up" else NEGATIVE)
    return made


def ways() -> list[tuple[str, str]]:
    """Where nothing can be said, nothing can be said wrong."""
    told = {label: one.definition.raw for label, one in OPERATIONS.items()}
    wrong = [label for label, raw in told.items() if raw.get("parameters") or "requestBody" in raw]
    return [(label, way) for way in ("made up", "there") for label in OPERATIONS] + [
        (label, "wrong") for label in wrong
    ]


@pytest.mark.parametrize(("label", "way"), ways())
def test_nothing_breaks(label: str, way: str, app: FastAPI) -> None:
    answers: list[int] = []

    # The steady profile of the suite makes the same examples on every run; a failing one is shown as it was found.
    @settings(
        max_examples=EXAMPLES,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(case=cases(label, way))
    def ask(case: Any) -> None:
        answer = sent(app, case)
        answers.append(answer.status_code)
        assert answer.status_code < 500, f"{case.as_curl_command()}: {answer.text}"
        if answer.status_code != 400:
            answer.json()

    ask()
    assert answers
    if way == "there" and label in READ:
        assert 200 in answers, "nothing but refusals would prove nothing"


READ = (
    "GET /api/me",
    "GET /api/same",
    "GET /api/inbox",
    "GET /api/inbox/{role}",
    "GET /api/leads/{lead}",
    "GET /api/ranking/{role}",
    "GET /api/ranking/{role}/choices",
    "GET /api/weights/{role}",
    "GET /api/market/{role}",
    "GET /api/nights",
    "POST /api/leads/{lead}/notes",
)


def test_the_description_is_the_applications(app: FastAPI) -> None:
    assert set(app.openapi()["paths"]) == {label.split(" ", 1)[1] for label in OPERATIONS}
    assert set(READ) <= set(OPERATIONS)
