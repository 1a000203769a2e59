"""DEV's recorded list of articles, read by the spider's models."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from spiders._reading.clean import each
from spiders.forem import Article, Writer, links, post
from storage.records import AccountKey, Claim, Origin
from tests.replay import read_exchanges

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "recordings" / "web"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="recorded answers of Forem are not beside the project"),
]
ORIGIN = Origin(source="forem", url="https://dev.to", seen_at=datetime(2026, 11, 25, tzinfo=UTC), spider="forem/1")


def test_recorded_articles() -> None:
    (recorded,) = read_exchanges(FOLDER / "forem.jsonl")
    counted: list[str] = []
    made = [post(one, AccountKey("forem", "1"), ORIGIN) for one in each(Article, recorded["body"], counted.append)]
    assert counted == []
    assert len(made) == len(recorded["body"])
    assert all(one.event_at is not None and one.tags for one in made)


def test_the_writer_inside_an_article_names_github() -> None:
    (recorded,) = read_exchanges(FOLDER / "forem.jsonl")
    user = recorded["body"][0]["user"]
    found = links(Writer.model_validate(user | {"id": user["user_id"]}), print)
    assert [link.claim for link in found] == [Claim.VERIFIED]
    assert hashlib.sha256(found[0].url.lower().encode()).hexdigest()[:12] == DIGEST


DIGEST = "3b0c361df5bc"
