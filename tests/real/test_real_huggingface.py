"""The Hub's recorded answers: every shape the spider reads, refusals, redirects, pages.

Facts about real people are counts and digests: the repository holds nothing of them. The people of `users.jsonl`
whose names end in "example" are invented by that folder.
"""

import hashlib
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from scrapy.http import Response

from spiders._huggingface import lanes, people, work
from spiders._huggingface.about import HuggingFaceOptions
from spiders._huggingface.answers import Author, Overview, Paper, Repo
from spiders._polite.limits import structured
from spiders._reading.clean import each
from spiders._reading.paging import next_page
from storage.errors import Unreadable
from storage.records import Claim, Evidence, Kind, Level, Origin
from tests.replay import Replay, crawl, read_exchanges

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "recordings" / "huggingface"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="recorded answers of Hugging Face are not beside the project"),
]
NIGHT = datetime(2026, 11, 25, 3, tzinfo=UTC)
SITE, API = "https://huggingface.co", "https://huggingface.co/api"
ORIGIN = Origin(source="huggingface", url=SITE, seen_at=NIGHT, spider="huggingface/1")
OWNER = people.key("6" * 24)
OPTIONS = HuggingFaceOptions()


def bodies(name: str, status: int = 200) -> list[Any]:
    return [json.loads(row["body"]) for row in read_exchanges(FOLDER / name) if row["status"] == status]


def repositories() -> list[Repo]:
    rows = [*bodies("model_info.jsonl"), *bodies("model_list.jsonl")[0], *bodies("model_expand.jsonl")]
    counted: list[str] = []
    found = list(each(Repo, [*rows, *bodies("errors_and_paging.jsonl")[0]], counted.append))
    assert (len(found), counted) == (len(rows) + 2, [])
    return found


def evidence() -> list[Evidence]:
    return [work.evidence(one, "models", OWNER, SITE, ORIGIN) for one in repositories()]


def test_every_recorded_model_becomes_evidence() -> None:
    found = evidence()
    assert Counter(one.level for one in found) == {Level.RECOGNISED: 26, Level.PRACTICE: 8, Level.ACTIVITY: 1}
    assert sum(one.started_at is None for one in found) == 22  # older than March 2022, or not asked for
    assert sum(one.event_at is None for one in found) == 6  # answers that were asked for one field only
    assert min(one.event_at for one in found if one.event_at).year == 2021
    facts = sorted((one.source_id, one.title, one.tags, sorted(one.figures.items())) for one in found)
    assert hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()[:12] == DIGEST


DIGEST = "802a86217d52"


def test_no_language_licence_or_region_stands_among_the_tags() -> None:
    tags = Counter(tag for one in evidence() for tag in one.tags)
    assert not [tag for tag in tags if ":" in tag or (len(tag) == 2 and tag not in ("tf", "t5"))]
    assert {"pytorch", "transformers", "text-generation", "onnx"} <= tags.keys()
    assert "rust" not in tags


def test_owners_of_old_models_are_read_from_the_author() -> None:
    owners = {one.name: one.owner for one in repositories() if "/" not in one.id}
    assert set(owners.values()) == {"openai-community"}


def test_overviews() -> None:
    read = [Overview.model_validate(body) for body in bodies("users.jsonl")]
    counted: list[str] = []
    kept = [people.account(one, SITE, ORIGIN, counted.append) for one in read if one.number]
    assert (len(read), len(kept), counted) == (4, 2, [])
    real, mira = kept
    assert real.created_at == people.born(real.source_id) == datetime(2023, 8, 12, 5, 29, 5, tzinfo=UTC)
    assert (mira.name, mira.headline, mira.kind) == ("Mira Example", "segmentation, diffusion", Kind.PERSON)
    assert [(link.url, link.claim) for link in mira.links] == [("https://github.com/miraexample", Claim.CLAIMED)]
    assert dict(mira.figures) == {"models": 14, "datasets": 2, "spaces": 5, "papers": 1, "followers": 391}
    for one in read:
        if not one.number:
            with pytest.raises(Unreadable):
                people.account(one, SITE, ORIGIN, counted.append)


def test_no_guess_about_an_author_is_believed() -> None:
    (body,) = bodies("papers.jsonl")
    (paper,) = people.papers([body], print)
    counted: Counter[str] = Counter()
    found = list(people.confirmed(paper, lambda name: counted.update([name])))
    states = Counter(author.status for author in each(Author, paper.authors, print) if author.user)
    assert set(states) == {"claimed_verified", "admin_assigned", "extracted_pending"}
    assert (len(found), counted["author_not_confirmed"], counted["author_of_two_names"]) == (2, 14, 0)
    assert isinstance(work.paper(paper, 1, OWNER, SITE, ORIGIN), Evidence)
    assert Paper.model_validate(body).published_at == datetime(2024, 7, 18, 5, 15, 24, tzinfo=UTC)


def test_a_refusal_names_its_window_and_pages_follow_the_cursor() -> None:
    rows = read_exchanges(FOLDER / "errors_and_paging.jsonl")
    limited = next(row for row in rows if row["status"] == 429)
    seen = structured({name.lower(): value for name, value in limited["headers"].items()})
    assert seen is not None
    assert (seen.limit, seen.remaining, seen.reset_in) == (500, 0, 55.0)
    paged = next(row for row in rows if "Link" in row["headers"])
    answer = Response(paged["url"], headers=paged["headers"])
    assert next_page(answer, within=API) == f"{API}/models?author=pub&cursor=eyJvZmZzZXQiOjJ9&limit=2"


def test_recorded_answers_through_the_engine(tmp_path: Path) -> None:
    """A recorded list, refusal, redirect and overview, under the addresses our calls have."""
    query = lanes.wanted("models", "text-generation", OPTIONS.queries)
    assert query is not None
    rows = read_exchanges(FOLDER / "errors_and_paging.jsonl")
    limited, paged = rows[0], rows[3]
    (redirect, *_) = read_exchanges(FOLDER / "redirects.jsonl")
    mira = read_exchanges(FOLDER / "users.jsonl")[2]
    first = lanes.listing(API, "models", query, order="fresh", fields=OPTIONS.fields_of_models, page=OPTIONS.page)
    moved = redirect["headers"] | {"Location": "/api/users/miraexample/overview"}
    own = [{"url": url, "body": []} for kind in lanes.KINDS for url in [_own("miraexample", kind)]]
    replay = Replay(
        [
            limited | {"url": first, "headers": limited["headers"] | {"RateLimit": '"api";r=0;t=0'}},
            paged | {"url": first},
            {"url": f"{API}/models?author=pub&cursor=eyJvZmZzZXQiOjJ9&limit=2", "body": []},
            # Renamed: the recorded answer sends on, relative to the host.
            redirect | {"url": f"{API}/users/pub/overview", "headers": moved},
            mira,
            *own,
        ]
    )  # fmt: skip
    store, spider = crawl(
        "huggingface",
        replay,
        lanes=[{"source": "huggingface", "kind": "models", "target": "text-generation"}],
        options={"best_pages": 0},
        store_url=f"sqlite:///{tmp_path}/night.db",
        clock=NIGHT,
    )
    assert replay.unused == replay.unrecorded == []
    with store:
        (account,) = store.accounts(source="huggingface")
    assert (account.handle, account.markers["read"]) == ("miraexample", NIGHT.isoformat())
    assert spider.ledger.bill("huggingface/models/text-generation").refused == 1
    assert spider.ledger.skipped["copy_of_others"] == 1


def _own(handle: str, kind: str) -> str:
    fields = "".join(f"&expand={name}" for name in OPTIONS.fields_of(kind))
    return f"{API}/{kind}?author={handle}&sort=lastModified&direction=-1&limit={OPTIONS.page}{fields}"
