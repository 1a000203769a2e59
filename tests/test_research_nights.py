"""Nights of the research source: budgets, keys, pages, what is asked again, and what failures lead to."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from spiders._base import SourceSpider
from spiders._research import arxiv, crossref, openalex, semanticscholar
from storage.records import AccountKey, Claim
from storage.store import Store
from tests.replay import Exchange, Replay, crawl

START, DAY = datetime(2026, 11, 25, 3, tzinfo=UTC), timedelta(days=1)
TOPIC = {"source": "research", "kind": "topics", "target": "T10181"}
NEW = {"source": "research", "kind": "arxiv", "target": "cs.CL"}
ANA = "0000-0002-1825-0097"
API = "https://api.openalex.org"
QUICK = {"arxiv_delay": 0, "crossref_delay": 0, "semanticscholar_delay": 0, "confirmations": 0}
Night = Callable[..., tuple[Replay, Store, SourceSpider]]


def author(number: int, position: str = "first", orcid: str | None = None) -> dict[str, Any]:
    own = {"id": f"https://openalex.org/A{number}", "display_name": f"Ann Nr{number}", "orcid": orcid}
    return {"author_position": position, "author": own}


def work(number: int, *authors: dict[str, Any], doi: str | None = None) -> dict[str, Any]:
    return {
        "id": f"https://openalex.org/W{number}",
        "doi": f"https://doi.org/{doi or f'10.5555/{number}'}",
        "title": f"Paper {number}",
        "publication_date": "2026-10-01",
        "authorships": list(authors),
    }


def works(
    *rows: Any, since: str = "2025-11-25", to: datetime = START, cursor: str = "*", **more: Any
) -> dict[str, Any]:
    filters = ["topics.id:T10181", f"from_publication_date:{since}", f"to_publication_date:{to.date()}"]
    meta = {"count": len(rows), "next_cursor": more.pop("following", None)}
    return {"url": f"{API}/{openalex.works(filters, cursor)}", "body": {"meta": meta, "results": list(rows)}} | more


def people(*numbers: int, answered: Any = None, orcids: dict[int, str] | None = None, **more: Any) -> dict[str, Any]:
    found = [
        {"id": f"https://openalex.org/A{n}", "display_name": f"Ann Nr{n}", "orcid": (orcids or {}).get(n)}
        for n in (numbers if answered is None else answered)
    ]
    return {"url": f"{API}/{openalex.authors(f'A{n}' for n in numbers)}", "body": {"results": found}} | more


@pytest.fixture
def night(tmp_path: Path) -> Night:
    def run(*exchanges: Exchange, lane: Any = TOPIC, at: datetime = START, **options: Any) -> Any:
        replay, url = Replay(exchanges), f"sqlite:///{tmp_path}/night.db"
        store, spider = crawl("research", replay, lanes=[lane], options=QUICK | options, store_url=url, clock=at)
        assert replay.unrecorded == replay.unused == []
        return replay, store, spider

    return run


def papers(store: Store, number: int) -> set[str]:
    key = AccountKey("research", f"A{number}")
    return {one.source_id for one in store.evidence([key]).get(key, ())}


def test_second_night_reads_only_new_papers(night: Night) -> None:
    night(works(work(1, author(1), author(2, "last"))), people(1, 2))[1].close()
    later: dict[str, Any] = {"since": "2026-10-26", "to": START + DAY}
    _, store, spider = night(works(work(1, author(1), author(2, "last")), **later), at=START + DAY)
    with store:
        assert {known.last_seen for known in store.known("research")} == {START + DAY}
    assert spider.ledger.skipped["author_unchanged"] == 2
    later = {"since": "2026-10-27", "to": START + 2 * DAY}
    _, store, _ = night(works(work(3, author(1)), **later), people(1), at=START + 2 * DAY)
    with store:
        assert papers(store, 1) == {"W1", "W3"}


def test_pages_follow_the_cursor_up_to_the_limit(night: Night) -> None:
    full = [work(n, author(1)) for n in range(openalex.PAGE)]
    pages = [works(*full, following="c2"), works(work(900, author(2)), cursor="c2", following="c3")]
    replay, store, spider = night(*pages, people(1, 2))
    store.close()
    assert len(replay.asked) == 3
    assert spider.ledger.bill("research/topics/T10181").found == 101


def test_lists_are_rationed(night: Night) -> None:
    _, store, spider = night(works(work(1, author(1))), lists_without_key=1)
    with store:
        assert list(store.known("research")) == []
    assert spider.ledger.skipped["over_list_calls"] == 1


def test_most_interesting_authors_come_first(night: Night) -> None:
    rows = [work(1, author(1), author(2, "last")), work(2, author(2, "last")), work(3, author(3))]
    _, store, spider = night(works(*rows), people(2), max_profiles=1)
    store.close()
    assert spider.ledger.skipped["over_max_profiles"] == 2


def test_a_merged_author_goes_to_the_new_id(night: Night) -> None:
    night(works(work(1, author(1))), people(1))[1].close()
    at = START + 40 * DAY
    asked = f"{API}/authors/A{{}}?select={openalex.AUTHOR_FIELDS}"
    moved = {"url": asked.format(1), "status": 301, "headers": {"Location": asked.format(7)}}
    found = {"url": asked.format(7), "body": {"id": "https://openalex.org/A7", "display_name": "Ann Nr7"}}
    listed = works(work(1, author(1)), since="2026-10-26", to=at)
    _, store, _ = night(listed, people(1, answered=[]), moved, found, at=at)
    with store:
        assert {k.account.source_id: k.gone_at is None for k in store.known("research")} == {"A1": False, "A7": True}
        assert papers(store, 7) == {"W1"}


def test_an_author_who_is_not_there_any_more(night: Night) -> None:
    night(works(work(1, author(1))), people(1))[1].close()
    at = START + 40 * DAY
    missing = {"url": f"{API}/authors/A1?select={openalex.AUTHOR_FIELDS}", "status": 404, "body": {"error": "x"}}
    listed = works(work(1, author(1)), since="2026-10-26", to=at)
    _, store, spider = night(listed, people(1, answered=[]), missing, at=at)
    with store:
        assert [known.gone_at is None for known in store.known("research")] == [False]
    assert spider.ledger.skipped["author_missing"] == 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (works(), "no_works"),
        (works(body={"error": "Invalid filter"}), "unexpected_shape"),
        (works(body="<html>"), "bad_json"),
        (works(status=400, body={"error": "Invalid filter", "message": "x"}), "http_400"),
    ],
)
def test_answers_that_cannot_be_right_are_findings(night: Night, answer: Exchange, reason: str) -> None:
    _, store, _ = night(answer)
    with store:
        assert [row.reason for row in store.quarantined()] == [reason]


def test_unknown_topics_are_findings(night: Night) -> None:
    asked = {
        "url": f"{API}/{openalex.named('topics', 'Nothing')}",
        "body": {"results": [{"id": "T1", "display_name": "X"}]},
    }
    _, store, _ = night(asked, lane=TOPIC | {"target": "Nothing"})
    with store:
        assert [row.reason for row in store.quarantined()] == ["unknown_name"]


def test_used_up_budget_ends_the_source_until_midnight(night: Night) -> None:
    replay, store, spider = night(works(status=429, body={"error": "Rate limit exceeded"}))
    with store:
        held = store.held("research")
    assert spider.stopped is not None
    assert (spider.stopped[0], len(replay.asked)) == ("limit", 1)
    assert held is not None
    assert held[0] == datetime(2026, 11, 26, tzinfo=UTC)


def test_too_fast_is_asked_again(night: Night) -> None:
    slow = works(status=403, body={"error": "slow down"}, headers={"Retry-After": "0"})
    _, store, _ = night(slow, works(work(1, author(1))), people(1))
    with store:
        assert papers(store, 1) == {"W1"}


def test_the_key_travels_in_the_address_and_stays_nowhere(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENALEX_API_KEY", "sesame")
    signed = [one | {"url": f"{one['url']}&api_key=sesame"} for one in (works(work(1, author(1))), people(1))]
    broken = works(status=400, body={"error": "x"}, since="2026-10-26", to=START + DAY)
    broken["url"] += "&api_key=sesame"
    _, store, spider = night(*signed)
    store.close()
    _, store, spider = night(broken, at=START + DAY)
    with store:
        (row,) = store.quarantined()
        kept = [one.model_dump_json() for one in store.accounts()] + [row.model_dump_json()]
    assert not any("sesame" in text for text in kept)
    assert spider.options.lists == 500  # type: ignore[attr-defined]  # the options of this source


# ---- arXiv --------------------------------------------------------------------------------------------------


def feed(*entries: tuple[str, str], page: int = 0, **more: Any) -> dict[str, Any]:
    rows = (
        f"<entry><id>http://arxiv.org/abs/{own}v1</id><published>{at}T17:00:00Z</published>"
        f"<summary>https://github.com/lab/{own}</summary></entry>"
        for own, at in entries
    )
    body = f'<feed xmlns="http://www.w3.org/2005/Atom">{"".join(rows)}</feed>'
    return {"url": f"https://export.arxiv.org/api/{arxiv.query('cs.CL', page * arxiv.PAGE)}", "body": body} | more


def by_doi(*asked: str, found: Any = ()) -> dict[str, Any]:
    dois = [f"10.48550/arxiv.{own}" for own in asked]
    return {"url": f"{API}/{openalex.works_by_doi(dois)}", "body": {"results": list(found)}}


def test_new_papers_wait_until_openalex_has_them(night: Night) -> None:
    first = feed(("2611.00002", "2026-11-24"), ("2611.00001", "2026-11-23"), ("2610.00001", "2026-10-01"))
    one = work(1, author(1), doi="10.48550/arXiv.2611.00001")
    night(first, by_doi("2611.00002", "2611.00001", found=[one]), people(1), lane=NEW)[1].close()
    two = work(2, author(2), doi="10.48550/arXiv.2611.00002")
    again = by_doi("2611.00002", found=[two])
    _, store, _ = night(feed(("2611.00002", "2026-11-24")), again, people(2), lane=NEW, at=START + DAY)
    with store:
        key = AccountKey("research", "A2")
        (paper,) = store.evidence([key])[key]
    assert paper.text is not None
    assert paper.text.endswith("Code: https://github.com/lab/2611.00002")
    night(feed(("2611.00002", "2026-11-24")), lane=NEW, at=START + 2 * DAY)[1].close()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (feed(), "no_papers"),
        (feed(body="rate exceeded"), "unexpected_shape"),
        (feed(status=400, body="<feed/>"), "http_400"),
    ],
)
def test_feeds_that_cannot_be_right_are_findings(night: Night, answer: Exchange, reason: str) -> None:
    _, store, _ = night(answer, lane=NEW)
    with store:
        assert [row.reason for row in store.quarantined()] == [reason]


@pytest.mark.parametrize("target", ["cs.CL&x=1", "", "no category"])
def test_lanes_that_are_not_understood_are_counted(night: Night, target: str) -> None:
    _, store, spider = night(lane=NEW | {"target": target})
    store.close()
    assert spider.ledger.skipped["lane_not_understood"] == 1


# ---- confirmation and second opinion ------------------------------------------------------------------------


def test_a_confirmed_orcid_stays_verified(night: Night) -> None:
    orcid = f"https://orcid.org/{ANA}"
    row = {"DOI": "10.5555/1", "author": [{"ORCID": orcid, "authenticated-orcid": True}]}
    asked = {
        "url": f"https://api.crossref.org/{crossref.query(['10.5555/1'], '')}",
        "body": {"message": {"items": [row]}},
    }
    read = people(1, orcids={1: orcid})
    night(works(work(1, author(1, orcid=orcid))), asked, read, confirmations=1)[1].close()
    listed = works(work(2, author(1, orcid=orcid)), since="2026-10-26", to=START + DAY)
    _, store, _ = night(listed, read, at=START + DAY)
    with store:
        account = store.account(AccountKey("research", "A1"))
    assert account is not None
    assert [(link.url, link.claim) for link in account.links] == [(orcid, Claim.VERIFIED)]
    assert account.flags == ()


@pytest.mark.parametrize("failure", [{"status": 404}, {"status": 500}, {"body": "x"}])
def test_without_crossref_the_night_goes_on(night: Night, failure: dict[str, Any]) -> None:
    orcid = f"https://orcid.org/{ANA}"
    asked = {"url": f"https://api.crossref.org/{crossref.query(['10.5555/1'], '')}"} | failure
    times = 3 if failure.get("status") == 500 else 1
    listed, read = works(work(1, author(1, orcid=orcid))), people(1, orcids={1: orcid})
    _, store, _ = night(listed, *[asked] * times, read, confirmations=1)
    with store:
        account = store.account(AccountKey("research", "A1"))
    assert account is not None
    assert [link.claim for link in account.links] == [Claim.CLAIMED]


def test_homepages_of_a_second_opinion(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMANTIC_SCHOLAR_API_KEY", "sesame")
    opinion = {
        "method": "POST",
        "url": f"https://api.semanticscholar.org/graph/v1/paper/batch?fields={semanticscholar.FIELDS}",
        "request_body": {"ids": ["DOI:10.5555/1"]},
        "body": [
            {"authors": [{"name": "A. Nr1", "homepage": "https://ann.example"}, {"name": "B. Else", "homepage": "x"}]}
        ],
    }
    replay, store, _ = night(works(work(1, author(1), author(2, "last"))), opinion, people(1, 2))
    with store:
        found = {one.source_id: ([link.url for link in one.links], one.flags) for one in store.accounts()}
    assert found == {"A1": (["https://ann.example"], ()), "A2": ([], ("name_only", "no_match"))}
    sent = {request.url.split("/")[2]: request.headers.get("x-api-key") for request in replay.asked}
    assert sent == {"api.openalex.org": None, "api.semanticscholar.org": b"sesame"}


def test_an_author_two_lanes_show_was_found_by_both(tmp_path: Path) -> None:
    """Whichever answers first."""
    shown = works(work(1, author(1)))
    other = {**shown, "url": shown["url"].replace("T10181", "T10182")}
    lanes = [{"source": "research", "kind": "topics", "target": name} for name in ("T10181", "T10182")]
    replay = Replay([shown, other, people(1)])
    store, spider = crawl(
        "research", replay, lanes=lanes, options=QUICK, store_url=f"sqlite:///{tmp_path}/two.db", clock=START
    )
    assert replay.unrecorded == replay.unused == []
    with store:
        assert [find.lane for find in store.finds()] == ["research/topics/T10181", "research/topics/T10182"]
    assert {spider.ledger.bill(f"research/topics/{name}").accounts for name in ("T10181", "T10182")} == {1}
