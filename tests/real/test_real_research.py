"""Recorded answers of OpenAlex, arXiv, Crossref, Semantic Scholar and ORCID.

Facts about real people are written down as counts and digests: the repository holds nothing of them.
"""

import hashlib
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from spiders._polite import gate as _gate
from spiders._reading.clean import each
from spiders._research import arxiv, crossref, openalex, people, semanticscholar
from spiders._research.about import OPENALEX_AT_ONCE
from spiders._research.openalex import Named, Person, Work, orcid_of, short_id
from spiders._research.people import Candidate
from storage.errors import Unreadable
from storage.records import AccountKey, Level, Origin
from tests.replay import Replay, crawl, read_exchanges

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "recordings" / "research"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="recorded answers of research are not beside the project"),
]
NIGHT = datetime(2026, 11, 25, 3, tzinfo=UTC)


def stamp(url: str) -> Origin:
    return Origin(source="research", url=url, seen_at=NIGHT, spider="research/1")


def digest(values: Any) -> str:
    return hashlib.sha256(json.dumps(values, ensure_ascii=False).encode()).hexdigest()[:12]


def bodies(name: str, part: str) -> list[Any]:
    return [row["body"] for row in read_exchanges(FOLDER / name) if part in row["url"] and row["status"] == 200]


def rows(part: str) -> list[dict[str, Any]]:
    found = bodies("openalex.jsonl", part)
    return [row for body in found for row in body.get("results", [body])]


def test_every_recorded_author_is_read() -> None:
    counted: Counter[str] = Counter()
    for row in rows("/authors"):
        person = Person.model_validate(row)
        candidate = Candidate(short_id(person.id) or "", "lane")
        made = people.account(person, candidate, stamp(person.id), None, lambda name: counted.update([name]))
        assert made.flags == ("name_only", "no_match")  # no ORCID, no institution
        assert (made.company, made.links) == (None, ())
        assert made.figures["papers"] in (2, 3)
    assert counted == {}
    assert len(rows("/authors")) == 4


def test_every_recorded_work_is_read() -> None:
    counted: Counter[str] = Counter()
    works = list(each(Work, [row for row in rows("/works") if "id" in row], lambda name: counted.update([name])))
    leading = [(own, authorship) for work in works for own, authorship in people.leading(work, lambda _: None)]
    assert (len(works), counted) == (4, {})
    assert (len(leading), sum(orcid_of(one.author.orcid) is not None for _, one in leading)) == LEADING
    work = works[0]
    own, authorship = next(people.leading(work, lambda _: None))
    candidate = Candidate(own, "lane")
    candidate.add(work, authorship)
    (made,) = people.evidence(candidate, AccountKey("research", own), stamp, {})
    assert (made.level, made.event_at) == (Level.RECOGNISED, datetime(2003, 3, 4, tzinfo=UTC))
    assert "@" not in made.model_dump_json()  # affiliation strings hold mail; they are not read


LEADING = (10, 8)


def test_works_without_an_id_are_left_out_and_counted() -> None:
    """The answer of 2023 was asked without ids."""
    counted: list[str] = []
    (answer,) = bodies("openalex.jsonl", "title.search")
    assert list(each(Work, answer["results"], counted.append)) == []
    assert counted == ["unreadable_row:Work"]


def test_recorded_topics_have_ids_and_names() -> None:
    found = [(short_id(one.id), one.display_name) for one in each(Named, rows("/topics"), print)]
    assert found[0] == ("T11720", "Probability and Risk Models")
    assert all(own and name for own, name in found)


def test_every_recorded_feed_is_read() -> None:
    read: list[int] = []
    errors: list[str] = []
    for row in read_exchanges(FOLDER / "arxiv.jsonl"):
        try:
            feed = arxiv.read(row["body"].encode())
        except Unreadable as error:
            errors.append(f"{row['status']} {error.reason}: {error.detail}")
        else:
            read.append(len(feed.papers))
            assert all(paper.published.tzinfo for paper in feed.papers)
    assert errors == ["400 arxiv_error: incorrect id format for abc"]
    assert sum(read) == sum(row["body"].count("<entry>") for row in read_exchanges(FOLDER / "arxiv.jsonl")) - 1
    assert read.count(0) == 2  # unknown ids give an empty feed


def test_recorded_crossref_works_and_limits() -> None:
    found: list[str] = []
    for body in bodies("crossref.jsonl", "/works"):
        message = body["message"]
        items = message.get("items", [message])
        found += crossref.confirmed(item for item in items if "DOI" in item)
    assert (len(found), digest(sorted(found))) == CONFIRMED
    (missing,) = (row for row in read_exchanges(FOLDER / "crossref.jsonl") if row["status"] == 404)
    assert missing["body"].strip() == "Resource not found."
    assert _gate.refusal(404, missing["headers"], missing["body"].encode(), wall=0.0) is None


CONFIRMED = (1, "dabf2679347f")


def test_recorded_papers_of_semantic_scholar() -> None:
    (papers,) = bodies("semanticscholar.jsonl", "/paper/batch")
    read = semanticscholar.Papers.model_validate(papers).root
    authors = [list(each(semanticscholar.Author, paper["authors"], print)) for paper in read if paper]
    assert [len(names) for names in authors] == AUTHORS
    assert [list(semanticscholar.homepages(paper, ["x"] * 3)) for paper in read] == [[]] * len(read)
    (one,) = bodies("semanticscholar.jsonl", "ssrn.2250500/authors")
    assert all(author.orcid is None for author in each(semanticscholar.Author, one["data"], print))


AUTHORS = [3, 4, 3]


def test_recorded_authors_through_the_engine(tmp_path: Path) -> None:
    """A lane whose works are the recorded ones, their authors the recorded ones that fit."""
    listed = [row for row in rows("/works") if "id" in row][:2]
    filters = ["topics.id:T1", "from_publication_date:2025-11-25", "to_publication_date:2026-11-25"]
    works = {"url": f"https://api.openalex.org/{openalex.works(filters, '*')}", "body": {"results": listed}}
    leading = [own for row in listed for own, _ in people.leading(Work.model_validate(row), lambda _: None)]
    replay = Replay([works])
    store, spider = crawl(
        "research",
        replay,
        lanes=[{"source": "research", "kind": "topics", "target": "T1"}],
        options={"confirmations": 0, "lists_without_key": 1},
        store_url=f"sqlite:///{tmp_path}/night.db",
        clock=NIGHT,
    )
    with store:
        assert store.quarantined() == []
    assert replay.unrecorded == replay.unused == []
    assert spider.ledger.skipped["over_list_calls"] == -(-len(set(leading)) // OPENALEX_AT_ONCE)
