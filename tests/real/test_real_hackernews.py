"""Hacker News' recorded answers: the thread of October 2021 through the engine, profiles, an employers' thread.

Facts about people are written down as digests: the repository holds nothing of real people.
"""

import hashlib
import html
import json
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from spiders._hackernews import candidates
from spiders._hackernews.answers import Hits, Thread, User
from spiders.hackernews import TITLE
from storage.records import Account, AccountKey, Claim, Evidence
from tests.replay import Replay, crawl, read_exchanges

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "recordings" / "hackernews"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="recorded answers of Hacker News are not beside the project"),
]
THREAD = 28719317
ALGOLIA, FIREBASE = "https://hn.algolia.com/api/v1", "https://hacker-news.firebaseio.com/v0"
SEARCH = (
    f"{ALGOLIA}/search_by_date?tags=story,author_whoishiring&query=%22who%20wants%20to%20be%20hired%22&hitsPerPage=50"
)
NIGHT = datetime(2021, 10, 20, tzinfo=UTC)


def digest(*facts: object) -> str:
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()[:12]


def thread_answer() -> dict[str, Any]:
    return read_exchanges(FOLDER / "algolia_items_derived.jsonl")[0]


def night(
    store_url: str, thread: dict[str, Any], at: datetime
) -> tuple[list[Account], list[Evidence], Counter[str], int]:
    """One night over a thread; profiles answer null, for none was recorded for these authors."""
    story = {"objectID": str(thread["body"]["id"]), "author": "whoishiring", "title": thread["body"]["title"]}
    found = {"url": SEARCH, "body": {"hits": [story | {"created_at_i": thread["body"]["created_at_i"]}]}}
    authors = {child["author"] for child in thread["body"]["children"] if child["author"]}
    profiles = [{"url": f"{FIREBASE}/user/{name}.json", "body": "null"} for name in authors]
    replay = Replay([found, thread, *profiles])
    lanes = [{"source": "hackernews", "kind": "threads", "target": "1"}]
    store, spider = crawl("hackernews", replay, lanes=lanes, store_url=store_url, clock=at)
    assert replay.unrecorded == []
    with store:
        accounts = list(store.accounts(source="hackernews"))
        work = store.evidence([account.key for account in accounts])
        assert store.quarantined() == []
    posts = [one for some in work.values() for one in some if one.kind == "post"]
    return accounts, posts, spider.ledger.skipped, len(replay.asked)


@pytest.fixture(scope="module")
def first_night(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Account], list[Evidence], Counter[str], int]:
    return night(f"sqlite:///{tmp_path_factory.mktemp('hn')}/night.db", thread_answer(), NIGHT)


First = tuple[list[Account], list[Evidence], Counter[str], int]


def test_counts_of_the_thread(first_night: First) -> None:
    accounts, evidence, skipped, asked = first_night
    children = thread_answer()["body"]["children"]
    assert (len(children), sum(len(child["children"]) for child in children)) == (142, 6)
    # A tool maker and an employer posted at the top level too; replies are no candidates.
    assert (len(accounts), len(evidence), skipped["post_no_candidate"], asked) == (140, 140, 2, 142)
    assert all(account.open_to_work and account.expires_at for account in accounts)


def test_coverage_of_the_fields(first_night: First) -> None:
    accounts, evidence, _, _ = first_night
    share = {
        "location": sum(account.location is not None for account in accounts),
        "remote": sum(any(flag.startswith("remote_") for flag in account.flags) for account in accounts),
        "relocation": sum(any(flag.startswith("relocation_") for flag in account.flags) for account in accounts),
        "technologies": sum(bool(one.tags) for one in evidence),
        "resume": sum(any(link.field == "resume" for link in account.links) for account in accounts),
        "links": sum(bool(account.links) for account in accounts),
    }
    assert share == {
        "location": 140, "remote": 138, "relocation": 138, "technologies": 132, "resume": 98, "links": 118
    }  # fmt: skip


# Author digest: (post, digest of place, technologies and claimed links in their order).
FACTS: dict[str, tuple[str, str]] = {
    "1d177153ca24": ("28726248", "d656bf56ed26"),
    "e3b5f7be181b": ("28734485", "92a8f1e6db27"),
    "1904d3190a75": ("28723906", "4a2c8bb3804e"),
    "6e07fd8c5d78": ("28721475", "43173a61ce4b"),
    "f5d2f0bd512f": ("28720023", "a4c40f663ff9"),
    "84c929fcdaa4": ("28727021", "36639ef530a4"),
    "389beec1487f": ("28724532", "3346c15bb58c"),
    "660394161a3d": ("28722444", "4ac105626e02"),
}


def test_facts_of_single_posts(first_night: First) -> None:
    accounts, evidence, _, _ = first_night
    by_name = {digest(account.handle): account for account in accounts}
    found = {}
    for name in FACTS:
        account = by_name[name]
        (post,) = (one for one in evidence if one.account == account.key)
        claimed = [link.url for link in account.links if link.claim is Claim.CLAIMED]
        found[name] = (post.source_id, digest(account.location, post.tags, claimed))
    assert found == FACTS


def test_no_address_of_contact_is_kept(first_night: First) -> None:
    accounts, evidence, _, _ = first_night
    kept = json.dumps([record.model_dump(mode="json") for record in (*accounts, *evidence)])
    # The recordings hold each mail address as redacted-xxxxxxxx with its host, plain or hidden.
    assert re.findall(r"redacted-[0-9a-f]{8}", kept) == []
    assert "[address removed]" not in kept


def test_links_come_from_targets(first_night: First) -> None:
    accounts, _, _, _ = first_night
    links = [link for account in accounts for link in account.links]
    assert all(not link.url.endswith("...") for link in links)
    hosts = Counter(re.sub(r"^https?://(?:www\.)?", "", link.url).partition("/")[0] for link in links)
    assert hosts["github.com"] == 25
    assert hosts["linkedin.com"] == 37


def test_second_night_asks_for_the_thread_only(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/night.db"
    night(url, thread_answer(), NIGHT)
    _, _, skipped, asked = night(url, thread_answer(), NIGHT.replace(day=21))
    assert (asked, skipped["saved:sightings"]) == (2, 140)


def test_expired_thread_gives_nothing(tmp_path: Path) -> None:
    accounts, _, skipped, asked = night(
        f"sqlite:///{tmp_path}/night.db", thread_answer(), datetime(2022, 1, 25, tzinfo=UTC)
    )
    assert (accounts, asked, skipped["post_expired"]) == ([], 2, 142)


def test_firebase_posts_read_like_algolia_ones() -> None:
    items = [row["body"] for row in read_exchanges(FOLDER / "firebase_items_derived.jsonl")]
    texts = {child["id"]: child["text"] for child in thread_answer()["body"]["children"]}
    shared = [item for item in items if item["id"] in texts]
    assert len(shared) == 142
    assert all(item["text"] == texts[item["id"]] for item in shared)


def test_profiles_are_read() -> None:
    counted: list[str] = []
    users = [User.model_validate(row["body"]) for row in read_exchanges(FOLDER / "firebase_users.jsonl")]
    abouts = {digest(user.id): candidates.about_of(user, counted.append) for user in users}
    assert (len(users), counted) == (12, [])
    assert sum(about.text is not None for about in abouts.values()) == 5
    claimed = {name: [digest(link.url) for link in about.links] for name, about in abouts.items() if about.links}
    assert claimed == ABOUT_LINKS
    assert all("redacted-" not in (about.text or "") for about in abouts.values())


ABOUT_LINKS = {
    "957ff5a18eb9": ["f26035a88bbb"],
    "bd627e017048": ["d1930aeb83e2", "c6c1b2f04797"],
}


def test_other_firebase_answers_are_read_or_refused() -> None:
    rows = read_exchanges(FOLDER / "firebase.jsonl")
    users = [row["body"] for row in rows if "/user/" in row["url"]]
    assert [User.model_validate(body).karma for body in users] == [2937]


def test_search_answers_are_read() -> None:
    for row in read_exchanges(FOLDER / "algolia_search.jsonl"):
        hits = Hits.model_validate(row["body"]).hits
        assert hits
        # Comments of other threads: none of them opens a candidates' thread.
        assert not any(TITLE.fullmatch(hit.get("title") or "") for hit in hits)


def test_employers_thread_gives_no_candidate(tmp_path: Path) -> None:
    (page,) = read_exchanges(FOLDER / "who_is_hiring_page_negative.jsonl")
    found = re.search(r"<title>(.*?) \| Hacker News</title>", page["body"])
    title = html.unescape(found[1]) if found else ""
    posts = re.findall(r'<div class="comment">(.*?)<div class=.reply.>', page["body"], re.DOTALL)
    assert (title, len(posts)) == ("Ask HN: Who is hiring? (November 2021)", 60)
    children = [
        {
            "id": number,
            "author": f"employer{number}",
            "text": text,
            "created_at_i": int(NIGHT.timestamp()),
            "children": [],
        }
        for number, text in enumerate(posts)
    ]
    body = {"id": 29067493, "author": "whoishiring", "title": title, "created_at_i": int(NIGHT.timestamp())}
    answer = {"url": f"{ALGOLIA}/items/29067493", "body": body | {"children": children}}
    accounts, _, _, asked = night(f"sqlite:///{tmp_path}/night.db", answer, NIGHT)
    assert (accounts, asked) == ([], 1)
    assert Thread.model_validate(answer["body"]).children
    assert AccountKey("hackernews", "employer0") not in {account.key for account in accounts}
