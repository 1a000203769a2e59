"""The main job on real recorded answers: collect, join, rank, keep, export, through the real engine and Store.

What no recording holds (GitHub's GraphQL for these people) answers "not returned", as an outage would.
"""

import csv
import io
import json
import math
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import Response

from scoring.engine import replay
from scoring.roles import find_role
from sourcing import export, ranking
from sourcing.config import Config
from sourcing.identity import resolve
from storage.records import Lane
from storage.store import Store
from tests.real import test_real_hackernews as hackernews
from tests.replay import Replay, crawl, read_exchanges

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "recordings"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="recorded answers of real sources are not beside the project"),
]
NIGHT = datetime(2021, 10, 20, tzinfo=UTC)
API = "https://api.github.com"


class Recorded(Replay):
    """Recorded REST profiles; GraphQL returns nobody, without saying why."""

    def answer(self, request: Request) -> Response:
        """The recorded answer, or nobody."""
        if not request.url.endswith("/graphql"):
            return super().answer(request)
        asked = json.loads(request.body)["variables"]
        body: dict[str, Any] = {"data": {"nodes": [None] * len(asked.get("ids", ()))}}
        return Response(request.url, body=json.dumps(body).encode(), request=request)


def profiles() -> Iterator[dict[str, Any]]:
    """One recorded profile answer per login, as the people lane asks for it."""
    seen = set()
    for exchange in read_exchanges(FOLDER / "github" / "users.jsonl"):
        path = exchange["url"].removeprefix(f"{API}/users/")
        if path != exchange["url"] and "/" not in path and "?" not in path and path not in seen:
            seen.add(path)
            yield exchange | {"url": f"{API}/users/{path}", "headers": {}}


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Config]]:
    folder = tmp_path_factory.mktemp("night")
    url = f"sqlite:///{folder}/sourcing.db"
    hackernews.night(url, hackernews.thread_answer(), NIGHT)
    recorded = list(profiles())
    lanes = [Lane(source="github", kind="people", target=one["url"].rpartition("/")[2]) for one in recorded]
    crawl("github", Recorded(recorded), lanes=lanes, store_url=url, clock=NIGHT)[0].close()
    with Store.open(url) as store:
        yield store, Config(path=folder / "sourcing.toml")


def test_the_main_job_runs_to_the_end(night: tuple[Store, Config]) -> None:
    store, config = night
    joined = resolve(store, now=NIGHT)
    kinds = Counter(account.source for account in store.accounts())
    assert kinds == {"hackernews": 140, "github": 45}
    assert (joined.accounts, joined.leads) == (180, 180), "organisations and bots do not become leads"
    scored = ranking.score(store, [find_role("mle", None)], now=NIGHT)
    assert (scored.leads, scored.written) == (180, 180)
    for receipt in store.ranking("mle"):
        assert replay(receipt) == receipt.total
        assert math.fsum(part.contribution for part in receipt.parts) == pytest.approx(receipt.total, abs=0.2)
    [path] = export.write(store, config, export.Wanted(role="mle", by="test", purpose="a check"), now=NIGHT).files
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
    assert 150 <= len(rows) <= 180
    assert not [row for row in rows if "@" in row.get("email", "")]
    assert (store.exports()[0].leads[0], len(store.exports()[0].leads)) == (rows[0]["lead"], len(rows))


def test_running_it_again_changes_nothing(night: tuple[Store, Config]) -> None:
    store, _ = night
    resolve(store, now=NIGHT)
    ranking.score(store, [find_role("mle", None)], now=NIGHT)
    before = [(receipt.lead, receipt.total) for receipt in store.ranking("mle")]
    assert resolve(store, now=NIGHT).judgements_new == 0
    assert ranking.score(store, [find_role("mle", None)], now=NIGHT).written == 0
    assert [(receipt.lead, receipt.total) for receipt in store.ranking("mle")] == before


def test_practitioners_of_the_field_come_first(night: tuple[Store, Config]) -> None:
    """Posts that name machine learning in their technologies stand above those that do not."""
    store, _ = night
    resolve(store, now=NIGHT)
    ranking.score(store, [find_role("mle", None)], now=NIGHT)
    totals = {receipt.lead: receipt.total for receipt in store.ranking("mle")}
    words = {"pytorch", "tensorflow", "machine learning", "scikit-learn", "sklearn", "deep learning", "ml"}
    inside: list[float] = []
    outside: list[float] = []
    for lead in store.leads(list(totals)):
        tags = {tag.lower() for evidence in lead.evidence if evidence.kind == "post" for tag in evidence.tags}
        if any(evidence.kind == "post" for evidence in lead.evidence):
            (inside if tags & words else outside).append(totals[lead.id])
    assert (len(inside), len(outside)) == (13, 127)
    # The share of pairs in which the practitioner stands higher; 0.5 is chance. All these posts are claims, level 1.
    higher = sum(one > other for one in inside for other in outside) / (len(inside) * len(outside))
    assert higher > 0.55
