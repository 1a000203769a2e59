"""Nights of the personal sites: what is asked, what is kept, what is taken back, how sites close themselves."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from scrapy import Request

from spiders._base import SourceSpider
from spiders._polite.middlewares import WEB_TRIES
from spiders.web import Web
from storage.records import Account, AccountKey, Claim, Evidence, Kind, Link, Origin
from storage.store import Store
from tests.replay import Exchange, Replay, crawl

START, DAY = datetime(2026, 11, 25, 3, tzinfo=UTC), timedelta(days=1)
HOME = "https://ada.example/"
ADA, SITE = AccountKey("github", "1"), AccountKey("web", "ada.example")
HTML = {"Content-Type": "text/html; charset=utf-8"}
OPEN = {"url": "https://ada.example/robots.txt", "status": 404}
CARD = """<title>Ada</title><div class="h-card"><a class="p-name u-url" rel="me" href="/">Ada Byron</a>
<span class="p-job-title">ML engineer</span><p class="p-note">Speech models. Mail ada@ada.example or
+44 20 7946 0000.</p>
<span class="p-category">PyTorch</span></div>"""
BACK = '<a rel="me" href="https://github.com/ada">code</a> <a rel="me" href="https://www.kaggle.com/adab">k</a>'
KAGGLE_URL = "https://www.kaggle.com/adab"

Night = Callable[..., tuple[Replay, Store, SourceSpider]]


def page(body: str, url: str = HOME, **more: Any) -> Exchange:
    return {"url": url, "headers": HTML | more.pop("headers", {}), "body": f"<html><body>{body}</body></html>"} | more


def github(site: str = HOME, **more: Any) -> Account:
    origin = Origin(source="github", url="https://github.com/ada", seen_at=START - DAY, spider="github/1")
    fields: dict[str, Any] = {"links": (Link(url=site, claim=Claim.CLAIMED, field="website"),), "name": "Ada Byron"}
    fields |= {"kind": Kind.PERSON, "observed": frozenset({"links", "flags"})} | more
    return Account(source="github", source_id="1", handle="ada", url="https://github.com/ada", origin=origin, **fields)


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    opened: list[Store] = []
    url = f"sqlite:///{tmp_path}/night.db"

    def run(
        *exchanges: Exchange, at: datetime = START, known: Account | None = None, **options: Any
    ) -> tuple[Replay, Store, SourceSpider]:
        Store.upgrade(url)
        with Store.open(url) as before:
            if known is not None:
                before.save([known])
        replay = Replay(exchanges)
        lanes = [{"source": "web", "kind": "linked", "target": "sites"}]
        store, spider = crawl("web", replay, lanes=lanes, options=options, store_url=url, clock=at)
        opened.append(store)
        assert replay.unused == replay.unrecorded == []
        return replay, store, spider

    yield run
    for store in opened:
        store.close()


def work(store: Store) -> dict[str, Evidence]:
    return {one.kind: one for one in store.evidence([ADA]).get(ADA, ())}


def test_page_and_account_that_name_each_other(night: Night) -> None:
    _, store, spider = night(OPEN, page(CARD + BACK), known=github())
    site = store.account(SITE)
    assert site is not None
    assert (site.name, site.headline, site.url) == ("Ada Byron", "ML engineer", HOME)
    assert [(link.url, link.claim) for link in site.links] == [
        ("https://github.com/ada", Claim.VERIFIED),
        ("https://www.kaggle.com/adab", Claim.CLAIMED),
    ]
    found = work(store)["page"]
    assert (found.title, found.tags, found.origin.spider) == ("ML engineer", ("PyTorch",), "web/1")
    for text in (site.bio, found.text):
        assert text is not None
        assert "ada@" not in text
        assert "7946" not in text
    bill = spider.ledger.bill("web/linked/sites")
    assert (bill.promised, bill.found, bill.accounts) == (1, 1, 1)


def test_a_site_that_does_not_name_back_adds_no_person(night: Night) -> None:
    _, store, _ = night(OPEN, page(CARD), known=github())
    assert store.account(SITE) is None
    assert set(work(store)) == {"page"}


def test_an_unchanged_world_costs_nothing_until_it_is_time_again(night: Night) -> None:
    night(OPEN, page(CARD), known=github())
    second, store, spider = night(at=START + DAY)
    assert second.asked == []
    assert spider.ledger.skipped["visited_lately"] == 1
    third, store, _ = night(OPEN, page(CARD + BACK), at=START + 30 * DAY)
    assert len(third.asked) == 2
    assert store.account(SITE) is not None


def test_resume_and_about_page_are_asked_where_the_home_page_names_them(night: Night) -> None:
    resume = """{"basics": {"name": "Ada Byron", "label": "Engineer"}, "skills": [{"name": "NLP"}],
    "work": [{"name": "Firm", "position": "Engineer", "startDate": "2020"}]}"""
    home = page(f'{BACK}<a href="resume.json">r</a><a href="/about">a</a>')
    answer = {"url": f"{HOME}resume.json", "headers": {"Content-Type": "application/json"}, "body": resume}
    _, store, _ = night(OPEN, home, answer, known=github())
    found = work(store)
    assert (found["resume"].text, found["resume"].tags) == ("Engineer, Firm, 2020", ("NLP",))
    assert found["resume"].url == f"{HOME}resume.json"


def test_the_about_page_is_asked_when_the_home_page_says_nothing(night: Night) -> None:
    home, about = page('<a href="/about/">about</a>'), page(CARD + BACK, url=f"{HOME}about/")
    _, store, _ = night(OPEN, home, about, known=github())
    site = store.account(SITE)
    assert site is not None
    assert site.headline == "ML engineer"


@pytest.mark.parametrize("answer", [{"status": 404}, {"raises": "timeout"}, {"headers": {"X-Robots-Tag": "noindex"}}])
def test_a_second_page_that_fails_loses_nothing_of_the_first(night: Night, answer: dict[str, Any]) -> None:
    home = page(BACK + '<a href="/about">a</a>')
    _, store, _ = night(OPEN, home, {**page(CARD, url=f"{HOME}about"), **answer}, known=github())
    site = store.account(SITE)
    assert site is not None
    assert site.headline is None


@pytest.mark.parametrize(
    ("exchanges", "counter"),
    [
        ([{"url": OPEN["url"], "body": "User-agent: *\nDisallow: /"}], "closed_by_robots"),
        ([{"url": OPEN["url"], "status": 503}] * 3, "site:robots_unreachable"),
        ([{"url": OPEN["url"], "raises": "timeout"}] * 3, "site:robots_unreachable"),
        ([{"url": OPEN["url"], "status": 429}], "site:robots_unreachable"),
        ([OPEN, *[page(CARD, status=500)] * WEB_TRIES], "site:status_500"),
        ([OPEN, page(CARD, status=401)], "site:status_401"),
        ([OPEN, page(CARD, status=429, headers={"Retry-After": "9999"})], "site:status_429"),
        ([OPEN, page(CARD, status=451)], "site:status_451"),
        ([OPEN, page(CARD, status=404)], "site:status_404"),
        ([OPEN, {"url": HOME, "raises": "connection"}], "site:lost:ConnectionError"),
        ([OPEN, {"url": HOME, "headers": {"Content-Type": "application/pdf"}, "body": "%PDF"}], "site:no_page"),
        ([OPEN, {"url": HOME, "status": 302, "headers": {"Location": "http://10.0.0.1/"}}], "blocked:private_address"),
        ([OPEN, {"url": HOME, "status": 302, "headers": {"Location": "https://github.com/ada"}}],
         "blocked:no_personal_site"),
        ([OPEN, {"url": HOME, "status": 302, "headers": {"Location": "https://linkedin.com/in/a"}}],
         "host_never_asked"),
        ([OPEN, page(BACK.replace("github.com/ada", "github.com/bob"))], "names_another"),
        ([OPEN, page("<h1>Firm Ltd</h1>")], "nobody"),
    ],
)  # fmt: skip
def test_sites_that_give_nothing_end_nothing(night: Night, exchanges: list[Exchange], counter: str) -> None:
    _, store, spider = night(*exchanges, known=github())
    assert spider.ledger.skipped[counter] >= 1
    assert spider.stopped is None
    assert (store.account(SITE), work(store)) == (None, {})
    assert store.quarantined() == []
    _, _, again = night(at=START + DAY)
    assert again.ledger.requests == 0


@pytest.mark.parametrize(
    "closing",
    [
        [{**OPEN, "status": 200, "body": "User-agent: *\nDisallow: /"}],
        [{**OPEN, "status": 200, "body": "User-agent: *\nContent-Signal: ai-input=no"}, page(CARD + BACK)],
        [OPEN, page(CARD + BACK, headers={"X-Robots-Tag": "noindex"})],
        [OPEN, page('<meta name="robots" content="noindex">' + CARD + BACK)],
        [OPEN, page(CARD + BACK, status=451)],
        [OPEN, page("moved away")],
    ],
)
def test_what_a_site_closes_or_loses_is_taken_back(night: Night, closing: list[Exchange]) -> None:
    night(OPEN, page(CARD + BACK), known=github())
    _, store, _ = night(*closing, at=START + 30 * DAY)
    site = store.account(SITE)
    assert site is not None
    assert (site.name, site.headline, site.bio, site.links) == (None, None, None, ())
    assert next(store.known("web")).gone_at is not None
    assert work(store) == {}


def test_a_silent_site_keeps_what_it_said_and_is_asked_again_soon(night: Night) -> None:
    night(OPEN, page(CARD + BACK), known=github())
    _, store, _ = night(OPEN, {"url": HOME, "raises": "timeout"}, at=START + 30 * DAY)
    assert set(work(store)) == {"page"}
    again, store, _ = night(OPEN, page(CARD), at=START + 33 * DAY)
    assert len(again.asked) == 2
    assert next(store.known("web")).gone_at is not None


def test_a_site_closed_by_law_is_never_asked_again(night: Night) -> None:
    night(OPEN, page(CARD, status=451), known=github())
    replay, _, _ = night(at=START + 400 * DAY)
    assert replay.asked == []


def test_a_site_no_longer_named_is_forgotten(night: Night) -> None:
    night(OPEN, page(CARD + BACK), known=github())
    elsewhere = github().model_copy(
        update={"links": (), "origin": github().origin.model_copy(update={"seen_at": START + DAY})}
    )
    replay, store, _ = night(known=elsewhere, at=START + DAY)
    assert replay.asked == []
    assert work(store) == {}
    site = store.account(SITE)
    assert site is not None
    assert site.links == ()


def test_no_recruiters_on_the_page_is_the_wish_of_the_account(night: Night) -> None:
    _, store, _ = night(OPEN, page(CARD + BACK + "<p>No recruiters, please.</p>"), known=github())
    account = store.account(ADA)
    assert account is not None
    assert "no_recruiters" in account.flags
    assert store.account(SITE) is None
    (wish,) = store.evidence([ADA])[ADA]
    assert (wish.kind, wish.text, wish.url) == ("wish", "No recruiters, please.", HOME)
    # A later reading of the profile clears the flag; the site is heard again the same night.
    cleared = github().model_copy(update={"origin": github().origin.model_copy(update={"seen_at": START + DAY})})
    _, store, _ = night(OPEN, page(CARD + "<p>No recruiters!</p>"), known=cleared, at=START + DAY)
    account = store.account(ADA)
    assert account is not None
    assert "no_recruiters" in account.flags


def test_a_stand_in_answers_for_every_site(night: Night) -> None:
    stand_in = "http://127.0.0.1:4711/web"
    exchanges = [
        {"url": "http://127.0.0.1:4711/robots.txt", "status": 404},
        page(CARD + BACK + '<a href="/resume.json">r</a>', url=f"{stand_in}/ada.example/"),
        {"url": f"{stand_in}/ada.example/resume.json", "status": 404},
    ]
    _, store, _ = night(*exchanges, known=github(), stand_in=stand_in)
    site = store.account(SITE)
    assert site is not None
    assert site.url == HOME
    assert work(store)["page"].url == HOME


def test_more_sites_than_a_night_holds_wait_for_the_next(night: Night) -> None:
    two = (github().links[0], Link(url="https://byron.example", claim=Claim.CLAIMED, field="social_accounts"))
    replay, _, spider = night(OPEN, page(CARD), known=github(links=two), max_profiles=1)
    assert spider.ledger.skipped["over_max_profiles"] == 1
    robots = {"url": "https://byron.example/robots.txt", "status": 404}
    replay, _, _ = night(robots, page(CARD, url="https://byron.example"), at=START + DAY, max_profiles=1)
    assert len(replay.asked) == 2


# --- others come to name the site later in the night ------------------------------------------------------------


def elsewhere(source: str, url: str, number: str = "7") -> Account:
    """Ada's account at another source, which names the site."""
    origin = Origin(source=source, url=url, seen_at=START - DAY, spider=f"{source}/1")
    links = (Link(url=HOME, claim=Claim.CLAIMED, field="website"),)
    return Account(
        source=source,
        source_id=number,
        handle=url.rpartition("/")[2],
        url=url,
        kind=Kind.PERSON,
        name="Ada Byron",
        links=links,
        observed=frozenset({"links", "flags"}),
        origin=origin,
    )


def with_late_comers(*accounts: Account) -> type[Web]:
    """The source, with accounts that others find between its rounds."""

    late = list(accounts)

    class Watched(Web):
        def when_idle(self) -> list[Request]:
            asked = list(super().when_idle())
            if late:
                self.store.save([late.pop(0)])
            return asked

    return Watched


def rounds(tmp_path: Path, *accounts: Account, body: str, at: datetime = START) -> tuple[Store, SourceSpider]:
    """A night in which the first account is known at once and each further one a round later."""
    url = f"sqlite:///{tmp_path}/rounds.db"
    Store.upgrade(url)
    with Store.open(url) as before:
        before.save(accounts[:1])
    replay = Replay([OPEN, page(body)])
    lanes = [{"source": "web", "kind": "linked", "target": "sites"}]
    store, spider = crawl(with_late_comers(*accounts[1:]), replay, lanes=lanes, store_url=url, clock=at)
    assert replay.unused == replay.unrecorded == []
    return store, spider


HN, KAGGLE = elsewhere("hackernews", "https://news.ycombinator.com/user?id=adab"), elsewhere("kaggle", KAGGLE_URL)


@pytest.mark.parametrize("order", [(HN, github()), (github(), HN), (KAGGLE, HN, github()), (KAGGLE, github(), HN)])
@pytest.mark.parametrize("body", [CARD, CARD + BACK], ids=["a name", "a link back"])
def test_a_page_ends_with_the_same_account_whoever_names_it_first(
    tmp_path: Path, order: tuple[Account, ...], body: str
) -> None:
    store, spider = rounds(tmp_path, *order, body=body)
    with store:
        work = store.evidence([one.key for one in order])
        assert {key: [one.kind for one in some] for key, some in work.items()} == {ADA: ["page"]}
        assert (store.account(SITE) is not None) == (BACK in body)
        if BACK in body:
            assert [find.account for find in store.finds()] == [SITE]
    bill = spider.ledger.bill("web/linked/sites")
    assert (bill.requests, bill.promised, bill.found) == (1, 1, 1)


def test_a_site_that_turns_out_to_be_of_two_people_is_given_back(tmp_path: Path) -> None:
    bob = github().model_copy(update={"source_id": "2", "handle": "bob", "url": "https://github.com/bob"})
    store, spider = rounds(tmp_path, github(), bob, body=CARD + BACK)
    with store:
        site = store.account(SITE)
        assert site is not None
        assert (site.name, site.links) == (None, ())
        assert store.evidence([ADA, bob.key]) == {}
    assert spider.ledger.skipped["site_of_several"] == 1


def test_who_asks_recruiters_to_stay_away_is_heard_for_everybody_who_names_the_page(tmp_path: Path) -> None:
    store, _ = rounds(tmp_path, HN, github(), body=CARD + BACK + "<p>No recruiters, please.</p>")
    with store:
        flagged = {one.key for one in store.accounts() if "no_recruiters" in one.flags}
        assert flagged == {HN.key, ADA}
        assert {kind.kind for some in store.evidence([HN.key, ADA]).values() for kind in some} == {"wish"}


@pytest.mark.parametrize(("later", "again"), [(timedelta(hours=5), True), (DAY, False)])
def test_a_night_that_was_cut_off_reads_a_page_again_if_others_name_it_by_now(
    night: Night, later: timedelta, again: bool
) -> None:
    night(OPEN, page(CARD), known=HN)
    exchanges = [OPEN, page(CARD)] if again else []
    _, store, _ = night(*exchanges, known=github(), at=START + later)
    assert set(store.evidence([HN.key, ADA])) == {ADA if again else HN.key}
    replay, _, _ = night(at=START + later + timedelta(hours=1))
    assert replay.asked == []
