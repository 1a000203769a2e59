"""Personal sites, the pure half: wishes of a page, its mark-up, whose it is, which sites are visited."""

import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from scrapy.http import HtmlResponse, TextResponse

from spiders._web.marks import Card, Marks, read_page, read_resume
from spiders._web.owner import Owned, owned, same_person
from spiders._web.sites import Visit, may_visit, sites_of
from spiders._web.wishes import robots_signal, wishes
from storage.errors import Unreadable
from storage.records import Account, AccountKey, Claim, Kind, Link, Origin
from storage.text import Address, check_address

NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)
URL = "https://ada.example/"


def page(body: str, headers: dict[str, Any] | None = None, url: str = URL) -> HtmlResponse:
    return HtmlResponse(url, body=body.encode(), headers=headers, encoding="utf-8")


def person(handle: str = "ada", name: str | None = "Ada Byron", source: str = "github", **more: Any) -> Account:
    sites = {"github": f"https://github.com/{handle}", "hackernews": f"https://news.ycombinator.com/user?id={handle}"}
    origin = Origin(source=source, url=sites[source], seen_at=NOW, spider="t/1")
    links = (Link(url=URL, claim=Claim.CLAIMED, field="website"),)
    fields: dict[str, Any] = {"name": name, "links": links, "kind": Kind.PERSON} | more
    return Account(source=source, source_id=handle, handle=handle, url=sites[source], origin=origin, **fields)


# --- wishes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tag", "keep", "follow"),
    [
        ("noindex", False, True),
        ("none", False, False),
        ("NoAI", False, True),
        ("nofollow", True, False),
        ("all", True, True),
        ("otherbot: noindex", True, True),
        ("otherbot: noindex, nofollow", True, True),
        ("sourcing-crawler: noindex", False, True),
        ("otherbot: noindex, sourcing-crawler: nofollow", True, False),
        ("max-snippet: 20, noindex", False, True),
        ("unavailable_after: 25 Jun 2010 15:00:00 GMT", False, True),
        ("unavailable_after: 2010-06-25", False, True),
        ("unavailable_after: 2040-06-25", True, True),
        ("unavailable_after: Friday, 25-Jun-2010 15:00:00 GMT", False, True),
        ("unavailable_after: soon", False, True),
        ("otherbot: unavailable_after: 2010-06-25", True, True),
        ("sourcing-crawler: unavailable_after: 2010-06-25", False, True),
    ],
)
def test_robots_tags_of_a_header(tag: str, keep: bool, follow: bool) -> None:
    found = wishes(page("<p>x", {"X-Robots-Tag": tag}), NOW)
    assert (found.keep, found.follow) == (keep, follow)


def test_every_robots_header_counts() -> None:
    found = wishes(page("<p>x", {"X-Robots-Tag": ["otherbot: all", "nofollow", "noindex"]}), NOW)
    assert (found.keep, found.follow) == (False, False)


@pytest.mark.parametrize(
    ("meta", "keep"),
    [
        ('<meta name=robots content="noindex,nofollow">', False),
        ('<META NAME="ROBOTS" CONTENT="NOINDEX">', False),
        ('<meta name="sourcing-crawler" content="none">', False),
        ('<meta name="googlebot" content="noindex">', True),
        ('<meta name="tdm-reservation" content="1">', False),
        ('<meta name="tdm-reservation" content="0">', True),
    ],
)
def test_robots_tags_of_a_page(meta: str, keep: bool) -> None:
    assert wishes(page(f"<html><head>{meta}</head>"), NOW).keep is keep


def test_reservations_in_headers() -> None:
    assert not wishes(page("x", {"TDM-Reservation": "1"}), NOW).keep
    assert not wishes(page("x", {"Content-Signal": "search=yes, ai-input=no"}), NOW).keep
    assert wishes(page("x", {"Content-Signal": "search=yes, ai-train=no"}), NOW).keep


@pytest.mark.parametrize(
    ("robots", "open_"),
    [
        ("User-agent: *\nContent-Signal: search=yes, ai-train=no\nAllow: /", True),
        ("User-agent: *\nContent-Signal: ai-input=no\nAllow: /", False),
        ("User-agent: a\nUser-agent: *\nContent-signal: search=no", False),
        ("User-agent: otherbot\nContent-Signal: search=no\n\nUser-agent: *\nAllow: /", True),
        ("Content-Signal: search=no", False),
        ("", True),
    ],
)
def test_signals_in_robots_txt(robots: str, open_: bool) -> None:
    assert robots_signal(robots) is open_


# --- mark-up -----------------------------------------------------------------------------------------------

H_CARD = """<div class="h-card"><a class="p-name u-url u-uid" rel="me" href="/">Ada Byron</a>
<span class="p-job-title">ML engineer</span> at <a class="p-org h-card" href="https://firm.example">Firm</a>,
<span class="p-locality">London</span>, <span class="p-country-name">UK</span>
<p class="p-note">I build speech models.</p> <span class="p-category">PyTorch</span>
<a class="u-email" href="mailto:ada@ada.example">mail</a>
<a rel="me" href="https://github.com/ada">code</a> <a rel="me" href="javascript:alert(1)">x</a></div>"""


def test_an_h_card_with_rel_me() -> None:
    marks = read_page(page(H_CARD))
    card = marks.cards[0]
    assert (card.name, card.headline, card.company, card.location) == ("Ada Byron", "ML engineer", "Firm", "London, UK")
    assert (card.note, card.skills) == ("I build speech models.", ("PyTorch",))
    assert "https://github.com/ada" in marks.rel_me
    assert not any(url.startswith(("javascript:", "mailto:")) for url in (*marks.rel_me, *card.links))


@pytest.mark.parametrize(
    "ld",
    [
        '{"@type": "Person", "name": "Ada Byron", "sameAs": ["https://github.com/ada"], "jobTitle": "ML engineer"}',
        """{"@graph": [{"@type": "WebSite"}, {"@type": ["Person"], "name": "Ada Byron",
        "sameAs": "https://github.com/ada", "jobTitle": "ML engineer"}]}""",
        """{"@type": "ProfilePage", "mainEntity": {"@type": "https://schema.org/Person", "name": "Ada Byron",
        "sameAs": ["https://github.com/ada"], "jobTitle": ["ML engineer"]}}""",
        """// a comment
        {"@type": "Person", "name": "Ada Byron", /* two */ "sameAs": ["https://github.com/ada"],
        "jobTitle": "ML engineer"}""",
    ],
)
def test_persons_in_json_ld(ld: str) -> None:
    (card,) = read_page(page(f'<script type="application/ld+json">{ld}</script>')).cards
    assert (card.name, card.headline, card.links) == ("Ada Byron", "ML engineer", ("https://github.com/ada",))


def test_details_of_json_ld() -> None:
    body = """<script type="application/ld+json">null</script><script type="application/ld+json">{"@type": "Person",
    "name": "Ada Byron", "worksFor": {"@type": "Organization", "name": "Firm"},
    "knowsAbout": ["NLP", {"name": "MLOps"}],
    "address": {"addressLocality": "London", "streetAddress": "1 Secret Lane", "addressCountry": {"name": "UK"}},
    "email": "ada@ada.example", "telephone": "+44 1", "gender": "x", "birthDate": "1815-12-10"}</script>"""
    (card,) = read_page(page(body)).cards
    assert card == Card("schema.org", "Ada Byron", company="Firm", location="London, UK", skills=("NLP", "MLOps"))


def test_one_broken_script_does_not_hide_the_others() -> None:
    broken = '<script type="application/ld+json">{"@type": "Person", </script>'
    good = '<script type="application/ld+json">{"@type": "Person", "name": "Ada"}</script>'
    assert [card.name for card in read_page(page(broken + good)).cards] == ["Ada"]


def test_one_broken_address_does_not_hide_rel_me() -> None:
    body = '<div class="h-card"><a class="u-url" href="http://[">x</a></div><a rel="Me x" href="//github.com/ada">y</a>'
    assert read_page(page(body)).rel_me == ("https://github.com/ada",)


def test_microdata() -> None:
    body = """<div itemscope itemtype="http://schema.org/Person"><b itemprop="name">Ada Byron</b>
    <a itemprop="sameAs" href="https://github.com/ada">c</a></div>"""
    (card,) = read_page(page(body)).cards
    assert (card.name, card.links) == ("Ada Byron", ("https://github.com/ada",))


def test_links_worth_a_second_request() -> None:
    marks = read_page(
        page('<a href="/about.html#me">a</a> <a href="cv/resume.json">r</a> <a href="https://x.example">')
    )
    assert (marks.about, marks.resume) == ("https://ada.example/about.html", "https://ada.example/cv/resume.json")
    assert marks.anchors == ("https://x.example",)


@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 60_000,
        '<script type="application/ld+json">' + "[" * 100_000 + "</script>",
        '<script type="application/ld+json">' + '{"@graph":' * 50_000 + "</script>",
        '<div class="h-card">' * 5_000,
        '<div itemscope itemtype="http://schema.org/Person" itemprop="a">' * 3_000,
        '<a rel="me" href="//[">x</a><a href="http://[">y</a>',
        "\x00\ud83d".encode("utf-8", "replace").decode(),
        "",
    ],
)
def test_tangled_pages_end_in_a_reading_or_a_refusal(body: str) -> None:
    try:
        read_page(page(body))
    except Unreadable as error:
        assert error.reason == "too_deep"  # noqa: PT017 - either end is right


def test_what_is_no_page_is_refused() -> None:
    with pytest.raises(Unreadable, match="no_page"):
        read_page(TextResponse(URL, body=b"{}", headers={"Content-Type": "application/json"}))


def test_a_resume_without_contacts() -> None:
    body = """{"basics": {"name": "Ada Byron", "label": "ML engineer", "email": "ada@ada.example", "phone": "1",
    "location": {"address": "1 Secret Lane", "city": "London", "countryCode": "GB"}, "summary": "Speech.",
    "profiles": [{"network": "GitHub", "url": "https://github.com/ada"}, {"network": "x"}, 3]},
    "work": [{"name": "Firm", "position": "Engineer", "startDate": "2020-01-01"},
             {"company": "Old", "position": "Intern", "startDate": "2018-02", "endDate": "2019"}, null],
    "skills": [{"name": "ML", "keywords": ["PyTorch", 3]}, "x"]}"""
    card = read_resume(TextResponse(URL, body=body.encode()))
    assert (card.name, card.company, card.location) == ("Ada Byron", "Firm", "London, GB")
    assert card.jobs == ("Engineer, Firm, 2020", "Intern, Old, 2018 – 2019")
    assert (card.skills, card.links) == (("ML", "PyTorch"), ("https://github.com/ada",))
    assert "Secret" not in repr(card)
    assert "@" not in repr(card)


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"basics": []}', "[" * 100_000, "<html>"])
def test_what_is_no_resume(body: str) -> None:
    with pytest.raises(Unreadable):
        read_resume(TextResponse(URL, body=body.encode()))


# --- whose -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "account", "same"),
    [
        ("Ada Byron", "Ada Byron", True),
        ("ada byron", "ADA  BYRON", True),
        ("Ada K. Byron", "Ada Byron", True),
        ("Byron Ada", "Ada Byron", True),
        ("Zoë Núñez", "Zoe Nunez", True),
        ("李 明", "李 明", True),
        ("Ada", "Ada Byron", False),
        ("Ada Lovelace", "Ada Byron", False),
        ("Ada", "Ada", True),
        ("", "Ada", False),
        (None, None, False),
        ("Ada Byron", None, False),
    ],
)
def test_names_that_are_one_persons(name: str | None, account: str | None, same: bool) -> None:
    assert same_person(name, person(name=account)) is same


def test_a_handle_may_be_the_name() -> None:
    assert same_person("Ada Byron", person("adabyron", name=None))


def mine(marks: Marks, *accounts: Account) -> Owned:
    found = owned(marks, accounts or [person()])
    assert isinstance(found, Owned)
    return found


def test_mutual_rel_me_is_verified_and_the_rest_claimed() -> None:
    marks = Marks(URL, rel_me=("https://github.com/Ada", "https://www.kaggle.com/ada", URL, "https://ada.example/blog"))
    found = mine(marks)
    assert found.mutual
    assert [(link.url, link.claim) for link in found.links] == [
        ("https://github.com/Ada", Claim.VERIFIED),
        ("https://www.kaggle.com/ada", Claim.CLAIMED),
    ]


def test_a_plain_link_back_makes_it_mutual_but_not_verified() -> None:
    found = mine(Marks(URL, anchors=("https://github.com/ada", "https://x.com/a", "https://x.com/b")))
    assert [(link.url, link.claim, link.field) for link in found.links] == [
        ("https://github.com/ada", Claim.CLAIMED, "anchor")
    ]
    assert found.mutual


def test_a_page_with_links_to_many_is_not_mutual_by_a_plain_link() -> None:
    assert owned(Marks(URL, anchors=("https://github.com/ada", "https://github.com/bob")), [person()]) == "nobody"


def test_a_card_with_the_name_is_theirs_without_proof() -> None:
    found = mine(Marks(URL, cards=(Card("h-card", "Bob"), Card("h-card", "Ada Byron", headline="ML"))))
    assert (found.mutual, found.card and found.card.headline) == (False, "ML")


def test_a_page_that_names_another_account_is_somebody_elses() -> None:
    marks = Marks(URL, rel_me=("https://github.com/bob",), cards=(Card("h-card", "Ada Byron"),))
    assert owned(marks, [person()]) == "names_another"


def test_a_company_page_is_nobodys() -> None:
    assert owned(Marks(URL, title="Firm", cards=(Card("h-card", "Firm Ltd"),)), [person()]) == "nobody"


def test_the_account_named_back_owns_the_page() -> None:
    marks = Marks(URL, rel_me=("https://news.ycombinator.com/user?id=ada",), cards=(Card("h-card", "Ada Byron"),))
    found = mine(marks, person(), person(source="hackernews"))
    assert found.account.source == "hackernews"


# --- which sites -------------------------------------------------------------------------------------------


def named(*accounts: Account) -> tuple[list[str], Counter[str]]:
    counted: Counter[str] = Counter()

    def leave_out(name: str, _: str) -> None:
        counted[name] += 1

    return sorted(sites_of(accounts, leave_out)), counted


@pytest.mark.parametrize(
    ("url", "visited"),
    [
        ("https://ada.example", True),
        ("https://ada.github.io/cv", True),
        ("https://ada.substack.com", True),
        ("https://substack.com/@ada", False),
        ("https://github.com/ada", False),
        ("https://gist.github.com/ada", False),
        ("https://uk.linkedin.com/in/ada", False),
        ("https://scholar.google.com/citations?user=x", False),
        ("https://lobste.rs/~ada", False),
        ("https://linktr.ee/ada", False),
    ],
)
def test_addresses_that_can_be_a_site(url: str, visited: bool) -> None:
    address = check_address(url)
    assert isinstance(address, Address)
    assert may_visit(address) is visited


def test_a_site_of_several_people_is_left_out() -> None:
    assert named(person(), person("bob")) == ([], Counter(site_of_several=1))
    assert named(person(), person(source="hackernews"))[0] == ["ada.example"]


@pytest.mark.parametrize(
    "change",
    [{"kind": Kind.ORGANISATION}, {"kind": Kind.BOT}, {"flags": ("no_recruiters",)}, {"flags": ("own_lead_only",)}],
)
def test_accounts_that_lead_nowhere(change: dict[str, Any]) -> None:
    assert named(person(**change))[0] == []


def test_a_mention_is_no_reason_to_visit() -> None:
    assert named(person(links=(Link(url=URL, claim=Claim.MENTIONED, field="bio"),)))[0] == []


def test_visits_survive_as_plain_data() -> None:
    visit = Visit(NOW, "page", AccountKey("github", "1"), True, ("page",), "0123456789abcdef")
    assert Visit.read(visit.state()) == visit
    assert Visit.read(Visit(NOW, "gone").state()) == Visit(NOW, "gone")


def test_reading_a_large_page_takes_no_part_of_the_night() -> None:
    started = time.process_time()
    read_page(page("<p>" + "word " * 400_000 + '<a href="/x">y</a>' * 5_000))
    assert time.process_time() - started < 60  # a bound against runaway patterns, not a measure of speed
